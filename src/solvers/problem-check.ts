/** What every solver may assume of a problem, checked once before any of them is called. All findings at once, by field path. */
import type { SymmetricOperator } from '../problem/operator.ts';
import type { Problem } from '../problem/problem.ts';
import type { Violation } from '../values/fault.ts';

/** Transposed entries may differ by this share of the largest entry. */
const asymmetryMax = 1e-12;

const tile = 16;

type Report = (field: string, description: string) => void;

/** Sizes, finite numbers, symmetry, rates and bounds that are not negative. Conflicting restrictions are no violation: they are infeasible. */
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
  if (problem.logarithms !== undefined) notNegative(problem.logarithms, n, 'logarithms', report);
  checkTrading(problem, n, report);
  checkSides(problem, n, report);
  problem.rows.forEach((row, r) => {
    const field = `rows[${r}]`;
    if (row.positions.length !== row.coefficients.length) report(field, 'has as many positions as coefficients');
    if (row.positions.some((position) => position < 0 || position >= n))
      report(`${field}.positions`, 'must lie in the universe');
    finite(row.coefficients, row.positions.length, `${field}.coefficients`, report);
    if (Number.isNaN(row.lower) || row.lower === Infinity) report(`${field}.lower`, 'must be a number below Infinity');
    if (Number.isNaN(row.upper) || row.upper === -Infinity)
      report(`${field}.upper`, 'must be a number above -Infinity');
  });
  problem.norms.forEach((norm, k) => {
    checkOperator(norm.operator, n, `norms[${k}].operator`, report);
    if (norm.centre !== undefined) finite(norm.centre, n, `norms[${k}].centre`, report);
    if (!(norm.bound >= 0)) report(`norms[${k}].bound`, `must not be negative; got ${norm.bound}`);
  });
  problem.tradeLimits.forEach((limit, j) => {
    finite(limit.centre, n, `tradeLimits[${j}].centre`, report);
    notNegative(limit.buyRate, n, `tradeLimits[${j}].buyRate`, report);
    notNegative(limit.sellRate, n, `tradeLimits[${j}].sellRate`, report);
    if (!(limit.bound >= 0)) report(`tradeLimits[${j}].bound`, `must not be negative; got ${limit.bound}`);
  });
  problem.tails.forEach((tail, k) => {
    if (tail.scenarios.length % n !== 0 || tail.scenarios.length === 0)
      report(`tails[${k}].scenarios`, 'must be whole scenarios');
    finite(tail.scenarios, tail.scenarios.length, `tails[${k}].scenarios`, report);
    if (!(tail.level > 0 && tail.level < 1)) report(`tails[${k}].level`, `must lie between 0 and 1; got ${tail.level}`);
  });
  return violations;
}

function checkTrading(problem: Problem, n: number, report: Report): void {
  const trading = problem.trading;
  if (trading === undefined) return;
  finite(trading.current, n, 'trading.current', report);
  finite(trading.buyRate, n, 'trading.buyRate', report);
  finite(trading.sellRate, n, 'trading.sellRate', report);
  if (trading.buyRate.some((buy, i) => buy + (trading.sellRate[i] ?? 0) < 0))
    report('trading', 'buying and selling the same amount must not earn money');
  if (trading.quadratic !== undefined) notNegative(trading.quadratic, n, 'trading.quadratic', report);
  if (trading.threeHalves !== undefined) notNegative(trading.threeHalves, n, 'trading.threeHalves', report);
}

function checkSides(problem: Problem, n: number, report: Report): void {
  const { lower, upper } = problem;
  if (lower.length !== n) report('lower', `has ${lower.length} entries for ${n} assets`);
  if (upper.length !== n) report('upper', `has ${upper.length} entries for ${n} assets`);
  if (lower.some((value) => Number.isNaN(value) || value === Infinity))
    report('lower', 'must be numbers below Infinity');
  if (upper.some((value) => Number.isNaN(value) || value === -Infinity))
    report('upper', 'must be numbers above -Infinity');
}

function finite(values: Float64Array, size: number, field: string, report: Report): boolean {
  if (values.length !== size) {
    report(field, `has ${values.length} entries; ${size} expected`);
    return false;
  }
  // A plain loop: a callback for each of millions of entries would cost more than many a solve.
  for (let position = 0; position < size; position++) {
    const value = values[position]!;
    if (value - value === 0) continue;
    report(`${field}[${position}]`, `must be finite; got ${value}`);
    return false;
  }
  return true;
}

function notNegative(values: Float64Array, size: number, field: string, report: Report): void {
  if (!finite(values, size, field, report)) return;
  const position = values.findIndex((value) => value < 0);
  if (position >= 0) report(`${field}[${position}]`, `must not be negative; got ${values[position]!}`);
}

function checkOperator(operator: SymmetricOperator, n: number, field: string, report: Report): void {
  if (operator.size !== n) report(field, `has size ${operator.size} for ${n} assets`);
  else if (operator.kind === 'sum')
    operator.terms.forEach((term, t) => checkOperator(term, n, `${field}.terms[${t}]`, report));
  else if (operator.kind === 'diagonal') notNegative(operator.entries, n, `${field}.entries`, report);
  else if (operator.kind === 'dense') checkMatrix(operator.entries, n, `${field}.entries`, report);
  else {
    finite(operator.exposures, n * operator.factors, `${field}.exposures`, report);
    notNegative(operator.specific, n, `${field}.specific`, report);
    checkMatrix(operator.factorCovariance, operator.factors, `${field}.factorCovariance`, report);
  }
}

function checkMatrix(entries: Float64Array, n: number, field: string, report: Report): void {
  if (!finite(entries, n * n, field, report)) return;
  let largest = 0;
  for (let p = 0; p < n * n; p++) {
    const size = Math.abs(entries[p]!);
    if (size > largest) largest = size;
  }
  const symmetric = isSymmetric(entries, n, asymmetryMax * largest);
  for (let i = 0; i < n; i++) {
    if (entries[i * n + i]! < 0) {
      report(`${field}[${i}][${i}]`, `must not be negative; got ${entries[i * n + i]!}`);
      return;
    }
    if (symmetric) continue;
    for (let j = 0; j < i; j++)
      if (Math.abs(entries[i * n + j]! - entries[j * n + i]!) > asymmetryMax * largest) {
        report(`${field}[${i}][${j}]`, 'differs from its mirror entry');
        return;
      }
  }
}

/** By tiles, so that the mirrored half is read from the cache. */
function isSymmetric(entries: Float64Array, n: number, difference: number): boolean {
  for (let top = 0; top < n; top += tile)
    for (let left = 0; left <= top; left += tile)
      for (let i = top; i < Math.min(top + tile, n); i++)
        for (let j = left; j < Math.min(left + tile, i); j++)
          if (Math.abs(entries[i * n + j]! - entries[j * n + i]!) > difference) return false;
  return true;
}
