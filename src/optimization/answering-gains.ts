/** What the objective would gain without a constraint that binds: found by solving without it, and told as a bound that a point proves. */
import { objectiveAt, primalResidual } from '../problem/certificate-figures.ts';
import { compose } from '../problem/problem.ts';
import type { Lowered, Objective, Problem } from '../problem/problem.ts';
import type { Multipliers, Solution } from '../problem/solution.ts';
import type { Warm } from '../problem/solver.ts';
import type { Verdict } from './answer.ts';
import { isTight } from './answering-prices.ts';
import { defaultField, finite } from './restrictions.ts';
import type { AppliedConstraint } from './restrictions.ts';

export interface GainTools {
  readonly solve: (problem: Problem, warm: Warm) => Solution;
  readonly interrupted: () => boolean;
}

export interface Gained {
  /** With `gain` or `gainUnbounded` on the parts that bind. */
  readonly verdicts: readonly Verdict[];
  /** Ids of constraints that bind and whose gain is not known: the run ended before, or no solver found a better point. */
  readonly unexplained: readonly string[];
}

/** Largest relative violation of a point that may prove a gain. */
const provingResidual = 1e-7;

/** The constraints that bind and that somebody stated, by id, in the order of the verdicts. */
function bindingAmong(verdicts: readonly Verdict[], constraints: readonly AppliedConstraint[]): readonly string[] {
  const stated = new Set(
    constraints.flatMap((constraint) => (constraint.stated.field === defaultField ? [] : [constraint.stated.id])),
  );
  const tight = verdicts.filter((verdict) => isTight(verdict) && stated.has(verdict.constraintId));
  return [...new Set(tight.map(({ constraintId }) => constraintId))];
}

/** What nobody looked into, of an answer that is not optimal. */
export function ungained(verdicts: readonly Verdict[], constraints: readonly AppliedConstraint[]): Gained {
  return { verdicts, unexplained: bindingAmong(verdicts, constraints) };
}

/**
 * For each constraint that binds, solves again without any of its restrictions, from the solution. The point w' found satisfies all others,
 * so that the least objective without the constraint is at most f(w'): the gain is at least f(w) - f(w'). Problems that were solved on
 * the way to the objective, as by a search over ratios, are not solved again: the objective is the one of the answer.
 *
 * @param objective what was minimized
 * @param added restrictions of the strategy, which are kept
 */
export function gained(
  verdicts: readonly Verdict[],
  constraints: readonly AppliedConstraint[],
  objective: Objective,
  added: readonly Lowered[],
  problem: Problem,
  solution: Solution,
  { solve, interrupted }: GainTools,
): Gained {
  const reached = objectiveAt(problem, solution.weights);
  const gains = new Map<string, Pick<Verdict, 'gain' | 'gainUnbounded'>>();
  const unexplained: string[] = [];
  for (const id of bindingAmong(verdicts, constraints)) {
    const kept = constraints.filter(({ stated }) => stated.id !== id).map(({ lowered }) => lowered);
    const without = compose(problem.universe, objective, [...kept, ...added]);
    const gain = interrupted()
      ? undefined
      : gainIn(without, reached, solve(without, warmFor(problem, solution, without)));
    if (gain === undefined) unexplained.push(id);
    else gains.set(id, gain);
  }
  const told = verdicts.map((verdict) => {
    const gain = isTight(verdict) ? gains.get(verdict.constraintId) : undefined;
    return gain === undefined ? verdict : { ...verdict, ...gain };
  });
  return { verdicts: told, unexplained };
}

function gainIn(
  without: Problem,
  reached: number,
  solution: Solution,
): Pick<Verdict, 'gain' | 'gainUnbounded'> | undefined {
  const { reason } = solution.termination;
  if (reason === 'unbounded') return { gainUnbounded: true };
  if (reason !== 'optimal' && reason !== 'feasible') return undefined;
  if (primalResidual(without, solution.weights) > provingResidual) return undefined;
  // The answer itself satisfies all that is left: no gain is below 0.
  const gain = Math.max(0, reached - objectiveAt(without, solution.weights));
  // A point of a solve that was stopped proves something only when it is better.
  return reason === 'feasible' && gain === 0 ? undefined : { gain: finite(gain) };
}

/** The solution as a start for the problem without some of its restrictions. */
function warmFor(problem: Problem, { weights, multipliers }: Solution, without: Problem): Warm {
  const carried = <Restriction>(all: readonly Restriction[], left: readonly Restriction[], prices: Float64Array) => {
    const priceOf = new Map(all.map((restriction, at) => [restriction, prices[at] ?? 0]));
    return Float64Array.from(left, (restriction) => priceOf.get(restriction) ?? 0);
  };
  const { tails, tailTerms } = multipliers;
  const priceOfTail = new Map(problem.tails.map((tail, at) => [tail, tails?.[at]]));
  const left = without.tails.map((tail) => priceOfTail.get(tail)).filter((price) => price !== undefined);
  const started: Multipliers = {
    rows: carried(problem.rows, without.rows, multipliers.rows),
    norms: carried(problem.norms, without.norms, multipliers.norms),
    tradeLimits: carried(problem.tradeLimits, without.tradeLimits, multipliers.tradeLimits),
    bounds: multipliers.bounds,
    ...(left.length === 0 ? {} : { tails: left }),
    ...(tailTerms === undefined ? {} : { tailTerms }),
  };
  return { weights, multipliers: started };
}
