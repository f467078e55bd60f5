/** What a node of the search leaves open: a run of consecutive pieces by asset, and on lattices a range within them. */
import type { Choices } from './choices.ts';
import { latticeAround } from './choices.ts';
import type { IntegerModel } from './integer-model.ts';

export interface NodeDomain {
  /** (n) places of the first and the last piece left. */
  readonly first: Uint16Array;
  readonly last: Uint16Array;
  /** (n) ranges of weights; absent when no asset stands on a lattice. */
  readonly lower?: Float64Array;
  readonly upper?: Float64Array;
}

export function wholeDomain({ pieces, lattices }: Choices): NodeDomain {
  const first = new Uint16Array(pieces.length);
  const last = Uint16Array.from(pieces, (list) => Math.max(list.length - 1, 0));
  if (lattices.every((lattice) => lattice === undefined)) return { first, last };
  const n = pieces.length;
  return { first, last, lower: new Float64Array(n).fill(-Infinity), upper: new Float64Array(n).fill(Infinity) };
}

export function copyOf({ first, last, lower, upper }: NodeDomain): NodeDomain {
  const copy = { first: Uint16Array.from(first), last: Uint16Array.from(last) };
  if (lower === undefined || upper === undefined) return copy;
  return { ...copy, lower: Float64Array.from(lower), upper: Float64Array.from(upper) };
}

/** Least cost of one asset by itself at a pull, over what a domain leaves; the weights on a lattice where there is one. */
export class AssetCosts {
  private readonly model: IntegerModel;

  constructor(model: IntegerModel) {
    this.model = model;
  }

  /** Over the pieces from..to of asset i; infinite when none is left. `weight` is where. */
  least(
    i: number,
    pull: number,
    prices: Float64Array,
    domain: NodeDomain,
    from = domain.first[i]!,
    to = domain.last[i]!,
  ): { cost: number; weight: number; piece: number } {
    const { segments, d, choices } = this.model;
    const best = { cost: Infinity, weight: NaN, piece: -1 };
    const lattice = choices.lattices[i];
    for (let p = segments.start[i]!; p < segments.start[i + 1]!; p++) {
      const piece = segments.piece[p]!;
      if (piece < from || piece > to) continue;
      let lower = segments.lower[p]!;
      let upper = segments.upper[p]!;
      let slope = pull + segments.slope[p]!;
      let constant = segments.constant[p]!;
      for (let j = 0; j < prices.length; j++) {
        slope += prices[j]! * segments.alpha[j]![p]!;
        constant += prices[j]! * segments.beta[j]![p]!;
      }
      if (domain.lower !== undefined && domain.upper !== undefined) {
        lower = Math.max(lower, domain.lower[i]!);
        upper = Math.min(upper, domain.upper[i]!);
        if (lower > upper) continue;
      }
      const free = d[i]! > 0 ? -slope / d[i]! : slope > 0 ? lower : upper;
      const weight =
        slope === 0 && d[i] === 0
          ? Number.isFinite(lower)
            ? lower
            : Math.min(upper, 0)
          : Math.min(Math.max(free, lower), upper);
      const candidates = lattice === undefined ? [weight] : latticeAround(lattice, weight, lower, upper);
      for (const at of candidates) {
        // Nothing bounds what falls without end.
        const cost = Number.isFinite(at) ? (0.5 * d[i]! * at + slope) * at + constant : -Infinity;
        if (cost < best.cost) Object.assign(best, { cost, weight: at, piece });
      }
    }
    return best;
  }
}
