/** What constraints on lists, trades and counts say of holdings, in plain arithmetic. */
import { entries, equities, fromNow } from './oracle-holdings.ts';
import type { Oracle } from './oracle-holdings.ts';
import { atLeast, atMost, longOf, shortOf, sum, times, total } from './oracle-market.ts';
import type { Limit, Weights } from './oracle-market.ts';

const daily = [0.6, 0.9, 0.5, 0.3, 2, 2, 0, 2];
const buys = (w: Weights): number => longOf(fromNow(w));
const sells = (w: Weights): number => shortOf(fromNow(w));

const listCases: readonly Oracle[] = [
  {
    type: 'exclusion',
    parameters: { assets: ['BIL'], assetClasses: ['Commodity'] },
    limits: (w) => [
      [total(w, 'GLD'), 0, 0],
      [total(w, 'BIL'), 0, 0],
    ],
  },
  {
    type: 'no-buy',
    parameters: { everything: true },
    limits: (w) => fromNow(w).map((trade) => atMost(trade, 0)),
  },
  {
    type: 'no-sell',
    parameters: { countries: ['US'], assets: ['GLD', 'unheard of'], unknown: 'ignore' },
    limits: (w) => entries(fromNow(w), 'TEC', 'OIL', 'USB', 'GLD', 'BIL').map((trade) => atLeast(trade, 0)),
  },
  {
    type: 'hold',
    parameters: { issuers: ['Alpha'] },
    limits: (w) => entries(fromNow(w), 'TEC', 'OIL').map((trade) => [trade, 0, 0]),
  },
  {
    type: 'restricted',
    parameters: { assets: ['GLD', 'SAP', 'OIL'] },
    limits: (w) => [
      [total(w, 'SAP'), 0, 0],
      [total(w, 'OIL'), 0, 0.25],
      [total(w, 'GLD'), -0.05, 0],
    ],
  },
  {
    type: 'liquidity',
    parameters: { trade: { participation: 0.2 }, missing: 'forbid' },
    limits: (w) => fromNow(w).map((trade, i) => atMost(Math.abs(trade), 0.2 * daily[i]!)),
  },
  {
    type: 'liquidity',
    parameters: {
      trade: { participation: 1 },
      position: { participation: 0.1, days: 4 },
      of: { assets: ['FND', 'TEC', 'SAP'] },
    },
    limits: (w) =>
      [0, 1, 2].flatMap((i) => [atMost(Math.abs(fromNow(w)[i]!), daily[i]!), atMost(Math.abs(w[i]!), 0.4 * daily[i]!)]),
  },
  {
    type: 'liquidity',
    parameters: {
      trade: { participation: 0.05, days: 0.5 },
      of: { assets: ['GLD', 'OIL', 'SAP'] },
      missing: 'unlimited',
    },
    limits: (w) => [
      atMost(Math.abs(total(fromNow(w), 'SAP')), 0.0125),
      atMost(Math.abs(total(fromNow(w), 'OIL')), 0.0075),
    ],
  },
];

const tradeCases: readonly Oracle[] = [
  {
    type: 'turnover',
    parameters: { definition: 'half-sum', max: 0.1 },
    limits: (w) => [atMost((buys(w) + sells(w)) / 2, 0.1)],
  },
  {
    type: 'turnover',
    parameters: { definition: 'gross', max: 0.15 },
    limits: (w) => [atMost(buys(w) + sells(w), 0.15)],
  },
  { type: 'turnover', parameters: { definition: 'one-way-buy', max: 0.05 }, limits: (w) => [atMost(buys(w), 0.05)] },
  { type: 'turnover', parameters: { definition: 'one-way-sell', max: 0.06 }, limits: (w) => [atMost(sells(w), 0.06)] },
  {
    type: 'turnover',
    parameters: { definition: 'average', max: 0.01, of: { currencies: ['USD'] } },
    limits: (w) => [atMost(sum(entries(fromNow(w), 'TEC', 'OIL', 'USB', 'BIL').map(Math.abs)) / 4, 0.01)],
  },
  {
    type: 'turnover',
    parameters: { definition: 'per-asset', max: 0.02 },
    limits: (w) => fromNow(w).map((trade) => atMost(Math.abs(trade), 0.02)),
  },
  {
    type: 'turnover',
    // What is held long, and purchases of SAP, of which nothing is held.
    parameters: { definition: 'gross', max: 0.1, side: 'long' },
    limits: (w) => [
      atMost(sum(fromNow(w).map((trade, i) => (i === 6 ? 0 : i === 2 ? Math.max(trade, 0) : Math.abs(trade)))), 0.1),
    ],
  },
  {
    type: 'turnover',
    parameters: { definition: 'half-sum', max: 0.01, side: 'short' },
    limits: (w) => [atMost((Math.abs(total(fromNow(w), 'GLD')) + Math.max(-total(w, 'SAP'), 0)) / 2, 0.01)],
  },
  {
    type: 'turnover',
    parameters: { definition: 'per-asset', max: 0.01, side: 'short', of: { assets: ['SAP', 'GLD', 'TEC'] } },
    limits: (w) => [
      atMost(0, 0.01),
      atMost(Math.max(-total(w, 'SAP'), 0), 0.01),
      atMost(Math.abs(total(fromNow(w), 'GLD')), 0.01),
    ],
    scale: 'sign',
  },
  {
    type: 'trading-cost',
    parameters: {
      max: 0.0005,
      all: { rate: 0.001, halfSpread: 0.0005 },
      assets: { SAP: { halfSpread: 0.002, buy: 0.005 }, OIL: { rate: 0, sell: 0.01 } },
    },
    limits: (w) => {
      const bought = fromNow(w).map((trade) => Math.max(trade, 0));
      const sold = fromNow(w).map((trade) => Math.max(-trade, 0));
      const both = [0.0015, 0.0015, 0.003, 0.0005, 0.0015, 0.0015, 0.0015, 0.0015];
      return [atMost(times(bought, both) + times(sold, both) + 0.005 * bought[2]! + 0.01 * sold[3]!, 0.0005)];
    },
  },
];

const costs: Oracle = {
  type: 'trading-cost',
  parameters: {
    max: 0.001,
    assets: { TEC: { buy: 0.01 }, OIL: { sell: 0.02 }, BND: { rate: 0.003 }, USB: { halfSpread: 0.004 } },
  },
  limits: (w) => {
    const [tec, oil, bnd, usb] = entries(fromNow(w), 'TEC', 'OIL', 'BND', 'USB');
    const sold = 0.02 * Math.max(-oil!, 0);
    return [atMost(0.01 * Math.max(tec!, 0) + sold + 0.003 * Math.abs(bnd!) + 0.004 * Math.abs(usb!), 0.001)];
  },
};

const isHeld = (value: number): boolean => Math.abs(value) > 1e-9;
const countOf = (values: readonly number[]): number => values.filter(isHeld).length;
const positive = (values: readonly number[]): number[] => values.filter((value) => value > 0);

const countCases: readonly Oracle[] = (
  [
    { type: 'names', parameters: { max: 4 }, limits: (w) => [atMost(countOf(w), 4)] },
    {
      type: 'names',
      parameters: { min: 3, side: 'short' },
      limits: (w) => [atLeast(countOf(positive(w.map((v) => -v))), 3)],
    },
    {
      type: 'names',
      parameters: { min: 1, max: 1, by: 'sector', side: 'long' },
      limits: (w) =>
        [['FND'], ['TEC', 'SAP'], ['OIL']].map((named): Limit => [countOf(positive(entries(w, ...named))), 1, 1]),
    },
    {
      type: 'names',
      parameters: { max: 1, of: { currencies: ['EUR', 'USD'] }, by: 'class' },
      limits: (w) => [equities, ['BND', 'USB'], ['BIL']].map((named) => atMost(countOf(entries(w, ...named)), 1)),
    },
    {
      type: 'names',
      parameters: { max: 2, by: 'asset-class', side: 'long' },
      limits: (w) =>
        [equities, ['BND', 'USB'], ['GLD'], ['BIL']].map((named) => atMost(countOf(positive(entries(w, ...named))), 2)),
    },
    { type: 'trades', parameters: { max: 3 }, limits: (w) => [atMost(countOf(fromNow(w)), 3)] },
    { type: 'trades', parameters: { max: 1, side: 'buys' }, limits: (w) => [atMost(countOf(positive(fromNow(w))), 1)] },
    {
      type: 'trades',
      parameters: { max: 1, side: 'sells', by: 'currency' },
      limits: (w) =>
        [
          ['FND', 'SAP', 'BND'],
          ['TEC', 'OIL', 'USB', 'BIL'],
        ].map((named) => atMost(countOf(positive(entries(fromNow(w), ...named).map((trade) => -trade))), 1)),
    },
    {
      type: 'mutually-exclusive',
      parameters: { of: { assets: ['TEC', 'SAP', 'GLD'] } },
      limits: (w) => [atMost(countOf(entries(w, 'TEC', 'SAP', 'GLD')), 1)],
    },
    {
      type: 'mutually-exclusive',
      parameters: { of: { countries: ['US'], assets: ['FND'] }, max: 2 },
      limits: (w) => [atMost(countOf(entries(w, 'FND', 'TEC', 'OIL', 'USB', 'BIL')), 2)],
    },
    {
      type: 'all-or-none',
      parameters: { assets: { TEC: 0.08, GLD: -0.04 } },
      limits: (w) =>
        (
          [
            ['TEC', 0.08],
            ['GLD', -0.04],
          ] as const
        ).map(([id, block]): Limit => {
          const value = total(w, id);
          const whole = Math.abs(value - block) < Math.abs(value) ? block : 0;
          return [value, whole, whole];
        }),
    },
  ] as const satisfies readonly Oracle[]
).map((oracle) => ({ ...oracle, scale: oracle.type === 'all-or-none' ? 1 : 'sign' }));

export const tradeOracles: readonly Oracle[] = [...listCases, ...tradeCases, costs, ...countCases];
