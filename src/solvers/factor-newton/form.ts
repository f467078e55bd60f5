/**
 * What factor Newton sees of a problem:
 *
 *     minimize  1/2 w' (diag(d) + B L L' B') w - a'w + sum_i buy_i (w_i - w0_i)+ + sell_i (w0_i - w_i)+
 *     subject to  lower <= w <= upper,  l <= A w <= u,
 *
 * centres and quadratic impact folded into a and d, rows scaled to a largest coefficient of 1. The exposures B are used as they were
 * given: B L is never formed, which would cost more than all the rest.
 */
import { addScaled, dot, maxAbs } from '../../math/vectors.ts';
import { semidefiniteFactor } from '../../math/cholesky.ts';
import type { Problem } from '../../problem/problem.ts';
import { leavesOf, type Leaf } from '../atoms.ts';

type FactorLeaf = Extract<Leaf, { readonly kind: 'factor' }>;

export interface FactorForm {
  /** Assets, factors and rows. */
  readonly n: number;
  readonly k: number;
  readonly m: number;
  /** B (n x k) and L (k x k, lower), row-major. */
  readonly exposures: Float64Array;
  readonly root: Float64Array;
  readonly rootTransposed: Float64Array;
  /** (n) each: d and its inverse, a, and the trading cost; without trading, costs of nothing around the origin. */
  readonly diagonal: Float64Array;
  readonly inverse: Float64Array;
  readonly linear: Float64Array;
  /** What centres and impact add to the objective whatever the weights. */
  readonly constant: number;
  readonly current: Float64Array;
  readonly buyRate: Float64Array;
  readonly sellRate: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** A by asset: entries `starts[i]` up to `starts[i + 1]` of `rowOf` and `coefficients`. */
  readonly starts: Int32Array;
  readonly rowOf: Int32Array;
  readonly coefficients: Float64Array;
  /** (m) l and u scaled, and what they were divided by. */
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  readonly rowScale: Float64Array;
}

/** (n) what of all quadratic terms stands on the diagonal alone, impact included. */
export function diagonalOfTerms(problem: Problem): Float64Array {
  const result = new Float64Array(problem.universe.assets.length);
  for (const { scale, operator } of problem.quadratics)
    for (const leaf of leavesOf(operator)) {
      if (leaf.kind === 'dense') continue;
      const own = leaf.kind === 'diagonal' ? leaf.entries : leaf.specific;
      for (let i = 0; i < result.length; i++) result[i] = result[i]! + scale * own[i]!;
    }
  const impact = problem.trading?.quadratic;
  if (impact !== undefined) for (let i = 0; i < result.length; i++) result[i] = result[i]! + 2 * impact[i]!;
  return result;
}

export function factorFormOf(problem: Problem): FactorForm {
  const n = problem.universe.assets.length;
  const zero = new Float64Array(n);
  const { trading } = problem;
  const diagonal = diagonalOfTerms(problem);
  return {
    n,
    ...lowRankOf(problem),
    diagonal,
    inverse: diagonal.map((value) => 1 / value),
    ...linearOf(problem),
    current: trading?.current ?? zero,
    buyRate: trading?.buyRate ?? zero,
    sellRate: trading?.sellRate ?? zero,
    lower: problem.lower,
    upper: problem.upper,
    ...rowsOf(problem),
  };
}

/** Factor leaves side by side, each once however many terms speak of it. */
function lowRankOf(problem: Problem): Pick<FactorForm, 'k' | 'exposures' | 'root' | 'rootTransposed'> {
  const blocks: { leaf: FactorLeaf; scale: number }[] = [];
  for (const { scale, operator } of problem.quadratics)
    for (const leaf of leavesOf(operator)) {
      if (leaf.kind !== 'factor' || scale === 0) continue;
      const known = blocks.find(
        (block) => block.leaf.exposures === leaf.exposures && block.leaf.factorCovariance === leaf.factorCovariance,
      );
      if (known === undefined) blocks.push({ leaf, scale });
      else known.scale += scale;
    }
  const n = problem.universe.assets.length;
  const k = blocks.reduce((total, { leaf }) => total + leaf.factors, 0);
  const root = new Float64Array(k * k);
  const exposures = blocks.length === 1 ? blocks[0]!.leaf.exposures : new Float64Array(n * k);
  let first = 0;
  for (const { leaf, scale } of blocks) {
    const size = leaf.factors;
    const own = semidefiniteFactor(leaf.factorCovariance, size);
    for (let a = 0; a < size; a++)
      for (let b = 0; b <= a; b++) root[(first + a) * k + first + b] = Math.sqrt(scale) * own[a * size + b]!;
    if (blocks.length > 1)
      for (let i = 0; i < n; i++) exposures.set(leaf.exposures.subarray(i * size, (i + 1) * size), i * k + first);
    first += size;
  }
  const rootTransposed = root.map((_, p) => root[(p % k) * k + Math.floor(p / k)]!);
  return { k, exposures, root, rootTransposed };
}

/** mu + sum_t s_t Q_t c_t + the pull of quadratic impact towards the current weights, and what is left over. */
function linearOf(problem: Problem): Pick<FactorForm, 'linear' | 'constant'> {
  const linear = Float64Array.from(problem.linear);
  const n = linear.length;
  let constant = 0;
  for (const { scale, operator, centre } of problem.quadratics) {
    if (centre === undefined || scale === 0) continue;
    const pull = new Float64Array(n);
    for (const leaf of leavesOf(operator)) {
      if (leaf.kind === 'dense') continue;
      const own = leaf.kind === 'diagonal' ? leaf.entries : leaf.specific;
      for (let i = 0; i < n; i++) pull[i] = pull[i]! + scale * own[i]! * centre[i]!;
      if (leaf.kind === 'factor') addLowRankTimes(leaf, scale, centre, pull);
    }
    addScaled(linear, 1, pull);
    constant += 0.5 * dot(centre, pull);
  }
  const { quadratic: impact, current } = problem.trading ?? {};
  if (impact !== undefined && current !== undefined)
    for (let i = 0; i < n; i++) {
      linear[i] = linear[i]! + 2 * impact[i]! * current[i]!;
      constant += impact[i]! * current[i]! * current[i]!;
    }
  return { linear, constant };
}

function addLowRankTimes(leaf: FactorLeaf, scale: number, x: Float64Array, out: Float64Array): void {
  const { factors: k, exposures, factorCovariance } = leaf;
  const held = new Float64Array(k);
  for (let i = 0; i < x.length; i++) for (let j = 0; j < k; j++) held[j] = held[j]! + exposures[i * k + j]! * x[i]!;
  const pull = held.map((_, a) => held.reduce((sum, value, b) => sum + factorCovariance[a * k + b]! * value, 0));
  for (let i = 0; i < x.length; i++) {
    let s = 0;
    for (let j = 0; j < k; j++) s += exposures[i * k + j]! * pull[j]!;
    out[i] = out[i]! + scale * s;
  }
}

function rowsOf({ rows, universe }: Problem) {
  const n = universe.assets.length;
  const rowScale = Float64Array.from(rows, (row) => maxAbs(row.coefficients) || 1);
  const starts = new Int32Array(n + 1);
  for (const row of rows) for (const position of row.positions) starts[position + 1]!++;
  for (let i = 0; i < n; i++) starts[i + 1] = starts[i + 1]! + starts[i]!;
  const next = Int32Array.from(starts);
  const rowOf = new Int32Array(starts[n]!);
  const coefficients = new Float64Array(starts[n]!);
  rows.forEach((row, r) => {
    row.positions.forEach((position, p) => {
      const at = next[position]!++;
      rowOf[at] = r;
      coefficients[at] = row.coefficients[p]! / rowScale[r]!;
    });
  });
  return {
    m: rows.length,
    starts,
    rowOf,
    coefficients,
    rowLower: Float64Array.from(rows, (row, r) => row.lower / rowScale[r]!),
    rowUpper: Float64Array.from(rows, (row, r) => row.upper / rowScale[r]!),
    rowScale,
  };
}
