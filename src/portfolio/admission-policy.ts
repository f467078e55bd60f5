/** Rebalancing policies and trading rules. */
import { Decimal, zero } from '../values/decimal.ts';
import type { Violation } from '../values/fault.ts';
import { readAmount, shown } from '../values/fields.ts';
import type { JsonObject } from '../values/json.ts';
import { readId } from '../values/resource-name.ts';
import type { Admission } from './admission.ts';
import type { PortfolioDraft, TradingRulesDraft } from './draft.ts';
import { frequencies, RebalancingPolicy, triggerTypes } from './portfolio.ts';
import type { Portfolio, TradingRules } from './portfolio.ts';

/** No costs, no smallest trade, whole lots. */
export const plainTrading: TradingRules = {
  costRate: zero,
  costPerTrade: zero,
  tradeValueMin: zero,
  fractional: false,
};

const costRateMax = new Decimal('0.1');

/** Largest band of each drift trigger: a fraction of net asset value, and of the target weight. */
const bandMax: Readonly<Record<string, number>> = { 'absolute-drift': 1, 'relative-drift': 10 };

/** Rules below `field`, the path of the message TradingRules; absent ones are plain. */
export function readTrading(
  draft: TradingRulesDraft | undefined,
  field: string,
  violations: Violation[],
): TradingRules {
  if (draft === undefined) return plainTrading;
  return {
    costRate: readAmount(draft.costRate, `${field}.cost_rate`, violations, { absent: zero, highest: costRateMax }),
    costPerTrade: readAmount(draft.costPerTrade, `${field}.cost_per_trade`, violations, { absent: zero }),
    tradeValueMin: readAmount(draft.tradeValueMin, `${field}.trade_value_min`, violations, { absent: zero }),
    fractional: draft.fractional,
  };
}

export function readPolicy(
  draft: PortfolioDraft,
  portfolio: Portfolio,
  field: string,
  { newId, violations }: Admission,
): void {
  const stated = draft.rebalancingPolicy;
  const before = portfolio.policy;
  portfolio.policy = null;
  if (stated === undefined) return;
  const policy = new RebalancingPolicy();
  policy.id =
    stated.rebalancingPolicyId === ''
      ? (before?.id ?? newId())
      : readId(stated.rebalancingPolicyId, `${field}.rebalancing_policy_id`, violations);
  policy.triggerType = stated.triggerType;
  policy.frequency = stated.frequency ?? null;
  policy.parameters = stated.parameters;
  if (!triggerTypes.some((type) => type === stated.triggerType)) {
    violations.push({
      field: `${field}.trigger_type`,
      description: `must be one of ${triggerTypes.join(', ')}; got ${shown(stated.triggerType)}`,
      reason: 'UNKNOWN_TYPE',
    });
  } else {
    checkFrequency(policy, field, violations);
    checkBand(policy.triggerType, policy.parameters, `${field}.parameters`, violations);
  }
  Object.assign(policy, readTrading(stated.trading, `${field}.trading`, violations));
  portfolio.policy = policy;
}

function checkFrequency(policy: RebalancingPolicy, field: string, violations: Violation[]): void {
  const calendar = policy.triggerType === 'calendar';
  if (calendar && policy.frequency === null) {
    violations.push({ field: `${field}.frequency`, description: `is required: one of ${frequencies.join(', ')}` });
  } else if (!calendar && policy.frequency !== null) {
    violations.push({
      field: `${field}.frequency`,
      description: `is only for the trigger "calendar"; the trigger is "${policy.triggerType}"`,
    });
  }
}

function checkBand(triggerType: string, parameters: JsonObject, field: string, violations: Violation[]): void {
  const most = bandMax[triggerType];
  for (const name of Object.keys(parameters)) {
    if (most !== undefined && name === 'band') continue;
    violations.push({ field: `${field}.${name.slice(0, 60)}`, description: `is not known for "${triggerType}"` });
  }
  if (most === undefined) return;
  const { band } = parameters;
  if (typeof band !== 'number' || !(band > 0 && band <= most)) {
    violations.push({
      field: `${field}.band`,
      description: `must be a fraction above 0 to ${String(most)}; got ${JSON.stringify(band) || 'nothing'}`,
    });
  }
}
