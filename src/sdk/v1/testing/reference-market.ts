/**
 * A small market that has everything a contribution may need: taxonomies, capitalizations, a benchmark, current holdings, a factor
 * model, expected returns, characteristics, scenarios, views, a fund to look through. The names are those that the examples in the built-in schemas speak of.
 */
import type { Lowered, Origin } from '../../../problem/problem.ts';
import type { SymmetricOperator } from '../../../problem/operator.ts';
import type { Scenarios } from '../../../problem/scenarios.ts';
import type { Situation } from '../../../problem/situation.ts';
import type { Universe, UniverseAsset } from '../../../problem/universe.ts';
import type { BlendedViews, Estimates } from '../strategy.ts';

interface ReferenceAsset extends UniverseAsset {
  readonly marketCapitalization: number;
  readonly expectedReturn: number;
  readonly loadings: readonly [number, number];
  readonly specific: number;
  readonly held: number;
  readonly benchmark: number;
}

function asset(
  id: string,
  [assetClass, sector, country, region]: readonly [string, string, string, string],
  [marketCapitalization, expectedReturn, specific]: readonly [number, number, number],
  loadings: readonly [number, number],
  [held, benchmark]: readonly [number, number],
): ReferenceAsset {
  const groups = { region, account: id === 'MA' ? 'locked' : 'free' };
  return {
    id,
    name: id,
    assetClass,
    sector,
    country,
    currency: country === 'CH' ? 'CHF' : 'USD',
    issuer: id === 'GOOG' ? 'Alphabet' : id,
    averageDailyValue: marketCapitalization / 1000,
    lotSize: 100,
    unitValue: 0.0002,
    characteristics: {
      'esg-score': 10 - 40 * specific,
      beta: loadings[0],
      duration: assetClass === 'Bond' ? 6 : 0,
      yield: assetClass === 'Bond' ? 0.04 : 0.02,
    },
    groups,
    marketCapitalization,
    expectedReturn,
    loadings,
    specific,
    held,
    benchmark,
  };
}

const equities: readonly ReferenceAsset[] = [
  asset('AAPL', ['Equity', 'Technology', 'US', 'America'], [900, 0.09, 0.03], [1.1, -0.3], [0.2, 0.3]),
  asset('GOOG', ['Equity', 'Technology', 'US', 'America'], [700, 0.105, 0.04], [1.2, -0.4], [0.15, 0.2]),
  asset('XOM', ['Equity', 'Energy', 'US', 'America'], [300, 0.07, 0.025], [0.9, 0.5], [0.1, 0.1]),
  asset('SHLD', ['Equity', 'Consumer Discretionary', 'US', 'America'], [20, 0.05, 0.09], [1.3, 0.7], [0.05, 0.02]),
  asset('MA', ['Equity', 'Financials', 'US', 'America'], [280, 0.1, 0.03], [1, 0.1], [0.1, 0.13]),
  asset('NOVN', ['Equity', 'Health Care', 'CH', 'Europe'], [200, 0.06, 0.018], [0.6, 0.2], [0.1, 0.1]),
  asset('MO', ['Equity', 'Tobacco', 'US', 'America'], [100, 0.065, 0.022], [0.5, 0.4], [0.05, 0.05]),
];
/** It holds some equities besides its bonds. */
const bondFund: ReferenceAsset = {
  ...asset('BOND', ['Bond', 'Government', 'US', 'America'], [500, 0.03, 0.002], [0.05, 0], [0.2, 0.1]),
  holdings: [
    { asset: equities[0]!, weight: 0.1 },
    { asset: equities[5]!, weight: 0.1 },
  ],
};
const assets: readonly ReferenceAsset[] = [...equities, bondFund];

const scenarioCount = 60;

export const referenceOrigin = (text: string): Origin => ({
  constraint: 'reference',
  name: 'reference',
  text,
  priority: 0,
});

export interface ReferenceMarket {
  readonly situation: Situation;
  readonly estimates: Estimates;
  readonly restrictions: readonly Lowered[];
}

export interface ReferenceLimits {
  /** Largest weight of one asset. 0.5 unless told; below 1/8 nothing is feasible. */
  readonly upper?: number;
}

/** The market with its assets in the given order (positions 0 to 7): fully invested, long only. */
export function referenceMarket(
  order: readonly number[] = [...assets.keys()],
  { upper = 0.5 }: ReferenceLimits = {},
): ReferenceMarket {
  const chosen = order.map((position) => assets[position]!);
  const size = chosen.length;
  const vector = (of: (asset: ReferenceAsset) => number): Float64Array => Float64Array.from(chosen, of);
  const universe: Universe = { assets: chosen };
  const exposures = Float64Array.from(chosen.flatMap(({ loadings }) => loadings));
  const covariance = {
    kind: 'factor' as const,
    size,
    factors: 2,
    exposures,
    factorCovariance: Float64Array.of(0.0225, 0.001, 0.001, 0.004),
    specific: vector(({ specific }) => specific),
  };
  const current = vector(({ held }) => held);
  const scenarios = scenariosOn(chosen);
  const situation: Situation = {
    universe,
    current,
    cashCurrent: 1 - current.reduce((sum, weight) => sum + weight, 0),
    netAssetValue: { amount: '1000000', currency: 'USD' },
    benchmark: vector(({ benchmark }) => benchmark),
    covariance,
    factors: { names: ['Market', 'Value'], exposures },
    scenarios,
  };
  const expectedReturns = vector(({ expectedReturn }) => expectedReturn);
  const estimates: Estimates = {
    expectedReturns,
    covariance,
    riskFreeRate: 0.02,
    scenarios,
    blended: blendedOn(order, expectedReturns, covariance),
  };
  return { situation, estimates, restrictions: [fullyInvested(size, upper)] };
}

/** Monthly results that follow each other: two factors and a remainder, all of them smooth functions of the month. */
function scenariosOn(chosen: readonly ReferenceAsset[]): Scenarios {
  const returns = Array.from({ length: scenarioCount }, (_, month) => {
    const market = 0.04 * Math.sin(1.7 * month + 0.3) + 0.02 * Math.cos(0.9 * month * month);
    const value = 0.015 * Math.sin(2.3 * month);
    return chosen.map(({ id, expectedReturn, loadings, specific }) => {
      const own = Math.sqrt(specific / 6) * Math.sin(month * (1 + assets.findIndex((other) => other.id === id)) + 0.5);
      return expectedReturn / 12 + loadings[0] * market + loadings[1] * value + own;
    });
  });
  return { count: scenarioCount, returns: Float64Array.from(returns.flat()), periodsPerYear: 12, isPath: true };
}

/** One view: XOM will return 8 % instead of 7 %, trusted half. */
function blendedOn(order: readonly number[], posterior: Float64Array, covariance: SymmetricOperator): BlendedViews {
  const portfolio = Float64Array.from(order, (position) => (assets[position]!.id === 'XOM' ? 1 : 0));
  const prior = posterior.map((value, i) => value - 0.01 * portfolio[i]!);
  const seen = (returns: Float64Array): number => returns.reduce((sum, value, i) => sum + value * portfolio[i]!, 0);
  const view = {
    portfolio,
    stated: 0.08,
    prior: seen(prior),
    posterior: seen(posterior),
    variance: 0.001,
    confidence: 0.5,
  };
  const certain = {
    posterior: prior.map((value, i) => value + 0.02 * portfolio[i]!),
    predictiveCovariance: covariance,
  };
  const covariances = { predictiveCovariance: covariance, priorPredictiveCovariance: covariance };
  return { prior, posterior, ...covariances, certain, views: [view] };
}

function fullyInvested(size: number, upper: number): Lowered {
  const positions = Int32Array.from({ length: size }, (_, i) => i);
  return {
    bounds: [...positions].map((position) => ({
      position,
      lower: 0,
      upper,
      origin: referenceOrigin(`asset ${position + 1} between 0 and ${upper}`),
    })),
    rows: [
      {
        positions,
        coefficients: new Float64Array(size).fill(1),
        lower: 1,
        upper: 1,
        origin: referenceOrigin('fully invested'),
      },
    ],
  };
}
