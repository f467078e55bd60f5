/**
 * What each type of constraint is tried with. Every portfolio breaks one of the sets of parameters of a type, wherever the type allows it,
 * so that a strategy which ignores the constraint is found out: the sets are tried in turn that its answer without the constraint breaks.
 */
import type { JsonObject } from '../../../src/values/json.ts';
import type { Ground } from './grounds.ts';

export interface Case {
  /** Where it is tried; `long-only` when absent. */
  readonly ground?: Ground;
  readonly parameters: readonly JsonObject[];
}

const apart = (name: string, max: number, min: number): readonly JsonObject[] => [
  { [name]: { max } },
  { [name]: { min } },
];
const period = 'annual';

const onParts: Readonly<Record<string, Case>> = {
  'asset-class': { parameters: apart('Bond', 0.15, 0.2) },
  bounds: { parameters: [{ all: { max: 0.2 } }, { assets: { XOM: { min: 0.22 } } }] },
  budget: { parameters: [{ min: 0.7, max: 0.7 }] },
  cash: { parameters: [{ min: 0.2, max: 0.2 }] },
  characteristic: {
    parameters: [
      { name: 'esg-score', aggregate: 'average', max: 8.9 },
      { name: 'esg-score', aggregate: 'average', min: 9 },
    ],
  },
  country: { parameters: apart('CH', 0.1, 0.15) },
  currency: { parameters: apart('CHF', 0.1, 0.15) },
  exclusion: { parameters: [{ assets: ['BOND'] }, { assets: ['GOOG', 'MA'] }, { assets: ['NOVN', 'AAPL', 'MO'] }] },
  'factor-exposure': { parameters: [{ exposures: { Value: { max: 0 } } }, { exposures: { Value: { min: 0.05 } } }] },
  group: {
    parameters: [
      { taxonomy: 'region', limits: { Europe: { max: 0.1 } } },
      { taxonomy: 'region', limits: { Europe: { min: 0.15 } } },
    ],
  },
  'group-ratio': {
    parameters: [
      { of: { sectors: ['Technology'] }, to: { countries: ['US'] }, max: 0.3 },
      { of: { sectors: ['Technology'] }, to: { countries: ['US'] }, min: 0.35 },
    ],
  },
  hold: { parameters: [{ assets: ['MA'] }, { assets: ['BOND'] }] },
  issuer: { parameters: apart('Alphabet', 0.1, 0.15) },
  linear: {
    parameters: [
      { coefficients: { AAPL: 1, GOOG: -1 }, min: 0.05 },
      { coefficients: { AAPL: 1, GOOG: -1 }, max: 0 },
    ],
  },
  'linear-text': { parameters: [{ expression: 'XOM >= MA + 5 %' }, { expression: 'XOM <= MA' }] },
  'no-buy': { parameters: [{ assets: ['BOND'] }, { assets: ['GOOG', 'MA'] }, { assets: ['NOVN', 'AAPL', 'MO'] }] },
  'no-sell': { parameters: [{ assets: ['BOND'] }, { assets: ['SHLD', 'XOM'] }, { assets: ['AAPL', 'NOVN'] }] },
  restricted: { parameters: [{ assets: ['BOND'] }, { assets: ['GOOG', 'MA'] }, { assets: ['NOVN', 'AAPL', 'MO'] }] },
  sector: { parameters: apart('Technology', 0.2, 0.3) },
};

const onRisk: Readonly<Record<string, Case>> = {
  beta: {
    parameters: [
      { from: 'covariance', max: 0.7 },
      { from: 'covariance', min: 0.75 },
    ],
  },
  cvar: { parameters: [0.06, 0.04, 0.035, 0.03].map((max) => ({ level: 0.9, max })) },
  drawdown: { parameters: [0.1, 0.05, 0.02].map((max) => ({ measure: 'maximum', max })) },
  'mean-absolute-deviation': { parameters: [0.025, 0.018, 0.014].map((max) => ({ max })) },
  'risk-contribution': {
    parameters: [
      { by: 'sector', limits: { Technology: { max: 0.3 } } },
      { by: 'sector', limits: { Technology: { min: 0.35 } } },
    ],
  },
  'stress-loss': {
    parameters: [
      { scenario: 'crash', shocks: { assetClasses: { Equity: -0.35 } }, max: 0.25 },
      { scenario: 'bonds fall', shocks: { assets: { BOND: -0.5 } }, max: 0.1 },
    ],
  },
  'tracking-error': { parameters: [0.05, 0.03, 0.01].map((max) => ({ max, period, definition: 'ex-ante' })) },
  'value-at-risk': {
    parameters: [0.2, 0.15, 0.135, 0.12].map((max) => ({ max, level: 0.95, period, definition: 'normal-zero-mean' })),
  },
  volatility: { parameters: [0.12, 0.09, 0.082, 0.075].map((max) => ({ max, period })) },
};

const onLeverage: Readonly<Record<string, Case>> = {
  'dollar-neutral': { ground: 'long-short', parameters: [{ tolerance: 0 }] },
  'gross-exposure': { ground: 'with-cash', parameters: [{ max: 0.6 }, { max: 0.3 }] },
  'long-exposure': { ground: 'with-cash', parameters: [{ max: 0.6 }, { max: 0.3 }] },
  'long-short': {
    ground: 'long-short',
    parameters: [
      { longMax: 1.1, shortMax: 0.1, net: 1 },
      { longMax: 0.9, shortMax: 0.1, net: 0.8 },
    ],
  },
  'market-neutral': { ground: 'long-short', parameters: [{ from: 'covariance', tolerance: 0.2 }] },
  'net-exposure': {
    parameters: [
      { max: 0.25, of: { sectors: ['Technology'] } },
      { min: 0.3, of: { sectors: ['Technology'] } },
    ],
  },
  'short-exposure': { ground: 'long-short', parameters: [{ max: 0.05 }] },
};

const onSizes: Readonly<Record<string, Case>> = {
  'all-or-none': { parameters: [{ assets: { AAPL: 0.13, GOOG: 0.17, MA: 0.14, BOND: 0.21 } }] },
  concentration: {
    parameters: [
      { eachMax: 0.4, threshold: 0.15, totalMax: 0.5 },
      { eachMax: 0.2, threshold: 0.1, totalMax: 0.5 },
    ],
  },
  herfindahl: { parameters: [{ max: 0.2 }, { max: 0.135 }] },
  'holding-minimum': { parameters: [{ min: 0.1 }, { min: 0.13 }] },
  liquidity: { parameters: [{ trade: { participation: 0.1 } }] },
  'mutually-exclusive': {
    parameters: [
      { of: { assets: ['AAPL', 'GOOG'] } },
      { of: { assets: ['BOND', 'NOVN'] } },
      { of: { assets: ['XOM', 'MO'] } },
    ],
  },
  names: { parameters: [{ max: 5 }, { min: 7 }] },
  'round-lots': { parameters: [{ lots: { BOND: 0.04, AAPL: 0.04, GOOG: 0.04 } }, { lots: { XOM: 0.03, NOVN: 0.03 } }] },
  'top-holdings': {
    parameters: [
      { count: 3, max: 0.55 },
      { count: 3, max: 0.4 },
    ],
  },
  'trade-minimum': { parameters: [{ min: 0.05 }, { min: 0.1 }] },
  trades: { parameters: [{ max: 6 }, { max: 5 }, { min: 8 }] },
  'trading-cost': { parameters: [0.0005, 0.0002].map((max) => ({ max, all: { rate: 0.0005, halfSpread: 0.0005 } })) },
  turnover: { parameters: [0.2, 0.1, 0.03].map((max) => ({ definition: 'half-sum', max })) },
};

export const cases: Readonly<Record<string, Case>> = { ...onParts, ...onRisk, ...onLeverage, ...onSizes };

/** Parameters of strategies in place of the first example of their schema: leaner, or with more room for constraints. */
export const strategyParameters: Readonly<Record<string, JsonObject>> = {
  'index-tracking': { measure: 'covariance', maximumNames: 6, minimumHolding: 0.02 },
};
