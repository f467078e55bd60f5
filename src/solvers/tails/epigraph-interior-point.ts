/**
 * Primal-dual interior point with predictor and corrector for an epigraph program, from any start. It neither proves infeasibility nor
 * unboundedness: it ends without a step, and whoever called finds out why. Mehrotra (1992); Nocedal and Wright, Numerical Optimization
 * (2006), 14.2.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { dot, maxAbs } from '../../math/vectors.ts';
import { beginAt, type EpigraphStart } from './epigraph-start.ts';
import { EpigraphNewton } from './epigraph-newton.ts';
import {
  addHessianTimes,
  addPieces,
  largestSlope,
  limitSlopes,
  limitValue,
  piecesTimes,
  type EpigraphProgram,
  type Floats,
} from './epigraph-program.ts';
import { Pairs, sectionsOf, type Sections } from './complementary-pairs.ts';

const stepMin = 1e-8;
export interface EpigraphProgress {
  readonly objective: number;
  /** Relative to the sizes of the terms of each residual. */
  readonly primal: number;
  readonly dual: number;
  readonly gap: number;
}

/** What each equation of the optimum lacks at the present point. */
interface Residuals {
  /** (m) gradient of the Lagrangian. */
  readonly x: Float64Array;
  /** (groups) weight that no piece carries. */
  readonly groups: Float64Array;
  /** (pieces) s - u + a'x + b. */
  readonly pieces: Float64Array;
  /** (rows) a'x minus the level or the side, then (limits) what is used minus the bound, with the room. */
  readonly borders: Float64Array;
  /** (rows) of the levels. */
  readonly levels: Float64Array;
}

/** Everything that steps change. */
export type PointCopy = readonly Float64Array[];

/** A direction in everything. */
interface Direction {
  readonly x: Float64Array;
  readonly prices: Float64Array;
  readonly groups: Float64Array;
  readonly levels: Float64Array;
  readonly slacks: Float64Array;
  readonly multipliers: Float64Array;
}

export class EpigraphInteriorPoint {
  readonly program: EpigraphProgram;
  readonly sections: Sections;
  readonly x: Float64Array;
  /** (groups) u. */
  readonly groups: Float64Array;
  /** (rows, then limits) their multipliers, positive at an upper side. */
  readonly prices: Float64Array;
  /** Slacks and multipliers of everything that is not negative. */
  readonly pairs: Pairs;
  /** (rows) values of the ranged ones. */
  private readonly levels: Float64Array;
  private readonly newton: EpigraphNewton;
  private readonly groupOf: Int32Array;
  private residuals: Residuals;
  private readonly slope: number;

  constructor(program: EpigraphProgram, start: EpigraphStart, floats: Floats, checkpoint: Checkpoint) {
    this.program = program;
    this.newton = new EpigraphNewton(program, floats, checkpoint);
    this.slope = largestSlope(program);
    this.groupOf = groupsOf(program);
    this.sections = sectionsOf(program);
    this.pairs = new Pairs(program, this.sections);
    this.x = Float64Array.from(start.x);
    this.groups = new Float64Array(program.weights.length);
    this.prices = new Float64Array(program.rows.length + program.limits.length);
    this.levels = new Float64Array(program.rows.length);
    const { program: given, x, groups, groupOf, pairs, sections, levels, prices } = this;
    const point = { program: given, x, groups, groupOf, pairs, sections, levels, prices };
    beginAt(point, start, () => this.measured().x);
    this.residuals = this.measured();
  }

  private measured(): Residuals {
    const { program, x, groups, groupOf, pairs, sections, prices, levels } = this;
    const { rows, limits, linear, offsets, weights, limitOf } = program;
    const { slacks: s, multipliers: y } = pairs;
    const slope = Float64Array.from(linear);
    addHessianTimes(program, x, slope);
    addPieces(program, y, slope);
    const values = new Float64Array(offsets.length);
    piecesTimes(program, x, values);
    const lacking = weights.map(
      (f, g) => f * (limitOf[g]! < 0 ? 1 : prices[rows.length + limitOf[g]!]!) - y[sections.floors + g]!,
    );
    for (let p = 0; p < values.length; p++) {
      const g = groupOf[p]!;
      values[p] = s[p]! - groups[g]! + values[p]! + offsets[p]!;
      lacking[g] = lacking[g]! - y[p]!;
    }
    const borders = new Float64Array(prices.length);
    const shifts = new Float64Array(rows.length);
    rows.forEach(({ coefficients, lower, upper }, r) => {
      const price = prices[r]!;
      let value = 0;
      for (let i = 0; i < x.length; i++) {
        value += coefficients[i]! * x[i]!;
        slope[i] = slope[i]! + price * coefficients[i]!;
      }
      borders[r] = value - (lower < upper ? levels[r]! : lower);
      shifts[r] = lower < upper ? -price - y[sections.under + r]! + y[sections.over + r]! : 0;
    });
    limits.forEach((limit, k) => {
      const price = prices[rows.length + k]!;
      const slopes = limitSlopes(limit, x);
      borders[rows.length + k] = limitValue(limit, x) + s[sections.room + k]! - limit.bound;
      for (let i = 0; i < x.length; i++) slope[i] = slope[i]! + price * slopes[i]!;
    });
    weights.forEach((f, g) => {
      if (limitOf[g]! < 0) return;
      const at = rows.length + limitOf[g]!;
      borders[at] = borders[at]! + f * groups[g]!;
    });
    for (let i = 0; i < x.length; i++) slope[i] = slope[i]! - y[sections.below + i]! + y[sections.above + i]!;
    return { x: slope, groups: lacking, pieces: values, borders, levels: shifts };
  }

  get objective(): number {
    const { program, x, groups } = this;
    const half = new Float64Array(x.length);
    addHessianTimes(program, x, half);
    let total = dot(program.linear, x) + 0.5 * dot(half, x);
    program.weights.forEach((f, g) => (total += program.limitOf[g]! < 0 ? f * groups[g]! : 0));
    return total;
  }

  progress(): EpigraphProgress {
    const { program, residuals, pairs, groups } = this;
    const { weights } = program;
    const { objective, slope } = this;
    const gap = pairs.product() / Math.max(Math.abs(objective), 1e-3 * slope, Number.MIN_VALUE);
    const slopes = Math.max(slope, maxAbs(this.prices), Number.MIN_VALUE);
    const dual = Math.max(maxAbs(residuals.x) / slopes, maxAbs(residuals.groups) / Math.max(maxAbs(weights), 1e-300));
    const reach = Math.max(maxAbs(groups), 1e-2);
    const primal = Math.max(maxAbs(residuals.pieces) / reach, maxAbs(residuals.borders));
    return { objective, primal, dual, gap };
  }

  /** One predictor and corrector. @returns whether it went anywhere. */
  step(): boolean {
    const { pairs, program } = this;
    if (!this.factorize()) return false;
    const centre = pairs.product() / pairs.count;
    const affine = this.direction(0, undefined);
    const both = program.hessian !== undefined || program.limits.some(({ curvature }) => curvature !== undefined);
    const [reachS, reachY] = pairs.reach(affine.slacks, affine.multipliers, both);
    const after =
      pairs.productAt(affine.slacks, affine.multipliers, Math.min(1, reachS), Math.min(1, reachY)) / pairs.count;
    const direction = this.direction(Math.max((after / centre) ** 3, 1e-6) * centre, affine);
    const [toS, toY] = pairs.reach(direction.slacks, direction.multipliers, both);
    const share = Math.max(0.9, 1 - 0.1 * Math.min(1, after / centre));
    const alongS = Math.min(1, share * toS);
    const alongY = Math.min(1, share * toY);
    if (!(Math.max(alongS, alongY) > stepMin) || !direction.x.every(Number.isFinite)) return false;
    this.move(direction, alongS, alongY);
    this.residuals = this.measured();
    return true;
  }

  copy(): PointCopy {
    const { x, groups, levels, prices, pairs } = this;
    return [x, groups, levels, prices, pairs.slacks, pairs.multipliers].map((values) => Float64Array.from(values));
  }

  restore(copy: PointCopy): void {
    const { x, groups, levels, prices, pairs } = this;
    [x, groups, levels, prices, pairs.slacks, pairs.multipliers].forEach((values, k) => values.set(copy[k]!));
    this.residuals = this.measured();
  }

  private factorize(): boolean {
    const { program, pairs, sections, groupOf } = this;
    const { size: m, rows, limits, weights, limitOf, floored } = program;
    const { slacks: s, multipliers: y } = pairs;
    const ratio = (at: number): number => y[at]! / s[at]!;
    const diagonal = new Float64Array(m);
    for (let i = 0; i < m; i++) diagonal[i] = ratio(sections.below + i) + ratio(sections.above + i);
    const theta = new Float64Array(groupOf.length);
    const floor = weights.map((_, g) => (floored[g] === 1 ? ratio(sections.floors + g) : 0));
    const sigma = Float64Array.from(floor);
    for (let p = 0; p < theta.length; p++) {
      theta[p] = ratio(p);
      sigma[groupOf[p]!] = sigma[groupOf[p]!]! + theta[p]!;
    }
    const border = new Float64Array(rows.length + limits.length);
    rows.forEach(({ lower, upper }, r) => {
      if (lower < upper) border[r] = 1 / (ratio(sections.under + r) + ratio(sections.over + r));
    });
    limits.forEach((_, k) => (border[rows.length + k] = 1 / ratio(sections.room + k)));
    weights.forEach((f, g) => {
      const at = rows.length + limitOf[g]!;
      if (limitOf[g]! >= 0) border[at] = border[at]! + (f * f) / sigma[g]!;
    });
    this.theta = theta;
    this.sigma = sigma;
    return this.newton.factorize({ x: this.x, prices: this.prices, diagonal, theta, floor, sigma, border });
  }

  private theta: Float64Array = new Float64Array(0);
  private sigma: Float64Array = new Float64Array(0);

  /** @param affine of which the products are taken off the right sides, for the corrector. */
  private direction(target: number, affine: Direction | undefined): Direction {
    const { program, pairs, sections, groupOf, residuals, theta, sigma } = this;
    const { size: m, rows, limits, weights, limitOf, floored } = program;
    const { slacks: s, multipliers: y } = pairs;
    const wanted = pairs.wanted(target, affine?.slacks, affine?.multipliers);
    const over = (at: number): number => wanted[at]! / s[at]!;
    const pieces = new Float64Array(theta.length);
    const carried = Float64Array.from(
      residuals.groups,
      (lack, g) => -lack + (floored[g] === 1 ? over(sections.floors + g) : 0),
    );
    for (let p = 0; p < pieces.length; p++) {
      pieces[p] = over(p) + theta[p]! * residuals.pieces[p]!;
      carried[groupOf[p]!] = carried[groupOf[p]!]! + pieces[p]!;
    }
    const f = residuals.x.map((value) => -value);
    const shares = pieces.map((value, p) => (theta[p]! * carried[groupOf[p]!]!) / sigma[groupOf[p]!]! - value);
    addPieces(program, shares, f);
    for (let i = 0; i < m; i++) f[i] = f[i]! + over(sections.below + i) - over(sections.above + i);
    const g = residuals.borders.map((value) => -value);
    const shifts = rows.map(({ lower, upper }, r) => {
      if (!(lower < upper)) return 0;
      return over(sections.under + r) - over(sections.over + r) - residuals.levels[r]!;
    });
    const firm = rows.map((_, r) => ratioOf(pairs, sections.under + r) + ratioOf(pairs, sections.over + r));
    rows.forEach(({ lower, upper }, r) => {
      if (lower < upper) g[r] = g[r]! + shifts[r]! / firm[r]!;
    });
    limits.forEach((_, k) => {
      const at = sections.room + k;
      g[rows.length + k] = g[rows.length + k]! - wanted[at]! / y[at]!;
    });
    weights.forEach((weight, h) => {
      if (limitOf[h]! < 0) return;
      const at = rows.length + limitOf[h]!;
      g[at] = g[at]! - (weight * carried[h]!) / sigma[h]!;
    });
    this.newton.solve(f, g);
    return this.completed(f, g, { wanted, pieces, carried, shifts, firm });
  }

  /** The eliminated parts of a direction. */
  private completed(
    x: Float64Array,
    prices: Float64Array,
    known: {
      readonly wanted: Float64Array;
      readonly pieces: Float64Array;
      readonly carried: Float64Array;
      readonly shifts: readonly number[];
      readonly firm: readonly number[];
    },
  ): Direction {
    const { program, pairs, sections, groupOf, residuals, theta, sigma } = this;
    const { size: m, rows, limits, weights, limitOf, floored, starts } = program;
    const { slacks: s, multipliers: y } = pairs;
    const { wanted, pieces, carried } = known;
    const slacks = new Float64Array(s.length);
    const multipliers = new Float64Array(s.length);
    const pair = (at: number, change: number): void => {
      if (pairs.on[at] === 0) return;
      slacks[at] = change;
      multipliers[at] = (wanted[at]! - y[at]! * change) / s[at]!;
    };
    const values = new Float64Array(theta.length);
    piecesTimes(program, x, values);
    const groups = weights.map((weight, g) => {
      let total = carried[g]!;
      for (let p = starts[g]!; p < starts[g + 1]!; p++) total += theta[p]! * values[p]!;
      if (limitOf[g]! >= 0) total -= weight * prices[rows.length + limitOf[g]!]!;
      return total / sigma[g]!;
    });
    for (let p = 0; p < values.length; p++) {
      const g = groupOf[p]!;
      slacks[p] = groups[g]! - values[p]! - residuals.pieces[p]!;
      multipliers[p] = pieces[p]! + theta[p]! * (values[p]! - groups[g]!);
    }
    for (let g = 0; g < groups.length; g++) if (floored[g] === 1) pair(sections.floors + g, groups[g]!);
    for (let i = 0; i < m; i++) {
      pair(sections.below + i, x[i]!);
      pair(sections.above + i, -x[i]!);
    }
    const levels = Float64Array.from(rows, ({ lower, upper }, r) => {
      if (!(lower < upper)) return 0;
      const change = (prices[r]! + known.shifts[r]!) / known.firm[r]!;
      pair(sections.under + r, change);
      pair(sections.over + r, -change);
      return change;
    });
    limits.forEach((_, k) => {
      const at = sections.room + k;
      multipliers[at] = prices[rows.length + k]!;
      slacks[at] = (wanted[at]! - s[at]! * multipliers[at]) / y[at]!;
    });
    return { x, prices, groups, levels, slacks, multipliers };
  }

  private move(direction: Direction, alongS: number, alongY: number): void {
    const { x, groups, levels, prices, pairs } = this;
    add(x, alongS, direction.x);
    add(groups, alongS, direction.groups);
    add(levels, alongS, direction.levels);
    add(pairs.slacks, alongS, direction.slacks);
    add(prices, alongY, direction.prices);
    add(pairs.multipliers, alongY, direction.multipliers);
  }
}

function ratioOf({ slacks, multipliers }: Pairs, at: number): number {
  return multipliers[at]! / slacks[at]!;
}

function add(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + factor * source[i]!;
}

function groupsOf({ starts, offsets }: EpigraphProgram): Int32Array {
  const groupOf = new Int32Array(offsets.length);
  for (let g = 0; g + 1 < starts.length; g++) groupOf.fill(g, starts[g], starts[g + 1]);
  return groupOf;
}
