/** What the strategies here have in common: runs that were cut short, averages, and what is told of both. */
import { approach, hasWeights } from '@veritasvault/portfolio/sdk/v1';
import type {
  Answer,
  Delegate,
  JsonObject,
  Limit,
  Turn,
  TurnProgram,
  Universe,
  UniverseAsset,
} from '@veritasvault/portfolio/sdk/v1';

/** An answer with where it came from in front of its detail. */
export function named(answer: Answer, what: string): Answer {
  const { solution } = answer;
  const { termination } = solution;
  return {
    ...answer,
    solution: { ...solution, termination: { ...termination, detail: `${what}: ${termination.detail}` } },
  };
}

/**
 * How a run on the task's own ground ends when one of its parts did not come to its end: with that part's own words; when it was stopped,
 * with the portfolio of a part that was finished, if any.
 */
export function cutShort(answer: Answer, best: Answer | undefined, what: string): Answer {
  const { limit } = answer.solution.termination;
  return limit === undefined || best === undefined ? named(answer, what) : standIn(best, limit, what);
}

/** The portfolio of a part that was finished, where the run was stopped at `what`. */
export function standIn({ objective, added, solution }: Answer, limit: Limit, what: string): Answer {
  const detail = `stopped at ${what}; the portfolio of a part that was finished stands in for the whole`;
  return { objective, added, solution: { ...solution, termination: { reason: 'feasible', limit, detail } } };
}

/** The nearest allowed portfolio, or `best` when the solve for it is stopped before it has one. */
export function* approached(
  target: Float64Array,
  universe: Universe,
  report: JsonObject,
  best: Answer | undefined,
): TurnProgram {
  const answer = yield* approach(target, universe, report);
  return hasWeights(answer.solution) || answer.solution.termination.limit === undefined
    ? answer
    : { ...cutShort(answer, best, 'the search for the nearest portfolio'), report };
}

/** Of a part, for the report. */
export function partReport({ type }: Delegate, answer: Answer, assets: readonly UniverseAsset[]): JsonObject {
  const { termination, weights } = answer.solution;
  return {
    type,
    termination: termination.reason,
    detail: termination.detail,
    weights: Object.fromEntries(assets.flatMap(({ id }, i) => ((weights[i] ?? 0) === 0 ? [] : [[id, weights[i]!]]))),
    ...(answer.report === undefined ? {} : { report: answer.report }),
  };
}

/** Running mean and spread of weights (n) over draws (Welford 1962). */
export class WeightSample {
  readonly mean: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  constructor(n: number) {
    this.mean = new Float64Array(n);
    this.#squares = new Float64Array(n);
  }

  get count(): number {
    return this.#count;
  }

  add(weights: Float64Array): void {
    this.#count++;
    for (let i = 0; i < weights.length; i++) {
      const away = weights[i]! - this.mean[i]!;
      this.mean[i] = this.mean[i]! + away / this.#count;
      this.#squares[i] = this.#squares[i]! + away * (weights[i]! - this.mean[i]!);
    }
  }

  /** By asset: the average and, of more draws than one, the standard deviation of one (count - 1) and the standard error of the average. */
  report(assets: readonly UniverseAsset[]): readonly JsonObject[] {
    return assets.map(({ id }, i) => {
      const told = { asset: id, average: this.mean[i]! };
      if (this.#count < 2) return told;
      const deviation = Math.sqrt(this.#squares[i]! / (this.#count - 1));
      return { ...told, deviation, standardError: deviation / Math.sqrt(this.#count) };
    });
  }
}

export type Turns<Result> = Generator<Turn, Result, Answer | undefined>;
