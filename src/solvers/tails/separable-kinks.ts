/** Trading terms as sums of slopes and positive parts, asset by asset. */
import type { Problem } from '../../problem/problem.ts';

/** weight * max(w - knot, 0), weight > 0. */
export interface Kink {
  readonly asset: number;
  readonly knot: number;
  readonly weight: number;
}

/** slopes'w + kinks, up to `constant`. */
export interface SeparableTerm {
  /** (n) */
  readonly slopes: Float64Array;
  /** By asset, ascending. */
  readonly kinks: readonly Kink[];
  /** What it is worth beyond that: slopes are taken from the origin. */
  readonly constant: number;
}

interface Rates {
  readonly centre: Float64Array;
  readonly buyRate: Float64Array;
  readonly sellRate: Float64Array;
}

function ratesTerm({ centre, buyRate, sellRate }: Rates): SeparableTerm {
  const kinks: Kink[] = [];
  let constant = 0;
  const slopes = sellRate.map((sell) => -sell);
  for (let i = 0; i < centre.length; i++) {
    constant += sellRate[i]! * centre[i]!;
    const weight = buyRate[i]! + sellRate[i]!;
    if (weight > 0) kinks.push({ asset: i, knot: centre[i]!, weight });
  }
  return { slopes, kinks, constant };
}

/** The trading cost without its curved parts; undefined when there is none. */
export function tradingTerm({ trading }: Problem): SeparableTerm | undefined {
  if (trading === undefined) return undefined;
  const { current, buyRate, sellRate, pieces = [] } = trading;
  const term = ratesTerm({ centre: current, buyRate, sellRate });
  const { slopes } = term;
  const kinks = [...term.kinks];
  let { constant } = term;
  for (const { position, knots, slopes: given } of pieces) {
    const centre = current[position]!;
    slopes[position] = slopes[position]! + given[0]!;
    let atCurrent = given[0]! * centre;
    knots.forEach((knot, k) => {
      const weight = given[k + 1]! - given[k]!;
      if (weight > 0) kinks.push({ asset: position, knot: centre + knot, weight });
      atCurrent += weight * Math.max(-knot, 0);
    });
    constant -= atCurrent;
  }
  kinks.sort((a, b) => a.asset - b.asset || a.knot - b.knot);
  return { slopes, kinks, constant };
}

export function tradeLimitTerms({ tradeLimits }: Problem): readonly SeparableTerm[] {
  return tradeLimits.map(ratesTerm);
}
