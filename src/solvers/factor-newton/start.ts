/** Where the dual begins: at the factor prices of the weights that the answer is expected near. */
import type { Scope } from '../../math/kernels.ts';
import { isFinite } from '../../math/vectors.ts';
import type { Warm } from '../../problem/solver.ts';
import { FactorDual } from './dual.ts';
import type { FactorForm } from './form.ts';

export interface Start {
  readonly dual: FactorDual;
  /** Whether row prices are known as well, from an earlier solve. */
  readonly isWarm: boolean;
}

export function startOf(scope: Scope, form: FactorForm, warm: Warm | undefined): Start {
  const rows = new Float64Array(form.m);
  if (warm === undefined || !fits(form, warm)) {
    const z = form.guess === undefined ? new Float64Array(form.space.k) : factorPricesOf(form, form.guess);
    return { dual: new FactorDual(scope, form, z, rows), isWarm: false };
  }
  const { rowLower, rowUpper, rowScale } = form;
  warm.multipliers.rows.forEach((value, r) => {
    const hasSide = value > 0 ? rowUpper[r]! < Infinity : rowLower[r]! > -Infinity;
    if (hasSide) rows[r] = value * rowScale[r]!;
  });
  return { dual: new FactorDual(scope, form, factorPricesOf(form, warm.weights), rows), isWarm: true };
}

function fits({ n, m }: FactorForm, { weights, multipliers }: Warm): boolean {
  const { rows } = multipliers;
  return weights.length === n && rows.length === m && isFinite(weights) && isFinite(rows);
}

/** At the optimum z = S G'w. */
function factorPricesOf({ space, gain, n }: FactorForm, weights: Float64Array): Float64Array {
  const listed = new Int32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) if (weights[i] !== 0) listed[count++] = i;
  const z = new Float64Array(space.k);
  space.held(weights, listed.subarray(0, count), z);
  for (let j = 0; j < z.length; j++) z[j] = gain[j]! * z[j]!;
  return z;
}
