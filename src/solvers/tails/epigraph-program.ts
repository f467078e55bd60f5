/**
 * What the rounds hand to the interior point: few variables, and convex piecewise-linear terms over them.
 *
 *     minimize    1/2 x' H x + c' x + sum_{g of the objective} f_g u_g
 *     subject to  u_g >= a_p' x + b_p  for every piece p of g,   u_g >= 0 where g is floored,
 *                 1/2 x' C_k x + e_k' x + sum_{g of k} f_g u_g <= bound_k,   l <= A x <= u,   lower <= x <= upper
 */
import { addTransposed, timesVector } from '../../math/kernels.ts';
import { dot } from '../../math/vectors.ts';

/** Takes memory for a matrix, zeros. */
export type Floats = (length: number) => Float64Array;

export interface EpigraphProgram {
  /** m: assets in play first, then whatever else the measures need. */
  readonly size: number;
  /** (m x m) row-major, symmetric; absent when the program is linear. */
  readonly hessian?: Float64Array;
  readonly linear: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly rows: readonly EpigraphRow[];
  readonly limits: readonly EpigraphLimit[];
  /** (d x m) coefficients of the first d pieces. */
  readonly dense: Float64Array;
  /** The variable of each further piece, whose only coefficient is 1. */
  readonly single: Int32Array;
  /** (d + single) b. */
  readonly offsets: Float64Array;
  /** (g + 1) first piece of each group; groups are contiguous. */
  readonly starts: Int32Array;
  /** (g) f > 0. */
  readonly weights: Float64Array;
  /** (g) 1 where the term is at least 0. */
  readonly floored: Uint8Array;
  /** (g) limit to which the group belongs; -1 for the objective. */
  readonly limitOf: Int32Array;
}

export interface EpigraphRow {
  readonly coefficients: Float64Array;
  readonly lower: number;
  readonly upper: number;
}

export interface EpigraphLimit {
  readonly linear: Float64Array;
  /** (m x m) C, symmetric; absent when zero. */
  readonly curvature?: Float64Array;
  readonly bound: number;
}

/** values[p] = a_p' x, without the offsets. */
export function piecesTimes({ size, dense, single }: EpigraphProgram, x: Float64Array, values: Float64Array): void {
  const count = size === 0 ? 0 : dense.length / size;
  timesVector(dense, count, size, x, values.subarray(0, count));
  for (let p = 0; p < single.length; p++) values[count + p] = x[single[p]!]!;
}

/**
 * The largest slope of the objective along one variable: its linear part, or where it has none what the pieces of the groups are worth
 * together, each piece of a group as likely as the others. What is rounding is told against it where the objective itself is nearly zero.
 */
export function largestSlope({ size, linear, dense, starts, weights, limitOf }: EpigraphProgram): number {
  const slopes = linear.map((value) => Math.abs(value));
  const count = size === 0 ? 0 : dense.length / size;
  const open = [...linear.keys()].filter((i) => linear[i] === 0);
  if (open.length > 0)
    weights.forEach((f, g) => {
      if (limitOf[g]! >= 0) return;
      const [first, end] = [starts[g]!, starts[g + 1]!];
      const share = f / Math.max(end - first, 1);
      for (let p = first; p < Math.min(end, count); p++)
        for (const i of open) slopes[i] = slopes[i]! + share * Math.abs(dense[p * size + i]!);
    });
  return slopes.reduce((most, value) => Math.max(most, value), 0);
}

/** target += sum_p factors[p] a_p. */
export function addPieces({ size, dense, single }: EpigraphProgram, factors: Float64Array, target: Float64Array): void {
  const count = size === 0 ? 0 : dense.length / size;
  addTransposed(dense, count, size, factors, target);
  for (let p = 0; p < single.length; p++) target[single[p]!] = target[single[p]!]! + factors[count + p]!;
}

/** target += H x. */
export function addHessianTimes({ hessian }: EpigraphProgram, x: Float64Array, target: Float64Array): void {
  if (hessian !== undefined) addTimes(hessian, x, target);
}

function addTimes(matrix: Float64Array, x: Float64Array, target: Float64Array): void {
  const size = x.length;
  for (let i = 0; i < size; i++) {
    let total = 0;
    for (let k = 0; k < size; k++) total += matrix[i * size + k]! * x[k]!;
    target[i] = target[i]! + total;
  }
}

/** (m) gradient of what a limit bounds, groups apart. */
export function limitSlopes({ linear, curvature }: EpigraphLimit, x: Float64Array): Float64Array {
  const slopes = Float64Array.from(linear);
  if (curvature !== undefined) addTimes(curvature, x, slopes);
  return slopes;
}

/** What a limit bounds, groups apart. */
export function limitValue({ linear, curvature }: EpigraphLimit, x: Float64Array): number {
  if (curvature === undefined) return dot(linear, x);
  const half = new Float64Array(x.length);
  addTimes(curvature, x, half);
  return dot(linear, x) + 0.5 * dot(half, x);
}

/**
 * The restrictions of a program without objective, with room to break them at the least total cost: variables behind those of the program
 * take up what each row and limit lacks. Always feasible while every lower side lies below the upper.
 */
export function elastic(program: EpigraphProgram, floats: Floats): EpigraphProgram {
  const { size, rows, limits } = program;
  const count = size + 2 * rows.length + limits.length;
  const linear = new Float64Array(count);
  const lower = new Float64Array(count);
  const upper = new Float64Array(count).fill(Infinity);
  lower.set(program.lower);
  upper.set(program.upper);
  const longer = (source: Float64Array): Float64Array => {
    const result = new Float64Array(count);
    result.set(source);
    return result;
  };
  const relaxedRows = rows.map((row, r) => {
    const coefficients = longer(row.coefficients);
    const scale = sizeOf(row.coefficients);
    coefficients[size + 2 * r] = scale;
    coefficients[size + 2 * r + 1] = -scale;
    linear[size + 2 * r] = linear[size + 2 * r + 1] = 1;
    return { ...row, coefficients };
  });
  const relaxedLimits = limits.map((limit, k) => {
    const slopes = longer(limit.linear);
    const position = size + 2 * rows.length + k;
    slopes[position] = -1;
    linear[position] = 1;
    if (limit.curvature === undefined) return { ...limit, linear: slopes };
    const curvature = new Float64Array(count * count);
    for (let i = 0; i < size; i++) curvature.set(limit.curvature.subarray(i * size, (i + 1) * size), i * count);
    return { ...limit, linear: slopes, curvature };
  });
  const pieces = program.dense.length / size;
  const dense = floats(pieces * count);
  for (let p = 0; p < pieces; p++) dense.set(program.dense.subarray(p * size, (p + 1) * size), p * count);
  const { single, offsets, starts, weights, floored, limitOf } = program;
  const groups = { single, offsets, starts, weights, floored, limitOf };
  return { size: count, linear, lower, upper, rows: relaxedRows, limits: relaxedLimits, dense, ...groups };
}

function sizeOf(coefficients: Float64Array): number {
  let largest = 0;
  for (let k = 0; k < coefficients.length; k++) largest = Math.max(largest, Math.abs(coefficients[k]!));
  return largest > 0 ? largest : 1;
}
