/**
 * The weight with which a single asset answers its price p: the minimizer of 1/2 d w^2 - p w + cost(w - current) over its bounds. It rises
 * with the price: at the lower bound, then while selling, at the current weight, while buying, at the upper bound.
 */

import type { Scope } from '../../math/kernels.ts';

/** Which part of its answer an asset is on, in the order of prices. */
export const parts = { lower: 0, selling: 1, still: 2, buying: 3, upper: 4 } as const;

/** What the answers depend on, all (n). */
export interface ResponseTerms {
  readonly diagonal: Float64Array;
  readonly current: Float64Array;
  readonly buyRate: Float64Array;
  readonly sellRate: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export class Responses {
  readonly inverse: Float64Array;
  private readonly terms: ResponseTerms;
  /** Prices at which the weight leaves the lower bound, where most assets stand. */
  private readonly fromLower: Float64Array;

  constructor(scope: Scope, terms: ResponseTerms) {
    const { diagonal, current, buyRate, sellRate, lower } = terms;
    const n = diagonal.length;
    this.terms = terms;
    this.inverse = scope.floats(n);
    this.fromLower = scope.floats(n);
    for (let i = 0; i < n; i++) {
      const d = diagonal[i]!;
      this.inverse[i] = 1 / d;
      this.fromLower[i] = d * lower[i]! + (lower[i]! < current[i]! ? -sellRate[i]! : buyRate[i]!);
    }
  }

  partAt(i: number, price: number): number {
    return price <= this.fromLower[i]! ? parts.lower : this.partAbove(i, price);
  }

  /** On the part that the price is on; rounding does not carry it beyond its bounds. */
  weightAt(i: number, price: number, part: number): number {
    const { lower, upper, current, buyRate, sellRate } = this.terms;
    if (part === parts.lower) return lower[i]!;
    if (part === parts.upper) return upper[i]!;
    if (part === parts.still) return current[i]!;
    const beyond = part === parts.buying ? price - buyRate[i]! : price + sellRate[i]!;
    return Math.min(Math.max(beyond * this.inverse[i]!, lower[i]!), upper[i]!);
  }

  private partAbove(i: number, price: number): number {
    const { diagonal, current, buyRate, sellRate, upper } = this.terms;
    const d = diagonal[i]!;
    const buy = buyRate[i]!;
    const sell = sellRate[i]!;
    const most = upper[i]!;
    if (price >= d * most + (most > current[i]! ? buy : -sell)) return parts.upper;
    const still = d * current[i]!;
    // An asset that costs nothing to trade is never still: it buys at every price.
    if (price > still + buy || !(buy + sell > 0)) return parts.buying;
    return price < still - sell ? parts.selling : parts.still;
  }
}

/** Whether the weight moves with its price. */
export function isFree(part: number): boolean {
  return part === parts.selling || part === parts.buying;
}
