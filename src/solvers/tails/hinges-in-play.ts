/**
 * CVaR below level 1 and mean absolute deviation: sums of caps times the positive parts of margins. Scenarios near their kink are in play;
 * of the others those above count as linear and those below as nothing, which never exceeds the measure.
 * Rockafellar and Uryasev (2000); Kuenzi-Bay and Mayer, Computational aspects of minimizing conditional value-at-risk (2006).
 */
import type { TailMeasure } from '../../problem/problem.ts';
import type { TailStress } from '../../problem/solution.ts';
import type { Columns, MeasureInPlay, ProgramAnswer } from './measure-in-play.ts';
import type { ProgramBuilder, Room } from './program-builder.ts';

const out = 0;
const inside = 1;
const playing = 2;

/** Of the largest margin: less than this beyond the kink is rounding. */
const marginTolerance = 1e-11;
/** Scenarios in play after a reshaping, beyond those that a vertex needs. */
const playMin = 40;
/** Scenarios this many times nearer to their kink than margins have moved of late stay in play. */
const windowShare = 3;

export class HingesInPlay implements MeasureInPlay {
  readonly measure: TailMeasure;
  private readonly n: number;
  private readonly count: number;
  /** (S) the largest multiplier of each scenario. */
  private readonly caps: Float64Array;
  /** Whether a threshold is optimized along: of CVaR, the value at risk. */
  private readonly threshold: boolean;
  /** (n) subtracted from every scenario: the mean, for the deviation. */
  private readonly mean: Float64Array | undefined;
  private readonly stands: Uint8Array;
  /** Scenarios in play beyond which no reshaping goes. */
  private readonly tail: number;
  /** (S) margins of the last review. */
  private last: Float64Array | undefined;
  /** Where the last program has it all. */
  private piece = 0;
  private variable = -1;
  /** The last threshold. */
  private level = 0;
  private order: Int32Array = new Int32Array(0);

  /** @param results (S) at a first guess */
  constructor(measure: TailMeasure, n: number, results: Float64Array) {
    this.measure = measure;
    this.n = n;
    const count = results.length;
    this.count = count;
    const probabilities = measure.probabilities ?? new Float64Array(count).fill(1 / count);
    const deviation = measure.kind === 'mean-absolute-deviation';
    this.caps = probabilities.map((p) => (deviation ? 2 * p : p / (1 - measure.level)));
    this.threshold = !deviation && measure.level > 0;
    this.stands = new Uint8Array(count);
    this.tail = this.threshold ? Math.ceil(2 * (1 - measure.level) * count) : Math.ceil(count / 4);
    if (deviation) this.mean = meanOf(measure.scenarios, probabilities, n);
    if (!deviation && !this.threshold) this.stands.fill(inside);
    else this.guess(results);
  }

  /** Plays the worst of twice the tail; for the deviation the half nearest to its mean. */
  private guess(results: Float64Array): void {
    const { stands, count } = this;
    if (this.threshold) {
      this.level = this.quantile(results);
      const order = ranked(results);
      let mass = 0;
      for (const s of order) {
        if (mass > 2 && s !== order[0]) break;
        stands[s] = playing;
        mass += this.caps[s]!;
      }
      for (let k = 0; k < Math.min(playMin, count); k++) stands[order[k]!] = playing;
      return;
    }
    this.reshape(this.margins(results, 0), Math.ceil(count / 4));
  }

  room(): Room {
    return {
      auxiliaries: this.threshold ? 1 : 0,
      pieces: this.stands.reduce((t, stand) => t + (stand === playing ? 1 : 0), 0),
    };
  }

  write(builder: ProgramBuilder, { assets }: Columns, base: Float64Array, factor: number, limit: number): void {
    const { n, stands, caps, threshold, mean, measure } = this;
    const { scenarios } = measure;
    const m = assets.length;
    const sign = mean === undefined ? -1 : 1;
    const slopes = builder.slopesOf(limit);
    const baseMargins = this.margins(base, 0);
    const { dense } = builder;
    this.variable = threshold ? builder.auxiliary(-Infinity, this.level) : -1;
    this.piece = builder.written.pieces;
    const linear = new Float64Array(m);
    let linearThreshold = threshold ? 1 : 0;
    let constant = 0;
    const order: number[] = [];
    for (let s = 0; s < this.count; s++) {
      if (stands[s] === out) continue;
      const row = s * n;
      if (stands[s] === inside) {
        const cap = sign * caps[s]!;
        for (let k = 0; k < m; k++) linear[k] = linear[k]! + cap * scenarios[row + assets[k]!]!;
        linearThreshold -= threshold ? caps[s]! : 0;
        constant += caps[s]! * baseMargins[s]!;
        if (mean !== undefined) for (let k = 0; k < m; k++) linear[k] = linear[k]! - cap * mean[assets[k]!]!;
        continue;
      }
      order.push(s);
      builder.group(factor * caps[s]!, true, limit);
      const start = builder.piece(baseMargins[s]!);
      for (let k = 0; k < m; k++) dense[start + k] = sign * (scenarios[row + assets[k]!]! - (mean?.[assets[k]!] ?? 0));
      if (threshold) dense[start + this.variable] = -1;
    }
    for (let k = 0; k < m; k++) slopes[k] = slopes[k]! + factor * linear[k]!;
    if (threshold) slopes[this.variable] = factor * linearThreshold;
    if (limit >= 0) builder.limits[limit]!.bound -= factor * constant;
    this.order = Int32Array.from(order);
  }

  /** (S) what the positive part is taken of. */
  private margins(results: Float64Array, threshold: number): Float64Array {
    if (this.mean === undefined) return results.map((result) => -result - threshold);
    const { probabilities } = this.measure;
    let mean = 0;
    for (let s = 0; s < results.length; s++) mean += (probabilities?.[s] ?? 1 / results.length) * results[s]!;
    return results.map((result) => result - mean);
  }

  review(results: Float64Array, answer: ProgramAnswer, reshape: boolean): number {
    const { stands, threshold } = this;
    if (!threshold && this.mean === undefined) return 0;
    if (threshold) this.level = answer.x[this.variable]!;
    const margins = this.margins(results, threshold ? this.level : 0);
    let scale = 0;
    for (let s = 0; s < margins.length; s++) scale = Math.max(scale, Math.abs(margins[s]!));
    let entering = 0;
    for (let s = 0; s < margins.length; s++) {
      const wrong =
        (stands[s] === out && margins[s]! > marginTolerance * scale) ||
        (stands[s] === inside && margins[s]! < -marginTolerance * scale);
      if (!wrong) continue;
      stands[s] = playing;
      entering++;
    }
    if (reshape) {
      const fresh = this.margins(results, threshold ? this.quantile(results) : 0);
      const moved = this.last === undefined ? Infinity : rootMeanSquare(fresh, this.last);
      this.last = fresh;
      if (moved < Infinity) this.reshape(fresh, playMin + 2 * answer.x.length, windowShare * moved);
    }
    return entering;
  }

  /** Keeps the scenarios nearest to their kink in play: so many, and within the window up to twice the tail. */
  private reshape(margins: Float64Array, size: number, window = 0): void {
    const { stands, count } = this;
    const nearness = margins.map(Math.abs);
    const order = nearness.slice().sort();
    const most = order[Math.min(Math.max(size, this.tail), count) - 1]!;
    const last = Math.max(order[Math.min(size, count) - 1]!, Math.min(window, most));
    for (let s = 0; s < margins.length; s++)
      stands[s] = nearness[s]! <= last ? playing : margins[s]! > 0 ? inside : out;
  }

  /** The loss that the tail begins with: value at risk. */
  private quantile(results: Float64Array): number {
    if (this.measure.probabilities === undefined)
      return -results.slice().sort()[Math.min(Math.ceil(1 / this.caps[0]! - 1e-9), this.count) - 1]!;
    let mass = 0;
    for (const s of ranked(results)) {
      mass += this.caps[s]!;
      if (mass >= 1) return -results[s]!;
    }
    return -Math.max(...results);
  }

  stress(results: Float64Array, answer: ProgramAnswer, price: number): TailStress {
    const { stands, caps, order, mean } = this;
    const shares = caps.map((cap, s) => (stands[s] === inside ? cap : 0));
    order.forEach((s, k) => {
      shares[s] = Math.min(Math.max(answer.multipliers[this.piece + k]! / price, 0), caps[s]!);
    });
    if (mean !== undefined) return { losses: shares.map((share, s) => share - caps[s]! / 2) };
    return { losses: this.threshold ? summingToOne(shares, caps, results) : shares };
  }

  everything(): void {
    if (this.threshold || this.mean !== undefined) this.stands.fill(playing);
  }
}

/** Shares between 0 and their caps, moved to sum 1: what lacks goes to the worst results first, what is too much leaves the best. */
export function summingToOne(shares: Float64Array, caps: Float64Array, results: Float64Array): Float64Array {
  const moved = Float64Array.from(shares);
  let lacking = 1;
  for (let s = 0; s < moved.length; s++) lacking -= moved[s]!;
  // Those strictly between take it first, so that no scenario enters for rounding alone.
  for (let s = 0; s < moved.length && lacking !== 0; s++) {
    if (!(moved[s]! > 1e-3 * caps[s]! && moved[s]! < (1 - 1e-3) * caps[s]!)) continue;
    const next = Math.min(Math.max(moved[s]! + lacking, 0), caps[s]!);
    lacking -= next - moved[s]!;
    moved[s] = next;
  }
  if (lacking === 0) return moved;
  const order = ranked(results);
  for (const s of lacking > 0 ? order : order.reverse()) {
    const next = Math.min(Math.max(moved[s]! + lacking, 0), caps[s]!);
    lacking -= next - moved[s]!;
    moved[s] = next;
    if (lacking === 0) break;
  }
  return moved;
}

/** Positions by ascending value, the first of equals first. */
export function ranked(values: Float64Array): Int32Array {
  return Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
}

function rootMeanSquare(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let s = 0; s < a.length; s++) total += (a[s]! - b[s]!) ** 2;
  return Math.sqrt(total / a.length);
}

function meanOf(scenarios: Float64Array, probabilities: Float64Array, n: number): Float64Array {
  const mean = new Float64Array(n);
  for (let s = 0; s < probabilities.length; s++)
    for (let i = 0; i < n; i++) mean[i] = mean[i]! + probabilities[s]! * scenarios[s * n + i]!;
  return mean;
}
