/** What one run of a strategy must keep: cold, finite, certified, abortable, indifferent to the order of the assets. */
import { defer } from 'rxjs';

import type { JsonObject } from '../../../values/json.ts';
import type { Answer, Strategy, StrategyEvent } from '../strategy.ts';
import { distance, ensure, ensureNone } from './framework.ts';
import type { Framework } from './framework.ts';
import { referenceMarket } from './reference-market.ts';
import { answerOf, eventsOf, referenceTask } from './reference-task.ts';
import type { Engine } from './reference-task.ts';

export interface RunContract {
  readonly framework: Framework;
  readonly engine: Engine;
  readonly strategy: Strategy;
  /** At least one set that is feasible on the reference market. */
  readonly parameters: readonly JsonObject[];
}

/** Another order of the eight assets of the reference market. */
const shuffled = [5, 2, 7, 0, 3, 6, 1, 4];

export function runContract(contract: RunContract): void {
  const { framework, engine } = contract;
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

  it('solves nothing before it is subscribed to, and anew for each subscriber', () =>
    each(async (tested, set) => {
      const counted = counting(engine);
      const events = tested.optimize(referenceTask(counted.engine, { ...referenceMarket(), parameters: set }));
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
      const events = await eventsOf(tested.optimize(referenceTask(engine, { ...referenceMarket(), parameters: set })));
      const kinds = events.map((event) => event.kind);
      ensure(kinds.includes('progress'), 'there was no progress');
      ensure(kinds.at(-1) === 'solution', 'the solution was not the last event');
      ensure(kinds.filter((kind) => kind === 'solution').length === 1, 'there was more than one solution');
    }));

  it('answers with an optimum that passes the independent check', () =>
    each(async (tested, set) => {
      const market = referenceMarket();
      certified(engine, market, await answerOf(tested.optimize(referenceTask(engine, { ...market, parameters: set }))));
    }));

  it('does not depend on the order of the assets', () =>
    each(async (tested, set) => {
      const straight = await answerOf(
        tested.optimize(referenceTask(engine, { ...referenceMarket(), parameters: set })),
      );
      const other = await answerOf(
        tested.optimize(referenceTask(engine, { ...referenceMarket(shuffled), parameters: set })),
      );
      const back = new Float64Array(shuffled.length);
      for (const [place, position] of shuffled.entries()) back[position] = other.solution.weights[place] ?? NaN;
      const apart = distance(straight.solution.weights, back);
      ensure(apart <= 1e-6, `weights differ by ${apart} when the assets are listed in another order`);
    }));
  endingContract(contract);
}

/** Checks every set of parameters. */
function overParameters({ strategy, parameters }: RunContract) {
  return async (check: (strategy: Strategy, parameters: JsonObject) => Promise<void>): Promise<void> => {
    ensure(parameters.length > 0, 'no parameters to test with: give examples in the schema');
    for (const set of parameters) await check(strategy, set);
  };
}

/** How a run ends when it cannot reach its optimum. */
function endingContract(contract: RunContract): void {
  const { framework, engine } = contract;
  const { it } = framework;
  const each = overParameters(contract);

  it('ends with its best point when it is aborted', () =>
    each(async (tested, set) => {
      const events = await abortedRun(engine, tested, set);
      const last = events.at(-1);
      ensure(last?.kind === 'solution', 'an aborted run must end with a solution event');
      const { reason, limit } = last.answer.solution.termination;
      ensure(reason === 'optimal' || limit === 'interrupted', `ended with "${reason}" and without limit "interrupted"`);
    }));

  it('passes an empty feasible set on as infeasible', () =>
    each(async (tested, set) => {
      const task = referenceTask(engine, { ...referenceMarket(undefined, { upper: 0.1 }), parameters: set });
      const { solution } = await answerOf(tested.optimize(task));
      ensure(
        solution.termination.reason === 'infeasible',
        `eight assets of at most 10 % were "${solution.termination.reason}"`,
      );
    }));
}

/** Throws unless `answer` is optimal and passes the independent check. */
export function certified(engine: Engine, market: ReturnType<typeof referenceMarket>, answer: Answer): void {
  const { reason, detail } = answer.solution.termination;
  ensure(reason === 'optimal', `ended with "${reason}": ${detail}`);
  ensureNone('the independent check', engine.faults(market.situation.universe, market.restrictions, answer));
}

/** Aborts at the first progress. */
function abortedRun(engine: Engine, tested: Strategy, set: JsonObject): Promise<readonly StrategyEvent[]> {
  const controller = new AbortController();
  const task = referenceTask(engine, { ...referenceMarket(), parameters: set, signal: controller.signal });
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
