/**
 * The Newton system of the interior point, with everything but x, the rows and the limits eliminated:
 *
 *     [ N   V ] [dx]   [f]      N = H + diagonal + sum_p theta_p a_p a_p' - sum_g (sum_p theta_p a_p)(sum_p theta_p a_p)' / sigma_g
 *     [ V' -E ] [dv] = [g]
 *
 * The pieces of a group enter as they lie around their mean, so that nothing cancels. N is m x m; its cost is m^2 / 2 for each piece.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { addWeightedGram } from '../../math/kernels.ts';
import { BorderedMatrix } from './bordered-matrix.ts';
import { addScaled } from '../../math/vectors.ts';
import { limitSlopes, type EpigraphProgram, type Floats } from './epigraph-program.ts';

const refinements = 2;
/** Pieces that carry so little beside the heaviest are left out. */
const negligible = 1e-20;

/** What the system is made of, at a point. */
export interface NewtonTerms {
  /** (m) */
  readonly x: Float64Array;
  /** (rows, then limits) */
  readonly prices: Float64Array;
  /** (m) of the bounds */
  readonly diagonal: Float64Array;
  /** (pieces) */
  readonly theta: Float64Array;
  /** (groups) theta of the floor, 0 where there is none */
  readonly floor: Float64Array;
  /** (groups) sum of both */
  readonly sigma: Float64Array;
  /** (rows, then limits) E */
  readonly border: Float64Array;
}

export class EpigraphNewton {
  private readonly program: EpigraphProgram;
  private readonly checkpoint: Checkpoint;
  private readonly system: BorderedMatrix;
  /** (d x m) the pieces of groups with several, around their means. */
  private readonly centred: Float64Array;
  /** (d) factors of the rank-one terms, and of the means. */
  private readonly shares: Float64Array;
  private readonly taken: Int32Array;

  constructor(program: EpigraphProgram, floats: Floats, checkpoint: Checkpoint) {
    const { size: m, rows, limits, dense } = program;
    this.program = program;
    this.checkpoint = checkpoint;
    this.system = new BorderedMatrix(m, rows.length + limits.length, floats);
    this.shares = new Float64Array(dense.length / m);
    this.centred = dense;
    if (hasSeveral(program)) {
      this.centred = floats(dense.length);
      this.centred.set(dense);
    }
    this.taken = new Int32Array(this.shares.length);
    rows.forEach(({ coefficients }, r) => this.system.borders.set(coefficients, r * m));
  }

  /** @returns whether the system could be factorized */
  factorize({ x, prices, diagonal, theta, floor, sigma, border }: NewtonTerms): boolean {
    const { program, system } = this;
    const { size: m, hessian } = program;
    const { matrix } = system;
    if (hessian === undefined) matrix.fill(0);
    else matrix.set(hessian);
    for (let i = 0; i < m; i++) matrix[i * m + i] = matrix[i * m + i]! + diagonal[i]!;
    program.limits.forEach(({ curvature }, k) => {
      if (curvature !== undefined) addScaled(matrix, prices[program.rows.length + k]!, curvature);
    });
    this.addGroups(theta, floor, sigma);
    this.setLimits(x, theta, sigma);
    system.border.set(border);
    return system.factorize(this.checkpoint);
  }

  private addGroups(theta: Float64Array, floor: Float64Array, sigma: Float64Array): void {
    const { program, shares, centred } = this;
    const { matrix } = this.system;
    const { size: m, starts, dense, single } = program;
    const count = dense.length / m;
    const means: Float64Array[] = [];
    const meanShares: number[] = [];
    for (let g = 0; g + 1 < starts.length; g++) {
      const first = starts[g]!;
      const last = starts[g + 1]!;
      if (last - first === 1) {
        const share = (theta[first]! * floor[g]!) / sigma[g]!;
        if (first < count) shares[first] = share;
        else {
          const i = single[first - count]!;
          matrix[i * m + i] = matrix[i * m + i]! + share;
        }
        continue;
      }
      let total = 0;
      const mean = new Float64Array(m);
      for (let p = first; p < last; p++) {
        total += theta[p]!;
        for (let k = 0; k < m; k++) mean[k] = mean[k]! + theta[p]! * dense[p * m + k]!;
      }
      for (let k = 0; k < m; k++) mean[k] = mean[k]! / total;
      for (let p = first; p < last; p++) {
        shares[p] = theta[p]!;
        for (let k = 0; k < m; k++) centred[p * m + k] = dense[p * m + k]! - mean[k]!;
      }
      if (floor[g]! === 0) continue;
      means.push(mean);
      meanShares.push((total * floor[g]!) / sigma[g]!);
    }
    let largest = 0;
    for (let p = 0; p < count; p++) largest = Math.max(largest, shares[p]!);
    let taken = 0;
    for (let p = 0; p < count; p++) if (shares[p]! > negligible * largest) this.taken[taken++] = p;
    addWeightedGram(centred, count, m, matrix, this.taken.subarray(0, taken), shares, this.checkpoint);
    if (means.length === 0) return;
    const packed = new Float64Array(means.length * m);
    means.forEach((mean, k) => packed.set(mean, k * m));
    addWeightedGram(packed, means.length, m, matrix, undefined, Float64Array.from(meanShares));
  }

  /** The columns of V that belong to limits: their own slopes, and what their groups pass on. */
  private setLimits(x: Float64Array, theta: Float64Array, sigma: Float64Array): void {
    const { program } = this;
    const { borders } = this.system;
    const { size: m, rows, limits, starts, weights, limitOf, dense, single } = program;
    const count = dense.length / m;
    limits.forEach((limit, b) => borders.set(limitSlopes(limit, x), (rows.length + b) * m));
    for (let g = 0; g + 1 < starts.length; g++) {
      if (limitOf[g]! < 0) continue;
      const start = (rows.length + limitOf[g]!) * m;
      for (let p = starts[g]!; p < starts[g + 1]!; p++) {
        const share = (theta[p]! * weights[g]!) / sigma[g]!;
        if (p >= count) {
          const i = single[p - count]!;
          borders[start + i] = borders[start + i]! + share;
        } else for (let k = 0; k < m; k++) borders[start + k] = borders[start + k]! + share * dense[p * m + k]!;
      }
    }
  }

  /** In place. */
  solve(f: Float64Array, g: Float64Array): void {
    this.system.solve(f, g, refinements);
  }
}

function hasSeveral({ starts }: EpigraphProgram): boolean {
  for (let g = 0; g + 1 < starts.length; g++) if (starts[g + 1]! - starts[g]! > 1) return true;
  return false;
}
