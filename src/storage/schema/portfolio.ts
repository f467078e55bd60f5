/** Portfolios and their parts, their holdings over time, and allocations. */
import { defineEntity } from '@mikro-orm/core';

import {
  Allocation,
  allocationDimensions,
  allocationKinds,
  CashBalance,
  ConstraintDefinition,
  frequencies,
  HoldingsRecord,
  Objective,
  Portfolio,
  Position,
  RebalancingPolicy,
  triggerTypes,
} from '../../portfolio/portfolio.ts';
import {
  date,
  decimal,
  finite,
  flag,
  holds,
  instant,
  integer,
  json,
  key,
  notNaN,
  numberedKey,
  oneOf,
  real,
  tenant,
  text,
} from '../columns/builders.ts';

export const PortfolioSchema = defineEntity({
  name: 'Portfolio',
  tableName: 'portfolios',
  properties: {
    tenant: tenant(),
    id: key(),
    displayName: text(),
    type: text(),
    baseCurrency: text(),
    inceptionDate: date(),
    benchmarkId: text().nullable(),
    riskFreeRateAnnual: real(),
    version: integer(),
    createdAt: instant(),
    updatedAt: instant(),
    deletedAt: instant().nullable(),
  },
  indexes: [{ name: 'portfolios_created', properties: ['tenant', 'createdAt', 'id'] }],
  checks: [...finite('portfolios', 'risk_free_rate_annual'), holds('portfolios', 'version_counts', 'version >= 1')],
});
PortfolioSchema.setClass(Portfolio);

export const ObjectiveSchema = defineEntity({
  name: 'Objective',
  tableName: 'investment_objectives',
  properties: {
    tenant: tenant(),
    portfolioId: key(),
    id: key(),
    ordinal: integer(),
    type: text(),
    target: real().nullable(),
    parameters: json(),
    priority: integer(),
  },
  checks: finite('investment_objectives', 'target'),
});
ObjectiveSchema.setClass(Objective);

export const ConstraintSchema = defineEntity({
  name: 'ConstraintDefinition',
  tableName: 'constraints',
  properties: {
    tenant: tenant(),
    portfolioId: key(),
    id: key(),
    ordinal: integer(),
    displayName: text(),
    type: text(),
    parameters: json(),
    priority: integer().nullable(),
    penalty: real().nullable(),
    inactive: flag(),
  },
  checks: finite('constraints', 'penalty'),
});
ConstraintSchema.setClass(ConstraintDefinition);

export const PolicySchema = defineEntity({
  name: 'RebalancingPolicy',
  tableName: 'rebalancing_policies',
  properties: {
    tenant: tenant(),
    portfolioId: key(),
    id: key(),
    triggerType: text(),
    frequency: text().$type<RebalancingPolicy['frequency']>().nullable(),
    parameters: json(),
    costRate: decimal(),
    costPerTrade: decimal(),
    tradeValueMin: decimal(),
    fractional: flag(),
  },
  uniques: [{ name: 'rebalancing_policies_one', properties: ['tenant', 'portfolioId'] }],
  checks: [
    oneOf('rebalancing_policies', 'trigger_type', triggerTypes),
    oneOf('rebalancing_policies', 'frequency', frequencies),
    ...notNaN('rebalancing_policies', 'cost_rate', 'cost_per_trade', 'trade_value_min'),
  ],
});
PolicySchema.setClass(RebalancingPolicy);

export const PositionSchema = defineEntity({
  name: 'Position',
  tableName: 'positions',
  properties: { tenant: tenant(), portfolioId: key(), id: key(), assetId: text(), quantity: decimal() },
  checks: notNaN('positions', 'quantity'),
});
PositionSchema.setClass(Position);

export const CashBalanceSchema = defineEntity({
  name: 'CashBalance',
  tableName: 'cash_balances',
  properties: { tenant: tenant(), portfolioId: key(), id: key(), currency: text(), amount: decimal() },
  checks: notNaN('cash_balances', 'amount'),
});
CashBalanceSchema.setClass(CashBalance);

export const HoldingsSchema = defineEntity({
  name: 'HoldingsRecord',
  tableName: 'holdings',
  properties: {
    tenant: tenant(),
    portfolioId: key(),
    version: numberedKey(),
    effectiveAt: instant(),
    positions: json(),
    cashBalances: json(),
  },
  indexes: [{ name: 'holdings_effective', properties: ['tenant', 'portfolioId', 'effectiveAt'] }],
});
HoldingsSchema.setClass(HoldingsRecord);

/** The head of a set: its version is counted here, and a set without lines is still a set. */
export const AllocationSetSchema = defineEntity({
  name: 'AllocationSetRow',
  tableName: 'allocation_sets',
  properties: {
    tenant: tenant(),
    portfolioId: key(),
    kind: key(),
    dimension: key(),
    version: numberedKey(),
    effectiveAt: instant(),
  },
  checks: [
    oneOf('allocation_sets', 'kind', allocationKinds),
    oneOf('allocation_sets', 'dimension', allocationDimensions),
    holds('allocation_sets', 'version_counts', 'version >= 1'),
  ],
});

export const AllocationSchema = defineEntity({
  name: 'Allocation',
  tableName: 'allocations',
  properties: {
    tenant: tenant(),
    portfolioId: key(),
    kind: text().$type<Allocation['kind']>().primary(),
    dimension: text().$type<Allocation['dimension']>().primary(),
    setVersion: numberedKey(),
    id: key(),
    ordinal: integer(),
    subject: text(),
    weight: real(),
    weightMin: real().nullable(),
    weightMax: real().nullable(),
    effectiveAt: instant(),
  },
  checks: [
    oneOf('allocations', 'kind', allocationKinds),
    oneOf('allocations', 'dimension', allocationDimensions),
    ...finite('allocations', 'weight', 'weight_min', 'weight_max'),
  ],
});
AllocationSchema.setClass(Allocation);
