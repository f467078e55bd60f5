/** The pseudoinverse of a matrix of independent columns. */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { norm2 } from './vectors.ts';

/** Sine of the angle between a column and those before it, at or below which they count as dependent. */
const independent = 1e-6;

/** Whether no column is a linear combination of the others. @param columns (p) of n finite numbers each. */
export function areIndependent(columns: readonly Float64Array[]): boolean {
  return columns.length === 0 || decomposed(columns) !== undefined;
}

/**
 * A^+ = (A'A)^-1 A' of A (n x p) through a Cholesky factor of A'A with unit diagonal, and one step of Newton and Schulz, which squares the error
 * that nearly dependent columns leave. Golub and Van Loan, Matrix Computations, 4th ed., 5.3 and 5.5; Ben-Israel and Greville (2003),
 * Generalized Inverses, 7.7. Costs some 5 n p^2 multiplications.
 * @param columns (p) of n finite numbers each, in any units.
 * @returns its rows (p of n), or nothing when the columns depend on each other linearly.
 */
export function pseudoinverse(columns: readonly Float64Array[]): readonly Float64Array[] | undefined {
  if (columns.length === 0) return [];
  const parts = decomposed(columns);
  if (parts === undefined) return undefined;
  const { lengths, units, cholesky } = parts;
  const first = cholesky.solve(units);
  const rows = Matrix.mul(first, 2).sub(first.mmul(units.transpose()).mmul(first));
  return lengths.map((length, j) => Float64Array.from(rows.getRow(j), (value) => value / length));
}

interface Decomposed {
  /** (p) */
  readonly lengths: readonly number[];
  /** p x n: the columns, as rows of unit length. */
  readonly units: Matrix;
  readonly cholesky: CholeskyDecomposition;
}

function decomposed(columns: readonly Float64Array[]): Decomposed | undefined {
  const lengths = columns.map(norm2);
  if (columns.length > (columns[0]?.length ?? 0) || lengths.some((length) => !(length > 0))) return undefined;
  const units = new Matrix(columns.map((column, j) => column.map((value) => value / lengths[j]!)));
  const cholesky = new CholeskyDecomposition(units.mmul(units.transpose()));
  const sines = cholesky.lowerTriangularMatrix.diagonal();
  return sines.every((sine) => sine > independent) ? { lengths, units, cholesky } : undefined;
}
