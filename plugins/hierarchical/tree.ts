/** What all strategies here begin with: the assets that can be held, their distances, and the tree of their clusters. */
import {
  covarianceOf,
  denseEntries,
  holdable,
  investedSchema,
  listed,
  subOperator,
  unanswered,
} from '@veritasvault/portfolio/sdk/v1';
import type {
  Answer,
  JsonObject,
  JsonSchema,
  Pause,
  Task,
  Universe,
  UniverseAsset,
} from '@veritasvault/portfolio/sdk/v1';

import { clustersAt, leavesOf, linkages, mergesOf } from './clustering.ts';
import type { Linkage, Merge } from './clustering.ts';
import { correlationDistances, distanceKinds, distancesBetween } from './distances.ts';
import type { DistanceKind } from './distances.ts';
import { clusterCount } from './gap.ts';

export interface TreeParameters {
  readonly linkage?: Linkage;
  readonly distance?: DistanceKind;
  readonly arrangement?: 'by-id' | 'as-listed';
  readonly invested?: number;
}

export interface Defaults {
  readonly linkage: Linkage;
  readonly distance: DistanceKind;
}

/** m assets, of those that the task has. */
export interface Tree {
  /** (m) positions in the universe. */
  readonly positions: readonly number[];
  /** (m x m) annual. */
  readonly covariance: Float64Array;
  /** (m x m), those that the merges were found from. */
  readonly distances: Float64Array;
  readonly merges: readonly Merge[];
}

export function treeSchema({ linkage, distance }: Defaults): Readonly<Record<string, JsonSchema>> {
  return {
    linkage: {
      type: 'string',
      enum: linkages,
      default: linkage,
      description:
        'Distance of two clusters: of their nearest assets (single), of their farthest (complete), the mean (average), or what merging adds to the squared distances (ward).',
    },
    distance: {
      type: 'string',
      enum: distanceKinds,
      default: distance,
      description:
        '`correlation`: d_ij = sqrt((1 - rho_ij) / 2); `between-columns`: the Euclidean distance of columns i and j of that matrix.',
    },
    arrangement: {
      type: 'string',
      enum: ['by-id', 'as-listed'],
      default: 'by-id',
      description:
        'Which of two clusters stands left in the tree is settled by the first of their assets: in the order of the ids, so that the answer does not depend on how assets are listed, or in the order of the universe, as papers and other libraries do.',
    },
    invested: investedSchema,
  };
}

export const clustersSchema: JsonSchema = {
  type: 'integer',
  minimum: 1,
  maximum: 10000,
  description:
    'Number of clusters. Absent: the k of 2 to max(8, sqrt(n)) with the greatest W_{k-1} - 2 W_k + W_{k+1}, the two-order difference of the gap statistic, where W_k is the sum over clusters of their pairwise distances (ordered pairs) divided by twice their number of assets.',
};

const nothingHeld =
  'the restrictions let no asset be held long, so that there is nothing to cluster; raise their upper limits, or choose a strategy that takes shorts';

/** The tree of the assets that the restrictions let be held; an answer without weights when there is none, or one has no variance. */
export function* treeOf<Parameters extends TreeParameters>(
  task: Task<Parameters>,
  defaults: Defaults,
): Generator<Pause, Tree | Answer, unknown> {
  const { assets } = task.situation.universe;
  const { linkage = defaults.linkage, distance = defaults.distance, arrangement } = task.parameters;
  const open = holdable(task.restrictions, assets.length);
  const positions = [...assets.keys()].filter((position) => open[position]);
  if (arrangement !== 'as-listed') positions.sort((a, b) => (assets[a]!.id < assets[b]!.id ? -1 : 1));
  const m = positions.length;
  if (m === 0) return unanswered(assets.length, { reason: 'no solution found', detail: nothingHeld });
  const covariance = denseEntries(subOperator(covarianceOf(task), positions));
  const still = positions.filter((_, i) => !(covariance[i * m + i]! > 0)).map((position) => assets[position]!.id);
  if (still.length > 0) {
    const detail = `these assets have no variance, so that their correlation with others is not defined: ${listed(still)}; exclude them, or hold them by a constraint`;
    return unanswered(assets.length, { reason: 'no solution found', detail });
  }
  const correlation = correlationDistances(covariance, m);
  const distances = distance === 'correlation' ? correlation : yield* distancesBetween(correlation, m);
  return { positions, covariance, distances, merges: mergesOf(distances, m, linkage) };
}

/** Clusters of a tree, from left to right: places in the tree's own order of assets. */
export function* clustersOf(
  { merges, distances, positions }: Tree,
  count: number | undefined,
): Generator<Pause, readonly (readonly number[])[], unknown> {
  const wanted = count ?? (yield* clusterCount(distances, merges));
  return clustersAt(merges, Math.min(wanted, positions.length)).map((cluster) => leavesOf(merges, cluster));
}

/** For the report: leaves from left to right, and the merges as a linkage matrix over the assets in `assets`. */
export function treeReport({ merges, positions }: Tree, assets: readonly UniverseAsset[]): JsonObject {
  const ids = positions.map((position) => assets[position]!.id);
  return {
    order: leavesOf(merges, 2 * ids.length - 2).map((place) => ids[place]!),
    assets: ids,
    linkage: merges.map(({ left, right, height, size }) => [left, right, height, size]),
  };
}

/** A variance this small beside that without any diversification is rounding. */
const rounding = 1e-12;

/** w' C w of weights (places) >= 0 on some of a tree's assets; 0 where they hedge each other but for rounding. */
export function varianceOf(
  { covariance, positions }: Pick<Tree, 'covariance' | 'positions'>,
  places: readonly number[],
  weights: readonly number[],
): number {
  const m = positions.length;
  let variance = 0;
  let undiversified = 0;
  places.forEach((i, a) => {
    let row = 0;
    places.forEach((j, b) => (row += covariance[i * m + j]! * weights[b]!));
    variance += weights[a]! * row;
    undiversified += weights[a]! * Math.sqrt(covariance[i * m + i]!);
  });
  return variance <= rounding * undiversified * undiversified ? 0 : variance;
}

/** Where a share would have to be in inverse proportion to a risk that is none. */
export function riskless(
  places: readonly number[],
  { positions }: Pick<Tree, 'positions'>,
  assets: Universe['assets'],
): Answer {
  const ids = listed(places.map((place) => assets[positions[place]!]!.id));
  const detail = `no share can be in inverse proportion to a risk that is not above 0: ${ids}; exclude them, or take another measure`;
  return unanswered(assets.length, { reason: 'no solution found', detail });
}

/** (n) weights over the universe of those of a tree's assets (m). */
export function spread(weights: Float64Array, { positions }: Tree, n: number): Float64Array {
  const all = new Float64Array(n);
  positions.forEach((position, i) => (all[position] = weights[i]!));
  return all;
}
