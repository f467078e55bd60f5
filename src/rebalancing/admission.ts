/** What a rebalance must fulfil, by the field names of the proto message Rebalance; and the form in which it is stored. */
import { readTrading } from '../portfolio/admission-policy.ts';
import { weightTolerance } from '../portfolio/drift.ts';
import type { TradingRules } from '../portfolio/portfolio.ts';
import { decimalOf, decimalText } from '../values/decimal.ts';
import type { Violation } from '../values/fault.ts';
import { readNumber } from '../values/fields.ts';
import type { JsonObject } from '../values/json.ts';
import { readId, readName } from '../values/resource-name.ts';
import type { RebalanceDraft } from './draft.ts';

export const targetsMax = 5000;

/** Types and not interfaces, so that they are JSON to the compiler. */
export type StoredTrading = {
  readonly costRate: string;
  readonly costPerTrade: string;
  readonly tradeValueMin: string;
  readonly fractional: boolean;
};

export type TargetWeight = { readonly assetId: string; readonly weight: number };

/** The input of a run of kind `rebalance`. */
export type RebalanceInput = {
  readonly source: 'policy' | 'optimization' | 'target';
  /** Id within the portfolio. */
  readonly optimization?: string;
  readonly targets?: readonly TargetWeight[];
  readonly trading?: StoredTrading;
  /** Absent unless asked for. */
  readonly closeOddLots?: boolean;
};

export function readRebalance(draft: RebalanceDraft, portfolioId: string, violations: Violation[]): RebalanceInput {
  const { optimization, target, policy, trading, closeOddLots } = draft;
  const given = [
    ...(optimization === undefined ? [] : ['optimization']),
    ...(target === undefined ? [] : ['target']),
    ...(policy === true ? ['policy'] : []),
  ];
  if (given.length > 1) {
    violations.push({ field: 'rebalance', description: `has more than one source: ${given.join(', ')}` });
  }
  const rules = readTrading(trading, 'rebalance.trading', violations);
  const stored = {
    ...(trading === undefined ? {} : { trading: storedTrading(rules) }),
    ...(closeOddLots === true ? { closeOddLots } : {}),
  };
  if (optimization !== undefined) {
    return { source: 'optimization', optimization: readOptimization(optimization, portfolioId, violations), ...stored };
  }
  if (target !== undefined) return { source: 'target', targets: readTargets(target.weights, violations), ...stored };
  return { source: 'policy', ...stored };
}

/** Reads back what `readRebalance` gave and the database kept. */
export function rebalanceInputOf(input: JsonObject): RebalanceInput {
  return input as RebalanceInput;
}

export function tradingOf(stored: StoredTrading): TradingRules {
  return {
    costRate: decimalOf(stored.costRate),
    costPerTrade: decimalOf(stored.costPerTrade),
    tradeValueMin: decimalOf(stored.tradeValueMin),
    fractional: stored.fractional,
  };
}

function storedTrading(rules: TradingRules): StoredTrading {
  return {
    costRate: decimalText(rules.costRate),
    costPerTrade: decimalText(rules.costPerTrade),
    tradeValueMin: decimalText(rules.tradeValueMin),
    fractional: rules.fractional,
  };
}

function readOptimization(name: string, portfolioId: string, violations: Violation[]): string {
  const field = 'rebalance.optimization';
  const [owner = '', id = ''] = readName(name, ['portfolios', 'optimizations'], field, violations);
  if (owner !== '' && owner !== portfolioId) {
    violations.push({ field, description: `must belong to portfolios/${portfolioId}; got ${name}` });
  }
  return id;
}

function readTargets(
  weights: readonly { readonly assetId: string; readonly weight: number }[],
  violations: Violation[],
): readonly TargetWeight[] {
  const field = 'rebalance.target.weights';
  if (weights.length > targetsMax) {
    violations.push({
      field,
      description: `has ${String(weights.length)} weights; at most ${String(targetsMax)} are allowed`,
    });
    return [];
  }
  const named = new Set<string>();
  const targets = weights.map(({ assetId, weight }, position) => {
    const at = `${field}[${String(position)}]`;
    readId(assetId, `${at}.asset_id`, violations);
    if (named.has(assetId)) violations.push({ field: `${at}.asset_id`, description: `${assetId} is named twice` });
    named.add(assetId);
    return { assetId, weight: readNumber(weight, `${at}.weight`, violations, 0, 1) };
  });
  const sum = targets.reduce((total, { weight }) => total + weight, 0);
  if (sum > 1 + weightTolerance) {
    violations.push({
      field,
      description: `must sum to at most 1; they sum to ${String(sum)} (fractions, not percent)`,
    });
  }
  return targets;
}
