/** The body of a request as JSON: bounded, declared as JSON, strictly parsed. */
import type { IncomingMessage } from 'node:http';

import type { JsonValue } from '@bufbuild/protobuf';

import { Refusal } from './http-fault.ts';

const bytesMax = 64 * 1024 * 1024;

/** Undefined when there is no body. A body that is not declared as JSON is refused: a form of a foreign page could have sent it. */
export async function readBody(request: IncomingMessage): Promise<JsonValue | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesMax)
      throw new Refusal(413, 'MESSAGE_MALFORMED', `the body has more than ${String(bytesMax)} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Refusal(
      415,
      'MESSAGE_MALFORMED',
      `the content type must be application/json; got ${JSON.stringify(type)}`,
    );
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))) as JsonValue;
  } catch (error) {
    throw new Refusal(
      400,
      'MESSAGE_MALFORMED',
      `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
