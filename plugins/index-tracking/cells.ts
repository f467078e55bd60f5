/** The index divided into cells, and which of their members stand for them. */
import { groupOf, quadraticForm } from '@veritasvault/portfolio/sdk/v1';
import type { Situation, SymmetricOperator, UniverseAsset } from '@veritasvault/portfolio/sdk/v1';

export interface Cells {
  readonly taxonomies: readonly string[];
  readonly sizeBands?: number;
}

export interface Cell {
  /** `Technology, size 1 of 3`. */
  readonly name: string;
  /** Of the index. */
  readonly weight: number;
  /** Positions in the universe, the largest benchmark weight first. */
  readonly members: readonly number[];
}

/** Cells of the members of the index, by name. Members without a name in a taxonomy are in no cell: `unnamed` tells them. */
export function cellsOf({ universe, benchmark }: Situation, { taxonomies, sizeBands = 1 }: Cells): readonly Cell[] {
  const weights = benchmark ?? new Float64Array(universe.assets.length);
  const members = ordered(universe.assets, [...weights.keys()], (i) => weights[i]!).filter((i) => weights[i]! > 0);
  const bySize = ordered(universe.assets, members, (i) => universe.assets[i]!.marketCapitalization ?? 0);
  const bands = new Map(bySize.map((i, rank) => [i, 1 + Math.floor((rank * sizeBands) / bySize.length)]));
  const cells = new Map<string, number[]>();
  for (const i of members) {
    const names = taxonomies.map((taxonomy) => groupOf(universe.assets[i]!, taxonomy));
    if (names.includes(undefined)) continue;
    const name = [...names, ...(sizeBands > 1 ? [`size ${bands.get(i)!} of ${sizeBands}`] : [])].join(', ');
    cells.set(name, [...(cells.get(name) ?? []), i]);
  }
  return [...cells.entries()]
    .map(([name, positions]) => ({
      name,
      members: positions,
      weight: positions.reduce((sum, i) => sum + weights[i]!, 0),
    }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** Ids of the members of the index that have no name in a taxonomy. */
export function unnamed({ universe, benchmark }: Situation, taxonomy: string): readonly string[] {
  return universe.assets
    .filter((asset, i) => (benchmark?.[i] ?? 0) > 0 && groupOf(asset, taxonomy) === undefined)
    .map(({ id }) => id);
}

/** The greatest first; equals by id, whatever the order of the universe. */
function ordered(
  assets: readonly UniverseAsset[],
  positions: readonly number[],
  by: (position: number) => number,
): readonly number[] {
  return [...positions].sort((i, j) => by(j) - by(i) || (assets[i]!.id < assets[j]!.id ? -1 : 1));
}

/**
 * How many names each cell gets of `total`: one each, then by the divisor method of Webster (the next to the cell with the greatest weight
 * per 2 k + 1 of its k names), no more than it has. Equal claims by name.
 */
export function seatsOf(cells: readonly Cell[], available: readonly number[], total: number): readonly number[] {
  const seats = available.map((count) => Math.min(1, count));
  let left = total - seats.reduce((sum, count) => sum + count, 0);
  for (; left > 0; left--) {
    let best = -1;
    let claim = 0;
    for (const [k, { weight }] of cells.entries()) {
      const own = weight / (2 * seats[k]! + 1);
      if (seats[k]! < available[k]! && own > claim) [best, claim] = [k, own];
    }
    if (best < 0) break;
    seats[best]!++;
  }
  return seats;
}

/** The `count` members with the greatest benchmark weights. */
export function largestOf(candidates: readonly number[], count: number): readonly number[] {
  return candidates.slice(0, count);
}

/**
 * One after the other the member that leaves the least tracking variance (x - b)' C (x - b) within the cell: b the benchmark weights of all
 * its members, x the cell's weight shared by the chosen in proportion to theirs. Equals: the greater benchmark weight. Costs
 * |candidates| count quadratic forms.
 */
export function closestOf(
  cell: Cell,
  candidates: readonly number[],
  count: number,
  benchmark: Float64Array,
  covariance: SymmetricOperator,
): readonly number[] {
  const chosen: number[] = [];
  const varianceWith = (candidate: number): number => {
    const active = new Float64Array(benchmark.length);
    for (const i of cell.members) active[i] = -benchmark[i]!;
    const held = [...chosen, candidate];
    const total = held.reduce((sum, i) => sum + benchmark[i]!, 0);
    for (const i of held) active[i]! += (cell.weight * benchmark[i]!) / total;
    return quadraticForm(covariance, active);
  };
  while (chosen.length < Math.min(count, candidates.length)) {
    let [best, least] = [-1, Infinity];
    for (const candidate of candidates) {
      if (chosen.includes(candidate)) continue;
      const variance = varianceWith(candidate);
      if (variance < least) [best, least] = [candidate, variance];
    }
    if (best < 0) break;
    chosen.push(best);
  }
  return chosen;
}
