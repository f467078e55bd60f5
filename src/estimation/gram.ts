/** Products of the columns of a table of observations. */
import type { Checkpoint } from '../math/checkpoint.ts';
import { addWeightedGram } from '../math/kernels.ts';

/** sum_t v_t x_t x_t' over the rows x_t of a table (T x n, row-major), symmetric (n x n); ones for absent weights v (T). Costs T n^2 / 2. */
export function gramOf(
  table: Float64Array,
  rows: number,
  columns: number,
  weights?: Float64Array,
  checkpoint?: Checkpoint,
): Float64Array {
  const gram = new Float64Array(columns * columns);
  addWeightedGram(table, rows, columns, gram, undefined, weights, checkpoint);
  for (let i = 0; i < columns; i += 1) for (let j = 0; j < i; j += 1) gram[j * columns + i] = gram[i * columns + j]!;
  return gram;
}

/** (n) sum_t v_t x_t / sum_t v_t. */
export function meansOf(table: Float64Array, rows: number, columns: number, weights?: Float64Array): Float64Array {
  const sums = new Float64Array(columns);
  let total = 0;
  for (let t = 0; t < rows; t += 1) {
    const weight = weights?.[t] ?? 1;
    total += weight;
    for (let i = 0; i < columns; i += 1) sums[i] = sums[i]! + weight * table[t * columns + i]!;
  }
  return sums.map((sum) => sum / total);
}

/** A new table, each column less its centre (n). */
export function centredTable(table: Float64Array, rows: number, columns: number, centres: Float64Array): Float64Array {
  const centred = new Float64Array(rows * columns);
  for (let t = 0; t < rows; t += 1)
    for (let i = 0; i < columns; i += 1) centred[t * columns + i] = table[t * columns + i]! - centres[i]!;
  return centred;
}
