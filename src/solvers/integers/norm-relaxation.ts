/**
 * The relaxation of a node under norm limits. A limit on a length is one on half its square, and at a price of that a node is one of quadratic
 * terms, diagonal and all: the bound holds at every price, and is the best one where the length of the relaxation meets its limit.
 * The length falls with its price, its reciprocal nearly along a line (More, The Levenberg-Marquardt algorithm, 1978).
 */
import { contradicts, type DualPoint } from './dual-point.ts';
import type { IntegerModel } from './integer-model.ts';
import type { NodeDomain } from './node-domain.ts';
import { naturalPrice, PriceSearch } from './price-search.ts';
import type { Relaxation, Relaxed } from './relaxation.ts';

/** Prices tried for every norm. */
const roundsEach = 8;
/** A length this near to where it belongs, relative: the bound loses its square. */
const lengthWidth = 3e-4;
/** What is left to gain, as a share of the open gap, that ends the search for prices. */
const gainShare = 1e-2;
/** Temperature of a relaxation at other prices, as a share of the size of its terms; less where a price has moved less than by its own size. */
const startShare = 1e-2;
const movedLeast = 1e-2;

export class NormRelaxation implements Relaxation {
  private readonly model: IntegerModel;
  private readonly inner: Relaxation;
  /** By norm: a price at which it weighs as much as the objective. */
  private readonly natural: Float64Array;
  /** The size of the objective. */
  private readonly scale: number;

  /** @param scale the size of the objective */
  constructor(model: IntegerModel, inner: Relaxation, scale: number) {
    this.model = model;
    this.inner = inner;
    this.scale = scale;
    this.natural = Float64Array.from(model.norms, (_, k) => naturalPrice(model, k, scale));
  }

  relax(domain: NodeDomain, start: DualPoint, cutoff: number, temperature: number): Relaxed {
    const { norms } = this.model.problem;
    const searches = norms.map((norm, k) => new PriceSearch(norm, this.natural[k]!));
    const rounds = roundsEach * norms.length;
    let point = start;
    let best: Relaxed | undefined;
    let last: number | undefined;
    let T = temperature;
    for (let round = 0; ; round++) {
      const relaxed = this.inner.relax(domain, point, cutoff, T);
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
      const search = searches[worst]!;
      const tried = { price: prices[worst]!, length: lengths[worst]!, bound: relaxed.bound };
      search.see(tried);
      if (norms.length === 1 && search.most - best.bound <= gainShare * (cutoff - best.bound) && cutoff < Infinity)
        return best;
      const before = prices[worst]!;
      const next = search.next(tried);
      prices[worst] = next;
      const moved = Math.min(Math.max(Math.abs(next - before) / Math.max(next, before), movedLeast), 1);
      T = startShare * moved * this.model.sizeAt(prices, this.scale);
      point = { ...relaxed.point, norms: prices };
    }
  }
}
