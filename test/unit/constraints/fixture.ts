/** A small universe that the constraint tests share. */
import type { Lowered, Origin } from '../../../src/problem/problem.ts';
import type { Holdings, Situation } from '../../../src/problem/situation.ts';
import type { Violation } from '../../../src/values/fault.ts';

/** Six assets; GLD has neither sector nor country; a theme is called Energy like a sector. */
export const situation: Situation = {
  universe: {
    assets: [
      { id: 'AAPL', assetClass: 'Equity', sector: 'Technology', country: 'US', groups: { theme: 'AI' } },
      { id: 'XOM', assetClass: 'Equity', sector: 'Energy', country: 'US', groups: { theme: 'Energy' } },
      { id: 'SAP', assetClass: 'Equity', sector: 'Technology', country: 'DE', groups: { theme: 'AI' } },
      { id: 'PFE', assetClass: 'Equity', sector: 'Health Care', country: 'US', groups: {} },
      { id: 'BUND', assetClass: 'Bonds', country: 'DE', groups: {} },
      { id: 'GLD', assetClass: 'Commodities', groups: {} },
    ],
  },
  current: Float64Array.of(0.3, 0.2, 0.1, 0.1, 0.2, 0),
  cashCurrent: 0.1,
  benchmark: Float64Array.of(0.25, 0.25, 0.1, 0.1, 0.2, 0.1),
  covariance: { kind: 'diagonal', size: 6, entries: Float64Array.of(0.09, 0.0625, 0.04, 0.04, 0.0025, 0.0225) },
  factors: {
    names: ['Value', 'Momentum'],
    exposures: Float64Array.of(-1, 1, 1.5, 0, 0.5, -0.5, 1, 0.25, 0, 0, 0, 2),
  },
};

/** Without benchmark, risk model and factors. */
export const bare: Situation = {
  universe: situation.universe,
  current: situation.current,
  cashCurrent: situation.cashCurrent,
};

export function holdingsOf(...weights: number[]): Holdings {
  return { weights: Float64Array.from(weights), cash: 1 - weights.reduce((sum, weight) => sum + weight, 0) };
}

export const originOf = (text: string): Origin => ({ constraint: 'c1', name: 'a rule', text, priority: 0 });

export function fieldsOf(violations: readonly Violation[]): string[] {
  return violations.map(({ field }) => field);
}

/** A row as asset id -> coefficient. */
export function rowsOf(
  lowered: Lowered,
): { coefficients: Record<string, number>; lower: number; upper: number; text: string }[] {
  return (lowered.rows ?? []).map(({ positions, coefficients, lower, upper, origin }) => ({
    coefficients: Object.fromEntries(
      Array.from(positions, (position, index) => [situation.universe.assets[position]!.id, coefficients[index]!]),
    ),
    lower,
    upper,
    text: origin.text,
  }));
}
