/**
 * A strategy written as a plain sequence of solves: yield what to minimize, get its solution back, decide, go on.
 *
 *     optimize: (task) =>
 *       inSteps(task, function* () {
 *         const least = yield { phase: 'least risk', objective };
 *         ...
 *         return { objective, added: [], solution };
 *       })
 */
import { concatMap, defer, of } from 'rxjs';
import type { Observable } from 'rxjs';

import type { Lowered, Objective } from '../../problem/problem.ts';
import type { Solution, Termination } from '../../problem/solution.ts';
import type { Warm } from '../../problem/solver.ts';
import type { Answer, StrategyEvent, Task } from './strategy.ts';
import { takingTurns } from './turns.ts';
import type { SolveStep, TurnEvent } from './turns.ts';

/** One solve on the way. */
export interface Step extends SolveStep {
  /** Place in the grid of the frontier, from 0, when its solution is a point to be streamed; only points that satisfy the restrictions are. */
  readonly point?: number;
  /** Where its solve may begin; at the end of the solve before when absent. */
  readonly warm?: Warm;
}

/** Yields steps, receives the solution of each, returns the answer of the run. Solutions may be of any termination: look at it. */
export type Program = Generator<Step, Answer, Solution>;

/**
 * Runs a program against `task.solve`: cold, finite, iterates as progress, points as found, then exactly one solution. An error that
 * the program throws is a bug and becomes the error of the stream. Takes constant stack, whether solves are synchronous or not. `warm`:
 * where its first solve may begin.
 */
export function inSteps<Parameters>(
  task: Task<Parameters>,
  program: () => Program,
  warm?: Warm,
): Observable<StrategyEvent> {
  return defer(() => {
    let last = warm;
    return takingTurns((step: Step): Observable<TurnEvent<Solution>> => {
      const { objective, added, phase } = step;
      return task.solve(objective, added, step.warm ?? last).pipe(
        concatMap((event) => {
          if (event.kind === 'iterate') return of(told({ kind: 'progress', phase, iterate: event.iterate }));
          const { solution } = event;
          const back: TurnEvent<Solution> = { kind: 'back', back: solution };
          if (!hasWeights(solution)) return of(back);
          // The next step is often close to this one.
          last = solution;
          if (step.point === undefined) return of(back);
          return of(told({ kind: 'point', answer: answerOf(step, solution), index: step.point }), back);
        }),
      );
    }, program);
  });
}

function told(event: StrategyEvent): TurnEvent<Solution> {
  return { kind: 'told', event };
}

/** The program of a single solve; `yield*` it inside a longer one. */
export function* solving(objective: Objective, phase: string, added: readonly Lowered[] = []): Program {
  const step: Step = { objective, phase, added };
  return answerOf(step, yield step);
}

/** A strategy that is one solve: iterates as progress, then its solution. */
export function solveToEnd<Parameters>(
  task: Task<Parameters>,
  objective: Objective,
  phase: string,
  added: readonly Lowered[] = [],
): Observable<StrategyEvent> {
  return inSteps(task, () => solving(objective, phase, added));
}

/** Whether a solution has a point that satisfies the restrictions. */
export function hasWeights(solution: Solution): boolean {
  return solution.termination.reason === 'optimal' || solution.termination.reason === 'feasible';
}

/** An answer with other weights (n) and another end: where a search has come to. */
export function endedAt(answer: Answer, weights: Float64Array, termination: Termination): Answer {
  return { ...answer, solution: { ...answer.solution, weights, termination } };
}

/**
 * A search whose last solve did not reach its optimum: with its best portfolio so far, if it was interrupted or that solve has weights; else with
 * what the solve says. `way` is what it was on the way to.
 */
export function cutShortAt(answer: Answer, weights: Float64Array, way: string): Answer {
  const { limit, detail } = answer.solution.termination;
  if (limit === undefined && !hasWeights(answer.solution)) return answer;
  return endedAt(answer, weights, {
    reason: 'feasible',
    ...(limit === undefined ? {} : { limit }),
    detail: `stopped on the way to the ${way}, at the best portfolio so far; ${detail}`,
  });
}

function answerOf(step: Step, solution: Solution): Answer {
  return { objective: step.objective, added: step.added ?? [], solution };
}
