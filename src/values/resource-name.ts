/**
 * Resource names (AIP-122) and the ids inside them. An id is 1 to 63 characters of letters, digits, `.`, `_`, `-`, starting
 * with a letter or digit; it is compared as written. Names look like `portfolios/growth/optimizations/2026-01`.
 */
import type { Violation } from './fault.ts';

const grammar = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

export function idProblem(id: string): string | undefined {
  if (id === '') return 'must not be empty';
  if (id.length > 63) return `has ${String(id.length)} characters; at most 63 are allowed`;
  if (!grammar.test(id)) return 'must start with a letter or digit and hold only letters, digits, ".", "_" and "-"';
  if (forbidden.has(id.toLowerCase()) || id.includes('..')) return 'is a reserved word';
  return undefined;
}

export function readId(id: string, field: string, violations: Violation[]): string {
  const problem = idProblem(id);
  if (problem !== undefined) violations.push({ field, description: problem, reason: 'ID_INVALID' });
  return id;
}

/** The ids inside `name` by pattern: `idsIn('portfolios/a/optimizations/b', ['portfolios', 'optimizations'])` is `['a', 'b']`. */
export function idsIn(name: string, collections: readonly string[]): readonly string[] | undefined {
  const parts = name.split('/');
  if (parts.length !== collections.length * 2) return undefined;
  const ids: string[] = [];
  for (const [position, collection] of collections.entries()) {
    const id = parts[position * 2 + 1] ?? '';
    if (parts[position * 2] !== collection || idProblem(id) !== undefined) return undefined;
    ids.push(id);
  }
  return ids;
}

/** `factorModels` -> `factor_model`, as the protos write it. */
function singularOf(collection: string): string {
  return collection.replace(/s$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Reads a resource name and reports into `violations`; returns its ids (empty strings when refused). */
export function readName(
  name: string,
  collections: readonly string[],
  field: string,
  violations: Violation[],
): readonly string[] {
  const ids = idsIn(name, collections);
  if (ids !== undefined) return ids;
  const pattern = collections.map((collection) => `${collection}/{${singularOf(collection)}}`).join('/');
  const shown = name.length > 80 ? `${name.slice(0, 80)}...` : name;
  violations.push({
    field,
    description: `must be a resource name "${pattern}"; got ${JSON.stringify(shown)}`,
    reason: 'ID_INVALID',
  });
  return collections.map(() => '');
}

export function nameOf(...parts: readonly string[]): string {
  return parts.join('/');
}
