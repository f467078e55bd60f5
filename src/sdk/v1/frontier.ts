/** Efficient frontiers: traced where the host can, solved point by point where it cannot, told the same either way. */
import { concatMap, from, of } from 'rxjs';
import type { Observable } from 'rxjs';

import { dot } from '../../math/vectors.ts';
import type { Lowered, Objective } from '../../problem/problem.ts';
import type { Solution } from '../../problem/solution.ts';
import { hasWeights, inSteps } from './steps.ts';
import type { Program } from './steps.ts';
import type { StrategyEvent, Task, TraceEvent } from './strategy.ts';

/** What a frontier trades. */
export interface Tradeoff {
  /** To be small: half a variance, say. */
  readonly objective: Objective;
  /** (n) direction'w is to be great: the expected return. */
  readonly direction: Float64Array;
  /** direction'w >= value as a restriction of the strategy's own, for points that are solved one by one. */
  readonly floor: (value: number) => Lowered;
}

/**
 * Streams `points` (at least 2) points from the portfolio of the least objective to the one of the greatest direction'w under the
 * client's restrictions: the least objective with a direction'w of at least v, v spaced evenly between those of the two ends. Then `own`,
 * the strategy's own portfolio, is the solution, and its choice of solver tells how the frontier was found. When there is no frontier the
 * solution says why and is the last.
 */
export function alongFrontier<Parameters>(
  task: Task<Parameters>,
  tradeoff: Tradeoff,
  points: number,
  own: () => Program,
): Observable<StrategyEvent> {
  const count = Math.max(2, Math.floor(points));
  const pointwise = (reason: string): Observable<StrategyEvent> =>
    inSteps(task, () => noting(byPoints(task, tradeoff, count, own), `point by point: ${reason}`));
  if (task.trace === undefined) return pointwise('nothing is traced here');
  const { objective, direction } = tradeoff;
  let told = 0;
  return task.trace(objective, direction, count).pipe(
    concatMap((event: TraceEvent): Observable<StrategyEvent> => {
      switch (event.kind) {
        case 'iterate':
          return of({ kind: 'progress', phase: 'tracing the frontier', iterate: event.iterate });
        case 'point':
          return from(eventsOf(tradeoff, event, `frontier point ${++told} of ${count}`));
        case 'traced':
          return inSteps(task, () => noting(own(), event.choice));
        case 'solution':
          return of({ kind: 'solution', answer: { objective, added: [], solution: event.solution } });
        case 'refused':
          return pointwise(event.reason);
      }
    }),
  );
}

/** A point as an answer: the optimum of the objective with lambda times the direction added. */
function eventsOf(
  { objective, direction }: Tradeoff,
  { lambda, solution }: Extract<TraceEvent, { kind: 'point' }>,
  phase: string,
): StrategyEvent[] {
  const linear = objective.linear.map((value, i) => value + lambda * direction[i]!);
  const { iterations, residuals } = solution;
  const iterate = { iteration: iterations, objective: solution.objective, ...residuals };
  return [
    { kind: 'progress', phase, iterate },
    { kind: 'point', answer: { objective: { ...objective, linear }, added: [], solution } },
  ];
}

function* byPoints<Parameters>(
  task: Task<Parameters>,
  { objective, direction, floor }: Tradeoff,
  count: number,
  own: () => Program,
): Program {
  const greatest: Objective = { quadratics: [], linear: direction };
  const least: Solution = yield { objective, phase: `frontier point 1 of ${count}`, point: true };
  if (!hasWeights(least)) return { objective, added: [], solution: least };
  const most: Solution = yield { objective: greatest, phase: 'greatest return' };
  if (!hasWeights(most)) return { objective: greatest, added: [], solution: most };
  const low = dot(direction, least.weights);
  const high = dot(direction, most.weights);
  for (let point = 2; point <= count && !task.signal.aborted; point++) {
    const phase = `frontier point ${point} of ${count}`;
    // At the far end the floor would leave a single point, which the search for the greatest return has found already.
    if (point === count) yield { objective: greatest, phase, point: true };
    else yield { objective, added: [floor(low + ((high - low) * (point - 1)) / (count - 1))], phase, point: true };
  }
  return yield* own();
}

/** The answer with how the frontier before it was found. */
function* noting(program: Program, frontier: string): Program {
  const answer = yield* program;
  const { solution } = answer;
  const choice = solution.choice === undefined ? '' : `${solution.choice}; `;
  return { ...answer, solution: { ...solution, choice: `${choice}frontier ${frontier}` } };
}
