/**
 * A strategy written as a plain sequence of turns: solves, runs of other strategies, and pauses in between.
 *
 *     optimize: (task) =>
 *       inTurns(task, function* () {
 *         const member = yield { phase: 'member 1', delegate: { type: 'minimum-variance', parameters: {} } };
 *         ...
 *         return yield { phase: 'nearest', objective: nearestTo(target) };
 *       })
 */
import { asyncScheduler, concatMap, defer, EMPTY, Observable, of, scheduled, tap } from 'rxjs';
import type { Subscription } from 'rxjs';

import type { Lowered, Objective } from '../../problem/problem.ts';
import type { Termination } from '../../problem/solution.ts';
import type { Universe } from '../../problem/universe.ts';
import type { JsonObject } from '../../values/json.ts';
import { nearestTo } from './objectives.ts';
import type { Answer, Delegate, DelegateGround, StrategyEvent, Task } from './strategy.ts';

/** One solve on the way. */
export interface SolveStep {
  readonly objective: Objective;
  /** Restrictions of the strategy itself, besides the client's. */
  readonly added?: readonly Lowered[];
  /** What the watcher is told while it runs: `least risk`. */
  readonly phase: string;
}

/** Another strategy on the way; see `Task.delegate`. */
export interface DelegateStep {
  readonly delegate: Delegate;
  /** The task's own when absent. */
  readonly ground?: DelegateGround;
  /** What the watcher is told besides the phases of the delegate: `sleeve Energy`. */
  readonly phase: string;
}

/** Lets the host see to what came in meanwhile, above all that the run is to end, which it then does: to be yielded every 0.1 s of a strategy's own arithmetic. */
export interface Pause {
  readonly pause: true;
  /** The answer when the run is to end here; one without weights when absent. The program is then not resumed. */
  readonly stopped?: Answer;
}

export type Turn = SolveStep | DelegateStep | Pause;

/** Yields turns, receives the answer of each (after a pause the one before, if any), returns the answer of the run. Look at its termination. */
export type TurnProgram = Generator<Turn, Answer, Answer | undefined>;

/** The program of one turn that has an answer; `yield*` it: `const answer = yield* ask({ phase, objective })`. */
export function* ask(turn: SolveStep | DelegateStep): TurnProgram {
  const answer = yield turn;
  if (answer === undefined) throw new Error(`"${turn.phase}" has no answer`);
  return answer;
}

/**
 * The portfolio nearest to `target` (n) that satisfies the restrictions and `added`, as a program: `report` with, besides, the `target` by
 * asset id and how far the restrictions moved it, `moved`: half the sum of the differences.
 */
export function* approach(
  target: Float64Array,
  { assets }: Universe,
  report: JsonObject,
  added: readonly Lowered[] = [],
): TurnProgram {
  const answer = yield* ask({ phase: 'nearest to the target weights', objective: nearestTo(target), added });
  const { weights } = answer.solution;
  const moved = weights.reduce((sum, weight, i) => sum + 0.5 * Math.abs(weight - target[i]!), 0);
  const told = { ...report, target: weightsById(target, assets) };
  return { ...answer, report: weights.length === 0 ? told : { ...told, moved } };
}

/** Weights (n) for a report: those of assets that are held, by id. */
export function weightsById(weights: Float64Array, assets: Universe['assets']): Readonly<Record<string, number>> {
  return Object.fromEntries(
    assets.flatMap(({ id }, i) => {
      const weight = weights[i] ?? 0;
      return weight === 0 ? [] : [[id, weight] as const];
    }),
  );
}

/** What a turn tells: events on the way, then what comes back from it. */
export type TurnEvent<Back> =
  { readonly kind: 'told'; readonly event: StrategyEvent } | { readonly kind: 'back'; readonly back: Back };

/**
 * Runs a program turn by turn: cold, finite, then exactly one solution. An error that the program throws is a bug and becomes the error of
 * the stream. Takes constant stack, whether turns are synchronous or not.
 */
export function takingTurns<Given, Back>(
  begin: (turn: Given) => Observable<TurnEvent<Back>>,
  program: () => Generator<Given, Answer, Back>,
): Observable<StrategyEvent> {
  return new Observable<StrategyEvent>((subscriber) => {
    const run = program();
    let current: Subscription | undefined;
    let advancing = false;
    let arrived: { readonly back: Back } | undefined;

    const start = (turn: Given): void => {
      let back: { readonly back: Back } | undefined;
      current = begin(turn).subscribe({
        next: (event) => {
          if (event.kind === 'back') back = event;
          else subscriber.next(event.event);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          if (back === undefined) {
            subscriber.error(new Error('a step of the strategy ended without a solution'));
            return;
          }
          arrived = back;
          advance();
        },
      });
    };

    // A turn that completes while it is being subscribed to comes back here; the loop below picks it up instead of nesting.
    const advance = (): void => {
      if (advancing) return;
      advancing = true;
      try {
        while (arrived !== undefined && !subscriber.closed) {
          const { back } = arrived;
          arrived = undefined;
          take(run.next(back));
        }
      } catch (error) {
        subscriber.error(error);
      } finally {
        advancing = false;
      }
    };

    const take = (next: IteratorResult<Given, Answer>): void => {
      if (next.done === true) {
        subscriber.next({ kind: 'solution', answer: next.value });
        subscriber.complete();
      } else {
        start(next.value);
      }
    };

    advancing = true;
    try {
      // The first call of a generator takes no value.
      take(run.next(...([] as unknown as [Back])));
    } catch (error) {
      subscriber.error(error);
    } finally {
      advancing = false;
    }
    advance();
    return () => current?.unsubscribe();
  });
}

/** A strategy of solves and of other strategies: their progress is told as its own. */
export function inTurns<Parameters>(task: Task<Parameters>, program: () => TurnProgram): Observable<StrategyEvent> {
  return defer(() => {
    let last: Answer | undefined;
    const begin = (turn: Turn): Observable<TurnEvent<Answer | undefined>> => {
      // The scheduler's timer is what gives the event loop its turn.
      if ('pause' in turn) return scheduled([{ kind: 'back', back: last }], asyncScheduler);
      return ('delegate' in turn ? delegated(task, turn) : solved(task, turn)).pipe(
        tap((event) => {
          if (event.kind === 'back') last = event.back;
        }),
      );
    };
    return takingTurns(begin, () => watched(task, program()));
  });
}

/** The same program, which ends at a pause when the run is to end. */
function* watched<Parameters>({ signal, situation }: Task<Parameters>, program: TurnProgram): TurnProgram {
  for (let next = program.next(); ;) {
    if (next.done === true) return next.value;
    const turn = next.value;
    const back = yield turn;
    if ('pause' in turn && signal.aborted) {
      const detail = 'stopped before there was a portfolio';
      const termination = { reason: 'no solution found' as const, limit: 'interrupted' as const, detail };
      return turn.stopped ?? unanswered(situation.universe.assets.length, termination);
    }
    next = program.next(back);
  }
}

function solved<Parameters>(
  task: Task<Parameters>,
  { objective, added = [], phase }: SolveStep,
): Observable<TurnEvent<Answer>> {
  return task.solve(objective, added).pipe(
    concatMap((event): Observable<TurnEvent<Answer>> => {
      if (event.kind === 'iterate')
        return of({ kind: 'told', event: { kind: 'progress', phase, iterate: event.iterate } });
      return of({ kind: 'back', back: { objective, added, solution: event.solution } });
    }),
  );
}

function delegated<Parameters>(
  task: Task<Parameters>,
  { delegate, ground, phase }: DelegateStep,
): Observable<TurnEvent<Answer>> {
  if (task.delegate === undefined)
    throw new Error('the host must run other strategies: the strategy names them in `delegates`');
  return task.delegate(delegate, ground).pipe(
    concatMap((event): Observable<TurnEvent<Answer>> => {
      if (event.kind === 'solution') return of({ kind: 'back', back: event.answer });
      if (event.kind === 'point') return EMPTY;
      return of({ kind: 'told', event: { ...event, phase: `${phase}: ${event.phase}` } });
    }),
  );
}

/**
 * An answer without weights, where a strategy knows before any solve that there is none, or was stopped before it had one. Told to callers
 * with this reason and detail.
 */
export function unanswered(n: number, termination: Termination): Answer {
  const none = new Float64Array(0);
  return {
    objective: { quadratics: [], linear: new Float64Array(n) },
    added: [],
    solution: {
      solver: 'none',
      choice: 'nothing was solved',
      termination,
      weights: none,
      objective: 0,
      multipliers: { rows: none, bounds: none, norms: none, tradeLimits: none },
      iterations: 0,
      residuals: { primal: 0, dual: 0, gap: 0 },
    },
  };
}

/** Whether a run came to its end with weights. */
export function isWhole({ solution: { termination } }: Answer): boolean {
  return termination.reason === 'optimal' || (termination.reason === 'feasible' && termination.limit === undefined);
}

/**
 * An answer without weights (n) because a run on another ground, named `what`, ended with `answer`: what it proves there (that nothing is
 * feasible, say) it does not prove here.
 */
export function stoppedBy({ solution: { termination } }: Answer, what: string, n: number): Answer {
  const { reason, limit, detail } = termination;
  return unanswered(n, {
    reason: reason === 'numerical error' ? reason : 'no solution found',
    ...(limit === undefined ? {} : { limit }),
    detail: `${what} ended with "${reason}": ${detail}`,
  });
}
