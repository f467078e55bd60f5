/**
 * Cyclical coordinate descent for dense covariances: each weight in turn to the optimum of the objective in it alone, the positive root of
 * Q_ii w^2 + r w = b, within its range. Griveau-Billion, Richard and Roncalli (2013); ranges: Richard and Roncalli (2019). Rows of the problem
 * are not looked at. Four weights at a time, so that four rows of the covariance share the loads of the weights.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { maxAbs } from '../../math/vectors.ts';
import { clipped, objectiveOf, positiveRoot, productAt, type RiskBudgetingModel } from './model.ts';

/** What is left of the way to the optimum, relative, estimated from the last two sweeps. */
const remainderMax = 5e-12;
/** Who moves slowly for so long is better off with Newton's equations. */
export const sweepsMax = 60;

/** How the sweeps stand: a curvature of zero under a falling slope leads nowhere. */
export type Descending = 'settled' | 'moving' | 'slow' | 'escapes';

export interface Descent {
  readonly w: Float64Array;
  /** About what is still wrong, relative. */
  readonly move: number;
  readonly objective: number;
  sweep(): Descending;
}

export class CoordinateDescent implements Descent {
  readonly w: Float64Array;
  sweeps = 0;
  /** Largest move of the last sweep, relative to the weight. */
  move = Infinity;
  objective: number;
  private readonly model: RiskBudgetingModel;
  private readonly entries: Float64Array;
  private readonly checkpoint: Checkpoint;
  /** What the entries are to be multiplied by. */
  private readonly scale: number;
  /** The largest weight of the beginning. */
  private readonly unit: number;
  private escaped = false;

  /** @param entries those of the model. */
  constructor(model: RiskBudgetingModel, entries: Float64Array, start: Float64Array, checkpoint: Checkpoint) {
    this.model = model;
    this.checkpoint = checkpoint;
    this.w = Float64Array.from(start);
    this.scale = model.entryScale;
    this.entries = entries;
    this.unit = maxAbs(start) || 1;
    checkpoint(model.productWork);
    this.objective = objectiveOf(model, this.w, productAt(model, this.w));
  }

  /** One sweep over all weights. */
  sweep(): Descending {
    const { n } = this.model;
    const before = this.move;
    this.move = 0;
    let i = 0;
    for (; i + 4 <= n; i += 4) {
      this.checkpoint(4 * n);
      this.moveFour(i);
    }
    for (; i < n; i++) this.moveOne(i);
    this.sweeps++;
    if (this.escaped) return 'escapes';
    const rate = Math.min(this.move / before, 0.999);
    if (this.move === 0 || (this.sweeps > 1 && (this.move * rate) / (1 - rate) <= remainderMax)) return 'settled';
    return this.sweeps < sweepsMax ? 'moving' : 'slow';
  }

  private moveFour(i: number): void {
    const { entries, w } = this;
    const { n } = this.model;
    const p0 = i * n;
    const p1 = p0 + n;
    const p2 = p1 + n;
    const p3 = p2 + n;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < n; j++) {
      const value = w[j]!;
      s0 += entries[p0 + j]! * value;
      s1 += entries[p1 + j]! * value;
      s2 += entries[p2 + j]! * value;
      s3 += entries[p3 + j]! * value;
    }
    const d0 = this.moveTo(i, s0);
    const d1 = this.moveTo(i + 1, s1 + entries[p1 + i]! * d0);
    const d2 = this.moveTo(i + 2, s2 + entries[p2 + i]! * d0 + entries[p2 + i + 1]! * d1);
    this.moveTo(i + 3, s3 + entries[p3 + i]! * d0 + entries[p3 + i + 1]! * d1 + entries[p3 + i + 2]! * d2);
  }

  private moveOne(i: number): void {
    const { entries, w } = this;
    const { n } = this.model;
    let s = 0;
    for (let j = 0; j < n; j++) s += entries[i * n + j]! * w[j]!;
    this.moveTo(i, s);
  }

  /** Weight i to its own optimum, `product` being (Q w)_i without the scale. @returns by how much it moved. */
  private moveTo(i: number, product: number): number {
    const { model, scale, w } = this;
    const own = model.diagonal[i]!;
    const b = model.budgets[i]!;
    const before = w[i]!;
    const rest = scale * product - own * before + model.linear[i]!;
    let next: number;
    if (b > 0) next = own > 0 ? positiveRoot(own, rest, b) : rest > 0 ? b / rest : Infinity;
    else next = own > 0 ? -rest / own : rest === 0 ? before : rest > 0 ? -Infinity : Infinity;
    next = clipped(model, i, next);
    if (next - next !== 0) {
      this.escaped = true;
      return 0;
    }
    w[i] = next;
    const moved = next - before;
    if (moved === 0) return 0;
    this.objective += moved * (rest + own * (before + 0.5 * moved)) - (b > 0 ? b * Math.log(next / before) : 0);
    // Weights without a budget may be zero: theirs count in the size of the others.
    const size = b > 0 ? next : Math.max(Math.abs(next), this.unit);
    const relative = Math.abs(moved) / size;
    if (!(relative <= this.move)) this.move = relative;
    return moved;
  }
}
