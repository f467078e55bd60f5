/**
 * The excesses of soft rows and trade limits, taken out of the Newton system one by one. With i+, i-, i0 the 1 / W^2 of the upper side, the
 * lower side and the floor of an excess e, elimination leaves the border a number 1 / S on its diagonal; all of it sums of positive terms.
 */
import type { BorderRow, ConicForm } from './conic-form.ts';

interface SoftBorder {
  /** Among the borders. */
  readonly index: number;
  readonly plus: number;
  readonly minus: number;
  readonly column: number;
  readonly floor: number;
  /** i+, i-, i0. */
  over: number;
  under: number;
  at: number;
  /** Right side of the excess, between `reduce` and `recover`. */
  rest: number;
}

export class SoftBorders {
  private readonly softs: readonly SoftBorder[];

  constructor({ borders }: ConicForm) {
    this.softs = borders.flatMap(({ plus, minus, excess }: BorderRow, index) =>
      excess.column < 0 ? [] : [{ index, plus, minus, ...excess, over: 0, under: 0, at: 1, rest: 0 }],
    );
  }

  /** Sets `diagonal` (by border) of those that are soft. `inverse`: 1 / W^2 by row. */
  factorize(inverse: Float64Array, diagonal: number[]): void {
    for (const soft of this.softs) {
      soft.over = soft.plus < 0 ? 0 : inverse[soft.plus]!;
      soft.under = soft.minus < 0 ? 0 : inverse[soft.minus]!;
      soft.at = inverse[soft.floor]!;
      diagonal[soft.index] = (soft.over + soft.under + soft.at) / this.strength(soft);
    }
  }

  private strength({ over, under, at }: SoftBorder): number {
    return 4 * over * under + at * (over + under);
  }

  /** Sets the right sides `border` of those that are soft from the right sides f of their excesses and g of their rows. */
  reduce(f: Float64Array, g: Float64Array, border: Float64Array): void {
    for (const soft of this.softs) {
      const { index, plus, minus, column, floor, over, under, at } = soft;
      soft.rest = f[column]!;
      const above = plus < 0 ? 0 : over * (2 * under + at) * g[plus]!;
      const below = minus < 0 ? 0 : under * (2 * over + at) * g[minus]!;
      border[index] = ((over - under) * (soft.rest - at * g[floor]!) + above - below) / this.strength(soft);
    }
  }

  /**
   * Fills in the excesses of x, whose other columns are known, and takes them off `reached`, the rows' A x - g without them.
   */
  recover(x: Float64Array, reached: Float64Array): void {
    for (const { plus, minus, column, floor, over, under, at, rest } of this.softs) {
      const above = plus < 0 ? 0 : over * reached[plus]!;
      const below = minus < 0 ? 0 : under * reached[minus]!;
      const excess = (rest + above + below + at * reached[floor]!) / (over + under + at);
      x[column] = excess;
      for (const row of [plus, minus, floor]) if (row >= 0) reached[row] = reached[row]! - excess;
    }
  }

  /** The price of each floor, once those of the sides are known: whichever way loses fewer digits. */
  price(z: Float64Array): void {
    for (const { plus, minus, floor, over, under, at, rest } of this.softs) {
      if (at <= Math.max(over, under)) continue;
      z[floor] = -rest - (plus < 0 ? 0 : z[plus]!) - (minus < 0 ? 0 : z[minus]!);
    }
  }
}
