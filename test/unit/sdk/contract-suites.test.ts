import { expect } from 'chai';
import { defer, of } from 'rxjs';

import { definePlugin, nearestTo, solveToEnd } from '../../../src/sdk/v1/index.ts';
import type { ConstraintHandler, Plugin, Strategy } from '../../../src/sdk/v1/index.ts';
import { constraintContract, solverContract, strategyContract } from '../../../src/sdk/v1/testing/index.ts';
import type { Engine, Framework } from '../../../src/sdk/v1/testing/index.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

type Declared = [string, (() => void | Promise<void>) | undefined];

/** Collects what a suite declares instead of reporting it. */
function collecting(): { readonly framework: Framework; readonly failures: () => Promise<string[]> } {
  const declared: Declared[] = [];
  const framework: Framework = {
    describe: (_title, body) => body(),
    it: (title, body) => void declared.push([title, body]),
  };
  const failures = async (): Promise<string[]> => {
    const failed: string[] = [];
    for (const [title, body] of declared) {
      try {
        await body?.();
      } catch {
        failed.push(title);
      }
    }
    return failed;
  };
  return { framework, failures };
}

const sound: Strategy = {
  id: 'nothing-much',
  title: 'Nothing much',
  description: 'The portfolio nearest to holding nothing at all.',
  references: [],
  parameters: { type: 'object', additionalProperties: false },
  needs: [],
  optimize: (task) => solveToEnd(task, nearestTo(new Float64Array(task.situation.current.length)), 'nearest'),
};

function pluginWith(strategy: Strategy, named: string = strategy.id): Plugin<never> {
  const manifest = {
    id: 'probe',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Probe',
    references: [],
    capabilities: { strategies: [named] },
  };
  return definePlugin({ manifest, activate: () => ({ strategies: [strategy] }) });
}

async function failuresOf(plugin: Plugin<never>, strategies: readonly Strategy[] = []): Promise<string[]> {
  const { framework, failures } = collecting();
  await strategyContract(plugin, { framework, engine: referenceEngine, strategies });
  return failures();
}

/** Runs `sound`, and says so when `named`. */
function delegating(named: boolean): Strategy {
  const delegate = { type: sound.id, parameters: {} };
  return {
    ...sound,
    id: 'another-way',
    delegates: () => (named ? { member: delegate } : {}),
    optimize: (task) => defer(() => task.delegate!(delegate)),
  };
}

describe('the contract suites', () => {
  it('pass a sound strategy', async () => {
    expect(await failuresOf(pluginWith(sound))).to.deep.equal([]);
  });

  it('catch a manifest that names something else', async () => {
    expect(await failuresOf(pluginWith(sound, 'something-else'))).to.deep.equal([
      'returns what its manifest names, and nothing else, each time it is activated',
    ]);
  });

  it('pass a strategy that delegates to one that it names', async () => {
    expect(await failuresOf(pluginWith(delegating(true)), [sound])).to.deep.equal([]);
  });

  it('catch a strategy that delegates to one that it does not name, or that nobody has', async () => {
    const runs = [
      'solves nothing before it is subscribed to, and anew for each subscriber',
      'emits progress, then exactly one solution, then completes',
      'answers with an optimum that passes the independent check',
      'does not depend on the order of the assets',
      'ends with its best point when it is aborted',
      'passes an empty feasible set on as infeasible',
    ];
    expect(await failuresOf(pluginWith(delegating(false)), [sound])).to.deep.equal(runs);
    const missing = 'delegates, if at all, to strategies that exist and take the parameters';
    expect(await failuresOf(pluginWith(delegating(true)))).to.deep.equal([missing, ...runs]);
  });

  it('catch a strategy that works before anybody listens', async () => {
    const eager: Strategy = {
      ...sound,
      optimize: (task) => {
        task.solve(nearestTo(new Float64Array(8))).subscribe();
        return sound.optimize(task);
      },
    };
    expect(await failuresOf(pluginWith(eager))).to.deep.equal([
      'solves nothing before it is subscribed to, and anew for each subscriber',
    ]);
  });

  it('catch a strategy that depends on the order of the assets', async () => {
    const first = Float64Array.of(0.5, 0.5, 0, 0, 0, 0, 0, 0);
    const partial: Strategy = { ...sound, optimize: (task) => solveToEnd(task, nearestTo(first), 'nearest') };
    expect(await failuresOf(pluginWith(partial))).to.deep.equal(['does not depend on the order of the assets']);
  });

  it('catch an answer made up without a solve', async () => {
    const answer = {
      objective: nearestTo(new Float64Array(8)),
      added: [],
      solution: {
        solver: 'none',
        termination: { reason: 'optimal' as const, detail: '' },
        weights: new Float64Array(8).fill(0.2),
        objective: 0,
        multipliers: {
          rows: new Float64Array(1),
          bounds: new Float64Array(8),
          norms: new Float64Array(0),
          tradeLimits: new Float64Array(0),
        },
        iterations: 0,
        residuals: { primal: 0, dual: 0, gap: 0 },
      },
    };
    const madeUp: Strategy = { ...sound, optimize: () => of({ kind: 'solution', answer }) };
    expect(await failuresOf(pluginWith(madeUp))).to.include.members([
      'emits progress, then exactly one solution, then completes',
      'answers with an optimum that passes the independent check',
      'passes an empty feasible set on as infeasible',
    ]);
  });

  it('catch a schema whose examples do not pass', async () => {
    const wrong: Strategy = {
      ...sound,
      parameters: { type: 'object', properties: { level: { type: 'number', maximum: 1, default: 2 } } },
    };
    expect(await failuresOf(pluginWith(wrong))).to.include(
      'describes itself: title, definition, references, sound parameter schema',
    );
  });

  it('catch a constraint that checks something else than it lowers to', async () => {
    const handler: ConstraintHandler = {
      type: 'first-weight',
      title: 'First weight',
      description: 'The weight of the first asset is at most 0.25.',
      version: '1.0.0',
      references: [],
      schema: { type: 'object' },
      convexity: 'linear',
      priority: 0,
      admit: () => [],
      lower: (_parameters, _situation, origin) => ({
        bounds: [{ position: 0, lower: -Infinity, upper: 0.35, origin: origin('first at most 0.25') }],
      }),
      check: (_parameters, { weights }) => [
        {
          text: 'first at most 0.25',
          value: weights[0]!,
          lower: -Infinity,
          upper: 0.25,
          slack: 0.25 - weights[0]!,
          unit: 'fraction',
        },
      ],
    };
    const { framework, failures } = collecting();
    constraintContract(handler, { framework });
    expect(await failures()).to.deep.equal(['checks what it lowers to: a part holds in both or in neither']);
  });

  it('catch a solver that does not stop', async () => {
    const deaf: Engine = {
      ...referenceEngine,
      solve: (universe, objective, restrictions) =>
        referenceEngine.solve(universe, objective, restrictions, () => false),
    };
    const { framework, failures } = collecting();
    solverContract({ id: 'deaf', title: 'Deaf', version: '1.0.0', capabilities: ['all'] }, { framework, engine: deaf });
    expect(await failures()).to.deep.equal(['stops when interrupted and says so']);
  });
});
