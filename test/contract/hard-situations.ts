/** Markets and portfolios at the edge of what strategies are defined for: all are variations of the reference market. */
import type { Estimates, Lowered, Scenarios, Situation, SymmetricOperator } from '../../src/sdk/v1/index.ts';
import { referenceMarket, referenceOrigin } from '../../src/sdk/v1/testing/reference-market.ts';
import type { ReferenceMarket } from '../../src/sdk/v1/testing/reference-market.ts';

const reference = referenceMarket();
const n = reference.situation.universe.assets.length;
const covariance = reference.estimates.covariance as SymmetricOperator & { readonly kind: 'factor' };
const scenarios = reference.estimates.scenarios!;
const exposures = reference.situation.factors!.exposures;
const shortOf = Float64Array.of(0.8, 0.4, -0.3, 0.1, 0.1, 0.1, -0.4, 0.2);

interface Changed {
  readonly covariance?: SymmetricOperator;
  readonly scenarios?: Scenarios;
  readonly exposures?: Float64Array;
  readonly estimates?: Partial<Estimates>;
  readonly situation?: Partial<Situation>;
}

function changed({ covariance: risk, scenarios: outcomes, exposures: factors, ...others }: Changed): ReferenceMarket {
  const { situation, estimates, restrictions } = reference;
  const common = {
    ...(risk === undefined ? {} : { covariance: risk }),
    ...(outcomes === undefined ? {} : { scenarios: outcomes }),
  };
  const own = factors === undefined ? {} : { factors: { names: situation.factors!.names, exposures: factors } };
  return {
    situation: { ...situation, ...common, ...own, ...others.situation },
    estimates: { ...estimates, ...common, ...others.estimates },
    restrictions,
  };
}

/** lower <= w <= upper, sum w = budget. */
function within(lower: Float64Array | number, upper: Float64Array | number, budget?: number): ReferenceMarket {
  const at = (side: Float64Array | number, position: number): number =>
    typeof side === 'number' ? side : side[position]!;
  const positions = Int32Array.from({ length: n }, (_, i) => i);
  const [origin, coefficients] = [referenceOrigin('budget'), new Float64Array(n).fill(1)];
  const bounds = [...positions].map((position) => ({
    position,
    lower: at(lower, position),
    upper: at(upper, position),
    origin: referenceOrigin(`bounds of asset ${position + 1}`),
  }));
  const rows = budget === undefined ? [] : [{ positions, coefficients, lower: budget, upper: budget, origin }];
  return { ...reference, restrictions: [{ bounds, rows }] satisfies readonly Lowered[] };
}

const held = (current: Float64Array): ReferenceMarket => {
  const cashCurrent = 1 - current.reduce((sum, weight) => sum + weight, 0);
  return changed({ situation: { current, cashCurrent } });
};
const outcomes = (of: (value: number, scenario: number, position: number) => number): Scenarios => ({
  ...scenarios,
  returns: scenarios.returns.map((value, at) => of(value, Math.floor(at / n), at % n)),
});
const first = (count: number): Scenarios => ({ ...scenarios, count, returns: scenarios.returns.slice(0, count * n) });
const dense = (of: (i: number, j: number) => number): SymmetricOperator => ({
  kind: 'dense',
  size: n,
  entries: Float64Array.from({ length: n * n }, (_, at) => of(Math.floor(at / n), at % n)),
});
const same = { estimates: { expectedReturns: new Float64Array(n).fill(0.06) } };
const constant = exposures.map((_, at) => (at % 2 === 0 ? 1 : 0.2));
const pair = (i: number): number => i - (i % 2);

/** By name. What they leave alone is that of the reference market: fully invested, long only, at most half in one asset. */
export const hardSituations: Readonly<Record<string, ReferenceMarket>> = {
  'one asset': referenceMarket([7], { upper: 1 }),
  'two assets': referenceMarket([0, 7], { upper: 1 }),
  'no variance': changed({
    covariance: { ...covariance, factorCovariance: new Float64Array(4), specific: new Float64Array(n) },
    scenarios: outcomes(() => 0.005),
  }),
  'one riskless asset': changed({
    covariance: {
      ...covariance,
      exposures: covariance.exposures.map((value, at) => (at < 14 ? value : 0)),
      specific: covariance.specific.map((value, i) => (i < 7 ? value : 0)),
    },
    scenarios: outcomes((value, _, i) => (i === 7 ? 0.002 : value)),
  }),
  'identical assets': changed({
    ...same,
    covariance: dense(() => 0.04),
    scenarios: outcomes((_, s) => scenarios.returns[s * n]!),
    exposures: constant,
  }),
  'identical assets of a factor model': changed({
    ...same,
    covariance: { ...covariance, exposures: constant, specific: new Float64Array(n) },
    exposures: constant,
  }),
  'pairs of assets that hedge each other': changed({
    covariance: dense((i, j) => (pair(i) === pair(j) ? 0.0625 * (i === j ? 1 : -1) : 0)),
    scenarios: outcomes((_, s, i) => (i % 2 === 0 ? 1 : -1) * scenarios.returns[s * n + pair(i)]!),
  }),
  'all returns negative': changed({
    estimates: { expectedReturns: Float64Array.from({ length: n }, (_, i) => -0.05 - 0.01 * i) },
    scenarios: outcomes((value) => -Math.abs(value) - 1e-3),
  }),
  'all expected returns the risk-free rate': changed({
    estimates: { expectedReturns: new Float64Array(n).fill(0.02) },
  }),
  'a risk-free rate above all returns': changed({ estimates: { riskFreeRate: 0.5 } }),
  'a benchmark that is all cash': changed({ situation: { benchmark: new Float64Array(n) } }),
  'a benchmark with shorts': changed({ situation: { benchmark: shortOf } }),
  'nothing held': held(new Float64Array(n)),
  'short holdings': held(shortOf),
  'three times the value held in one asset': held(Float64Array.of(0, 0, 0, 0, 0, 0, 0, 3)),
  'negative exposures': changed({
    covariance: { ...covariance, exposures: exposures.map((value) => -value) },
    exposures: exposures.map((value) => -value),
  }),
  'no exposures': changed({
    covariance: { ...covariance, exposures: new Float64Array(2 * n) },
    exposures: new Float64Array(2 * n),
  }),
  'two factors with the same exposures': changed({ exposures: exposures.map((_, at) => exposures[pair(at)]!) }),
  'variances of a hundred millionth': changed({
    covariance: {
      ...covariance,
      factorCovariance: covariance.factorCovariance.map((value) => 1e-8 * value),
      specific: covariance.specific.map((value) => 1e-8 * value),
    },
    scenarios: outcomes((value) => 1e-4 * value),
  }),
  'one scenario': changed({ scenarios: first(1) }),
  'a scenario that loses everything': changed({ scenarios: outcomes((value, s) => (s === 3 ? -1 : value)) }),
  'a budget of 0': within(-1, 1, 0),
  'a budget of -1': within(-1, 0, -1),
  'a budget of 2': within(0, 1, 2),
  'long and short': within(-0.3, 1.3, 1),
  'fixed weights': within(reference.situation.current, reference.situation.current),
  'no restrictions': { ...reference, restrictions: [] },
  'nothing may be held': within(0, 0),
  'no taxonomies': changed({
    situation: { universe: { assets: reference.situation.universe.assets.map(({ id }) => ({ id, groups: {} })) } },
  }),
};
