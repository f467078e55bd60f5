/** Objectives that many strategies share. */
import type { Objective } from '../../problem/problem.ts';

/** Minimize 1/2 |w - target|^2: the portfolio nearest to `target` (n), fractions of net asset value; cash is the rest. */
export function nearestTo(target: Float64Array): Objective {
  const size = target.length;
  const operator = { kind: 'diagonal' as const, size, entries: new Float64Array(size).fill(1) };
  return { quadratics: [{ scale: 1, operator, centre: target }], linear: new Float64Array(size) };
}
