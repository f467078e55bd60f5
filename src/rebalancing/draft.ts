/** A rebalance as the caller wrote it; nothing is checked yet. */
import type { TradingRulesDraft } from '../portfolio/draft.ts';

/** At most one source is given; the policy of the portfolio when there is none. */
export interface RebalanceDraft {
  /** `portfolios/{portfolio}/optimizations/{optimization}`. */
  readonly optimization?: string;
  readonly target?: { readonly weights: readonly { readonly assetId: string; readonly weight: number }[] };
  readonly policy?: boolean;
  /** Those of the policy when absent. */
  readonly trading?: TradingRulesDraft;
  readonly closeOddLots?: boolean;
}
