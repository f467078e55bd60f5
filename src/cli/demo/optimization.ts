import { randomUUID } from 'node:crypto';

import {
  OptimizationServiceService as optimizations,
  TerminationReason,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { OptimizationResult } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { counted, elapsed } from '../display/figures.ts';
import { certificateLine, headline, terminationText, verdictLines, weightLines } from '../display/result.ts';
import { SolvingDisplay } from '../display/solving.ts';
import { reportOn, watchOptimization } from '../run.ts';
import type { Connection } from '../wire/connection.ts';
import { portfolioName } from './sample.ts';
import type { Sample } from './sample.ts';
import type { Stage } from './stage.ts';

const verdictsShown = 12;

export interface Solved {
  readonly name: string;
  readonly result: OptimizationResult;
}

/** Streams an optimization of the portfolio and shows its weights with their certificate. */
export async function optimizeHoldings(stage: Stage, connection: Connection, sample: Sample): Promise<Solved> {
  stage.section('An optimization, streamed');
  const { optimization } = sample;
  const estimation = optimization.estimation;
  stage.say(
    `${optimization.strategy?.type ?? ''} on daily prices from ${estimation?.windowStart ?? ''}, ${estimation?.covariance?.type ?? ''} covariance, under ${[...sample.portfolio.constraints, ...optimization.constraints].map(({ displayName }) => displayName).join(', ')}.`,
  );
  const { name } = await connection.reply(optimizations.createOptimization, {
    parent: portfolioName,
    optimization,
    optimizationId: 'best',
    requestId: randomUUID(),
    validateOnly: false,
  });
  const display = new SolvingDisplay(stage.terminal, '  ', 0);
  let result: OptimizationResult | undefined;
  let last = 0n;
  for await (const { event, sequence } of watchOptimization(connection, name, reportOn(stage.terminal))) {
    last = sequence;
    if (event?.$case === 'progress') display.show(event.value);
    else if (event?.$case === 'succeeded') result = event.value;
    else if (event?.$case === 'failed') throw new Error(`${event.value.reason}: ${event.value.message}`);
  }
  display.end();
  if (result === undefined) throw new Error('the run ended without an answer');
  show(stage, result, Number(last));
  return { name, result };
}

function show(stage: Stage, result: OptimizationResult, events: number): void {
  const { paint } = stage.terminal;
  stage.say(
    `${terminationText(result)} after ${counted(Number(result.iterations), 'iteration')} and ${counted(events, 'event')} in ${elapsed(Number(result.elapsedMs))}:`,
    `${headline(result)}.`,
    '',
    ...weightLines(result, stage.width, paint),
    '',
  );
  if (result.detail !== '' && result.weights.length === 0) stage.say(result.detail);
  if (result.certificate === undefined) {
    stage.check('the answer has a certificate', false);
    return;
  }
  stage.say(
    ...verdictLines(result.certificate, stage.width, paint, verdictsShown),
    certificateLine(result.certificate, paint),
  );
  const sum = result.weights.reduce((total, { weight }) => total + weight, result.cashWeight);
  stage.check(
    'optimal, every constraint holds, weights and cash sum to 1',
    result.termination === TerminationReason.TERMINATION_REASON_OPTIMAL &&
      result.certificate.passed &&
      Math.abs(sum - 1) < 1e-9,
  );
}
