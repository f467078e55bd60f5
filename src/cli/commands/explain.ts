import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import {
  ExplainOptimizationRequest,
  ExplainOptimizationResponse,
  OptimizationServiceService as optimizations,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { explanationLines } from '../display/explanation.ts';
import { readJson, sourceOf } from '../session.ts';
import type { Session } from '../session.ts';
import type { Connection } from '../wire/connection.ts';
import { endWith } from '../wire/failure.ts';
import { jsonOf, messageFrom } from '../wire/proto-json.ts';
import { action } from './action.ts';
import { exitCodeOfResult } from './exit-code.ts';
import { withAnyServer } from './stateless.ts';

interface ExplainOptions {
  readonly more?: string;
  readonly increase?: number;
}

const runName = /^portfolios\/[^/]+\/optimizations\/[^/]+$/;

async function explain(session: Session, subject: string, { more = '', increase = 0 }: ExplainOptions): Promise<void> {
  const assetIds = more.split(',').flatMap((id) => (id.trim() === '' ? [] : [id.trim()]));
  const ask = async (connection: Connection, source: object): Promise<void> => {
    const request = ExplainOptimizationRequest.create({ ...source, assetIds, increase });
    const response = await connection.reply(optimizations.explainOptimization, request);
    const { output } = session;
    if (session.json) session.printJson(jsonOf('ExplainOptimizationResponse', ExplainOptimizationResponse, response));
    else output.lines(explanationLines(response, output.columns, output.paint));
    if (response.result !== undefined) endWith(exitCodeOfResult(response.result));
  };
  if (runName.test(subject)) {
    await ask(session.connection, { name: subject });
    return;
  }
  const wrapped = { request: readJson(subject) };
  const { request } = messageFrom('ExplainOptimizationRequest', ExplainOptimizationRequest, wrapped, sourceOf(subject));
  await withAnyServer(session, (connection) => ask(connection, { request }));
}

function fraction(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1))
    throw new InvalidArgumentError('must be a fraction above 0 and at most 1: 0.01 for 1 %');
  return value;
}

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('why each weight is what it is, what more of an asset would cost, what each constraint costs')
    .argument('<run|file>', 'portfolios/{portfolio}/optimizations/{optimization}, or proto JSON of an OptimizeRequest')
    .option('--more <ids>', 'asset ids to ask for more of, separated by commas')
    .option('--increase <fraction>', 'by how much more, fraction of net asset value (0.01 when left out)', fraction)
    .action(action((session: Session, subject: string, options: ExplainOptions) => explain(session, subject, options)));
}
