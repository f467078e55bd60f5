/** A client that knows only `proto/`: no generated code, no source of ours. Messages are plain objects, 64-bit integers strings. */
import { credentials, loadPackageDefinition, Metadata } from '@grpc/grpc-js';
import type {
  CallOptions,
  ChannelCredentials,
  ClientDuplexStream,
  ClientReadableStream,
  ClientWritableStream,
  GrpcObject,
  ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import protobuf from 'protobufjs';

const root = new URL('../../../proto/', import.meta.url).pathname;
const folder = 'veritasvault/portfolio/v1';
const files = [
  'portfolio',
  'allocation',
  'asset',
  'estimation',
  'optimization',
  'rebalancing',
  'transaction',
  'catalog',
];

const definition = loadSync(
  files.map((file) => `${folder}/${file}_service.proto`),
  { includeDirs: [root], longs: String, enums: String, defaults: true, oneofs: true, bytes: Buffer },
);
const loaded = loadPackageDefinition(definition) as unknown as {
  readonly veritasvault: { readonly portfolio: { readonly v1: GrpcObject } };
};

export type Message = Record<string, unknown>;
export type Stream = ClientReadableStream<Message>;
export type Duplex = ClientDuplexStream<Message, Message>;

type Unary = (
  request: Message,
  metadata: Metadata,
  options: CallOptions,
  done: (error: ServiceError | null, reply: Message) => void,
) => void;
type ServerStream = (request: Message, metadata: Metadata, options: CallOptions) => Stream;
type ClientStream = (
  metadata: Metadata,
  done: (error: ServiceError | null, reply: Message) => void,
) => ClientWritableStream<Message>;

type DuplexStream = (metadata: Metadata, options: CallOptions) => Duplex;

/** Methods called and error reasons met by the whole test run, so that its end can tell what no test reached. */
export const called = new Set<string>();
export const metReasons = new Set<string>();

export class TestClient {
  readonly #services = new Map<string, { readonly client: Readonly<Record<string, unknown>>; close: () => void }>();
  readonly #metadata = new Metadata();

  /** Plain text for `tenant`, or with the credentials given. */
  constructor(address: string, tenant?: string, channel: ChannelCredentials = credentials.createInsecure()) {
    if (tenant !== undefined) this.#metadata.set('x-tenant', tenant);
    for (const [name, candidate] of Object.entries(loaded.veritasvault.portfolio.v1)) {
      if (typeof candidate !== 'function' || !name.endsWith('Service')) continue;
      const client = new candidate(address, channel, { 'grpc.use_local_subchannel_pool': 1 });
      this.#services.set(name, {
        client: client,
        close: () => {
          client.close();
        },
      });
    }
  }

  /** Names of all methods by service: `PortfolioService/GetPortfolio`. */
  static methods(): readonly {
    readonly path: string;
    readonly requestStream: boolean;
    readonly responseStream: boolean;
  }[] {
    return Object.entries(loaded.veritasvault.portfolio.v1).flatMap(([name, candidate]) =>
      typeof candidate === 'function' && name.endsWith('Service')
        ? Object.values(candidate.service).map((method) => ({
            path: method.path.slice(1).replace(/^.*\.(?=\w+Service)/, ''),
            requestStream: method.requestStream,
            responseStream: method.responseStream,
          }))
        : [],
    );
  }

  #method(path: string): unknown {
    called.add(path);
    const [service = '', method = ''] = path.split('/');
    const found = this.#services.get(service);
    const member = found?.client[method];
    if (found === undefined || typeof member !== 'function') throw new Error(`proto/ has no method ${path}`);
    return member.bind(found.client);
  }

  call(path: string, request: Message, deadlineMs = 30_000): Promise<Message> {
    const method = this.#method(path) as Unary;
    return new Promise((resolve, reject) => {
      method(request, this.#metadata, { deadline: Date.now() + deadlineMs }, (error, reply) => {
        if (error === null) resolve(reply);
        else reject(error);
      });
    });
  }

  stream(path: string, request: Message): Stream {
    return (this.#method(path) as ServerStream)(request, this.#metadata, { deadline: Date.now() + 120_000 });
  }

  /** Every message of a stream, or its error. */
  collect(path: string, request: Message): Promise<Message[]> {
    return new Promise((resolve, reject) => {
      const messages: Message[] = [];
      const call = this.stream(path, request);
      call.on('data', (message: Message) => messages.push(message));
      call.on('error', reject);
      call.on('end', () => {
        resolve(messages);
      });
    });
  }

  /** A call on which both sides stream. */
  duplex(path: string): Duplex {
    const method = this.#method(path) as DuplexStream;
    return method(this.#metadata, { deadline: Date.now() + 120_000 });
  }

  upload(path: string, messages: Iterable<Message>): Promise<Message> {
    const method = this.#method(path) as ClientStream;
    return new Promise((resolve, reject) => {
      const call = method(this.#metadata, (error, reply) => {
        if (error === null) resolve(reply);
        else reject(error);
      });
      for (const message of messages) call.write(message);
      call.end();
    });
  }

  close(): void {
    for (const { close } of this.#services.values()) close();
  }
}

const details = protobuf.loadSync(
  [`${root}google/rpc/status.proto`, `${root}google/rpc/error_details.proto`].map((file) => file),
).root;

export interface Failure {
  readonly code: number;
  readonly message: string;
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly { readonly field: string; readonly description: string }[];
  readonly trailers: Metadata;
}

/** What an error says, read from `grpc-status-details-bin`. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error) || !('metadata' in error) || !('code' in error)) throw error;
  const service = error as ServiceError;
  const [bytes] = service.metadata.get('grpc-status-details-bin');
  const found: Record<string, Message> = {};
  if (bytes instanceof Buffer) {
    const status = details.lookupType('google.rpc.Status').decode(bytes) as unknown as {
      readonly details: { type_url: string; value: Uint8Array }[];
    };
    for (const any of status.details) {
      const type = details.lookupType(any.type_url.replace(/^.*\//, ''));
      found[type.name] = type.toObject(type.decode(any.value), { defaults: true });
    }
  }
  const information = found['ErrorInfo'] as { reason: string; metadata: Record<string, string> } | undefined;
  const badRequest = found['BadRequest'] as { fieldViolations: { field: string; description: string }[] } | undefined;
  if (information !== undefined) metReasons.add(information.reason);
  return {
    code: service.code,
    message: service.details,
    reason: information?.reason ?? '',
    metadata: information?.metadata ?? {},
    violations: badRequest?.fieldViolations ?? [],
    trailers: service.metadata,
  };
}

/** The failure of a call that must fail. */
export async function refusal(call: Promise<unknown>): Promise<Failure> {
  try {
    await call;
  } catch (error) {
    return failureOf(error);
  }
  throw new Error('the call succeeded');
}

/** Plain values as google.protobuf.Struct for proto-loader, which knows no shorthand. */
export function struct(value: Readonly<Record<string, unknown>>): Message {
  return { fields: Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, structValue(inner)])) };
}

function structValue(value: unknown): Message {
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { listValue: { values: value.map(structValue) } };
  return { structValue: struct(value as Record<string, unknown>) };
}
