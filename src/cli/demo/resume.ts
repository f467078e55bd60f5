/** Many runs watched at once, the server killed in the middle, and the proof that nothing was lost. */
import { randomUUID } from 'node:crypto';

import { OptimizationServiceService as optimizations } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type {
  Optimization,
  OptimizationEvent,
  OptimizationResult,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { count, counted, elapsed, figure, percent } from '../display/figures.ts';
import { watchOptimization } from '../run.ts';
import type { Connection } from '../wire/connection.ts';
import { portfolioName } from './sample.ts';
import type { Sample } from './sample.ts';
import type { Stage } from './stage.ts';

const turnoverLimits = [0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.18, 0.21, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6];
const finishedBeforeKill = 5;
const waitMostMs = 500;

/** One watched run and every event of it that arrived, in the order of arrival. */
interface Watched {
  readonly name: string;
  readonly turnover: number;
  readonly events: OptimizationEvent[];
  result: OptimizationResult | undefined;
  /** Last sequence seen when the server was killed. */
  seenAtKill: bigint;
}

export interface Crash {
  /** Kills the server and starts it again on the same directory and address; resolves when it serves. */
  killAndRestart(): Promise<void>;
}

/** The optimization of the demo with another limit on turnover. */
function withTurnover(optimization: Optimization, max: number): Optimization {
  const constraints = optimization.constraints.map((constraint) =>
    constraint.type === 'turnover' ? { ...constraint, parameters: { ...constraint.parameters, max } } : constraint,
  );
  return { ...optimization, constraints };
}

async function startRuns(connection: Connection, sample: Sample): Promise<Watched[]> {
  const starting = turnoverLimits.map(async (turnover): Promise<Watched> => {
    const { name } = await connection.reply(optimizations.createOptimization, {
      parent: portfolioName,
      optimization: withTurnover(sample.optimization, turnover),
      optimizationId: `turnover-${String(Math.round(turnover * 100)).padStart(2, '0')}`,
      requestId: randomUUID(),
      validateOnly: false,
    });
    return { name, turnover, events: [], result: undefined, seenAtKill: 0n };
  });
  return Promise.all(starting);
}

const lastOf = ({ events }: Watched): bigint => events.at(-1)?.sequence ?? 0n;
const eventsOf = (runs: readonly Watched[]): number => runs.reduce((sum, { events }) => sum + events.length, 0);
const finishedOf = (runs: readonly Watched[]): number => runs.filter(({ result }) => result !== undefined).length;

/** Watches a batch of runs through a crash of the server and compares what arrived with the log. */
export async function watchThroughCrash(
  stage: Stage,
  connection: Connection,
  sample: Sample,
  crash: Crash,
): Promise<void> {
  stage.section('The server is killed in the middle of a watch');
  const runs = await startRuns(connection, sample);
  stage.say(`${counted(runs.length, 'run')} of the same problem, turnover at most 2 % to 60 %, each watched.`);
  let lost = 0;
  let resumed = 0;
  let killed: Promise<void> | undefined;
  const kill = async (): Promise<void> => {
    for (const run of runs) run.seenAtKill = lastOf(run);
    const began = performance.now();
    stage.say(
      stage.terminal.paint.red(
        `SIGKILL after ${count(eventsOf(runs))} events: ${count(finishedOf(runs))} runs finished, 1 being solved, ${count(runs.length - finishedOf(runs) - 1)} waiting`,
      ),
    );
    await crash.killAndRestart();
    stage.say(`serving again on the same directory after ${elapsed(performance.now() - began)}`);
  };
  const follow = async (run: Watched): Promise<void> => {
    const report = {
      lost: ({ attempt }: { readonly attempt: number }) => (lost += attempt === 1 ? 1 : 0),
      resumed: () => (resumed += 1),
    };
    for await (const event of watchOptimization(connection, run.name, report, { waitMostMs })) {
      run.events.push(event);
      if (event.event?.$case === 'succeeded') run.result = event.event.value;
      stage.terminal.draw([
        `  ${count(eventsOf(runs))} events, ${count(finishedOf(runs))} of ${count(runs.length)} runs finished`,
      ]);
      // In the middle of a solve: a run has just been taken by a worker.
      const isSolving = event.event?.$case === 'started';
      if (killed === undefined && isSolving && finishedOf(runs) >= finishedBeforeKill) killed = kill();
    }
  };
  await Promise.all(runs.map(follow));
  await killed;
  stage.terminal.clear();
  const again = runs.filter(({ events }) => events.some(isSecondStart)).length;
  stage.say(
    `${counted(lost, 'stream')} lost, ${count(resumed)} resumed with their tokens, ${counted(again, 'run')} solved again.`,
  );
  showRuns(stage, runs);
  await compareWithLog(stage, connection, runs);
  stage.check('the crash cut streams and every one of them was resumed', lost > 0 && resumed === lost);
}

const isSecondStart = ({ event }: OptimizationEvent): boolean => event?.$case === 'started' && event.value.attempt > 1;

function showRuns(stage: Stage, runs: readonly Watched[]): void {
  const columns = [
    { title: 'turnover <=', align: 'right' },
    { title: 'return', align: 'right' },
    { title: 'volatility', align: 'right' },
    { title: 'Sharpe', align: 'right' },
    { title: 'events before the kill', align: 'right' },
    { title: 'after it', align: 'right' },
  ] as const;
  const rows = runs.map(({ turnover, result, events, seenAtKill }) => [
    percent(turnover, 0),
    percent(result?.expectedReturnAnnual ?? 0),
    percent(result?.volatilityAnnual ?? 0),
    figure(result?.sharpeRatio ?? 0, 4),
    rangeText(events.filter(({ sequence }) => sequence <= seenAtKill)),
    rangeText(events.filter(({ sequence }) => sequence > seenAtKill)),
  ]);
  stage.table(columns, rows);
}

function rangeText(events: readonly OptimizationEvent[]): string {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) return '-';
  return first === last ? String(first.sequence) : `${String(first.sequence)}..${String(last.sequence)}`;
}

/**
 * Reads every log again from its first event and compares: nothing twice, nothing out of order, no number left out. Only progress may be
 * missing, where a newer one took its place; it is counted.
 */
async function compareWithLog(stage: Stage, connection: Connection, runs: readonly Watched[]): Promise<void> {
  const tally = { twice: 0, missing: 0, gaps: 0, superseded: 0 };
  const silent = { lost: () => undefined, resumed: () => undefined };
  const compare = async (run: Watched): Promise<void> => {
    const seen = new Set(run.events.map(({ sequence }) => sequence));
    const logged = new Map<bigint, boolean>();
    for await (const { sequence, event } of watchOptimization(connection, run.name, silent))
      logged.set(sequence, event?.$case === 'progress');
    tally.twice += run.events.length - seen.size;
    for (let sequence = 1n; sequence <= lastOf(run); sequence += 1n) {
      if (seen.has(sequence)) continue;
      if (!logged.has(sequence)) tally.gaps += 1;
      else if (logged.get(sequence) === true) tally.superseded += 1;
      else tally.missing += 1;
    }
    for (const sequence of logged.keys()) if (sequence > lastOf(run)) tally.missing += 1;
  };
  await Promise.all(runs.map(compare));
  const inOrder = runs.every(({ events }) =>
    events.every(({ sequence }, index) => index === 0 || sequence > (events[index - 1]?.sequence ?? 0n)),
  );
  const { twice, missing, gaps, superseded } = tally;
  const conflated = superseded === 0 ? '' : `, ${count(superseded)} progress events superseded by newer ones`;
  stage.check(
    `${count(eventsOf(runs))} events compared with the log: ${count(missing)} missing, ${count(twice)} twice, ${count(gaps)} gaps${conflated}`,
    missing === 0 && twice === 0 && gaps === 0 && inOrder,
  );
  stage.check(
    'every run ended with a certified optimum',
    runs.every(({ result }) => result?.certificate?.passed === true),
  );
}
