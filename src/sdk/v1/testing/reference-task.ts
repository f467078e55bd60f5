/** A task that runs in the caller's thread: what a strategy sees in the engine, without the engine. */
import { defer, Observable } from 'rxjs';

import type { Lowered, Objective } from '../../../problem/problem.ts';
import type { Situation } from '../../../problem/situation.ts';
import type { Iterate, Solution } from '../../../problem/solution.ts';
import type { Universe } from '../../../problem/universe.ts';
import type { JsonObject } from '../../../values/json.ts';
import { withDefaults } from '../../../values/schema.ts';
import type {
  Answer,
  Delegate,
  DelegateGround,
  Estimates,
  PlanEvent,
  SolveEvent,
  Stage,
  Strategy,
  StrategyEvent,
  Task,
  TraceEvent,
} from '../strategy.ts';

/** How to solve and how to check, given from outside: the contract brings no solver along. */
export interface Engine {
  solve(
    universe: Universe,
    objective: Objective,
    restrictions: readonly Lowered[],
    interrupted: () => boolean,
  ): Generator<Iterate, Solution, void>;
  /** A whole frontier; see `Task.trace`. Absent where nothing is traced. */
  trace?(
    setting: Pick<Setting<unknown>, 'situation' | 'restrictions'>,
    objective: Objective,
    direction: Float64Array,
    points: number,
    added: readonly Lowered[],
    interrupted: () => boolean,
  ): Observable<TraceEvent>;
  /** Several periods together; see `Task.plan`. Absent where nothing is planned. */
  plan?(
    setting: Pick<Setting<unknown>, 'situation' | 'restrictions'>,
    stages: readonly Stage[],
    added: readonly Lowered[],
    interrupted: () => boolean,
  ): Observable<PlanEvent>;
  /** What is wrong with an answer that claims to be optimal, in words; empty when it passes the independent check. */
  faults(universe: Universe, restrictions: readonly Lowered[], answer: Answer): readonly string[];
}

export interface Setting<Parameters> {
  readonly parameters: Parameters;
  readonly situation: Situation;
  readonly estimates: Estimates;
  readonly restrictions: readonly Lowered[];
  readonly signal?: AbortSignal;
  /** What `delegate` may run, on the same engine; a strategy that delegates needs them. Nothing is delegated when absent. */
  readonly strategies?: readonly Strategy<never>[];
}

/** A task over `setting`; each `solve` is cold and runs to its end while it is subscribed to, unless `signal` ends it. */
export function referenceTask<Parameters>(engine: Engine, setting: Setting<Parameters>): Task<Parameters> {
  const signal = setting.signal ?? new AbortController().signal;
  const { universe } = setting.situation;
  return {
    ...setting,
    signal,
    solve: (objective, added = []) =>
      new Observable<SolveEvent>((subscriber) => {
        const run = engine.solve(universe, objective, [...setting.restrictions, ...added], () => signal.aborted);
        for (let next = run.next(); !subscriber.closed; next = run.next()) {
          if (next.done === true) {
            subscriber.next({ kind: 'solution', solution: next.value });
            subscriber.complete();
            return;
          }
          subscriber.next({ kind: 'iterate', iterate: next.value });
        }
      }),
    ...(engine.trace === undefined
      ? {}
      : {
          trace: (objective, direction, points, added = []) =>
            engine.trace!(setting, objective, direction, points, added, () => signal.aborted),
        }),
    ...(engine.plan === undefined
      ? {}
      : { plan: (stages, added = []) => engine.plan!(setting, stages, added, () => signal.aborted) }),
    ...(setting.strategies === undefined ? {} : { delegate: delegating(engine, setting, setting.strategies, signal) }),
    origin: (text) => ({ constraint: 'strategy', name: 'strategy', text, priority: 0 }),
  };
}

/** Runs the strategy of that name with the defaults of its schema filled in, on the ground given or on that of `setting`. */
function delegating(
  engine: Engine,
  setting: Setting<unknown>,
  strategies: readonly Strategy<never>[],
  signal: AbortSignal,
): (delegate: Delegate, ground?: DelegateGround) => Observable<StrategyEvent> {
  return ({ type, parameters }, ground = setting) =>
    defer(() => {
      const strategy: Strategy | undefined = strategies.find(({ id }) => id === type);
      if (strategy === undefined) throw new Error(`nothing here is called ${type}: give it among \`strategies\``);
      const { situation, estimates, restrictions } = ground;
      const complete = withDefaults(strategy.parameters, parameters) as JsonObject;
      return strategy.optimize(
        referenceTask(engine, { parameters: complete, situation, estimates, restrictions, signal, strategies }),
      );
    });
}

/** Everything that a run emits, up to its end; rejects when it fails. */
export function eventsOf(events: Observable<StrategyEvent>): Promise<readonly StrategyEvent[]> {
  return new Promise((resolve, reject) => {
    const seen: StrategyEvent[] = [];
    events.subscribe({ next: (event) => seen.push(event), error: reject, complete: () => resolve(seen) });
  });
}

/** The last answer of a run; throws when it ended without one. */
export async function answerOf(events: Observable<StrategyEvent>): Promise<Answer> {
  const last = (await eventsOf(events)).at(-1);
  if (last?.kind !== 'solution') throw new Error('the run ended without a solution');
  return last.answer;
}
