/** How many clusters the tree itself suggests. */
import type { Pause } from '@veritasvault/portfolio/sdk/v1';

import { clustersAt, leavesOf } from './clustering.ts';
import type { Merge } from './clustering.ts';

/** Additions above which there are pauses, one every so many dispersions. */
const pausedAbove = 1e7;
const pauseEvery = 4;

/** More clusters than the greater of this and sqrt(n) are not looked for. */
const countMin = 8;

/**
 * The number of clusters k >= 2 at which the dispersion bends most: the greatest W_{k-1} - 2 W_k + W_{k+1}, the two-order difference of the
 * gap statistic (Yue, Wang and Wei 2008), which needs no reference draws. W_k = sum_r D_r / (2 n_r) over the k clusters of the tree, D_r the
 * sum of distances over all ordered pairs of the n_r points in cluster r (Tibshirani, Walther and Hastie 2001). k is at most
 * max(8, sqrt(n)) and below n; 1 for a single point, 2 for two. Of equal bends the fewest clusters.
 * @param distances (n x n), those that the tree was made from
 */
export function* clusterCount(distances: Float64Array, merges: readonly Merge[]): Generator<Pause, number, unknown> {
  const n = merges.length + 1;
  if (n <= 2) return n;
  const most = Math.min(n - 1, Math.max(countMin, Math.round(Math.sqrt(n))));
  const dispersions: number[] = [];
  for (let k = 1; k <= most + 1; k++) {
    dispersions.push(dispersion(distances, merges, k));
    if (n * n * k > pausedAbove && k % pauseEvery === 0) yield { pause: true };
  }
  let best = 2;
  let bend = -Infinity;
  for (let k = 2; k <= most; k++) {
    const own = dispersions[k - 2]! - 2 * dispersions[k - 1]! + dispersions[k]!;
    if (own > bend) [best, bend] = [k, own];
  }
  return best;
}

function dispersion(distances: Float64Array, merges: readonly Merge[], count: number): number {
  const n = merges.length + 1;
  return clustersAt(merges, count).reduce((total, cluster) => {
    const points = leavesOf(merges, cluster);
    let sum = 0;
    for (const i of points) for (const j of points) sum += distances[i * n + j]!;
    return total + sum / (2 * points.length);
  }, 0);
}
