/** The connection to a server: replies as promises, streams as async iterables, all over gRPC. */
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import type { CallOptions, ChannelCredentials, ServiceError } from '@grpc/grpc-js';

/** What generated service definitions say about one method. */
export interface Method<Request, Reply> {
  readonly path: string;
  readonly requestSerialize: (value: Request) => Buffer;
  readonly responseDeserialize: (value: Buffer) => Reply;
}

export interface ConnectionSettings {
  /** `host:port`. */
  readonly address: string;
  readonly tenant?: string | undefined;
  /** Deadline of replies, 30 s when absent, and of streams, none when absent. */
  readonly timeoutMs?: number | undefined;
  /** Plain text when absent. */
  readonly channel?: ChannelCredentials;
}

const replyTimeoutMs = 30_000;
const messageBytesMax = 64 * 1024 * 1024;

/** Keepalive finds a peer that vanished without a word; a lost server is tried again soon. */
const channelOptions = {
  'grpc.max_receive_message_length': messageBytesMax,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
};

export class Connection {
  readonly address: string;
  readonly #client: Client;
  readonly #metadata = new Metadata();
  readonly #timeoutMs: number | undefined;

  constructor({ address, tenant, timeoutMs, channel = credentials.createInsecure() }: ConnectionSettings) {
    this.address = address;
    this.#client = new Client(address, channel, channelOptions);
    this.#timeoutMs = timeoutMs;
    if (tenant !== undefined) this.#metadata.set('x-tenant', tenant);
  }

  /** One request, one reply. Rejects with the ServiceError. */
  reply<Request, Reply>(method: Method<Request, Reply>, request: Request): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const settle = (error: ServiceError | null, reply?: Reply): void => {
        if (error !== null) reject(error);
        else if (reply === undefined) reject(new Error(`${method.path} ended without a reply`));
        else resolve(reply);
      };
      const { path, requestSerialize, responseDeserialize } = method;
      const options = this.#options(this.#timeoutMs ?? replyTimeoutMs);
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.#metadata,
        options,
        settle,
      );
    });
  }

  /** One request, a stream of messages. The call is cancelled when the reader leaves or the signal aborts. */
  async *stream<Request, Message>(
    method: Method<Request, Message>,
    request: Request,
    signal?: AbortSignal,
  ): AsyncGenerator<Message, void> {
    const { path, requestSerialize, responseDeserialize } = method;
    const call = this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      this.#metadata,
      this.#options(this.#timeoutMs),
    );
    const cancel = (): void => {
      call.cancel();
    };
    // After the reader has left nobody else hears how the cancelled call ended.
    call.on('error', () => undefined);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      for await (const message of call as AsyncIterable<Message>) yield message;
    } finally {
      signal?.removeEventListener('abort', cancel);
      cancel();
    }
  }

  /** A stream of requests, one reply. `sent` hears how many went out; rejects with the ServiceError, also in the middle. */
  upload<Request, Reply>(
    method: Method<Request, Reply>,
    requests: Iterable<Request>,
    sent: (count: number) => void,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      let settled = false;
      let wake: () => void = () => undefined;
      const settle = (error: ServiceError | null, reply?: Reply): void => {
        settled = true;
        wake();
        if (error !== null) reject(error);
        else if (reply === undefined) reject(new Error(`${method.path} ended without a reply`));
        else resolve(reply);
      };
      const { path, requestSerialize, responseDeserialize } = method;
      const options = this.#options(this.#timeoutMs);
      const call = this.#client.makeClientStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        this.#metadata,
        options,
        settle,
      );
      call.on('drain', () => {
        wake();
      });
      const send = async (): Promise<void> => {
        let count = 0;
        for (const request of requests) {
          if (settled) return;
          const free = call.write(request);
          sent((count += 1));
          if (!free)
            await new Promise<void>((resume) => {
              wake = resume;
            });
        }
        call.end();
      };
      send().catch(reject);
    });
  }

  /** Resolves when a server answers at the address; rejects when none does within the time. */
  answers(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#client.waitForReady(Date.now() + timeoutMs, (error) => {
        resolve(error === undefined);
      });
    });
  }

  close(): void {
    this.#client.close();
  }

  #options(timeoutMs: number | undefined): Partial<CallOptions> {
    return timeoutMs === undefined ? {} : { deadline: new Date(Date.now() + timeoutMs) };
  }
}
