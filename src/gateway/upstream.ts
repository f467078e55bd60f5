/** The gateway's client of the gRPC service: messages stay bytes, nothing is generated twice. */
import { Client } from '@grpc/grpc-js';
import type { ChannelCredentials, ClientReadableStream, Metadata } from '@grpc/grpc-js';
import type { DescMethod } from '@bufbuild/protobuf';

const same = (bytes: Buffer): Buffer => bytes;
const pathOf = (method: DescMethod): string => `/${method.parent.typeName}/${method.name}`;
const unaryDeadlineMs = 60_000;

export class Upstream {
  readonly #client: Client;

  constructor(address: string, credentials: ChannelCredentials) {
    this.#client = new Client(address, credentials, { 'grpc.max_receive_message_length': 64 * 1024 * 1024 });
  }

  /** One request, one reply. Rejects with the service's error; aborting cancels the call. */
  unary(method: DescMethod, request: Uint8Array, metadata: Metadata, signal: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const deadline = new Date(Date.now() + unaryDeadlineMs);
      const call = this.#client.makeUnaryRequest(
        pathOf(method),
        same,
        same,
        Buffer.from(request),
        metadata,
        { deadline },
        (error, reply) => {
          signal.removeEventListener('abort', cancel);
          if (error !== null) reject(error);
          else if (reply === undefined) reject(new Error(`no reply from ${pathOf(method)}`));
          else resolve(reply);
        },
      );
      const cancel = (): void => {
        call.cancel();
      };
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  /** One request, a stream of replies. */
  stream(method: DescMethod, request: Uint8Array, metadata: Metadata): ClientReadableStream<Buffer> {
    return this.#client.makeServerStreamRequest(pathOf(method), same, same, Buffer.from(request), metadata);
  }

  close(): void {
    this.#client.close();
  }
}
