/** What every solver may assume of a problem, checked once before any of them is called. All findings at once, by field path. */
import type { Problem, Soft, TradingPieces } from '../../problem/problem.ts';
import type { Violation } from '../../values/fault.ts';
import { checkIntegrality } from './integrality-check.ts';
import { checkOperator } from './operator-check.ts';
import { finite, inUniverse, notNegative, type Report } from './report.ts';
import { checkRiskShare } from './risk-share-check.ts';
import { checkTails } from './tail-check.ts';

/**
 * Sizes, finite numbers, symmetry, convexity of costs, rates and bounds that are not negative. Conflicting restrictions are no violation:
 * they are infeasible. Operators and scenarios that were found sound are not read again.
 */
export function problemViolations(problem: Problem): readonly Violation[] {
  const violations: Violation[] = [];
  const report: Report = (field, description) => void violations.push({ field, description });
  const n = problem.universe.assets.length;
  if (n === 0) report('universe.assets', 'is empty');
  finite(problem.linear, n, 'linear', report);
  problem.quadratics.forEach(({ scale, operator, centre }, t) => {
    if (!(scale >= 0 && scale < Infinity))
      report(`quadratics[${t}].scale`, `must be finite and not negative; got ${scale}`);
    checkOperator(operator, n, `quadratics[${t}].operator`, report);
    if (centre !== undefined) finite(centre, n, `quadratics[${t}].centre`, report);
  });
  checkTrading(problem, n, report);
  checkSides(problem, n, report);
  problem.rows.forEach((row, r) => {
    const field = `rows[${r}]`;
    if (row.positions.length !== row.coefficients.length) report(field, 'has as many positions as coefficients');
    if (!allBelow(row.positions, n)) report(`${field}.positions`, 'must lie in the universe');
    finite(row.coefficients, row.positions.length, `${field}.coefficients`, report);
    if (Number.isNaN(row.lower) || row.lower === Infinity) report(`${field}.lower`, 'must be a number below Infinity');
    if (Number.isNaN(row.upper) || row.upper === -Infinity)
      report(`${field}.upper`, 'must be a number above -Infinity');
    if (row.penalty !== undefined && row.lower > row.upper)
      report(field, 'is soft, so its lower side must not lie above its upper one');
    checkPenalty(row, field, report);
  });
  problem.norms.forEach((norm, k) => {
    checkOperator(norm.operator, n, `norms[${k}].operator`, report);
    if (norm.centre !== undefined) finite(norm.centre, n, `norms[${k}].centre`, report);
    if (!(norm.bound >= 0)) report(`norms[${k}].bound`, `must not be negative; got ${norm.bound}`);
    checkPenalty(norm, `norms[${k}]`, report);
  });
  problem.tradeLimits.forEach((limit, j) => {
    finite(limit.centre, n, `tradeLimits[${j}].centre`, report);
    notNegative(limit.buyRate, n, `tradeLimits[${j}].buyRate`, report);
    notNegative(limit.sellRate, n, `tradeLimits[${j}].sellRate`, report);
    if (!(limit.bound >= 0)) report(`tradeLimits[${j}].bound`, `must not be negative; got ${limit.bound}`);
    checkPenalty(limit, `tradeLimits[${j}]`, report);
  });
  checkTails(problem, n, report);
  problem.riskShares?.forEach((share, k) => checkRiskShare(share, n, `riskShares[${k}]`, report));
  if (problem.logarithms !== undefined) notNegative(problem.logarithms, n, 'logarithms', report);
  if (problem.integrality !== undefined) checkIntegrality(problem.integrality, n, report);
  return violations;
}

function checkPenalty({ penalty }: Soft, field: string, report: Report): void {
  if (penalty === undefined || (penalty > 0 && penalty < Infinity)) return;
  report(`${field}.penalty`, `must be finite and above 0; got ${penalty}`);
}

function checkTrading(problem: Problem, n: number, report: Report): void {
  const trading = problem.trading;
  if (trading === undefined) return;
  finite(trading.current, n, 'trading.current', report);
  finite(trading.buyRate, n, 'trading.buyRate', report);
  finite(trading.sellRate, n, 'trading.sellRate', report);
  if (leastSum(trading.buyRate, trading.sellRate) < 0)
    report('trading', 'buying and selling the same amount must not earn money');
  if (trading.quadratic !== undefined) notNegative(trading.quadratic, n, 'trading.quadratic', report);
  if (trading.threeHalves !== undefined) notNegative(trading.threeHalves, n, 'trading.threeHalves', report);
  trading.pieces?.forEach((pieces, p) => checkPieces(pieces, n, `trading.pieces[${p}]`, report));
}

function checkPieces({ position, knots, slopes }: TradingPieces, n: number, field: string, report: Report): void {
  inUniverse(position, n, `${field}.position`, report);
  if (finite(knots, knots.length, `${field}.knots`, report)) {
    const at = knots.findIndex((knot, k) => k > 0 && !(knot > knots[k - 1]!));
    if (at >= 0) report(`${field}.knots[${at}]`, 'must lie above the one before it');
  }
  if (finite(slopes, knots.length + 1, `${field}.slopes`, report)) {
    const at = slopes.findIndex((slope, k) => k > 0 && slope < slopes[k - 1]!);
    if (at >= 0) report(`${field}.slopes[${at}]`, 'must not lie below the one before it: the cost would not be convex');
  }
}

function leastSum(a: Float64Array, b: Float64Array): number {
  let least = Infinity;
  for (let i = 0; i < a.length; i++) least = Math.min(least, a[i]! + b[i]!);
  return least;
}

function allBelow(positions: Int32Array, n: number): boolean {
  for (let k = 0; k < positions.length; k++) if (positions[k]! < 0 || positions[k]! >= n) return false;
  return true;
}

/** Whether every value times `sign` is a number above -Infinity. */
function allAbove(values: Float64Array, sign: -1 | 1): boolean {
  for (let i = 0; i < values.length; i++) if (!(sign * values[i]! > -Infinity)) return false;
  return true;
}

function checkSides(problem: Problem, n: number, report: Report): void {
  const { lower, upper } = problem;
  if (lower.length !== n) report('lower', `has ${lower.length} entries for ${n} assets`);
  if (upper.length !== n) report('upper', `has ${upper.length} entries for ${n} assets`);
  if (!allAbove(lower, -1)) report('lower', 'must be numbers below Infinity');
  if (!allAbove(upper, 1)) report('upper', 'must be numbers above -Infinity');
}
