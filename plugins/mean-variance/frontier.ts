/** The efficient frontier: the least variance at evenly spaced returns. */
import { dot, hasWeights, inSteps } from '@veritasvault/portfolio/sdk/v1';
import type { Objective, Program, Solution, StrategyEvent, Task } from '@veritasvault/portfolio/sdk/v1';
import type { Observable } from 'rxjs';

import { excessReturns, greatest, returnFloor } from './market.ts';

/**
 * Streams `points` (at least 2) points from the portfolio of least risk to the one of most return under the client's
 * restrictions: the least `risk` with a return of at least R, R spaced evenly between the returns of the two ends. Then `own`,
 * the strategy's own portfolio, is the solution. When an end cannot be found, its solution says why and is the last.
 */
export function frontierOf<Parameters>(
  task: Task<Parameters>,
  points: number,
  risk: Objective,
  own: () => Program,
): Observable<StrategyEvent> {
  return inSteps(task, function* () {
    const excess = excessReturns(task);
    const { riskFreeRate } = task.estimates;
    const steps = Math.max(2, Math.floor(points)) - 1;
    const least: Solution = yield { objective: risk, phase: `frontier point 1 of ${steps + 1}`, point: true };
    if (!hasWeights(least)) return { objective: risk, added: [], solution: least };
    const most: Solution = yield { objective: greatest(excess), phase: 'greatest return' };
    if (!hasWeights(most)) return { objective: greatest(excess), added: [], solution: most };
    const from = riskFreeRate + dot(excess, least.weights);
    const to = riskFreeRate + dot(excess, most.weights);
    for (let step = 1; step <= steps && !task.signal.aborted; step++) {
      const phase = `frontier point ${step + 1} of ${steps + 1}`;
      // At the far end the floor would leave a single point, which the search for the greatest return has found already.
      if (step === steps) yield { objective: greatest(excess), phase, point: true };
      else {
        const floor = from + ((to - from) * step) / steps;
        const origin = task.origin(`expected return at least ${(100 * floor).toFixed(4)} %`);
        yield { objective: risk, added: [returnFloor(excess, riskFreeRate, floor, origin)], phase, point: true };
      }
    }
    return yield* own();
  });
}
