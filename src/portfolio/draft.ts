/** Portfolios as the caller wrote them; admission finds every problem at once. Paths in violations use the field names of the protos. */
import type { JsonObject } from '../values/json.ts';
import type { AllocationDimension, AllocationKind, Frequency } from './portfolio.ts';

export interface MoneyDraft {
  readonly currencyCode: string;
  readonly amount: string;
}

export interface TradingRulesDraft {
  readonly costRate: string;
  readonly costPerTrade: string;
  readonly tradeValueMin: string;
  readonly fractional: boolean;
}

export interface PortfolioDraft {
  readonly displayName: string;
  readonly type: string;
  readonly baseCurrency: string;
  readonly inceptionDate: string;
  /** Resource name or empty. */
  readonly benchmark: string;
  readonly objectives: readonly {
    readonly objectiveId: string;
    readonly type: string;
    readonly target?: number;
    readonly parameters: JsonObject;
    readonly priority: number;
  }[];
  readonly constraints: readonly {
    readonly constraintId: string;
    readonly displayName: string;
    readonly type: string;
    readonly parameters: JsonObject;
    readonly priority?: number;
    readonly penalty?: number;
    readonly inactive: boolean;
  }[];
  readonly rebalancingPolicy?: {
    readonly rebalancingPolicyId: string;
    readonly triggerType: string;
    readonly frequency?: Frequency;
    readonly parameters: JsonObject;
    readonly trading?: TradingRulesDraft;
  };
  readonly positions: readonly { readonly positionId: string; readonly asset: string; readonly quantity: string }[];
  readonly cashBalances: readonly { readonly cashBalanceId: string; readonly amount?: MoneyDraft }[];
  readonly riskFreeRateAnnual: number;
}

export interface AllocationSetDraft {
  readonly kind?: AllocationKind;
  readonly dimension?: AllocationDimension;
  readonly allocations: readonly {
    readonly allocationId: string;
    readonly subject: string;
    readonly weight: number;
    readonly weightMin?: number;
    readonly weightMax?: number;
  }[];
}
