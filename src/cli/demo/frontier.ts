import {
  ComputeFrontierRequest,
  OptimizationServiceService as optimizations,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { FrontierPoint, OptimizationResult } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { chartLines } from '../display/chart.ts';
import { counted, elapsed, percent } from '../display/figures.ts';
import type { Connection } from '../wire/connection.ts';
import type { Sample } from './sample.ts';
import type { Solved } from './optimization.ts';
import type { Stage } from './stage.ts';

const pointsWanted = 24;
const chartHeight = 13;

/** Closes from a date on, row by row, as a problem takes them; not a number where there is none. */
function pricesFrom(
  sample: Pick<Sample, 'assets' | 'prices'>,
  start: string,
): { readonly dates: string[]; readonly values: number[] } {
  const positions = new Map(sample.assets.rows.map(({ name }, position) => [name, position]));
  const rows = new Map<string, number[]>();
  for (const { asset, date, amount } of sample.prices.rows) {
    if (date < start) continue;
    const row = rows.get(date) ?? Array.from({ length: positions.size }, () => Number.NaN);
    rows.set(date, row);
    const position = positions.get(asset);
    if (position !== undefined) row[position] = Number(amount);
  }
  const dates = [...rows.keys()].toSorted();
  return { dates, values: dates.flatMap((date) => rows.get(date) ?? []) };
}

/** The whole problem in the request: nothing of it is stored, and turnover plays no part. */
function requestFrom(sample: Sample): ComputeFrontierRequest {
  const { estimation } = sample.optimization;
  const { dates, values } = pricesFrom(sample, estimation?.windowStart ?? '');
  const constraints = [...sample.portfolio.constraints, ...sample.optimization.constraints];
  const assets = sample.assets.rows;
  return ComputeFrontierRequest.fromPartial({
    points: pointsWanted,
    strategy: { type: 'maximum-sharpe', parameters: {} },
    problem: {
      universe: assets.map(({ name, displayName, assetClass, sector, country, currencyCode }) => ({
        assetId: name.slice('assets/'.length),
        displayName,
        assetClass,
        sector,
        country,
        currencyCode,
      })),
      prices: { dates, prices: { rows: dates.length, columns: assets.length, values } },
      estimation: { ...estimation, windowStart: '' },
      constraints: constraints.filter(({ type }) => type !== 'turnover' && type !== 'volatility'),
      riskFreeRateAnnual: sample.portfolio.riskFreeRateAnnual,
    },
  });
}

const marks = (points: readonly FrontierPoint[], solved: Solved): Parameters<typeof chartLines>[0]['marks'] => [
  ...points.map((point) => ({ x: point.volatilityAnnual, y: point.expectedReturnAnnual, letter: '•' })),
  {
    x: solved.result.volatilityAnnual ?? 0,
    y: solved.result.expectedReturnAnnual ?? 0,
    letter: '◆',
  },
];

function chart(points: readonly FrontierPoint[], solved: Solved, width: number): string[] {
  return chartLines({
    curve: points.map((point) => ({ x: point.volatilityAnnual, y: point.expectedReturnAnnual })),
    marks: marks(points, solved) ?? [],
    xTitle: 'annual volatility',
    yTitle: 'expected annual return',
    width,
    height: chartHeight,
  });
}

/** Streams the frontier and draws it while its points arrive. */
export async function drawFrontier(
  stage: Stage,
  connection: Connection,
  sample: Sample,
  solved: Solved,
): Promise<void> {
  stage.section('The efficient frontier, point by point');
  const points: FrontierPoint[] = [];
  let summary: OptimizationResult | undefined;
  for await (const { event } of connection.stream(optimizations.computeFrontier, requestFrom(sample))) {
    if (event?.$case === 'point') points.push(event.value);
    else if (event?.$case === 'summary') summary = event.value;
    if (event?.$case === 'point') stage.terminal.draw(chart(points, solved, stage.width));
  }
  stage.terminal.clear();
  stage.say(...chart(points, solved, stage.width));
  const [least, most] = [points[0], points.at(-1)];
  const solvedIn = summary === undefined ? '' : ` in ${elapsed(Number(summary.elapsedMs))}`;
  stage.say(
    `${counted(points.length, 'point')}${solvedIn}: from ${percent(least?.expectedReturnAnnual ?? 0)} at ${percent(least?.volatilityAnnual ?? 0)} to ${percent(most?.expectedReturnAnnual ?? 0)} at ${percent(most?.volatilityAnnual ?? 0)}.`,
    '◆ is the optimization above, held back by its turnover limit.',
  );
  const rising = points.every((point, index) => {
    const before = points[index - 1];
    return (
      before === undefined ||
      (point.expectedReturnAnnual >= before.expectedReturnAnnual - 1e-9 &&
        point.volatilityAnnual >= before.volatilityAnnual - 1e-9)
    );
  });
  stage.check(
    `${counted(pointsWanted, 'point')}, each certified, return and volatility rising together`,
    points.length === pointsWanted && rising && points.every(({ certificate }) => certificate?.passed === true),
  );
}
