/** Proto JSON to messages and back, by the descriptors that were generated from `proto/`. */
import { readFileSync } from 'node:fs';

import { createFileRegistry, fromBinary, fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import type { DescMessage, FileRegistry, JsonValue } from '@bufbuild/protobuf';
import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

import { Fault } from '../../values/fault.ts';
import { jsonViolations } from '../../wire/json-shape.ts';

/** A generated message type. */
export interface MessageType<Message> {
  encode(message: Message): BinaryWriter;
  decode(input: BinaryReader | Uint8Array): Message;
}

let loaded: FileRegistry | undefined;

function registry(): FileRegistry {
  const path = new URL('../../gen/descriptors.binpb', import.meta.url);
  loaded ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(path)));
  return loaded;
}

function described(name: string): DescMessage {
  const found = registry().getMessage(`veritasvault.portfolio.v1.${name}`);
  if (found === undefined) throw new Error(`the descriptors lack ${name}`);
  return found;
}

/** The message that proto JSON says. Throws a Fault with everything that does not fit; `source` names where it came from. */
export function messageFrom<Message>(
  name: string,
  type: MessageType<Message>,
  json: JsonValue,
  source: string,
): Message {
  const description = described(name);
  const violations = jsonViolations(description, json, '');
  if (violations.length > 0) throw new Fault('MESSAGE_MALFORMED', `${source} does not fit ${name}`, {}, violations);
  try {
    return type.decode(toBinary(description, fromJson(description, json, { registry: registry() })));
  } catch (error) {
    const problem = (error instanceof Error ? error.message : String(error)).replaceAll(
      'veritasvault.portfolio.v1.',
      '',
    );
    throw new Fault('MESSAGE_MALFORMED', `${source} is not proto JSON of ${name}: ${problem}`);
  }
}

/** A message as proto JSON, fields with default values included. */
export function jsonOf<Message>(name: string, type: MessageType<Message>, message: Message): JsonValue {
  const description = described(name);
  const read = fromBinary(description, type.encode(message).finish());
  return toJson(description, read, { registry: registry(), alwaysEmitImplicit: true });
}
