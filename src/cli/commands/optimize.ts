import { randomUUID } from 'node:crypto';

import type { JsonValue } from '@bufbuild/protobuf';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import {
  Optimization,
  OptimizationResult,
  OptimizationServiceService as optimizations,
  OptimizeRequest,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { Fault } from '../../values/fault.ts';
import { resultLines } from '../display/result.ts';
import { SolvingDisplay } from '../display/solving.ts';
import { named, readJson, sourceOf } from '../session.ts';
import type { Session } from '../session.ts';
import { Ended, endWith, exitCodes } from '../wire/failure.ts';
import { jsonOf, messageFrom } from '../wire/proto-json.ts';
import { action } from './action.ts';
import { exitCodeOfResult } from './exit-code.ts';
import { followOptimization } from './follow.ts';
import { interruption, withAnyServer } from './stateless.ts';

/** Options of a stored run; each replaces the same field of the file. */
export interface RunOptions {
  readonly portfolio?: string;
  readonly strategy?: string;
  readonly parameters?: string;
  readonly constraints?: string;
  readonly expectedReturns?: string;
  readonly covariance?: string;
  readonly scenarios?: string;
  readonly missingPrices?: string;
  readonly periodsPerYear?: number;
  readonly windowStart?: string;
  readonly windowEnd?: string;
  readonly universe?: string;
  readonly id?: string;
  readonly detach?: boolean;
  readonly relax?: boolean;
  readonly gains?: boolean;
}

/** Flags only ever turn on what a file leaves off. */
const wishesIn = ({ relax, gains }: RunOptions): Record<string, JsonValue> => ({
  ...(relax === true ? { relaxByPriority: true } : {}),
  ...(gains === true ? { explainConstraints: true } : {}),
});

/** Prints an answer and ends with its exit code. */
function conclude(session: Session, result: OptimizationResult): void {
  const { output } = session;
  if (session.json) session.printJson(jsonOf('OptimizationResult', OptimizationResult, result));
  else output.lines(resultLines(result, output.columns, output.paint));
  endWith(exitCodeOfResult(result));
}

async function optimizeFile(session: Session, file: string, options: RunOptions): Promise<void> {
  const read = readJson(file);
  const document = isObject(read) ? { ...read, ...wishesIn(options) } : read;
  const request = messageFrom('OptimizeRequest', OptimizeRequest, document, sourceOf(file));
  const signal = interruption();
  await withAnyServer(session, async (connection) => {
    const display = new SolvingDisplay(session.remarks);
    let solution: OptimizationResult | undefined;
    for await (const { event } of connection.stream(optimizations.optimize, request, signal)) {
      if (event?.$case === 'progress') display.show(event.value);
      else if (event?.$case === 'solution') solution = event.value;
    }
    display.end();
    if (solution === undefined) throw new Error('the stream ended without a solution');
    conclude(session, solution);
  });
}

const isObject = (value: JsonValue | undefined): value is Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parametersIn(text: string | undefined): JsonValue {
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new Fault('INVALID_ARGUMENT', `--parameters must be JSON; got ${text}`);
  }
}

/** "ledoit-wolf" or "ledoit-wolf:target=identity,other=0.5" -> proto JSON of a Selection. */
export function selectionFrom(text: string): JsonValue {
  const [type = '', ...rest] = text.split(':');
  const pairs = rest
    .join(':')
    .split(',')
    .filter((pair) => pair !== '');
  const parameters = pairs.map((pair): [string, JsonValue] => {
    const [key = '', ...value] = pair.split('=');
    const written = value.join('=');
    if (key === '' || value.length === 0) throw new Fault('INVALID_ARGUMENT', `"${pair}" must be written key=value`);
    const isLiteral = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:e-?\d+)?)$/.test(written);
    return [key, isLiteral ? (JSON.parse(written) as JsonValue) : written];
  });
  return { type, parameters: Object.fromEntries(parameters) };
}

/** A list of constraints, or an object with `constraints`. */
function constraintsIn(file: string): JsonValue {
  const read = readJson(file);
  return isObject(read) ? (read['constraints'] ?? []) : read;
}

/** The proto JSON of an Optimization from a file (or nothing) and the options, which take precedence field by field. */
export function optimizationJson(document: JsonValue, options: RunOptions): JsonValue {
  const base = isObject(document) ? document : {};
  const given = isObject(base['estimation']) ? base['estimation'] : {};
  const estimation: Record<string, JsonValue> = { ...given };
  if (options.expectedReturns !== undefined) estimation['expectedReturns'] = selectionFrom(options.expectedReturns);
  if (options.covariance !== undefined) estimation['covariance'] = selectionFrom(options.covariance);
  if (options.scenarios !== undefined) estimation['scenarios'] = selectionFrom(options.scenarios);
  if (options.missingPrices !== undefined)
    estimation['missingPrices'] = `MISSING_PRICES_${options.missingPrices.toUpperCase().replaceAll('-', '_')}`;
  if (options.periodsPerYear !== undefined) estimation['periodsPerYear'] = options.periodsPerYear;
  if (options.windowStart !== undefined) estimation['windowStart'] = options.windowStart;
  if (options.windowEnd !== undefined) estimation['windowEnd'] = options.windowEnd;
  const strategy =
    options.strategy === undefined
      ? {}
      : { strategy: { type: options.strategy, parameters: parametersIn(options.parameters) } };
  return {
    ...base,
    ...strategy,
    ...(options.constraints === undefined ? {} : { constraints: constraintsIn(options.constraints) }),
    ...(options.universe === undefined ? {} : { universe: options.universe.split(',').map((id) => id.trim()) }),
    ...(Object.keys(estimation).length === 0 ? {} : { estimation }),
    ...wishesIn(options),
  };
}

async function optimizePortfolio(session: Session, file: string | undefined, options: RunOptions): Promise<void> {
  const document = optimizationJson(file === undefined ? {} : readJson(file), options);
  const source = file === undefined ? 'the command line' : sourceOf(file);
  const request = {
    parent: named('portfolios', options.portfolio ?? ''),
    optimization: messageFrom('Optimization', Optimization, document, source),
    optimizationId: options.id ?? '',
    requestId: randomUUID(),
    validateOnly: false,
  };
  const created = await session.connection.reply(optimizations.createOptimization, request);
  session.remarks.line(session.remarks.paint.dim(created.name));
  if (options.detach !== true) await followOptimization(session, created.name);
  else if (session.json) session.printJson(jsonOf('Optimization', Optimization, created));
}

function whole(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
}

export function addOptimize(program: Command): void {
  program
    .command('optimize')
    .description('optimize a problem given whole in a file, or a stored portfolio')
    .argument('[file]', 'proto JSON of an OptimizeRequest; with --portfolio of an Optimization; "-": standard input')
    .option('--portfolio <name>', 'stored portfolio to optimize')
    .option('--strategy <id>', 'strategy of the catalogue')
    .option('--parameters <json>', 'parameters of the strategy')
    .option('--constraints <file>', 'JSON list of constraints')
    .option(
      '--expected-returns <id>',
      'estimator of expected returns, with parameters: historical-mean:method=arithmetic',
    )
    .option(
      '--covariance <id>',
      'estimator of the covariance, with parameters: ledoit-wolf:target=constant-correlation',
    )
    .option(
      '--scenarios <id>',
      'estimator of scenarios, with parameters: block-bootstrap:blocks=stationary,blockLength=20,count=1000,seed=1',
    )
    .addOption(
      new Option('--missing-prices <how>', 'what to do where prices are missing').choices([
        'refuse',
        'pairwise',
        'complete-rows',
        'carry-forward',
      ]),
    )
    .option('--periods-per-year <number>', '252 for daily prices, 12 for monthly', whole)
    .option('--window-start <date>', 'first price used')
    .option('--window-end <date>', 'last price used')
    .option('--universe <ids>', 'asset ids that may be held, separated by commas')
    .option('--relax', 'let constraints of priority 5 to 1 give way, as little as needed, when not all can hold')
    .option('--gains', 'tell what the objective would gain without each constraint that binds')
    .option('--id <id>', 'id of the run')
    .option('--detach', 'start the run and do not wait; "folio watch" shows it')
    .action(
      action(async (session: Session, file: string | undefined, options: RunOptions) => {
        if (options.portfolio !== undefined) await optimizePortfolio(session, file, options);
        else if (file !== undefined) await optimizeFile(session, file, options);
        else throw new Ended(exitCodes.usage, 'give a FILE with an OptimizeRequest, or --portfolio NAME');
      }),
    );
}
