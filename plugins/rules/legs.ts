/** The two sides of a long-short portfolio by rank. */
import type { Line } from './lines.ts';

export type LegSize = { readonly fraction: number } | { readonly count: number };

interface Leg {
  /** >= 0, of all groups together. */
  readonly exposure: number;
  readonly size: LegSize;
}

interface Ranking {
  readonly groups: readonly Line[];
  /** (n) higher is better; NaN is not ranked. */
  readonly scores: Float64Array;
  readonly ids: readonly string[];
  readonly weighting: 'equal' | 'rank' | 'score';
  readonly long: Leg;
  readonly short: Leg;
}

interface Chosen {
  readonly position: number;
  /** 1 is the best of its group. */
  readonly rank: number;
  /** Negative when short. */
  readonly weight: number;
}

/** A fraction of so many assets may miss a whole number by this much. */
const rounding = 1e-9;

export function legsOf({ groups, scores, ids, weighting, long, short }: Ranking) {
  const ranked = groups.map(({ name, positions }) => ({
    name,
    best: positions.filter((position) => !Number.isNaN(scores[position])).sort(byScore(scores, ids)),
  }));
  const wide = ranked
    .map((group) => ({
      ...group,
      longs: numberOf(long, group.best.length),
      shorts: numberOf(short, group.best.length),
    }))
    .filter(({ best, longs, shorts }) => best.length > 0 && longs + shorts <= best.length);
  const total = wide.reduce((sum, { best }) => sum + best.length, 0);
  const chosen = { long: [] as Chosen[], short: [] as Chosen[] };
  for (const { best, longs, shorts } of wide) {
    const share = best.length / total;
    const above = deviations(best, scores, weighting);
    const side = (from: number, to: number, exposure: number): Chosen[] => {
      const sizes = best.slice(from, to).map((_, k) => Math.max(0, Math.sign(exposure) * above[from + k]!));
      const sum = sizes.reduce((all, size) => all + size, 0);
      return sizes.map((size, k) => ({
        position: best[from + k]!,
        rank: from + k + 1,
        weight: share * exposure * (sum > 0 ? size / sum : 1 / sizes.length),
      }));
    };
    chosen.long.push(...side(0, longs, long.exposure));
    chosen.short.push(...side(best.length - shorts, best.length, -short.exposure));
  }
  const leftOut = ranked.filter(({ name }) => !wide.some((group) => group.name === name)).map(({ name }) => name);
  return { ...chosen, leftOut };
}

function byScore(scores: Float64Array, ids: readonly string[]): (a: number, b: number) => number {
  return (a, b) => scores[b]! - scores[a]! || (ids[a]! < ids[b]! ? -1 : 1);
}

function numberOf({ exposure, size }: Leg, ranked: number): number {
  if (exposure === 0) return 0;
  return 'count' in size ? size.count : Math.max(1, Math.floor(size.fraction * ranked + rounding));
}

/** (best) how far each is above the mean of its group; of equal weights the sign alone matters, and none has one. */
function deviations(best: readonly number[], scores: Float64Array, weighting: Ranking['weighting']): readonly number[] {
  if (weighting === 'equal') return best.map(() => 0);
  if (weighting === 'rank') return best.map((_, k) => (best.length - 1) / 2 - k);
  const mean = best.reduce((sum, position) => sum + scores[position]!, 0) / best.length;
  return best.map((position) => scores[position]! - mean);
}
