/**
 * Coordinate descent without ranges, over the kernel that sweeps: for dense covariances when every asset has a logarithm. Spinu (2013);
 * Griveau-Billion, Richard and Roncalli (2013).
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { sweepBudgets, type Scope } from '../../math/kernels.ts';
import { dot } from '../../math/vectors.ts';
import { remainderMax, sweepsMax, type Descending, type Descent } from './coordinate-descent.ts';
import type { RiskBudgetingModel } from './model.ts';

/** What sweeps that gain nothing any more may leave: rounding. */
const roundingMax = 1e-10;

export class FreeDescent implements Descent {
  readonly w: Float64Array;
  /** The largest distance of a contribution from its budget, relative to it, in the last sweep. */
  move = Infinity;
  sweeps = 0;
  private readonly model: RiskBudgetingModel;
  private readonly entries: Float64Array;
  private readonly checkpoint: Checkpoint;
  /** The objective divided by the scale of the entries. */
  private readonly budgets: Float64Array;
  private readonly linear: Float64Array | undefined;
  private readonly least: number;

  constructor(
    model: RiskBudgetingModel,
    entries: Float64Array,
    start: Float64Array,
    scope: Scope,
    checkpoint: Checkpoint,
  ) {
    this.model = model;
    this.entries = entries;
    this.checkpoint = checkpoint;
    this.w = scope.copyOf(start);
    this.budgets = scope.copyOf(model.budgets.map((b) => b / model.entryScale));
    const isFlat = model.linear.every((value) => value === 0);
    this.linear = isFlat ? undefined : scope.copyOf(model.linear.map((value) => value / model.entryScale));
    this.least = this.budgets.reduce((least, b) => Math.min(least, b), Infinity);
  }

  static takes({ budgets, diagonal, entries }: RiskBudgetingModel): boolean {
    return entries !== undefined && budgets.every((b, i) => b > 0 && diagonal[i]! > 0);
  }

  sweep(): Descending {
    const { model, linear } = this;
    this.checkpoint(model.n * model.n);
    const worst = sweepBudgets(this.entries, model.n, this.budgets, this.w, linear === undefined ? {} : { linear });
    const before = this.move;
    this.move = worst / this.least;
    this.sweeps++;
    if (!(this.move < Infinity)) return 'escapes';
    const rate = Math.min(this.move / before, 0.999);
    const isRounding = this.move <= roundingMax && rate > 0.5;
    const isSettled = this.sweeps > 1 && (this.move * rate) / (1 - rate) <= remainderMax;
    if (isRounding || isSettled) return 'settled';
    return this.sweeps < sweepsMax ? 'moving' : 'slow';
  }

  /** With w'Qw + q'w = sum of the budgets, as at the optimum: exact to what is still wrong. */
  get objective(): number {
    const { budgets, constant, linear } = this.model;
    let total = constant + 0.5 * dot(linear, this.w);
    for (let i = 0; i < budgets.length; i++) total += budgets[i]! * (0.5 - Math.log(this.w[i]!));
    return total;
  }
}
