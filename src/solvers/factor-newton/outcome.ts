/** How far the factor dual has come, and its prices as multipliers of the problem. */
import { maxAbs } from '../../math/vectors.ts';
import type { Iterate, Multipliers } from '../../problem/solution.ts';
import type { FactorDual } from './dual.ts';

/** The larger of what factors and rows miss, relative. */
export function residualOf(dual: FactorDual): number {
  return Math.max(factorResidual(dual), rowResidual(dual));
}

/** L'B'w - z against z, or against a hundredth of the specific risk of the riskiest asset held whole. */
function factorResidual({ factorGradient, z, form }: FactorDual): number {
  return maxAbs(factorGradient) / Math.max(maxAbs(z), 1e-2 * form.riskiest, Number.MIN_VALUE);
}

/** Broken sides, and distance from the side that a price speaks of. */
function rowResidual({ held, y, form }: FactorDual): number {
  const { rowLower, rowUpper } = form;
  let worst = 0;
  for (let r = 0; r < held.length; r++) {
    const above = held[r]! - rowUpper[r]!;
    const below = rowLower[r]! - held[r]!;
    const missed = y[r]! > 0 ? Math.abs(above) : y[r]! < 0 ? Math.abs(below) : Math.max(above, below, 0);
    const side = y[r]! > 0 || above > below ? rowUpper[r]! : rowLower[r]!;
    worst = Math.max(worst, missed / Math.max(1, Number.isFinite(side) ? Math.abs(side) : 0));
  }
  return worst;
}

/** The gap is 1/2 |L'B'w - z|^2 + sum_r of price times slack: weights answer their prices exactly. */
export function iterateOf(dual: FactorDual, iteration: number): Iterate {
  const { form, weights, live, liveCount, factorGradient, z, y, held } = dual;
  const { diagonal, linear, current, buyRate, sellRate, rowLower, rowUpper } = form;
  let objective = form.constant;
  let size = Math.abs(objective);
  for (let at = 0; at < liveCount; at++) {
    const i = live[at]!;
    const w = weights[i]!;
    const trade = w - current[i]!;
    const risk = 0.5 * diagonal[i]! * w * w;
    const income = linear[i]! * w;
    const cost = trade > 0 ? buyRate[i]! * trade : -sellRate[i]! * trade;
    objective += risk - income + cost;
    size += risk + Math.abs(income) + Math.abs(cost);
  }
  let gap = 0;
  for (let j = 0; j < z.length; j++) {
    const risk = 0.5 * (z[j]! + factorGradient[j]!) ** 2;
    objective += risk;
    size += risk;
    gap += 0.5 * factorGradient[j]! ** 2;
  }
  for (let r = 0; r < y.length; r++)
    if (y[r] !== 0) gap += y[r]! * ((y[r]! > 0 ? rowUpper[r]! : rowLower[r]!) - held[r]!);
  const relative = Math.abs(gap) / Math.max(size, Number.MIN_VALUE);
  return { iteration, objective, primal: rowResidual(dual), dual: factorResidual(dual), gap: relative };
}

/** Row prices unscaled; on an asset that stands on a bound, what its price asks for beyond it. */
export function multipliersOf({ form, prices, weights, y }: FactorDual): Multipliers {
  const { diagonal, current, buyRate, sellRate, lower, upper, rowScale } = form;
  const bounds = new Float64Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i]!;
    if (w > lower[i]! && w < upper[i]!) continue;
    const wanted = prices[i]! - diagonal[i]! * w;
    const trade = w - current[i]!;
    const buy = wanted - buyRate[i]!;
    const sell = wanted + sellRate[i]!;
    const beyond = trade > 0 ? buy : trade < 0 ? sell : buy > 0 ? buy : Math.min(sell, 0);
    bounds[i] = lower[i] === upper[i] ? beyond : w >= upper[i]! ? Math.max(beyond, 0) : Math.min(beyond, 0);
  }
  return {
    rows: y.map((value, r) => value / rowScale[r]!),
    bounds,
    norms: new Float64Array(0),
    tradeLimits: new Float64Array(0),
  };
}
