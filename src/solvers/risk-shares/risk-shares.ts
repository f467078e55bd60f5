/** Limits on shares of risk: a sequence of convex problems from two portfolios, down to a local optimum. */
import { objectiveAt, primalResidual } from '../../problem/certificate-figures.ts';
import { lacking } from '../../problem/features.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Iterate, Solution, Termination } from '../../problem/solution.ts';
import { defaultSettings, type Solver, type SolverSettings, type Support } from '../../problem/solver.ts';
import { candidateAt } from '../candidate.ts';
import { interiorPoint } from '../interior-point.ts';
import { Interrupted, lookingAt } from '../interruption.ts';
import { unsolved } from '../unsolved.ts';
import { descend, type Descent, type Run } from './descent.ts';
import { Shares } from './shares.ts';
import { equalRiskStart, quietly } from './starts.ts';

const id = 'risk-shares';

export const riskShares: Solver = {
  id,
  title: 'Sequential convex programming for shares of risk',
  version: '1.0.0',
  references: [
    'Fletcher, Practical Methods of Optimization (1987), 14.4',
    'Conn, Gould and Toint, Trust Region Methods (2000), ch. 11',
    'Feng and Palomar, SCRIP: Successive Convex Optimization Methods for Risk Parity Portfolio Design, IEEE Trans. Signal Processing 63 (2015)',
  ],
  capabilities: [
    'limits on shares of risk of assets, groups and factors, beside all that the interior point takes',
    'starts from the optimum without the limits and from equal risk; deterministic',
    'an iteration is one convex problem; a local optimum ends as feasible and says so, unless no limit binds',
  ],
  supports,
  solve,
};

function supports(problem: Problem): Support {
  if ((problem.riskShares ?? []).length === 0) return { yes: false, why: 'no share of risk is limited' };
  const taken = ['risk-shares', 'trading-cost', 'three-halves', 'pieces', 'norms', 'trade-limits', 'soft'] as const;
  const why = lacking(problem, taken);
  return why === undefined ? interiorPoint.supports(withoutShares(problem)) : { yes: false, why };
}

function withoutShares({ riskShares: _, ...convex }: Problem): Problem {
  return convex;
}

function* solve(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
): Generator<Iterate, Solution, void> {
  const convex = withoutShares(problem);
  const shares = new Shares(problem.riskShares ?? [], lookingAt(interrupted));
  const run: Run = {
    problem,
    convex,
    shares,
    tolerance: settings.tolerance,
    interrupted,
    count: 1,
    countMax: settings.iterationsMax,
  };
  const found: Descent[] = [];
  try {
    const free = quietly(
      interiorPoint.solve(convex, { ...defaultSettings, tolerance: settings.tolerance }, interrupted),
    );
    yield { iteration: 1, objective: free.objective, ...free.residuals };
    const ended = withoutLimits(problem, free);
    if (ended !== undefined) return ended;
    found.push(yield* descend(run, free.weights));
    if (found[0]?.stopped !== undefined) return concluded(run, found);
    const second = equalRiskStart(problem, convex, interrupted);
    if (interrupted()) throw new Interrupted();
    if (second !== undefined) found.push(yield* descend(run, second));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return concluded(run, [...found, nothing]);
  }
  return concluded(run, found);
}

const nothing: Descent = {
  weights: new Float64Array(0),
  objective: Infinity,
  multipliers: { rows: nowhere(), bounds: nowhere(), norms: nowhere(), tradeLimits: nowhere() },
  local: false,
  stopped: 'interrupted',
};

function nowhere(): Float64Array {
  return new Float64Array(0);
}

/** What the problem without the limits settles: it has no portfolio, or its optimum keeps them; undefined when they matter. */
function withoutLimits(problem: Problem, free: Solution): Solution | undefined {
  const { reason, limit, detail } = free.termination;
  const named = { ...free, solver: id, iterations: 1 };
  if (reason === 'optimal') {
    const { worst, certificate } = candidateAt(problem, free.weights, () => free.multipliers);
    if (!(worst <= defaultSettings.tolerance)) return undefined;
    const { primal, dual, gap } = certificate;
    const told = 'the optimum without the limits on shares of risk keeps them';
    return { ...named, termination: { reason, detail: told }, residuals: { primal, dual, gap } };
  }
  if (reason === 'infeasible') return named;
  const termination: Termination = {
    reason: 'no solution found',
    ...(limit === undefined ? {} : { limit }),
    detail: `without the limits on shares of risk: ${detail}`,
  };
  return unsolved(id, problem, termination, 1);
}

/** The better of the ends; equal ones by the order of their starts. */
function concluded(run: Run, found: readonly Descent[]): Solution {
  const { problem, count } = run;
  const held = found.filter(({ weights }) => weights.length > 0);
  const limit = found.find(({ stopped }) => stopped !== undefined)?.stopped;
  const stopped = limit === undefined ? {} : { limit };
  const [first, ...others] = held;
  if (first === undefined) {
    const detail =
      limit === undefined
        ? 'no portfolio that keeps the limits on shares of risk was found, neither from the optimum without them nor from equal risk; there may be one'
        : `stopped after ${String(count)} convex problems, before a portfolio that keeps the limits on shares of risk was found`;
    return unsolved(id, problem, { reason: 'no solution found', ...stopped, detail }, count);
  }
  const best = others.reduce((one, other) => (other.objective < one.objective ? other : one), first);
  const { weights, multipliers, local } = best;
  const { certificate } = candidateAt(problem, weights, () => multipliers);
  const from = `the better of ${String(held.length)} found from the optimum without the limits and from equal risk`;
  const detail = local
    ? `local optimum: limits on shares of risk are not convex, and a better portfolio may lie elsewhere; ${held.length > 1 ? from : 'the only one found'}`
    : 'a portfolio that keeps the limits on shares of risk, not known to be a local optimum';
  return {
    solver: id,
    termination: { reason: 'feasible', ...stopped, detail },
    weights,
    objective: objectiveAt(run.convex, weights),
    multipliers,
    iterations: count,
    residuals: { primal: primalResidual(problem, weights), dual: certificate.dual, gap: certificate.gap },
  };
}
