/** One sweep of risk budgeting in plain TypeScript, bit for bit as the module does it. */
import { dotAt } from './products.ts';

/** See `sweepBudgets` in ../../kernels.ts. */
export function sweepBudgets(
  n: number,
  s: Float64Array,
  budget: Float64Array,
  linear: Float64Array | undefined,
  shift: number,
  w: Float64Array,
): number {
  let worst = 0;
  const gradient = new Float64Array(4);
  for (let i = 0; i < n; i += 4) {
    const wide = Math.min(4, n - i);
    for (let r = 0; r < wide; r++) gradient[r] = dotAt(n, s, (i + r) * n, w);
    for (let r = 0; r < wide; r++) {
      const at = i + r;
      const before = w[at]!;
      const curvature = s[at * n + at]! + shift;
      let g = gradient[r]! + shift * before;
      if (linear !== undefined) g += linear[at]!;
      const off = Math.abs(before * g - budget[at]!);
      // Written so that a NaN stays.
      if (!(off <= worst) && !Number.isNaN(worst)) worst = off;
      const after = minimizer(curvature, g - curvature * before, budget[at]!);
      w[at] = after;
      for (let q = r + 1; q < wide; q++) gradient[q] = gradient[q]! + s[(i + q) * n + at]! * (after - before);
    }
  }
  return worst;
}

/** The minimizer over w > 0 of 1/2 curvature w^2 + slope w - budget ln w, without cancellation. */
function minimizer(curvature: number, slope: number, budget: number): number {
  const root = Math.sqrt(slope * slope + 4 * curvature * budget);
  return slope > 0 ? (2 * budget) / (slope + root) : (root - slope) / (2 * curvature);
}
