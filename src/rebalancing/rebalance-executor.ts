/** Computes a rebalance: drift, trigger, trades. Registered with the engine of runs for the kind `rebalance`. */
import { defer, from, mergeMap } from 'rxjs';
import type { Observable } from 'rxjs';

import type { MarketStore } from '../market/ports.ts';
import type { RunExecutor } from '../optimization/run-engine.ts';
import type { RunStep, RunWork } from '../optimization/run-execution.ts';
import { engineContext } from '../optimization/run-key.ts';
import type { Run, RunStore } from '../optimization/run.ts';
import { plainTrading } from '../portfolio/admission-policy.ts';
import type { Portfolio } from '../portfolio/portfolio.ts';
import { alive } from '../portfolio/portfolios.ts';
import type { PortfolioStore } from '../portfolio/ports.ts';
import { quotesOn } from '../portfolio/valuation.ts';
import type { UnitOfWork } from '../values/call.ts';
import { dateOf } from '../values/clock.ts';
import type { CalendarDate, Clock } from '../values/clock.ts';
import { rebalanceInputOf, tradingOf } from './admission.ts';
import type { RebalanceInput } from './admission.ts';
import type { Proposal } from './proposal.ts';
import { proposalProblems } from './proposal-check.ts';
import { propose } from './propose.ts';
import type { ProposalInput } from './propose.ts';
import { targetsOf } from './targets.ts';
import { evaluateTrigger } from './trigger.ts';
import type { TriggerVerdict } from './trigger.ts';

export interface RebalanceStores {
  readonly runs: RunStore;
  readonly portfolios: PortfolioStore;
  readonly market: MarketStore;
}

export class RebalanceExecutor implements RunExecutor<RebalanceStores> {
  private readonly units: UnitOfWork<RebalanceStores>;
  private readonly clock: Clock;

  constructor(units: UnitOfWork<RebalanceStores>, clock: Clock) {
    this.units = units;
    this.clock = clock;
  }

  /** Events driftLine, trade and skippedTrade, then the end: proposed or notTriggered. Errors with a Fault. */
  execute({ run }: RunWork): Observable<RunStep<RebalanceStores>> {
    return defer(() => this.compute(run)).pipe(mergeMap((steps) => from(steps)));
  }

  private async compute(run: Run): Promise<readonly RunStep<RebalanceStores>[]> {
    const input = rebalanceInputOf(run.input);
    const today = dateOf(this.clock.now());
    const { proposalInput, portfolio, lastRebalance } = await this.units.read(
      engineContext(run.tenant),
      async (stores) => {
        const found = alive(run.portfolioId, await stores.portfolios.find(run.portfolioId));
        return {
          portfolio: found,
          proposalInput: await gathered(input, found, stores, today),
          lastRebalance: await lastAccepted(stores.runs, found.id),
        };
      },
    );
    const proposal = checkedProposal(proposalInput);
    const drift = proposal.drift.map((line): RunStep<RebalanceStores> => ({
      kind: 'event',
      type: 'driftLine',
      payload: line,
    }));
    const verdict = input.source === 'policy' ? verdictOn(portfolio, proposal, today, lastRebalance) : undefined;
    if (verdict?.fires === false) {
      const payload = { explanation: verdict.explanation };
      return [...drift, { kind: 'end', state: 'not-triggered', type: 'notTriggered', payload }];
    }
    return [
      ...drift,
      ...proposal.trades.map((trade): RunStep<RebalanceStores> => ({ kind: 'event', type: 'trade', payload: trade })),
      ...proposal.skipped.map((trade): RunStep<RebalanceStores> => ({
        kind: 'event',
        type: 'skippedTrade',
        payload: trade,
      })),
      { kind: 'end', state: 'proposed', type: 'proposed', payload: proposal, result: proposal },
    ];
  }
}

/** Everything that the pure part needs, read at one moment. @throws Fault PRICE_MISSING with all that are missing. */
async function gathered(
  input: RebalanceInput,
  portfolio: Portfolio,
  stores: RebalanceStores,
  today: CalendarDate,
): Promise<ProposalInput> {
  const { baseCurrency, positions, cashBalances, policy } = portfolio;
  const targets = await targetsOf(input, portfolio, stores);
  // A position of nothing needs no price.
  const held = positions.filter(({ quantity }) => !quantity.isZero());
  const assetIds = new Set([...held.map(({ assetId }) => assetId), ...targets.map(({ subject }) => subject)]);
  const currencies = cashBalances.map(({ currency }) => currency);
  const quotes = await quotesOn(stores.market, baseCurrency, [...assetIds], currencies, today);
  const trading = input.trading === undefined ? (policy ?? plainTrading) : tradingOf(input.trading);
  const { closeOddLots = false } = input;
  const portfolioVersion = portfolio.version;
  return { positions: held, cashBalances, quotes, targets, trading, closeOddLots, portfolioVersion };
}

/** @throws Error, a bug, when the proposal does not pass its independent check: no such proposal is told to anybody. */
function checkedProposal(input: ProposalInput): Proposal {
  const proposal = propose(input);
  const problems = proposalProblems(proposal, input);
  if (problems.length > 0) throw new Error(`a proposal failed its check: ${problems.join('; ')}`);
  return proposal;
}

function verdictOn(
  { policy, inceptionDate }: Portfolio,
  { drift }: Proposal,
  today: CalendarDate,
  lastRebalance: CalendarDate | undefined,
): TriggerVerdict | undefined {
  if (policy === null) return undefined;
  return evaluateTrigger({
    policy,
    drift,
    today,
    inceptionDate,
    ...(lastRebalance === undefined ? {} : { lastRebalance }),
  });
}

/** Date of the newest accepted rebalance. */
async function lastAccepted(runs: RunStore, portfolioId: string): Promise<CalendarDate | undefined> {
  const page = await runs.list('rebalance', portfolioId, {
    conditions: [{ field: 'state', operator: '=', value: 'accepted' }],
    order: [{ field: 'createdAt', descending: true }],
    limit: 1,
  });
  const newest = page.rows[0];
  return newest === undefined ? undefined : dateOf(newest.createdAt);
}
