/**
 * A walk along  min 1/2 w'Qw - linear'w - lambda direction'w  from a standing that is optimal for all large lambda down to lambda = 0.
 * Between two changes of the face weights and prices are straight lines in lambda. Where several constraints would change at once, or one
 * changes without the weights moving, constraints are exchanged by the criss-cross rule (the first in a fixed order that is about to be
 * broken), which ends whatever the ties; where Q has no curvature along what is let go, the weights run on to the next constraint at the
 * same lambda. Markowitz, Naval Research Logistics Quarterly 3 (1956); Best, in Applied Mathematics and Parallel Computing (1996);
 * den Hertog, Roos and Terlaky, The linear complementarity problem, sufficient matrices and the criss-cross method, LAA 187 (1993).
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { maxAbs } from '../../math/vectors.ts';
import type { Curvature } from './curvature.ts';
import type { Face } from './face.ts';
import { Outlook, tied, type Change, type Motion } from './outlook.ts';
import type { Region } from './region.ts';
import type { Standing } from './standing.ts';

/** Slopes up to this, relative, do not move anything. */
const still = 1e-12;
/** A rate at which weights move by less than this until lambda is 0 is the largest that is compared with `still`. */
const noticed = 1e-3;
/** Curvature along a direction whose largest move is 1. */
const flat = 1e-11;
const accurate = 1e-13;
/** Falls of lambda, and the share of it that is left, after which slopes are computed from the weights again. */
const fallsMax = 8;
const freshShare = 0.1;
/** Slopes of free assets, relative. */
const steady = 1e-12;
const usable = 1e-8;
/** A face that solves no better than this is factorized anew, not more often than after so many changes. */
const stale = 1e-10;
const changesMin = 20;

export type Outcome = 'changed' | 'moved' | 'unbounded' | 'singular';

export interface Parts {
  readonly region: Region;
  readonly curvature: Curvature;
  readonly face: Face;
  readonly standing: Standing;
  readonly linear: Float64Array;
  readonly direction: Float64Array;
  readonly checkpoint: Checkpoint;
  /** (n + m) 1 for what is held for good: equations, fixed assets, and whatever else. */
  readonly pinned: Uint8Array;
}

export class Walk implements Motion {
  lambda = 0;
  /** (m) prices of rows, (n) slope of the Lagrangian without the bounds, at `lambda`. */
  readonly y: Float64Array;
  readonly g: Float64Array;
  private readonly parts: Parts;
  private readonly linearSize: number;
  /** Changes per unit by which lambda falls. */
  readonly dw: Float64Array;
  readonly dy: Float64Array;
  readonly dg: Float64Array;
  readonly dRows: Float64Array;
  private readonly outlook: Outlook;
  private residual = 0;
  /** Falls of lambda since slopes were computed from the weights, -1 when that is due; and the lambda there. */
  private falls = -1;
  private freshLambda = Infinity;
  private lack = 0;
  /** Changes of the face since it was factorized, and whether they have left it inaccurate. */
  private changes = 0;
  private isStale = false;
  private pull = 0;
  private weightScale = 0;
  private slopeScale = 1;
  private readonly x: Float64Array;
  private readonly z: Float64Array;
  private readonly f: Float64Array;
  private readonly r: Float64Array;
  private readonly support: Int32Array;
  private far: { readonly y: Float64Array; readonly g: Float64Array } | undefined;

  constructor(parts: Parts) {
    const { n, m } = parts.region;
    this.parts = parts;
    this.linearSize = Math.max(1, maxAbs(parts.linear));
    [this.g, this.dw, this.dg, this.x, this.f] = [0, 0, 0, 0, 0].map(() => new Float64Array(n)) as Five;
    [this.y, this.dy, this.dRows, this.z, this.r] = [0, 0, 0, 0, 0].map(() => new Float64Array(m)) as Five;
    this.support = new Int32Array(n);
    this.outlook = new Outlook(parts.region, parts.standing, parts.pinned);
  }

  /**
   * Sets lambda to the largest at which something changes, and the prices there. @returns `tied` when the standing is not optimal for all
   * large lambda because of what the direction does not decide.
   */
  begin(): 'ready' | 'tied' {
    const { region, face, standing, direction, pinned } = this.parts;
    const { n, m } = region;
    this.slopeAt(0);
    const base = { y: this.priced(this.g), g: this.g.slice() };
    region.addTransposed(base.y, base.g);
    const negative = direction.map((value) => -value);
    const far = { y: this.priced(negative), g: negative };
    region.addTransposed(far.y, far.g);
    for (let k = 0; k < face.freeCount; k++) far.g[face.free[k]!] = 0;
    this.far = far;
    let lambda = 0;
    for (let index = 0; index < n + m; index++) {
      const side = standing.side[index]!;
      if (side === 0 || pinned[index] === 1) continue;
      const value = index < n ? -side * base.g[index]! : side * base.y[index - n]!;
      const rise = index < n ? -side * far.g[index]! : side * far.y[index - n]!;
      if (rise > farTolerance) lambda = Math.max(lambda, -value / rise);
      else if (value < -tied * this.linearSize) return 'tied';
    }
    this.lambda = lambda;
    for (let i = 0; i < n; i++) this.g[i] = base.g[i]! + lambda * far.g[i]!;
    for (let r = 0; r < m; r++) this.y[r] = base.y[r]! + lambda * far.y[r]!;
    return 'ready';
  }

  /** After `begin`: (n + m) 1 for what is pinned, and for what the direction holds at its side whatever the objective. */
  decided(): Uint8Array {
    const { region, standing, pinned } = this.parts;
    const { n } = region;
    return pinned.map((pin, index) => {
      const side = standing.side[index]!;
      const slope = index < n ? (this.far?.g[index] ?? 0) : (this.far?.y[index - n] ?? 0);
      return pin === 1 || (side !== 0 && Math.abs(slope) > farTolerance) ? 1 : 0;
    });
  }

  /** (m) prices that make slope + A'prices vanish on the free assets, which do not move. */
  private priced(slope: Float64Array): Float64Array {
    const { face } = this.parts;
    const prices = new Float64Array(this.parts.region.m);
    for (let k = 0; k < face.freeCount; k++) this.f[face.free[k]!] = -slope[face.free[k]!]!;
    this.r.fill(0);
    face.solve(this.f, this.r, this.x, prices);
    return prices;
  }

  /** g = Q w - linear - lambda direction, without the prices of rows. */
  private slopeAt(lambda: number): void {
    const { curvature, standing, linear, direction, checkpoint, region } = this.parts;
    const { support, g } = this;
    let count = 0;
    for (let i = 0; i < region.n; i++) {
      g[i] = -linear[i]! - lambda * direction[i]!;
      if (standing.w[i] !== 0) support[count++] = i;
    }
    checkpoint(curvature.workOf(count));
    curvature.addTimes(support, count, standing.w, g);
  }

  /** Recomputes slopes and row values from the weights. @returns by how much free assets and active rows are off, relative. */
  off(): number {
    this.falls = -1;
    this.measure();
    return Math.max(this.lack, this.pull);
  }

  private measure(): void {
    const { region, face, standing } = this.parts;
    const { f, r, g, y } = this;
    standing.measure();
    if (this.falls < 0 || this.falls >= fallsMax || !(this.lambda > freshShare * this.freshLambda)) {
      this.slopeAt(this.lambda);
      region.addTransposed(y, g);
      this.falls = 0;
      this.freshLambda = this.lambda;
    }
    this.lack = standing.lacks(r);
    this.pull = 0;
    const scale = this.slopeSize();
    for (let k = 0; k < face.freeCount; k++) {
      f[face.free[k]!] = -g[face.free[k]!]!;
      this.pull = Math.max(this.pull, Math.abs(g[face.free[k]!]!) / scale);
    }
  }

  /** Recomputes slopes and row values from the weights, and mends what rounding has moved. */
  correct(): 'right' | 'mended' {
    const { region, face, standing, curvature } = this.parts;
    const { x, z, f, r, g, y } = this;
    this.measure();
    if (this.lack <= accurate && this.pull <= steady) return 'right';
    // Where the covariance is nearly singular, mending slopes that are only rounding would move weights far.
    if (this.pull <= steady) f.fill(0);
    x.fill(0);
    z.fill(0);
    face.solve(f, r, x, z);
    for (let k = 0; k < face.freeCount; k++) standing.w[face.free[k]!]! += x[face.free[k]!]!;
    for (let k = 0; k < face.activeCount; k++) y[face.active[k]!]! += z[face.active[k]!]!;
    curvature.addTimes(face.free, face.freeCount, x, g);
    region.addTransposed(z, g);
    standing.measure();
    this.falls = -1;
    return 'mended';
  }

  private slopeSize(): number {
    return Math.max(this.linearSize, this.lambda);
  }

  /** How weights and prices move as lambda falls. @returns false when the face is singular to rounding. */
  aim(): boolean {
    if (this.isStale && this.changes >= changesMin && !this.renew()) return false;
    return this.solveAim() || (this.renew() && this.solveAim());
  }

  /** Factorizes the face anew. @returns false when it is singular to rounding. */
  renew(): boolean {
    const { face } = this.parts;
    this.changes = 0;
    this.isStale = false;
    const free = Array.from(face.free.subarray(0, face.freeCount));
    const active = Array.from(face.active.subarray(0, face.activeCount));
    return face.begin(free, active);
  }

  private solveAim(): boolean {
    const { region, face, curvature, direction, checkpoint } = this.parts;
    const { dw, dy, dg, f, r, x, z } = this;
    const { freeCount, free } = face;
    checkpoint(curvature.workOf(freeCount) + face.work);
    dw.fill(0);
    dy.fill(0);
    dg.set(direction);
    for (let k = 0; k < freeCount; k++) f[free[k]!] = -direction[free[k]!]!;
    r.fill(0);
    face.solve(f, r, dw, dy);
    curvature.addTimes(free, freeCount, dw, dg);
    region.addTransposed(dy, dg);
    this.measureAim();
    this.isStale ||= this.residual > stale;
    for (let pass = 0; this.residual > accurate && pass < 3; pass++) {
      const before = this.residual;
      x.fill(0);
      z.fill(0);
      for (let k = 0; k < freeCount; k++) f[free[k]!] = -dg[free[k]!]!;
      for (let k = 0; k < face.activeCount; k++) r[face.active[k]!] = -this.dRows[face.active[k]!]!;
      face.solve(f, r, x, z);
      for (let k = 0; k < freeCount; k++) dw[free[k]!]! += x[free[k]!]!;
      for (let k = 0; k < face.activeCount; k++) dy[face.active[k]!]! += z[face.active[k]!]!;
      curvature.addTimes(free, freeCount, x, dg);
      region.addTransposed(z, dg);
      this.measureAim();
      if (!(this.residual < 0.5 * before)) break;
    }
    return this.residual <= usable;
  }

  private measureAim(): void {
    const { region, face } = this.parts;
    const { dw, dy, dg, dRows } = this;
    region.rowValues(dw, dRows);
    let moves = noticed / Math.max(this.lambda, Number.MIN_VALUE);
    let slopes = 1;
    let off = 0;
    for (let i = 0; i < dg.length; i++) slopes = Math.max(slopes, Math.abs(dg[i]!));
    for (let r = 0; r < dy.length; r++) slopes = Math.max(slopes, Math.abs(dy[r]!));
    for (let k = 0; k < face.freeCount; k++) {
      const i = face.free[k]!;
      moves = Math.max(moves, Math.abs(dw[i]!));
      off = Math.max(off, Math.abs(dg[i]!) / slopes);
    }
    for (let k = 0; k < face.activeCount; k++) off = Math.max(off, Math.abs(dRows[face.active[k]!]!) / moves);
    this.weightScale = moves;
    this.slopeScale = slopes;
    this.residual = off;
  }

  /** Whether nothing is broken. */
  holds(): boolean {
    return this.outlook.holds(this.y, this.g, this.slopeSize());
  }

  /** After `aim`: what is wrong here, and what changes next. */
  survey(): Outlook {
    const noise = Math.max(still, 10 * this.residual);
    this.outlook.survey(this, this.slopeSize(), noise * this.slopeScale, noise * this.weightScale);
    return this.outlook;
  }

  /** Lets lambda fall by so much. */
  fall(by: number): void {
    const { standing, face } = this.parts;
    const { dw, dy, dg, g, y } = this;
    for (let k = 0; k < face.freeCount; k++) standing.w[face.free[k]!]! += by * dw[face.free[k]!]!;
    for (let r = 0; r < y.length; r++) y[r]! += by * dy[r]!;
    for (let i = 0; i < g.length; i++) g[i]! += by * dg[i]!;
    this.lambda -= by;
    this.falls++;
  }

  /** An asset that is about to be held stands at its bound exactly. */
  arrive({ index, at }: Change): void {
    const { region, standing } = this.parts;
    if (index < region.n && standing.side[index] === 0) standing.w[index] = standing.limit(index, at);
  }

  /** Holds what is slack; lets go what is held, or exchanges it. `moved`: the weights have, at the same lambda. */
  change({ index, at }: Change): Outcome {
    const { face, standing } = this.parts;
    this.changes++;
    if (standing.side[index] === 0) {
      if (!face.leave(index)) return 'singular';
      if (standing.value(index) !== standing.limit(index, at)) this.falls = -1;
      standing.hold(index, at);
      return 'changed';
    }
    const { x, z } = this;
    x.fill(0);
    z.fill(0);
    const curvature = face.release(index, x, z);
    const largest = Math.max(1, maxAbs(x));
    if (curvature > flat * largest * largest) {
      face.join(index);
      standing.side[index] = 0;
      return 'changed';
    }
    return this.run(index, largest);
  }

  /** Along a direction without curvature, just released, to the first constraint in the way. */
  private run(index: number, largest: number): Outcome {
    const { region, face, standing } = this.parts;
    const { n, m, lower, upper } = region;
    const { x, dRows } = this;
    const sign = -standing.side[index]!;
    region.rowValues(x, dRows);
    let step = Infinity;
    let block: Change | undefined;
    for (let i = 0; i < n + m; i++) {
      if (i !== index && standing.side[i] !== 0) continue;
      const rate = sign * (i < n ? x[i]! : dRows[i - n]!);
      if (Math.abs(rate) <= still * largest) continue;
      const at = rate > 0 ? 1 : -1;
      const room = Math.max(0, ((rate > 0 ? upper[i]! : lower[i]!) - standing.value(i)) / rate);
      const zero = tied * region.size[i]!;
      if (room < step && !(block !== undefined && step <= zero)) {
        step = room <= zero ? 0 : room;
        block = { index: i, at };
      }
    }
    if (block === undefined || step === Infinity) return 'unbounded';
    this.falls = -1;
    for (let k = 0; k < face.freeCount; k++) standing.w[face.free[k]!]! += sign * step * x[face.free[k]!]!;
    if (index < n) standing.w[index]! += sign * step;
    if (block.index !== index) {
      if (!face.exchange(index, block.index)) return 'singular';
      standing.side[index] = 0;
    }
    standing.hold(block.index, block.at);
    standing.measure();
    return step > 0 ? 'moved' : 'changed';
  }
}

/** Reduced costs of the direction up to this, relative to its largest entry, decide nothing. */
const farTolerance = 1e-11;

type Five = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
