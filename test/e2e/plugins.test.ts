import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { refusal, TestClient } from '../support/e2e/client.ts';
import type { Message } from '../support/e2e/client.ts';
import { problemMessage } from '../support/e2e/market.ts';
import { TestServer } from '../support/e2e/server.ts';

const root = new URL('../../', import.meta.url).pathname;
const manifest = (id: string, changes = ''): string =>
  `manifest: { id: '${id}', version: '1.0.0', sdk: '^1.0.0', title: '${id}', references: [], capabilities: { strategies: ['none-of-${id}'] }, ${changes} }`;

/** One plugin for each way of being broken. */
const broken: Readonly<Record<string, readonly [source: string, reason: string]>> = {
  'bad-manifest': [
    `export default { ${manifest('bad-manifest', "version: 'one'")}, activate: () => ({}) };`,
    'PLUGIN_MANIFEST_INVALID',
  ],
  'other-sdk': [
    `export default { ${manifest('other-sdk', "sdk: '^2.0.0'")}, activate: () => ({}) };`,
    'PLUGIN_SDK_MISMATCH',
  ],
  throwing: [
    `export default { ${manifest('throwing')}, activate() { throw new Error('out of order'); } };`,
    'PLUGIN_ACTIVATION_FAILED',
  ],
  configured: [
    `export default { ${manifest('configured')}, config: { type: 'object', required: ['key'], properties: { key: { type: 'string' } } }, activate: () => ({}) };`,
    'PLUGIN_CONFIG_INVALID',
  ],
  'syntax-error': ['export default {', 'PLUGIN_ACTIVATION_FAILED'],
};

describe('plugins over the wire', function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), 'portfolio-plugins-'));
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    for (const [id, [source]] of Object.entries(broken)) {
      mkdirSync(join(directory, id));
      writeFileSync(join(directory, id, 'index.js'), source);
      writeFileSync(join(directory, id, 'package.json'), '{"type":"module"}');
    }
    cpSync(join(root, 'examples/plugins/inverse-volatility'), join(directory, 'inverse-volatility'), {
      recursive: true,
    });
    server = await TestServer.start({ PORTFOLIO_PLUGINS: `${directory},no-such-package` });
    client = new TestClient(server.grpcAddress);
  });
  after(async () => {
    client.close();
    await server.dispose();
    rmSync(directory, { recursive: true });
  });

  it('lists each broken plugin with its own reason and serves all the same', async () => {
    const { plugins } = (await client.call('CatalogService/ListPlugins', {})) as {
      plugins: { id: string; state: string; reason: string; message: string }[];
    };
    for (const [id, [, reason]] of Object.entries(broken)) {
      const entry = plugins.find((plugin) => plugin.id === id);
      expect([id, entry?.state, entry?.reason]).to.deep.equal([id, 'PLUGIN_STATE_BROKEN', reason]);
      expect(entry?.message).to.not.equal('');
    }
    expect(plugins.find((plugin) => plugin.id === 'no-such-package')?.reason).to.equal('PLUGIN_NOT_FOUND');
    expect(plugins.find((plugin) => plugin.id === 'mean-variance')?.state).to.equal('PLUGIN_STATE_ACTIVE');
  });

  it('runs a strategy of a plugin that lives outside of the tree', async () => {
    const messages = await client.collect('OptimizationService/Optimize', {
      problem: problemMessage(6),
      strategy: { type: 'inverse-volatility' },
    });
    const solution = messages.at(-1)?.['solution'] as Message;
    expect(solution['termination']).to.equal('TERMINATION_REASON_OPTIMAL');
    expect(solution).to.have.nested.property('certificate.passed', true);
  });

  it('says that a strategy belongs to a plugin that is broken', async () => {
    const call = client.collect('OptimizationService/Optimize', {
      problem: problemMessage(3),
      strategy: { type: 'none-of-throwing' },
    });
    expect((await refusal(call)).reason).to.equal('PLUGIN_BROKEN');
  });

  it('does not start when two plugins claim one id, and says which', async () => {
    const twice = mkdtempSync(join(tmpdir(), 'portfolio-twice-'));
    for (const folder of ['a', 'b']) {
      cpSync(join(root, 'examples/plugins/inverse-volatility'), join(twice, folder), { recursive: true });
    }
    let message = '';
    try {
      await TestServer.start({ PORTFOLIO_PLUGINS: twice });
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
    rmSync(twice, { recursive: true });
    expect(message).to.contain('inverse-volatility');
  });

  it('says what is known when a strategy is not', async () => {
    const failure = await refusal(
      client.collect('OptimizationService/Optimize', { problem: problemMessage(3), strategy: { type: 'nothing' } }),
    );
    expect(failure.reason).to.equal('UNKNOWN_TYPE');
    expect(failure.metadata['known']?.split(',')).to.include.members(['inverse-volatility', 'maximum-sharpe']);
  });
});
