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
import { Observable } from 'rxjs';
import type { Subscription } from 'rxjs';

import type { Lowered, Objective } from '../../problem/problem.ts';
import type { Solution } from '../../problem/solution.ts';
import type { Warm } from '../../problem/solver.ts';
import type { Answer, SolveEvent, StrategyEvent, Task } from './strategy.ts';

/** One solve on the way. */
export interface Step {
  readonly objective: Objective;
  /** Restrictions of the strategy itself, besides the client's. */
  readonly added?: readonly Lowered[];
  /** What the watcher is told while it runs: `least risk`. */
  readonly phase: string;
  /** Place in the grid of the frontier, from 0, when its solution is a point to be streamed; only points that satisfy the restrictions are. */
  readonly point?: number;
  /** Where its solve may begin; at the end of the solve before when absent. */
  readonly warm?: Warm;
}

/** Yields steps, receives the solution of each, returns the answer of the run. Solutions may be of any termination: look at it. */
export type Program = Generator<Step, Answer, Solution>;

/**
 * Runs a program against `task.solve`: cold, finite, iterates as progress, points as found, then exactly one solution. An error that
 * the program throws is a bug and becomes the error of the stream. Takes constant stack, whether solves are synchronous or not.
 */
export function inSteps<Parameters>(task: Task<Parameters>, program: () => Program): Observable<StrategyEvent> {
  return new Observable<StrategyEvent>((subscriber) => {
    const run = program();
    let current: Subscription | undefined;
    let advancing = false;
    let arrived: Solution | undefined;
    let last: Solution | undefined;

    const start = (step: Step): void => {
      let solution: Solution | undefined;
      current = task.solve(step.objective, step.added, step.warm ?? last).subscribe({
        next: (event: SolveEvent) => {
          if (event.kind === 'solution') solution = event.solution;
          else subscriber.next({ kind: 'progress', phase: step.phase, iterate: event.iterate });
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          if (solution === undefined) {
            subscriber.error(new Error(`the solve of "${step.phase}" ended without a solution`));
            return;
          }
          if (step.point !== undefined && hasWeights(solution))
            subscriber.next({ kind: 'point', answer: answerOf(step, solution), index: step.point });
          arrived = solution;
          // The next step is often close to this one.
          if (hasWeights(solution)) last = solution;
          advance();
        },
      });
    };

    // A solve that completes while it is being subscribed to comes back here; the loop below picks it up instead of nesting.
    const advance = (): void => {
      if (advancing) return;
      advancing = true;
      try {
        while (arrived !== undefined && !subscriber.closed) {
          const solution = arrived;
          arrived = undefined;
          take(run.next(solution));
        }
      } catch (error) {
        subscriber.error(error);
      } finally {
        advancing = false;
      }
    };

    const take = (next: IteratorResult<Step, Answer>): void => {
      if (next.done === true) {
        subscriber.next({ kind: 'solution', answer: next.value });
        subscriber.complete();
      } else {
        start(next.value);
      }
    };

    advancing = true;
    try {
      take(run.next());
    } catch (error) {
      subscriber.error(error);
    } finally {
      advancing = false;
    }
    advance();
    return () => current?.unsubscribe();
  });
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

function answerOf(step: Step, solution: Solution): Answer {
  return { objective: step.objective, added: step.added ?? [], solution };
}
