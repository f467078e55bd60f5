/**
 * One small problem of every kind that the engine solves, and fingerprints of the answers; run as a program it prints them, so that a test
 * can compare those of another process.
 */
import { createHash } from 'node:crypto';

import { compose } from '../../src/problem/problem.ts';
import type { Problem } from '../../src/problem/problem.ts';
import { traceCorners } from '../../src/solvers/critical-line/critical-line.ts';
import { solvePeriods } from '../../src/solvers/periods/periods.ts';
import { SolverRegistry } from '../../src/solvers/registry.ts';
import { builtInContributions } from '../../src/workers/built-in.ts';
import { chainOf } from './period-problems.ts';
import { Random, denseCase, factorCase, originOf, problemOf } from './problems.ts';

/** Of the built-in solvers. */
export const registry = new SolverRegistry(builtInContributions.solvers ?? []);

interface Answered {
  readonly solver: string;
  readonly vectors: readonly Float64Array[];
}

function end<Answer>(steps: Generator<unknown, Answer, void>): Answer {
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

function single(problem: Problem): Answered {
  const { solver, weights, multipliers, infeasibility } = end(registry.solve(problem));
  const { rows, bounds } = infeasibility ?? multipliers;
  return { solver, vectors: [weights, rows, bounds] };
}

const caps = { upper: 0.2 };
const dense = (): Problem => denseCase(40);

function limited(): Problem {
  const problem = dense();
  const [quadratic] = problem.quadratics;
  if (quadratic === undefined) throw new Error('expected a covariance');
  const n = problem.linear.length;
  const centre = new Float64Array(n).fill(1 / n);
  const rate = new Float64Array(n).fill(0.5);
  const threeHalves = new Float64Array(n).fill(0.01);
  const trading = {
    current: centre,
    buyRate: rate.map((value) => value / 100),
    sellRate: new Float64Array(n),
    threeHalves,
  };
  const norms = [{ operator: quadratic.operator, bound: 0.12, origin: originOf('volatility') }];
  const tradeLimits = [{ centre, buyRate: rate, sellRate: rate, bound: 0.2, origin: originOf('turnover') }];
  return problemOf(
    n,
    { quadratics: problem.quadratics, linear: problem.linear, trading },
    { norms, tradeLimits, ...caps },
  );
}

function tails(): Problem {
  const n = 12;
  const random = new Random(41);
  const scenarios = random.vector(60 * n, () => 0.005 + 0.04 * random.normal());
  return problemOf(n, { tailTerms: [{ kind: 'cvar', scenarios, level: 0.9, weight: 1 }] }, { upper: 0.4 });
}

function integers(): Problem {
  const problem = dense();
  const n = problem.linear.length;
  const positions = Int32Array.from({ length: n }, (_, i) => i);
  const centre = new Float64Array(n);
  const count = { positions, centre, side: 'either', minimum: 0, maximum: 8, origin: originOf('names') } as const;
  return {
    ...problemOf(n, { quadratics: problem.quadratics, linear: problem.linear }, caps),
    integrality: { domains: [], lots: [], counts: [count] },
  };
}

function budgets(): Problem {
  const { quadratics, linear } = dense();
  return problemOf(linear.length, { quadratics, logarithms: linear.map(() => 1) }, { rows: [] });
}

function infeasible(): Problem {
  const { quadratics, linear } = dense();
  return problemOf(linear.length, { quadratics, linear }, { upper: 0.02 });
}

function corners(): Answered {
  const { universe, quadratics, linear, bounds, rows } = dense();
  const problem = compose(universe, { quadratics, linear: new Float64Array(linear.length) }, [{ bounds, rows }]);
  const vectors: Float64Array[] = [];
  const steps = traceCorners(problem, linear, () => false);
  for (let step = steps.next(); step.done !== true; step = steps.next()) vectors.push(step.value.weights);
  return { solver: 'critical-line', vectors };
}

function periods(): Answered {
  const { solver, weights } = end(solvePeriods(chainOf({ n: 10, periods: 4 })));
  return { solver, vectors: weights };
}

/** What the registry solves, by kind. */
export const problemsOfEveryKind: Readonly<Record<string, () => Problem>> = {
  'dense covariance': dense,
  'factor model with costs': () => factorCase(200, 10),
  'limits of volatility and turnover, impact': limited,
  'scenario tail': tails,
  'at most eight names': integers,
  'risk budgets': budgets,
  'no portfolio': infeasible,
};

const kinds: Readonly<Record<string, () => Answered>> = {
  ...Object.fromEntries(Object.entries(problemsOfEveryKind).map(([kind, build]) => [kind, () => single(build())])),
  'corners of a frontier': corners,
  'chain of periods': periods,
};

/** By kind: the solver that answered, and a hash of the bytes of all that it answered. */
export function fingerprints(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, solve]) => {
      const { solver, vectors } = solve();
      const hash = createHash('sha256');
      for (const vector of vectors) hash.update(new Uint8Array(vector.slice().buffer));
      return [kind, `${solver} ${hash.digest('hex')}`];
    }),
  );
}

if (import.meta.filename === process.argv[1]) process.stdout.write(JSON.stringify(fingerprints()));
