/** Portfolios between wire and domain. */
import {
  Frequency as FrequencyNumbers,
  Portfolio as PortfolioFns,
} from '../../gen/veritasvault/portfolio/v1/portfolio_service.ts';
import type {
  CashBalance as CashBalanceMessage,
  Frequency,
  Portfolio as PortfolioMessage,
  PortfolioSnapshot as SnapshotMessage,
  RebalancingPolicy as PolicyMessage,
  TradingRules as TradingRulesMessage,
} from '../../gen/veritasvault/portfolio/v1/portfolio_service.ts';
import type { Constraint, Objective } from '../../gen/veritasvault/portfolio/v1/values.ts';
import type { PortfolioDraft, TradingRulesDraft } from '../../portfolio/draft.ts';
import type {
  ConstraintDefinition,
  Frequency as FrequencyLiteral,
  Objective as ObjectiveRecord,
  Portfolio,
  RebalancingPolicy,
  TradingRules,
} from '../../portfolio/portfolio.ts';
import type { PortfolioSnapshot } from '../../portfolio/portfolios.ts';
import { decimalText } from '../../values/decimal.ts';
import type { Violation } from '../../values/fault.ts';
import { enumCodec, jsonObjectFrom, moneyTo, optionalTimestampTo, structTo, timestampTo } from './values.ts';

export const frequencies = enumCodec<FrequencyLiteral, Frequency>('FREQUENCY_', {
  daily: FrequencyNumbers.FREQUENCY_DAILY,
  weekly: FrequencyNumbers.FREQUENCY_WEEKLY,
  monthly: FrequencyNumbers.FREQUENCY_MONTHLY,
  quarterly: FrequencyNumbers.FREQUENCY_QUARTERLY,
  annual: FrequencyNumbers.FREQUENCY_ANNUAL,
});

/** `violations` takes enum values that this server does not know. */
export function portfolioFrom(message: PortfolioMessage | undefined, violations: Violation[]): PortfolioDraft {
  const from = message ?? PortfolioFns.create();
  const policy = from.rebalancingPolicy;
  return {
    displayName: from.displayName,
    type: from.type,
    baseCurrency: from.baseCurrency,
    inceptionDate: from.inceptionDate,
    benchmark: from.benchmark,
    objectives: from.objectives.map(objectiveFrom),
    constraints: from.constraints.map(constraintFrom),
    ...(policy === undefined ? {} : { rebalancingPolicy: policyFrom(policy, violations) }),
    positions: from.positions.map(({ positionId, asset, quantity }) => ({ positionId, asset, quantity })),
    cashBalances: from.cashBalances.map(({ cashBalanceId, amount }) =>
      amount === undefined ? { cashBalanceId } : { cashBalanceId, amount },
    ),
    riskFreeRateAnnual: from.riskFreeRateAnnual,
  };
}

function objectiveFrom({
  objectiveId,
  type,
  target,
  parameters,
  priority,
}: Objective): PortfolioDraft['objectives'][number] {
  return {
    objectiveId,
    type,
    ...(target === undefined ? {} : { target }),
    parameters: jsonObjectFrom(parameters),
    priority,
  };
}

export function constraintFrom(message: Constraint): PortfolioDraft['constraints'][number] {
  const { constraintId, displayName, type, parameters, priority, inactive, penalty } = message;
  return {
    constraintId,
    displayName,
    type,
    parameters: jsonObjectFrom(parameters),
    ...(priority === undefined ? {} : { priority }),
    inactive,
    ...(penalty === undefined ? {} : { penalty }),
  };
}

function policyFrom(message: PolicyMessage, violations: Violation[]): NonNullable<PortfolioDraft['rebalancingPolicy']> {
  const field = 'portfolio.rebalancing_policy.frequency';
  const frequency = frequencies.from(message.frequency, field, violations);
  return {
    rebalancingPolicyId: message.rebalancingPolicyId,
    triggerType: message.triggerType,
    ...(frequency === undefined ? {} : { frequency }),
    parameters: jsonObjectFrom(message.parameters),
    ...(message.trading === undefined ? {} : { trading: tradingRulesFrom(message.trading) }),
  };
}

export function tradingRulesFrom(message: TradingRulesMessage): TradingRulesDraft {
  const { costRate, costPerTrade, tradeValueMin, fractional } = message;
  return { costRate, costPerTrade, tradeValueMin, fractional };
}

function tradingRulesTo(rules: TradingRules): TradingRulesMessage {
  return {
    costRate: decimalText(rules.costRate),
    costPerTrade: decimalText(rules.costPerTrade),
    tradeValueMin: decimalText(rules.tradeValueMin),
    fractional: rules.fractional,
  };
}

export function portfolioTo(portfolio: Portfolio): PortfolioMessage {
  return {
    name: `portfolios/${portfolio.id}`,
    displayName: portfolio.displayName,
    type: portfolio.type,
    baseCurrency: portfolio.baseCurrency,
    inceptionDate: portfolio.inceptionDate,
    benchmark: portfolio.benchmarkId === null ? '' : `benchmarks/${portfolio.benchmarkId}`,
    objectives: portfolio.objectives.map(objectiveTo),
    constraints: portfolio.constraints.map(constraintTo),
    rebalancingPolicy: portfolio.policy === null ? undefined : policyTo(portfolio.policy),
    positions: portfolio.positions.map(({ id, assetId, quantity }) => ({
      positionId: id,
      asset: `assets/${assetId}`,
      quantity: decimalText(quantity),
    })),
    cashBalances: portfolio.cashBalances.map(({ id, currency, amount }) => ({
      cashBalanceId: id,
      amount: moneyTo(currency, amount),
    })),
    riskFreeRateAnnual: portfolio.riskFreeRateAnnual,
    etag: String(portfolio.version),
    createTime: timestampTo(portfolio.createdAt),
    updateTime: timestampTo(portfolio.updatedAt),
    deleteTime: optionalTimestampTo(portfolio.deletedAt),
  };
}

function objectiveTo({ id, type, target, parameters, priority }: ObjectiveRecord): Objective {
  return { objectiveId: id, type, target: target ?? undefined, parameters: structTo(parameters), priority };
}

function constraintTo(constraint: ConstraintDefinition): Constraint {
  const { id, displayName, type, parameters, priority, penalty, inactive } = constraint;
  return {
    constraintId: id,
    displayName,
    type,
    parameters: structTo(parameters),
    priority: priority ?? undefined,
    penalty: penalty ?? undefined,
    inactive,
  };
}

function policyTo(policy: RebalancingPolicy): PolicyMessage {
  return {
    rebalancingPolicyId: policy.id,
    triggerType: policy.triggerType,
    frequency: policy.frequency === null ? FrequencyNumbers.FREQUENCY_UNSPECIFIED : frequencies.to(policy.frequency),
    parameters: structTo(policy.parameters),
    trading: tradingRulesTo(policy),
  };
}

export function snapshotTo({
  portfolioId,
  asOf,
  effectiveAt,
  valuation,
  cashBalances,
}: PortfolioSnapshot): SnapshotMessage {
  const { baseCurrency } = valuation;
  return {
    portfolio: `portfolios/${portfolioId}`,
    asOfTime: timestampTo(asOf),
    positions: valuation.lines.map(({ assetId, quantity, price, priceDate, value, weight }) => ({
      asset: `assets/${assetId}`,
      quantity: decimalText(quantity),
      price: decimalText(price),
      priceDate,
      value: moneyTo(baseCurrency, value),
      weight,
    })),
    cashBalances: cashBalances.map(({ currency, amount }): CashBalanceMessage => ({
      cashBalanceId: '',
      amount: moneyTo(currency, amount),
    })),
    netAssetValue: moneyTo(baseCurrency, valuation.netAssetValue),
    effectiveTime: timestampTo(effectiveAt),
  };
}
