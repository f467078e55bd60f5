/**
 * Checks a proof that no sequence of portfolios exists. Each multiplier times its restriction is a linear inequality that every feasible
 * sequence meets, a limit on trades through a marginal cost between what it charges for selling and for buying; their sum reads
 * sum_t g_t'w_t <= h. Over the bounds the left side is at least m; the proof holds when m > h.
 */
import type { InfeasibilityVerdict } from './certificate-infeasibility.ts';
import type { Period, PeriodMultipliers, PeriodsProblem } from './periods.ts';

/** Rounding on an unbounded weight is charged as if it could be this large either way. */
const weightBeyondReason = 1e3;
/** The margin must exceed this share of the largest term, so that rounding cannot make a proof. */
const marginMin = 1e-9;
/** What the terms leave on a weight, as a share of the largest, that counts as rounding. */
const roundingShare = 1e-4;

export function verifyPeriodsInfeasibility(
  problem: PeriodsProblem,
  proof: readonly PeriodMultipliers[],
): InfeasibilityVerdict {
  const refused = (detail: string): InfeasibilityVerdict => ({ proven: false, margin: 0, detail });
  const n = problem.current.length;
  const crossed = problem.periods.findIndex(({ lower, upper }) => lower.some((value, i) => value > upper[i]!));
  if (crossed >= 0) return { proven: true, margin: 1, detail: `bounds of period ${crossed + 1} contradict each other` };
  let most = 0;
  let least = 0;
  let size = 0;
  for (const [t, period] of problem.periods.entries()) {
    const { trades } = proof[t]!;
    const after = proof[t + 1]?.trades;
    const pull = trades.map((value, i) => value - (after?.[i] ?? 0));
    const sides = addRows(period, proof[t]!, pull);
    const limits = addLimits(period, proof[t]!);
    if (sides === undefined || limits === undefined)
      return refused(`a multiplier of period ${t + 1} has the wrong sign`);
    most += sides + limits;
    size = Math.max(size, Math.abs(sides), Math.abs(limits));
    if (t === 0) for (let i = 0; i < n; i++) most += trades[i]! * problem.current[i]!;
    const largest = Math.max(...pull.map(Math.abs), ...trades.map(Math.abs), ...proof[t]!.rows.map(Math.abs));
    for (let i = 0; i < n; i++) {
      const side = pull[i]! > 0 ? period.lower[i]! : period.upper[i]!;
      if (pull[i] === 0) continue;
      if (Number.isFinite(side)) {
        least += pull[i]! * side;
        size = Math.max(size, Math.abs(pull[i]! * side));
      } else if (Math.abs(pull[i]!) <= roundingShare * largest) least -= Math.abs(pull[i]!) * weightBeyondReason;
      else return refused(`asset ${i} is free to escape along the proof in period ${t + 1}`);
    }
  }
  const margin = (least - most) / Math.max(size, Number.MIN_VALUE);
  const proven = margin > marginMin;
  const detail = proven ? 'the restrictions contradict each other' : `margin ${margin.toExponential(2)}`;
  return { proven, margin, detail };
}

/** Adds A'y to the pull. @returns the sum of y times the side it speaks of; nothing when a multiplier speaks of a side that is not there. */
function addRows({ rows }: Period, { rows: prices }: PeriodMultipliers, pull: Float64Array): number | undefined {
  let total = 0;
  for (const [r, { positions, coefficients, lower, upper }] of rows.entries()) {
    const price = prices[r]!;
    if (price === 0) continue;
    const side = price > 0 ? upper : lower;
    if (!Number.isFinite(side)) return undefined;
    total += price * side;
    positions.forEach((position, k) => (pull[position] = pull[position]! + price * coefficients[k]!));
  }
  return total;
}

/** @returns the sum of price times bound; nothing when a marginal cost lies outside what the limits charge at their prices. */
function addLimits({ limits }: Period, { limits: prices, trades }: PeriodMultipliers): number | undefined {
  if (prices.some((price) => price < 0)) return undefined;
  for (let i = 0; i < trades.length; i++) {
    const charged = (side: 'buyRate' | 'sellRate'): number =>
      limits.reduce((total, limit, j) => total + prices[j]! * limit[side][i]!, 0);
    if (trades[i]! > charged('buyRate') || trades[i]! < -charged('sellRate')) return undefined;
  }
  return limits.reduce((total, limit, j) => total + (prices[j] === 0 ? 0 : prices[j]! * limit.bound), 0);
}
