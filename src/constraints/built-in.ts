/** The constraint handlers that ship with the product. */
import type { ConstraintHandler } from '../problem/situation.ts';
import { allOrNone } from './all-or-none.ts';
import { assetClass } from './asset-class.ts';
import { bounds } from './bounds.ts';
import { budget } from './budget.ts';
import { cash } from './cash.ts';
import { country } from './country.ts';
import { currency } from './currency.ts';
import { exclusion } from './exclusion.ts';
import { factorExposure } from './factor-exposure.ts';
import { group } from './group.ts';
import { holdingMinimum } from './holding-minimum.ts';
import { issuer } from './issuer.ts';
import { linearText } from './linear-text.ts';
import { linear } from './linear.ts';
import { names } from './names.ts';
import { noBuy } from './no-buy.ts';
import { noSell } from './no-sell.ts';
import { roundLots } from './round-lots.ts';
import { sector } from './sector.ts';
import { tradeMinimum } from './trade-minimum.ts';
import { trackingError } from './tracking-error.ts';
import { trades } from './trades.ts';
import { turnover } from './turnover.ts';
import { volatility } from './volatility.ts';

/** Alphabetical by type. Parameters are checked against `schema` before a handler sees them. */
export const builtInConstraints: readonly ConstraintHandler<never>[] = [
  allOrNone,
  assetClass,
  bounds,
  budget,
  cash,
  country,
  currency,
  exclusion,
  factorExposure,
  group,
  holdingMinimum,
  issuer,
  linear,
  linearText,
  names,
  noBuy,
  noSell,
  roundLots,
  sector,
  trackingError,
  tradeMinimum,
  trades,
  turnover,
  volatility,
];
