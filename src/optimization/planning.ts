/** A plan over several periods on its way to a strategy: its restrictions by period, and its first stage as an answer of its own. */
import { Observable } from 'rxjs';

import { periodOf, type PeriodsProblem, type PeriodsSolution } from '../problem/periods.ts';
import type { Lowered, Objective } from '../problem/problem.ts';
import type { Situation } from '../problem/situation.ts';
import type { Solution } from '../problem/solution.ts';
import type { Answer, PlanEvent, Stage } from '../sdk/v1/index.ts';
import { refuse, type Violation } from '../values/fault.ts';
import { contradictionInWords } from './planning-contradiction.ts';
import type { PeriodsSearch } from './toolbox.ts';

interface Surroundings {
  readonly search: (problem: PeriodsProblem) => ReturnType<PeriodsSearch>;
  /** One stage by itself, under the restrictions of the client and `own`. */
  readonly solve: (objective: Objective, own: readonly Lowered[]) => Solution;
  /** Adds what the solver cannot know: why it was interrupted. */
  readonly withCause: (solution: Solution) => Solution;
  /** Adds to the iterations of the run. */
  readonly count: (iterations: number) => void;
}

/** Cold; runs to its end while it is being subscribed to. */
export function planned(
  stages: readonly Stage[],
  restrictions: readonly Lowered[],
  added: readonly Lowered[],
  { universe, current }: Pick<Situation, 'universe' | 'current'>,
  surroundings: Surroundings,
): Observable<PlanEvent> {
  const { search, withCause, count } = surroundings;
  return new Observable((subscriber) => {
    const every = [...restrictions, ...added];
    refuse([...every, ...stages.flatMap((stage) => stage.added ?? [])].flatMap((lowered) => unfit(lowered, current)));
    const periods = stages.map(({ added: own = [], ...stage }) => periodOf(universe, stage, [...every, ...own]));
    const problem = { universe, current, periods };
    const steps = search(problem);
    for (let step = steps.next(); !subscriber.closed; step = steps.next()) {
      if (step.done !== true) {
        subscriber.next({ kind: 'iterate', iterate: step.value });
        continue;
      }
      const { iterations, termination, weights, multipliers } = step.value;
      count(iterations);
      const answer: Answer =
        termination.reason === 'infeasible'
          ? contradicting(problem, step.value, stages, restrictions, added, surroundings)
          : {
              objective: firstObjective(problem, step.value),
              added: ownOf(stages[0], added),
              solution: withCause(firstSolution(step.value)),
            };
      const boundPrices = multipliers.map(({ bounds }) => bounds);
      subscriber.next({ kind: 'solution', weights, boundPrices, answer });
      subscriber.complete();
      return;
    }
    steps.return(undefined as never);
  });
}

function ownOf(stage: Stage | undefined, added: readonly Lowered[]): readonly Lowered[] {
  return [...added, ...(stage?.added ?? [])];
}

/**
 * A stage that contradicts itself, with the proof, which is that of a single problem; else what contradicts each other across stages, in
 * words. Stages without restrictions of their own hold what the first one does, and weights may stay as they are.
 */
function contradicting(
  problem: PeriodsProblem,
  chain: PeriodsSolution,
  stages: readonly Stage[],
  restrictions: readonly Lowered[],
  added: readonly Lowered[],
  { solve, withCause }: Surroundings,
): Answer {
  // Limits on trades of later stages do not speak of trades from the current weights, which is all that a single problem knows.
  const isLimited = [...restrictions, ...added].some(({ tradeLimits = [] }) => tradeLimits.length > 0);
  for (const [t, stage] of stages.entries()) {
    if (t > 0 && (isLimited || stage.added === undefined)) continue;
    const own = ownOf(stage, added).map((lowered) => (t === 0 ? lowered : { ...lowered, tradeLimits: [] }));
    const objective = t === 0 ? firstObjective(problem, chain) : { quadratics: [], linear: stage.linear };
    const solution = solve(objective, own);
    const { reason, limit } = solution.termination;
    if (reason === 'infeasible' || limit === 'interrupted') return { objective, added: own, solution };
  }
  const detail = contradictionInWords(problem, chain.infeasibility ?? []);
  const solution = withCause(firstSolution(chain));
  const termination = { reason: 'no solution found', detail } as const;
  return {
    objective: firstObjective(problem, chain),
    added: ownOf(stages[0], added),
    solution: { ...solution, termination },
  };
}

/** What several periods cannot keep, one violation for each restriction. */
function unfit({ rows = [], norms = [], tradeLimits = [], tails = [], ...others }: Lowered, current: Float64Array) {
  const { riskShares = [], domains = [], lots = [], counts = [], concentrations = [] } = others;
  const single = [...riskShares, ...domains, ...lots, ...counts, ...concentrations];
  const elsewhere = tradeLimits.filter(({ centre }) => centre.some((value, i) => value !== current[i]));
  const soft = [...rows, ...tradeLimits].filter(({ penalty }) => penalty !== undefined);
  return [...new Set([...norms, ...tails, ...single, ...elsewhere, ...soft])].map(({ origin }): Violation => ({
    field: 'constraints',
    description:
      `${origin.name} (${origin.text}) cannot be kept over several periods: ` +
      'they take bounds, linear rows and limits on trades from the current weights, none of them soft',
    reason: 'INVALID_ARGUMENT',
  }));
}

/** Of the first stage, with what its trades are worth in the next one as expected returns. */
function firstObjective({ periods, current }: PeriodsProblem, { multipliers }: PeriodsSolution): Objective {
  const { quadratics, linear, trading } = periods[0]!;
  const next = multipliers[1]?.trades;
  return {
    quadratics,
    linear: linear.map((value, i) => value + (next?.[i] ?? 0)),
    ...(trading === undefined ? {} : { trading: { ...trading, current } }),
  };
}

function firstSolution(chain: PeriodsSolution): Solution {
  const { solver, termination, weights, multipliers, objective, iterations, residuals } = chain;
  const [first] = multipliers;
  const none = new Float64Array(0);
  return {
    solver,
    choice: `${solver}: ${weights.length} periods together`,
    termination,
    weights: weights[0] ?? none,
    objective,
    multipliers: {
      rows: first?.rows ?? none,
      bounds: first?.bounds ?? none,
      norms: none,
      tradeLimits: first?.limits ?? none,
    },
    iterations,
    residuals,
  };
}
