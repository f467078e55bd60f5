/** The laws of the handlers that limit risk, leverage and concentration. */
import fc from 'fast-check';

import { beta } from '../../src/constraints/beta.ts';
import { concentration } from '../../src/constraints/concentration.ts';
import { cvar } from '../../src/constraints/cvar.ts';
import { dollarNeutral } from '../../src/constraints/dollar-neutral.ts';
import { drawdown } from '../../src/constraints/drawdown.ts';
import { grossExposure } from '../../src/constraints/gross-exposure.ts';
import { herfindahl } from '../../src/constraints/herfindahl.ts';
import { longExposure } from '../../src/constraints/long-exposure.ts';
import { longShort } from '../../src/constraints/long-short.ts';
import { marketNeutral } from '../../src/constraints/market-neutral.ts';
import { meanAbsoluteDeviation } from '../../src/constraints/mean-absolute-deviation.ts';
import { netExposure } from '../../src/constraints/net-exposure.ts';
import { riskContribution } from '../../src/constraints/risk-contribution.ts';
import { shortExposure } from '../../src/constraints/short-exposure.ts';
import { stressLoss } from '../../src/constraints/stress-loss.ts';
import { topHoldings } from '../../src/constraints/top-holdings.ts';
import { valueAtRisk } from '../../src/constraints/value-at-risk.ts';
import { fraction, law, limit, period, range, selection } from './constraint-laws.ts';
import type { Law } from './constraint-laws.ts';

const level = fc.constantFrom(0.5, 0.7, 0.9, 1);
const relativeTo = fc.constantFrom('none' as const, 'benchmark' as const);
const anyCentre = fc.constantFrom('none' as const, 'benchmark' as const, 'current' as const);
const tolerance = fc.double({ min: 0, max: 0.3, noNaN: true });
const two = { assets: ['A0', 'A1'] };
/** By the covariance it is tried in unit tests: the variance of a random benchmark may be next to nothing. */
const from = 'characteristic' as const;
const by = fc.constantFrom(
  { by: 'asset' as const },
  { by: 'issuer' as const },
  { by: 'sector' as const },
  { by: 'asset-class' as const },
  { by: 'group' as const, taxonomy: 'theme' },
);
const exposure = fc.record({ max: limit, of: fc.constantFrom({ assets: ['A0'] }, two), relativeTo });
const shocks = fc.record({
  assets: fc.record({ A0: fraction }),
  assetClasses: fc.record({ Stocks: fraction, Cash: fraction }),
  groups: fc.record({ theme: fc.record({ Water: fraction }) }),
  factors: fc.record({ Value: fraction }),
});

export const riskLaws: readonly Law[] = [
  law(
    beta,
    fc.tuple(range, anyCentre).map(([sides, centre]) => ({ ...sides, from, relativeTo: centre })),
  ),
  law(
    concentration,
    fc.tuple(limit, limit, limit, by).map(([one, other, totalMax, parts]) => {
      return { eachMax: Math.max(one, other), threshold: Math.min(one, other), totalMax, ...parts };
    }),
  ),
  law(cvar, fc.record({ max: fraction, level, relativeTo: anyCentre })),
  law(dollarNeutral, fc.record({ tolerance, of: fc.constantFrom({ assets: ['A1'] }, two) })),
  law(
    drawdown,
    fc.oneof(
      fc.record({
        measure: fc.constantFrom('maximum' as const, 'average' as const),
        max: limit,
        relativeTo: anyCentre,
      }),
      fc.record({ measure: fc.constant('cdar' as const), level, max: limit, relativeTo: anyCentre }),
    ),
  ),
  law(grossExposure, exposure),
  law(
    herfindahl,
    fc.oneof(
      fc
        .tuple(limit, by, relativeTo, fc.boolean())
        .map(([max, parts, centre, lookThrough]) => ({ max, ...parts, relativeTo: centre, lookThrough })),
      fc.tuple(fc.integer({ min: 1, max: 9 }), by).map(([least, parts]) => ({ effectiveNumberMin: least, ...parts })),
    ),
  ),
  law(longExposure, exposure),
  law(longShort, fc.record({ longMax: limit, shortMax: limit, net: fraction })),
  law(
    marketNeutral,
    tolerance.map((band) => ({ from, tolerance: band })),
  ),
  law(meanAbsoluteDeviation, fc.record({ max: limit, relativeTo: anyCentre })),
  law(
    netExposure,
    fc.tuple(range, selection, anyCentre).map(([sides, of, centre]) => ({ ...sides, of, relativeTo: centre })),
  ),
  law(
    riskContribution,
    fc
      .tuple(range, range, relativeTo, fc.constantFrom('asset' as const, 'sector' as const))
      .map(([all, own, centre, parts]) => ({
        by: parts,
        relativeTo: centre,
        ...(parts === 'asset' ? { all } : { limits: { Energy: own } }),
      })),
  ),
  law(shortExposure, exposure),
  law(
    stressLoss,
    fc.record({
      scenario: fc.constant('crash'),
      shocks,
      max: fraction,
      overlap: fc.constant('add' as const),
      lookThrough: fc.boolean(),
      relativeTo: anyCentre,
    }),
  ),
  law(
    topHoldings,
    fc
      .tuple(fc.integer({ min: 1, max: 4 }), limit, by, fc.boolean())
      .map(([count, max, parts, lookThrough]) => ({ count, max, ...parts, lookThrough })),
  ),
  law(
    valueAtRisk,
    fc.record({
      max: limit,
      level: fc.constantFrom(0.6, 0.95, 0.99),
      period,
      definition: fc.constant('normal-zero-mean' as const),
      relativeTo: anyCentre,
    }),
  ),
];
