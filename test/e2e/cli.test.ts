/** The client as its users run it: a process of its own, its two streams and its exit code. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { TestServer } from '../support/e2e/server.ts';

const root = new URL('../../', import.meta.url).pathname;
const example = (path: string): string => join(root, 'examples', path);
const market = (file: string): string => example(`market/us-stocks-20/${file}`);
const pem = (name: string): string => join(root, 'test/support/tls', `${name}.pem`);

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
type Json = Readonly<Record<string, unknown>>;

/** Runs `folio` in the root of the project with nothing of our own environment but what it needs to start. */
async function execute(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ran> {
  const child = spawn(process.execPath, [join(root, 'src/cli/folio.ts'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(root, '.setup/compiled'),
      ...environment,
    },
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...written };
}

/** The one JSON document that a command printed: nothing before it, nothing after it. */
function documentOf({ code, stdout, stderr }: Ran): Json {
  expect(code, stderr).to.equal(0);
  const read = JSON.parse(stdout) as Json;
  expect(stdout).to.equal(`${JSON.stringify(read, null, 2)}\n`);
  return read;
}

const sum = (weights: readonly { readonly weight: number }[]): number =>
  weights.reduce((total, { weight }) => total + weight, 0);

describe('folio', function () {
  this.timeout(60_000);
  let server: TestServer;
  let folder: string;
  /** Runs against the server of this suite, named as most users name it. */
  const folio = (...args: string[]): Promise<Ran> => execute(args, { FOLIO_ADDRESS: server.grpcAddress });
  const fileOf = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const succeeded = async (...args: string[]): Promise<Ran> => {
    const ran = await folio(...args);
    expect(ran.code, `${args.join(' ')}\n${ran.stderr}`).to.equal(0);
    return ran;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'folio-e2e-'));
    server = await TestServer.start();
  });
  after(async () => {
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('asset import', () => {
    it('stores assets, prices, exchange rates, a benchmark and a factor model, and counts their rows', async () => {
      const assets = await succeeded('asset', 'import', market('assets.csv'), '--kind', 'assets');
      expect(assets.stdout).to.match(/^20 rows of .*assets\.csv stored\n$/);
      const prices = await succeeded('--json', 'asset', 'import', market('prices.csv'), '--kind', 'prices');
      expect(documentOf(prices)).to.deep.equal({ stored: '106931' });
      const rates = fileOf('rates.csv', 'date,base,quote,rate\n2018-04-11,EUR,USD,1.2367\n');
      expect((await succeeded('asset', 'import', rates, '--kind', 'fx')).stdout).to.match(/^1 row of /);
      const benchmark = ['--kind', 'benchmark', '--id', 'us-stocks-20-equal', '--effective-date', '1989-12-29'];
      await succeeded('asset', 'import', market('benchmark.csv'), ...benchmark);
      const exposures = fileOf(
        'exposures.csv',
        'asset,specific_variance,market,size\nAAPL,0.02,1,0.1\nGE,0.03,1.1,-0.2\n',
      );
      const covariance = fileOf('covariance.csv', 'factor,market,size\nmarket,0.04,0.01\nsize,0.01,0.02\n');
      const model = ['--kind', 'factor-model', '--id', 'two-factors', '--covariance', covariance];
      expect((await succeeded('asset', 'import', exposures, ...model)).stdout).to.match(/^2 rows of /);
    });

    it('names bad cells by line and column, those of the file and those that only the server can know', async () => {
      const bad = fileOf('bad.csv', 'date,AAPL,GE\n2018-04-12,x,1\n2018-04-13,1,-2\n');
      const refused = await folio('asset', 'import', bad, '--kind', 'prices');
      expect(refused.code).to.equal(3);
      expect(refused.stdout).to.equal('');
      const lines = refused.stderr.split('\n');
      expect(lines[0]).to.equal('invalid input: 2 problems; nothing was stored');
      expect(lines[1]).to.match(/bad\.csv, line 2, column AAPL: must be a decimal .* got "x"$/);
      expect(lines[2]).to.match(/bad\.csv, line 3, column GE: must be above 0; got "-2"$/);
      const unknown = fileOf('unknown.csv', 'asset,weight\nAAPL,0.5\nNOPE,0.5\n');
      const benchmark = ['--kind', 'benchmark', '--id', 'b', '--effective-date', '2018-01-01'];
      const answered = await folio('asset', 'import', unknown, ...benchmark);
      expect(answered.code).to.equal(3);
      expect(answered.stderr).to.match(/unknown\.csv, line 3, column asset: names assets\/NOPE, which does not exist/);
    });
  });

  describe('portfolio', () => {
    it('is created, shown, listed, changed, deleted and taken back', async () => {
      const created = documentOf(
        await folio('--json', 'portfolio', 'create', example('portfolio.json'), '--id', 'growth'),
      );
      expect(created).to.include({ name: 'portfolios/growth', displayName: 'US large companies', etag: '1' });
      expect(created['positions']).to.have.length(19);
      const again = await folio('portfolio', 'create', example('portfolio.json'), '--id', 'growth');
      expect([again.code, again.stderr]).to.deep.equal([6, 'ALREADY_EXISTS: portfolios/growth exists already\n']);

      const shown = (await succeeded('portfolio', 'get', 'growth')).stdout;
      expect(shown)
        .to.contain('portfolios/growth  US large companies\n')
        .and.to.match(/\nAAPL +700\n/);
      const stale = fileOf('stale.json', '{"displayName": "Renamed", "etag": "0"}');
      expect((await folio('portfolio', 'update', 'growth', stale)).code).to.equal(6);
      const renamed = await folio(
        '--json',
        'portfolio',
        'update',
        'growth',
        fileOf('name.json', '{"displayName": "Renamed"}'),
      );
      expect(documentOf(renamed)).to.include({ displayName: 'Renamed', baseCurrency: 'USD', etag: '2' });
      const { portfolios } = documentOf(
        await folio('--json', 'portfolio', 'list', '--filter', 'base_currency = "USD"'),
      );
      expect((portfolios as Json[]).map(({ name }) => name)).to.deep.equal(['portfolios/growth']);

      expect((await succeeded('portfolio', 'delete', 'growth')).stdout).to.contain('Renamed (deleted)');
      expect((await succeeded('portfolio', 'list')).stdout).to.equal('');
      expect((await succeeded('portfolio', 'list', '--all')).stdout).to.match(/growth +Renamed .* deleted\n/);
      expect((await succeeded('portfolio', 'undelete', 'growth')).stdout).not.to.contain('deleted');
    });

    it('is valued to the last digit', async () => {
      const taken = documentOf(await folio('--json', 'portfolio', 'snapshot', 'growth'));
      expect(taken['netAssetValue']).to.deep.equal({ currencyCode: 'USD', amount: '1006484.6' });
      const { stdout } = await succeeded('portfolio', 'snapshot', 'growth');
      expect(stdout).to.contain('net asset value 1,006,484.60 USD').and.to.contain('cash 40,000.00 USD');
      expect(Math.max(...stdout.split('\n').map(({ length }) => length))).to.be.at.most(80);
    });
  });

  describe('optimize', () => {
    it('solves a stored portfolio, prints one JSON document and nothing else, and is watched afterwards', async () => {
      const run = ['optimize', example('optimization.json'), '--portfolio', 'growth', '--id', 'best'];
      const found = documentOf(await folio('--json', ...run));
      expect(found).to.include({ name: 'portfolios/growth/optimizations/best', state: 'RUN_STATE_SUCCEEDED' });
      const result = found['result'] as Json;
      expect(result['termination']).to.equal('TERMINATION_REASON_OPTIMAL');
      expect(result['certificate']).to.include({ passed: true });
      const weights = result['weights'] as { readonly weight: number }[];
      expect(sum(weights) + Number(result['cashWeight'])).to.be.closeTo(1, 1e-9);
      expect(result['volatilityAnnual']).to.be.closeTo(0.14, 1e-6);
      const watched = await succeeded('watch', 'portfolios/growth/optimizations/best');
      expect(watched.stdout)
        .to.match(/^optimal after \d+ iterations/)
        .and.to.contain('volatility 14.00 % a year');
      expect(watched.stdout).to.match(/\ncertificate passed: /);
      expect(Math.max(...watched.stdout.split('\n').map(({ length }) => length))).to.be.at.most(80);
    });

    it('solves a problem given whole in a file, with one JSON document as its answer', async () => {
      const result = documentOf(await folio('--json', 'optimize', example('optimize-request.json')));
      expect(result['termination']).to.equal('TERMINATION_REASON_OPTIMAL');
      expect(result['turnoverHalfSum']).to.be.closeTo(0.25, 1e-8);
      expect(sum(result['weights'] as { readonly weight: number }[])).to.be.closeTo(1, 1e-9);
    });

    it('names the restrictions in conflict and ends with 4', async () => {
      const text = readFileSync(example('optimize-request.json'), 'utf8').replace('"max": 0.25', '"max": 0.01');
      const tight = fileOf('tight.json', text);
      const told = await folio('optimize', tight);
      expect(told.code).to.equal(4);
      expect(told.stdout).to.match(/^infeasible after/);
      expect(told.stdout).to.contain('  asset class Equity between 20 % and 50 %  (stocks)\n');
      expect(told.stdout).to.contain('  turnover (half the sum of trades) at most 1 %  (turnover)\n');
      const machine = await folio('--json', 'optimize', tight);
      expect(machine.code).to.equal(4);
      expect(JSON.parse(machine.stdout)).to.have.nested.property('conflict.proofVerified', true);
    });

    it('lets constraints give way with --relax, and tells with --gains what those that bind cost', async () => {
      const text = readFileSync(example('optimize-request.json'), 'utf8');
      const relaxable = text.replace('"max": 0.25 } }', '"max": 0.01 }, "priority": 3 }');
      const relaxed = await folio('optimize', fileOf('relaxable.json', relaxable), '--relax');
      expect(relaxed.code).to.equal(0);
      expect(relaxed.stdout).to.contain('No portfolio satisfies every constraint; relaxed by priority:\n  raise ');
      const result = documentOf(await folio('--json', 'optimize', example('optimize-request.json'), '--gains'));
      const { constraints } = result['certificate'] as { readonly constraints: readonly Record<string, unknown>[] };
      const turnover = constraints.find(({ text: part }) => String(part).startsWith('turnover'));
      expect(turnover?.['gainWithout']).to.be.greaterThan(0);
      expect(result['unexplainedConstraints']).to.deep.equal([]);
    });

    it('names every problem of a request by its field and ends with 3', async () => {
      const wrong = ['optimize', example('optimization.json'), '--portfolio', 'growth', '--strategy', 'maximum-sharp'];
      const refused = await folio(...wrong);
      expect([refused.code, refused.stdout]).to.deep.equal([3, '']);
      expect(refused.stderr).to.match(/^UNKNOWN_TYPE: one problem\n {2}optimization\.strategy\.type: .*maximum-sharpe/);
      const misspelt = await folio('optimize', fileOf('misspelt.json', '{"problm": {}}'));
      expect(misspelt.code).to.equal(3);
      expect(misspelt.stderr).to.contain('  problm: is not a field of this message');
    });
  });

  describe('of frontiers, trades, the catalogue and failures', () => {
    it('draws a frontier, and as JSON tells each point on a line of its own', async () => {
      const [drawn, told, other] = await Promise.all([
        succeeded('frontier', example('frontier-request.json')),
        succeeded('--json', 'frontier', example('frontier-request.json')),
        succeeded('frontier', example('frontier-request.json'), '--against', 'turnover', '--from', '19'),
      ]);
      expect(other.stdout)
        .to.match(/ turnover, half the sum of changes /)
        .and.to.match(
          /\npoint +return a year +turnover +volatility a year .*\n +19 .*\n +20 .*\noptimal: 2 points in /,
        );
      expect(drawn.stdout)
        .to.match(/\npoint +return a year/)
        .and.to.match(/\noptimal: 20 points in /);
      const events = told.stdout.trimEnd().split('\n');
      const read = events.map((line) => JSON.parse(line) as { readonly point?: { readonly volatilityAnnual: number } });
      const volatilities = read.flatMap(({ point }) => (point === undefined ? [] : [point.volatilityAnnual]));
      expect(volatilities).to.have.length(20);
      expect(volatilities).to.deep.equal(volatilities.toSorted((a, b) => a - b));
      expect(read.at(-1)).to.have.nested.property('summary.termination', 'TERMINATION_REASON_OPTIMAL');
    });

    it('proposes trades towards the newest optimization and turns them into transactions', async () => {
      const proposed = documentOf(await folio('--json', 'rebalance', 'growth', '--from-optimization', 'best'));
      expect(proposed).to.include({ state: 'REBALANCE_STATE_PROPOSED' });
      const { stdout } = await succeeded('rebalance', 'growth', '--from-optimization', '--accept');
      expect(stdout)
        .to.match(/\n 1 +sell +4,500 GE +12\.97 +58,365\.00 /)
        .and.to.match(/\naccepted; 14 transactions pending\n$/);
      expect(stdout).to.contain('value before 1,006,484.60 USD, after 1,006,284.76 USD, cost 199.84 USD');
      expect(Math.max(...stdout.split('\n').map(({ length }) => length))).to.be.at.most(80);
    });

    it('solves a stored portfolio on scenarios of its file, and replays it', async () => {
      const run = ['optimize', example('optimization-scenarios.json'), '--portfolio', 'growth', '--id', 'scenarios'];
      const found = documentOf(await folio('--json', ...run));
      const result = found['result'] as Json;
      expect(result['termination']).to.equal('TERMINATION_REASON_OPTIMAL');
      expect(result['certificate']).to.include({ passed: true });
      expect(result['strategyReport']).to.have.property('measure', 'cvar');
      const replayed = documentOf(await folio('--json', 'replay', 'portfolios/growth/optimizations/scenarios'));
      expect(replayed).to.include({ identical: true });
    });

    it('tells what the server offers, no id cut', async () => {
      const { stdout } = await succeeded('catalog');
      for (const id of ['capitalization-weights', 'minimum-risk-at-return', 'tracking-error', 'historical-mean'])
        expect(stdout).to.match(new RegExp(`^${id} `, 'm'));
      const { strategies } = documentOf(await folio('--json', 'catalog', 'strategies'));
      expect((strategies as Json[]).map(({ id }) => id)).to.include('maximum-sharpe');
    });

    it('tells failures in one line and by its exit code', async () => {
      const unknown = await folio('portfolio', 'get', 'nothing');
      expect([unknown.code, unknown.stderr]).to.deep.equal([5, 'NOT_FOUND: portfolios/nothing does not exist\n']);
      expect((await folio('watch', 'portfolios/growth/optimizations/none')).code).to.equal(5);
      // A server that was named is never replaced by a temporary one.
      const nobody = await folio('--address', '127.0.0.1:1', 'optimize', example('optimize-request.json'));
      expect([nobody.code, nobody.stdout]).to.deep.equal([7, '']);
      expect(nobody.stderr).to.match(/^no server answers at 127\.0\.0\.1:1; .*\n$/);
      const usage = await folio('portfolio', 'sell');
      expect([usage.code, usage.stderr.split('\n')[0]]).to.deep.equal([2, "error: unknown command 'sell'"]);
      expect((await execute(['portfolio', 'list'], { FOLIO_ADDRESS: 'nowhere' })).stderr).to.contain('host:port');
      const absent = await folio('portfolio', 'create', join(folder, 'absent.json'));
      expect([absent.code, absent.stderr.trimEnd().split('\n')]).to.have.nested.property('1.length', 1);
      expect(absent.stderr).to.contain('absent.json cannot be read');
    });

    it('keeps the portfolios of a tenant from the others', async () => {
      const other = documentOf(await folio('--json', '--tenant', 'other', 'portfolio', 'list'));
      expect(other).to.deep.equal({ portfolios: [] });
    });
  });
});

describe('folio with mutual TLS', function () {
  this.timeout(60_000);
  let server: TestServer;
  const as = (client: string): Readonly<Record<string, string>> => ({
    FOLIO_ADDRESS: server.grpcAddress,
    FOLIO_TLS_CA: pem('authority'),
    FOLIO_TLS_CERT: pem(client),
    FOLIO_TLS_KEY: pem(`${client}.key`),
  });

  before(async () => {
    server = await TestServer.start({
      PORTFOLIO_TLS_CERT: pem('server'),
      PORTFOLIO_TLS_KEY: pem('server.key'),
      PORTFOLIO_TLS_CA: pem('authority'),
    });
  });
  after(async () => {
    await server.dispose();
  });

  it('is the tenant of its certificate, by options or environment', async () => {
    const options = [
      '--tls-ca',
      pem('authority'),
      '--tls-cert',
      pem('client-alpha'),
      '--tls-key',
      pem('client-alpha.key'),
    ];
    const localhost = server.grpcAddress.replace('127.0.0.1', 'localhost');
    const bare = '{"displayName": "Alpha", "type": "Equity", "baseCurrency": "USD", "inceptionDate": "2024-01-02"}';
    const folder = mkdtempSync(join(tmpdir(), 'folio-tls-'));
    const file = join(folder, 'alpha.json');
    writeFileSync(file, bare);
    const created = await execute(
      ['--address', localhost, ...options, '--json', 'portfolio', 'create', file, '--id', 'a'],
      {},
    );
    rmSync(folder, { recursive: true, force: true });
    expect(documentOf(created)).to.include({ name: 'portfolios/a' });
    const [alpha, beta] = await Promise.all([
      execute(['portfolio', 'list'], as('client-alpha')),
      execute(['portfolio', 'get', 'a'], as('client-beta')),
    ]);
    expect([alpha.code, alpha.stderr]).to.deep.equal([0, '1 portfolio\n']);
    expect(alpha.stdout).to.match(/^a +Alpha /m);
    expect([beta.code, beta.stderr]).to.deep.equal([5, 'NOT_FOUND: portfolios/a does not exist\n']);
  });

  it('says which file is missing or of no use, and what a server makes of a stranger', async () => {
    const [partial, foreign, plain, broken] = await Promise.all([
      execute(['--tls-cert', 'x', 'portfolio', 'list'], {}),
      execute(['portfolio', 'list'], as('client-foreign')),
      execute(['portfolio', 'list'], { FOLIO_ADDRESS: server.grpcAddress }),
      execute(['portfolio', 'list'], { ...as('client-alpha'), FOLIO_TLS_KEY: pem('client-beta.key') }),
    ]);
    expect(partial.code).to.equal(2);
    expect(partial.stderr).to.contain('missing: --tls-ca, --tls-key');
    expect(foreign.code).to.equal(7);
    expect(foreign.stderr).to.match(/refuse/);
    expect(plain.code).to.equal(7);
    expect(plain.stderr).to.contain('--tls-ca');
    expect(broken.code).to.equal(3);
    expect(broken.stderr).to.match(/--tls-key: is not the key of .*client-alpha\.pem/);
  });
});
