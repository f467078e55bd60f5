/** The service as its descriptors tell it: one source for transcoding, error details and the OpenAPI document. */
import { readFileSync } from 'node:fs';

import { createFileRegistry, fromBinary, getOption } from '@bufbuild/protobuf';
import type { DescExtension, DescMessage, DescMethod, FileRegistry } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';

export const apiPackage = 'veritasvault.portfolio.v1';

export interface Schema {
  readonly registry: FileRegistry;
  readonly files: FileDescriptorSet;
  /** Every method of the API, in the order of the files. */
  readonly methods: readonly DescMethod[];
  message(typeName: string): DescMessage;
  httpRule(method: DescMethod): HttpRule | undefined;
}

/** One `google.api.http` binding. */
export interface HttpRule {
  readonly verb: string;
  /** Path template, `/v1/{name=portfolios/*}:cancel`. */
  readonly template: string;
  /** `*`, a field name, or empty. */
  readonly body: string;
}

/** Reads the descriptor set that the set-up step generated. */
export function loadSchema(path: URL = new URL('../gen/descriptors.binpb', import.meta.url)): Schema {
  const files = fromBinary(FileDescriptorSetSchema, readFileSync(path));
  const registry = createFileRegistry(files);
  const methods = files.file
    .filter((file) => file.package === apiPackage)
    .flatMap((file) => file.service.map((service) => registry.getService(`${apiPackage}.${service.name}`)))
    .flatMap((service) => service?.methods ?? []);
  const http = registry.getExtension('google.api.http');
  if (http === undefined) throw new Error('the descriptor set lacks google.api.http');
  return {
    registry,
    files,
    methods,
    message: (typeName) => {
      const found = registry.getMessage(typeName);
      if (found === undefined) throw new Error(`the descriptor set lacks ${typeName}`);
      return found;
    },
    httpRule: (method) => ruleOf(method, http, registry),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function ruleOf(method: DescMethod, extension: DescExtension, registry: FileRegistry): HttpRule | undefined {
  const rule: unknown = getOption(method, extension);
  const description = registry.getMessage('google.api.HttpRule');
  if (typeof rule !== 'object' || rule === null || description === undefined) return undefined;
  const reflected = reflect(description, rule as Parameters<typeof reflect>[1]);
  const pattern = reflected.oneofCase(description.oneofs[0] ?? raise('HttpRule has no pattern'));
  const body = description.fields.find((field) => field.name === 'body');
  if (pattern === undefined || body === undefined) return undefined;
  return {
    verb: pattern.name.toUpperCase(),
    template: textOf(reflected.get(pattern)),
    body: textOf(reflected.get(body)),
  };
}

function raise(message: string): never {
  throw new Error(message);
}
