/** What constraints on weights and on parts of the portfolio say of holdings, in plain arithmetic. */
import type { JsonObject } from '../../src/values/json.ts';
import type { Situation } from '../../src/problem/situation.ts';
import {
  atLeast,
  atMost,
  benchmark,
  cashNow,
  cashOf,
  current,
  ids,
  inside,
  loadOf,
  longOf,
  minus,
} from './oracle-market.ts';
import { shortOf, sum, times, total } from './oracle-market.ts';
import type { Limit, Weights } from './oracle-market.ts';

export interface Oracle {
  readonly type: string;
  readonly parameters: JsonObject;
  /** In the order in which the handler tells its parts. */
  readonly limits: (w: Weights) => readonly Limit[];
  /** Slack of what is lowered per slack of the verdict; `sign` where only the sign is the same. */
  readonly scale?: number | 'sign';
  readonly situation?: Situation;
  /** The engine's answer meets it; not asked where answers are only local. */
  readonly isSearched?: boolean;
}

export const fromNow = (w: Weights): Weights => minus(w, current);
export const active = (w: Weights): Weights => minus(w, benchmark);
export const entries = (w: Weights, ...named: readonly string[]): number[] => named.map((id) => total(w, id));
const scores = [5, 9, 8, 3, 6, 7, 1, 10];
/** The same with the fund opened: 0.2 BND, 0.3 TEC, 0.15 OIL, 0.12 HID, 0.03 NST and 0.2 of its own. */
const openedScore = 0.2 * 6 + 0.3 * 9 + 0.15 * 3 + 0.12 * 2 + 0.03 * 4 + 0.2 * 5;
const betas = [0.9, 1.4, 1.1, 0.8, 0.1, -0.1, 0.2, 0];
export const equities = ['FND', 'TEC', 'SAP', 'OIL'];
const opened = (w: Weights, part: number, ...named: readonly string[]): number =>
  total(w, ...named) + part * total(w, 'FND');

const boundCases: readonly Oracle[] = [
  {
    type: 'bounds',
    parameters: { all: { min: -0.1, max: 0.3 }, assets: { TEC: { max: 0.1 }, GLD: { min: 0.02 } } },
    limits: (w) => w.map((value, i) => [value, ids[i] === 'GLD' ? 0.02 : -0.1, ids[i] === 'TEC' ? 0.1 : 0.3]),
  },
  {
    type: 'bounds',
    parameters: {
      relativeTo: 'benchmark',
      all: { min: -0.05, max: 0.06 },
      assets: { OIL: { max: 0.01, relativeTo: 'current' } },
    },
    limits: (w) =>
      active(w).flatMap((value, i): Limit[] =>
        ids[i] === 'OIL' ? [atMost(fromNow(w)[i]!, 0.01), atLeast(value, -0.05)] : [[value, -0.05, 0.06]],
      ),
  },
  {
    type: 'bounds',
    parameters: { all: { min: 0.5, max: 2, relativeTo: 'benchmark-multiple' }, of: { currencies: ['USD'] } },
    limits: (w) => [1, 3, 5, 7].map((i) => [w[i]!, benchmark[i]! / 2, benchmark[i]! * 2]),
  },
  {
    type: 'bounds',
    parameters: {
      all: { max: 0.3 },
      assets: {
        TEC: { min: 0.05, relativeTo: 'current' },
        SAP: { min: 0.1, relativeTo: 'benchmark-multiple' },
        OIL: { min: -0.1, max: 0.2, relativeTo: 'benchmark' },
        GLD: { max: 2, relativeTo: 'benchmark-multiple' },
      },
    },
    limits: (w) => [
      atMost(w[0]!, 0.3),
      atLeast(fromNow(w)[1]!, 0.05),
      atMost(w[1]!, 0.3),
      atLeast(w[2]!, 0.015),
      atMost(w[2]!, 0.3),
      [active(w)[3]!, -0.1, 0.2],
      ...[4, 5].map((i) => atMost(w[i]!, 0.3)),
      atMost(w[6]!, 0.1),
      atMost(w[7]!, 0.3),
    ],
  },
  { type: 'budget', parameters: { min: 0.9, max: 0.95 }, limits: (w) => [[sum(w), 0.9, 0.95]] },
  { type: 'cash', parameters: { min: 0.02, max: 0.04 }, limits: (w) => [[cashOf(w), 0.02, 0.04]] },
  {
    type: 'net-exposure',
    parameters: { max: 0.35, of: { assetClasses: ['stock'] } },
    limits: (w) => [atMost(total(w, ...equities), 0.35)],
  },
  {
    type: 'net-exposure',
    parameters: { min: -0.02, max: 0.01, of: { assets: ['TEC'], countries: ['DE'] }, relativeTo: 'current' },
    limits: (w) => [[total(fromNow(w), 'TEC', 'SAP', 'BND'), -0.02, 0.01]],
  },
  { type: 'gross-exposure', parameters: { max: 1.1 }, limits: (w) => [atMost(longOf(w) + shortOf(w), 1.1)] },
  {
    type: 'gross-exposure',
    parameters: { max: 0.3, relativeTo: 'benchmark', of: { currencies: ['EUR'] } },
    limits: (w) => [atMost(sum(entries(active(w), 'FND', 'SAP', 'BND').map(Math.abs)), 0.3)],
  },
  { type: 'long-exposure', parameters: { max: 1.05 }, limits: (w) => [atMost(longOf(w), 1.05)] },
  {
    type: 'long-exposure',
    parameters: { max: 0.2, relativeTo: 'benchmark' },
    limits: (w) => [atMost(longOf(active(w)), 0.2)],
  },
  { type: 'short-exposure', parameters: { max: 0.02 }, limits: (w) => [atMost(shortOf(w), 0.02)] },
  {
    type: 'short-exposure',
    parameters: { max: 0.1, relativeTo: 'benchmark', of: { sectors: ['Technology'], issuers: ['Alpha'] } },
    limits: (w) => [atMost(shortOf(entries(active(w), 'TEC', 'SAP', 'OIL')), 0.1)],
  },
  {
    type: 'long-short',
    parameters: { longMax: 1.1, shortMax: 0.1, net: 0.95 },
    limits: (w) => [[sum(w), 0.95, 0.95], atMost(longOf(w), 1.1), atMost(shortOf(w), 0.1)],
  },
  {
    type: 'long-short',
    parameters: { longMax: 1.2, shortMax: 0.2 },
    limits: (w) => [[sum(w), 1, 1], atMost(longOf(w), 1.2), atMost(shortOf(w), 0.2)],
  },
  { type: 'dollar-neutral', parameters: { tolerance: 0.05 }, limits: (w) => [[sum(w), -0.05, 0.05]] },
  {
    type: 'dollar-neutral',
    parameters: { of: { groups: { theme: ['AI', 'Water'] } } },
    limits: (w) => [[total(w, 'FND', 'TEC', 'OIL'), 0, 0]],
  },
];

const partCases: readonly Oracle[] = [
  {
    type: 'asset-class',
    parameters: { Stocks: { max: 0.4 }, 'fixed income': { min: 0.1, max: 0.5 }, cash: { min: 0.1 } },
    limits: (w) => [
      atMost(total(w, ...equities), 0.4),
      [total(w, 'BND', 'USB'), 0.1, 0.5],
      atLeast(total(w, 'BIL') + cashOf(w), 0.1),
    ],
  },
  {
    type: 'asset-class',
    parameters: {
      Equity: { max: 0.4, lookThrough: true },
      Cash: { max: 0.01, relativeTo: 'current' },
      Bond: { min: -0.02, relativeTo: 'benchmark', lookThrough: true },
    },
    limits: (w) => [
      atMost(opened(w, 1 - inside.BND, 'TEC', 'SAP', 'OIL'), 0.4),
      atMost(total(w, 'BIL') + cashOf(w) - total(current, 'BIL') - cashNow, 0.01),
      atLeast(opened(active(w), inside.BND, 'BND', 'USB'), -0.02),
    ],
  },
  {
    type: 'country',
    parameters: { US: { max: 0.5 }, LU: { max: 0.02, lookThrough: true }, FR: { min: 0.005, lookThrough: true } },
    limits: (w) => [
      atMost(total(w, 'TEC', 'OIL', 'USB', 'BIL'), 0.5),
      atMost((inside.FND + inside.NST) * total(w, 'FND'), 0.02),
      atLeast(inside.HID * total(w, 'FND'), 0.005),
    ],
  },
  {
    type: 'currency',
    parameters: { EUR: { max: 0.35 }, '*': { min: -0.1, max: 0.05, relativeTo: 'current' } },
    limits: (w) => [
      atMost(total(w, 'FND', 'SAP', 'BND'), 0.35),
      [total(fromNow(w), 'TEC', 'OIL', 'USB', 'BIL'), -0.1, 0.05],
    ],
  },
  {
    type: 'sector',
    parameters: { '*': { max: 0.15, lookThrough: true }, Technology: { max: 0.02, relativeTo: 'benchmark' } },
    // Those of the universe and of what funds hold, in the order in which they are met: OIL in the fund before the asset OIL.
    limits: (w) => [
      atMost((inside.FND + inside.NST) * total(w, 'FND'), 0.15),
      atMost(opened(w, inside.OIL, 'OIL'), 0.15),
      atMost(inside.HID * total(w, 'FND'), 0.15),
      atMost(total(active(w), 'TEC', 'SAP'), 0.02),
    ],
  },
  {
    type: 'issuer',
    parameters: { Alpha: { max: 0.3, lookThrough: true }, '*': { max: 0.25 } },
    limits: (w) => [
      atMost(opened(w, inside.TEC + inside.OIL, 'TEC', 'OIL'), 0.3),
      atMost(total(w, 'FND'), 0.25),
      atMost(total(w, 'SAP'), 0.25),
      atMost(total(w, 'BND'), 0.25),
      atMost(total(w, 'USB', 'BIL'), 0.25),
    ],
  },
  {
    type: 'group',
    parameters: { taxonomy: 'theme', limits: { AI: { max: 0.2 }, Water: { min: 0.05, lookThrough: true } } },
    limits: (w) => [atMost(total(w, 'FND', 'TEC'), 0.2), atLeast(opened(w, inside.OIL + inside.HID, 'OIL'), 0.05)],
  },
  {
    type: 'group-ratio',
    parameters: { of: { assetClasses: ['Equity'] }, to: { assetClasses: ['Bonds'] }, min: 0.5, max: 0.8 },
    limits: (w) => [
      atLeast(total(w, ...equities) - 0.5 * total(w, 'BND', 'USB'), 0),
      atMost(total(w, ...equities) - 0.8 * total(w, 'BND', 'USB'), 0),
    ],
  },
  {
    type: 'group-ratio',
    parameters: { of: { sectors: ['Energy'] }, to: { countries: ['US'] }, min: 0.2, max: 0.2, lookThrough: true },
    limits: (w) => [
      [opened(w, inside.OIL, 'OIL') - 0.2 * opened(w, inside.TEC + inside.OIL, 'TEC', 'OIL', 'USB', 'BIL'), 0, 0],
    ],
  },
  {
    type: 'characteristic',
    parameters: { name: 'score', aggregate: 'sum', min: 5, max: 6 },
    limits: (w) => [[times(w, scores), 5, 6]],
  },
  {
    type: 'characteristic',
    parameters: { name: 'score', aggregate: 'sum', max: 0.05, relativeTo: 'benchmark', lookThrough: true },
    limits: (w) => [atMost(times(active(w), [openedScore, ...scores.slice(1)]), 0.05)],
  },
  {
    type: 'characteristic',
    parameters: { name: 'score', aggregate: 'average', min: 6, max: 6.5 },
    limits: (w) => [atLeast(6 + times(w, scores) - 6 * sum(w), 6), atMost(6.5 + times(w, scores) - 6.5 * sum(w), 6.5)],
  },
  {
    type: 'characteristic',
    parameters: { name: 'esg', aggregate: 'average', max: 5, missing: 'exclude' },
    limits: (w) => [
      atMost(times(w, [0, 7, 8, 2, 6, 5, 0, 5]) - 5 * (total(w, 'TEC', 'SAP', 'OIL', 'BND', 'USB', 'BIL') - 1), 5),
    ],
  },
  {
    type: 'characteristic',
    parameters: {
      name: 'esg',
      aggregate: 'average',
      min: 5,
      max: 5,
      missing: 'zero',
      of: { assets: ['GLD'], countries: ['DE', 'US'] },
    },
    limits: (w) => [[5 + times(w, [0, 7, 8, 2, 6, 5, 0, 5]) - 5 * (sum(w) - total(w, 'FND')), 5, 5]],
  },
  {
    type: 'characteristic',
    parameters: {
      name: 'esg',
      aggregate: 'average',
      max: -0.1,
      missing: 'exclude',
      lookThrough: true,
      relativeTo: 'current',
    },
    limits: (w) => {
      // Of the fund's parts BND, TEC and OIL have one.
      const amounts = [0.2 * 6 + 0.3 * 7 + 0.15 * 2, 7, 8, 2, 6, 5, 0, 5];
      const counted = [0.65, 1, 1, 1, 1, 1, 0, 1];
      const now = times(current, amounts) / times(current, counted);
      return [atMost(times(w, amounts) - (now - 0.1) * times(w, counted) - 0.1, -0.1)];
    },
  },
  {
    type: 'factor-exposure',
    parameters: { exposures: { Market: { max: 0.5 }, Rates: { min: 0.2, max: 0.4 } } },
    limits: (w) => [atMost(loadOf(w, 0), 0.5), [loadOf(w, 1), 0.2, 0.4]],
  },
  {
    type: 'factor-exposure',
    parameters: { exposures: { Market: { min: -0.02, max: 0.02 } }, relativeTo: 'benchmark' },
    limits: (w) => [[loadOf(active(w), 0), -0.02, 0.02]],
  },
  {
    type: 'factor-exposure',
    parameters: { exposures: { Rates: { max: -0.01 } }, relativeTo: 'current' },
    limits: (w) => [atMost(loadOf(fromNow(w), 1), -0.01)],
  },
  {
    type: 'beta',
    parameters: { from: 'characteristic', min: 0.4, max: 0.5 },
    limits: (w) => [[times(w, betas), 0.4, 0.5]],
  },
  {
    type: 'beta',
    parameters: { from: 'characteristic', characteristic: 'score', max: -0.1, relativeTo: 'current' },
    limits: (w) => [atMost(times(fromNow(w), scores), -0.1)],
  },
  {
    type: 'market-neutral',
    parameters: { from: 'characteristic', tolerance: 0.03 },
    limits: (w) => [[times(w, betas), -0.03, 0.03]],
  },
  {
    type: 'linear',
    parameters: { coefficients: { TEC: 2, GLD: -1 }, max: 0.3 },
    limits: (w) => [atMost(2 * total(w, 'TEC') - total(w, 'GLD'), 0.3)],
  },
  {
    type: 'linear',
    parameters: { coefficients: { OIL: 1, SAP: 3 }, min: 0.2, max: 0.25, relativeTo: 'benchmark' },
    limits: (w) => [[total(active(w), 'OIL') + 3 * total(active(w), 'SAP'), 0.2, 0.25]],
  },
  {
    type: 'linear-text',
    parameters: { expression: '10 % <= (class:Stocks + 2*theme:Water) / 4 - 1e-2 <= 0.2 * (1 - Cash)' },
    limits: (w) => {
      const middle = (total(w, ...equities) + 2 * total(w, 'OIL')) / 4 - 0.01;
      return [atMost(0.1 - middle, 0), atMost(middle - 0.2 * (1 - total(w, 'BIL') - cashOf(w)), 0)];
    },
  },
  {
    type: 'linear-text',
    parameters: {
      expression: 'currency:EUR - -issuer:Alpha = benchmark(DE + 2 * sector:Energy) * 50 bp + current(Cash) + 30 %',
    },
    limits: (w) => {
      const right =
        (total(benchmark, 'SAP', 'BND') + 2 * total(benchmark, 'OIL')) * 0.005 + total(current, 'BIL') + cashNow + 0.3;
      return [[total(w, 'FND', 'SAP', 'BND') + total(w, 'TEC', 'OIL') - right, 0, 0]];
    },
  },
  {
    type: 'linear-text',
    parameters: {
      expression:
        'characteristic:score * 2 / 0.5 <= 24.8 * (Energy + asset:TEC + SAP + LU + class:bond + Commodities + BIL)',
    },
    limits: (w) => [atMost(4 * times(w, scores) - 24.8 * sum(w), 0)],
  },
];

export const holdingOracles: readonly Oracle[] = [...boundCases, ...partCases];
