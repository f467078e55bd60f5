import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import {
  ComputeFrontierRequest,
  ComputeFrontierResponse,
  FrontierMeasure,
  OptimizationServiceService as optimizations,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { FrontierPoint, OptimizationResult } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { chartLines } from '../display/chart.ts';
import { counted, elapsed, figure, percent } from '../display/figures.ts';
import { conflictLines, relaxationLines, terminationText } from '../display/result.ts';
import { table } from '../display/table.ts';
import { readJson, sourceOf } from '../session.ts';
import type { Session } from '../session.ts';
import { endWith } from '../wire/failure.ts';
import { jsonOf, messageFrom } from '../wire/proto-json.ts';
import { action } from './action.ts';
import { exitCodeOfResult } from './exit-code.ts';
import { interruption, withAnyServer } from './stateless.ts';

const chartWidthMax = 78;
const chartHeight = 14;

/** What a frontier is drawn against. */
interface Axis {
  readonly title: string;
  readonly column: string;
  readonly of: (point: FrontierPoint) => number;
}

const volatility: Axis = {
  title: 'annual volatility',
  column: 'volatility a year',
  of: (point) => point.volatilityAnnual,
};
/** By the option of the command. */
const measures = {
  volatility: { wire: FrontierMeasure.FRONTIER_MEASURE_VOLATILITY, axis: volatility },
  'tracking-error': {
    wire: FrontierMeasure.FRONTIER_MEASURE_TRACKING_ERROR,
    axis: {
      title: 'annual tracking error',
      column: 'tracking error',
      of: (point) => point.trackingErrorAnnual ?? 0,
    },
  },
  turnover: {
    wire: FrontierMeasure.FRONTIER_MEASURE_TURNOVER,
    axis: { title: 'turnover, half the sum of changes', column: 'turnover', of: (point) => point.turnoverHalfSum },
  },
  cvar: {
    wire: FrontierMeasure.FRONTIER_MEASURE_CVAR,
    axis: { title: 'CVaR at 95 % of one scenario', column: 'CVaR 95 %', of: (point) => point.cvar ?? 0 },
  },
} as const satisfies Readonly<Record<string, { readonly wire: FrontierMeasure; readonly axis: Axis }>>;
type Measure = keyof typeof measures;

/** Volatility where the request leaves it to its strategy. */
function axisOf(against: FrontierMeasure): Axis {
  return Object.values(measures).find(({ wire }) => wire === against)?.axis ?? volatility;
}

/** The frontier as far as it is known. */
function frontierChart(points: readonly FrontierPoint[], axis: Axis, width: number): string[] {
  const places = points.map((point) => ({ x: axis.of(point), y: point.expectedReturnAnnual }));
  return chartLines({
    curve: places,
    marks: places.map((place) => ({ ...place, letter: '•' })),
    xTitle: axis.title,
    yTitle: 'expected annual return',
    width: Math.min(width, chartWidthMax),
    height: chartHeight,
  });
}

function show(session: Session, points: readonly FrontierPoint[], axis: Axis, summary: OptimizationResult): void {
  const { output } = session;
  if (points.length > 1) output.lines(frontierChart(points, axis, output.columns));
  const isOther = axis !== volatility;
  const rows = points.map((point) => [
    String(point.index + 1),
    percent(point.expectedReturnAnnual),
    ...(isOther ? [percent(axis.of(point))] : []),
    percent(point.volatilityAnnual),
    figure(point.sharpeRatio, 4),
    point.certificate?.passed === true ? output.paint.green('passed') : output.paint.red('FAILED'),
  ]);
  const columns = [
    { title: 'point', align: 'right' },
    { title: 'return a year', align: 'right' },
    ...(isOther ? [{ title: axis.column, align: 'right' } as const] : []),
    { title: volatility.column, align: 'right' },
    { title: 'Sharpe ratio', align: 'right' },
    { title: 'certificate' },
  ] as const;
  if (rows.length > 0) output.lines(table(columns, rows, output.columns, output.paint.bold));
  const head = `${terminationText(summary)}: ${counted(points.length, 'point')} in ${elapsed(Number(summary.elapsedMs))}`;
  output.line(summary.detail === '' ? head : `${head}; ${summary.detail}`);
  output.lines(relaxationLines(summary, output.columns, output.paint));
  if (summary.conflict !== undefined) output.lines(conflictLines(summary.conflict, output.columns, output.paint));
}

interface Chosen {
  readonly relax?: boolean;
  readonly against?: Measure;
  readonly from?: number;
}

async function computeFrontier(session: Session, file: string, { relax, against, from }: Chosen): Promise<void> {
  const request = messageFrom('ComputeFrontierRequest', ComputeFrontierRequest, readJson(file), sourceOf(file));
  // The flag only ever turns on what the file leaves off.
  request.relaxByPriority ||= relax === true;
  if (against !== undefined) request.against = measures[against].wire;
  if (from !== undefined) request.firstIndex = from - 1;
  const axis = axisOf(request.against);
  const signal = interruption();
  await withAnyServer(session, async (connection) => {
    const points: FrontierPoint[] = [];
    let summary: OptimizationResult | undefined;
    for await (const response of connection.stream(optimizations.computeFrontier, request, signal)) {
      const { event } = response;
      // A line of JSON for each message but progress: points arrive while others are still being found.
      if (session.json && event?.$case !== 'progress')
        process.stdout.write(
          `${JSON.stringify(jsonOf('ComputeFrontierResponse', ComputeFrontierResponse, response))}\n`,
        );
      if (event?.$case === 'point') points.push(event.value);
      else if (event?.$case === 'summary') summary = event.value;
      if (points.length > 1) session.remarks.draw(frontierChart(points, axis, session.remarks.columns));
    }
    session.remarks.clear();
    if (summary === undefined) throw new Error('the stream ended without a summary');
    if (!session.json) show(session, points, axis, summary);
    endWith(exitCodeOfResult(summary));
  });
}

export function addFrontier(program: Command): void {
  program
    .command('frontier')
    .description('the efficient frontier of a problem given whole in a file')
    .argument('<file>', 'proto JSON of a ComputeFrontierRequest, "-" for the standard input')
    .addOption(
      new Option('--against <measure>', 'axis of risk; that of its strategy when absent').choices(
        Object.keys(measures),
      ),
    )
    .option(
      '--from <point>',
      'first point to tell, from 1; the others are the same as in the whole frontier',
      pointNumber,
    )
    .option('--relax', 'let constraints of priority 5 to 1 give way, as little as needed, when not all can hold')
    .action(action((session: Session, file: string, chosen: Chosen) => computeFrontier(session, file, chosen)));
}

function pointNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1000) return value;
  throw new InvalidArgumentError('must be a whole number from 1 to 1000');
}
