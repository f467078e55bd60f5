/** Refuses before a handler sees the call: deadlines that overflowed and headers that are too large. */
import { ServerInterceptingCall, ServerListenerBuilder } from '@grpc/grpc-js';
import type { Metadata, ServerInterceptor } from '@grpc/grpc-js';

import { Fault } from '../values/fault.ts';
import { statusOf } from './status.ts';

const headerBytesMax = 16_384;
/** No honest clock is so far behind; grpc-js truncates timeouts to 32 bits, so that 600 hours become minus 25 days. */
const overflowMs = 60_000;

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const guard: ServerInterceptor = (_method, call) => {
  const listener = new ServerListenerBuilder()
    .withOnReceiveMetadata((metadata, next) => {
      const fault = faultOf(metadata, call.getDeadline());
      if (fault === undefined) next(metadata);
      else call.sendStatus(statusOf(fault, silent, ''));
    })
    .build();
  return new ServerInterceptingCall(call, { start: (next) => next(listener) });
};

function faultOf(metadata: Metadata, deadline: Date | number): Fault | undefined {
  const atMs = deadline instanceof Date ? deadline.getTime() : deadline;
  if (atMs < Date.now() - overflowMs) {
    return new Fault('DEADLINE_TOO_LONG', 'the deadline is further away than 24 days and cannot be kept');
  }
  if (headerBytes(metadata) > headerBytesMax) {
    return new Fault('INVALID_ARGUMENT', `the headers have more than ${String(headerBytesMax)} bytes`);
  }
  return undefined;
}

function headerBytes(metadata: Metadata): number {
  let bytes = 0;
  for (const [key, values] of Object.entries(metadata.toHttp2Headers())) {
    for (const value of Array.isArray(values) ? values : [values]) bytes += key.length + String(value).length + 32;
  }
  return bytes;
}
