/** A plan over several periods on its way to a strategy: its restrictions by period, and its first stage as an answer of its own. */
import { Observable } from 'rxjs';

import { periodOf, type PeriodsProblem, type PeriodsSolution } from '../problem/periods.ts';
import type { Lowered, Objective } from '../problem/problem.ts';
import type { Situation } from '../problem/situation.ts';
import type { Solution } from '../problem/solution.ts';
import type { PlanEvent, Stage } from '../sdk/v1/index.ts';
import { refuse, type Violation } from '../values/fault.ts';
import type { PeriodsSearch } from './toolbox.ts';

interface Surroundings {
  readonly search: (problem: PeriodsProblem) => ReturnType<PeriodsSearch>;
  /** The first stage by itself. */
  readonly solve: (objective: Objective) => Solution;
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
  { search, solve, withCause, count }: Surroundings,
): Observable<PlanEvent> {
  return new Observable((subscriber) => {
    const every = [...restrictions, ...added];
    refuse(every.flatMap((lowered) => unfit(lowered, current)));
    const problem = { universe, current, periods: stages.map((stage) => periodOf(universe, stage, every)) };
    const steps = search(problem);
    for (let step = steps.next(); !subscriber.closed; step = steps.next()) {
      if (step.done !== true) {
        subscriber.next({ kind: 'iterate', iterate: step.value });
        continue;
      }
      count(step.value.iterations);
      const objective = firstObjective(problem, step.value);
      // Every stage has the same restrictions, and weights may stay as they are: a contradiction is one of the first stage.
      const isInfeasible = step.value.termination.reason === 'infeasible';
      const solution = isInfeasible ? solve(objective) : withCause(firstSolution(step.value));
      subscriber.next({ kind: 'solution', weights: step.value.weights, answer: { objective, added, solution } });
      subscriber.complete();
      return;
    }
    steps.return(undefined as never);
  });
}

/** What several periods cannot keep, one violation for each restriction. */
function unfit({ norms = [], tradeLimits = [], tails = [], ...others }: Lowered, current: Float64Array): Violation[] {
  const { riskShares = [], domains = [], lots = [], counts = [], concentrations = [] } = others;
  const single = [...riskShares, ...domains, ...lots, ...counts, ...concentrations];
  const elsewhere = tradeLimits.filter(({ centre }) => centre.some((value, i) => value !== current[i]));
  return [...norms, ...tails, ...single, ...elsewhere].map(({ origin }) => ({
    field: 'constraints',
    description:
      `${origin.name} (${origin.text}) cannot be kept over several periods: ` +
      'they take bounds, linear rows and limits on trades from the current weights',
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
