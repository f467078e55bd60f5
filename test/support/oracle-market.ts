/** A market for the oracles of constraints: eight assets, a fund with a fund in it, short and long holdings, and plain arithmetic on them. */
import type { Situation } from '../../src/problem/situation.ts';
import type { UniverseAsset } from '../../src/problem/universe.ts';
import { Random } from './problems.ts';

/** Weights of FND, TEC, SAP, OIL, BND, USB, GLD, BIL; what they leave of 1 is cash. */
export type Weights = readonly number[];
/** What is measured, and between which bounds it is to lie. */
export type Limit = readonly [value: number, lower: number, upper: number];

export const atMost = (value: number, most: number): Limit => [value, -Infinity, most];
export const atLeast = (value: number, least: number): Limit => [value, least, Infinity];

const hidden: UniverseAsset = {
  id: 'HID',
  assetClass: 'Stocks',
  sector: 'Utilities',
  country: 'FR',
  currency: 'EUR',
  issuer: 'Power',
  groups: { theme: 'Water' },
  characteristics: { score: 2 },
};
const technology: UniverseAsset = {
  id: 'TEC',
  assetClass: 'Equity',
  sector: 'Technology',
  country: 'US',
  currency: 'USD',
  issuer: 'Alpha',
  averageDailyValue: 0.9,
  groups: { theme: 'AI' },
  characteristics: { score: 9, beta: 1.4, esg: 7 },
};
const oil: UniverseAsset = {
  id: 'OIL',
  assetClass: 'Equities',
  sector: 'Energy',
  country: 'US',
  currency: 'USD',
  issuer: 'Alpha',
  averageDailyValue: 0.3,
  groups: { theme: 'Water' },
  characteristics: { score: 3, beta: 0.8, esg: 2 },
};
const bond: UniverseAsset = {
  id: 'BND',
  assetClass: 'Bonds',
  country: 'DE',
  currency: 'EUR',
  issuer: 'State',
  averageDailyValue: 2,
  groups: {},
  characteristics: { score: 6, beta: 0.1, esg: 6 },
};
const nest: UniverseAsset = {
  id: 'NST',
  assetClass: 'equities',
  sector: 'Financials',
  country: 'LU',
  currency: 'EUR',
  issuer: 'House',
  groups: {},
  characteristics: { score: 4 },
  holdings: [
    { asset: oil, weight: 0.5 },
    { asset: hidden, weight: 0.4 },
  ],
};
const fund: UniverseAsset = {
  id: 'FND',
  assetClass: 'Equity',
  sector: 'Financials',
  country: 'LU',
  currency: 'EUR',
  issuer: 'House',
  averageDailyValue: 0.6,
  groups: { theme: 'AI' },
  characteristics: { score: 5, beta: 0.9 },
  holdings: [
    { asset: bond, weight: 0.2 },
    { asset: technology, weight: 0.3 },
    { asset: nest, weight: 0.3 },
  ],
};

/** What 1 in FND is with funds opened, by hand: 0.3 of NST are 0.15 OIL, 0.12 HID and 0.03 of its own. */
export const inside = { BND: 0.2, TEC: 0.3, OIL: 0.15, HID: 0.12, NST: 0.03, FND: 0.2 } as const;

const sap: UniverseAsset = {
  ...technology,
  id: 'SAP',
  assetClass: 'shares',
  country: 'DE',
  currency: 'EUR',
  issuer: 'Soft',
  averageDailyValue: 0.5,
  groups: {},
  characteristics: { score: 8, beta: 1.1, esg: 8 },
};
const treasury: UniverseAsset = {
  ...bond,
  id: 'USB',
  assetClass: 'fixed-income',
  country: 'US',
  currency: 'USD',
  issuer: 'Treasury',
  characteristics: { score: 7, beta: -0.1, esg: 5 },
};
const gold: UniverseAsset = {
  id: 'GLD',
  assetClass: 'Commodities',
  groups: {},
  characteristics: { score: 1, beta: 0.2 },
};
const bills: UniverseAsset = {
  ...treasury,
  id: 'BIL',
  assetClass: 'Cash',
  characteristics: { score: 10, beta: 0, esg: 5 },
};

const assets = [fund, technology, sap, oil, bond, treasury, gold, bills];
const n = assets.length;
const random = new Random(20_261_122);

/** (n x 2) exposures to Market and Rates. */
const exposures = Float64Array.of(0.9, 0.1, 1.3, 0, 1.1, 0.1, 0.9, -0.2, 0.1, 0.8, 0, 0.9, 0.2, 0.3, 0, 0.05);
const specific = Float64Array.of(0.01, 0.04, 0.03, 0.05, 0.002, 0.002, 0.03, 0.0001);
const factorCovariance = Float64Array.of(0.03, 0.002, 0.002, 0.004);
const scenarioCount = 40;
const returns = random
  .vector(scenarioCount * n, () => 0)
  .map((_, at) => {
    const i = at % n;
    return 0.004 * exposures[2 * i]! + 0.25 * Math.sqrt(specific[i]! + 0.01) * random.normal();
  });
const likely = random.vector(scenarioCount, (s) => 1 + (s % 5));
const sumOfLikely = likely.reduce((sum, value) => sum + value, 0);

export const current: Weights = [0.2, 0.15, 0, 0.25, 0.2, 0.1, -0.05, 0.1];
export const benchmark: Weights = [0.1, 0.25, 0.15, 0.1, 0.2, 0.1, 0.05, 0.05];
export const cashNow = 0.05;

export const market: Situation = {
  universe: { assets },
  current: Float64Array.from(current),
  cashCurrent: cashNow,
  benchmark: Float64Array.from(benchmark),
  covariance: { kind: 'factor', size: n, factors: 2, exposures, factorCovariance, specific },
  factors: { names: ['Market', 'Rates'], exposures },
  scenarios: { count: scenarioCount, returns, periodsPerYear: 12, isPath: true },
};

/** The scenarios with chances of their own; no path. */
export const unlikeMarket: Situation = {
  ...market,
  scenarios: {
    count: scenarioCount,
    returns,
    periodsPerYear: 12,
    isPath: false,
    probabilities: likely.map((value) => value / sumOfLikely),
  },
};

export const ids = assets.map(({ id }) => id);
const at = (id: string): number => ids.indexOf(id);

/** Total weight of the assets named. */
export const total = (w: Weights, ...named: readonly string[]): number =>
  named.reduce((sum, id) => sum + w[at(id)]!, 0);
export const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
export const cashOf = (w: Weights): number => 1 - sum(w);
export const minus = (w: Weights, from: Weights): Weights => w.map((value, i) => value - from[i]!);
export const longOf = (w: Weights): number => sum(w.map((value) => Math.max(value, 0)));
export const shortOf = (w: Weights): number => sum(w.map((value) => Math.max(-value, 0)));
/** Sum of weight times what it is worth, in the order of the assets. */
export const times = (w: Weights, values: readonly number[]): number => sum(w.map((value, i) => value * values[i]!));

/** w' Sigma v, entry by entry. */
export function covariation(w: Weights, v: Weights): number {
  const load = (x: Weights, f: number): number => sum(x.map((value, i) => value * exposures[2 * i + f]!));
  const own = sum(w.map((value, i) => value * v[i]! * specific[i]!));
  const [a, b, c] = [factorCovariance[0]!, factorCovariance[1]!, factorCovariance[3]!];
  const cross = load(w, 0) * load(v, 1) + load(w, 1) * load(v, 0);
  return own + a * load(w, 0) * load(v, 0) + b * cross + c * load(w, 1) * load(v, 1);
}

export const riskOf = (w: Weights): number => Math.sqrt(covariation(w, w));
export const loadOf = (w: Weights, factor: 0 | 1): number =>
  sum(w.map((value, i) => value * exposures[2 * i + factor]!));

/** Results of all scenarios. */
export const outcomesOf = (w: Weights): number[] =>
  Array.from({ length: scenarioCount }, (_, s) => times(w, [...returns.subarray(s * n, (s + 1) * n)]));

export const chances = (s: Situation): readonly number[] =>
  Array.from({ length: scenarioCount }, (_, k) => s.scenarios!.probabilities?.[k] ?? 1 / scenarioCount);

/** Mean of the worst share of values, the last of them counted in part. */
export function worstMean(values: readonly number[], likelihoods: readonly number[], share: number): number {
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
  let [left, mean] = [share, 0];
  for (const k of order) {
    const counted = Math.min(left, likelihoods[k]!);
    mean += counted * values[k]!;
    left -= counted;
  }
  return mean / share;
}

/** How far the running sum of results lies below its highest value so far, the start included. */
export function fallsOf(results: readonly number[]): number[] {
  const path = results.map((_, s) => sum(results.slice(0, s + 1)));
  return path.map((value, s) => Math.max(0, ...path.slice(0, s + 1)) - value);
}
