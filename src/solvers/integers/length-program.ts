/**
 * The convex program that is left when every choice is made, under one limit on a length: the fast program at prices of half its square, until
 * the length meets its limit. What is worth less than a portfolio that is known is given up at the first price that proves it.
 */
import { squareAt } from './dual-point.ts';
import type { IntegerModel } from './integer-model.ts';
import { naturalPrice, PriceSearch } from './price-search.ts';
import type { SupportPoint, SupportProgram } from './support-program.ts';

const roundsMax = 30;
/** How far a length may be above its limit, and below it where it has a price, relative. */
const above = 1e-10;
const below = 1e-8;

export class LengthProgram {
  private readonly model: IntegerModel;
  private readonly program: SupportProgram;
  private readonly scale: number;
  /** Where the last one ended. */
  private price: number;

  /** @param scale the size of the objective */
  constructor(model: IntegerModel, program: SupportProgram, scale: number) {
    this.model = model;
    this.program = program;
    this.scale = scale;
    this.price = naturalPrice(model, 0, scale);
  }

  /** The best weights within the bounds; nothing when none is better than `cutoff`, `unknown` when it gives up. */
  solve(
    lower: Float64Array,
    upper: Float64Array,
    guess: Float64Array,
    cutoff: number,
  ): SupportPoint | 'unknown' | undefined {
    const { model, program, scale } = this;
    const norm = model.problem.norms[0]!;
    const search = new PriceSearch(norm, naturalPrice(model, 0, scale));
    let { price } = this;
    let from = guess;
    for (let round = 0; round < roundsMax; round++) {
      const norms = Float64Array.of(price);
      const point = program.solve(lower, upper, from, model.at(norms));
      if (point === undefined) return 'unknown';
      const length = Math.sqrt(Math.max(squareAt(model.norms[0]!, point.weights), 0));
      const excess = length / norm.bound - 1;
      const bound = point.objective + 0.5 * price * (length * length - norm.bound * norm.bound);
      if (bound >= cutoff) return undefined;
      if (excess <= above && (price === 0 || excess >= -below)) {
        this.price = price;
        return { ...point, norms };
      }
      const tried = { price, length, bound };
      search.see(tried);
      price = search.next(tried);
      from = point.weights;
    }
    return 'unknown';
  }
}
