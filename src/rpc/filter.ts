/**
 * Filters, the part of AIP-160 that the protos name: conditions joined by AND, each `field = "value"` or `field : "part"`. Values may
 * stand without quotes when they hold letters, digits, ".", "_", "/" and "-" only; inside quotes `\"` and `\\` are escapes.
 */
import type { Violation } from '../values/fault.ts';
import type { Condition } from '../values/listing.ts';

export interface FilterField {
  /** The property that it stands for. */
  readonly property: string;
  /** Whether `:` is allowed. */
  readonly contains?: boolean;
  /** Turns the value as written into the stored one; undefined refuses it. */
  readonly value?: (text: string) => string | undefined;
  /** What values there are, for messages. */
  readonly values?: string;
}

const conditionsMax = 20;
const token = /\s*(?:([A-Za-z0-9._/-]+)|"((?:[^"\\]|\\["\\])*)"|([=:]))/y;

interface Token {
  readonly kind: 'word' | 'text' | 'operator';
  readonly text: string;
  readonly at: number;
}

export function parseFilter(
  filter: string,
  fields: Readonly<Record<string, FilterField>>,
  violations: Violation[],
): readonly Condition[] {
  const report = (description: string): void => {
    violations.push({ field: 'filter', description });
  };
  if (filter.length > 2000) {
    report('is longer than 2000 characters');
    return [];
  }
  const tokens = tokensOf(filter, report);
  const conditions: Condition[] = [];
  for (let at = 0; at < tokens.length; at += 4) {
    const [field, operator, value, and] = tokens.slice(at, at + 4);
    if (field?.kind !== 'word' || operator?.kind !== 'operator' || value === undefined || value.kind === 'operator') {
      report(
        `must be conditions like field = "value" joined by AND; cannot be read from character ${String((field?.at ?? 0) + 1)}`,
      );
      return conditions;
    }
    if (and !== undefined && (and.text !== 'AND' || tokens.length === at + 4)) {
      report(`must join conditions by AND and end with one; cannot be read from character ${String(and.at + 1)}`);
      return conditions;
    }
    const condition = conditionOf(field.text, operator.text, value.text, fields, report);
    if (condition !== undefined) conditions.push(condition);
  }
  if (conditions.length > conditionsMax)
    report(`has ${String(conditions.length)} conditions; at most ${String(conditionsMax)} are allowed`);
  return conditions;
}

function tokensOf(filter: string, report: (description: string) => void): readonly Token[] {
  const tokens: Token[] = [];
  const end = filter.trimEnd().length;
  token.lastIndex = 0;
  while (token.lastIndex < end) {
    const at = token.lastIndex;
    const match = token.exec(filter);
    if (match === null) {
      report(`cannot be read from character ${String(at + 1)}`);
      return [];
    }
    const [, word, text, operator] = match;
    if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.replace(/\\(["\\])/g, '$1'), at });
    else tokens.push({ kind: 'operator', text: operator ?? '', at });
  }
  return tokens;
}

function conditionOf(
  name: string,
  operator: string,
  text: string,
  fields: Readonly<Record<string, FilterField>>,
  report: (description: string) => void,
): Condition | undefined {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) {
    report(`names ${JSON.stringify(name.slice(0, 60))}; known are ${Object.keys(fields).join(', ') || 'no fields'}`);
    return undefined;
  }
  if (operator === ':' && field.contains !== true) {
    report(`allows only = on ${name}`);
    return undefined;
  }
  const value = field.value === undefined ? text : field.value(text);
  if (value === undefined) {
    report(
      `compares ${name} with ${JSON.stringify(text.slice(0, 60))}${field.values === undefined ? '' : `; can be ${field.values}`}`,
    );
    return undefined;
  }
  return { field: field.property, operator: operator === ':' ? ':' : '=', value };
}
