/**
 * A problem as the peers take it, written from its definition and from nothing of our solvers:
 *
 *     minimize 1/2 x' P x + q' x   subject to   low <= A x <= high,   h + G x in  (second-order cones) x (power cones),   x = (w, u)
 *
 * u: epigraphs of costs and the parts bought and sold of each limited trade. A power cone holds (v, r, t) with v^(2/3) r^(1/3) >= |t|.
 */
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Problem, TradingPieces } from '../../src/problem/problem.ts';
import { times } from '../../test/support/random-problems.ts';

export interface Entries {
  readonly rows: number[];
  readonly columns: number[];
  readonly values: number[];
}

export interface ConicProgram {
  readonly columns: number;
  /** The first so many columns are the weights. */
  readonly assets: number;
  /** Lower triangle. */
  readonly quadratic: Entries;
  readonly linear: readonly number[];
  readonly constraints: Entries;
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly cones: Entries;
  readonly offsets: readonly number[];
  readonly secondOrder: readonly number[];
  readonly powers: number;
}

const none = (): Entries => ({ rows: [], columns: [], values: [] });

function put(entries: Entries, row: number, column: number, value: number): void {
  if (value === 0) return;
  entries.rows.push(row);
  entries.columns.push(column);
  entries.values.push(value);
}

export function conicProgramOf(problem: Problem): ConicProgram {
  return new Writer(problem).program();
}

class Writer {
  private readonly problem: Problem;
  private readonly n: number;
  private readonly linear: number[];
  private readonly quadratic: Float64Array;
  private readonly constraints = none();
  private readonly low: number[] = [];
  private readonly high: number[] = [];
  private readonly cones = none();
  private readonly offsets: number[] = [];
  private readonly secondOrder: number[] = [];
  private readonly powers: (readonly [weight: number, column: number])[] = [];

  constructor(problem: Problem) {
    this.problem = problem;
    this.n = problem.lower.length;
    this.linear = Array.from(problem.linear, (value) => -value);
    this.quadratic = new Float64Array(this.n * this.n);
  }

  program(): ConicProgram {
    const { problem, n } = this;
    this.addQuadratics();
    for (const row of problem.rows)
      this.row(
        [...row.positions].map((position, k) => [position, row.coefficients[k]!] as const),
        row.lower,
        row.upper,
      );
    problem.lower.forEach((lower, i) => this.row([[i, 1]], lower, problem.upper[i]!));
    this.addCosts();
    for (const { centre, buyRate, sellRate, bound } of problem.tradeLimits) {
      const parts = [...centre.keys()].flatMap((i) => {
        if (buyRate[i] === 0 && sellRate[i] === 0) return [];
        const [bought, sold] = this.split(i, centre[i]!);
        return [[bought, buyRate[i]!] as const, [sold, sellRate[i]!] as const];
      });
      this.row(parts, -Infinity, bound);
    }
    for (const norm of problem.norms) this.addNorm(norm.operator, norm.centre, norm.bound);
    for (const [i, v] of this.powers) this.addPower(i, v);
    const quadratic = none();
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) put(quadratic, i, j, this.quadratic[i * n + j]!);
    const { linear, constraints, low, high, cones, offsets, secondOrder } = this;
    const powers = this.powers.length;
    return {
      columns: linear.length,
      assets: n,
      quadratic,
      linear,
      constraints,
      low,
      high,
      cones,
      offsets,
      secondOrder,
      powers,
    };
  }

  private column(cost: number): number {
    this.linear.push(cost);
    return this.linear.length - 1;
  }

  private row(parts: readonly (readonly [number, number])[], low: number, high: number): void {
    if (low === -Infinity && high === Infinity) return;
    for (const [column, value] of parts) put(this.constraints, this.low.length, column, value);
    this.low.push(low);
    this.high.push(high);
  }

  private addQuadratics(): void {
    const { problem, n } = this;
    const terms = [...problem.quadratics];
    const { trading } = problem;
    if (trading?.quadratic !== undefined) {
      const operator: SymmetricOperator = { kind: 'diagonal', size: n, entries: trading.quadratic };
      terms.push({ scale: 2, operator, centre: trading.current });
    }
    for (const { scale, operator, centre } of terms) {
      const matrix = matrixOf(operator, n);
      matrix.forEach((value, p) => (this.quadratic[p] = this.quadratic[p]! + scale * value));
      if (centre !== undefined)
        times(operator, centre).forEach((value, i) => (this.linear[i] = this.linear[i]! - scale * value));
    }
  }

  private addCosts(): void {
    const { trading } = this.problem;
    if (trading === undefined) return;
    for (let i = 0; i < this.n; i++) {
      const [buy, sell] = [trading.buyRate[i]!, trading.sellRate[i]!];
      const current = trading.current[i]!;
      if (buy !== 0 || sell !== 0) {
        const cost = this.column(1);
        this.row(
          [
            [i, -buy],
            [cost, 1],
          ],
          -buy * current,
          Infinity,
        );
        this.row(
          [
            [i, sell],
            [cost, 1],
          ],
          sell * current,
          Infinity,
        );
      }
      const impact = trading.threeHalves?.[i] ?? 0;
      if (impact > 0) this.powers.push([i, this.column(impact)]);
    }
    for (const pieces of trading.pieces ?? []) this.addPieces(pieces, trading.current[pieces.position]!);
  }

  /** The cost lies above each of its lines; line k passes through the knots beside it. */
  private addPieces({ position, knots, slopes }: TradingPieces, current: number): void {
    const cost = this.column(1);
    const heights = heightsAt(knots, slopes);
    slopes.forEach((slope, k) => {
      const at = Math.max(k - 1, 0);
      const [knot, height] = knots.length === 0 ? [0, 0] : [knots[at]!, heights[at]!];
      this.row(
        [
          [position, -slope],
          [cost, 1],
        ],
        height - slope * (knot + current),
        Infinity,
      );
    });
  }

  private split(i: number, centre: number): readonly [number, number] {
    const [bought, sold] = [this.column(0), this.column(0)];
    this.row([[bought, 1]], 0, Infinity);
    this.row([[sold, 1]], 0, Infinity);
    this.row(
      [
        [i, 1],
        [bought, -1],
        [sold, 1],
      ],
      centre,
      centre,
    );
    return [bought, sold];
  }

  private addNorm(operator: SymmetricOperator, centre: Float64Array | undefined, bound: number): void {
    if (bound === Infinity) return;
    const { n } = this;
    const root = rootOf(matrixOf(operator, n), n);
    this.offsets.push(bound);
    for (let k = 0; k < n; k++) {
      let moved = 0;
      const row = this.offsets.length;
      for (let i = 0; i < n; i++) {
        put(this.cones, row, i, root[i * n + k]!);
        moved += root[i * n + k]! * (centre?.[i] ?? 0);
      }
      this.offsets.push(-moved);
    }
    this.secondOrder.push(n + 1);
  }

  private addPower(i: number, v: number): void {
    const row = this.offsets.length;
    put(this.cones, row, v, 1);
    put(this.cones, row + 2, i, 1);
    this.offsets.push(0, 1, -this.problem.trading!.current[i]!);
  }
}

/** The cost at each knot, from the slopes and from zero at no trade. */
function heightsAt(knots: Float64Array, slopes: Float64Array): number[] {
  const raw = [0];
  for (let k = 1; k < knots.length; k++) raw.push(raw[k - 1]! + slopes[k]! * (knots[k]! - knots[k - 1]!));
  const next = knots.findIndex((knot) => knot >= 0);
  const at = next === -1 ? knots.length - 1 : next;
  const slope = next === -1 ? slopes[knots.length]! : slopes[at]!;
  const atZero = raw[at]! - slope * knots[at]!;
  return raw.map((height) => height - atZero);
}

function matrixOf(operator: SymmetricOperator, n: number): Float64Array {
  if (operator.kind === 'dense') return operator.entries;
  const matrix = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const unit = new Float64Array(n);
    unit[j] = 1;
    times(operator, unit).forEach((value, i) => (matrix[i * n + j] = value));
  }
  return matrix;
}

/** L (n x n) with L L' = Q, by Cholesky with the largest pivot next; stops at a semidefinite matrix's rank. */
function rootOf(matrix: Float64Array, n: number): Float64Array {
  const left = Float64Array.from(matrix);
  const root = new Float64Array(n * n);
  const largest = Math.max(...Array.from({ length: n }, (_, i) => left[i * n + i]!));
  for (let k = 0; k < n; k++) {
    let at = 0;
    for (let i = 1; i < n; i++) if (left[i * n + i]! > left[at * n + at]!) at = i;
    const pivot = left[at * n + at]!;
    if (!(pivot > 1e-15 * largest)) break;
    const column = Float64Array.from({ length: n }, (_, i) => left[i * n + at]! / Math.sqrt(pivot));
    for (let i = 0; i < n; i++) {
      root[i * n + k] = column[i]!;
      for (let j = 0; j < n; j++) left[i * n + j] = left[i * n + j]! - column[i]! * column[j]!;
    }
  }
  return root;
}
