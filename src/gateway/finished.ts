/** Waits for the end of a watched run. The watch ends after the terminal event, so reading it to the end is enough. */
import type { ClientReadableStream } from '@grpc/grpc-js';

export function finishedOptimization(call: ClientReadableStream<Buffer>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => {
      call.cancel();
    };
    signal.addEventListener('abort', cancel, { once: true });
    call.on('data', () => undefined);
    call.on('error', (error: Error) => {
      signal.removeEventListener('abort', cancel);
      reject(error);
    });
    call.on('end', () => {
      signal.removeEventListener('abort', cancel);
      resolve();
    });
  });
}
