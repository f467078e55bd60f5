/** The frontier of expected return against CVaR. */
import { alongFrontier } from '@veritasvault/portfolio/sdk/v1';
import type { Program, StrategyEvent, TailMeasure, Task } from '@veritasvault/portfolio/sdk/v1';
import type { Observable } from 'rxjs';

import { excessReturns, leastMeasure, returnFloor } from './market.ts';

/**
 * Streams `points` (at least 2) points: the least `measure` with an expected return of at least R, R spaced evenly between the returns of
 * the portfolio of least measure and of greatest return. Then `own`, the strategy's own portfolio, is the
 * solution. Points before `first` are not told.
 */
export function frontierOf<Parameters>(
  task: Task<Parameters>,
  points: number,
  measure: TailMeasure,
  own: () => Program,
  first?: number,
): Observable<StrategyEvent> {
  const direction = excessReturns(task);
  const { riskFreeRate } = task.estimates;
  const floor = (excess: number) => {
    const returnMin = riskFreeRate + excess;
    const origin = task.origin(`expected return at least ${(100 * returnMin).toFixed(4)} %`);
    return returnFloor(direction, riskFreeRate, returnMin, origin);
  };
  return alongFrontier(
    task,
    { objective: leastMeasure(measure, direction.length), direction, floor },
    points,
    own,
    first,
  );
}
