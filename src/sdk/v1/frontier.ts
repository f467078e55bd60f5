/** Efficient frontiers: traced where the host can, solved point by point where it cannot, told the same either way. */
import { concatMap, defer, EMPTY, from, map, of } from 'rxjs';
import type { Observable, OperatorFunction } from 'rxjs';

import { dot } from '../../math/vectors.ts';
import type { Lowered, Objective } from '../../problem/problem.ts';
import type { Solution } from '../../problem/solution.ts';
import type { Warm } from '../../problem/solver.ts';
import type { JsonObject } from '../../values/json.ts';
import { hasWeights, inSteps } from './steps.ts';
import type { Program, Step } from './steps.ts';
import type { StrategyEvent, Task, TraceEvent } from './strategy.ts';

/** What a frontier trades. */
export interface Tradeoff {
  /** To be small: half a variance, say. */
  readonly objective: Objective;
  /** (n) direction'w is to be great: the expected return. */
  readonly direction: Float64Array;
  /** direction'w >= value as a restriction of the strategy's own, for points that are solved one by one. */
  readonly floor: (value: number) => Lowered;
  /** Restrictions of the strategy's own that every point keeps; none when absent. */
  readonly added?: readonly Lowered[];
  /** What a point tells besides its figures. */
  readonly report?: (weights: Float64Array) => JsonObject;
}

/**
 * Streams `points` (at least 2) points from the portfolio of the least objective to the one of the greatest direction'w under the
 * client's restrictions: the least objective with a direction'w of at least v, v spaced evenly between those of the two ends. Then `own`,
 * the strategy's own portfolio, is the solution, and its choice of solver tells how the frontier was found. When there is no frontier the
 * solution says why and is the last. Points before `first` (from 0) are known to the caller: they are not told, and the others are, bit for
 * bit, what they are among all.
 */
export function alongFrontier<Parameters>(
  task: Task<Parameters>,
  tradeoff: Tradeoff,
  points: number,
  own: () => Program,
  first = 0,
): Observable<StrategyEvent> {
  return frontierBefore(task, tradeoff, points, (warm) => inSteps(task, own, warm), first);
}

/** The same where the strategy's own portfolio is a run of any kind: `warm` is the end of the solve before it, if there was one. */
export function frontierBefore<Parameters>(
  task: Task<Parameters>,
  tradeoff: Tradeoff,
  points: number,
  own: (warm?: Warm) => Observable<StrategyEvent>,
  first = 0,
): Observable<StrategyEvent> {
  const count = Math.max(2, Math.floor(points));
  return found(task, tradeoff, count, own, first).pipe(
    map((event) => {
      const { report } = tradeoff;
      if (event.kind !== 'point' || report === undefined) return event;
      return { ...event, answer: { ...event.answer, report: report(event.answer.solution.weights) } };
    }),
  );
}

function found<Parameters>(
  task: Task<Parameters>,
  tradeoff: Tradeoff,
  count: number,
  own: (warm?: Warm) => Observable<StrategyEvent>,
  first: number,
): Observable<StrategyEvent> {
  const pointwise = (reason: string): Observable<StrategyEvent> => {
    let end: Solution | undefined;
    const points = byPoints(task, tradeoff, count, first, (last) => void (end = last));
    return inSteps(task, () => points).pipe(
      concatMap((event) => (event.kind === 'solution' && end !== undefined ? own(end) : of(event))),
      noting(`point by point: ${reason}`),
    );
  };
  if (task.trace === undefined) return defer(() => pointwise('nothing is traced here'));
  const { objective, direction, added = [] } = tradeoff;
  return defer(() => task.trace!(objective, direction, count, added)).pipe(
    numbered(),
    concatMap(({ event, index }): Observable<StrategyEvent> => {
      switch (event.kind) {
        case 'iterate':
          return of({ kind: 'progress', phase: 'tracing the frontier', iterate: event.iterate });
        case 'point':
          return index < first ? EMPTY : from(eventsOf(tradeoff, event, index, count));
        case 'traced':
          return own().pipe(noting(event.choice));
        case 'solution':
          return of({ kind: 'solution', answer: { objective, added, solution: event.solution } });
        case 'refused':
          return pointwise(event.reason);
      }
    }),
  );
}

/** Every event with the number of points before it. */
function numbered(): OperatorFunction<TraceEvent, { readonly event: TraceEvent; readonly index: number }> {
  return (events) =>
    defer(() => {
      let points = 0;
      return events.pipe(map((event) => ({ event, index: event.kind === 'point' ? points++ : points })));
    });
}

/** A point as an answer: the optimum of the objective with lambda times the direction added. */
function eventsOf(
  { objective, direction, added = [] }: Tradeoff,
  { lambda, solution }: Extract<TraceEvent, { kind: 'point' }>,
  index: number,
  count: number,
): StrategyEvent[] {
  const linear = objective.linear.map((value, i) => value + lambda * direction[i]!);
  const { iterations, residuals } = solution;
  const iterate = { iteration: iterations, objective: solution.objective, ...residuals };
  return [
    { kind: 'progress', phase: phaseOf(index, count), iterate },
    { kind: 'point', answer: { objective: { ...objective, linear }, added, solution }, index },
  ];
}

function phaseOf(index: number, count: number): string {
  return `frontier point ${index + 1} of ${count}`;
}

/**
 * So many points are solved each from the end of the one before, then the least objective is the start again. A frontier that goes on in
 * the middle solves the points since such a start anew, untold: where a solve begins can change the last bits of its answer.
 */
const chainLength = 8;
/** The last point lies so far from the end, as a share of the whole frontier. */
const nearEnd = 1e-8;

/** `finish` is called with the last portfolio when there is a frontier; else the answer says why there is none. */
function* byPoints<Parameters>(
  task: Task<Parameters>,
  { objective, direction, floor, added = [] }: Tradeoff,
  count: number,
  first: number,
  finish: (last: Solution) => void,
): Program {
  const greatest: Objective = { quadratics: [], linear: direction };
  const told = (index: number): Pick<Step, 'phase' | 'point'> =>
    index < first
      ? { phase: `finding the way back to point ${first + 1} of ${count}` }
      : { phase: phaseOf(index, count), point: index };
  const least: Solution = yield { objective, added, ...told(0) };
  if (!hasWeights(least)) return { objective, added, solution: least };
  const most: Solution = yield { objective: greatest, added, phase: 'greatest return', warm: least };
  if (!hasWeights(most)) return { objective: greatest, added, solution: most };
  const low = dot(direction, least.weights);
  const high = dot(direction, most.weights);
  let warm = least;
  const begin = first < count - 1 ? startOf(first) : first;
  let end = most;
  for (let index = begin; index < count - 1 && !task.signal.aborted; index++) {
    if (index === startOf(index)) warm = least;
    const value = low + ((high - low) * index) / (count - 1);
    const solution = yield { objective, added: [...added, floor(value)], ...told(index), warm };
    if (hasWeights(solution)) end = warm = solution;
  }
  if (!task.signal.aborted) {
    // Of several with the greatest return the one of least objective: next to the end, since at the end itself the floor may leave no room.
    const value = high - nearEnd * (high - low) - 1e-9 * Math.abs(high);
    const last = yield { objective, added: [...added, floor(value)], ...told(count - 1), warm: most };
    const one = hasWeights(last) ? last : yield { objective: greatest, added, ...told(count - 1), warm: most };
    if (hasWeights(one)) end = one;
  }
  finish(end);
  return { objective, added, solution: end };
}

/** The point at which the chain of this one begins. */
function startOf(index: number): number {
  return Math.max(1, index - (index % chainLength));
}

/** The answer with how the frontier before it was found. */
function noting(frontier: string): OperatorFunction<StrategyEvent, StrategyEvent> {
  return map((event) => {
    if (event.kind !== 'solution') return event;
    const { solution } = event.answer;
    const choice = solution.choice === undefined ? '' : `${solution.choice}; `;
    return {
      ...event,
      answer: { ...event.answer, solution: { ...solution, choice: `${choice}frontier ${frontier}` } },
    };
  });
}
