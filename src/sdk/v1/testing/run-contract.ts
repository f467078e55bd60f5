/** What one run of a strategy must keep: cold, finite, certified, abortable, indifferent to the order of the assets. */
import { defer } from 'rxjs';

import type { JsonObject } from '../../../values/json.ts';
import { schemaViolations, withDefaults } from '../../../values/schema.ts';
import type { Answer, Strategy, StrategyEvent, Task } from '../strategy.ts';
import { distance, ensure, ensureNone } from './framework.ts';
import type { Framework } from './framework.ts';
import { referenceMarket } from './reference-market.ts';
import type { ReferenceMarket } from './reference-market.ts';
import { answerOf, eventsOf, referenceTask } from './reference-task.ts';
import type { Engine } from './reference-task.ts';

export interface RunContract {
  readonly framework: Framework;
  readonly engine: Engine;
  readonly strategy: Strategy;
  /** At least one set that is feasible on the reference market. */
  readonly parameters: readonly JsonObject[];
  /** What it may delegate to; nothing is delegated when absent. */
  readonly strategies?: readonly Strategy<never>[];
}

/** Another order of the eight assets of the reference market. */
const shuffled = [5, 2, 7, 0, 3, 6, 1, 4];

export function runContract(contract: RunContract): void {
  const { framework, engine } = contract;
  const taskOf = taskFor(contract);
  const { it } = framework;
  const each = overParameters(contract);

  it('admits the examples of its schema', () =>
    each(async (tested, set) => {
      const violations = tested.admit?.(set, referenceMarket().situation) ?? [];
      ensureNone(
        'admit',
        violations.map(({ field, description }) => `${field} ${description}`),
      );
    }));

  it('delegates, if at all, to strategies that exist and take the parameters', () =>
    each((tested, set) => {
      for (const [field, delegate] of Object.entries(tested.delegates?.(set, referenceMarket().situation) ?? {})) {
        const found: Strategy | undefined = contract.strategies?.find(({ id }) => id === delegate.type);
        ensure(found !== undefined, `${field}: nothing is called ${delegate.type}: give it among \`strategies\``);
        const complete = withDefaults(found.parameters, delegate.parameters);
        const violations = schemaViolations(found.parameters, complete, field);
        const where = delegate.situation ?? referenceMarket().situation;
        const own = violations.length > 0 ? [] : (found.admit?.(complete as JsonObject, where) ?? []);
        ensureNone(
          'delegates',
          [...violations, ...own].map(({ field: at, description }) => `${at} ${description}`),
        );
      }
    }));

  it('solves nothing before it is subscribed to, and anew for each subscriber', () =>
    each(async (tested, set) => {
      const counted = counting(engine);
      const events = tested.optimize(taskOf(referenceMarket(), set, counted.engine));
      ensure(counted.solves() === 0, 'a solve began before anybody subscribed: build the Observable lazily');
      const [first, second] = [await answerOf(events), await answerOf(events)];
      ensure(counted.solves() >= 2, 'the second subscriber got the events of the first');
      ensure(
        distance(first.solution.weights, second.solution.weights) === 0,
        'the same task gave two different answers',
      );
    }));

  it('emits progress, then exactly one solution, then completes', () =>
    each(async (tested, set) => {
      const events = await eventsOf(tested.optimize(taskOf(referenceMarket(), set)));
      const kinds = events.map((event) => event.kind);
      ensure(kinds.includes('progress'), 'there was no progress');
      ensure(kinds.at(-1) === 'solution', 'the solution was not the last event');
      ensure(kinds.filter((kind) => kind === 'solution').length === 1, 'there was more than one solution');
    }));

  it('answers with an optimum that passes the independent check', () =>
    each(async (tested, set) => {
      const market = referenceMarket();
      certified(engine, market, await answerOf(tested.optimize(taskOf(market, set))));
    }));

  it('does not depend on the order of the assets', () =>
    each(async (tested, set) => {
      const straight = await answerOf(tested.optimize(taskOf(referenceMarket(), set)));
      const other = await answerOf(tested.optimize(taskOf(referenceMarket(shuffled), set)));
      const back = new Float64Array(shuffled.length);
      for (const [place, position] of shuffled.entries()) back[position] = other.solution.weights[place] ?? NaN;
      const apart = distance(straight.solution.weights, back);
      ensure(apart <= 1e-6, `weights differ by ${apart} when the assets are listed in another order`);
    }));
  endingContract(contract);
}

/** Checks every set of parameters. */
function overParameters({ strategy, parameters }: RunContract) {
  return async (check: (strategy: Strategy, parameters: JsonObject) => Promise<void> | void): Promise<void> => {
    ensure(parameters.length > 0, 'no parameters to test with: give examples in the schema');
    for (const set of parameters) await check(strategy, set);
  };
}

/** A task on `market` that may run what the contract was given besides, and nothing that the strategy does not name. */
function taskFor({ strategy, strategies, engine }: RunContract) {
  return (market: ReferenceMarket, set: JsonObject, solving: Engine = engine, signal?: AbortSignal): Task => {
    const task = referenceTask(solving, {
      ...market,
      parameters: set,
      ...(strategies === undefined ? {} : { strategies }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (task.delegate === undefined) return task;
    const named = new Set(
      Object.values(strategy.delegates?.(set, market.situation) ?? {}).map(({ type, parameters }) =>
        JSON.stringify({ type, parameters }),
      ),
    );
    return {
      ...task,
      delegate: (chosen, ground) => {
        const { type, parameters } = chosen;
        ensure(named.has(JSON.stringify({ type, parameters })), `runs ${type}, which its \`delegates\` does not name`);
        return task.delegate!(chosen, ground);
      },
    };
  };
}

/** How a run ends when it cannot reach its optimum. */
function endingContract(contract: RunContract): void {
  const { it } = contract.framework;
  const taskOf = taskFor(contract);
  const each = overParameters(contract);

  it('ends with its best point when it is aborted', () =>
    each(async (tested, set) => {
      const events = await abortedRun(tested, (signal) => taskOf(referenceMarket(), set, undefined, signal));
      const last = events.at(-1);
      ensure(last?.kind === 'solution', 'an aborted run must end with a solution event');
      const { reason, limit } = last.answer.solution.termination;
      ensure(reason === 'optimal' || limit === 'interrupted', `ended with "${reason}" and without limit "interrupted"`);
    }));

  it('passes an empty feasible set on as infeasible', () =>
    each(async (tested, set) => {
      const task = taskOf(referenceMarket(undefined, { upper: 0.1 }), set);
      const { solution } = await answerOf(tested.optimize(task));
      ensure(
        solution.termination.reason === 'infeasible',
        `eight assets of at most 10 % were "${solution.termination.reason}"`,
      );
    }));
}

/** Throws unless `answer` is optimal and passes the independent check. */
export function certified(engine: Engine, market: ReferenceMarket, answer: Answer): void {
  const { reason, detail } = answer.solution.termination;
  ensure(reason === 'optimal', `ended with "${reason}": ${detail}`);
  ensureNone('the independent check', engine.faults(market.situation.universe, market.restrictions, answer));
}

/** Aborts at the first progress. */
function abortedRun(tested: Strategy, taskOf: (signal: AbortSignal) => Task): Promise<readonly StrategyEvent[]> {
  const controller = new AbortController();
  const task = taskOf(controller.signal);
  return new Promise((resolve, reject) => {
    const seen: StrategyEvent[] = [];
    tested.optimize(task).subscribe({
      next: (event) => {
        seen.push(event);
        controller.abort();
      },
      error: reject,
      complete: () => resolve(seen),
    });
  });
}

function counting(engine: Engine): { readonly engine: Engine; readonly solves: () => number } {
  let solves = 0;
  const counted: Engine = {
    solve: (...given) => {
      solves++;
      return engine.solve(...given);
    },
    plan: (...given) =>
      defer(() => {
        solves++;
        if (engine.plan === undefined) throw new Error('the engine plans nothing: give it `plan`');
        return engine.plan(...given);
      }),
    faults: (...given) => engine.faults(...given),
  };
  return { engine: counted, solves: () => solves };
}
