import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { expect } from 'chai';

import { uploadPrices } from '../../../src/cli/imports/upload.ts';
import { Terminal } from '../../../src/cli/display/terminal.ts';
import { watchOptimization } from '../../../src/cli/run.ts';
import { Connection } from '../../../src/cli/wire/connection.ts';
import { exitCodeOf, linesOf } from '../../../src/cli/wire/failure.ts';
import { AssetServiceService } from '../../../src/gen/veritasvault/portfolio/v1/asset_service.ts';
import type { Price } from '../../../src/gen/veritasvault/portfolio/v1/asset_service.ts';
import {
  OptimizationEvent,
  OptimizationServiceService,
} from '../../../src/gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { WatchOptimizationRequest } from '../../../src/gen/veritasvault/portfolio/v1/optimization_service.ts';

const unanswered = { lost: () => undefined, resumed: () => undefined };

const eventAt = (sequence: number, last: number): OptimizationEvent =>
  OptimizationEvent.fromPartial({
    sequence: BigInt(sequence),
    resumeToken: String(sequence),
    event:
      sequence === last ? { $case: 'succeeded', value: {} } : { $case: 'progress', value: { iteration: sequence } },
  });

async function listening(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(`127.0.0.1:${String(port)}`);
      else reject(error);
    });
  });
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a connection', () => {
  let server: Server;
  let connection: Connection;

  beforeEach(async () => {
    server = new Server();
  });

  afterEach(() => {
    connection.close();
    server.forceShutdown();
  });

  it('carries a watch over streams that the server breaks off, with the last token each time', async () => {
    const tokens: string[] = [];
    const watchOptimizationCall = (call: ServerWritableStream<WatchOptimizationRequest, OptimizationEvent>): void => {
      tokens.push(call.request.resumeToken);
      const after = Number(call.request.resumeToken);
      for (let sequence = after + 1; sequence <= Math.min(after + 4, 10); sequence += 1)
        call.write(eventAt(sequence, 10));
      if (after + 4 < 10) call.emit('error', { code: status.UNAVAILABLE, details: 'going down' });
      else call.end();
    };
    server.addService(
      { watchOptimization: OptimizationServiceService.watchOptimization },
      { watchOptimization: watchOptimizationCall },
    );
    connection = new Connection({ address: await listening(server) });
    const sequences: number[] = [];
    for await (const { sequence } of watchOptimization(connection, 'portfolios/p/optimizations/o', unanswered))
      sequences.push(Number(sequence));
    expect(sequences).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(tokens).to.deep.equal(['', '4', '8']);
  });

  it('cancels a stream that its reader leaves', async () => {
    const cancelled = new Promise<boolean>((resolve) => {
      server.addService(
        { watchOptimization: OptimizationServiceService.watchOptimization },
        {
          watchOptimization: (call: ServerWritableStream<WatchOptimizationRequest, OptimizationEvent>): void => {
            call.on('cancelled', () => {
              resolve(true);
            });
            call.write(eventAt(1, 10));
          },
        },
      );
    });
    connection = new Connection({ address: await listening(server) });
    for await (const { sequence } of watchOptimization(connection, 'portfolios/p/optimizations/o', unanswered)) {
      expect(sequence).to.equal(1n);
      break;
    }
    expect(await cancelled).to.equal(true);
  });

  it('sends an import in messages of a thousand rows, the first with a request id', async () => {
    const messages: { readonly rows: number; readonly requestId: string }[] = [];
    server.addService(
      { importPrices: AssetServiceService.importPrices },
      {
        importPrices: (
          call: AsyncIterable<{ readonly prices: readonly Price[]; readonly requestId: string }>,
          done: (error: null, reply: { readonly stored: bigint }) => void,
        ): void => {
          void (async () => {
            let stored = 0;
            for await (const { prices, requestId } of call) {
              messages.push({ rows: prices.length, requestId });
              stored += prices.length;
            }
            done(null, { stored: BigInt(stored) });
          })();
        },
      },
    );
    connection = new Connection({ address: await listening(server) });
    const rows = Array.from({ length: 2500 }, () => ({ asset: 'assets/A', date: '2018-04-11', amount: '1' }));
    const remarks = new Terminal({ write: () => true }, {});
    const upload = { connection, remarks, source: 'prices.csv' };
    expect(await uploadPrices(upload, { rows, origins: [], problems: [] })).to.equal(2500n);
    expect(messages.map((message) => message.rows)).to.deep.equal([1000, 1000, 500]);
    expect(messages.map(({ requestId }) => requestId.length)).to.deep.equal([36, 0, 0]);
  });

  it('fails at once and says so where no server answers', async () => {
    connection = new Connection({ address: '127.0.0.1:1' });
    const watching = watchOptimization(connection, 'portfolios/p/optimizations/o', unanswered).next();
    const error = await failureOf(watching);
    expect(exitCodeOf(error)).to.equal(7);
    expect(linesOf(error, '127.0.0.1:1')[0]).to.match(/^no server answers at 127\.0\.0\.1:1/);
    expect(await connection.answers(50)).to.equal(false);
  });
});
