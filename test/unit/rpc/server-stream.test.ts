import { status as codes } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { concat, NEVER, Observable, of } from 'rxjs';

import {
  OptimizationEvent,
  OptimizationServiceService,
} from '../../../src/gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { WatchOptimizationRequest } from '../../../src/gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { EdgeLimits } from '../../../src/rpc/edge.ts';
import { served } from '../../../src/rpc/handler.ts';
import { serverStream } from '../../../src/rpc/method.ts';
import type { StreamOptions } from '../../../src/rpc/method.ts';
import { detailsOf, readAll, startTestServer, stream } from '../../support/rpc.ts';
import type { TestServer } from '../../support/rpc.ts';

const { watchOptimization } = OptimizationServiceService;
const resumable: StreamOptions<WatchOptimizationRequest, OptimizationEvent> = {
  conflatable: (event) => event.event?.$case === 'progress',
  resumable: {
    tokenOf: (event) => event.resumeToken,
    after: (request, resumeToken) => ({ ...request, resumeToken }),
    start: (request) => request.resumeToken,
  },
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const padding = 'x'.repeat(4000);

function lifecycle(sequence: number): OptimizationEvent {
  const event = { $case: 'failed' as const, value: { reason: padding, message: '' } };
  return OptimizationEvent.create({ sequence: BigInt(sequence), resumeToken: String(sequence), event });
}

function progress(sequence: number): OptimizationEvent {
  const event = { $case: 'progress' as const, value: { phase: padding, iteration: sequence } };
  return OptimizationEvent.create({ sequence: BigInt(sequence), resumeToken: String(sequence), event });
}

/** A log of `last` events: emits everything after the token at once, as fast as it can, and then stays open or completes. */
function logOf(last: number, event: (sequence: number) => OptimizationEvent, open = false) {
  const state = { opened: 0, closed: 0, emitted: 0 };
  const source = (request: WatchOptimizationRequest): Observable<OptimizationEvent> => {
    state.opened += 1;
    const from = Number(request.resumeToken) + 1;
    return new Observable<OptimizationEvent>((subscriber) => {
      subscriber.add(() => (state.closed += 1));
      for (let sequence = from; sequence <= last && !subscriber.closed; sequence++) {
        state.emitted += 1;
        subscriber.next(event(sequence));
      }
      if (!open) subscriber.complete();
    });
  };
  return { state, source };
}

describe('a server stream', () => {
  let server: TestServer | undefined;
  const started = async (
    source: (request: WatchOptimizationRequest) => Observable<OptimizationEvent>,
    limits: Partial<EdgeLimits> = {},
  ): Promise<TestServer> => {
    const handlers = { watchOptimization: serverStream(source, resumable) };
    server = await startTestServer((edge) => [served({ watchOptimization }, handlers, edge)], { limits });
    return server;
  };
  const request = { name: 'portfolios/p/optimizations/o', resumeToken: '' };

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('tells everything in order and ends with the token of the last event', async () => {
    const { source } = logOf(100, lifecycle);
    const { client } = await started(source);
    const { replies, error, trailers } = await readAll(stream(client, watchOptimization, request));
    expect(error).to.equal(undefined);
    expect(replies.map(({ sequence }) => Number(sequence))).to.deep.equal(
      Array.from({ length: 100 }, (_, at) => at + 1),
    );
    expect(trailers.get('resume-token')).to.deep.equal(['100']);
  });

  it('pauses the source for a slow reader instead of dropping or piling up lifecycle events', async () => {
    const { state, source } = logOf(3000, lifecycle);
    const { client } = await started(source, { queueEvents: 32 });
    const call = stream(client, watchOptimization, request);
    const seen: number[] = [];
    call.on('error', () => undefined);
    for await (const event of call as AsyncIterable<OptimizationEvent>) {
      if (seen.length < 5) {
        await pause(40);
        expect(state.emitted - seen.length).to.be.below(600);
      }
      seen.push(Number(event.sequence));
    }
    expect(seen).to.deep.equal(Array.from({ length: 3000 }, (_, at) => at + 1));
    expect(state.opened).to.be.above(1);
    expect(state.closed).to.equal(state.opened);
  });

  it('holds little for a reader that reads nothing, and keeps the newest progress only', async () => {
    const { source } = logOf(20_000, progress);
    const { client } = await started(concatNever(source));
    const call = stream(client, watchOptimization, request);
    call.on('error', () => undefined);
    await pausedAfterFirst(call);
    global.gc?.();
    const before = process.memoryUsage().rss;
    await pause(300);
    expect(process.memoryUsage().rss - before).to.be.below(64 * 1_048_576);
    const seen: number[] = [];
    call.on('data', (event: OptimizationEvent) => seen.push(Number(event.sequence)));
    call.resume();
    for (let waited = 0; waited < 3000 && seen.at(-1) !== 20_000; waited += 10) await pause(10);
    expect(seen.at(-1)).to.equal(20_000);
    expect(seen.length).to.be.below(1000);
    expect([...seen].sort((one, other) => one - other)).to.deep.equal(seen);
    call.cancel();
  });

  it('ends a reader that takes nothing for too long, with the place to resume from', async () => {
    const { state, source } = logOf(5000, lifecycle, true);
    const { client } = await started(source, { stallMs: 200, queueEvents: 32 });
    const call = stream(client, watchOptimization, request);
    await pausedAfterFirst(call);
    const { replies, error } = await readLater(call, 800);
    expect(error?.code).to.equal(codes.RESOURCE_EXHAUSTED);
    expect(error === undefined ? undefined : detailsOf(error.metadata).info?.reason).to.equal('WATCHER_TOO_SLOW');
    expect(error?.metadata.get('resume-token')).to.deep.equal([String(replies.at(-1)?.sequence)]);
    expect(state.closed).to.equal(state.opened);
  });

  it('lets go of the source when the client cancels while it waits for the reader', async () => {
    const { state, source } = logOf(5000, lifecycle, true);
    const { client } = await started(source, { queueEvents: 32 });
    for (let round = 0; round < 20; round++) {
      const call = stream(client, watchOptimization, request);
      call.on('error', () => undefined);
      await pausedAfterFirst(call);
      call.cancel();
    }
    await pause(100);
    expect(state.opened).to.be.at.least(20);
    expect(state.closed).to.equal(state.opened);
  });

  it('ends with a token when the server drains, and the drain does not wait for it', async () => {
    const { state, source } = logOf(3, lifecycle, true);
    const { client, server: running } = await started(source);
    const outcome = readAll(stream(client, watchOptimization, request));
    await pause(50);
    const startMs = Date.now();
    await running.drain();
    const { replies, error } = await outcome;
    expect(Date.now() - startMs).to.be.below(1000);
    expect(replies).to.have.length(3);
    expect(error?.code).to.equal(codes.UNAVAILABLE);
    expect(error?.metadata.get('resume-token')).to.deep.equal(['3']);
    expect(state.closed).to.equal(1);
  });

  it('ends with a token when it reaches its longest life', async () => {
    const { source } = logOf(2, lifecycle, true);
    const { client } = await started(source, { streamMs: 100 });
    const { error } = await readAll(stream(client, watchOptimization, request));
    expect(error?.code).to.equal(codes.UNAVAILABLE);
    expect(error?.metadata.get('resume-token')).to.deep.equal(['2']);
  });

  it('tells the failure of the source after the events before it, with the place to resume from', async () => {
    const { client, log } = await started(() =>
      concat(of(lifecycle(1)), new Observable<OptimizationEvent>((s) => s.error(new Error('x')))),
    );
    const { replies, error } = await readAll(stream(client, watchOptimization, request));
    expect(replies).to.have.length(1);
    expect(error?.code).to.equal(codes.INTERNAL);
    expect(error?.metadata.get('resume-token')).to.deep.equal(['1']);
    expect(log.filter(({ level }) => level === 'error')).to.have.length(1);
  });
});

function concatNever(source: (request: WatchOptimizationRequest) => Observable<OptimizationEvent>) {
  return (request: WatchOptimizationRequest): Observable<OptimizationEvent> => concat(source(request), NEVER);
}

/** grpc-js holds its socket back only once something was read. */
function pausedAfterFirst(call: ReturnType<typeof stream<WatchOptimizationRequest, OptimizationEvent>>): Promise<void> {
  return new Promise((resolve) => {
    call.once('data', () => {
      call.pause();
      resolve();
    });
  });
}

function readLater(call: ReturnType<typeof stream<WatchOptimizationRequest, OptimizationEvent>>, ms: number) {
  return new Promise<{ readonly replies: readonly OptimizationEvent[]; readonly error?: ServiceError }>((resolve) => {
    setTimeout(() => {
      const outcome = readAll(call);
      call.resume();
      void outcome.then(resolve);
    }, ms);
  });
}
