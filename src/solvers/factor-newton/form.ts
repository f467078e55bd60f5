/**
 * What factor Newton sees of a problem:
 *
 *     minimize  1/2 w' (diag(d) + G S S G') w - a'w + sum_i buy_i (w_i - w0_i)+ + sell_i (w0_i - w_i)+
 *     subject to  lower <= w <= upper,  l <= A w <= u,
 *
 * centres and quadratic impact folded into a and d, rows scaled to a largest coefficient of 1.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import type { Scope } from '../../math/kernels.ts';
import { addScaled, dot, maxAbs } from '../../math/vectors.ts';
import type { Problem, Row } from '../../problem/problem.ts';
import { leavesOf, type Leaf } from '../atoms.ts';
import { Responses } from './responses.ts';
import { FactorSpace, factorSpaceOf } from './space.ts';

type FactorLeaf = Extract<Leaf, { readonly kind: 'factor' }>;

export interface FactorForm {
  /** Assets and rows. */
  readonly n: number;
  readonly m: number;
  /** B L (n x k), and the diagonal of S (k): the square roots of the scales of the terms. */
  readonly space: FactorSpace;
  readonly gain: Float64Array;
  /** (n) each: d, a, and the trading cost; without trading, costs of nothing around the origin. */
  readonly diagonal: Float64Array;
  readonly linear: Float64Array;
  /** What centres and impact add to the objective whatever the weights. */
  readonly constant: number;
  readonly current: Float64Array;
  readonly buyRate: Float64Array;
  readonly sellRate: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly responses: Responses;
  /** (n) weights that the answer is expected near, where the problem speaks of some: the current ones, or a centre. */
  readonly guess: Float64Array | undefined;
  /** Square root of the largest of d. */
  readonly riskiest: number;
  /** (m) A, scaled. */
  readonly rows: readonly Pick<Row, 'positions' | 'coefficients'>[];
  /** A by asset: its first coefficient is `firstOf[i]`, the one after e is `nextOf[e]`, -1 after the last. */
  readonly firstOf: Int32Array;
  readonly nextOf: Int32Array;
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

/** What lies in `scope` is void when that closes. @throws what `checkpoint` does. */
export function factorFormOf(scope: Scope, problem: Problem, checkpoint: Checkpoint): FactorForm {
  const n = problem.universe.assets.length;
  const zero = new Float64Array(n);
  const { trading, lower, upper } = problem;
  const diagonal = diagonalOfTerms(problem);
  const current = trading?.current ?? zero;
  const buyRate = trading?.buyRate ?? zero;
  const sellRate = trading?.sellRate ?? zero;
  return {
    n,
    ...lowRankOf(scope, problem, checkpoint),
    diagonal,
    riskiest: Math.sqrt(maxAbs(diagonal)),
    ...linearOf(problem),
    current,
    buyRate,
    sellRate,
    lower,
    upper,
    responses: new Responses(scope, { diagonal, current, buyRate, sellRate, lower, upper }),
    guess: trading?.current ?? problem.quadratics.find(({ centre }) => centre !== undefined)?.centre,
    ...rowsOf(problem),
  };
}

/** Factor leaves side by side, each once however many terms speak of it. */
function lowRankOf(scope: Scope, problem: Problem, checkpoint: Checkpoint): Pick<FactorForm, 'space' | 'gain'> {
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
  const spaces = blocks.map(({ leaf }) => factorSpaceOf(scope, n, leaf, checkpoint));
  const gain = Float64Array.from(
    blocks.flatMap(({ leaf, scale }) => new Array<number>(leaf.factors).fill(Math.sqrt(scale))),
  );
  return { space: spaces.length === 1 ? spaces[0]! : FactorSpace.joined(scope, n, spaces), gain };
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

function rowsOf(problem: Problem) {
  const rowScale = Float64Array.from(problem.rows, (row) => maxAbs(row.coefficients) || 1);
  const rows = problem.rows.map(({ positions, coefficients }, r) => ({
    positions,
    coefficients: rowScale[r] === 1 ? coefficients : coefficients.map((value) => value / rowScale[r]!),
  }));
  const entries = rows.reduce((total, { positions }) => total + positions.length, 0);
  const firstOf = new Int32Array(problem.universe.assets.length).fill(-1);
  const nextOf = new Int32Array(entries);
  const rowOf = new Int32Array(entries);
  const coefficients = new Float64Array(entries);
  let at = 0;
  for (const [r, row] of rows.entries()) {
    coefficients.set(row.coefficients, at);
    rowOf.fill(r, at, at + row.positions.length);
    for (let e = 0; e < row.positions.length; e++) {
      const i = row.positions[e]!;
      nextOf[at] = firstOf[i]!;
      firstOf[i] = at++;
    }
  }
  return {
    m: rows.length,
    rows,
    firstOf,
    nextOf,
    rowOf,
    coefficients,
    rowLower: Float64Array.from(problem.rows, (row, r) => row.lower / rowScale[r]!),
    rowUpper: Float64Array.from(problem.rows, (row, r) => row.upper / rowScale[r]!),
    rowScale,
  };
}
