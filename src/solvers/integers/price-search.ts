/**
 * The search for the price of half the square of a length at which the length meets its limit. It falls with its price, its reciprocal nearly
 * along a line (More, The Levenberg-Marquardt algorithm, 1978); far away, tangents of the bound tell more.
 */
import type { Norm } from '../../problem/problem.ts';
import type { IntegerModel } from './integer-model.ts';

/** How far one step may raise or lower a price. */
const factorMax = 30;
/** Two lengths are near their limit where this share separates neither from it: then their reciprocals tell the price, before that tangents. */
const nearShare = 0.8;
/** How near to a price that was tried the next may be, as a share of the distance to the other. */
const endShare = 0.02;
/** What remains of a price that goes on to fall counts as nothing. */
const priceMin = 1e-6;

/** A price at which a norm weighs as much as the objective, whose size is `scale`. */
export function naturalPrice({ problem, norms }: IntegerModel, k: number, scale: number): number {
  const { bound, penalty = Infinity } = problem.norms[k]!;
  const riskiest = Math.sqrt(2 * norms[k]!.size);
  const length = Math.min(Math.max(bound, 1e-3 * riskiest), riskiest);
  return Math.min(scale / (length * length), penalty / length);
}

/** A price that was tried: the length there, and the bound. */
export interface Tried {
  readonly price: number;
  readonly length: number;
  readonly bound: number;
}

/** The price at which one length meets its limit, or what it costs its penalty. */
export class PriceSearch {
  private readonly limit: number;
  private readonly penalty: number;
  private readonly natural: number;
  /** Where the length is too long and too short. */
  private long: Tried | undefined;
  private short: Tried | undefined;

  constructor({ bound, penalty = Infinity }: Norm, natural: number) {
    this.limit = bound;
    this.penalty = penalty;
    this.natural = natural;
  }

  forget(): void {
    this.long = undefined;
    this.short = undefined;
  }

  /** How far a length at its price is from where it belongs, relative; 0 where nothing is to be gained. */
  distance(price: number, length: number): number {
    const excess = length / this.limit - 1;
    const dear = (price * length) / this.penalty - 1;
    if (excess > 0) return dear > 0 ? dear : Math.min(excess, -dear);
    return price > 0 ? -excess : 0;
  }

  /** The best bound that tangents leave between the prices tried; infinite where they leave it open. */
  get most(): number {
    const { long, short } = this;
    if (long === undefined || short === undefined || this.penalty < Infinity) return Infinity;
    return long.bound + this.slopeAt(long) * (this.meeting(long, short) - long.price);
  }

  see(tried: Tried): void {
    const { price, length } = tried;
    if (length > this.limit && price * length < this.penalty) this.long = tried;
    else this.short = tried;
  }

  next({ price, length }: Tried): number {
    return Math.min(this.towardsLimit(price, length), this.penalty / Math.max(length, this.limit));
  }

  private towardsLimit(price: number, length: number): number {
    const { limit, natural, long, short } = this;
    if (long !== undefined && short !== undefined) {
      const far = short.length < nearShare * limit || limit < nearShare * long.length;
      const [a, b, target] = [1 / long.length, 1 / short.length, 1 / limit];
      const between = short.price - long.price;
      const share =
        far && this.penalty === Infinity ? (this.meeting(long, short) - long.price) / between : (target - a) / (b - a);
      return long.price + (Number.isFinite(share) ? Math.min(Math.max(share, endShare), 1 - endShare) : 0.5) * between;
    }
    if (length > limit) return price === 0 ? natural : price * Math.min((length / limit) ** 1.5 * 1.1, factorMax);
    const lower = price * Math.max((length / limit) ** 1.5 / 1.1, 1 / factorMax);
    return lower > priceMin * natural ? lower : 0;
  }

  private slopeAt({ length }: Tried): number {
    return 0.5 * (length * length - this.limit * this.limit);
  }

  /** Where the tangents of two prices meet. */
  private meeting(long: Tried, short: Tried): number {
    const [up, down] = [this.slopeAt(long), this.slopeAt(short)];
    return (short.bound - long.bound + up * long.price - down * short.price) / (up - down);
  }
}
