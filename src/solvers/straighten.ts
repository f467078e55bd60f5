/**
 * A ray of multipliers found by iteration leaves a little pull on assets that no bound holds, which no proof may. The rows are changed by
 * the least amounts, each in proportion to its own multiplier, that take it away.
 */
import type { Checkpoint } from '../math/checkpoint.ts';
import { maxAbs } from '../math/vectors.ts';
import type { Problem } from '../problem/problem.ts';
import { BorderedSystem } from './bordered-system.ts';
import { coefficientsOf, type ConicForm } from './conic-form.ts';
import { SparseSystem } from './sparse/sparse-system.ts';

const roundsMax = 4;
const refinements = 4;
/** How far an equation without a multiplier may join in, next to the one with the largest. */
const equationShare = 1e-6;
const shift = 1e-11;

/**
 * @param rows multipliers of the problem's rows; changed in place
 * @param others (n) what all else that the proof uses pulls on each asset, bounds left out
 */
export function straighten(
  problem: Problem,
  form: ConicForm,
  rows: Float64Array,
  others: Float64Array,
  checkpoint: Checkpoint,
): void {
  const { n } = form;
  // Limits of zero hold assets as bounds do.
  const { lower, upper } = form.presolved;
  const borders = form.rowPlaces.flatMap(({ equation, plus, minus }, r) =>
    Math.max(equation, plus, minus) >= 0 ? [r] : [],
  );
  const largest = borders.reduce((most, r) => Math.max(most, Math.abs(rows[r]! * form.rowPlaces[r]!.scale)), 0);
  if (largest === 0) return;
  const loose = new Uint8Array(n);
  for (let round = 0; round < roundsMax; round++) {
    const pull = pullOf(problem, rows, others);
    let escaping = 0;
    for (const i of form.free) {
      const escapes = pull[i]! > 0 ? lower[i] === -Infinity : upper[i] === Infinity && pull[i]! < 0;
      if (!escapes) continue;
      escaping++;
      loose[i] = 1;
    }
    if (escaping === 0) return;
    // The border's diagonal is 1 / (multiplier)^2, relative to the largest.
    const give = Float64Array.from(form.borders, () => Infinity);
    borders.forEach((r, k) => {
      const { equation, scale } = form.rowPlaces[r]!;
      const share = (rows[r]! * scale) / largest;
      give[k] = 1 / (share * share + (equation >= 0 ? equationShare * equationShare : 0));
    });
    const solve = solverOver(form, loose, give, checkpoint);
    for (let k = 0; k < refinements; k++) {
      const left = pullOf(problem, rows, others);
      const right = left.map((value, i) => (loose[i] === 1 ? -value : 0));
      if (maxAbs(right) === 0) break;
      const change = new Float64Array(form.borders.length);
      solve(right, change);
      borders.forEach((r, at) => {
        const { plus, minus, equation, scale } = form.rowPlaces[r]!;
        const next = rows[r]! + change[at]! / scale;
        if (equation >= 0 || (next > 0 ? plus >= 0 : minus >= 0)) rows[r] = next;
        else rows[r] = 0;
      });
    }
  }
}

function pullOf(problem: Problem, rows: Float64Array, others: Float64Array): Float64Array {
  const pull = Float64Array.from(others);
  problem.rows.forEach(({ positions, coefficients }, r) => {
    const price = rows[r]!;
    if (price !== 0) positions.forEach((position, k) => (pull[position] = pull[position]! + price * coefficients[k]!));
  });
  return pull;
}

function solverOver(form: ConicForm, loose: Uint8Array, give: Float64Array, checkpoint: Checkpoint) {
  const nothing = new Float64Array(form.n);
  const sparse = SparseSystem.of(form, checkpoint);
  if (sparse !== undefined) {
    const weights = form.atoms.map(() => 0);
    sparse.factorize(loose, nothing, weights, give, shift);
    return (right: Float64Array, change: Float64Array): void => sparse.solve(right, change);
  }
  const free = form.free.filter((i) => loose[i] === 1);
  const spoken = form.borders.flatMap((_, k) => (give[k]! < Infinity ? [k] : []));
  const system = new BorderedSystem(form.n, [], checkpoint);
  const rows = spoken.map((k) => ({ coefficients: coefficientsOf(form.borders[k]!, form.n), diagonal: give[k]! }));
  system.factorize(free, nothing, [], rows, shift);
  return (right: Float64Array, change: Float64Array): void => {
    const part = new Float64Array(spoken.length);
    system.solve(right, part);
    spoken.forEach((k, at) => (change[k] = part[at]!));
  };
}
