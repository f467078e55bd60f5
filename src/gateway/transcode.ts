/** From an HTTP request to a request message: path variables, query parameters and body as the `google.api.http` rule binds them. */
import { fromJson, ScalarType, toBinary } from '@bufbuild/protobuf';
import type { DescField, DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';

import type { Violation } from '../values/fault.ts';
import { Refusal } from './http-fault.ts';
import { isObject, jsonViolations } from '../wire/json-shape.ts';
import type { Match } from './routes.ts';
import type { Schema } from './schema.ts';

const fieldOf = (message: DescMessage, name: string): DescField | undefined =>
  message.fields.find((field) => field.name === name || field.jsonName === name);

/** Sets the value at a dotted field path, making the objects on the way. */
function place(target: JsonObject, path: readonly string[], message: DescMessage, value: JsonValue): void {
  const [head = '', ...rest] = path;
  const field = fieldOf(message, head);
  const key = field?.jsonName ?? head;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  const next: JsonObject = isObject(inner) ? inner : {};
  target[key] = next;
  if (field?.message !== undefined) place(next, rest, field.message, value);
}

/** The field at a dotted path when it may stand in a query string: scalars, enums, timestamps and masks; repeated ones many times. */
function queryField(message: DescMessage, path: readonly string[]): DescField | undefined {
  const [head = '', ...rest] = path;
  const field = fieldOf(message, head);
  if (field === undefined) return undefined;
  if (rest.length > 0) return field.fieldKind === 'message' ? queryField(field.message, rest) : undefined;
  const textual =
    field.fieldKind === 'message' &&
    ['google.protobuf.Timestamp', 'google.protobuf.FieldMask'].includes(field.message.typeName);
  return field.fieldKind === 'map' || (field.fieldKind === 'message' && !textual) ? undefined : field;
}

function queryValue(field: DescField, texts: readonly string[]): JsonValue {
  const one = (text: string): JsonValue =>
    field.scalar === ScalarType.BOOL ? (text === 'true' ? true : text === 'false' ? false : text) : text;
  return field.fieldKind === 'list' ? texts.map(one) : one(texts.at(-1) ?? '');
}

function withQuery(request: JsonObject, match: Match, query: URLSearchParams, violations: Violation[]): void {
  const message = match.route.method.input;
  for (const name of new Set(query.keys())) {
    const path = name.split('.');
    const field = match.route.rule.body === '*' ? undefined : queryField(message, path);
    if (field === undefined) violations.push({ field: name, description: 'is not a query parameter of this path' });
    else place(request, path, message, queryValue(field, query.getAll(name)));
  }
}

function withBody(request: JsonObject, match: Match, body: JsonValue | undefined, violations: Violation[]): JsonObject {
  const { body: bound } = match.route.rule;
  if (bound === '') {
    if (body !== undefined) violations.push({ field: 'body', description: 'this method takes no body' });
    return request;
  }
  if (!isObject(body)) {
    violations.push({ field: 'body', description: 'must be a JSON object' });
    return request;
  }
  if (bound === '*') return { ...body, ...request };
  place(request, [bound], match.route.method.input, body);
  return request;
}

/** The encoded request message, or one Refusal with every problem. */
export function requestBytes(
  match: Match,
  query: URLSearchParams,
  body: JsonValue | undefined,
  schema: Schema,
): Uint8Array {
  const violations: Violation[] = [];
  const request = withBody({}, match, body, violations);
  withQuery(request, match, query, violations);
  for (const [field, value] of match.bindings) place(request, field.split('.'), match.route.method.input, value);
  return encodeRequest(match.route.method.input, request, schema, violations);
}

/** Encodes proto JSON, refusing unknown fields and wrong kinds with their paths. */
export function encodeRequest(
  message: DescMessage,
  request: JsonValue,
  schema: Schema,
  found: readonly Violation[] = [],
): Uint8Array {
  const violations = [...found, ...jsonViolations(message, request, '')];
  if (violations.length > 0) {
    const text = violations.map((violation) => `${violation.field}: ${violation.description}`).join('; ');
    throw new Refusal(400, 'MESSAGE_MALFORMED', text, violations);
  }
  try {
    return toBinary(message, fromJson(message, request, { registry: schema.registry }));
  } catch (error) {
    throw new Refusal(400, 'MESSAGE_MALFORMED', error instanceof Error ? error.message : String(error));
  }
}
