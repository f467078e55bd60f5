import type { Command } from 'commander';

import { runDemo } from '../demo/demo.ts';
import type { Session } from '../session.ts';
import { action } from './action.ts';

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('show the whole service on a sample market, with a server and a database of its own')
    .option('--keep', 'leave the server up and print how to call it')
    .action(
      action((session: Session, options: { readonly keep?: boolean }) => runDemo(session, options.keep === true)),
    );
}
