import { Metadata, status as codes } from '@grpc/grpc-js';
import { expect } from 'chai';
import { Observable } from 'rxjs';

import { AssetServiceService } from '../../../src/gen/veritasvault/portfolio/v1/asset_service.ts';
import { Asset } from '../../../src/gen/veritasvault/portfolio/v1/asset_service.ts';
import { OptimizationServiceService } from '../../../src/gen/veritasvault/portfolio/v1/optimization_service.ts';
import { served } from '../../../src/rpc/handler.ts';
import { change, clientStream, serverStream, unary } from '../../../src/rpc/method.ts';
import { Replayed } from '../../../src/values/call.ts';
import type { CallContext } from '../../../src/values/call.ts';
import { Fault } from '../../../src/values/fault.ts';
import { call, detailsOf, failureOf, readAll, startTestServer, stream } from '../../support/rpc.ts';
import type { TestServer } from '../../support/rpc.ts';

const { getAsset, createAsset, importPrices } = AssetServiceService;
const { optimize } = OptimizationServiceService;
const requestId = '6F1B0D1C-8f6e-4a53-9b4d-2a9f3c1e7d55';

describe('a handler', () => {
  let server: TestServer;
  let contexts: CallContext[] = [];
  let replays = new Map<string, Uint8Array>();
  let rows: string[] = [];

  before(async () => {
    server = await startTestServer(
      (edge) => [
        served(
          { getAsset, createAsset, importPrices },
          {
            getAsset: unary(async (request, context) => {
              contexts.push(context);
              if (request.name === 'bug') throw new TypeError('inner words');
              if (request.name === 'wait') await aborted(context.signal);
              if (request.name === 'missing') throw new Fault('NOT_FOUND', 'assets/missing does not exist');
              return Asset.create({ name: request.name });
            }),
            createAsset: change(
              async (request, context) => {
                contexts.push(context);
                const { idempotency } = context;
                const stored = replays.get(idempotency?.requestId ?? '');
                if (stored !== undefined) throw new Replayed(stored);
                const result = { id: request.assetId };
                if (idempotency !== undefined) replays.set(idempotency.requestId, idempotency.encode(result));
                return result;
              },
              ({ id }: { readonly id: string }) => Asset.create({ name: `assets/${id}` }),
            ),
            importPrices: clientStream(
              async (requests, context) => {
                contexts.push(context);
                for await (const request of requests) rows.push(...request.prices.map(({ amount }) => amount));
                return { stored: rows.length, digest: context.idempotency?.digest };
              },
              ({ stored }) => ({ stored: BigInt(stored) }),
              { requestIdRequired: true },
            ),
          },
          edge,
        ),
        served(
          { optimize },
          {
            optimize: serverStream(
              () => new Observable((subscriber) => subscriber.error(new TypeError('inner words'))),
            ),
          },
          edge,
        ),
      ],
      { limits: { deadlineMs: 5000, receiveBytes: 2000 } },
    );
  });
  after(() => server.stop());
  beforeEach(() => {
    contexts = [];
    replays = new Map();
    rows = [];
  });

  it('gets the tenant and the principal of the metadata, "default" and "local" when there are none', async () => {
    await call(server.client, getAsset, { name: 'a' });
    const metadata = new Metadata();
    metadata.set('x-tenant', 'acme');
    metadata.set('x-principal', 'ana@acme');
    await call(server.client, getAsset, { name: 'a' }, { metadata });
    expect(contexts.map(({ tenant, principal }) => [tenant, principal])).to.deep.equal([
      ['default', 'local'],
      ['acme', 'ana@acme'],
    ]);
  });

  it('refuses a malformed tenant', async () => {
    const metadata = new Metadata();
    metadata.set('x-tenant', '../other');
    const failure = await failureOf(call(server.client, getAsset, { name: 'a' }, { metadata }));
    expect(failure.code).to.equal(codes.INVALID_ARGUMENT);
    expect(detailsOf(failure.metadata).info?.reason).to.equal('TENANT_INVALID');
    expect(contexts).to.deep.equal([]);
  });

  it('answers a bug with INTERNAL and nothing of its words, and goes on serving', async () => {
    const failure = await failureOf(call(server.client, getAsset, { name: 'bug' }));
    expect(failure.code).to.equal(codes.INTERNAL);
    expect(failure.details).not.to.contain('inner words');
    const { error } = await readAll(
      stream(server.client, optimize, {
        problem: undefined,
        strategy: undefined,
        limits: undefined,
        relaxByPriority: false,
        explainConstraints: false,
      }),
    );
    expect(error?.code).to.equal(codes.INTERNAL);
    expect((await call(server.client, getAsset, { name: 'a' })).name).to.equal('a');
  });

  it('answers malformed bytes with MESSAGE_MALFORMED', async () => {
    const broken = { ...getAsset, requestSerialize: () => Buffer.from([0x0a, 0xff, 0x01]) };
    const failure = await failureOf(call(server.client, broken, { name: '' }));
    expect(failure.code).to.equal(codes.INVALID_ARGUMENT);
    expect(detailsOf(failure.metadata).info?.reason).to.equal('MESSAGE_MALFORMED');
  });

  it('refuses a message that is larger than the method takes', async () => {
    const failure = await failureOf(call(server.client, getAsset, { name: 'x'.repeat(3000) }));
    expect(failure.code).to.equal(codes.INVALID_ARGUMENT);
    expect(failure.details).to.contain('at most 2000');
  });

  it('refuses a deadline beyond the cap, and one that overflows 32 bits', async () => {
    for (const hours of [1, 1000]) {
      const options = { deadline: Date.now() + hours * 3_600_000 };
      const failure = await failureOf(call(server.client, getAsset, { name: 'a' }, { options }));
      expect(failure.code).to.equal(codes.INVALID_ARGUMENT);
      expect(detailsOf(failure.metadata).info?.reason).to.equal('DEADLINE_TOO_LONG');
    }
  });

  it('aborts the signal when the client goes or the deadline passes', async () => {
    const options = { deadline: Date.now() + 100 };
    const failure = await failureOf(call(server.client, getAsset, { name: 'wait' }, { options }));
    expect(failure.code).to.equal(codes.DEADLINE_EXCEEDED);
    await until(() => contexts[0]?.signal.aborted === true);
    expect(contexts[0]?.signal.aborted).to.equal(true);
    expect(server.log.filter(({ fields }) => 'err' in fields && fields.err instanceof DOMException)).to.deep.equal([]);
  });

  it('hands on a request id with a digest that does not depend on the order of map entries, and replays the first answer', async () => {
    const request = (groups: Record<string, string>) => ({
      asset: Asset.create({ groups }),
      assetId: 'a',
      requestId,
      validateOnly: false,
    });
    const first = await call(server.client, createAsset, request({ region: 'Europe', theme: 'Water' }));
    const second = await call(server.client, createAsset, request({ theme: 'Water', region: 'Europe' }));
    expect(second).to.deep.equal(first);
    const [one, two] = contexts.map(({ idempotency }) => idempotency);
    expect(one?.requestId).to.equal(requestId.toLowerCase());
    expect(one?.method).to.equal('/veritasvault.portfolio.v1.AssetService/CreateAsset');
    expect(one?.digest)
      .to.equal(two?.digest)
      .and.match(/^[0-9a-f]{64}$/);
  });

  it('refuses a request id that is no UUID, and a missing one where it is required', async () => {
    const request = { asset: undefined, assetId: 'a', requestId: 'again', validateOnly: false };
    const failure = await failureOf(call(server.client, createAsset, request));
    expect(detailsOf(failure.metadata).violations.map(({ field }) => field)).to.deep.equal(['request_id']);
    const missing = await failureOf(importing([{ prices: [], requestId: '' }]));
    expect(missing.details).to.contain('request_id: is required');
  });

  it('marks a call that only validates, and gives it no request id to store', async () => {
    await call(server.client, createAsset, { asset: undefined, assetId: 'a', requestId, validateOnly: true });
    expect(contexts[0]).to.include({ validateOnly: true }).and.not.have.property('idempotency');
  });

  it('reads an import message by message and digests all of it', async () => {
    const price = (amount: string) => ({ prices: [{ asset: 'assets/a', date: '2020-01-01', amount }], requestId });
    const reply = await importing([price('1'), price('2'), price('3')]);
    expect(reply.stored).to.equal(3n);
    expect(rows).to.deep.equal(['1', '2', '3']);
    const first = contexts[0]?.idempotency?.digest;
    await importing([price('1'), price('2')]);
    expect(contexts[1]?.idempotency?.digest).not.to.equal(first);
  });

  it('ends an import that the client abandons', async () => {
    const abandoned = server.client.makeClientStreamRequest(
      importPrices.path,
      importPrices.requestSerialize,
      importPrices.responseDeserialize,
      () => undefined,
    );
    abandoned.on('error', () => undefined);
    abandoned.write({ prices: [], requestId });
    await until(() => contexts.length === 1);
    abandoned.cancel();
    await until(() => contexts[0]?.signal.aborted === true);
    expect(contexts[0]?.signal.aborted).to.equal(true);
  });

  function importing(
    requests: readonly Parameters<typeof importPrices.requestSerialize>[0][],
  ): Promise<{ readonly stored: bigint }> {
    return new Promise((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = importPrices;
      const writer = server.client.makeClientStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        (error, reply) => {
          if (error !== null) reject(error);
          else if (reply !== undefined) resolve(reply);
        },
      );
      for (const request of requests) writer.write(request);
      writer.end();
    });
  }
});

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

async function until(condition: () => boolean): Promise<void> {
  const endMs = Date.now() + 2000;
  while (!condition() && Date.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 5));
}
