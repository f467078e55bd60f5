/** Principal components of a table of returns, and how many of them there are. */
import type { Checkpoint } from '../math/checkpoint.ts';
import { symmetricEigen } from '../math/symmetric-eigen.ts';
import { centredTable, gramOf, meansOf } from './gram.ts';

export interface PrincipalComponents {
  /** (min(n, T)) eigenvalues of the covariance (divisor T - 1) of the columns, or of their correlation, descending; rounding below zero is zero. */
  readonly variances: Float64Array;
  /** Unit eigenvector of the component at a rank (n). Its sum is positive; where that is nothing, its largest entry is. */
  readonly direction: (rank: number) => Float64Array;
  /** (n) deviations of the columns, divisor T - 1. */
  readonly deviations: Float64Array;
}

/**
 * Of T rows and n columns without gaps, T >= 2. With `standardized` each column is divided by its deviation before (one that does not move
 * stays zero). Decomposes the smaller of the n x n and the T x T matrix: min(n, T)^2 max(n, T) / 2 + 10 min(n, T)^3 operations.
 */
export function principalComponents(
  returns: Float64Array,
  rows: number,
  columns: number,
  standardized: boolean,
  checkpoint?: Checkpoint,
): PrincipalComponents {
  const table = centredTable(returns, rows, columns, meansOf(returns, rows, columns));
  const deviations = deviationsOf(table, rows, columns);
  if (standardized) {
    for (let index = 0; index < table.length; index += 1) {
      const deviation = deviations[index % columns]!;
      table[index] = deviation > 0 ? table[index]! / deviation : 0;
    }
  }
  const isWide = columns > rows;
  const size = isWide ? rows : columns;
  const products = isWide
    ? gramOf(transposed(table, rows, columns), columns, rows, undefined, checkpoint)
    : gramOf(table, rows, columns, undefined, checkpoint);
  const gram = products.map((each) => each / (rows - 1));
  const { values, vectors } = symmetricEigen(gram, size, checkpoint);
  return {
    variances: Float64Array.from({ length: size }, (_, rank) => Math.max(0, values[size - 1 - rank]!)),
    direction: (rank) => {
      const own = Float64Array.from({ length: size }, (_, i) => vectors[i * size + size - 1 - rank]!);
      return oriented(unit(isWide ? combined(table, rows, columns, own) : own));
    },
    deviations,
  };
}

function deviationsOf(centred: Float64Array, rows: number, columns: number): Float64Array {
  const squares = new Float64Array(columns);
  for (let index = 0; index < centred.length; index += 1)
    squares[index % columns] = squares[index % columns]! + centred[index]! ** 2;
  return squares.map((each) => Math.sqrt(each / (rows - 1)));
}

function transposed(table: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let t = 0; t < rows; t += 1) for (let i = 0; i < columns; i += 1) result[i * rows + t] = table[t * columns + i]!;
  return result;
}

/** (columns) table' weights. */
function combined(table: Float64Array, rows: number, columns: number, weights: Float64Array): Float64Array {
  const sums = new Float64Array(columns);
  for (let t = 0; t < rows; t += 1)
    for (let i = 0; i < columns; i += 1) sums[i] = sums[i]! + weights[t]! * table[t * columns + i]!;
  return sums;
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(vector.reduce((sum, each) => sum + each * each, 0));
  return length > 0 ? vector.map((each) => each / length) : vector;
}

/** Sums below this, for a unit vector, have a sign by chance. */
const sumMin = 1e-6;

function oriented(vector: Float64Array): Float64Array {
  const total = vector.reduce((sum, each) => sum + each, 0);
  const largest = vector.reduce((most, each) => (Math.abs(each) > Math.abs(most) + 1e-9 ? each : most), 0);
  return (Math.abs(total) > sumMin ? total : largest) < 0 ? vector.map((each) => -each) : vector;
}

/** The least number of components that explain at least this share of the total variance. */
export function countExplaining(variances: Float64Array, share: number): number {
  const total = variances.reduce((sum, each) => sum + each, 0);
  let explained = 0;
  for (const [rank, each] of variances.entries()) {
    explained += each;
    if (explained >= share * total * (1 - 1e-12)) return rank + 1;
  }
  return variances.length;
}

/**
 * The number k from 0 to `countMax` with the least ln V(k) + k (n + T) / (n T) ln(min(n, T)), where V(k) is the mean squared residual of k
 * components: IC_p2 of Bai and Ng (2002), Determining the Number of Factors in Approximate Factor Models, section 4.
 */
export function countByInformation(variances: Float64Array, rows: number, columns: number, countMax: number): number {
  const penalty = ((columns + rows) / (columns * rows)) * Math.log(Math.min(columns, rows));
  let residual = variances.reduce((sum, each) => sum + each, 0);
  const total = residual;
  let best = { count: 0, criterion: Infinity };
  for (let count = 0; count <= Math.min(countMax, variances.length); count += 1) {
    // What is left of nothing is rounding, whose logarithm says nothing.
    if (!(residual > 1e-12 * total)) break;
    const criterion = Math.log((residual * (rows - 1)) / (columns * rows)) + count * penalty;
    if (criterion < best.criterion) best = { count, criterion };
    residual -= variances[count] ?? 0;
  }
  return best.count;
}

/**
 * How many eigenvalues of a correlation matrix stand above (1 + sqrt(n / T))^2, the largest that n unrelated series of variance one have:
 * Marchenko and Pastur (1967); Laloux, Cizeau, Bouchaud and Potters (1999), Noise Dressing of Financial Correlation Matrices.
 */
export function countAboveNoise(correlationVariances: Float64Array, rows: number, columns: number): number {
  const edge = (1 + Math.sqrt(columns / rows)) ** 2;
  return correlationVariances.reduce((count, each) => count + (each > edge ? 1 : 0), 0);
}
