import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  findBreaches,
  findFileCycles,
  findOversize,
  findTableCycles,
  type House,
} from './support/architecture/rules.ts';
import { readSources, trackedSources } from './support/architecture/sources.ts';

const useCases = ['market', 'portfolio', 'tax', 'optimization', 'rebalancing', 'orders', 'analytics'];

/** The house as it is meant to be: rooms, who may import whom, and the one door of each package. */
const house: House = {
  rooms: {
    values: { from: [] },
    math: { from: ['values'] },
    problem: { from: ['math'] },
    solvers: { from: ['problem'] },
    constraints: { from: ['problem'] },
    estimation: { from: ['problem'] },
    market: { from: ['values', 'problem'] },
    portfolio: { from: ['market'] },
    tax: { from: ['portfolio'] },
    // Speaks of strategies and estimators by their contract, and is handed them by the host.
    optimization: { from: ['problem', 'estimation', 'constraints', 'portfolio'], types: ['sdk'] },
    rebalancing: { from: ['optimization'] },
    orders: { from: ['rebalancing'] },
    analytics: { from: ['market', 'portfolio', 'tax', 'estimation'] },
    // The contract speaks of problems but brings none of their code along; operators are applied by the engine's own arithmetic.
    sdk: { from: ['values', 'math'], types: ['problem'] },
    plugins: { from: [] },
    host: { from: ['sdk', 'values', 'problem', 'gen'], loads: true },
    // Runs the heavy part of an optimization off the event loop, behind a port that optimization declares.
    workers: {
      from: ['host', 'solvers', 'problem', 'constraints', 'estimation', 'optimization', 'sdk', 'values', 'math'],
      loads: true,
    },
    // Implements the ports of the domain and maps its classes.
    storage: { from: ['values', ...useCases] },
    gen: { from: [] },
    rpc: { from: ['values', 'gen', ...useCases] },
    // Over the wire: clients of the service that know its protos, not its code.
    gateway: { from: ['values', 'gen', 'wire'] },
    cli: { from: ['values', 'gen', 'wire'] },
    // What both say about proto JSON.
    wire: { from: ['values'] },
    compose: {
      from: ['values', ...useCases, 'solvers', 'sdk', 'host', 'workers', 'storage', 'rpc', 'gateway'],
    },
    main: { from: ['compose'] },
    test: { from: [] },
    bench: { from: [] },
    examples: { from: [] },
    scripts: { from: [] },
    bin: { from: ['scripts'] },
    tools: { from: [] },
  },
  roofs: ['compose', 'main'],
  outside: ['test', 'bench'],
  guests: ['plugins', 'examples'],
  entries: {
    '@veritasvault/portfolio/sdk/v1': 'src/sdk/v1/index.ts',
    '@veritasvault/portfolio/sdk/v1/testing': 'src/sdk/v1/testing/index.ts',
  },
  doors: {
    '@grpc/*': ['rpc', 'cli', 'host', 'gateway'],
    // Proto JSON by reflection.
    '@bufbuild/protobuf': ['rpc', 'gateway', 'cli', 'wire'],
    '@mikro-orm/*': ['storage'],
    '@electric-sql/*': ['storage'],
    inversify: ['compose'],
    'reflect-metadata': ['compose'],
    'ml-matrix': ['math'],
    rxjs: ['sdk', 'optimization', 'rebalancing', 'orders', 'workers', 'rpc', 'plugins', 'examples'],
    'decimal.js': ['values'],
    // The check against a schema.
    ajv: ['values'],
    commander: ['cli'],
    'csv-parse': ['cli'],
    pino: ['main', 'compose', 'rpc', 'gateway'],
    eslint: ['tools'],
    'typescript-eslint': ['tools'],
    // The reporter of the test run.
    mocha: ['scripts', 'sdk'],
    chai: ['sdk'],
  },
  fileLines: 400,
  functionLines: 70,
  shorter: { 'src/main.ts': 60, 'src/compose.ts': 150 },
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));

describe('the architecture', () => {
  const modules = readSources(root);

  it('looks at every source file that git tracks', () => {
    const looked = new Set(modules.map(({ path }) => path));
    const tracked = trackedSources(root) ?? [];
    expect(tracked.filter((path) => !looked.has(path))).to.deep.equal([]);
    expect(looked.size, 'files looked at').to.be.at.least(Math.max(tracked.length, 20));
  });

  it('imports only what the table allows, each package through its door', () => {
    expect(findBreaches(house, modules)).to.deep.equal([]);
  });

  it('has no ring of imports, in the table or between files', () => {
    expect(findTableCycles(house)).to.deep.equal([]);
    expect(findFileCycles(house, modules)).to.deep.equal([]);
  });

  it('keeps files to 400 lines and functions to 70', () => {
    expect(findOversize(house, modules)).to.deep.equal([]);
  });
});

describe('the check of the architecture', () => {
  /** Reads a tree of planted files as if it were the project. */
  const planted = <T>(files: Readonly<Record<string, string>>, look: (folder: string) => T): T => {
    const folder = mkdtempSync(join(tmpdir(), 'architecture-'));
    try {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      return look(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const breachesOf = (files: Readonly<Record<string, string>>): string[] =>
    planted(files, (folder) => findBreaches(house, readSources(folder)));

  it('lets a room import through another what that one may import', () => {
    const files = { 'src/rebalancing/drift.ts': "import { add } from '../math/vector.ts';" };
    expect(breachesOf(files)).to.deep.equal([]);
  });

  const refused: readonly (readonly [string, string, string, string])[] = [
    [
      'an import against the arrows',
      'src/values/money.ts',
      "import { a } from '../math/a.ts';",
      'values may not import math',
    ],
    [
      'a type against the arrows',
      'src/math/a.ts',
      "import type { P } from '../problem/p.ts';",
      'math may not import problem',
    ],
    ['a re-export', 'src/values/money.ts', "export * from '../math/a.ts';", 'values may not import math'],
    ['a dynamic import', 'src/rpc/a.ts', "const a = await import('../storage/a.ts');", 'rpc may not import storage'],
    ['an import type', 'src/solvers/a.ts', "type A = import('../market/a.ts').A;", 'solvers may not import market'],
    ['a worker by URL', 'src/rpc/a.ts', "new URL('../workers/a.ts', import.meta.url);", 'rpc may not import workers'],
    ['a computed path', 'src/rpc/a.ts', 'await import(path);', 'rpc may not load a module by a computed path'],
    [
      'a value where types are allowed',
      'src/sdk/v1/a.ts',
      "import { n } from '../../problem/n.ts';",
      'sdk may import types only from problem',
    ],
    [
      'a package at the wrong door',
      'src/portfolio/a.ts',
      "import { EntityManager } from '@mikro-orm/core';",
      'portfolio may not import @mikro-orm/core; its doors: storage',
    ],
    ['RxJS in a solver', 'src/solvers/a.ts', "import { of } from 'rxjs/operators';", 'solvers may not import rxjs'],
    [
      'generated code in the domain',
      'src/orders/a.ts',
      "import { O } from '../gen/o.ts';",
      'orders may not import gen',
    ],
    [
      'a package without a door',
      'src/rpc/a.ts',
      "import pad from 'left-pad';",
      'the package left-pad has no door in the table',
    ],
    [
      'a private door of a plugin',
      'plugins/x/index.ts',
      "import { a } from '../../src/sdk/v1/index.ts';",
      'plugins may import only its own folder',
    ],
    [
      'a plugin inside another',
      'plugins/x/index.ts',
      "import { a } from '../y/index.ts';",
      'plugins may import only its own folder',
    ],
    ['an import of compose', 'src/cli/a.ts', "import { c } from '../compose.ts';", 'nothing imports compose'],
    ['an import of main', 'src/compose.ts', "import './main.ts';", 'compose may not import main'],
    ['a room that is not in the table', 'src/helpers/a.ts', '', 'helpers is no room of the table'],
    ['a way out of the project', 'src/rpc/a.ts', "import a from '../../../a.ts';", 'leaves the project'],
  ];
  for (const [what, path, text, breach] of refused) {
    it(`refuses ${what}`, () => {
      const found = breachesOf({ [path]: text });
      expect(found).to.have.length(1);
      expect(found[0])
        .to.match(new RegExp(`^${path.replaceAll('.', '\\.')}(:1)?: `))
        .and.to.contain(breach);
    });
  }

  it('finds a ring of files, and lets types go round', () => {
    const ring = { 'src/math/a.ts': "import './b.ts';", 'src/math/b.ts': "export { a } from './a.ts';" };
    const types = { 'src/math/a.ts': "import './b.ts';", 'src/math/b.ts': "import { type A } from './a.ts';" };
    const cyclesOf = (files: Record<string, string>): string[] =>
      planted(files, (folder) => findFileCycles(house, readSources(folder)));
    expect(cyclesOf(ring)).to.deep.equal(['src/math/a.ts -> src/math/b.ts -> src/math/a.ts']);
    expect(cyclesOf(types)).to.deep.equal([]);
  });

  it('finds a ring in the table', () => {
    const rooms = { values: { from: [] }, math: { from: ['values'], types: ['problem'] }, problem: { from: ['math'] } };
    expect(findTableCycles({ ...house, rooms })).to.deep.equal(['math -> problem -> math']);
  });

  it('measures files and functions, also a method inside a class, but not the body of a describe', () => {
    const body = (lines: number): string => 'x();\n'.repeat(lines);
    const files = {
      'src/math/long.ts': body(401),
      'src/math/full.ts': body(400),
      'src/main.ts': body(61),
      'src/math/method.ts': `class A {\nsolve() {\n${body(69)}}\n}\n`,
      'src/math/arrow.ts': `const fits = () => {\n${body(68)}};\n`,
      'test/a.test.ts': `describe('a', () => {\n${body(200)}});\n`,
    };
    expect(planted(files, (folder) => findOversize(house, readSources(folder)))).to.deep.equal([
      'src/main.ts: 61 lines, at most 60',
      'src/math/long.ts: 401 lines, at most 400',
      'src/math/method.ts:2: solve has 71 lines, at most 70',
    ]);
  });
});
