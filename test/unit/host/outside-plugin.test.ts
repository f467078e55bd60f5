import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';

import { loadPlugins } from '../../../src/host/loaded.ts';
import { resolveSdk } from '../../../src/host/sdk-resolution.ts';
import { admitStateless } from '../../../src/optimization/admission.ts';
import { Fault, inSteps } from '../../../src/sdk/v1/index.ts';
import { strategyContract } from '../../../src/sdk/v1/testing/index.ts';
import { requestOf } from '../../support/optimization.ts';

const example = fileURLToPath(new URL('../../../examples/plugins/inverse-volatility', import.meta.url));
const host = new URL('../../../src/host/loaded.ts', import.meta.url).href;

describe('a plugin outside the tree', () => {
  let base = '';
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'outside-plugin-'));
    await cp(example, join(base, 'plugins', 'inverse-volatility'), { recursive: true });
  });
  afterEach(async () => rm(base, { recursive: true, force: true }));

  it('is loaded in the main thread', async () => {
    const settings = { locations: ['./plugins'], base, config: {}, builtIn: {}, log: () => undefined };
    const loaded = await loadPlugins(settings);
    expect(loaded.plugins.filter((plugin) => plugin.state === 'broken')).to.deep.equal([]);
    expect(loaded.strategies.require('inverse-volatility', 'strategy').needs).to.deep.equal(['covariance']);
  });

  it('may bring an estimator, which asks for prices by a fault of the contract', async () => {
    const lines = [
      "import { definePlugin, Fault } from '@veritasvault/portfolio/sdk/v1';",
      'const estimator = {',
      "  type: 'last-return', title: 'Last', description: 'The last return.', references: [], estimates: 'expected-returns',",
      "  parameters: { type: 'object', additionalProperties: false },",
      '  estimate: ({ series }) => {',
      "    if (series === undefined) throw new Fault('INSUFFICIENT_HISTORY', 'needs prices');",
      '    return series.returns.slice(-3).map((value) => value * series.periodsPerYear);',
      '  },',
      '};',
      "const capabilities = { estimators: ['last-return'] };",
      'export default definePlugin({',
      "  manifest: { id: 'last', version: '1.0.0', sdk: '^1.0.0', title: 'Last', references: [], capabilities },",
      '  activate: () => ({ estimators: [estimator] }),',
      '});',
    ];
    await mkdir(join(base, 'plugins', 'last'));
    await writeFile(join(base, 'plugins', 'last', 'index.ts'), lines.join('\n'));
    const settings = { locations: ['./plugins'], base, config: {}, builtIn: {}, log: () => undefined };
    const loaded = await loadPlugins(settings);
    const estimation = { periodsPerYear: 252, windowStart: '', windowEnd: '', missingPrices: 'refuse' } as const;
    const chosen = { ...estimation, expectedReturns: { type: 'last-return', parameters: {} } };
    const draft = {
      ...requestOf({ estimation: chosen, constraints: [] }),
      strategy: { type: 'inverse-volatility', parameters: {} },
    };
    expect(() => admitStateless(draft, loaded)).to.throw(
      Fault,
      'problem.prices: are required by the estimators chosen',
    );
  });

  it('may use the contract suites by their published name, and gets this copy of the contract', async () => {
    const file = join(base, 'own-test.ts');
    const lines = [
      "import { sdkVersion, inSteps } from '@veritasvault/portfolio/sdk/v1';",
      "import { strategyContract } from '@veritasvault/portfolio/sdk/v1/testing';",
      'export { inSteps, sdkVersion, strategyContract };',
    ];
    await writeFile(file, lines.join('\n'));
    resolveSdk();
    const outside = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    expect(outside['inSteps']).to.equal(inSteps);
    expect(outside['strategyContract']).to.equal(strategyContract);
  });

  it('is loaded in a worker thread', async () => {
    const code = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { loadPlugins } = await import(workerData.host);
      const loaded = await loadPlugins({ locations: ['./plugins'], base: workerData.base, config: {}, builtIn: {}, log: () => undefined });
      parentPort.postMessage(loaded.plugins.map(({ id, state, detail }) => [id, state, detail ?? '']));`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
      workerData: { host, base },
    });
    const states = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(states).to.deep.equal([
      ['built-in', 'active', ''],
      ['inverse-volatility', 'active', ''],
    ]);
  });
});
