/** The OpenAPI 3.1 document of every route, drawn from the descriptors with their comments; proto JSON throughout. */
import { ScalarType } from '@bufbuild/protobuf';
import type { DescEnum, DescField, DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';

import { commentsOf } from './comments.ts';
import type { Comments } from './comments.ts';
import { routesOf } from './routes.ts';
import type { Route } from './routes.ts';
import type { Schema } from './schema.ts';

const wellKnown: Readonly<Record<string, JsonObject>> = {
  'google.protobuf.Timestamp': { type: 'string', format: 'date-time' },
  'google.protobuf.Duration': { type: 'string', examples: ['1.5s'] },
  'google.protobuf.FieldMask': { type: 'string', description: 'Field names in camelCase, joined by commas.' },
  'google.protobuf.Struct': { type: 'object', additionalProperties: true },
  'google.protobuf.Any': { type: 'object', properties: { '@type': { type: 'string' } }, additionalProperties: true },
};

const scalarSchema = (scalar: ScalarType): JsonObject => {
  if (scalar === ScalarType.BOOL) return { type: 'boolean' };
  if (scalar === ScalarType.STRING) return { type: 'string' };
  if (scalar === ScalarType.BYTES) return { type: 'string', format: 'byte' };
  if (scalar === ScalarType.DOUBLE || scalar === ScalarType.FLOAT) return { type: 'number', format: 'double' };
  const wide = [
    ScalarType.INT64,
    ScalarType.UINT64,
    ScalarType.SINT64,
    ScalarType.FIXED64,
    ScalarType.SFIXED64,
  ].includes(scalar);
  return wide ? { type: 'string', format: 'int64' } : { type: 'integer', format: 'int32' };
};

class Document {
  readonly schemas: JsonObject = {};
  readonly #comments: Comments;

  constructor(comments: Comments) {
    this.#comments = comments;
  }

  reference(message: DescMessage): JsonObject {
    const known = wellKnown[message.typeName];
    if (known !== undefined) return known;
    const name = message.typeName.replace(/^.*\.(?=[A-Z])/, '');
    if (!Object.hasOwn(this.schemas, name)) {
      this.schemas[name] = {};
      this.schemas[name] = this.#messageSchema(message);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  field(field: DescField): JsonObject {
    const description = this.#comments.get(field);
    return { ...this.#shape(field), ...(description === '' ? {} : { description }) };
  }

  #shape(field: DescField): JsonObject {
    const element = this.#element(field);
    if (field.fieldKind === 'list') return { type: 'array', items: element };
    if (field.fieldKind === 'map') return { type: 'object', additionalProperties: element };
    return element;
  }

  #element(field: DescField): JsonObject {
    if (field.message !== undefined) return this.reference(field.message);
    if (field.enum !== undefined) return this.#enumSchema(field.enum);
    return scalarSchema(field.scalar);
  }

  #enumSchema(description: DescEnum): JsonObject {
    const values = description.values.map((value) => value.name);
    return {
      type: 'string',
      enum: values,
      description: description.values.map((value) => `${value.name}: ${this.#comments.get(value)}`).join('\n'),
    };
  }

  #messageSchema(message: DescMessage): JsonObject {
    const properties = Object.fromEntries(message.fields.map((field) => [field.jsonName, this.field(field)]));
    return { type: 'object', description: this.#comments.get(message), properties };
  }

  operation(route: Route): JsonObject {
    const { method, rule, variables } = route;
    const named = new Set(variables);
    const ids = [...pathOf(rule.template).matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '');
    const parameters: JsonValue[] = ids.map((id) => ({
      name: id,
      in: 'path',
      required: true,
      schema: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' },
      description: `Id of the ${id}.`,
    }));
    if (rule.body !== '*') {
      for (const field of method.input.fields) {
        if (named.has(field.name) || field.name === rule.body || field.fieldKind === 'map') continue;
        if (field.fieldKind === 'message' && !Object.hasOwn(wellKnown, field.message.typeName)) continue;
        parameters.push({
          name: field.jsonName,
          in: 'query',
          schema: this.#shape(field),
          description: this.#comments.get(field),
        });
      }
    }
    const bodyField = method.input.fields.find((field) => field.name === rule.body);
    const body =
      rule.body === '*'
        ? this.reference(method.input)
        : bodyField?.message === undefined
          ? undefined
          : this.reference(bodyField.message);
    const streaming = method.methodKind === 'server_streaming';
    const media = streaming ? 'text/event-stream' : 'application/json';
    return {
      operationId: method.name,
      tags: [method.parent.name],
      summary: this.#comments.get(method),
      parameters,
      ...(body === undefined
        ? {}
        : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
      responses: {
        '200': {
          description: streaming ? 'Server-sent events; `data` of each is this message.' : 'The answer.',
          content: { [media]: { schema: this.reference(method.output) } },
        },
        default: {
          description: 'google.rpc.Status',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Status' } } },
        },
      },
    };
  }
}

/** `/v1/{name=portfolios/*}:cancel` as the OpenAPI path `/v1/portfolios/{portfolio}:cancel`. */
const pathOf = (template: string): string =>
  template.replace(/\{[a-z_.]+=([^}]+)\}/g, (_, pattern: string) => pattern.replace(/(\w+)s\/\*/g, '$1s/{$1}'));

export function openApi(schema: Schema, version: string): JsonObject {
  const document = new Document(commentsOf(schema));
  document.reference(schema.message('google.rpc.Status'));
  const paths: Record<string, JsonObject> = {};
  for (const route of routesOf(schema)) {
    const path = pathOf(route.rule.template);
    paths[path] = { ...paths[path], [route.rule.verb.toLowerCase()]: document.operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'VeritasVault Portfolio',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Constructs, analyses, optimizes and rebalances investment portfolios. The same service as over gRPC, in proto JSON.',
    },
    paths,
    components: { schemas: document.schemas },
  };
}
