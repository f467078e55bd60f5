/**
 * Exact search along a direction of the dual. Only slopes are compared, never values: near the optimum values agree to rounding long
 * before the prices are right, and a search that compares them stalls there.
 */
import type { Direction, FactorDual } from './dual.ts';
import { SlopeAlong } from './slope.ts';

const evaluationsMax = 60;
/** A slope that has fallen to this share of the first one is taken for zero. Looser searches cost twice the iterations. */
const flat = 1e-6;

/** The step that maximizes the dual along `direction`, starting with 1; 0 when it does not ascend, Infinity when it never ends. */
export function stepAlong(dual: FactorDual, direction: Direction): number {
  const start = dual.ascentAlong(direction);
  if (!(start > 0)) return 0;
  const along = new SlopeAlong(dual, direction);
  const enough = flat * start;
  let low = 0;
  let high = Infinity;
  let step = 1;
  for (let evaluation = 0; evaluation < evaluationsMax; evaluation++) {
    const { slope, curvature } = along.at(step);
    if (Math.abs(slope) <= enough) return step;
    if (slope > 0) low = step;
    else high = step;
    const newton = curvature < 0 ? step - slope / curvature : Infinity;
    if (high === Infinity) {
      if (step > 1e12) return Infinity;
      step = Math.max(2 * step, Math.min(newton, 100 * step));
    } else {
      const kink = kinkWithin(dual, direction.y, low, high);
      if (kink !== undefined && evaluation > 2) {
        step = kink;
        const right = along.at(kink).slope;
        if (right > 0) {
          low = kink;
          continue;
        }
        const left = along.at(kink * (1 - 1e-13)).slope;
        if (left >= 0) return kink;
        high = kink;
        continue;
      }
      step = newton > low + 0.01 * (high - low) && newton < high - 0.01 * (high - low) ? newton : 0.5 * (low + high);
      if (high - low <= 1e-13 * high) return low > 0 ? low : high;
    }
  }
  return low > 0 ? low : step;
}

/** A step strictly between at which a row price changes sign; the middle one of them. */
function kinkWithin({ y }: FactorDual, dy: Float64Array, low: number, high: number): number | undefined {
  const kinks: number[] = [];
  for (let r = 0; r < dy.length; r++) {
    const at = -y[r]! / dy[r]!;
    if (at > low && at < high) kinks.push(at);
  }
  kinks.sort((a, b) => a - b);
  return kinks[kinks.length >> 1];
}
