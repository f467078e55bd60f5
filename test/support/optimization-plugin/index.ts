/** Strategies that behave badly, or slowly, inside a solver thread. */
import { Observable, concat, defer, ignoreElements } from 'rxjs';
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';
import type { Objective, Strategy, StrategyEvent, Task } from '@veritasvault/portfolio/sdk/v1';

function objectiveOf(task: Task): Objective {
  const operator = task.estimates.covariance;
  if (operator === undefined) throw new TypeError('the covariance was promised');
  return { quadratics: [{ scale: 1, operator }], linear: new Float64Array(operator.size) };
}

/** One solve, told as a strategy tells it. */
function solved(task: Task): Observable<StrategyEvent> {
  const objective = objectiveOf(task);
  return new Observable((subscriber) =>
    task.solve(objective).subscribe({
      next: (event) =>
        subscriber.next(
          event.kind === 'iterate'
            ? { kind: 'progress', phase: 'solving', iterate: event.iterate }
            : { kind: 'solution', answer: { objective, added: [], solution: event.solution } },
        ),
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    }),
  );
}

function strategyOf(id: string, optimize: Strategy['optimize']): Strategy {
  return {
    id,
    title: id,
    description: `${id}, for tests`,
    references: [],
    parameters: { type: 'object', additionalProperties: false },
    needs: ['covariance'],
    optimize,
  };
}

/** Solves over and over, each time to the end, until it is interrupted; then gives its last solution. */
const patient = strategyOf(
  'patient',
  (task) =>
    new Observable((subscriber) => {
      let last: StrategyEvent | undefined;
      do {
        solved(task).subscribe((event) => {
          if (event.kind === 'solution') last = event;
          else subscriber.next(event);
        });
      } while (!task.signal.aborted);
      if (last !== undefined) subscriber.next(last);
      subscriber.complete();
    }),
);

/** Waits for nothing but its signal, without solving, then solves. */
const waiting = strategyOf('waiting', (task) =>
  concat(
    new Observable<never>((subscriber) => {
      task.signal.addEventListener('abort', () => subscriber.complete(), { once: true });
    }),
    defer(() => solved(task)),
  ),
);

/** Never looks at anything. */
const stuck = strategyOf('stuck', (task) =>
  concat(
    solved(task).pipe(ignoreElements()),
    defer(() => {
      for (;;) if (Math.random() > 2) return solved(task);
    }),
  ),
);

const crashing = strategyOf('crashing', () => new Observable(() => process.exit(3)));

const rejecting = strategyOf('rejecting', () => new Observable(() => void Promise.reject(new Error('nobody listens'))));

const throwing = strategyOf('throwing', () => {
  throw new TypeError('a bug of the strategy');
});

const greedy = strategyOf('greedy', (task) =>
  defer(() => {
    const hoard: unknown[] = [];
    for (;;) {
      hoard.push(Array.from({ length: 1e5 }, (_, number) => ({ number, text: String(number) })));
      if (hoard.length > 1e6) return solved(task);
    }
  }),
);

const silent = strategyOf('silent', (task) => solved(task).pipe(ignoreElements()));

/** Says which environment it sees. */
const curious = strategyOf('curious', (task) => {
  const seen = Object.keys(process.env).filter((name) => name !== 'NODE_COMPILE_CACHE');
  if (seen.length > 0) throw new Error(`sees ${seen.join(', ')} of the environment of the server`);
  return solved(task);
});

/** Claims that weights are optimal which are not. */
const lying = strategyOf(
  'lying',
  (task) =>
    new Observable((subscriber) =>
      solved(task).subscribe({
        next: (event) => {
          if (event.kind === 'solution') {
            const { answer } = event;
            const weights = Float64Array.from(answer.solution.weights).reverse();
            subscriber.next({ kind: 'solution', answer: { ...answer, solution: { ...answer.solution, weights } } });
          } else subscriber.next(event);
        },
        complete: () => subscriber.complete(),
      }),
    ),
);

const strategies = [patient, waiting, stuck, crashing, rejecting, throwing, greedy, silent, curious, lying];

export default definePlugin({
  manifest: {
    id: 'trouble',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Trouble',
    references: [],
    capabilities: { strategies: strategies.map((strategy) => strategy.id) },
  },
  activate: () => ({ strategies }),
});
