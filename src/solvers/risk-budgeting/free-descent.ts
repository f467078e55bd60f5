/**
 * Coordinate descent without ranges, over the kernel that sweeps: for dense covariances when every asset has a logarithm. Spinu (2013);
 * Griveau-Billion, Richard and Roncalli (2013).
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { sweepBudgets, type Scope } from '../../math/kernels.ts';
import { dot } from '../../math/vectors.ts';
import { sweepsMax, type Descending, type Descent } from './coordinate-descent.ts';
import type { RiskBudgetingModel } from './model.ts';

/** What sweeps that gain nothing any more may leave: rounding. */
const roundingMax = 1e-10;
/** What the next sweep would still find wrong, relative to the budgets, as far as the last two tell. */
const remainderMax = 2e-11;
/** A sweep is not trusted to do better than this. */
const rateMin = 0.1;
/** An extrapolated weight lies within this factor of the swept one. */
const reach = 10;

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
  /** Where the last sweep began, what it changed, and where it ended. */
  private readonly origin: Float64Array;
  private readonly change: Float64Array;
  private readonly end: Float64Array;
  private hasChange = false;

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
    this.origin = new Float64Array(model.n);
    this.change = new Float64Array(model.n);
    this.end = new Float64Array(model.n);
  }

  static takes({ budgets, diagonal, entries }: RiskBudgetingModel): boolean {
    return entries !== undefined && budgets.every((b, i) => b > 0 && diagonal[i]! > 0);
  }

  sweep(): Descending {
    const { model, linear } = this;
    this.checkpoint(model.n * model.n);
    this.origin.set(this.w);
    const worst = sweepBudgets(this.entries, model.n, this.budgets, this.w, linear === undefined ? {} : { linear });
    const before = this.move;
    this.move = worst / this.least;
    this.sweeps++;
    if (!(this.move < Infinity)) return 'escapes';
    const rate = Math.max(this.move / before, rateMin);
    const isRounding = this.move <= roundingMax && rate > 0.5;
    if (isRounding || (this.sweeps > 1 && this.move * rate <= remainderMax)) return 'settled';
    this.extrapolate(rate > 1);
    return this.sweeps < sweepsMax ? 'moving' : 'slow';
  }

  /**
   * Anderson acceleration of depth one: from the last two sweeps to where their changes, in the plane of both, would vanish; in relative
   * weights. Walker and Ni (2011), SIAM J. Numerical Analysis 49.
   */
  private extrapolate(isLost: boolean): void {
    const { w, origin, change, end } = this;
    let along = 0;
    let square = 0;
    for (let i = 0; i < w.length; i++) {
      const now = (w[i]! - origin[i]!) / w[i]!;
      const turn = now - change[i]! / w[i]!;
      along += now * turn;
      square += turn * turn;
    }
    const share = this.hasChange && !isLost && square > 0 ? along / square : 0;
    for (let i = 0; i < w.length; i++) {
      const swept = w[i]!;
      change[i] = swept - origin[i]!;
      const next = swept - share * (swept - end[i]!);
      end[i] = swept;
      if (next * reach > swept && next < swept * reach) w[i] = next;
    }
    this.hasChange = true;
  }

  /** With w'Qw + q'w = sum of the budgets, as at the optimum: exact to what is still wrong. */
  get objective(): number {
    const { budgets, constant, linear } = this.model;
    let total = constant + 0.5 * dot(linear, this.w);
    for (let i = 0; i < budgets.length; i++) total += budgets[i]! * (0.5 - Math.log(this.w[i]!));
    return total;
  }
}
