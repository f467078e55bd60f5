import { status as codes } from '@grpc/grpc-js';
import { expect } from 'chai';

import { HealthCheckResponse_ServingStatus as Status, HealthService } from '../../../src/gen/grpc/health/v1/health.ts';
import { AssetServiceService } from '../../../src/gen/veritasvault/portfolio/v1/asset_service.ts';
import { Asset } from '../../../src/gen/veritasvault/portfolio/v1/asset_service.ts';
import { served } from '../../../src/rpc/handler.ts';
import { Health } from '../../../src/rpc/health.ts';
import { unary } from '../../../src/rpc/method.ts';
import { isLoopback, startServer } from '../../../src/rpc/server.ts';
import { call, failureOf, readAll, startTestServer, stream, testEdge } from '../../support/rpc.ts';

const { getAsset } = AssetServiceService;
const { check, watch, list } = HealthService;

describe('the server', () => {
  it('knows loopback addresses', () => {
    const loopback = ['127.0.0.1:0', '127.9.8.7:50051', '[::1]:1', 'localhost:1', 'localhost'];
    const other = [
      '0.0.0.0:1',
      '[::]:1',
      '10.0.0.1:1',
      '127.0.0.1.example.com:1',
      'localhost.evil.org:1',
      '::1:1',
      '127.1:1',
    ];
    expect(loopback.filter((address) => !isLoopback(address))).to.deep.equal([]);
    expect(other.filter(isLoopback)).to.deep.equal([]);
  });

  it('refuses to listen beyond loopback without TLS', async () => {
    const work = startServer({ address: '0.0.0.0:0' }, [], new Health([]), testEdge());
    expect((await failureOf(work)).message).to.contain('no TLS is configured');
  });

  it('tells health of the whole and of each service, and of services that it does not know', async () => {
    const { client, stop } = await startTestServer(() => []);
    expect((await call(client, check, { service: '' })).status).to.equal(Status.SERVING);
    expect((await call(client, check, { service: 'test.Service' })).status).to.equal(Status.SERVING);
    expect((await failureOf(call(client, check, { service: 'none' }))).code).to.equal(codes.NOT_FOUND);
    expect(Object.keys((await call(client, list, {})).statuses)).to.deep.equal(['', 'test.Service']);
    await stop();
  });

  it('tells watchers of health NOT_SERVING first, lets calls in flight finish, and then closes', async () => {
    const { client, server, edge } = await startTestServer((edgeOfServer) => [
      served(
        { getAsset },
        {
          getAsset: unary(async (request) => {
            await new Promise((resolve) => setTimeout(resolve, 300));
            return Asset.create(request);
          }),
        },
        edgeOfServer,
      ),
    ]);
    const health = readAll(stream(client, watch, { service: '' }));
    const inFlight = call(client, getAsset, { name: 'a' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const drained = server.drain();
    expect((await inFlight).name).to.equal('a');
    const { replies, error } = await health;
    expect(replies.map(({ status }) => status)).to.deep.equal([Status.SERVING, Status.NOT_SERVING]);
    expect(error?.code).to.equal(codes.UNAVAILABLE);
    client.close();
    await drained;
    expect(edge.shutdown.phase).to.equal('stopping');
    expect(server.drain()).to.equal(drained);
  });

  it('cuts off what does not finish in time, telling it so', async () => {
    const { client, server } = await startTestServer(
      (edge) => [
        served(
          { getAsset },
          {
            getAsset: unary(
              (_request, { signal }) =>
                new Promise<Asset>((_resolve, reject) => {
                  signal.addEventListener('abort', () => reject(signal.reason as Error));
                }),
            ),
          },
          edge,
        ),
      ],
      { drainMs: 500 },
    );
    const cutOff = failureOf(call(client, getAsset, { name: 'a' }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const startMs = Date.now();
    await server.drain();
    expect(Date.now() - startMs).to.be.below(900);
    expect((await cutOff).code).to.equal(codes.UNAVAILABLE);
    client.close();
  });
});
