/** The efficient frontier: the least risk at evenly spaced returns. */
import { alongFrontier } from '@veritasvault/portfolio/sdk/v1';
import type { Objective, Program, StrategyEvent, Task } from '@veritasvault/portfolio/sdk/v1';
import type { Observable } from 'rxjs';

import { excessReturns, returnFloor } from './market.ts';

/**
 * Streams `points` (at least 2) points from the portfolio of least risk to the one of most return under the client's restrictions: the
 * least `risk` with a return of at least R, R spaced evenly between the returns of the two ends. Then `own`, the strategy's own
 * portfolio, is the solution. Points before `first` are not told. When an end cannot be found, its solution says why and is the last.
 */
export function frontierOf<Parameters>(
  task: Task<Parameters>,
  points: number,
  risk: Objective,
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
  return alongFrontier(task, { objective: risk, direction, floor }, points, own, first);
}
