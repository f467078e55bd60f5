/** Rules give target weights; the answer is the feasible portfolio nearest to them. */
import { solveToEnd } from '@veritasvault/portfolio/sdk/v1';
import type { StrategyEvent, Task } from '@veritasvault/portfolio/sdk/v1';
import type { Observable } from 'rxjs';

/** For the descriptions in the catalogue. */
export const nearestInWords =
  'The answer is the portfolio nearest to the target weights (least sum of squared differences) that satisfies the restrictions: the target weights themselves when they do.';

/** Minimizes 1/2 |w - target|^2 over the restrictions. `target` (n) are fractions of net asset value; cash is the rest. */
export function nearestTo<Parameters>(task: Task<Parameters>, target: Float64Array): Observable<StrategyEvent> {
  const size = target.length;
  const operator = { kind: 'diagonal' as const, size, entries: new Float64Array(size).fill(1) };
  const objective = { quadratics: [{ scale: 1, operator, centre: target }], linear: new Float64Array(size) };
  return solveToEnd(task, objective, 'nearest to the target weights');
}
