/** What constraints on risk, scenarios and concentration say of holdings, in plain arithmetic. */
import { active, fromNow } from './oracle-holdings.ts';
import type { Oracle } from './oracle-holdings.ts';
import { atLeast, atMost, benchmark, chances, covariation, fallsOf, inside, loadOf, market } from './oracle-market.ts';
import { cashNow, cashOf, outcomesOf, riskOf, sum, times, total, unlikeMarket, worstMean } from './oracle-market.ts';
import type { Limit, Weights } from './oracle-market.ts';

const lossesOf = (w: Weights): number[] => outcomesOf(w).map((result) => -result);
const even = chances(market);
const uneven = chances(unlikeMarket);
const squares = (values: readonly number[]): number => Math.sqrt(sum(values.map((value) => value ** 2)));

function deviationOf(w: Weights, likelihoods: readonly number[]): number {
  const results = outcomesOf(w);
  const mean = times(results, likelihoods);
  return times(
    results.map((result) => Math.abs(result - mean)),
    likelihoods,
  );
}

/** Sums by issuer: House, Alpha, Soft, State, Treasury, and gold by itself. */
const byIssuer = (w: Weights): number[] =>
  [['FND'], ['TEC', 'OIL'], ['SAP'], ['BND'], ['USB', 'BIL'], ['GLD']].map((named) => total(w, ...named));
/** With the fund opened; HID brings Power. NST belongs to House. */
const byIssuerThrough = (w: Weights): number[] => {
  const fund = total(w, 'FND');
  const [, alpha, soft, state, treasury, gold] = byIssuer(w);
  const own = (inside.FND + inside.NST) * fund;
  return [
    own,
    alpha! + (inside.TEC + inside.OIL) * fund,
    soft!,
    state! + inside.BND * fund,
    treasury!,
    gold!,
    inside.HID * fund,
  ];
};
const bySector = (w: Weights): number[] => [
  total(w, 'FND'),
  total(w, 'TEC', 'SAP'),
  total(w, 'OIL'),
  ...['BND', 'USB', 'GLD', 'BIL'].map((id) => total(w, id)),
];
const largest = (values: readonly number[], count: number): number =>
  sum(values.toSorted((one, other) => other - one).slice(0, count));

const shares = (w: Weights, groups: readonly (readonly string[])[]): number[] => {
  const ids = ['FND', 'TEC', 'SAP', 'OIL', 'BND', 'USB', 'GLD', 'BIL'];
  return groups.map(
    (named) =>
      covariation(
        w.map((value, i) => (named.includes(ids[i]!) ? value : 0)),
        w,
      ) / covariation(w, w),
  );
};

const riskCases: readonly Oracle[] = [
  { type: 'volatility', parameters: { max: 0.06, period: 'annual' }, limits: (w) => [atMost(riskOf(w), 0.06)] },
  {
    type: 'volatility',
    parameters: { max: 0.018, period: 'monthly' },
    limits: (w) => [atMost(riskOf(w) / Math.sqrt(12), 0.018)],
    scale: Math.sqrt(12),
  },
  {
    type: 'volatility',
    parameters: { max: 0.7, period: 'daily', relativeTo: 'benchmark-multiple' },
    limits: (w) => [atMost(riskOf(w) / riskOf(benchmark), 0.7)],
    scale: riskOf(benchmark),
  },
  {
    type: 'tracking-error',
    parameters: { max: 0.002, period: 'daily', definition: 'ex-ante' },
    limits: (w) => [atMost(riskOf(active(w)) / Math.sqrt(252), 0.002)],
    scale: Math.sqrt(252),
  },
  {
    type: 'value-at-risk',
    parameters: { max: 0.03, level: 0.95, period: 'monthly', definition: 'normal-zero-mean' },
    limits: (w) => [atMost((1.6448536269514722 * riskOf(w)) / Math.sqrt(12), 0.03)],
    scale: Math.sqrt(12) / 1.6448536269514722,
  },
  {
    type: 'value-at-risk',
    parameters: { max: 0.06, level: 0.99, period: 'annual', definition: 'normal-zero-mean', relativeTo: 'benchmark' },
    limits: (w) => [atMost(2.3263478740408408 * riskOf(active(w)), 0.06)],
    scale: 1 / 2.3263478740408408,
  },
  {
    type: 'value-at-risk',
    parameters: { max: 0.0001, level: 0.6, period: 'daily', definition: 'normal-zero-mean', relativeTo: 'current' },
    limits: (w) => [atMost((0.2533471031357997 * riskOf(fromNow(w))) / Math.sqrt(252), 0.0001)],
    scale: Math.sqrt(252) / 0.2533471031357997,
  },
  {
    type: 'beta',
    parameters: { from: 'covariance', min: 0.5, max: 0.6 },
    limits: (w) => [[covariation(w, benchmark) / covariation(benchmark, benchmark), 0.5, 0.6]],
  },
  {
    type: 'beta',
    parameters: { from: 'covariance', min: -0.05, relativeTo: 'current', max: 0.05 },
    limits: (w) => [[covariation(fromNow(w), benchmark) / covariation(benchmark, benchmark), -0.05, 0.05]],
  },
  {
    type: 'market-neutral',
    parameters: { from: 'covariance' },
    limits: (w) => [[covariation(w, benchmark) / covariation(benchmark, benchmark), 0, 0]],
  },
  {
    type: 'risk-contribution',
    parameters: { by: 'asset', all: { max: 0.4 }, limits: { TEC: { min: 0.05 } } },
    limits: (w) =>
      shares(w, [['FND'], ['TEC'], ['SAP'], ['OIL'], ['BND'], ['USB'], ['GLD'], ['BIL']]).map((share, i): Limit =>
        i === 1 ? [share, 0.05, 0.4] : atMost(share, 0.4),
      ),
    scale: 1,
  },
  {
    type: 'risk-contribution',
    parameters: { by: 'issuer', limits: { Alpha: { max: 0.3 } }, relativeTo: 'benchmark' },
    limits: (w) => shares(active(w), [['TEC', 'OIL']]).map((share) => atMost(share, 0.3)),
  },
  {
    type: 'risk-contribution',
    parameters: { by: 'asset-class', limits: { Stocks: { max: 0.5 }, Bonds: { min: 0.05 } } },
    limits: (w) => {
      const [stocks, bonds] = shares(w, [
        ['FND', 'TEC', 'SAP', 'OIL'],
        ['BND', 'USB'],
      ]);
      return [atMost(stocks!, 0.5), atLeast(bonds!, 0.05)];
    },
  },
  {
    type: 'risk-contribution',
    parameters: { by: 'group', taxonomy: 'theme', limits: { AI: { max: 0.3 } } },
    limits: (w) => shares(w, [['FND', 'TEC']]).map((share) => atMost(share, 0.3)),
  },
  {
    type: 'risk-contribution',
    parameters: { by: 'factor', limits: { Rates: { min: 0.1 } } },
    limits: (w) => [atLeast((loadOf(w, 1) * (0.002 * loadOf(w, 0) + 0.004 * loadOf(w, 1))) / covariation(w, w), 0.1)],
  },
];

const scenarioCases: readonly Oracle[] = [
  {
    type: 'cvar',
    parameters: { max: 0.03, level: 0.9 },
    limits: (w) => [atMost(worstMean(lossesOf(w), even, 0.1), 0.03)],
  },
  {
    type: 'cvar',
    parameters: { max: 0.03, level: 0.87, relativeTo: 'benchmark' },
    limits: (w) => [atMost(worstMean(lossesOf(active(w)), uneven, 0.13), 0.03)],
    situation: unlikeMarket,
  },
  {
    type: 'cvar',
    parameters: { max: 0.02, level: 1, relativeTo: 'current' },
    limits: (w) => [atMost(Math.max(...lossesOf(fromNow(w))), 0.02)],
  },
  {
    type: 'mean-absolute-deviation',
    parameters: { max: 0.015 },
    limits: (w) => [atMost(deviationOf(w, even), 0.015)],
  },
  {
    type: 'mean-absolute-deviation',
    parameters: { max: 0.008, relativeTo: 'current' },
    limits: (w) => [atMost(deviationOf(fromNow(w), uneven), 0.008)],
    situation: unlikeMarket,
  },
  {
    type: 'drawdown',
    parameters: { measure: 'maximum', max: 0.06 },
    limits: (w) => [atMost(Math.max(...fallsOf(outcomesOf(w))), 0.06)],
  },
  {
    type: 'drawdown',
    parameters: { measure: 'average', max: 0.015, relativeTo: 'benchmark' },
    limits: (w) => [atMost(times(fallsOf(outcomesOf(active(w))), even), 0.015)],
  },
  {
    type: 'drawdown',
    parameters: { measure: 'cdar', level: 0.77, max: 0.03, relativeTo: 'current' },
    limits: (w) => [atMost(worstMean(fallsOf(outcomesOf(fromNow(w))), even, 0.23), 0.03)],
  },
  {
    type: 'stress-loss',
    parameters: {
      scenario: 'crash',
      shocks: { assets: { GLD: 0.1 }, assetClasses: { stock: -0.4, Cash: -0.01 }, groups: { theme: { Water: -0.1 } } },
      overlap: 'add',
      max: 0.1,
    },
    limits: (w) => {
      const result = 0.1 * total(w, 'GLD') - 0.4 * total(w, 'FND', 'TEC', 'SAP') - 0.5 * total(w, 'OIL');
      return [atMost(0.01 * (total(w, 'BIL') + cashOf(w)) - result, 0.1)];
    },
  },
  {
    type: 'stress-loss',
    parameters: {
      scenario: 'rates',
      shocks: { factors: { Rates: -0.1 }, assets: { USB: 0 } },
      max: -0.04,
      relativeTo: 'benchmark',
    },
    limits: (w) => {
      const away = active(w);
      return [atMost(0.1 * (loadOf(away, 1) - 0.9 * total(away, 'USB')), -0.04)];
    },
  },
  {
    type: 'stress-loss',
    parameters: {
      scenario: 'energy and a house',
      shocks: { sectors: { Energy: -0.3, Utilities: -0.2 }, countries: { LU: -0.5 }, assetClasses: { Cash: -0.02 } },
      lookThrough: true,
      max: -0.17,
      relativeTo: 'current',
    },
    limits: (w) => {
      const away = fromNow(w);
      const inFund = -0.3 * inside.OIL - 0.2 * inside.HID - 0.5 * (inside.NST + inside.FND);
      const cash = total(away, 'BIL') + cashOf(w) - cashNow;
      return [atMost(0.02 * cash + 0.3 * total(away, 'OIL') - inFund * total(away, 'FND'), -0.17)];
    },
  },
];

/** A fund in the fund that has a shock of its own returns that, whatever is in it. */
const nestedShock: Oracle = {
  type: 'stress-loss',
  parameters: {
    scenario: 'a fund closes',
    shocks: { assets: { NST: -0.6 }, sectors: { Energy: -0.3, Utilities: -0.2 }, countries: { DE: 0.1 } },
    lookThrough: true,
    max: -0.05,
  },
  limits: (w) => {
    const inFund = 0.1 * inside.BND - 0.6 * 0.3;
    return [atMost(0.3 * total(w, 'OIL') - 0.1 * total(w, 'SAP', 'BND') - inFund * total(w, 'FND'), -0.05)];
  },
};

const concentrationCases: readonly Oracle[] = [
  { type: 'herfindahl', parameters: { max: 0.16 }, limits: (w) => [atMost(squares(w), 0.4)] },
  {
    type: 'herfindahl',
    parameters: { effectiveNumberMin: 4, by: 'issuer' },
    limits: (w) => [atMost(squares(byIssuer(w)), 0.5)],
  },
  {
    type: 'herfindahl',
    parameters: { max: 0.0225, by: 'issuer', lookThrough: true, relativeTo: 'benchmark' },
    limits: (w) => [atMost(squares(byIssuerThrough(active(w))), 0.15)],
  },
  {
    type: 'top-holdings',
    parameters: { count: 2, max: 0.5 },
    limits: (w) => [atMost(largest(w, 2), 0.5)],
    scale: 1 / 2,
  },
  {
    type: 'top-holdings',
    parameters: { count: 3, max: 0.7, by: 'sector' },
    limits: (w) => [atMost(largest(bySector(w), 3), 0.7)],
    scale: 1 / 3,
  },
  {
    type: 'top-holdings',
    parameters: { count: 1, max: 0.25, by: 'issuer', lookThrough: true },
    limits: (w) => [atMost(largest(byIssuerThrough(w), 1), 0.25)],
  },
  {
    type: 'concentration',
    parameters: { eachMax: 0.3, threshold: 0.15, totalMax: 0.5 },
    limits: (w) => {
      const counted = byIssuer(w).filter((value) => value > 0.15 + 1e-9);
      const alone = ['FND', 'SAP', 'BND', 'GLD'];
      const ids = ['FND', 'TEC', 'SAP', 'OIL', 'BND', 'USB', 'GLD', 'BIL'];
      return [
        ...w.map((value, i): Limit => [value, 0, alone.includes(ids[i]!) ? 0.3 : Infinity]),
        atMost(total(w, 'TEC', 'OIL'), 0.3),
        atMost(total(w, 'USB', 'BIL'), 0.3),
        atMost(sum(counted), 0.5),
      ];
    },
  },
  {
    type: 'concentration',
    parameters: { eachMax: 0.4, threshold: 0.2, totalMax: 0.3, by: 'asset' },
    limits: (w) => [
      ...w.map((value): Limit => [value, 0, 0.4]),
      atMost(sum(w.filter((value) => value > 0.2 + 1e-9)), 0.3),
    ],
  },
];

export const riskOracles: readonly Oracle[] = [...riskCases, ...scenarioCases, nestedShock, ...concentrationCases];
