/** Rebalances, proposals and their events between wire and domain. */
import {
  RebalanceState as StateNumbers,
  SkipReason as SkipNumbers,
  Side as SideNumbers,
  TradeReason as ReasonNumbers,
} from '../../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import type {
  Proposal as ProposalMessage,
  Rebalance,
  RebalanceEvent,
  RebalanceState,
  Side,
  SkippedTrade as SkippedTradeMessage,
  SkipReason,
  Trade,
  TradeReason,
} from '../../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import type { WatchNews } from '../../optimization/event-log.ts';
import type { Run, RunEvent } from '../../optimization/run.ts';
import type { DriftLine } from '../../portfolio/drift.ts';
import { rebalanceInputOf } from '../../rebalancing/admission.ts';
import type { RebalanceInput } from '../../rebalancing/admission.ts';
import type { RebalanceDraft } from '../../rebalancing/draft.ts';
import type {
  Proposal,
  ProposedTrade,
  RebalanceResult,
  Side as SideLiteral,
  SkippedTrade,
  SkipReason as SkipLiteral,
  TradeReason as ReasonLiteral,
} from '../../rebalancing/proposal.ts';
import type { JsonObject } from '../../values/json.ts';
import { driftLineTo } from './allocation.ts';
import { tradingRulesFrom } from './portfolio.ts';
import { runErrorTo, textIn } from './optimization.ts';
import { enumCodec, optionalTimestampTo, timestampTo } from './values.ts';

type StateLiteral = 'queued' | 'running' | 'proposed' | 'accepted' | 'rejected' | 'not-triggered' | 'failed';

export const rebalanceStates = enumCodec<StateLiteral, RebalanceState>('REBALANCE_STATE_', {
  queued: StateNumbers.REBALANCE_STATE_QUEUED,
  running: StateNumbers.REBALANCE_STATE_RUNNING,
  proposed: StateNumbers.REBALANCE_STATE_PROPOSED,
  accepted: StateNumbers.REBALANCE_STATE_ACCEPTED,
  rejected: StateNumbers.REBALANCE_STATE_REJECTED,
  'not-triggered': StateNumbers.REBALANCE_STATE_NOT_TRIGGERED,
  failed: StateNumbers.REBALANCE_STATE_FAILED,
});

export const sides = enumCodec<SideLiteral, Side>('SIDE_', { buy: SideNumbers.SIDE_BUY, sell: SideNumbers.SIDE_SELL });

const tradeReasons = enumCodec<ReasonLiteral, TradeReason>('TRADE_REASON_', {
  drift: ReasonNumbers.TRADE_REASON_DRIFT,
  'new-position': ReasonNumbers.TRADE_REASON_NEW_POSITION,
  'close-position': ReasonNumbers.TRADE_REASON_CLOSE_POSITION,
  'raise-cash': ReasonNumbers.TRADE_REASON_RAISE_CASH,
});

const skipReasons = enumCodec<SkipLiteral, SkipReason>('SKIP_REASON_', {
  'below-one-lot': SkipNumbers.SKIP_REASON_BELOW_ONE_LOT,
  'below-minimum-value': SkipNumbers.SKIP_REASON_BELOW_MINIMUM_VALUE,
  'insufficient-cash': SkipNumbers.SKIP_REASON_INSUFFICIENT_CASH,
  'within-band': SkipNumbers.SKIP_REASON_WITHIN_BAND,
});

export function rebalanceFrom(message: Rebalance | undefined): RebalanceDraft {
  const rules = {
    ...(message?.trading === undefined ? {} : { trading: tradingRulesFrom(message.trading) }),
    ...(message?.closeOddLots === true ? { closeOddLots: true } : {}),
  };
  switch (message?.source?.$case) {
    case 'optimization':
      return { optimization: message.source.value, ...rules };
    case 'target':
      return {
        target: { weights: message.source.value.weights.map(({ assetId, weight }) => ({ assetId, weight })) },
        ...rules,
      };
    case 'policy':
      return { policy: message.source.value, ...rules };
    case undefined:
      return rules;
  }
}

export function rebalanceTo(run: Run): Rebalance {
  const input = rebalanceInputOf(run.input);
  const result = run.result as RebalanceResult | null;
  return {
    name: `portfolios/${run.portfolioId}/rebalances/${run.id}`,
    source: sourceTo(run.portfolioId, input),
    trading: input.trading === undefined ? undefined : { ...input.trading },
    // A rebalance cannot be cancelled.
    state: rebalanceStates.to(run.state as StateLiteral),
    proposal: result === null ? undefined : proposalTo(result),
    error: run.error === null ? undefined : { ...run.error },
    etag: String(run.version),
    createTime: timestampTo(run.createdAt),
    endTime: optionalTimestampTo(run.endedAt),
    lastSequence: BigInt(run.lastSequence),
    transactions: [...(result?.transactions ?? [])],
    closeOddLots: input.closeOddLots === true,
  };
}

function sourceTo(
  portfolioId: string,
  { source, optimization = '', targets = [] }: RebalanceInput,
): Rebalance['source'] {
  switch (source) {
    case 'optimization':
      return { $case: 'optimization', value: `portfolios/${portfolioId}/optimizations/${optimization}` };
    case 'target':
      return { $case: 'target', value: { weights: targets.map((target) => ({ ...target })) } };
    case 'policy':
      return { $case: 'policy', value: true };
  }
}

function proposalTo(proposal: Proposal): ProposalMessage {
  const { valueBefore, valueAfter, cost, cashBefore, cashAfter, pricesAsOf, portfolioEtag } = proposal;
  return {
    drift: proposal.drift.map(driftLineTo),
    trades: proposal.trades.map(tradeTo),
    skipped: proposal.skipped.map(skippedTo),
    valueBefore: { ...valueBefore },
    valueAfter: { ...valueAfter },
    cost: { ...cost },
    cashBefore: { ...cashBefore },
    cashAfter: { ...cashAfter },
    driftAfter: proposal.driftAfter.map(driftLineTo),
    pricesAsOf,
    portfolioEtag,
  };
}

function tradeTo(trade: ProposedTrade): Trade {
  const { order, asset, quantity, price, value, cost, explanation, cashAfter } = trade;
  const shared = { order, asset, quantity, price, value: { ...value }, cost: { ...cost }, explanation };
  return { ...shared, cashAfter: { ...cashAfter }, side: sides.to(trade.side), reason: tradeReasons.to(trade.reason) };
}

function skippedTo({ asset, side, quantityWanted, reason, explanation }: SkippedTrade): SkippedTradeMessage {
  return { asset, side: sides.to(side), quantityWanted, reason: skipReasons.to(reason), explanation };
}

/** `tokenOf` makes the resume token of a place in the log. */
export function rebalanceEventTo(news: WatchNews, tokenOf: (sequence: number) => string): RebalanceEvent {
  const { sequence, at } = news.kind === 'event' ? news.event : news;
  return {
    sequence: BigInt(sequence),
    resumeToken: tokenOf(sequence),
    eventTime: timestampTo(at),
    event: news.kind === 'event' ? contentOf(news.event) : { $case: 'heartbeat', value: {} },
  };
}

/** Payloads are what this server stored: their shape by type of event is the executor's. */
function contentOf({ type, payload }: RunEvent): NonNullable<RebalanceEvent['event']> {
  const stored = (): unknown => payload;
  switch (type) {
    case 'queued':
      return { $case: 'queued', value: {} };
    case 'started':
      return { $case: 'started', value: { attempt: Number(payload['attempt']) } };
    case 'driftLine':
      return { $case: 'driftLine', value: driftLineTo(stored() as DriftLine) };
    case 'trade':
      return { $case: 'trade', value: tradeTo(stored() as ProposedTrade) };
    case 'skippedTrade':
      return { $case: 'skippedTrade', value: skippedTo(stored() as SkippedTrade) };
    case 'proposed':
      return { $case: 'proposed', value: proposalTo(stored() as Proposal) };
    case 'notTriggered':
      return { $case: 'notTriggered', value: { explanation: textIn(payload, 'explanation') } };
    case 'accepted':
      return { $case: 'accepted', value: { transactions: namesIn(payload) } };
    case 'rejected':
      return { $case: 'rejected', value: { comment: textIn(payload, 'comment') } };
    case 'failed':
      return { $case: 'failed', value: runErrorTo(payload) };
    default:
      throw new TypeError(`a rebalance has no event ${type}`);
  }
}

function namesIn(payload: JsonObject): string[] {
  const names = payload['transactions'];
  return Array.isArray(names) ? names.map(String) : [];
}
