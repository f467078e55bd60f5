/** The constraint handlers that ship with the product. */
import type { ConstraintHandler } from '../problem/situation.ts';
import { assetClass } from './asset-class.ts';
import { bounds } from './bounds.ts';
import { budget } from './budget.ts';
import { cash } from './cash.ts';
import { country } from './country.ts';
import { exclusion } from './exclusion.ts';
import { factorExposure } from './factor-exposure.ts';
import { group } from './group.ts';
import { linearText } from './linear-text.ts';
import { linear } from './linear.ts';
import { noBuy } from './no-buy.ts';
import { noSell } from './no-sell.ts';
import { sector } from './sector.ts';
import { trackingError } from './tracking-error.ts';
import { turnover } from './turnover.ts';
import { volatility } from './volatility.ts';

/** Alphabetical by type. Parameters are checked against `schema` before a handler sees them. */
export const builtInConstraints: readonly ConstraintHandler<never>[] = [
  assetClass,
  bounds,
  budget,
  cash,
  country,
  exclusion,
  factorExposure,
  group,
  linear,
  linearText,
  noBuy,
  noSell,
  sector,
  trackingError,
  turnover,
  volatility,
];
