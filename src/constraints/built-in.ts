/** The constraint handlers that ship with the product. */
import type { ConstraintHandler } from '../problem/situation.ts';
import { allOrNone } from './all-or-none.ts';
import { assetClass } from './asset-class.ts';
import { beta } from './beta.ts';
import { bounds } from './bounds.ts';
import { budget } from './budget.ts';
import { cash } from './cash.ts';
import { characteristic } from './characteristic.ts';
import { concentration } from './concentration.ts';
import { country } from './country.ts';
import { currency } from './currency.ts';
import { cvar } from './cvar.ts';
import { dollarNeutral } from './dollar-neutral.ts';
import { drawdown } from './drawdown.ts';
import { exclusion } from './exclusion.ts';
import { factorExposure } from './factor-exposure.ts';
import { grossExposure } from './gross-exposure.ts';
import { group } from './group.ts';
import { groupRatio } from './group-ratio.ts';
import { herfindahl } from './herfindahl.ts';
import { hold } from './hold.ts';
import { holdingMinimum } from './holding-minimum.ts';
import { issuer } from './issuer.ts';
import { linear } from './linear.ts';
import { linearText } from './linear-text.ts';
import { liquidity } from './liquidity.ts';
import { longExposure } from './long-exposure.ts';
import { longShort } from './long-short.ts';
import { marketNeutral } from './market-neutral.ts';
import { meanAbsoluteDeviation } from './mean-absolute-deviation.ts';
import { mutuallyExclusive } from './mutually-exclusive.ts';
import { names } from './names.ts';
import { netExposure } from './net-exposure.ts';
import { noBuy } from './no-buy.ts';
import { noSell } from './no-sell.ts';
import { restricted } from './restricted.ts';
import { riskContribution } from './risk-contribution.ts';
import { roundLots } from './round-lots.ts';
import { sector } from './sector.ts';
import { shortExposure } from './short-exposure.ts';
import { stressLoss } from './stress-loss.ts';
import { topHoldings } from './top-holdings.ts';
import { trackingError } from './tracking-error.ts';
import { tradeMinimum } from './trade-minimum.ts';
import { trades } from './trades.ts';
import { tradingCost } from './trading-cost.ts';
import { turnover } from './turnover.ts';
import { valueAtRisk } from './value-at-risk.ts';
import { volatility } from './volatility.ts';

/** Alphabetical by type. Parameters are checked against `schema` before a handler sees them. */
export const builtInConstraints: readonly ConstraintHandler<never>[] = [
  allOrNone,
  assetClass,
  beta,
  bounds,
  budget,
  cash,
  characteristic,
  concentration,
  country,
  currency,
  cvar,
  dollarNeutral,
  drawdown,
  exclusion,
  factorExposure,
  grossExposure,
  group,
  groupRatio,
  herfindahl,
  hold,
  holdingMinimum,
  issuer,
  linear,
  linearText,
  liquidity,
  longExposure,
  longShort,
  marketNeutral,
  meanAbsoluteDeviation,
  mutuallyExclusive,
  names,
  netExposure,
  noBuy,
  noSell,
  restricted,
  riskContribution,
  roundLots,
  sector,
  shortExposure,
  stressLoss,
  topHoldings,
  trackingError,
  tradeMinimum,
  trades,
  tradingCost,
  turnover,
  valueAtRisk,
  volatility,
];
