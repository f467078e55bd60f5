/** From the scaled embedding back to weights, multipliers and proofs in the units of the original problem. */
import type { Problem, Soft } from '../problem/problem.ts';
import type { InfeasibilityProof, Multipliers } from '../problem/solution.ts';
import type { Checkpoint } from '../math/checkpoint.ts';
import { addScaled, difference, maxAbs, scaled } from '../math/vectors.ts';
import { AtomList, addAtomTimes, addRoot, atomOf, leavesOf } from './atoms.ts';
import { BorderedSystem } from './bordered-system.ts';
import type { ConicForm, RowPlace } from './conic-form.ts';
import type { Presolved, Side } from './presolve.ts';
import { straighten } from './straighten.ts';

/** How far a row of fixed assets may be off, relative, before it counts as broken. */
const emptyRowTolerance = 1e-9;

/** w = origin + y / tau, clipped to the bounds (they are exact data, and the clip only removes rounding). */
export function weightsAt(form: ConicForm, x: Float64Array, tau: number): Float64Array {
  const { lower, upper } = form.presolved;
  return form.origin.map((value, i) => Math.min(Math.max(value + x[i]! / tau, lower[i]!), upper[i]!));
}

interface Duals {
  readonly rows: Float64Array;
  readonly bounds: Float64Array;
  readonly norms: Float64Array;
  readonly tradeLimits: Float64Array;
  /** Per trade limit (n): the slope in use. */
  readonly slopes: readonly Float64Array[];
  /** Per norm (n): its multiplier times its gradient. */
  readonly pulls: readonly Float64Array[];
}

/** Multipliers at a point that claims to be optimal. */
export function multipliersAt(
  problem: Problem,
  form: ConicForm,
  z: Float64Array,
  weights: Float64Array,
  checkpoint: Checkpoint,
): Multipliers {
  // Where nothing is asked for nothing has a price; what an iteration leaves is rounding.
  const asked = maxAbs(form.q) > 0 || form.weights.some((weight) => weight > 0);
  const duals = dualsAt(problem, form, asked ? z : new Float64Array(z.length), 1 / form.objectiveScale);
  if (form.free.length < form.n) completeFixed(problem, form, duals, objectiveGradient(problem, weights, checkpoint));
  attribute(problem, form.presolved, duals);
  for (const k of form.presolved.normsTaken) directionOf(problem, k, duals.pulls[k]!, duals.norms, checkpoint);
  const { rows, bounds, norms, tradeLimits } = duals;
  const capped = (values: Float64Array, softs: readonly Soft[]): Float64Array =>
    values.map((value, k) =>
      Math.min(Math.max(value, -(softs[k]!.penalty ?? Infinity)), softs[k]!.penalty ?? Infinity),
    );
  return {
    rows: capped(rows, problem.rows),
    bounds,
    norms: capped(norms, problem.norms),
    tradeLimits: capped(tradeLimits, problem.tradeLimits),
  };
}

/** A proof of infeasibility from a ray of multipliers (homogeneous in z). */
export function proofAt(
  problem: Problem,
  form: ConicForm,
  z: Float64Array,
  unit: number,
  checkpoint: Checkpoint,
): InfeasibilityProof {
  const duals = hardOf(problem, dualsAt(problem, form, z, unit));
  const others = new Float64Array(form.n);
  for (const pull of [...duals.pulls, ...duals.slopes]) addScaled(others, 1, pull);
  straighten(problem, form, duals.rows, others, checkpoint);
  return finishProof(problem, form, duals, checkpoint);
}

function finishProof(problem: Problem, form: ConicForm, duals: Duals, checkpoint: Checkpoint): InfeasibilityProof {
  completeFixed(problem, form, duals, new Float64Array(form.n));
  completeTaken(problem, form, duals);
  attribute(problem, form.presolved, duals);
  const directions = duals.pulls.map((pull, k) => directionOf(problem, k, pull, duals.norms, checkpoint));
  const { rows, bounds, norms, tradeLimits, slopes } = duals;
  return { rows, bounds, norms, tradeLimits, directions, slopes };
}

/** The proof that presolve already holds: a range that is empty, or a row that only fixed assets enter. */
export function presolvedProof(
  problem: Problem,
  form: ConicForm,
  checkpoint: Checkpoint,
): InfeasibilityProof | undefined {
  const { presolved, n } = form;
  const duals = hardOf(problem, dualsAt(problem, form, new Float64Array(form.b.length), 1));
  if (presolved.crossing !== undefined) {
    const i = presolved.crossing;
    if (problem.lower[i]! > problem.upper[i]!) duals.bounds[i] = 1;
    else {
      handTo(problem, presolved.upperSide[i]!, i, 1, duals);
      handTo(problem, presolved.lowerSide[i]!, i, -1, duals);
    }
    const directions = duals.pulls.map((pull, k) => directionOf(problem, k, pull, duals.norms, checkpoint));
    return { ...duals, directions };
  }
  for (const [r, row] of problem.rows.entries()) {
    if (row.lower > row.upper) {
      duals.rows[r] = 1;
      return { ...duals, directions: problem.norms.map(() => new Float64Array(n)) };
    }
    if (row.penalty !== undefined) continue;
    if (row.positions.some((position, k) => form.isFree[position] === 1 && row.coefficients[k] !== 0)) continue;
    let value = 0;
    let scale = 1e-300;
    row.positions.forEach((position, k) => {
      value += row.coefficients[k]! * form.origin[position]!;
      scale = Math.max(scale, Math.abs(row.coefficients[k]!));
    });
    const broken = value > row.upper ? value - row.upper : value < row.lower ? value - row.lower : 0;
    if (Math.abs(broken) <= emptyRowTolerance * Math.max(scale, Math.abs(value))) continue;
    duals.rows[r] = Math.sign(broken);
    return finishProof(problem, form, duals, checkpoint);
  }
  return undefined;
}

function dualsAt(problem: Problem, form: ConicForm, z: Float64Array, unit: number): Duals {
  const { n } = form;
  const net = (place: RowPlace): number =>
    place.always + ((at(z, place.equation) + at(z, place.plus) - at(z, place.minus)) * unit) / place.scale;
  const slopes = problem.tradeLimits.map(() => new Float64Array(n));
  const tradeLimits = Float64Array.from(form.limitPlaces, net);
  const pulls = problem.norms.map(() => new Float64Array(n));
  const norms = new Float64Array(problem.norms.length);
  form.limitPlaces.forEach((place, j) => addLinearSlopes(form, place, net(place), slopes[j]!));
  for (const kink of form.kinks) {
    if (kink.limit < 0) continue;
    slopes[kink.limit]![kink.asset] = (kink.buy * z[kink.buyRow]! - kink.sell * z[kink.sellRow]!) * unit;
  }
  for (const cone of form.cones) {
    norms[cone.norm] = (z[cone.start]! * unit) / cone.scale;
    addRoot(cone.pieces, -unit / cone.scale, z, cone.start + 1, pulls[cone.norm]!);
  }
  form.equationPlaces.forEach((place, k) => {
    const equation = form.presolved.equations[k]!;
    const factor = net(place);
    const pull = pulls[equation.norm]!;
    for (let i = 0; i < n; i++) pull[i] = pull[i]! + factor * equation.coefficients[i]!;
  });
  const bounds = new Float64Array(n);
  for (let i = 0; i < n; i++) bounds[i] = (at(z, form.upperRow[i]!) - at(z, form.lowerRow[i]!)) * unit;
  return { rows: Float64Array.from(form.rowPlaces, net), bounds, norms, tradeLimits, slopes, pulls };
}

/** Without what may be broken: it proves nothing. */
function hardOf({ rows, norms, tradeLimits }: Problem, duals: Duals): Duals {
  rows.forEach(({ penalty }, r) => {
    if (penalty !== undefined) duals.rows[r] = 0;
  });
  norms.forEach(({ penalty }, k) => {
    if (penalty === undefined) return;
    duals.norms[k] = 0;
    duals.pulls[k]!.fill(0);
  });
  tradeLimits.forEach(({ penalty }, j) => {
    if (penalty === undefined) return;
    duals.tradeLimits[j] = 0;
    duals.slopes[j]!.fill(0);
  });
  return duals;
}

/** Fixed assets are not in the form: their bound takes whatever balances the gradient. */
function completeFixed(problem: Problem, form: ConicForm, duals: Duals, gradient: Float64Array): void {
  const total = Float64Array.from(gradient);
  problem.rows.forEach((row, r) =>
    row.positions.forEach((position, k) => {
      total[position] = total[position]! + duals.rows[r]! * row.coefficients[k]!;
    }),
  );
  for (const pull of duals.pulls) addScaled(total, 1, pull);
  for (let i = 0; i < form.n; i++) {
    if (form.isFree[i] === 1) continue;
    problem.tradeLimits.forEach((limit, j) => {
      const buy = duals.tradeLimits[j]! * limit.buyRate[i]!;
      const sell = duals.tradeLimits[j]! * limit.sellRate[i]!;
      const trade = form.origin[i]! - limit.centre[i]!;
      const slope = trade > 0 ? buy : trade < 0 ? -sell : Math.min(Math.max(-total[i]!, -sell), buy);
      duals.slopes[j]![i] = slope;
      total[i] = total[i]! + slope;
    });
    duals.bounds[i] = -total[i]!;
  }
}

/** In a proof, a side that a limit of zero set takes exactly what the rest of it pulls on the asset: no bound would hold what is left. */
function completeTaken(problem: Problem, { free, n, presolved }: ConicForm, duals: Duals): void {
  const total = new Float64Array(n);
  problem.rows.forEach(({ positions, coefficients }, r) =>
    positions.forEach((position, k) => (total[position] = total[position]! + duals.rows[r]! * coefficients[k]!)),
  );
  for (const pull of [...duals.pulls, ...duals.slopes]) addScaled(total, 1, pull);
  for (const i of free) {
    const side = total[i]! < 0 ? presolved.upperSide[i]! : presolved.lowerSide[i]!;
    if (side.from !== 'bound') duals.bounds[i] = -total[i]!;
  }
}

/** Gradient of the objective; at a kink of the trading cost the slope nearest to zero in all. */
function objectiveGradient(problem: Problem, w: Float64Array, checkpoint: Checkpoint): Float64Array {
  const gradient = scaled(problem.linear, -1);
  for (const { scale, operator, centre } of problem.quadratics) {
    const distance = difference(w, centre);
    for (const leaf of leavesOf(operator)) addAtomTimes(atomOf(leaf, checkpoint), scale, distance, gradient);
  }
  const trading = problem.trading;
  if (trading === undefined) return gradient;
  const add = (i: number, trade: number, left: number, right: number): void => {
    const slope = trade > 0 ? right : trade < 0 ? left : Math.min(Math.max(-gradient[i]!, left), right);
    gradient[i] = gradient[i]! + slope;
  };
  for (let i = 0; i < w.length; i++) {
    const trade = w[i]! - trading.current[i]!;
    const impact = 1.5 * (trading.threeHalves?.[i] ?? 0) * Math.sqrt(Math.abs(trade)) * Math.sign(trade);
    gradient[i] = gradient[i]! + 2 * (trading.quadratic?.[i] ?? 0) * trade + impact;
    add(i, trade, -trading.sellRate[i]!, trading.buyRate[i]!);
  }
  for (const { position: i, knots, slopes } of trading.pieces ?? []) {
    const trade = w[i]! - trading.current[i]!;
    const k = knots.findIndex((knot) => trade <= knot);
    if (k < 0) add(i, 1, 0, slopes[knots.length]!);
    else add(i, trade - knots[k]!, slopes[k]!, slopes[k + 1]!);
  }
  return gradient;
}

/** Limits linear over an asset's whole range carry their slope in the sum row itself. */
function addLinearSlopes(form: ConicForm, place: RowPlace, multiplier: number, slopes: Float64Array): void {
  if (place.plus < 0) return;
  const { starts, columns, values } = form.rows;
  for (let k = starts[place.plus]!; k < starts[place.plus + 1]!; k++)
    if (columns[k]! < form.n) slopes[columns[k]!] = multiplier * place.scale * values[k]!;
}

/** Hands the multipliers of bounds that presolve took from a limit or norm of zero back to it. */
function attribute(problem: Problem, presolved: Presolved, duals: Duals): void {
  for (let i = 0; i < duals.bounds.length; i++) {
    const value = duals.bounds[i]!;
    const side = value > 0 ? presolved.upperSide[i]! : presolved.lowerSide[i]!;
    if (value === 0 || side.from === 'bound') continue;
    duals.bounds[i] = 0;
    handTo(problem, side, i, value, duals);
  }
}

function handTo(problem: Problem, side: Side, asset: number, value: number, duals: Duals): void {
  if (side.from === 'bound') duals.bounds[asset] = duals.bounds[asset]! + value;
  else if (side.from === 'norm') duals.pulls[side.index]![asset] = duals.pulls[side.index]![asset]! + value;
  else {
    const limit = problem.tradeLimits[side.index]!;
    const rate = value > 0 ? limit.buyRate[asset]! : limit.sellRate[asset]!;
    const { tradeLimits } = duals;
    tradeLimits[side.index] = Math.max(tradeLimits[side.index]!, Math.abs(value) / rate);
    duals.slopes[side.index]![asset] = duals.slopes[side.index]![asset]! + value;
  }
}

/** d with Q d = pull, by refined solves; the norm's multiplier grows to sqrt(d' Q d) where presolve had taken the norm over. */
function directionOf(
  problem: Problem,
  index: number,
  pull: Float64Array,
  norms: Float64Array,
  checkpoint: Checkpoint,
): Float64Array {
  const n = pull.length;
  const d = new Float64Array(n);
  if (maxAbs(pull) === 0) return d;
  const list = new AtomList(checkpoint);
  list.add(problem.norms[index]!.operator);
  const system = new BorderedSystem(n, list.atoms, checkpoint);
  const weights = list.atoms.map(() => 1);
  const everywhere = Int32Array.from({ length: n }, (_, i) => i);
  const product = new Float64Array(n);
  for (let i = 0; i < n; i++) product[i] = pull[i]!;
  const unit = new Float64Array(n).fill(1);
  const probe = new Float64Array(n);
  list.atoms.forEach((atom) => addAtomTimes(atom, 1, unit, probe));
  system.factorize(everywhere, new Float64Array(n), weights, [], 1e-11 * Math.max(maxAbs(probe), Number.MIN_VALUE));
  for (let k = 0; k < 4; k++) {
    const change = Float64Array.from(product);
    system.solve(change, new Float64Array(0));
    for (let i = 0; i < n; i++) d[i] = d[i]! + change[i]!;
    product.set(pull);
    list.atoms.forEach((atom) => addAtomTimes(atom, -1, d, product));
  }
  let length = 0;
  for (let i = 0; i < n; i++) length += d[i]! * (pull[i]! - product[i]!);
  norms[index] = Math.max(norms[index]!, Math.sqrt(Math.max(length, 0)) * (1 + 1e-6));
  return d;
}

function at(z: Float64Array, row: number): number {
  return row < 0 ? 0 : z[row]!;
}
