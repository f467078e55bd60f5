/** Compares JSON with a message type and names every unknown field and every value of the wrong kind, not only the first. */
import { ScalarType } from '@bufbuild/protobuf';
import type { DescField, DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';

import type { Violation } from '../values/fault.ts';

const violationsMax = 100;
const depthMax = 64;

/** Message types with a JSON form of their own; the library checks them. */
const isWellKnown = (message: DescMessage): boolean => message.typeName.startsWith('google.protobuf.');

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const kindOf = (value: JsonValue): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'an object'
        : `a ${typeof value}`;

function scalarProblem(scalar: ScalarType, value: JsonValue): string | undefined {
  if (scalar === ScalarType.BOOL)
    return typeof value === 'boolean' ? undefined : `must be true or false, not ${kindOf(value)}`;
  if (scalar === ScalarType.STRING)
    return typeof value === 'string' ? undefined : `must be a string, not ${kindOf(value)}`;
  if (scalar === ScalarType.BYTES)
    return typeof value === 'string' ? undefined : `must be base64 in a string, not ${kindOf(value)}`;
  const real = scalar === ScalarType.DOUBLE || scalar === ScalarType.FLOAT;
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && value.trim() === value && value !== ''
        ? Number(value)
        : Number.NaN;
  if (real) return Number.isNaN(number) && value !== 'NaN' ? `must be a number, not ${kindOf(value)}` : undefined;
  return Number.isInteger(number) ? undefined : `must be a whole number, not ${JSON.stringify(value)}`;
}

function elementViolations(field: DescField, value: JsonValue, path: string, depth: number): Violation[] {
  if (field.message !== undefined) return messageViolations(field.message, value, path, depth + 1);
  if (field.enum !== undefined) {
    const known = field.enum.values.some((candidate) => candidate.name === value || candidate.number === value);
    const names = field.enum.values.slice(1).map((candidate) => candidate.name);
    return known
      ? []
      : [{ field: path, description: `must be one of ${names.join(', ')}; got ${JSON.stringify(value)}` }];
  }
  const problem = scalarProblem(field.scalar, value);
  return problem === undefined ? [] : [{ field: path, description: problem }];
}

function fieldViolations(field: DescField, value: JsonValue, path: string, depth: number): Violation[] {
  if (value === null) return [];
  if (field.fieldKind === 'list') {
    if (!Array.isArray(value)) return [{ field: path, description: `must be a list, not ${kindOf(value)}` }];
    return value.flatMap((element, index) => elementViolations(field, element, `${path}[${String(index)}]`, depth));
  }
  if (field.fieldKind === 'map') {
    if (typeof value !== 'object' || Array.isArray(value))
      return [{ field: path, description: `must be an object, not ${kindOf(value)}` }];
    return Object.entries(value).flatMap(([key, element]) =>
      elementViolations(field, element, `${path}["${key}"]`, depth),
    );
  }
  return elementViolations(field, value, path, depth);
}

function messageViolations(message: DescMessage, json: JsonValue, path: string, depth: number): Violation[] {
  if (isWellKnown(message)) return [];
  if (depth > depthMax) return [{ field: path, description: `is nested deeper than ${String(depthMax)} levels` }];
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return [{ field: path === '' ? 'body' : path, description: `must be an object, not ${kindOf(json)}` }];
  }
  return Object.entries(json).flatMap(([key, value]) => {
    const field = message.fields.find((candidate) => candidate.jsonName === key || candidate.name === key);
    const inner = path === '' ? (field?.name ?? key) : `${path}.${field?.name ?? key}`;
    if (field === undefined) return [{ field: inner, description: 'is not a field of this message' }];
    return fieldViolations(field, value, inner, depth);
  });
}

export function jsonViolations(message: DescMessage, json: JsonValue, path: string): Violation[] {
  return messageViolations(message, json, path, 0).slice(0, violationsMax);
}
