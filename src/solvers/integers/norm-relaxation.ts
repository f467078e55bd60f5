/**
 * The relaxation of a node under norm limits. A limit on a length is one on half its square, and at a price of that a node is one of quadratic
 * terms, diagonal and all: the bound holds at every price, and is the best one where the length of the relaxation meets its limit.
 * The length falls with its price, its reciprocal nearly along a line (More, The Levenberg-Marquardt algorithm, 1978).
 */
import type { Norm } from '../../problem/problem.ts';
import { contradicts, type DualPoint } from './dual-point.ts';
import type { IntegerModel } from './integer-model.ts';
import type { NodeDomain } from './node-domain.ts';
import type { QuadraticPart } from './quadratic-part.ts';
import type { Relaxation, Relaxed } from './relaxation.ts';

/** Prices tried for every norm. */
const roundsEach = 8;
/** A length this near to where it belongs, relative: the bound loses its square. */
const lengthWidth = 3e-4;
/** How far one step may raise or lower a price. */
const factorMax = 30;
/** What remains of a price that goes on to fall counts as nothing. */
const priceMin = 1e-6;
/** Later relaxations begin close to the one before. */
const laterTemperature = 1e-2;

export class NormRelaxation implements Relaxation {
  private readonly model: IntegerModel;
  private readonly inner: Relaxation;
  /** By norm: a price at which it weighs as much as the objective. */
  private readonly natural: Float64Array;

  /** @param scale the size of the objective */
  constructor(model: IntegerModel, inner: Relaxation, scale: number) {
    this.model = model;
    this.inner = inner;
    this.natural = Float64Array.from(model.problem.norms, ({ bound, penalty }, k) => {
      const riskiest = longest(model.norms[k]!);
      const length = Math.min(Math.max(bound, 1e-3 * riskiest), riskiest);
      return Math.min(scale / (length * length), (penalty ?? Infinity) / length);
    });
  }

  relax(domain: NodeDomain, start: DualPoint, cutoff: number, temperature: number): Relaxed {
    const { norms } = this.model.problem;
    const searches = norms.map((norm, k) => new PriceSearch(norm, this.natural[k]!));
    const rounds = roundsEach * norms.length;
    let point = start;
    let best: Relaxed | undefined;
    let last: number | undefined;
    for (let round = 0; ; round++) {
      const relaxed = this.inner.relax(
        domain,
        point,
        cutoff,
        round === 0 ? temperature : laterTemperature * temperature,
      );
      if (relaxed.contradiction !== undefined) return relaxed;
      if (best === undefined || relaxed.bound > best.bound) best = relaxed;
      if (best.bound >= cutoff || round === rounds) return best;
      const { lengths } = relaxed;
      const longer = norms.some(({ bound, penalty }, k) => penalty === undefined && lengths[k]! > bound);
      if (longer && round > 0 && contradicts(this.model, relaxed.point, domain))
        return { ...best, bound: Infinity, contradiction: relaxed.point };
      const prices = Float64Array.from(point.norms);
      const off = norms.map((_, k) => searches[k]!.distance(prices[k]!, lengths[k]!));
      const worst = off.indexOf(Math.max(...off));
      if (!(off[worst]! > lengthWidth)) return best;
      // What was known of one price was known at the others.
      if (last !== undefined && worst !== last) searches.forEach((search) => search.forget());
      last = worst;
      prices[worst] = searches[worst]!.next(prices[worst]!, lengths[worst]!);
      point = { ...relaxed.point, norms: prices };
    }
  }
}

/** The length of the asset whose own is the largest, held whole; 1 where there is none. */
function longest({ curvature, diagonal }: QuadraticPart): number {
  const own = new Float64Array(1);
  let most = 0;
  diagonal.forEach((apart, i) => {
    curvature.block(Int32Array.of(i), 1, own);
    most = Math.max(most, apart + own[0]!);
  });
  return Math.sqrt(most) || 1;
}

/** The price at which one length meets its limit, or what it costs its penalty. */
class PriceSearch {
  private readonly bound: number;
  private readonly penalty: number;
  private readonly natural: number;
  /** Prices at which the length is too long and too short, with that length. */
  private long: { readonly price: number; readonly length: number } | undefined;
  private short: { readonly price: number; readonly length: number } | undefined;

  constructor({ bound, penalty = Infinity }: Norm, natural: number) {
    this.bound = bound;
    this.penalty = penalty;
    this.natural = natural;
  }

  forget(): void {
    this.long = undefined;
    this.short = undefined;
  }

  /** How far a length at its price is from where it belongs, relative; 0 where nothing is to be gained. */
  distance(price: number, length: number): number {
    const excess = length / this.bound - 1;
    const dear = (price * length) / this.penalty - 1;
    if (excess > 0) return dear > 0 ? dear : Math.min(excess, -dear);
    return price > 0 ? -excess : 0;
  }

  next(price: number, length: number): number {
    const { bound, penalty } = this;
    if (length > bound && price * length < penalty) this.long = { price, length };
    else this.short = { price, length };
    return Math.min(this.towardsBound(price, length), penalty / Math.max(length, bound));
  }

  private towardsBound(price: number, length: number): number {
    const { bound, natural, long, short } = this;
    if (long !== undefined && short !== undefined) {
      const [a, b, target] = [1 / long.length, 1 / short.length, 1 / bound];
      const share = (target - a) / (b - a);
      const inside = Math.min(Math.max(share, 0.05), 0.95);
      return long.price + (Number.isFinite(inside) ? inside : 0.5) * (short.price - long.price);
    }
    if (length > bound) return price === 0 ? natural : price * Math.min((length / bound) ** 1.5 * 1.1, factorMax);
    const lower = price * Math.max((length / bound) ** 1.5 / 1.1, 1 / factorMax);
    return lower > priceMin * natural ? lower : 0;
  }
}
