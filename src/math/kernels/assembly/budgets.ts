/** Risk budgeting by cyclical coordinate descent. Griveau-Billion, Richard and Roncalli (2013), arXiv 1311.4057. */
import { dot, fourDots } from './products';
import { tileAddress } from './workspace';

/** The minimizer over w > 0 of 1/2 curvature w^2 + slope w - budget ln w, without cancellation. */
function minimizer(curvature: f64, slope: f64, budget: f64): f64 {
  const root = sqrt(slope * slope + 4 * curvature * budget);
  return slope > 0 ? (2 * budget) / (slope + root) : (root - slope) / (2 * curvature);
}

/**
 * One sweep for   min 1/2 w' S w + shift / 2 w'w + linear'w - sum_i budget_i ln w_i,   S (n x n) symmetric, four coordinates at a time:
 * one pass over four rows prices all four, what they do to each other comes from the 4 x 4 block. linear: 0 for none.
 * @returns the largest |w_i g_i - budget_i| met on the way, g the gradient without the logarithm, each before its coordinate moved.
 */
export function sweepBudgets(
  n: i32,
  s: usize,
  rowBytes: usize,
  budget: usize,
  linear: usize,
  shift: f64,
  w: usize,
): f64 {
  const gradient = tileAddress();
  let worst: f64 = 0;
  for (let i = 0; i < n; i += 4) {
    const wide = min(4, n - i);
    const row = s + <usize>i * rowBytes;
    if (wide === 4) fourDots(n, row, row + rowBytes, row + 2 * rowBytes, row + 3 * rowBytes, w, gradient);
    else for (let r = 0; r < wide; r++) store<f64>(gradient + ((<usize>r) << 3), dot(n, row + <usize>r * rowBytes, w));
    for (let r = 0; r < wide; r++) {
      const at = (<usize>(i + r)) << 3;
      const before = load<f64>(w + at);
      const own = load<f64>(row + <usize>r * rowBytes + at);
      const curvature = own + shift;
      let g = load<f64>(gradient + ((<usize>r) << 3)) + shift * before;
      if (linear !== 0) g += load<f64>(linear + at);
      const b = load<f64>(budget + at);
      const off = abs(before * g - b);
      // Written so that a NaN stays.
      if (!(off <= worst) && worst === worst) worst = off;
      const after = minimizer(curvature, g - curvature * before, b);
      store<f64>(w + at, after);
      const step = after - before;
      for (let q = r + 1; q < wide; q++) {
        const to = gradient + ((<usize>q) << 3);
        store<f64>(to, load<f64>(to) + load<f64>(row + <usize>q * rowBytes + at) * step);
      }
    }
  }
  return worst;
}
