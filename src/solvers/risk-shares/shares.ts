/** Shares of risk and their gradients at a point, as rows of a convex problem near it. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { dot } from '../../math/vectors.ts';
import type { SymmetricOperator } from '../../problem/operator.ts';
import type { RiskShare, Row } from '../../problem/problem.ts';
import { addAtomTimes, atomOf, leavesOf, workOf } from '../atoms.ts';

/** A limit joins once what is left of it is less than this share of its side. */
const nearShare = 0.5;
/** Room inside each side, so that what is left of a linearization breaks no limit. */
const inside = 1e-11;

interface Measured {
  /** NaN without variance. */
  readonly share: number;
  /** (n) */
  readonly slope: Float64Array;
}

export class Shares {
  private readonly limits: readonly RiskShare[];
  private readonly checkpoint: Checkpoint;
  private readonly inPlay: Uint8Array;

  constructor(limits: readonly RiskShare[], checkpoint: Checkpoint) {
    this.limits = limits;
    this.inPlay = new Uint8Array(limits.length);
    this.checkpoint = checkpoint;
  }

  at(w: Float64Array): readonly Measured[] {
    const known = new Map<SymmetricOperator, Float64Array>();
    return this.limits.map(({ operator, centre, contribution }) => {
      const distance = centre === undefined ? w : w.map((value, i) => value - centre[i]!);
      // Most limits speak of one covariance around one centre.
      const shared = centre === undefined ? known.get(operator) : undefined;
      const product = shared ?? this.times(operator, distance);
      if (centre === undefined) known.set(operator, product);
      const variance = dot(distance, product);
      const slope = new Float64Array(w.length);
      let part: number;
      if (contribution.kind === 'assets') {
        const own = new Float64Array(w.length);
        part = 0;
        for (const i of contribution.positions) {
          own[i] = distance[i]!;
          part += distance[i]! * product[i]!;
        }
        slope.set(this.times(operator, own));
        for (const i of contribution.positions) slope[i] = slope[i]! + product[i]!;
      } else {
        const { exposures, pull } = contribution;
        const [exposed, pulled] = [dot(exposures, distance), dot(pull, distance)];
        part = exposed * pulled;
        for (let i = 0; i < w.length; i++) slope[i] = exposures[i]! * pulled + pull[i]! * exposed;
      }
      if (!(variance > 0)) return { share: NaN, slope };
      const share = part / variance;
      return { share, slope: slope.map((value, i) => (value - 2 * share * product[i]!) / variance) };
    });
  }

  /** By how much all limits are broken together. */
  excess(measured: readonly Measured[]): number {
    return measured.reduce((total, { share }, k) => total + this.excessOf(k, share), 0);
  }

  private excessOf(k: number, share: number): number {
    const { lower, upper } = this.limits[k]!;
    return Number.isNaN(share) ? 0 : Math.max(0, lower + inside - share, share - upper + inside);
  }

  /** Brings the limits into play that a point breaks or comes near to; they stay. */
  see(measured: readonly Measured[]): void {
    measured.forEach(({ share }, k) => {
      const { lower, upper } = this.limits[k]!;
      const near = (side: number, slack: number): boolean => slack <= nearShare * Math.abs(side);
      if (Number.isNaN(share)) return;
      if (Number.isFinite(lower) && near(lower, share - lower)) this.inPlay[k] = 1;
      if (Number.isFinite(upper) && near(upper, upper - share)) this.inPlay[k] = 1;
    });
  }

  /** Rows that say of points near w what the limits in play say, at a price where they cannot hold. */
  rowsAt(w: Float64Array, measured: readonly Measured[], penalty: number): readonly Row[] {
    return measured.flatMap(({ share, slope }, k): readonly Row[] => {
      if (this.inPlay[k] === 0) return [];
      const { lower, upper, origin } = this.limits[k]!;
      const positions = Int32Array.from(slope.keys());
      // Without variance there is nothing to say.
      if (Number.isNaN(share))
        return [{ positions, coefficients: new Float64Array(slope.length), lower: 0, upper: 0, origin }];
      const shift = dot(slope, w) - share;
      const room = Math.min(inside, (upper - lower) / 2);
      const sides = { lower: lower + room + shift, upper: upper - room + shift };
      return [{ positions, coefficients: slope, ...sides, origin, penalty }];
    });
  }

  /** (limits) prices of the rows in play as those of the limits. */
  pricesOf(rows: Float64Array): Float64Array {
    let at = 0;
    return Float64Array.from(this.limits, (_, k) => (this.inPlay[k] === 1 ? rows[at++]! : 0));
  }

  /** What the rows leave broken at another point. */
  excessOfRows(rows: readonly Row[], w: Float64Array): number {
    return rows.reduce((total, { coefficients, lower, upper }) => {
      const value = dot(coefficients, w);
      return total + Math.max(0, lower - value, value - upper);
    }, 0);
  }

  private times(operator: SymmetricOperator, x: Float64Array): Float64Array {
    const product = new Float64Array(x.length);
    for (const leaf of leavesOf(operator)) {
      const atom = atomOf(leaf, this.checkpoint);
      this.checkpoint(workOf(atom, x.length));
      addAtomTimes(atom, 1, x, product);
    }
    return product;
  }
}
