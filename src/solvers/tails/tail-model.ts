/** A problem as the rounds see it: assets and measures in play, the program they make, and what its solution says of the whole. */
import type { Problem, TailMeasure } from '../../problem/problem.ts';
import type { Multipliers, TailStress } from '../../problem/solution.ts';
import { AssetsInPlay, type Slopes } from './assets-in-play.ts';
import type { EpigraphStart } from './epigraph-start.ts';
import { elastic, type EpigraphProgram, type Floats } from './epigraph-program.ts';
import { HingesInPlay } from './hinges-in-play.ts';
import { resultsAt, slopeOf, type Columns, type MeasureInPlay, type ProgramAnswer } from './measure-in-play.ts';
import { PathsInPlay } from './paths-in-play.ts';
import { ProgramBuilder } from './program-builder.ts';

/** `optimality` minimizes the objective; `feasibility` what the rows and limits lack. */
export type Phase = 'optimality' | 'feasibility';

/** Further from a bound no multiplier is left to it. */
const nearBound = 1;

interface Part {
  readonly inPlay: MeasureInPlay;
  /** Of the measure in the objective; 1 for limits. */
  readonly factor: number;
  /** Tail limit of the problem, or -1. */
  readonly tail: number;
}

export interface Written {
  readonly phase: Phase;
  readonly columns: Columns;
  readonly program: EpigraphProgram;
  /** Row of the problem by row of the program. */
  readonly rows: readonly number[];
  readonly start: EpigraphStart;
}

/** A solved program in the terms of the problem. */
export interface Standing {
  readonly written: Written;
  readonly answer: ProgramAnswer;
  readonly weights: Float64Array;
  /** Of the parts, in their order. */
  readonly results: readonly Float64Array[];
  readonly multipliers: Multipliers;
  readonly slopes: Slopes;
  /** By trade limit (n): the slopes in use, for a proof. */
  readonly limitSlopes: readonly Float64Array[];
}

export class TailModel {
  readonly problem: Problem;
  readonly assets: AssetsInPlay;
  private readonly parts: readonly Part[];

  /** @param guess (n) weights from which the first choice of scenarios and assets is made */
  constructor(problem: Problem, guess: Float64Array) {
    const n = problem.lower.length;
    this.problem = problem;
    this.assets = new AssetsInPlay(problem);
    const part = (measure: TailMeasure, factor: number, tail: number): Part => {
      const results = resultsAt(measure, guess);
      const pathwise = measure.kind === 'drawdown' || (measure.kind === 'cvar' && measure.level === 1);
      const inPlay = pathwise ? new PathsInPlay(measure, n, results) : new HingesInPlay(measure, n, results);
      return { inPlay, factor, tail };
    };
    const terms = (problem.tailTerms ?? []).map((term) => part(term, term.weight, -1));
    this.parts = [...terms, ...problem.tails.map((tail, k) => part(tail, 1, k))];
  }

  /** The largest scenario count of any measure: work of one look at all of them. */
  get scenarioWork(): number {
    return this.parts.reduce((total, { inPlay }) => total + inPlay.measure.scenarios.length, 0);
  }

  everything(): void {
    this.assets.addAll();
    for (const { inPlay } of this.parts) inPlay.everything();
  }

  private active(phase: Phase): readonly Part[] {
    return this.parts.filter(({ factor, tail }) =>
      tail >= 0 ? this.problem.tails[tail]!.bound < Infinity : phase === 'optimality' && factor > 0,
    );
  }

  /** @param floats where the program's matrices go @param last of the same phase */
  write(phase: Phase, floats: Floats, last: Standing | undefined): Written {
    const { problem, assets } = this;
    const columns = assets.columns();
    const parts = this.active(phase);
    let auxiliaries = 0;
    let pieces = 0;
    for (const { inPlay } of parts) {
      const room = inPlay.room();
      auxiliaries += room.auxiliaries;
      pieces += room.pieces;
    }
    const builder = new ProgramBuilder(columns.assets.length, { auxiliaries, pieces }, floats);
    const { rows, hessian } = assets.write(builder, columns, phase === 'optimality');
    for (const { bound } of problem.tradeLimits) builder.limit(bound);
    assets.writeNorms(builder, columns);
    for (const { inPlay, factor, tail } of parts) {
      const base = resultsAt(inPlay.measure, columns.base);
      const limit = tail < 0 ? -1 : builder.limit(problem.tails[tail]!.bound);
      inPlay.write(builder, columns, base, factor, limit);
    }
    assets.writeKinks(builder, columns, phase === 'optimality');
    const written = builder.finish(hessian);
    const program = phase === 'optimality' ? written : elastic(written, floats);
    return { phase, columns, rows, program, start: this.startOf(program, columns, builder.start, rows, last) };
  }

  /** At the last weights and prices. */
  private startOf(
    { size }: EpigraphProgram,
    { assets }: Columns,
    auxiliaries: Float64Array,
    rows: readonly number[],
    last: Standing | undefined,
  ): EpigraphStart {
    const x = new Float64Array(size);
    x.set(auxiliaries);
    assets.forEach((asset, k) => (x[k] = last?.weights[asset] ?? 1 / assets.length));
    if (last === undefined) return { x };
    const prices = [...rows.map((row) => last.multipliers.rows[row]!), ...last.answer.limitPrices];
    return { x, prices: Float64Array.from(prices) };
  }

  /** @param answer prices are of the limits, `rowPrices` of the rows of the program */
  standing(written: Written, answer: ProgramAnswer, rowPrices: Float64Array): Standing {
    const { problem, assets } = this;
    const { columns, phase, rows } = written;
    const weights = Float64Array.from(columns.base);
    columns.assets.forEach((asset, k) => (weights[asset] = answer.x[k]!));
    const parts = this.active(phase);
    const results = parts.map(({ inPlay }) => resultsAt(inPlay.measure, weights));
    const rowMultipliers = new Float64Array(problem.rows.length);
    rows.forEach((row, r) => (rowMultipliers[row] = signed(rowPrices[r]!, problem.rows[row]!)));
    const tradeLimits = answer.limitPrices.slice(0, problem.tradeLimits.length).map((price) => Math.max(price, 0));
    let next = problem.tradeLimits.length;
    const norms = Float64Array.from(problem.norms, ({ bound }, k) => {
      if (bound === Infinity) return 0;
      // Of half of the square relative to that of the bound.
      return (Math.max(answer.limitPrices[next++]!, 0) * assets.pullOf(k, weights).length) / bound ** 2;
    });
    const given: Float64Array[] = [];
    const terms: TailStress[] = [];
    const priced = new Map<number, { readonly price: number; readonly stress: TailStress }>();
    parts.forEach(({ inPlay, factor, tail }, k) => {
      const price = tail < 0 ? factor : Math.max(answer.limitPrices[next++]!, 0);
      const stress = inPlay.stress(results[k]!, answer, Math.max(price, Number.MIN_VALUE));
      if (tail < 0) terms.push(stress);
      else priced.set(tail, { price, stress });
      if (price > 0) given.push(slopeOf(inPlay.measure, stress, weights.length).map((value) => price * value));
    });
    const prices = { rows: rowMultipliers, tradeLimits, norms };
    const slopes = assets.slopes(weights, prices, given, phase === 'optimality');
    const multipliers: Multipliers = {
      ...prices,
      bounds: this.boundMultipliers(weights, slopes),
      ...this.tailMultipliers(terms, priced),
    };
    const limitSlopes = assets.limitSlopes(weights, tradeLimits, slopes);
    return { written, answer, weights, results, multipliers, slopes, limitSlopes };
  }

  /**
   * What the slopes leave to the bounds. Near the end of an interior point assets stand close to their bounds: slope times distance is then
   * what is lost.
   */
  private boundMultipliers(w: Float64Array, { left, right }: Slopes): Float64Array {
    const { lower, upper } = this.problem;
    return w.map((value, i) => {
      const down = Math.max(left[i]!, 0);
      const up = Math.min(right[i]!, 0);
      if (lower[i] === upper[i]) return -(down + up);
      if (down > 0) return value - lower[i]! <= nearBound ? -down : 0;
      return upper[i]! - value <= nearBound ? -up : 0;
    });
  }

  private tailMultipliers(
    active: readonly TailStress[],
    priced: ReadonlyMap<number, { readonly price: number; readonly stress: TailStress }>,
  ): Pick<Multipliers, 'tails' | 'tailTerms'> {
    const { problem } = this;
    const { tailTerms = [], tails } = problem;
    let next = 0;
    const terms = tailTerms.map((term) =>
      term.weight > 0 && active.length > 0 ? active[next++]! : emptyStress(term, this.assets.n),
    );
    const limits = tails.map((tail, k) => priced.get(k) ?? { price: 0, stress: emptyStress(tail, this.assets.n) });
    return {
      ...(tails.length > 0 ? { tails: limits } : {}),
      ...(tailTerms.length > 0 ? { tailTerms: terms } : {}),
    };
  }

  /** Brings in scenarios that the answer has wrong. @returns how many. */
  reviewMeasures({ written, answer, results }: Standing, reshape: boolean): number {
    let entering = 0;
    this.active(written.phase).forEach(({ inPlay }, k) => (entering += inPlay.review(results[k]!, answer, reshape)));
    return entering;
  }
}

/** A multiplier that pushes against a side which is not there is rounding. */
function signed(price: number, { lower, upper }: { readonly lower: number; readonly upper: number }): number {
  return (price > 0 ? upper === Infinity : lower === -Infinity) ? 0 : price;
}

function emptyStress(measure: TailMeasure, n: number): TailStress {
  const count = measure.scenarios.length / n;
  return {
    losses: new Float64Array(count),
    ...(measure.kind === 'drawdown' ? { peaks: new Float64Array(count + 1) } : {}),
  };
}
