/** Parameters to test with, from what a schema itself offers. */
import type { Json, JsonObject, JsonSchema } from '../../../values/json.ts';
import { schemaProblem, schemaViolations, withDefaults } from '../../../values/schema.ts';

/** The schema's own examples when it has some; otherwise one object from the examples, defaults and values of its properties. */
export function parameterExamples(schema: JsonSchema): readonly JsonObject[] {
  if (schema.examples !== undefined && schema.examples.length > 0) return schema.examples.filter(isObject);
  const made: Record<string, Json> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const value = valueOf(property);
    if (value !== undefined) made[name] = value;
  }
  return [made];
}

function valueOf(schema: JsonSchema): Json | undefined {
  return schema.examples?.[0] ?? schema.default ?? schema.const ?? schema.enum?.[0];
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Everything wrong with a schema that is to be published: unsound, without examples that pass, or with defaults that do not. */
export function schemaFaults(schema: JsonSchema): readonly string[] {
  const problem = schemaProblem(schema);
  if (problem !== undefined) return [problem];
  const faults: string[] = [];
  for (const example of parameterExamples(schema)) {
    const violations = schemaViolations(schema, withDefaults(schema, example), 'parameters');
    faults.push(
      ...violations.map(({ field, description }) => `example ${JSON.stringify(example)}: ${field} ${description}`),
    );
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    for (const value of [property.default, ...(property.examples ?? [])]) {
      if (value === undefined) continue;
      faults.push(
        ...schemaViolations(property, value, name).map(({ field, description }) => `${field} ${description}`),
      );
    }
  }
  return faults;
}
