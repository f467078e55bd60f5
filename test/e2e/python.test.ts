import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { TestServer } from '../support/e2e/server.ts';

const root = new URL('../../', import.meta.url).pathname;
const python = `${root}.setup/python/bin/python`;

interface Seen {
  readonly methods: Readonly<Record<string, number>>;
  readonly progress: number;
  readonly termination: string;
  readonly certified: boolean;
  readonly weights: readonly number[];
}

describe('a Python client generated from proto/', function () {
  this.timeout(120_000);
  let server: TestServer | undefined;

  after(async () => {
    await server?.dispose();
  });

  it('lists the services by reflection and streams an optimization', async function () {
    if (!existsSync(python)) {
      expect(process.env['CI'], `CI must have made ${python}`).to.equal(undefined);
      console.log('      pending: needs a Python with grpcio; make it by');
      console.log(
        '      python3 -m venv .setup/python && .setup/python/bin/pip install -r test/e2e/python/requirements.txt',
      );
      this.skip();
    }
    server = await TestServer.start();
    const { stdout } = await promisify(execFile)(python, [
      `${root}test/e2e/python/optimize.py`,
      server.grpcAddress,
      `${root}proto`,
    ]);
    const seen = JSON.parse(stdout) as Seen;
    expect(seen.methods).to.include({
      'veritasvault.portfolio.v1.PortfolioService': 7,
      'veritasvault.portfolio.v1.OptimizationService': 9,
    });
    expect(Object.keys(seen.methods)).to.include('grpc.health.v1.Health');
    expect(seen.progress).to.be.greaterThan(0);
    expect([seen.termination, seen.certified]).to.deep.equal(['TERMINATION_REASON_OPTIMAL', true]);
    for (const weight of seen.weights) expect(weight).to.be.closeTo(0.2, 1e-9);
  });
});
