import type { Command } from 'commander';

import {
  ComputeFrontierRequest,
  ComputeFrontierResponse,
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

/** The frontier as far as it is known. */
export function frontierChart(points: readonly FrontierPoint[], width: number): string[] {
  return chartLines({
    curve: points.map((point) => ({ x: point.volatilityAnnual, y: point.expectedReturnAnnual })),
    marks: points.map((point) => ({ x: point.volatilityAnnual, y: point.expectedReturnAnnual, letter: '•' })),
    xTitle: 'annual volatility',
    yTitle: 'expected annual return',
    width: Math.min(width, chartWidthMax),
    height: chartHeight,
  });
}

function show(session: Session, points: readonly FrontierPoint[], summary: OptimizationResult): void {
  const { output } = session;
  if (points.length > 1) output.lines(frontierChart(points, output.columns));
  const rows = points.map((point) => [
    String(point.index + 1),
    percent(point.expectedReturnAnnual),
    percent(point.volatilityAnnual),
    figure(point.sharpeRatio, 4),
    point.certificate?.passed === true ? output.paint.green('passed') : output.paint.red('FAILED'),
  ]);
  const columns = [
    { title: 'point', align: 'right' },
    { title: 'return a year', align: 'right' },
    { title: 'volatility a year', align: 'right' },
    { title: 'Sharpe ratio', align: 'right' },
    { title: 'certificate' },
  ] as const;
  if (rows.length > 0) output.lines(table(columns, rows, output.columns, output.paint.bold));
  const head = `${terminationText(summary)}: ${counted(points.length, 'point')} in ${elapsed(Number(summary.elapsedMs))}`;
  output.line(summary.detail === '' ? head : `${head}; ${summary.detail}`);
  output.lines(relaxationLines(summary, output.columns, output.paint));
  if (summary.conflict !== undefined) output.lines(conflictLines(summary.conflict, output.columns, output.paint));
}

async function computeFrontier(session: Session, file: string, relax: boolean): Promise<void> {
  const request = messageFrom('ComputeFrontierRequest', ComputeFrontierRequest, readJson(file), sourceOf(file));
  // The flag only ever turns on what the file leaves off.
  request.relaxByPriority ||= relax;
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
      if (points.length > 1) session.remarks.draw(frontierChart(points, session.remarks.columns));
    }
    session.remarks.clear();
    if (summary === undefined) throw new Error('the stream ended without a summary');
    if (!session.json) show(session, points, summary);
    endWith(exitCodeOfResult(summary));
  });
}

export function addFrontier(program: Command): void {
  program
    .command('frontier')
    .description('the efficient frontier of a problem given whole in a file')
    .argument('<file>', 'proto JSON of a ComputeFrontierRequest, "-" for the standard input')
    .option('--relax', 'let constraints of priority 5 to 1 give way, as little as needed, when not all can hold')
    .action(
      action((session: Session, file: string, { relax }: { readonly relax?: boolean }) =>
        computeFrontier(session, file, relax === true),
      ),
    );
}
