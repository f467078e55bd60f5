import type { Command } from 'commander';

import {
  OptimizationServiceService as optimizations,
  ReplayOutcome,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { terminationText } from '../display/result.ts';
import { SolvingDisplay } from '../display/solving.ts';
import type { Session } from '../session.ts';
import { endWith, exitCodes } from '../wire/failure.ts';
import { jsonOf } from '../wire/proto-json.ts';
import { action } from './action.ts';
import { interruption } from './stateless.ts';

async function replay(session: Session, name: string): Promise<void> {
  const { connection, output } = session;
  const display = new SolvingDisplay(session.remarks);
  let outcome: ReplayOutcome | undefined;
  for await (const { event } of connection.stream(optimizations.replayOptimization, { name }, interruption())) {
    if (event?.$case === 'progress') display.show(event.value);
    else if (event?.$case === 'outcome') outcome = event.value;
  }
  display.end();
  if (outcome === undefined) throw new Error('the stream ended without an outcome');
  const { identical, differences, recordedServerVersion, result } = outcome;
  if (session.json) session.printJson(jsonOf('ReplayOutcome', ReplayOutcome, outcome));
  else {
    const ended = result === undefined ? '' : ` (${terminationText(result)})`;
    const same = output.paint.green('identical');
    const head = identical ? same : output.paint.red(`${String(differences.length)} differences`);
    output.line(`${name}${ended}: ${head}; recorded by server ${recordedServerVersion}`);
    output.lines(differences.map((difference) => `  ${difference}`));
  }
  endWith(identical ? exitCodes.ok : exitCodes.conflict);
}

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('solve a stored run anew from its recorded inputs and compare, bit for bit')
    .argument('<run>', 'portfolios/{portfolio}/optimizations/{optimization}')
    .action(action((session: Session, name: string) => replay(session, name)));
}
