/** JSON values and the schema that parameters are checked against. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/**
 * JSON Schema (draft 2020-12) of a `Parameters` type. The type parameter only ties a schema to the type that it describes; the
 * schema itself is data that the catalogue publishes and that the edge enforces.
 */
declare const described: unique symbol;

export interface JsonSchema<Parameters = unknown> {
  /** Never present at run time; carries the described type, as a method so that typed schemas fit lists of mixed contributions. */
  [described]?(parameters: Parameters): void;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly propertyNames?: JsonSchema;
  readonly pattern?: string;
  readonly default?: Json;
  readonly examples?: readonly Json[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}
