/** Follows a stored run on the terminal to its end, through lost streams. */
import {
  Optimization,
  OptimizationServiceService as optimizations,
  RunState,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { OptimizationEvent, RunError } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { RebalancingServiceService as rebalances } from '../../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import type { Proposal, Rebalance, RebalanceEvent } from '../../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import { driftLines, skippedLines, sumLines, tradeLines } from '../display/proposal.ts';
import { wrapped } from '../display/table.ts';
import { lastPart, percent, quantity, signedPercent } from '../display/figures.ts';
import { resultLines } from '../display/result.ts';
import { SolvingDisplay } from '../display/solving.ts';
import type { Terminal } from '../display/terminal.ts';
import { reportOn, watchOptimization, watchRebalance } from '../run.ts';
import type { Session } from '../session.ts';
import { Ended, endWith, exitCodes } from '../wire/failure.ts';
import { jsonOf } from '../wire/proto-json.ts';
import { exitCodeOfResult } from './exit-code.ts';
import { interruption } from './stateless.ts';

/** Reasons of failed runs that say that the input was wrong; any other failure is the server's. */
const inputReasons = new Set([
  'CONSTRAINT_INVALID',
  'COVARIANCE_NOT_PSD',
  'INSUFFICIENT_HISTORY',
  'INVALID_ARGUMENT',
  'NUMBER_INVALID',
  'PRICE_MISSING',
  'RISK_MODEL_INVALID',
  'UNIT_REQUIRED',
]);

function failureOf({ reason, message }: RunError): Ended {
  return new Ended(inputReasons.has(reason) ? exitCodes.invalidInput : exitCodes.internal, `${reason}: ${message}`);
}

/** Ctrl-C and the time of --timeout leave the stream, also while it is lost; the run goes on, and the caller is told how to come back. */
async function untilInterrupted<Event>(
  session: Session,
  name: string,
  events: (signal: AbortSignal) => AsyncIterable<Event>,
  each: (event: Event) => void,
): Promise<void> {
  const { timeoutMs } = session;
  const interrupted = interruption();
  const signal = timeoutMs === undefined ? interrupted : AbortSignal.any([interrupted, AbortSignal.timeout(timeoutMs)]);
  try {
    for await (const event of events(signal)) each(event);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Ended(exitCodes.cancelled, `left; the run goes on: folio watch ${name}`);
  } finally {
    session.remarks.clear();
  }
}

function attemptLine(event: OptimizationEvent['event'] | RebalanceEvent['event'], terminal: Terminal): void {
  if (event?.$case === 'started' && event.value.attempt > 1)
    terminal.line(terminal.paint.yellow(`started again, attempt ${String(event.value.attempt)}`));
}

export async function followOptimization(session: Session, name: string): Promise<void> {
  const display = new SolvingDisplay(session.remarks);
  let end: OptimizationEvent['event'];
  await untilInterrupted(
    session,
    name,
    (signal) => watchOptimization(session.connection, name, reportOn(session.remarks), { signal }),
    ({ event }) => {
      attemptLine(event, session.remarks);
      if (event?.$case === 'progress') display.show(event.value);
      end = event;
    },
  );
  if (session.json) {
    const finished = await session.connection.reply(optimizations.getOptimization, { name });
    session.printJson(jsonOf('Optimization', Optimization, finished));
    endWith(exitCodeOfRun(finished));
    return;
  }
  if (end?.$case === 'failed') throw failureOf(end.value);
  if (end?.$case !== 'succeeded' && end?.$case !== 'cancelled') throw new Error('the run ended without an answer');
  session.output.lines(resultLines(end.value, session.output.columns, session.output.paint));
  endWith(end.$case === 'cancelled' ? exitCodes.cancelled : exitCodeOfResult(end.value));
}

function exitCodeOfRun(run: Optimization): Ended['exitCode'] {
  if (run.state === RunState.RUN_STATE_CANCELLED) return exitCodes.cancelled;
  if (run.error !== undefined) return failureOf(run.error).exitCode;
  return run.result === undefined ? exitCodes.internal : exitCodeOfResult(run.result);
}

function showStep(event: RebalanceEvent['event'], { remarks }: Session): void {
  attemptLine(event, remarks);
  if (!remarks.isLive) return;
  if (event?.$case === 'driftLine')
    remarks.draw([
      `drift of ${event.value.subject}: ${signedPercent(event.value.drift)} from ${percent(event.value.targetWeight)}`,
    ]);
  else if (event?.$case === 'trade')
    remarks.draw([
      `trade ${String(event.value.order)}: ${quantity(event.value.quantity)} ${lastPart(event.value.asset)}`,
    ]);
}

function showProposal(proposal: Proposal, { output }: Session): void {
  const { columns, paint } = output;
  output.lines(driftLines(proposal.drift, columns, paint));
  output.line();
  const currency = proposal.valueBefore?.currencyCode ?? '';
  output.line(paint.dim(`amounts in ${currency}, prices in the currency of the asset`));
  output.lines(tradeLines(proposal.trades, columns, paint));
  for (const line of [...skippedLines(proposal.skipped), ...sumLines(proposal)]) output.lines(wrapped(line, columns));
}

/** Follows to the proposal, or with `decided` until it is accepted or rejected. Returns the rebalance as it stands then. */
export async function followRebalance(session: Session, name: string, decided: boolean): Promise<Rebalance> {
  await untilInterrupted(
    session,
    name,
    (signal) => watchRebalance(session.connection, name, !decided, reportOn(session.remarks), { signal }),
    ({ event }) => {
      showStep(event, session);
      if (session.json) return;
      if (event?.$case === 'proposed') showProposal(event.value, session);
      else if (event?.$case === 'notTriggered') session.output.line(event.value.explanation);
      else if (event?.$case === 'accepted')
        session.output.line(`accepted; ${String(event.value.transactions.length)} transactions pending`);
      else if (event?.$case === 'rejected') session.output.line(`rejected: ${event.value.comment}`);
    },
  );
  const rebalance = await session.connection.reply(rebalances.getRebalance, { name });
  if (rebalance.error !== undefined) throw failureOf(rebalance.error);
  return rebalance;
}
