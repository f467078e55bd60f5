/**
 * Streams as server-sent events: `event` is the case of the message's oneof, `id` its resume token, `data` the message in proto JSON. A
 * reader that lost the connection sends the last id back as `Last-Event-ID` and goes on after it.
 */
import type { ServerResponse } from 'node:http';

import { fromBinary, toJson } from '@bufbuild/protobuf';
import type { DescMessage, JsonValue } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import type { ClientReadableStream } from '@grpc/grpc-js';

import { httpFaultOf } from './http-fault.ts';
import type { Schema } from './schema.ts';

/** How one message looks to the reader. */
export interface StreamedMessage {
  readonly event: string;
  readonly id: string;
  readonly json: JsonValue;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function streamedMessage(description: DescMessage, bytes: Uint8Array, schema: Schema): StreamedMessage {
  const message = fromBinary(description, bytes);
  const reflected = reflect(description, message);
  const oneof = description.oneofs.find((candidate) => reflected.oneofCase(candidate) !== undefined);
  const token = description.fields.find((field) => field.name === 'resume_token');
  return {
    event: (oneof === undefined ? undefined : reflected.oneofCase(oneof)?.jsonName) ?? 'message',
    id: token === undefined ? '' : textOf(reflected.get(token)),
    json: toJson(description, message, { registry: schema.registry, alwaysEmitImplicit: true }),
  };
}

const frame = ({ event, id, json }: StreamedMessage): string =>
  `event: ${event}\n${id === '' ? '' : `id: ${id}\n`}data: ${JSON.stringify(json)}\n\n`;

/**
 * Pipes a call to the response, pausing it while the socket is full; the call is cancelled when the reader leaves. The headers wait for
 * the first message, so that a refused call is answered with its own HTTP status.
 */
export function pipeEvents(
  call: ClientReadableStream<Buffer>,
  description: DescMessage,
  response: ServerResponse,
  schema: Schema,
): void {
  let open = true;
  response.on('close', () => {
    open = false;
    call.cancel();
  });
  response.on('drain', () => {
    call.resume();
  });
  call.on('data', (bytes: Buffer) => {
    if (!open) return;
    begin(response);
    if (!response.write(frame(streamedMessage(description, bytes, schema)))) call.pause();
  });
  call.on('error', (error: Error) => {
    if (!open) return;
    const { httpStatus, body } = httpFaultOf(error, schema);
    if (response.headersSent) response.end(frame({ event: 'error', id: '', json: body }));
    else response.writeHead(httpStatus, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  call.on('end', () => {
    if (!open) return;
    begin(response);
    response.end();
  });
}

function begin(response: ServerResponse): void {
  if (response.headersSent) return;
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
}
