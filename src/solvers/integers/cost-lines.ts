/** Convex piecewise-linear costs of single assets, as lines between kinks. */
import type { Problem } from '../../problem/problem.ts';

/** Kinks ascending, slopes left of, between and right of them; zero at `centre`. */
export interface Line {
  readonly centre: number;
  readonly kinks: readonly number[];
  readonly slopes: readonly number[];
}

/** The trading costs of every asset. */
export function costLines({ trading, universe }: Problem): readonly (readonly Line[])[] {
  const lines = universe.assets.map((_, i): Line[] => {
    const buy = trading?.buyRate[i] ?? 0;
    const sell = trading?.sellRate[i] ?? 0;
    const current = trading?.current[i] ?? 0;
    return buy === 0 && sell === 0 ? [] : [{ centre: current, kinks: [current], slopes: [-sell, buy] }];
  });
  for (const { position, knots, slopes } of trading?.pieces ?? []) {
    const centre = trading!.current[position]!;
    lines[position]!.push({ centre, kinks: Array.from(knots, (knot) => centre + knot), slopes: Array.from(slopes) });
  }
  return lines;
}

/** What trade limit j counts of asset i. */
export function limitLine({ tradeLimits }: Problem, j: number, i: number): Line {
  const { centre, buyRate, sellRate } = tradeLimits[j]!;
  return { centre: centre[i]!, kinks: [centre[i]!], slopes: [-sellRate[i]!, buyRate[i]!] };
}

/** Slope, and value at zero, of the line that the function follows around a weight; left of it where that is a kink. */
export function lineAt({ centre, kinks, slopes }: Line, weight: number): readonly [slope: number, value: number] {
  const there = kinks.filter((kink) => kink < weight).length;
  let here = kinks.filter((kink) => kink < centre).length;
  let value = 0;
  let at = centre;
  for (; here < there; here++) {
    value += slopes[here]! * (kinks[here]! - at);
    at = kinks[here]!;
  }
  for (; here > there; here--) {
    value += slopes[here]! * (kinks[here - 1]! - at);
    at = kinks[here - 1]!;
  }
  const slope = slopes[there]!;
  return [slope, value - slope * at];
}
