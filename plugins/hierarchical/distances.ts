/** How far assets are from each other. */
import type { Pause } from '@veritasvault/portfolio/sdk/v1';

/** `correlation`: sqrt((1 - rho) / 2). `between-columns`: the Euclidean distance of the columns of that matrix, as in the paper. */
export const distanceKinds = ['correlation', 'between-columns'] as const;
export type DistanceKind = (typeof distanceKinds)[number];

/** Squared differences between two pauses, about 0.1 s. */
const stretch = 1e8;

/**
 * sqrt((1 - rho) / 2) of every pair (n x n), zero on the diagonal.
 * @param covariance (n x n) with a positive diagonal
 */
export function correlationDistances(covariance: Float64Array, n: number): Float64Array {
  const inverse = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(covariance[i * n + i]!));
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const correlation = covariance[i * n + j]! * inverse[i]! * inverse[j]!;
      // Rounding may carry a correlation beyond 1.
      const distance = Math.sqrt(Math.max(0, (1 - correlation) / 2));
      distances[i * n + j] = distance;
      distances[j * n + i] = distance;
    }
  return distances;
}

/**
 * Euclidean distances between the rows of a symmetric matrix (n x n). O(n^3), by differences: products would lose the distances between
 * assets that are nearly the same.
 */
export function* distancesBetween(rows: Float64Array, n: number): Generator<Pause, Float64Array, unknown> {
  const distances = new Float64Array(n * n);
  let since = 0;
  for (let i = 0; i < n; i += 2) {
    for (let j = 0; j < i + 2 && j < n; j += 2) {
      block(rows, n, i, j, distances);
      since += 4 * n;
    }
    if (since < stretch) continue;
    since = 0;
    yield { pause: true };
  }
  return distances;
}

/** Two rows against two, which halves what is read. Rows beyond the last stand for the last. */
function block(rows: Float64Array, n: number, i: number, j: number, distances: Float64Array): void {
  const nextI = Math.min(i + 1, n - 1);
  const nextJ = Math.min(j + 1, n - 1);
  const a = i * n;
  const b = nextI * n;
  const c = j * n;
  const d = nextJ * n;
  let ac = 0;
  let ad = 0;
  let bc = 0;
  let bd = 0;
  for (let k = 0; k < n; k++) {
    const ra = rows[a + k]!;
    const rb = rows[b + k]!;
    const rc = rows[c + k]!;
    const rd = rows[d + k]!;
    ac += (ra - rc) * (ra - rc);
    ad += (ra - rd) * (ra - rd);
    bc += (rb - rc) * (rb - rc);
    bd += (rb - rd) * (rb - rd);
  }
  const note = (x: number, y: number, squares: number): void => {
    distances[x * n + y] = distances[y * n + x] = Math.sqrt(squares);
  };
  note(i, j, ac);
  note(i, nextJ, ad);
  note(nextI, j, bc);
  note(nextI, nextJ, bd);
}
