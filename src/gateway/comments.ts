/** Leading comments of the protos by descriptor: they are the documentation. */
import type { DescEnum, DescEnumValue, DescField, DescMessage, DescMethod } from '@bufbuild/protobuf';

import type { Schema } from './schema.ts';

type Described = DescMessage | DescField | DescEnum | DescEnumValue | DescMethod;

export interface Comments {
  get(description: Described): string;
}

/** Field numbers of FileDescriptorProto, DescriptorProto, EnumDescriptorProto and ServiceDescriptorProto. */
const path = {
  messages: 4,
  enums: 5,
  services: 6,
  fields: 2,
  nestedMessages: 3,
  nestedEnums: 4,
  values: 2,
  methods: 2,
} as const;

export function commentsOf(schema: Schema): Comments {
  const byName = new Map<string, string>();
  for (const file of schema.files.file) {
    const texts = new Map<string, string>();
    for (const location of file.sourceCodeInfo?.location ?? []) {
      if (location.leadingComments !== '') texts.set(location.path.join('.'), location.leadingComments);
    }
    const keep = (name: string, ...at: readonly number[]): void => {
      const text = texts.get(at.join('.'));
      if (text !== undefined) byName.set(name, text.replace(/\s*\n\s*/g, ' ').trim());
    };
    const prefix = file.package === '' ? '' : `${file.package}.`;
    for (const [index, message] of file.messageType.entries()) {
      keep(prefix + message.name, path.messages, index);
      for (const [position, field] of message.field.entries())
        keep(`${prefix}${message.name}.${field.name}`, path.messages, index, path.fields, position);
    }
    for (const [index, enumeration] of file.enumType.entries()) {
      keep(prefix + enumeration.name, path.enums, index);
      for (const [position, value] of enumeration.value.entries())
        keep(`${prefix}${enumeration.name}.${value.name}`, path.enums, index, path.values, position);
    }
    for (const [index, service] of file.service.entries()) {
      for (const [position, method] of service.method.entries())
        keep(`${prefix}${service.name}.${method.name}`, path.services, index, path.methods, position);
    }
  }
  return { get: (description) => byName.get(nameOf(description)) ?? '' };
}

const nameOf = (description: Described): string =>
  description.kind === 'message' || description.kind === 'enum'
    ? description.typeName
    : `${description.parent.typeName}.${description.name}`;
