/** Parameters of each convex strategy for a market that was drawn. */
import type { Random } from '../../test/support/problems.ts';
import type { JsonObject } from '../../src/values/json.ts';
import type { DrawnMarket } from './strategies.ts';

type Draw = (market: DrawnMarket, random: Random) => JsonObject;

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.next();
const level = (random: Random): number => [0.5, 0.8, 0.9, 0.95][Math.floor(4 * random.next())] ?? 0.9;
const aversion = (random: Random): number => Math.exp(between(random, -1, 3));
const none: Draw = () => ({});

/** Between the mean of all and the greatest, so that some cannot be reached under the restrictions. */
const floorOf = ({ expectedReturns }: DrawnMarket, random: Random): number => {
  const mean = expectedReturns.reduce((sum, value) => sum + value, 0) / expectedReturns.length;
  return mean + between(random, -0.2, 0.7) * (Math.max(...expectedReturns) - mean);
};
const sometimes = (market: DrawnMarket, random: Random): JsonObject =>
  random.next() < 0.5 ? { returnMin: floorOf(market, random) } : {};
const drawdown = (random: Random): JsonObject => {
  const measure = ['average', 'maximum', 'conditional'][Math.floor(3 * random.next())] ?? 'average';
  return measure === 'conditional' ? { measure, level: level(random) } : { measure };
};
const threshold = (random: Random): JsonObject => ({
  threshold: random.next() < 0.3 ? 'mean' : between(random, -0.01, 0.01),
});

const draws: Readonly<Record<string, Draw>> = {
  'minimum-variance': none,
  'quadratic-utility': (_market, random) => ({ riskAversion: aversion(random) }),
  'maximum-return': (_market, random) => ({ volatilityMax: between(random, 0.05, 0.25) }),
  'minimum-risk-at-return': (market, random) => ({ returnMin: floorOf(market, random) }),
  'minimum-tracking-error': none,
  'minimum-turnover': (market, random) => ({ returnMin: floorOf(market, random) }),
  'maximum-sharpe': none,
  'maximum-information-ratio': none,
  'maximum-diversification': none,
  'risk-parity': none,
  'factor-specific-utility': (_market, random) => ({
    factorRiskAversion: aversion(random),
    specificRiskAversion: aversion(random),
    risk: random.next() < 0.5 ? 'total' : 'active',
  }),
  'factor-target': (_market, random) => ({
    targets: { F0: random.next() < 0.5 ? { target: between(random, 0.4, 1) } : { min: 0.5, max: 0.8 } },
    risk: random.next() < 0.5 ? 'total' : 'active',
    approach: random.next() < 0.5 ? 'exact' : 'nearest',
  }),
  'factor-neutral': () => ({ factors: ['F0'], relativeTo: 'benchmark', objective: 'least-active-risk' }),
  'minimum-cvar': (market, random) => ({
    level: level(random),
    relativeToBenchmark: random.next() < 0.3,
    ...sometimes(market, random),
  }),
  'maximum-return-at-cvar': (_market, random) => ({ level: level(random), cvarMax: between(random, 0.02, 0.1) }),
  'minimum-drawdown': (market, random) => ({ ...drawdown(random), ...sometimes(market, random) }),
  'maximum-return-at-drawdown': (_market, random) => ({ ...drawdown(random), drawdownMax: between(random, 0.05, 0.4) }),
  'minimum-mad': sometimes,
  minimax: sometimes,
  'minimum-semi-deviation': (market, random) => ({ ...threshold(random), ...sometimes(market, random) }),
  'semi-variance-utility': (_market, random) => ({ riskAversion: aversion(random), ...threshold(random) }),
  'tail-risk-utility': (_market, random) => ({
    measure: 'cvar',
    level: level(random),
    riskAversion: aversion(random) / 5,
  }),
  kelly: none,
  'robust-mean-variance': (market, random) =>
    random.next() < 0.4
      ? {
          uncertainty: 'box',
          riskAversion: aversion(random),
          halfWidths: Object.fromEntries(market.current.map((_, i) => [`A${String(i)}`, between(random, 0, 0.05)])),
        }
      : {
          uncertainty: 'ellipsoid',
          riskAversion: aversion(random),
          errors: random.next() < 0.5 ? 'correlated' : 'independent',
          years: between(random, 2, 40),
          confidence: between(random, 0.1, 0.95),
        },
  'worst-case-covariance': (_market, random) => ({
    stresses: [
      { name: 'crisis', volatilityFactor: between(random, 0.8, 1.2), correlationBlend: random.next() },
      { name: 'calm', correlationBlend: between(random, 0, 0.3) },
    ],
  }),
  'receding-horizon': (_market, random) => ({
    periods: 2 + Math.floor(3 * random.next()),
    periodsPerYear: 12,
    riskAversion: aversion(random),
    tradingCostRate: between(random, 0, 0.01),
    ...(random.next() < 0.5 ? { returnHalfLife: between(random, 1, 6) } : {}),
  }),
};

export const strategyIds: readonly string[] = Object.keys(draws);

export function parametersFor(strategy: string, market: DrawnMarket, random: Random): JsonObject {
  const draw = draws[strategy];
  if (draw === undefined) throw new RangeError(`no parameters are drawn for ${strategy}`);
  return draw(market, random);
}
