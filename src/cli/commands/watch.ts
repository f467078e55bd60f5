import type { Command } from 'commander';

import { Rebalance } from '../../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import type { Session } from '../session.ts';
import { jsonOf } from '../wire/proto-json.ts';
import { action } from './action.ts';
import { followOptimization, followRebalance } from './follow.ts';
import { watchedKind } from './rebalance.ts';

export function addWatch(program: Command): void {
  program
    .command('watch')
    .description('follow a run from its first event to its end; resumes by itself when the stream is lost')
    .argument(
      '<name>',
      'portfolios/{portfolio}/optimizations/{optimization} or portfolios/{portfolio}/rebalances/{rebalance}',
    )
    .option('--until-proposed', 'stop at the proposal of a rebalance instead of waiting for the decision')
    .action(
      action(async (session: Session, name: string, options: { readonly untilProposed?: boolean }) => {
        if (watchedKind(name) === 'optimization') {
          await followOptimization(session, name);
          return;
        }
        const found = await followRebalance(session, name, options.untilProposed !== true);
        if (session.json) session.printJson(jsonOf('Rebalance', Rebalance, found));
      }),
    );
}
