import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';

import { loadPlugins } from '../../../src/host/loaded.ts';
import type { Loaded, PluginSettings, PluginStatus } from '../../../src/host/loaded.ts';
import type { ConstraintHandler, Situation } from '../../../src/sdk/v1/index.ts';
import { Fault } from '../../../src/values/fault.ts';

const manifest = (id: string, more: string = ''): string =>
  `manifest: { id: '${id}', version: '1.2.0', sdk: '^1.0.0', title: 'Plugin ${id}', references: [], capabilities: { constraints: ['${id}-limit'] }${more} }`;

const handler = (type: string): string => `{
  type: '${type}', title: 'Limit', description: 'Nothing above max.', version: '1.0.0', references: [], convexity: 'linear', priority: 0,
  schema: { type: 'object', required: ['max'], additionalProperties: false,
    properties: { max: { type: 'number', minimum: 0 }, unit: { type: 'string', default: 'weight' } } },
  admit: (parameters) => (parameters.max > 5 ? [{ field: 'max', description: 'is more than 5 ' + parameters.unit }] : []),
  lower: () => ({}),
  check: (parameters) => [{ text: parameters.unit, value: 0, lower: -Infinity, upper: parameters.max, slack: parameters.max, unit: parameters.unit }],
}`;

const sound = (id: string, dispose: string = '() => {}'): string =>
  `export default { ${manifest(id)}, activate: () => ({ constraints: [${handler(`${id}-limit`)}], dispose: ${dispose} }) };`;

const situation: Situation = { universe: { assets: [] }, current: new Float64Array(0), cashCurrent: 1 };

describe('plugin host', () => {
  let base = '';
  const logged: string[] = [];
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'plugin-host-'));
    logged.length = 0;
  });
  afterEach(async () => rm(base, { recursive: true, force: true }));

  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, text] of Object.entries(files)) {
      const file = join(base, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  };
  const settings = (more: Partial<PluginSettings> = {}): PluginSettings => ({
    locations: ['./plugins'],
    base,
    config: {},
    builtIn: {},
    log: (level, message) => logged.push(`${level} ${message}`),
    ...more,
  });
  const load = async (files: Readonly<Record<string, string>>, more: Partial<PluginSettings> = {}): Promise<Loaded> => {
    await write(files);
    return loadPlugins(settings(more));
  };
  const statusOf = (loaded: Loaded, id: string): PluginStatus | undefined =>
    loaded.plugins.find((status) => status.id === id);

  it('loads TypeScript and JavaScript plugins from a directory and lists who offers what', async () => {
    const typed =
      "import { definePlugin } from '@veritasvault/portfolio/sdk/v1';\nimport type { Host } from '@veritasvault/portfolio/sdk/v1';\n";
    const loaded = await load({
      'plugins/alpha/index.ts': `${typed}${sound('alpha').replace('export default {', 'export default definePlugin({').replace('activate: ()', 'activate: (_host: Host)').replace(/};$/, '});')}`,
      'plugins/beta/index.js': sound('beta'),
    });
    expect(loaded.plugins.map(({ id, state, source }) => [id, state, source])).to.deep.equal([
      ['built-in', 'active', 'built-in'],
      ['alpha', 'active', 'plugins/alpha'],
      ['beta', 'active', 'plugins/beta'],
    ]);
    expect(loaded.constraints.offers.map((offer) => [offer.id, offer.plugin, offer.pluginVersion])).to.deep.equal([
      ['alpha-limit', 'alpha', '1.2.0'],
      ['beta-limit', 'beta', '1.2.0'],
    ]);
  });

  it('loads an npm package by name from the configured base and says when there is none', async () => {
    const loaded = await load(
      {
        'node_modules/portfolio-gamma/package.json':
          '{"name":"portfolio-gamma","version":"1.0.0","type":"module","exports":"./main.js"}',
        'node_modules/portfolio-gamma/main.js': `import { sdkVersion } from '@veritasvault/portfolio/sdk/v1';\nif (sdkVersion === undefined) throw new Error();\n${sound('gamma')}`,
      },
      { locations: ['portfolio-gamma', 'portfolio-nowhere'] },
    );
    expect(statusOf(loaded, 'gamma')?.state).to.equal('active');
    expect(statusOf(loaded, 'portfolio-nowhere')).to.include({ state: 'broken', reason: 'PLUGIN_NOT_FOUND' });
  });

  it('lists each broken plugin with the reason of the step that failed and keeps the sound ones', async () => {
    const withConfig = (id: string): string =>
      sound(id).replace(
        'activate:',
        "config: { type: 'object', required: ['url'], properties: { url: { type: 'string' } } }, activate:",
      );
    const loaded = await load(
      {
        'plugins/sound/index.js': sound('sound'),
        'plugins/empty/readme.txt': 'nothing here',
        'plugins/no-export/index.js': 'export const answer = 42;',
        'plugins/odd-manifest/index.js':
          "export default { manifest: { id: 'Odd One', version: '1' }, activate: () => ({}) };",
        'plugins/future/index.js': sound('future').replace('^1.0.0', '^9.0.0'),
        'plugins/unconfigured/index.js': withConfig('unconfigured'),
        'plugins/overconfigured/index.js': sound('overconfigured'),
        'plugins/throws/index.js': `export default { ${manifest('throws')}, activate: () => { throw new Error('no licence'); } };`,
        'plugins/hangs/index.js': `export default { ${manifest('hangs')}, activate: () => new Promise(() => {}) };`,
        'plugins/syntax/index.js': 'export default {',
        'plugins/misses-import/index.js': "import './absent.js';",
        'plugins/promises-more/index.js': `export default { ${manifest('promises-more')}, activate: () => ({ strategies: [] }) };`,
        'plugins/returns-junk/index.js': `export default { ${manifest('returns-junk')}, activate: () => ({ constraints: [{ type: 'returns-junk-limit' }] }) };`,
      },
      { config: { overconfigured: { any: 1 }, elsewhere: {} }, activationMs: 50 },
    );
    const reasons = Object.fromEntries(
      loaded.plugins.filter((status) => status.state === 'broken').map((status) => [status.id, status.reason]),
    );
    expect(reasons).to.deep.equal({
      empty: 'PLUGIN_NOT_FOUND',
      'no-export': 'PLUGIN_MANIFEST_INVALID',
      'odd-manifest': 'PLUGIN_MANIFEST_INVALID',
      future: 'PLUGIN_SDK_MISMATCH',
      unconfigured: 'PLUGIN_CONFIG_INVALID',
      overconfigured: 'PLUGIN_CONFIG_INVALID',
      throws: 'PLUGIN_ACTIVATION_FAILED',
      hangs: 'PLUGIN_ACTIVATION_FAILED',
      syntax: 'PLUGIN_ACTIVATION_FAILED',
      'misses-import': 'PLUGIN_ACTIVATION_FAILED',
      'promises-more': 'PLUGIN_MANIFEST_INVALID',
      'returns-junk': 'PLUGIN_ACTIVATION_FAILED',
      elsewhere: 'PLUGIN_NOT_FOUND',
    });
    expect(statusOf(loaded, 'unconfigured')?.detail).to.equal('plugins.unconfigured.url: is required');
    expect(statusOf(loaded, 'throws')?.detail).to.contain('no licence');
    expect(statusOf(loaded, 'odd-manifest')?.detail).to.contain('manifest.sdk: is required');
    expect(statusOf(loaded, 'promises-more')?.detail).to.contain(
      'names promises-more-limit, which activate does not return',
    );
    expect(loaded.constraints.offers.map((offer) => offer.id)).to.deep.equal(['sound-limit']);
    expect(logged.filter((line) => line.startsWith('warn'))).to.have.length(13);
  });

  it('names both owners of an id offered twice, and disposes what it had started', async () => {
    const disposed = "() => { globalThis.hostTestDisposed = (globalThis.hostTestDisposed ?? '') + 'a'; }";
    await write({
      'plugins/one/index.js': sound('one', disposed),
      'plugins/two/index.js': sound('two').replaceAll('two-limit', 'one-limit'),
    });
    const fault = await loadPlugins(settings()).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(fault).to.be.instanceOf(Fault);
    expect(fault).to.include({ reason: 'PLUGIN_DUPLICATE' });
    expect((fault as Fault).message).to.equal(
      'constraint one-limit is offered twice: by one (plugins/one) and two (plugins/two)',
    );
    expect(Reflect.get(globalThis, 'hostTestDisposed')).to.equal('a');
  });

  it('lets no plugin replace what is built in', async () => {
    const builtIn = { constraints: [{ ...budget, type: 'one-limit' }] };
    await write({ 'plugins/one/index.js': sound('one') });
    const fault = await loadPlugins(settings({ builtIn })).catch((error: unknown) => error);
    expect(fault).to.include({ reason: 'PLUGIN_DUPLICATE' });
  });

  it('checks parameters and fills in their defaults before a contribution sees them', async () => {
    const loaded = await load({ 'plugins/one/index.js': sound('one') });
    const limit = loaded.constraints.require('one-limit', 'constraints[0].type');
    expect(limit.admit({ max: 'x' }, situation)).to.deep.equal([
      { field: 'max', description: 'must be a number; got "x"' },
    ]);
    expect(limit.admit({ max: 7 }, situation)).to.deep.equal([{ field: 'max', description: 'is more than 5 weight' }]);
    expect(limit.check({ max: 1 }, { weights: new Float64Array(0), cash: 1 }, situation)[0]?.unit).to.equal('weight');
    expect(() => limit.lower({}, situation, () => ({ constraint: 'c', name: 'c', text: '', priority: 0 }))).to.throw(
      Fault,
      'parameters.max: is required',
    );
  });

  it('tells an unknown id from one that a broken plugin promised', async () => {
    const loaded = await load({
      'plugins/one/index.js': sound('one'),
      'plugins/bad/index.js': `export default { ${manifest('bad')}, activate: () => { throw new Error('no licence'); } };`,
    });
    const faultOf = (id: string): unknown => {
      try {
        return loaded.constraints.require(id, 'constraints[0].type');
      } catch (error) {
        return error;
      }
    };
    expect(faultOf('nothing')).to.include({ reason: 'UNKNOWN_TYPE' });
    expect((faultOf('nothing') as Fault).message).to.contain('known are one-limit');
    expect(faultOf('bad-limit')).to.include({ reason: 'PLUGIN_BROKEN' });
    expect((faultOf('bad-limit') as Fault).message).to.contain('no licence');
  });

  it('disposes in reverse order, once, and goes on after one that fails', async () => {
    const mark = (letter: string): string =>
      `() => { globalThis.hostTestOrder = (globalThis.hostTestOrder ?? '') + '${letter}'; }`;
    const loaded = await load({
      'plugins/a/index.js': sound('a', mark('a')),
      'plugins/b/index.js': sound('b', "() => { throw new Error('stuck'); }"),
      'plugins/c/index.js': sound('c', mark('c')),
    });
    await loaded.dispose();
    await loaded.dispose();
    expect(Reflect.get(globalThis, 'hostTestOrder')).to.equal('ca');
    expect(logged).to.deep.equal(['warn plugin b failed while it was disposed: stuck']);
  });
});

const budget: ConstraintHandler = {
  type: 'budget',
  title: 'Budget',
  description: 'Nothing.',
  version: '1.0.0',
  references: [],
  schema: {},
  convexity: 'linear',
  priority: 0,
  admit: () => [],
  lower: () => ({}),
  check: () => [],
};
