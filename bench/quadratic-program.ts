/**
 * A canonical problem as the plain quadratic program that general solvers take:
 * minimize 1/2 x'Px + q'x subject to l <= Ax <= u, lower <= x <= upper.
 *
 * Dense covariances keep x = w. Factor covariances are split as their users do: x = (w, y = B'w, p, m) with trades w - w0 = p - m, which
 * keeps P block-diagonal and sparse.
 */
import type { Problem } from '../src/problem/problem.ts';
import type { CaseFile } from './case-file.ts';

export interface Triplets {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

export interface QuadraticProgram {
  readonly columns: number;
  readonly assets: number;
  /** Lower triangle of P. */
  readonly quadratic: Triplets;
  readonly linear: Float64Array;
  readonly constraints: Triplets;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export class TripletList {
  readonly #rows: number[] = [];
  readonly #columns: number[] = [];
  readonly #values: number[] = [];

  add(row: number, column: number, value: number): void {
    if (value === 0) return;
    this.#rows.push(row);
    this.#columns.push(column);
    this.#values.push(value);
  }

  done(): Triplets {
    return {
      rows: Int32Array.from(this.#rows),
      columns: Int32Array.from(this.#columns),
      values: Float64Array.from(this.#values),
    };
  }
}

export function quadraticProgramOf(problem: Problem): QuadraticProgram {
  const [quadratic] = problem.quadratics;
  if (quadratic === undefined || problem.quadratics.length !== 1)
    throw new Error('the benchmark problems have one quadratic term');
  return quadratic.operator.kind === 'factor' ? splitProgram(problem) : denseProgram(problem);
}

function denseProgram(problem: Problem): QuadraticProgram {
  const n = problem.universe.assets.length;
  const [quadratic] = problem.quadratics;
  if (quadratic?.operator.kind !== 'dense') throw new Error('expected a dense covariance');
  const lowerTriangle = new TripletList();
  for (let column = 0; column < n; column += 1) {
    for (let row = column; row < n; row += 1)
      lowerTriangle.add(row, column, quadratic.scale * (quadratic.operator.entries[row * n + column] ?? 0));
  }
  const constraints = new TripletList();
  addRows(problem, constraints, 0);
  return {
    columns: n,
    assets: n,
    quadratic: lowerTriangle.done(),
    linear: problem.linear.map((value) => -value),
    constraints: constraints.done(),
    rowLower: Float64Array.from(problem.rows, (row) => row.lower),
    rowUpper: Float64Array.from(problem.rows, (row) => row.upper),
    lower: problem.lower,
    upper: problem.upper,
  };
}

function addRows(problem: Problem, constraints: TripletList, offset: number): void {
  for (const [index, row] of problem.rows.entries()) {
    for (const [k, position] of row.positions.entries())
      constraints.add(offset + index, position, row.coefficients[k] ?? 0);
  }
}

function splitProgram(problem: Problem): QuadraticProgram {
  const [quadratic] = problem.quadratics;
  const trading = problem.trading;
  if (quadratic?.operator.kind !== 'factor' || trading === undefined)
    throw new Error('expected a factor model with trading costs');
  const { size: n, factors: k, exposures, factorCovariance, specific } = quadratic.operator;
  const columns = 3 * n + k;
  const lowerTriangle = new TripletList();
  for (let i = 0; i < n; i += 1) lowerTriangle.add(i, i, quadratic.scale * (specific[i] ?? 0));
  for (let column = 0; column < k; column += 1) {
    for (let row = column; row < k; row += 1)
      lowerTriangle.add(n + row, n + column, quadratic.scale * (factorCovariance[row * k + column] ?? 0));
  }
  const constraints = new TripletList();
  for (let factor = 0; factor < k; factor += 1) {
    for (let i = 0; i < n; i += 1) constraints.add(factor, i, exposures[i * k + factor] ?? 0);
    constraints.add(factor, n + factor, -1);
  }
  for (let i = 0; i < n; i += 1) {
    constraints.add(k + i, i, 1);
    constraints.add(k + i, n + k + i, -1);
    constraints.add(k + i, 2 * n + k + i, 1);
  }
  addRows(problem, constraints, k + n);
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  const linear = [...problem.linear]
    .map((value) => -value)
    .concat(zeros(k), [...trading.buyRate], [...trading.sellRate]);
  const sides = (side: (row: Problem['rows'][number]) => number): Float64Array =>
    Float64Array.from([...zeros(k), ...trading.current, ...problem.rows.map(side)]);
  const free = (count: number, value: number): number[] => new Array<number>(count).fill(value);
  return {
    columns,
    assets: n,
    quadratic: lowerTriangle.done(),
    linear: Float64Array.from(linear),
    constraints: constraints.done(),
    rowLower: sides((row) => row.lower),
    rowUpper: sides((row) => row.upper),
    lower: Float64Array.from([...problem.lower, ...free(k, -Infinity), ...zeros(2 * n)]),
    upper: Float64Array.from([...problem.upper, ...free(k, Infinity), ...free(2 * n, Infinity)]),
  };
}

/** The program as the Python peers read it, with whatever else they are given. */
export function programFile(program: QuadraticProgram, more: CaseFile = { arrays: {}, settings: {} }): CaseFile {
  const { quadratic, constraints, linear, rowLower, rowUpper, lower, upper } = program;
  const triplets = (name: string, { rows, columns, values }: Triplets): CaseFile['arrays'] => ({
    [`${name}.rows`]: rows,
    [`${name}.columns`]: columns,
    [`${name}.values`]: values,
  });
  return {
    arrays: {
      ...triplets('p', quadratic),
      ...triplets('a', constraints),
      linear,
      rowLower,
      rowUpper,
      lower,
      upper,
      ...more.arrays,
    },
    settings: { dense: program.columns === program.assets, ...more.settings },
  };
}
