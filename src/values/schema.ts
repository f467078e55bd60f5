/**
 * Checks JSON values against the schemas that contributions publish (draft 2020-12), and says every problem at once in the words of
 * the field. The only user of the schema library; rules of the domain itself are written by hand next to what they protect.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';

import type { Violation } from './fault.ts';
import type { JsonSchema } from './json.ts';

const checker = new Ajv2020({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  verbose: true,
});
const completer = new Ajv2020({ allErrors: true, strict: false, useDefaults: true });

/** Compiled once per schema object; a schema that nobody holds any more takes its check along. */
const compiled = new WeakMap<JsonSchema, ValidateFunction>();
const completers = new WeakMap<JsonSchema, ValidateFunction>();

function compiledBy(
  library: Ajv2020,
  known: WeakMap<JsonSchema, ValidateFunction>,
  schema: JsonSchema,
): ValidateFunction {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const check = library.compile(schema);
  known.set(schema, check);
  return check;
}

/** Why the schema itself cannot be used, or undefined when it is sound. */
export function schemaProblem(schema: JsonSchema): string | undefined {
  try {
    compiledBy(checker, compiled, schema);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Everything in `value` that `schema` forbids, by field path below `field` (`''` at the top of a request).
 * Throws when the schema itself is unsound, which is a bug of who published it: see `schemaProblem`.
 */
export function schemaViolations(schema: JsonSchema, value: unknown, field: string): Violation[] {
  const check = compiledBy(checker, compiled, schema);
  if (check(value)) return [];
  const errors = check.errors ?? [];
  const alternatives = errors.filter((error) => error.keyword === 'oneOf' || error.keyword === 'anyOf');
  const shown = errors.filter(
    (error) =>
      error.keyword !== 'if' &&
      !alternatives.some((choice) => error !== choice && error.schemaPath.startsWith(`${choice.schemaPath}/`)),
  );
  return shown.map((error) => violationOf(error, field));
}

/** Whether `value` satisfies `schema`; afterwards the compiler knows it as the described type. */
export function conforms<Parameters>(schema: JsonSchema<Parameters>, value: unknown): value is Parameters {
  return compiledBy(checker, compiled, schema)(value);
}

/** A copy of `value` in which absent properties have the default that `schema` states, at every depth. */
export function withDefaults(schema: JsonSchema, value: unknown): unknown {
  const copy: unknown = structuredClone(value);
  compiledBy(completer, completers, schema)(copy);
  return copy;
}

function violationOf(error: ErrorObject, field: string): Violation {
  const at = pathOf(error.instancePath, field);
  const parameters: Record<string, unknown> = error.params;
  switch (error.keyword) {
    case 'required':
      return { field: joined(at, String(parameters['missingProperty'])), description: 'is required' };
    case 'additionalProperties':
      return {
        field: joined(at, String(parameters['additionalProperty'])),
        description: `is not known here${knownNames(error)}`,
      };
    case 'propertyNames':
      return { field: joined(at, String(parameters['propertyName'])), description: 'is not an allowed name here' };
    default:
      return { field: at, description: descriptionOf(error, parameters) };
  }
}

function descriptionOf(error: ErrorObject, parameters: Readonly<Record<string, unknown>>): string {
  const got = shownValue(error.data);
  const limit = String(parameters['limit']);
  switch (error.keyword) {
    case 'type':
      return `must be ${[parameters['type']]
        .flat()
        .map((type) => typeNames[String(type)] ?? String(type))
        .join(' or ')}; got ${got}`;
    case 'enum':
      return `must be one of ${(parameters['allowedValues'] as readonly unknown[]).map(shownValue).join(', ')}; got ${got}`;
    case 'const':
      return `must be ${shownValue(parameters['allowedValue'])}; got ${got}`;
    case 'minimum':
      return `must be at least ${limit}; got ${got}`;
    case 'maximum':
      return `must be at most ${limit}; got ${got}`;
    case 'exclusiveMinimum':
      return `must be greater than ${limit}; got ${got}`;
    case 'exclusiveMaximum':
      return `must be less than ${limit}; got ${got}`;
    case 'minItems':
    case 'minProperties':
      return `must have at least ${limit} ${limit === '1' ? 'entry' : 'entries'}${knownNames(error)}`;
    case 'maxItems':
    case 'maxProperties':
      return `must have at most ${limit} ${limit === '1' ? 'entry' : 'entries'}${knownNames(error)}`;
    case 'minLength':
      return limit === '1' ? 'must not be empty' : `must have at least ${limit} characters; got ${got}`;
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'pattern':
      return `must match ${String(parameters['pattern'])}; got ${got}`;
    case 'oneOf':
    case 'anyOf':
      return `must have one of these forms: ${formsOf(error.schema)}; got ${got}`;
    default:
      return `${error.message ?? `breaks ${error.keyword}`}; got ${got}`;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a text',
};

function shownValue(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function formsOf(schema: unknown): string {
  const forms = Array.isArray(schema) ? (schema as readonly JsonSchema[]) : [];
  return forms.map((form) => form.title ?? form.description ?? formOf(form)).join('; ');
}

function formOf({ const: only, required, type, ...rest }: JsonSchema): string {
  if (only !== undefined) return shownValue(only);
  if (required !== undefined || typeof type !== 'string') return shownValue(required ?? type ?? rest);
  return typeNames[type] ?? type;
}

function knownNames(error: ErrorObject): string {
  const properties: unknown = error.parentSchema?.['properties'];
  const names = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  return names.length === 0 ? '' : `; known are ${names.join(', ')}`;
}

/** `/limits/0/max` below `constraints` is `constraints.limits[0].max`. */
function pathOf(pointer: string, field: string): string {
  let path = field;
  for (const part of pointer.split('/').slice(1)) path = joined(path, part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return path;
}

/** Names with other characters than those of identifiers stand in brackets, so that a path can be read back. */
function joined(path: string, part: string): string {
  if (/^\d+$/.test(part)) return `${path}[${part}]`;
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(part)) return `${path}[${JSON.stringify(part)}]`;
  return path === '' ? part : `${path}.${part}`;
}
