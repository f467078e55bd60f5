/**
 * Units for the weights of a problem whose numbers lie far apart: weights measured in them meet rows and quadratic terms of like sizes. The
 * problem in such units is a problem like any other, and its answer is carried back. Ruiz, A scaling algorithm to equilibrate both rows and
 * columns norms in matrices (2001).
 */
import { addScaled } from '../math/vectors.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import type { Norm, Problem, Quadratic, Row, Trading, TradeLimit } from '../problem/problem.ts';
import type { InfeasibilityProof, Multipliers, Solution } from '../problem/solution.ts';
import { atomOf, diagonalOf, leavesOf } from './atoms.ts';

const rounds = 12;
/** Units that lie closer together than this are not worth their trouble. */
const spreadMin = 1e2;

/** (n) powers of two; undefined where the weights had better be left as they are. */
export function unitsOf(problem: Problem): Float64Array | undefined {
  if (problem.tails.length > 0 || problem.tailTerms !== undefined || problem.logarithms !== undefined) return undefined;
  const n = problem.lower.length;
  const curvature = new Float64Array(n);
  for (const { scale, operator } of problem.quadratics)
    for (const leaf of leavesOf(operator)) addScaled(curvature, scale, diagonalOf(atomOf(leaf), n));
  const most = curvature.reduce((largest, value) => Math.max(largest, value), 0);
  const units = new Float64Array(n).fill(1);
  const shares = new Float64Array(problem.rows.length).fill(1);
  for (let round = 0; round < rounds; round++) {
    const columns = new Float64Array(n);
    if (most > 0) for (let i = 0; i < n; i++) columns[i] = (curvature[i]! / most) * units[i]! ** 2;
    const sizes = problem.rows.map(({ positions, coefficients }, r) => {
      let size = 0;
      positions.forEach((i, k) => {
        const value = Math.abs(coefficients[k]!) * units[i]! * shares[r]!;
        size = Math.max(size, value);
        columns[i] = Math.max(columns[i]!, value);
      });
      return size;
    });
    for (let i = 0; i < n; i++) if (columns[i]! > 0) units[i] = units[i]! / Math.sqrt(columns[i]!);
    sizes.forEach((size, r) => {
      if (size > 0) shares[r] = shares[r]! / Math.sqrt(size);
    });
  }
  let [least, largest] = [Infinity, 0];
  for (const unit of units) [least, largest] = [Math.min(least, unit), Math.max(largest, unit)];
  if (!(largest > spreadMin * least && Number.isFinite(largest))) return undefined;
  const reach = reachOf(problem, units);
  // Powers of two, so that nothing is rounded.
  return units.map((unit) => 2 ** Math.round(Math.log2(unit * reach)));
}

/** The largest weight that a side speaks of, in the units given. */
function reachOf({ lower, upper, rows }: Problem, units: Float64Array): number {
  let reach = 0;
  const see = (value: number): void => {
    if (Number.isFinite(value)) reach = Math.max(reach, Math.abs(value));
  };
  units.forEach((unit, i) => {
    see(lower[i]! / unit);
    see(upper[i]! / unit);
  });
  for (const row of rows) {
    let size = 0;
    row.positions.forEach((i, k) => (size = Math.max(size, Math.abs(row.coefficients[k]!) * units[i]!)));
    if (size === 0) continue;
    see(row.lower / size);
    see(row.upper / size);
  }
  return reach > 0 ? reach : 1;
}

/** The same problem, of v with w_i = units_i v_i. */
export function inUnits(problem: Problem, units: Float64Array): Problem {
  const times = (values: Float64Array): Float64Array => values.map((value, i) => value * units[i]!);
  const over = (values: Float64Array): Float64Array => values.map((value, i) => value / units[i]!);
  const centred = (centre: Float64Array | undefined) => (centre === undefined ? {} : { centre: over(centre) });
  const known = new Map<SymmetricOperator, SymmetricOperator>();
  const operatorOf = (operator: SymmetricOperator): SymmetricOperator => {
    const before = known.get(operator);
    if (before !== undefined) return before;
    const after = operatorIn(operator, units, operatorOf);
    known.set(operator, after);
    return after;
  };
  const limited = (limit: TradeLimit): TradeLimit => ({
    ...limit,
    centre: over(limit.centre),
    buyRate: times(limit.buyRate),
    sellRate: times(limit.sellRate),
  });
  return {
    ...problem,
    linear: times(problem.linear),
    quadratics: problem.quadratics.map((term): Quadratic => ({
      ...term,
      operator: operatorOf(term.operator),
      ...centred(term.centre),
    })),
    ...(problem.trading === undefined ? {} : { trading: tradingIn(problem.trading, units) }),
    lower: over(problem.lower),
    upper: over(problem.upper),
    bounds: problem.bounds.map((bound) => {
      const unit = units[bound.position]!;
      return { ...bound, lower: bound.lower / unit, upper: bound.upper / unit };
    }),
    rows: problem.rows.map((row): Row => ({
      ...row,
      coefficients: row.coefficients.map((value, k) => value * units[row.positions[k]!]!),
    })),
    norms: problem.norms.map((norm): Norm => ({
      ...norm,
      operator: operatorOf(norm.operator),
      ...centred(norm.centre),
    })),
    tradeLimits: problem.tradeLimits.map(limited),
  };
}

function tradingIn(trading: Trading, units: Float64Array): Trading {
  const { current, buyRate, sellRate, threeHalves, quadratic, pieces } = trading;
  const power = (values: Float64Array, exponent: number): Float64Array =>
    values.map((value, i) => value * units[i]! ** exponent);
  return {
    current: power(current, -1),
    buyRate: power(buyRate, 1),
    sellRate: power(sellRate, 1),
    ...(threeHalves === undefined ? {} : { threeHalves: power(threeHalves, 1.5) }),
    ...(quadratic === undefined ? {} : { quadratic: power(quadratic, 2) }),
    ...(pieces === undefined
      ? {}
      : {
          pieces: pieces.map(({ position, knots, slopes }) => ({
            position,
            knots: knots.map((knot) => knot / units[position]!),
            slopes: slopes.map((slope) => slope * units[position]!),
          })),
        }),
  };
}

function operatorIn(
  operator: SymmetricOperator,
  units: Float64Array,
  operatorOf: (operator: SymmetricOperator) => SymmetricOperator,
): SymmetricOperator {
  const { size: n } = operator;
  switch (operator.kind) {
    case 'dense': {
      const entries = new Float64Array(n * n);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) entries[i * n + j] = operator.entries[i * n + j]! * units[i]! * units[j]!;
      return { ...operator, entries };
    }
    case 'diagonal':
      return { ...operator, entries: operator.entries.map((value, i) => value * units[i]! ** 2) };
    case 'factor': {
      const k = operator.factors;
      return {
        ...operator,
        exposures: operator.exposures.map((value, p) => value * units[Math.floor(p / k)]!),
        specific: operator.specific.map((value, i) => value * units[i]! ** 2),
      };
    }
    case 'sum':
      return { ...operator, terms: operator.terms.map(operatorOf) };
  }
}

/** The answer to the problem in units, as one to the problem itself. */
export function outOfUnits(solution: Solution, units: Float64Array): Solution {
  const times = (values: Float64Array): Float64Array => values.map((value, i) => value * units[i]!);
  const over = (values: Float64Array): Float64Array => values.map((value, i) => value / units[i]!);
  const { weights, multipliers, infeasibility } = solution;
  const back = <M extends Multipliers>(given: M): M => ({ ...given, bounds: over(given.bounds) });
  const proof = (given: InfeasibilityProof): InfeasibilityProof => ({
    ...back(given),
    directions: given.directions.map(times),
    slopes: given.slopes.map(over),
  });
  return {
    ...solution,
    weights: times(weights),
    multipliers: back(multipliers),
    ...(infeasibility === undefined ? {} : { infeasibility: proof(infeasibility) }),
  };
}
