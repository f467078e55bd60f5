/**
 * Drawdowns, and the worst loss: largest of differences of the running sum C. A piece (t, s) stands for C_t - C_s; the worst loss takes
 * t = s - 1 only. Only pieces that a solution has shown to matter are in play. Chekhlov, Uryasev and Zabarankin (2005).
 */
import type { TailMeasure } from '../../problem/problem.ts';
import type { TailStress } from '../../problem/solution.ts';
import { ranked, summingToOne } from './hinges-in-play.ts';
import type { Columns, MeasureInPlay, ProgramAnswer } from './measure-in-play.ts';
import type { ProgramBuilder, Room } from './program-builder.ts';

/** Of the largest drawdown: less than this is rounding. */
const tolerance = 1e-11;
/** Pieces of the worst loss to begin with, and that enter at a time. */
const worstMin = 20;
/** Of so many results all drawdowns can be in play at once. */
const wholeMax = 120;

export class PathsInPlay implements MeasureInPlay {
  readonly measure: TailMeasure;
  private readonly n: number;
  private readonly count: number;
  /** Whether the one worst counts, or a mean of the worst. */
  private readonly single: boolean;
  private readonly paths: boolean;
  private readonly threshold: boolean;
  private readonly cap: number;
  /** By s: the t in play. With `single` all belong to one group. */
  private readonly peaks: Map<number, Set<number>> = new Map();
  /** As last written: s of each group but for the single one, and (t, s) of each piece. */
  private pieces: (readonly [number, number])[] = [];
  private groups: { readonly s: number; readonly first: number; readonly last: number }[] = [];
  private first = 0;
  private variable = -1;
  /** The last threshold. */
  private level = 0;

  /** @param results (S) at a first guess */
  constructor(measure: TailMeasure, n: number, results: Float64Array) {
    this.measure = measure;
    this.n = n;
    this.count = results.length;
    this.paths = measure.kind === 'drawdown';
    this.single = measure.level === 1;
    this.threshold = !this.single && measure.level > 0;
    this.cap = this.single ? Infinity : 1 / (results.length * (1 - measure.level));
    const { drawdowns, peaks } = this.drawdownsOf(results);
    const order = ranked(drawdowns.map((value) => -value));
    const share = this.single ? worstMin : this.threshold ? Math.ceil(2 / this.cap) : this.count;
    for (const s of order.slice(0, Math.max(share, worstMin))) this.add(s, peaks[s]!);
  }

  /** By s: the drawdown and the first t of its peak; for the worst loss the loss, and the time before. */
  private drawdownsOf(results: Float64Array): { readonly drawdowns: Float64Array; readonly peaks: Int32Array } {
    const peaks = new Int32Array(results.length);
    if (!this.paths) return { drawdowns: results.map((result) => -result), peaks: peaks.map((_, s) => s) };
    let sum = 0;
    let peak = 0;
    let at = 0;
    const drawdowns = results.map((result, s) => {
      sum += result;
      if (sum > peak) {
        peak = sum;
        at = s + 1;
      }
      peaks[s] = at;
      return peak - sum;
    });
    return { drawdowns, peaks };
  }

  /** @returns whether it is new. A peak at the loss itself is the floor. */
  private add(s: number, t: number): boolean {
    if (t === s + 1) return false;
    const known = this.peaks.get(s);
    if (known?.has(t) === true) return false;
    if (known === undefined) this.peaks.set(s, new Set([t]));
    else known.add(t);
    return true;
  }

  room(): Room {
    let pieces = 0;
    for (const known of this.peaks.values()) pieces += known.size;
    return { auxiliaries: this.threshold ? 1 : 0, pieces };
  }

  write(builder: ProgramBuilder, columns: Columns, base: Float64Array, factor: number, limit: number): void {
    this.variable = this.threshold ? builder.auxiliary(0, this.level) : -1;
    if (this.threshold) builder.slopesOf(limit)[this.variable] = factor;
    this.first = builder.written.pieces;
    this.pieces = [];
    this.groups = [];
    const sums = this.sumsOf(columns, base);
    const order = [...this.peaks.keys()].sort((a, b) => a - b);
    if (this.single && order.length > 0) {
      builder.group(factor, this.paths, limit);
      for (const s of order) this.writePieces(builder, columns, sums, s);
      return;
    }
    for (const s of order) {
      const first = this.pieces.length;
      builder.group(factor * this.cap, true, limit);
      this.writePieces(builder, columns, sums, s);
      this.groups.push({ s, first, last: this.pieces.length });
    }
  }

  private writePieces(builder: ProgramBuilder, { assets }: Columns, sums: Float64Array, s: number): void {
    const m = assets.length;
    const width = m + 1;
    const { scenarios } = this.measure;
    for (const t of [...this.peaks.get(s)!].sort((a, b) => a - b)) {
      const from = t * width;
      const to = (s + 1) * width;
      const start = builder.piece(sums[from + m]! - sums[to + m]!);
      if (t === s) for (let k = 0; k < m; k++) builder.dense[start + k] = -scenarios[s * this.n + assets[k]!]!;
      else for (let k = 0; k < m; k++) builder.dense[start + k] = sums[from + k]! - sums[to + k]!;
      if (this.threshold) builder.dense[start + this.variable] = -1;
      this.pieces.push([t, s]);
    }
  }

  /** ((S + 1) x (m + 1)) running sums of the scenarios over the assets in play, and of the base. */
  private sumsOf({ assets }: Columns, base: Float64Array): Float64Array {
    const m = assets.length;
    const width = m + 1;
    const { scenarios } = this.measure;
    const sums = new Float64Array((this.count + 1) * width);
    for (let s = 0; s < this.count; s++) {
      const to = (s + 1) * width;
      const from = s * width;
      for (let k = 0; k < m; k++) sums[to + k] = sums[from + k]! + scenarios[s * this.n + assets[k]!]!;
      sums[to + m] = sums[from + m]! + base[s]!;
    }
    return sums;
  }

  review(results: Float64Array, answer: ProgramAnswer): number {
    const { drawdowns, peaks } = this.drawdownsOf(results);
    let scale = 0;
    for (const value of results) scale += Math.abs(value);
    scale = this.paths ? scale : scale / results.length;
    this.level = this.threshold ? answer.x[this.variable]! : 0;
    const { level } = this;
    const known = this.inPlay(results);
    let entering = 0;
    if (this.single) {
      let worst = this.paths ? 0 : -Infinity;
      for (const value of known.values()) worst = Math.max(worst, value);
      const order = ranked(drawdowns.map((value) => -value)).slice(0, worstMin);
      for (const s of order) if (drawdowns[s]! > worst + tolerance * scale && this.add(s, peaks[s]!)) entering++;
      return entering;
    }
    for (let s = 0; s < this.count; s++) {
      const held = Math.max(known.get(s) ?? 0, level);
      if (drawdowns[s]! > held + tolerance * scale && this.add(s, peaks[s]!)) entering++;
    }
    return entering;
  }

  /** By s: the largest of its pieces in play. */
  private inPlay(results: Float64Array): ReadonlyMap<number, number> {
    const sums = new Float64Array(this.count + 1);
    for (let s = 0; s < this.count; s++) sums[s + 1] = sums[s]! + results[s]!;
    const values = new Map<number, number>();
    for (const [s, known] of this.peaks) {
      let largest = -Infinity;
      for (const t of known) largest = Math.max(largest, t === s ? -results[s]! : sums[t]! - sums[s + 1]!);
      values.set(s, largest);
    }
    return values;
  }

  stress(results: Float64Array, answer: ProgramAnswer, price: number): TailStress {
    const { count, cap } = this;
    const shareOf = (piece: number): number => Math.max(answer.multipliers[this.first + piece]! / price, 0);
    const losses = new Float64Array(count);
    this.pieces.forEach(([, s], piece) => (losses[s] = losses[s]! + shareOf(piece)));
    const { drawdowns } = this.drawdownsOf(results);
    const caps = new Float64Array(count).fill(this.single ? 1 : cap);
    const whole =
      this.threshold || this.single
        ? summingToOne(
            losses.map((q) => Math.min(q, caps[0]!)),
            caps,
            drawdowns.map((value) => -value),
          )
        : caps;
    if (!this.paths) return { losses: whole };
    const peaks = new Float64Array(count + 1);
    const placed = new Float64Array(count);
    this.pieces.forEach(([t, s], piece) => {
      if (losses[s]! === 0) return;
      const share = (shareOf(piece) / losses[s]!) * Math.min(losses[s]!, whole[s]!);
      peaks[t] = peaks[t]! + share;
      placed[s] = placed[s]! + share;
    });
    // What no piece carries has its peak at the loss itself.
    for (let s = 0; s < count; s++) peaks[s + 1] = peaks[s + 1]! + Math.max(whole[s]! - placed[s]!, 0);
    return { losses: whole, peaks };
  }

  everything(): void {
    if (this.paths && this.count > wholeMax) return;
    for (let s = 0; s < this.count; s++) for (let t = this.paths ? 0 : s; t <= s; t++) this.add(s, t);
  }
}
