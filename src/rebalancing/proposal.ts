/**
 * A proposal as plain JSON: told to callers, stored as the result of the run, read when it is accepted. Amounts, prices and quantities are
 * exact decimal texts. Types and not interfaces, so that they are JSON to the compiler.
 */
import type { DriftLine } from '../portfolio/drift.ts';

export type Side = 'buy' | 'sell';

/** Why a trade is made: brings a held line back, opens one, closes one, or pays an overdraft. */
export type TradeReason = 'drift' | 'new-position' | 'close-position' | 'raise-cash';

export type SkipReason = 'below-one-lot' | 'below-minimum-value' | 'insufficient-cash' | 'within-band';

export type MoneyText = { readonly currencyCode: string; readonly amount: string };

export type ProposedTrade = {
  /** From 1, in the order of execution; sells come first. */
  readonly order: number;
  /** `assets/{asset}`. */
  readonly asset: string;
  readonly side: Side;
  readonly quantity: string;
  /** In the asset's currency. */
  readonly price: string;
  /** Quantity x price x exchange rate, rounded to the minor unit of the base currency. */
  readonly value: MoneyText;
  readonly cost: MoneyText;
  readonly reason: TradeReason;
  readonly explanation: string;
  /** Cash in the base currency after this trade and its cost. */
  readonly cashAfter: MoneyText;
};

export type SkippedTrade = {
  readonly asset: string;
  readonly side: Side;
  /** Rounded down to 10 decimals. */
  readonly quantityWanted: string;
  readonly reason: SkipReason;
  readonly explanation: string;
};

export type Proposal = {
  readonly drift: readonly DriftLine[];
  readonly trades: readonly ProposedTrade[];
  readonly skipped: readonly SkippedTrade[];
  readonly valueBefore: MoneyText;
  readonly valueAfter: MoneyText;
  readonly cost: MoneyText;
  readonly cashBefore: MoneyText;
  readonly cashAfter: MoneyText;
  readonly driftAfter: readonly DriftLine[];
  /** The oldest price used, `YYYY-MM-DD`. */
  readonly pricesAsOf: string;
  /** The version of the portfolio that the proposal speaks of. */
  readonly portfolioEtag: string;
};

/** The result of a rebalance: its proposal, and the names of the transactions once it was accepted. */
export type RebalanceResult = Proposal & { readonly transactions?: readonly string[] };
