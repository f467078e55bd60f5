/** Risk against tilt: from the portfolio of least risk to that which reaches its aims, each distance shrinking in step. */
import { dot, hasWeights, inSteps } from '@veritasvault/portfolio/sdk/v1';
import type {
  Lowered,
  Objective,
  Program,
  Row,
  Solution,
  Step,
  StrategyEvent,
  Task,
} from '@veritasvault/portfolio/sdk/v1';
import { map } from 'rxjs';
import type { Observable } from 'rxjs';

import { distanceTo, exposureRow, exposuresTo, factorsOf, withoutFactor } from './market.ts';
import { reporting } from './report.ts';
import type { Aim } from './report.ts';

export interface Aims {
  readonly aims: readonly Aim[];
  readonly relativeTo: 'none' | 'benchmark';
  /** (n) what exposures are measured from; the origin when absent. */
  readonly centre: Float64Array | undefined;
  readonly risk: Objective;
  /** The aims as the strategy's own restrictions, hard or soft. */
  readonly restrictions: readonly Lowered[];
  readonly phase: string;
}

/**
 * Streams `points` (at least 2) portfolios of least risk: in that of tilt t (0 to 1, evenly spaced) the distance of each exposure from its
 * aim is at most (1 - t) times that of the portfolio of least risk plus t times that of the strategy's own portfolio, which is the last point
 * and the solution. When either cannot be found its solution says why and is the last. Points before `first` are not told.
 */
export function tiltFrontier<Parameters>(
  task: Task<Parameters>,
  points: number,
  aims: (task: Task<Parameters>) => Aims,
  wanted: readonly string[],
  first = 0,
): Observable<StrategyEvent> {
  const count = Math.max(2, Math.floor(points));
  return inSteps(task, function* () {
    const absent = withoutFactor(task, wanted);
    return absent ?? (yield* tilted(task, aims(task), count, first));
  }).pipe(
    map((event) => {
      if (event.kind !== 'point') return event;
      const { aims: stated, relativeTo } = aims(task);
      const { report = {}, ...answer } = reporting(event.answer, task.situation, stated, relativeTo);
      const tilt = (event.index ?? 0) / (count - 1);
      return { ...event, answer: { ...answer, report: { ...report, tilt } } };
    }),
  );
}

function* tilted<Parameters>(task: Task<Parameters>, aims: Aims, count: number, first: number): Program {
  const { risk: objective, restrictions, relativeTo, phase } = aims;
  const told = (index: number): Pick<Step, 'phase' | 'point'> =>
    index < first
      ? { phase: `finding the way back to point ${first + 1} of ${count}` }
      : { phase: `frontier point ${index + 1} of ${count}`, point: index };
  const finish = (solution: Solution) =>
    reporting({ objective, added: restrictions, solution }, task.situation, aims.aims, relativeTo);
  const own: Solution = yield { objective, added: restrictions, phase };
  if (!hasWeights(own)) return finish(own);
  const least: Solution = yield { objective, ...told(0), warm: own };
  if (!hasWeights(least)) return { objective, added: [], solution: least };
  for (let index = Math.max(1, first); index < count - 1 && !task.signal.aborted; index++) {
    const rows = rowsAt(task, aims, [least, own], index / (count - 1));
    // Each begins where the last ends, whichever are told: where a solve begins can change the last bits of its answer.
    yield { objective, added: [{ rows }], ...told(index), warm: own };
  }
  return finish(yield { objective, added: restrictions, ...told(count - 1), warm: own });
}

/** The distances allowed at tilt t, as rows over the weights. */
function rowsAt<Parameters>(
  { situation, origin }: Pick<Task<Parameters>, 'situation' | 'origin'>,
  { aims, centre }: Aims,
  [least, own]: readonly [Solution, Solution],
  t: number,
): readonly Row[] {
  const factors = factorsOf(situation);
  return aims.map((aim) => {
    const { factor, lower, upper } = aim;
    const exposures = exposuresTo(factors, factor);
    const missedBy = ({ weights }: Solution): number =>
      distanceTo(aim, dot(exposures, weights) - (centre === undefined ? 0 : dot(exposures, centre)));
    const slack = (1 - t) * missedBy(least) + t * missedBy(own);
    const words = `exposure to ${factor} within ${slack} of its target`;
    return exposureRow(exposures, [lower - slack, upper + slack], centre, origin(words));
  });
}
