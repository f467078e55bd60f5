/**
 * The independent check of several periods. Given the marginal costs of the trades, each period is a problem of its own whose expected
 * returns are shifted by them, and is certified as such; what is left is that the marginal costs belong to the trades.
 */
import type { Certificate } from './certificate.ts';
import { certify } from './certificate.ts';
import { largestDiagonal } from './certificate-operator.ts';
import type { Period, PeriodLimit, PeriodMultipliers, PeriodTrading, PeriodsProblem } from './periods.ts';
import { alone, aloneMultipliers } from './periods.ts';
import { objectiveAt } from './certificate-figures.ts';

export interface PeriodsCertificate extends Omit<Certificate, 'restrictions' | 'dualObjective' | 'scale' | 'slopes'> {
  /** Of each period by itself, with the marginal costs of its trades in its linear term. */
  readonly periods: readonly Certificate[];
  /** By period and limit: left side, and how far it is broken, relative. */
  readonly limits: readonly (readonly { readonly value: number; readonly violation: number }[])[];
}

/** Trades this small count as none. */
const kinkWidth = 1e-9;

interface Checked {
  /** What the trades cost, without limits. */
  cost: number;
  /** Multiplier times slack, and what marginal costs lose against the costs. */
  gap: number;
  largestGap: number;
  /** How far marginal costs lie outside the subdifferential; negative prices of limits. */
  wrong: number;
  /** Largest marginal cost, to measure the former by. */
  scale: number;
}

/** Figures of a solution against the claim that it is optimal. `tolerance` is relative. */
export function certifyPeriods(
  problem: PeriodsProblem,
  solution: { readonly weights: readonly Float64Array[]; readonly multipliers: readonly PeriodMultipliers[] },
  tolerance = 1e-8,
): PeriodsCertificate {
  const { weights, multipliers } = solution;
  const count = problem.periods.length;
  const none = new Float64Array(problem.current.length);
  const pulls = problem.periods.map((_, t) => (t + 1 < count ? multipliers[t + 1]!.trades : none));
  const periods = problem.periods.map(({ linear }, t) => {
    const shifted = linear.map((value, i) => value - multipliers[t]!.trades[i]! + pulls[t]![i]!);
    const claim = { weights: weights[t]!, multipliers: aloneMultipliers(multipliers[t]!) };
    return certify(alone(problem, t, shifted), claim, tolerance);
  });
  const figures = periods.map((one, t) => {
    const { linear } = problem.periods[t]!;
    return relativeTo(Math.max(largest(linear), largest(multipliers[t]!.trades), largest(pulls[t]!)), one);
  });
  const trades: Checked = { cost: 0, gap: 0, largestGap: 0, wrong: 0, scale: Number.MIN_VALUE };
  const limits = problem.periods.map((_, t) => {
    checkTrades(problem, weights, multipliers[t]!, t, trades);
    return checkLimits(problem, weights, multipliers[t]!, t, trades);
  });
  const objective = periodsObjective(problem, weights);
  const size = Math.max(...figures.map(({ scale }) => scale), Math.abs(objective) / count);
  const slopes = Math.max(trades.scale, ...problem.periods.map(slopeOf), Number.MIN_VALUE);
  const broken = Math.max(0, ...limits.flat().map(({ violation }) => violation));
  const primal = Math.max(broken, ...periods.map((one) => one.primal));
  const dual = Math.max(trades.wrong / slopes, ...figures.map((one) => one.dual));
  const complementarity = Math.max(trades.largestGap / size, ...figures.map((one) => one.complementarity));
  const gap = Math.max(Math.abs(trades.gap) / (size * count), ...figures.map((one) => one.gap));
  const all = { 'primal residual': primal, 'dual residual': dual, complementarity, gap };
  const failures = Object.entries(all).filter(([, value]) => !(value <= tolerance));
  return {
    verdict: failures.length === 0 ? 'passed' : 'failed',
    tolerance,
    objective,
    primal,
    dual,
    complementarity,
    gap,
    periods,
    limits,
    detail:
      failures.length === 0
        ? `every residual at most ${tolerance}`
        : failures.map(([name, value]) => `${name} ${value.toExponential(2)} above ${tolerance}`).join(', '),
  };
}

/** The objective as the problem defines it. */
export function periodsObjective(problem: PeriodsProblem, weights: readonly Float64Array[]): number {
  let total = 0;
  problem.periods.forEach(({ trading }, t) => {
    total += objectiveAt(alone(problem, t), weights[t]!);
    if (trading === undefined) return;
    const before = t === 0 ? problem.current : weights[t - 1]!;
    weights[t]!.forEach((weight, i) => {
      const trade = weight - before[i]!;
      const size = Math.abs(trade);
      total += trade >= 0 ? trading.buyRate[i]! * size : trading.sellRate[i]! * size;
      total += (trading.quadratic?.[i] ?? 0) * size * size + (trading.threeHalves?.[i] ?? 0) * size * Math.sqrt(size);
    });
  });
  return total;
}

/**
 * The figures of a period relative to the marginal costs (at most `terms`) that its expected returns are shifted by, where these are larger:
 * they may cancel, and leave nothing that a residual could be relative to.
 */
function relativeTo(terms: number, one: Certificate): Pick<Certificate, 'dual' | 'complementarity' | 'gap' | 'scale'> {
  const scale = Math.max(one.scale, 1e-2 * terms);
  const smaller = one.scale / scale;
  return {
    dual: (one.dual * one.slopes) / Math.max(one.slopes, terms),
    complementarity: one.complementarity * smaller,
    gap: one.gap * smaller,
    scale,
  };
}

/** The size of the slopes of a period: of its expected returns, or of its risk at weights of a percent, as the certificate of one period has it. */
function slopeOf({ linear, quadratics }: Period): number {
  const risks = quadratics.map(({ scale, operator }) => 1e-2 * scale * largestDiagonal(operator));
  return Math.max(largest(linear), ...risks);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Marginal cost less the slope of the impact must lie between -sell and buy, and equal one of them where there is a trade. */
function checkTrades(
  problem: PeriodsProblem,
  weights: readonly Float64Array[],
  { trades, limits: prices }: PeriodMultipliers,
  t: number,
  checked: Checked,
): void {
  const { trading, limits } = problem.periods[t]!;
  const before = t === 0 ? problem.current : weights[t - 1]!;
  const priced = (side: 'buyRate' | 'sellRate', i: number): number =>
    limits.reduce((total, limit, j) => total + prices[j]! * limit[side][i]!, trading?.[side][i] ?? 0);
  for (let i = 0; i < before.length; i++) {
    const trade = weights[t]![i]! - before[i]!;
    const width = kinkWidth * Math.max(1, Math.abs(before[i]!));
    const still = Math.abs(trade) <= width;
    const power = trading?.threeHalves?.[i] ?? 0;
    const impact = slopeOfImpact(trading, i, trade);
    // The slope of 3/2-power impact is as steep as it gets at no trade at all: within the width it may be any of those there.
    const leeway = still ? slopeOfImpact(trading, i, width) - Math.abs(impact) : 0;
    const buy = priced('buyRate', i);
    const sell = priced('sellRate', i);
    const slope = trades[i]! - impact;
    checked.scale = Math.max(checked.scale, Math.abs(buy), Math.abs(sell), Math.abs(impact));
    checked.wrong = Math.max(checked.wrong, slope - buy - leeway, -sell - slope - leeway);
    const lost = still ? power * width * Math.sqrt(width) : (trade > 0 ? buy - slope : sell + slope) * Math.abs(trade);
    checked.gap += lost;
    checked.largestGap = Math.max(checked.largestGap, Math.abs(lost));
  }
}

function slopeOfImpact(trading: PeriodTrading | undefined, i: number, trade: number): number {
  const power = 1.5 * (trading?.threeHalves?.[i] ?? 0) * Math.sign(trade) * Math.sqrt(Math.abs(trade));
  return 2 * (trading?.quadratic?.[i] ?? 0) * trade + power;
}

function checkLimits(
  problem: PeriodsProblem,
  weights: readonly Float64Array[],
  { limits: prices }: PeriodMultipliers,
  t: number,
  checked: Checked,
) {
  const before = t === 0 ? problem.current : weights[t - 1]!;
  return problem.periods[t]!.limits.map((limit, j) => {
    const value = tradedAt(limit, weights[t]!, before);
    const violation = Math.max(0, value - limit.bound) / Math.max(limit.bound, value, Number.MIN_VALUE);
    checked.wrong = Math.max(checked.wrong, -prices[j]!);
    if (prices[j] !== 0) {
      const lost = prices[j]! * (limit.bound - value);
      checked.gap += lost;
      checked.largestGap = Math.max(checked.largestGap, Math.abs(lost));
    }
    return { value, violation };
  });
}

function tradedAt(limit: PeriodLimit, weights: Float64Array, before: Float64Array): number {
  return weights.reduce((total, weight, i) => {
    const trade = weight - before[i]!;
    return total + (trade >= 0 ? limit.buyRate[i]! * trade : -limit.sellRate[i]! * trade);
  }, 0);
}
