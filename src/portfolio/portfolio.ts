/** A portfolio and the parts that belong to it. Plain domain classes; `storage` maps each to a table of its own. */
import type { CalendarDate } from '../values/clock.ts';
import type { Decimal } from '../values/decimal.ts';
import type { JsonObject } from '../values/json.ts';

export class Objective {
  tenant = '';
  portfolioId = '';
  id = '';
  ordinal = 0;
  type = '';
  target: number | null = null;
  parameters: JsonObject = {};
  priority = 1;
}

/** A restriction as the client stated it. Stored with a portfolio, or given with a run. */
export class ConstraintDefinition {
  tenant = '';
  portfolioId = '';
  id = '';
  ordinal = 0;
  displayName = '';
  type = '';
  parameters: JsonObject = {};
  /** null: the default of the type. */
  priority: number | null = null;
  /** null: hard. */
  penalty: number | null = null;
  inactive = false;
}

export const frequencies = ['daily', 'weekly', 'monthly', 'quarterly', 'annual'] as const;
export type Frequency = (typeof frequencies)[number];

export const triggerTypes = ['manual', 'calendar', 'absolute-drift', 'relative-drift'] as const;

/** How weights become trades. */
export interface TradingRules {
  /** Fraction of the traded value. */
  readonly costRate: Decimal;
  /** In the base currency, for each trade. */
  readonly costPerTrade: Decimal;
  /** In the base currency. */
  readonly tradeValueMin: Decimal;
  readonly fractional: boolean;
}

export class RebalancingPolicy {
  tenant = '';
  portfolioId = '';
  id = '';
  triggerType = 'manual';
  frequency: Frequency | null = null;
  parameters: JsonObject = {};
  declare costRate: Decimal;
  declare costPerTrade: Decimal;
  declare tradeValueMin: Decimal;
  fractional = false;
}

export class Position {
  tenant = '';
  portfolioId = '';
  id = '';
  assetId = '';
  /** Shares or units; negative when short. */
  declare quantity: Decimal;
}

/** Positions stand by asset and cash by currency, in code unit order, wherever they come from. */
export function inHoldingOrder<Holding>(holdings: readonly Holding[], keyOf: (holding: Holding) => string): Holding[] {
  return [...holdings].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : keyOf(left) > keyOf(right) ? 1 : 0));
}

export class CashBalance {
  tenant = '';
  portfolioId = '';
  id = '';
  currency = '';
  declare amount: Decimal;
}

export class Portfolio {
  tenant = '';
  id = '';
  displayName = '';
  type = '';
  baseCurrency = '';
  inceptionDate: CalendarDate = '';
  benchmarkId: string | null = null;
  riskFreeRateAnnual = 0;
  /** Counts every change of the portfolio or a part of it; its text is the etag. */
  version = 1;
  createdAt = new Date(0);
  updatedAt = new Date(0);
  deletedAt: Date | null = null;
  /** The parts, loaded and stored with the portfolio. */
  objectives: Objective[] = [];
  constraints: ConstraintDefinition[] = [];
  policy: RebalancingPolicy | null = null;
  positions: Position[] = [];
  cashBalances: CashBalance[] = [];
}

/** Holdings from a moment on, written whenever positions or cash change. */
export class HoldingsRecord {
  tenant = '';
  portfolioId = '';
  /** Version of the portfolio that these holdings came with. */
  version = 1;
  effectiveAt = new Date(0);
  positions: { readonly assetId: string; readonly quantity: string }[] = [];
  cashBalances: { readonly currency: string; readonly amount: string }[] = [];
}

export const allocationKinds = ['target', 'actual'] as const;
export type AllocationKind = (typeof allocationKinds)[number];
export const allocationDimensions = ['asset', 'asset-class', 'group'] as const;
export type AllocationDimension = (typeof allocationDimensions)[number];

/** One weight of an allocation set. Sets are never changed, only followed by newer ones. */
export class Allocation {
  tenant = '';
  portfolioId = '';
  id = '';
  setVersion = 1;
  ordinal = 0;
  kind: AllocationKind = 'target';
  dimension: AllocationDimension = 'asset';
  subject = '';
  weight = 0;
  weightMin: number | null = null;
  weightMax: number | null = null;
  effectiveAt = new Date(0);
}

export interface AllocationSet {
  readonly portfolioId: string;
  readonly kind: AllocationKind;
  readonly dimension: AllocationDimension;
  /** Counts the sets of this kind and dimension from 1; its text is the etag. */
  readonly version: number;
  readonly effectiveAt: Date;
  readonly allocations: readonly Allocation[];
}
