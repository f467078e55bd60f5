import { randomUUID } from 'node:crypto';

import type { JsonValue } from '@bufbuild/protobuf';
import type { Command } from 'commander';

import {
  OptimizationServiceService as optimizations,
  RunState,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import {
  Rebalance,
  RebalanceState,
  RebalancingServiceService as rebalances,
  TargetWeights,
} from '../../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import { Fault } from '../../values/fault.ts';
import { named, readJson, sourceOf } from '../session.ts';
import type { Session } from '../session.ts';
import { Ended, exitCodes } from '../wire/failure.ts';
import { jsonOf, messageFrom } from '../wire/proto-json.ts';
import { action } from './action.ts';
import { followRebalance } from './follow.ts';

interface RebalanceOptions {
  readonly fromOptimization?: string | true;
  readonly targets?: string;
  readonly policy?: boolean;
  readonly accept?: boolean;
  readonly closeOddLots?: boolean;
}

/** Proto JSON of TargetWeights from that same, or from an object of asset id -> weight. */
export function targetsFrom(document: JsonValue): JsonValue {
  if (typeof document !== 'object' || document === null || Array.isArray(document) || 'weights' in document)
    return document;
  return { weights: Object.entries(document).map(([assetId, weight]) => ({ assetId, weight })) };
}

async function latestOptimization(session: Session, parent: string): Promise<string> {
  const filter = 'state = "SUCCEEDED"';
  const page = await session.connection.reply(optimizations.listOptimizations, {
    parent,
    pageSize: 1,
    pageToken: '',
    filter,
  });
  const [newest] = page.optimizations;
  if (newest?.state !== RunState.RUN_STATE_SUCCEEDED)
    throw new Ended(exitCodes.notFound, `${parent} has no finished optimization`);
  return newest.name;
}

async function sourceFrom(session: Session, parent: string, options: RebalanceOptions): Promise<Rebalance['source']> {
  const { fromOptimization, targets, policy } = options;
  if ([fromOptimization, targets, policy].filter((each) => each !== undefined).length > 1)
    throw new Ended(exitCodes.usage, 'give one of --from-optimization, --targets and --policy');
  if (targets !== undefined) {
    const value = messageFrom('TargetWeights', TargetWeights, targetsFrom(readJson(targets)), sourceOf(targets));
    return { $case: 'target', value };
  }
  if (policy === true) return { $case: 'policy', value: true };
  if (fromOptimization === undefined) return undefined;
  const value =
    fromOptimization === true
      ? await latestOptimization(session, parent)
      : fromOptimization.includes('/')
        ? fromOptimization
        : `${parent}/optimizations/${fromOptimization}`;
  return { $case: 'optimization', value };
}

async function rebalance(session: Session, portfolio: string, options: RebalanceOptions): Promise<void> {
  const parent = named('portfolios', portfolio);
  const source = await sourceFrom(session, parent, options);
  const created = await session.connection.reply(rebalances.createRebalance, {
    parent,
    rebalance: Rebalance.fromPartial({ source, closeOddLots: options.closeOddLots === true }),
    rebalanceId: '',
    requestId: randomUUID(),
    validateOnly: false,
  });
  session.remarks.line(session.remarks.paint.dim(created.name));
  let found = await followRebalance(session, created.name, false);
  if (options.accept === true && found.state === RebalanceState.REBALANCE_STATE_PROPOSED) {
    const { name, etag } = found;
    found = await session.connection.reply(rebalances.acceptRebalance, { name, etag, requestId: randomUUID() });
    if (!session.json) session.output.line(`accepted; ${String(found.transactions.length)} transactions pending`);
  } else if (found.state === RebalanceState.REBALANCE_STATE_PROPOSED && !session.json) {
    session.remarks.line(session.remarks.paint.dim('proposed; --accept turns the trades into transactions'));
  }
  if (session.json) session.printJson(jsonOf('Rebalance', Rebalance, found));
}

/** Commander reads an option with an optional value as text or true. */
export function addRebalance(program: Command): void {
  program
    .command('rebalance')
    .description('propose trades that bring a portfolio to its target')
    .argument('<portfolio>', 'portfolio')
    .option(
      '--from-optimization [name]',
      'towards the weights of a finished optimization; the newest when no name is given',
    )
    .option('--targets <file>', 'towards the weights of a JSON file: {"AAPL": 0.1, ...} or proto JSON of TargetWeights')
    .option('--policy', "the trigger of the portfolio's policy decides")
    .option('--close-odd-lots', 'sell lines that the target does not hold whole, odd lots included')
    .option('--accept', 'accept the proposal: its trades become pending transactions')
    .action(action(rebalance));
}

/** Only a rebalance or an optimization can be watched. */
export function watchedKind(name: string): 'optimization' | 'rebalance' {
  const [portfolios, , collection, id] = name.split('/');
  if (portfolios === 'portfolios' && id !== undefined && id !== '') {
    if (collection === 'optimizations') return 'optimization';
    if (collection === 'rebalances') return 'rebalance';
  }
  throw new Fault(
    'ID_INVALID',
    `"${name}" must be "portfolios/{portfolio}/optimizations/{optimization}" or "portfolios/{portfolio}/rebalances/{rebalance}"`,
  );
}
