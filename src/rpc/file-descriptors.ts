/**
 * An index over a serialized FileDescriptorSet. Files are handed out as the bytes that the compiler wrote: an encoder that does not
 * know every option would lose some, and clients would then miss imports.
 */
import { BinaryReader } from '@bufbuild/protobuf/wire';

import { FileDescriptorProto } from '../gen/google/protobuf/descriptor.ts';
import type { DescriptorProto, FieldDescriptorProto } from '../gen/google/protobuf/descriptor.ts';

interface File {
  readonly name: string;
  readonly bytes: Buffer;
  readonly dependencies: readonly string[];
}

export class FileDescriptors {
  readonly #files = new Map<string, File>();
  /** Full name of a service, method, message, field, oneof, enum, value or extension -> file. */
  readonly #symbols = new Map<string, string>();
  /** Full name of the extended message -> number of the extension -> file. */
  readonly #extensions = new Map<string, Map<number, string>>();
  readonly services: readonly string[];

  constructor(set: Uint8Array) {
    const services: string[] = [];
    for (const bytes of slices(set)) {
      const file = FileDescriptorProto.decode(bytes);
      const name = file.name ?? '';
      this.#files.set(name, { name, bytes, dependencies: file.dependency });
      const prefix = file.package === undefined || file.package === '' ? '' : `${file.package}.`;
      const note = (symbol: string): void => void this.#symbols.set(`${prefix}${symbol}`, name);
      for (const message of file.messageType) this.#message(message, prefix, name);
      for (const each of file.enumType) noteEnum(each, note);
      for (const extension of file.extension) this.#extension(extension, prefix, name);
      for (const service of file.service) {
        services.push(`${prefix}${service.name ?? ''}`);
        note(service.name ?? '');
        for (const method of service.method) note(`${service.name ?? ''}.${method.name ?? ''}`);
      }
    }
    this.services = services.sort();
  }

  /** The file and all that it imports, itself first; undefined when there is no such file. */
  withImports(name: string): readonly Buffer[] | undefined {
    if (!this.#files.has(name)) return undefined;
    const seen = new Set<string>([name]);
    for (const next of seen) for (const import_ of this.#files.get(next)?.dependencies ?? []) seen.add(import_);
    return [...seen].flatMap((each) => this.#files.get(each)?.bytes ?? []);
  }

  fileOfSymbol(symbol: string): string | undefined {
    return this.#symbols.get(symbol.replace(/^\./, ''));
  }

  fileOfExtension(type: string, number: number): string | undefined {
    return this.#extensions.get(type)?.get(number);
  }

  /** Numbers of the known extensions of a message; undefined when there is no such message. */
  extensionNumbers(type: string): readonly number[] | undefined {
    if (!this.#symbols.has(type)) return undefined;
    return [...(this.#extensions.get(type)?.keys() ?? [])].sort((one, other) => one - other);
  }

  #message(message: DescriptorProto, prefix: string, file: string): void {
    const own = `${prefix}${message.name ?? ''}`;
    const note = (symbol: string): void => void this.#symbols.set(`${own}.${symbol}`, file);
    this.#symbols.set(own, file);
    for (const field of message.field) note(field.name ?? '');
    for (const oneof of message.oneofDecl) note(oneof.name ?? '');
    for (const each of message.enumType) noteEnum(each, note);
    for (const extension of message.extension) this.#extension(extension, `${own}.`, file);
    for (const nested of message.nestedType) this.#message(nested, `${own}.`, file);
  }

  #extension(extension: FieldDescriptorProto, prefix: string, file: string): void {
    this.#symbols.set(`${prefix}${extension.name ?? ''}`, file);
    const type = (extension.extendee ?? '').replace(/^\./, '');
    const numbers = this.#extensions.get(type) ?? new Map<number, string>();
    numbers.set(extension.number ?? 0, file);
    this.#extensions.set(type, numbers);
  }
}

/** Values of an enum stand beside it, not below it. */
function noteEnum(
  each: { readonly name?: string | undefined; readonly value: readonly { readonly name?: string | undefined }[] },
  note: (symbol: string) => void,
): void {
  note(each.name ?? '');
  for (const value of each.value) note(value.name ?? '');
}

/** The bytes of each file in a FileDescriptorSet (`repeated FileDescriptorProto file = 1`). */
function slices(set: Uint8Array): readonly Buffer[] {
  const reader = new BinaryReader(set);
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) files.push(Buffer.from(reader.bytes()));
    else reader.skip(wireType);
  }
  return files;
}
