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
  /** Prices at which the weight leaves the lower bound, comes to the current weight, leaves it, and comes to the upper bound. */
  private readonly fromLower: Float64Array;
  private readonly toStill: Float64Array;
  private readonly fromStill: Float64Array;
  private readonly toUpper: Float64Array;

  constructor(scope: Scope, terms: ResponseTerms) {
    const { diagonal, current, buyRate, sellRate, lower, upper } = terms;
    const n = diagonal.length;
    this.terms = terms;
    this.inverse = scope.floats(n);
    this.fromLower = new Float64Array(n);
    this.toStill = new Float64Array(n);
    this.fromStill = new Float64Array(n);
    this.toUpper = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const d = diagonal[i]!;
      const still = d * current[i]!;
      const buy = buyRate[i]!;
      const sell = sellRate[i]!;
      this.inverse[i] = 1 / d;
      this.fromLower[i] = d * lower[i]! + (lower[i]! < current[i]! ? -sell : buy);
      this.toUpper[i] = d * upper[i]! + (upper[i]! > current[i]! ? buy : -sell);
      // An asset that costs nothing to trade is never still: it buys at every price.
      this.toStill[i] = buy + sell > 0 ? still - sell : -Infinity;
      this.fromStill[i] = buy + sell > 0 ? still + buy : -Infinity;
    }
  }

  partAt(i: number, price: number): number {
    if (price <= this.fromLower[i]!) return parts.lower;
    if (price >= this.toUpper[i]!) return parts.upper;
    if (price > this.fromStill[i]!) return parts.buying;
    return price < this.toStill[i]! ? parts.selling : parts.still;
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
}

/** Whether the weight moves with its price. */
export function isFree(part: number): boolean {
  return part === parts.selling || part === parts.buying;
}
