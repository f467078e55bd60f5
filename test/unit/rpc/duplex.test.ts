import { Metadata, status as codes } from '@grpc/grpc-js';
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';

import { EstimationServiceService } from '../../../src/gen/veritasvault/portfolio/v1/estimation_service.ts';
import type {
  StreamEstimatesRequest,
  StreamEstimatesResponse,
} from '../../../src/gen/veritasvault/portfolio/v1/estimation_service.ts';
import type { EdgeLimits } from '../../../src/rpc/edge.ts';
import { served } from '../../../src/rpc/handler.ts';
import { duplex } from '../../../src/rpc/method.ts';
import { Fault } from '../../../src/values/fault.ts';
import { detailsOf, startTestServer } from '../../support/rpc.ts';
import type { TestServer } from '../../support/rpc.ts';

const { streamEstimates } = EstimationServiceService;
type Call = ClientDuplexStream<StreamEstimatesRequest, StreamEstimatesResponse>;

const rowOf = (date: string): StreamEstimatesRequest => ({
  content: { $case: 'row', value: { date, values: undefined } },
});
const padding = 'x'.repeat(20_000);
const reply = (row: number, description = ''): StreamEstimatesResponse => ({
  row: BigInt(row),
  result: { $case: 'rejection', value: { problems: [{ field: '', description, reason: '' }] } },
});
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Ended {
  readonly replies: readonly number[];
  readonly error?: ServiceError;
}

function read(call: Call): Promise<Ended> {
  return new Promise((resolve) => {
    const replies: number[] = [];
    call.on('data', ({ row }: StreamEstimatesResponse) => replies.push(Number(row)));
    call.on('error', (error: ServiceError) => resolve({ replies, error }));
    call.on('end', () => resolve({ replies }));
  });
}

const reasonOf = ({ error }: Ended): string | undefined => error && detailsOf(error.metadata).info?.reason;

describe('a call on which both sides stream', () => {
  let server: TestServer | undefined;
  const state = { seen: 0, closed: 0 };
  /** Answers each request with its number; `fail` ends the call. */
  const counting = async function* (requests: AsyncIterable<StreamEstimatesRequest>) {
    try {
      for await (const { content } of requests) {
        state.seen += 1;
        if (content?.$case === 'row' && content.value.date === 'fail') throw new Fault('NOT_FOUND', 'no such row');
        if (content?.$case === 'row' && content.value.date === 'break') throw new RangeError('a bug');
        yield reply(state.seen, content?.$case === 'row' ? content.value.date : '');
      }
      yield reply(0);
    } finally {
      state.closed += 1;
    }
  };
  const started = async (limits: Partial<EdgeLimits> = {}): Promise<void> => {
    [state.seen, state.closed] = [0, 0];
    const handlers = { streamEstimates: duplex(counting) };
    server = await startTestServer((edge) => [served({ streamEstimates }, handlers, edge)], { limits, drainMs: 1500 });
  };
  const opened = (): Call => {
    if (server === undefined) throw new Error('no server');
    const { path, requestSerialize, responseDeserialize } = streamEstimates;
    return server.client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, new Metadata(), {});
  };

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('answers each request in order, and once more when the requests have ended', async () => {
    await started();
    const call = opened();
    const reading = read(call);
    for (let each = 0; each < 200; each += 1) call.write(rowOf('a'));
    call.end();
    expect((await reading).replies).to.deep.equal([...Array.from({ length: 200 }, (_, at) => at + 1), 0]);
    expect(state.closed).to.equal(1);
  });

  it('answers before the next request is sent', async () => {
    await started();
    const call = opened();
    const first = new Promise((resolve) => call.once('data', resolve));
    call.write(rowOf('a'));
    await first;
    const second = new Promise((resolve) => call.once('data', resolve));
    call.write(rowOf('b'));
    expect(Number(((await second) as StreamEstimatesResponse).row)).to.equal(2);
    call.end();
    expect((await read(call)).replies).to.deep.equal([0]);
  });

  it('looks at no further requests while its reader reads nothing, and ends it in time', async () => {
    await started({ stallMs: 300 });
    const call = opened();
    const paused = new Promise<void>((resolve) =>
      call.once('data', () => {
        call.pause();
        resolve();
      }),
    );
    for (let each = 0; each < 1500; each += 1) call.write(rowOf(padding));
    await paused;
    await pause(150);
    const seen = state.seen;
    expect(seen).to.be.within(1, 300);
    await pause(450);
    expect(state.seen).to.equal(seen);
    const failed = new Promise<ServiceError>((resolve) => call.on('error', resolve));
    call.resume();
    const ended = { replies: [], error: await failed };
    expect(ended.error.code).to.equal(codes.RESOURCE_EXHAUSTED);
    expect(reasonOf(ended)).to.equal('WATCHER_TOO_SLOW');
    expect(state.closed).to.equal(1);
  });

  it('ends with the status of what went wrong, for bugs without their text', async () => {
    await started();
    const call = opened();
    const reading = read(call);
    call.write(rowOf('a'));
    call.write(rowOf('fail'));
    const ended = await reading;
    expect(ended.replies).to.deep.equal([1]);
    expect(reasonOf(ended)).to.equal('NOT_FOUND');
    const other = opened();
    const broken = read(other);
    other.write(rowOf('break'));
    expect((await broken).error?.code).to.equal(codes.INTERNAL);
    expect((await broken).error?.details).to.not.contain('a bug');
  });

  it('refuses bytes that are no message, and messages that are too large', async () => {
    await started({ receiveBytes: 1000 });
    const raw = server?.client.makeBidiStreamRequest<Buffer, StreamEstimatesResponse>(
      streamEstimates.path,
      (bytes) => bytes,
      streamEstimates.responseDeserialize,
      new Metadata(),
      {},
    );
    if (raw === undefined) throw new Error('no server');
    const malformed = new Promise<ServiceError>((resolve) => raw.on('error', resolve));
    raw.on('data', () => undefined);
    raw.write(Buffer.from([0xff, 0xff, 0xff]));
    expect(detailsOf((await malformed).metadata).info?.reason).to.equal('MESSAGE_MALFORMED');
    const call = opened();
    const reading = read(call);
    call.write(rowOf(padding));
    expect(reasonOf(await reading)).to.equal('INVALID_ARGUMENT');
  });

  it('ends when the server drains or the stream has lived its life, while it waits for a request', async () => {
    await started({ streamMs: 400 });
    const call = opened();
    const reading = read(call);
    call.write(rowOf('a'));
    const aged = await reading;
    expect(reasonOf(aged)).to.equal('SHUTTING_DOWN');
    expect(aged.error?.details).to.match(/longest life/);
    const other = opened();
    const draining = read(other);
    other.write(rowOf('a'));
    await pause(50);
    server?.edge.shutdown.enter('draining');
    const ended = await draining;
    expect(reasonOf(ended)).to.equal('SHUTTING_DOWN');
    expect(ended.error?.details).to.match(/stopping/);
    expect(state.closed).to.equal(2);
    expect(reasonOf(await read(opened()))).to.equal('SHUTTING_DOWN');
  });

  it('refuses a caller without a sound tenant by a status', async () => {
    await started();
    const metadata = new Metadata();
    metadata.set('x-tenant', 'no tenant!');
    const { path, requestSerialize, responseDeserialize } = streamEstimates;
    const call = server?.client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, {});
    if (call === undefined) throw new Error('no server');
    expect(reasonOf(await read(call))).to.equal('TENANT_INVALID');
  });

  it('lets go of the handler when the client leaves', async () => {
    await started();
    const call = opened();
    const reading = read(call);
    call.write(rowOf('a'));
    await pause(50);
    call.cancel();
    expect((await reading).error?.code).to.equal(codes.CANCELLED);
    for (let waited = 0; waited < 1000 && state.closed === 0; waited += 10) await pause(10);
    expect(state.closed).to.equal(1);
  });
});
