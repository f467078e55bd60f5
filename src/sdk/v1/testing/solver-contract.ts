/** What every solver must keep: outcomes are values, answers are certified, runs repeat bit for bit, interruption is obeyed. */
import type { Lowered, Objective } from '../../../problem/problem.ts';
import type { Solution } from '../../../problem/solution.ts';
import type { Solver } from '../../../problem/solver.ts';
import { nearestTo } from '../objectives.ts';
import { distance, ensure, ensureNone } from './framework.ts';
import type { Framework } from './framework.ts';
import { referenceMarket, referenceOrigin } from './reference-market.ts';
import type { Engine } from './reference-task.ts';

export interface SolverContractOptions {
  readonly framework: Framework;
  /** The solver behind an engine: composes the problem and solves it, and checks independently. */
  readonly engine: Engine;
}

export function solverContract(
  solver: Pick<Solver, 'id' | 'title' | 'version' | 'capabilities'>,
  { framework, engine }: SolverContractOptions,
): void {
  const { describe, it } = framework;
  const market = referenceMarket();
  const { universe } = market.situation;
  const run = (
    objective: Objective,
    restrictions: readonly Lowered[],
    interrupted = () => false,
  ): { solution: Solution; iterates: number } => {
    const steps = engine.solve(universe, objective, restrictions, interrupted);
    let iterates = 0;
    for (let next = steps.next(); ; next = steps.next()) {
      if (next.done === true) return { solution: next.value, iterates };
      iterates++;
    }
  };

  describe(`solver ${solver.id} keeps the solver contract`, () => {
    it('describes itself: title, version, capabilities', () => {
      ensure(solver.title !== '' && /^\d+\.\d+\.\d+/.test(solver.version), 'needs a title and a semantic version');
      ensure(solver.capabilities.length > 0, 'needs to say what it can take');
    });

    for (const [name, objective, restrictions] of problems(market)) {
      it(`yields iterates and returns a certified optimum: ${name}`, () => {
        const { solution, iterates } = run(objective, restrictions);
        ensure(
          solution.termination.reason === 'optimal',
          `ended with "${solution.termination.reason}": ${solution.termination.detail}`,
        );
        ensure(iterates > 0, 'yielded no iterate');
        ensureNone('the independent check', engine.faults(universe, restrictions, { objective, added: [], solution }));
      });
    }

    it('repeats bit for bit', () => {
      const [, objective, restrictions] = problems(market)[1]!;
      const [first, second] = [run(objective, restrictions), run(objective, restrictions)];
      ensure(distance(first.solution.weights, second.solution.weights) === 0, 'the same problem gave two answers');
    });

    it('reports an empty feasible set as infeasible, with a proof', () => {
      const { restrictions } = referenceMarket(undefined, { upper: 0.1 });
      const { solution } = run(nearestTo(new Float64Array(universe.assets.length)), restrictions);
      ensure(solution.termination.reason === 'infeasible', `ended with "${solution.termination.reason}"`);
      ensure(solution.infeasibility !== undefined, 'gave no proof');
    });

    it('stops when interrupted and says so', () => {
      const [, objective, restrictions] = problems(market)[1]!;
      const { solution } = run(objective, restrictions, () => true);
      ensure(
        solution.termination.limit === 'interrupted',
        `ended with "${solution.termination.reason}" and without limit "interrupted"`,
      );
    });
  });
}

type NamedProblem = readonly [string, Objective, readonly Lowered[]];

function problems({ situation, estimates, restrictions }: ReturnType<typeof referenceMarket>): readonly NamedProblem[] {
  const { covariance, expectedReturns } = estimates;
  ensure(covariance !== undefined && expectedReturns !== undefined, 'the reference market has both');
  const n = situation.universe.assets.length;
  const linear = new Float64Array(n);
  const leastVariance: Objective = { quadratics: [{ scale: 1, operator: covariance }], linear };
  const utility: Objective = { quadratics: [{ scale: 4, operator: covariance }], linear: expectedReturns };
  const half = new Float64Array(n).fill(0.5);
  const turnover = {
    centre: situation.current,
    buyRate: half,
    sellRate: half,
    bound: 0.1,
    origin: referenceOrigin('turnover'),
  };
  const volatility = { operator: covariance, bound: 0.12, origin: referenceOrigin('volatility') };
  return [
    ['least variance', leastVariance, restrictions],
    ['quadratic utility', utility, restrictions],
    ['greatest return', { quadratics: [], linear: expectedReturns }, restrictions],
    ['quadratic utility under a turnover limit', utility, [...restrictions, { tradeLimits: [turnover] }]],
    [
      'greatest return under a volatility limit',
      { quadratics: [], linear: expectedReturns },
      [...restrictions, { norms: [volatility] }],
    ],
  ];
}
