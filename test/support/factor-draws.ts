/** Normal draws from a factor model. */
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Random } from './problems.ts';

export interface FactorDraws {
  /** (count x n) row-major, mean zero, annual. */
  readonly entries: Float64Array;
  /** Q x. */
  times(x: Float64Array): Float64Array;
}

export function factorDraws(model: SymmetricOperator & { kind: 'factor' }, count: number, random: Random): FactorDraws {
  const { size: n, factors: k, exposures, factorCovariance, specific } = model;
  const root = rootOf(factorCovariance, k);
  const entries = new Float64Array(count * n);
  for (let t = 0; t < count; t++) {
    const shocks = random.vector(k, () => random.normal());
    const factors = new Float64Array(k);
    for (let a = 0; a < k; a++) for (let b = 0; b <= a; b++) factors[a] = factors[a]! + root[a * k + b]! * shocks[b]!;
    for (let i = 0; i < n; i++) {
      let value = Math.sqrt(specific[i]!) * random.normal();
      for (let j = 0; j < k; j++) value += exposures[i * k + j]! * factors[j]!;
      entries[t * n + i] = value;
    }
  }
  const times = (x: Float64Array): Float64Array => {
    const held = new Float64Array(k);
    for (let i = 0; i < n; i++) for (let j = 0; j < k; j++) held[j] = held[j]! + exposures[i * k + j]! * x[i]!;
    const risk = held.map((_, a) => held.reduce((sum, value, b) => sum + factorCovariance[a * k + b]! * value, 0));
    return x.map((value, i) => specific[i]! * value + risk.reduce((sum, r, j) => sum + exposures[i * k + j]! * r, 0));
  };
  return { entries, times };
}

/** Lower Cholesky factor, row-major. */
function rootOf(matrix: Float64Array, k: number): Float64Array {
  const root = new Float64Array(k * k);
  for (let a = 0; a < k; a++)
    for (let b = 0; b <= a; b++) {
      let s = matrix[a * k + b]!;
      for (let c = 0; c < b; c++) s -= root[a * k + c]! * root[b * k + c]!;
      root[a * k + b] = a === b ? Math.sqrt(s) : s / root[b * k + b]!;
    }
  return root;
}
