/** The reference market of the contract suites as a request that brings everything a strategy or a constraint may need. */
import type {
  ConstraintDraft,
  ProblemAssetDraft,
  ProblemDraft,
  StatelessDraft,
} from '../../../src/optimization/draft.ts';
import type { UniverseAsset } from '../../../src/problem/universe.ts';
import { referenceMarket } from '../../../src/sdk/v1/testing/index.ts';
import type { Strategy } from '../../../src/sdk/v1/index.ts';
import type { JsonObject } from '../../../src/values/json.ts';
import { assetOf, matrixOf, vectorOf } from '../optimization.ts';

const { situation, estimates } = referenceMarket();
const { universe } = situation;
const n = universe.assets.length;

function draftOf(asset: UniverseAsset): ProblemAssetDraft {
  const { assetClass = '', sector = '', country = '', currency = '', issuer = '', groups } = asset;
  return assetOf(asset.id, {
    assetClass,
    sector,
    country,
    currencyCode: currency,
    groups,
    issuer,
    marketCapitalization: asset.marketCapitalization ?? 0,
    averageDailyValue: asset.averageDailyValue ?? 0,
    characteristics: asset.characteristics ?? {},
    holdings: (asset.holdings ?? []).map(({ asset: { id }, weight }) => ({ assetId: id, weight })),
  });
}

const rowsOf = (entries: Float64Array, columns: number): number[][] =>
  Array.from({ length: entries.length / columns }, (_, row) => [
    ...entries.subarray(row * columns, (row + 1) * columns),
  ]);

function factorRisk(): NonNullable<ProblemDraft['risk']> {
  const { covariance, factors } = situation;
  if (covariance?.kind !== 'factor' || factors === undefined) throw new TypeError('the market has a factor model');
  return {
    kind: 'factor',
    factors: factors.names,
    exposures: matrixOf(rowsOf(covariance.exposures, covariance.factors)),
    factorCovariance: matrixOf(rowsOf(covariance.factorCovariance, covariance.factors)),
    specificVariance: vectorOf([...covariance.specific]),
    period: 'annual',
  };
}

const problem: ProblemDraft = {
  universe: universe.assets.map(draftOf),
  currentWeights: vectorOf([...situation.current]),
  benchmarkWeights: vectorOf([...(situation.benchmark ?? [])]),
  expectedReturns: { values: vectorOf([...(estimates.expectedReturns ?? [])]), period: 'annual' },
  risk: factorRisk(),
  scenarios: { returns: matrixOf(rowsOf(situation.scenarios!.returns, n)), period: 'monthly', path: true },
  constituents: [],
  constraints: [],
  views: [],
  riskFreeRateAnnual: estimates.riskFreeRate,
};

const views = [{ legs: [{ assetId: 'XOM', coefficient: 1 }], expectedReturn: 0.08, confidence: 0.5 }];

/** Views only where they are needed: they change the expected returns of everybody. */
export function requestFor(
  strategy: Strategy,
  parameters: JsonObject,
  constraints: readonly ConstraintDraft[],
): StatelessDraft {
  const viewed = strategy.needs.includes('views') || strategy.needsWith?.(parameters).includes('views') === true;
  return {
    problem: { ...problem, constraints, ...(viewed ? { views } : {}) },
    strategy: { type: strategy.id, parameters },
  };
}
