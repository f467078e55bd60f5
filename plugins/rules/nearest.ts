/** Rules give target weights; the answer is the feasible portfolio nearest to them. */
import { nearestTo, solveToEnd } from '@veritasvault/portfolio/sdk/v1';
import type { StrategyEvent, Task } from '@veritasvault/portfolio/sdk/v1';
import type { Observable } from 'rxjs';

/** For the descriptions in the catalogue. */
export const nearestInWords =
  'The answer is the portfolio nearest to the target weights (least sum of squared differences) that satisfies the restrictions: the target weights themselves when they do.';

/** `target` (n) are fractions of net asset value; cash is the rest. */
export function nearestPortfolio<Parameters>(task: Task<Parameters>, target: Float64Array): Observable<StrategyEvent> {
  return solveToEnd(task, nearestTo(target), 'nearest to the target weights');
}
