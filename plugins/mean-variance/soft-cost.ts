/** What the objective pays where soft restrictions are broken. */
import { quadraticForm } from '@veritasvault/portfolio/sdk/v1';
import type { Lowered, Norm, Row, TradeLimit } from '@veritasvault/portfolio/sdk/v1';

/** Sum of penalty times excess at weights (n). */
export type SoftCost = (weights: Float64Array) => number;

/** Undefined where every restriction is hard. */
export function softCostOf(restrictions: readonly Lowered[]): SoftCost | undefined {
  const costs = restrictions.flatMap(({ rows = [], norms = [], tradeLimits = [] }) => [
    ...rows.flatMap((row) => priced(row.penalty, (weights) => rowExcess(row, weights))),
    ...norms.flatMap((norm) => priced(norm.penalty, (weights) => normExcess(norm, weights))),
    ...tradeLimits.flatMap((limit) => priced(limit.penalty, (weights) => tradeExcess(limit, weights))),
  ]);
  if (costs.length === 0) return undefined;
  return (weights) => costs.reduce((total, cost) => total + cost(weights), 0);
}

function priced(penalty: number | undefined, excess: SoftCost): readonly SoftCost[] {
  return penalty === undefined ? [] : [(weights) => penalty * Math.max(0, excess(weights))];
}

function rowExcess({ positions, coefficients, lower, upper }: Row, weights: Float64Array): number {
  const value = positions.reduce((sum, position, k) => sum + coefficients[k]! * weights[position]!, 0);
  return Math.max(value - upper, lower - value);
}

function normExcess({ operator, centre, bound }: Norm, weights: Float64Array): number {
  const away = weights.map((weight, i) => weight - (centre?.[i] ?? 0));
  return Math.sqrt(Math.max(0, quadraticForm(operator, away))) - bound;
}

function tradeExcess({ centre, buyRate, sellRate, bound }: TradeLimit, weights: Float64Array): number {
  const traded = weights.reduce((sum, weight, i) => {
    const trade = weight - centre[i]!;
    return sum + (trade > 0 ? buyRate[i]! * trade : -sellRate[i]! * trade);
  }, 0);
  return traded - bound;
}
