import { randomUUID } from 'node:crypto';

import type { DriftLine } from '../../gen/veritasvault/portfolio/v1/allocation_service.ts';
import {
  Rebalance,
  RebalancingServiceService as rebalances,
} from '../../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import type { Proposal } from '../../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import { counted, percent, signedPercent } from '../display/figures.ts';
import { skippedLines, statementsOn, sumLines, tradeLines } from '../display/proposal.ts';
import { reportOn, watchRebalance } from '../run.ts';
import type { Connection } from '../wire/connection.ts';
import { portfolioName } from './sample.ts';
import type { Solved } from './optimization.ts';
import { beside } from './stage.ts';
import type { Stage } from './stage.ts';

function showDrift(stage: Stage, drift: readonly DriftLine[]): void {
  const { paint } = stage.terminal;
  const head = `${'line'.padEnd(6)}${'held'.padStart(9)}${'target'.padStart(9)}${'drift'.padStart(11)}`;
  const lines = drift.map(
    (line) =>
      `${line.subject.padEnd(6)}${percent(line.actualWeight).padStart(9)}${percent(line.targetWeight).padStart(9)}${signedPercent(line.drift).padStart(11)}`,
  );
  const half = Math.ceil(lines.length / 2);
  stage.say(
    paint.bold(beside([head], [head], 40)[0] ?? ''),
    ...beside(lines.slice(0, half), lines.slice(half), 40),
    '',
  );
}

/** Streams the trades that bring the holdings to the weights found, and recomputes their sums exactly. */
export async function proposeTrades(stage: Stage, connection: Connection, solved: Solved): Promise<void> {
  stage.section('A rebalance proposal, streamed: weights become whole shares');
  const { name } = await connection.reply(rebalances.createRebalance, {
    parent: portfolioName,
    rebalance: Rebalance.fromPartial({ source: { $case: 'optimization', value: solved.name } }),
    rebalanceId: 'first',
    requestId: randomUUID(),
    validateOnly: false,
  });
  const drift: DriftLine[] = [];
  let trades = 0;
  let proposal: Proposal | undefined;
  for await (const { event } of watchRebalance(connection, name, true, reportOn(stage.terminal))) {
    if (event?.$case === 'driftLine') drift.push(event.value);
    else if (event?.$case === 'failed') throw new Error(`${event.value.reason}: ${event.value.message}`);
    else if (event?.$case === 'trade') {
      trades += 1;
      stage.terminal.draw([`${counted(trades, 'trade')} sized`]);
    } else if (event?.$case === 'proposed') proposal = event.value;
  }
  stage.terminal.clear();
  if (proposal === undefined) throw new Error('the rebalance ended without a proposal');
  showDrift(stage, drift);
  stage.say(
    ...tradeLines(proposal.trades, stage.width, stage.terminal.paint),
    stage.terminal.paint.dim('prices, values, costs and cash in USD; each trade a whole number of shares'),
    ...skippedLines(proposal.skipped),
    ...sumLines(proposal),
  );
  for (const { text, holds } of statementsOn(proposal)) stage.check(text, holds);
  stage.check(
    `the stream told every line: ${counted(drift.length, 'drift line')}, ${counted(trades, 'trade')}`,
    trades === proposal.trades.length && drift.length === proposal.drift.length,
  );
}
