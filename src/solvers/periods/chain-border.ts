/**
 * The Newton equations of a chain, [ H C'; C -G ] [dw; dy] = [f; g]: the chain system bordered by rows and limits on trades. Every solve is
 * refined against the equations as they stand, so the shifts that keep pivots positive cost no accuracy.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { factorizeCholesky, solveCholesky } from '../../math/cholesky.ts';
import type { Scope } from '../../math/kernels.ts';
import { addScaled, dot, maxAbs } from '../../math/vectors.ts';
import type { ChainForm } from './chain-form.ts';
import { addCurvatureTimes } from './chain-form.ts';
import type { Shares } from './chain-iteration.ts';
import type { ChainPoint } from './chain-point.ts';
import { chainSystemOf, type ChainSystem } from './chain-system.ts';

const rowShift = 1e-13;
const refinementsMax = 3;
/** Refined until the equations hold to this share of their right sides. */
const refinedTo = 1e-13;

/** A column of C' from the first period that it touches to the last. */
interface Column {
  readonly from: number;
  readonly values: Float64Array;
}

export class ChainBorder {
  /** By row: what one unit of price moves its value by; 0 for equations. */
  readonly give: Float64Array;
  private readonly form: ChainForm;
  private readonly shares: Shares;
  private readonly checkpoint: Checkpoint;
  private readonly system: ChainSystem;
  private diagonal: Float64Array;
  private columns: readonly Column[] = [];
  private solved: readonly Float64Array[] = [];
  /** G (rows and limits), and the factor of C H^-1 C' + G. */
  private gives = new Float64Array(0);
  private schur = new Float64Array(0);

  constructor(form: ChainForm, shares: Shares, scope: Scope, checkpoint: Checkpoint) {
    this.form = form;
    this.shares = shares;
    this.checkpoint = checkpoint;
    this.system = chainSystemOf(form, scope, checkpoint);
    this.give = new Float64Array(form.rows.length);
    this.diagonal = new Float64Array(form.n * form.periods);
  }

  factorize(diagonal: Float64Array, point: ChainPoint): void {
    const { form, system, shares } = this;
    this.diagonal = diagonal;
    system.factorize(diagonal, shares.coupling);
    form.rows.forEach((row, r) => {
      const below = point.rowLower[r]! / (point.rowValue[r]! - row.lower);
      const above = point.rowUpper[r]! / (row.upper - point.rowValue[r]!);
      this.give[r] = row.isEquation ? 0 : 1 / (below + above);
    });
    this.columns = [...form.rows.map((_, r) => this.rowColumn(r)), ...form.limits.map((_, j) => this.limitColumn(j))];
    this.solved = this.columns.map(({ from, values }) => {
      const solution = new Float64Array(form.n * form.periods);
      solution.set(values, from * form.n);
      system.solve(solution, from);
      return solution;
    });
    this.factorizeSchur(point);
  }

  /** @returns the weights and the prices of rows and limits that solve the equations. */
  solve(right: Float64Array, errors: Float64Array): { weights: Float64Array; prices: Float64Array } {
    const weights = new Float64Array(right.length);
    const prices = new Float64Array(errors.length);
    const size = Math.max(maxAbs(right), maxAbs(errors));
    let f = right;
    let g = errors;
    let last = Infinity;
    for (let pass = 0; pass <= refinementsMax; pass++) {
      const step = this.solveOnce(f, g);
      const triedWeights = weights.map((value, at) => value + step.weights[at]!);
      const triedPrices = prices.map((value, c) => value + step.prices[c]!);
      [f, g] = this.residual(triedWeights, triedPrices, right, errors);
      const left = Math.max(maxAbs(f), maxAbs(g));
      if (pass > 0 && !(left < last)) break;
      last = left;
      weights.set(triedWeights);
      prices.set(triedPrices);
      if (left <= refinedTo * size) break;
    }
    return { weights, prices };
  }

  private solveOnce(f: Float64Array, g: Float64Array): { weights: Float64Array; prices: Float64Array } {
    const weights = Float64Array.from(f);
    this.system.solve(weights);
    const prices = Float64Array.from(this.columns, (column, c) => this.product(column, weights) - g[c]!);
    solveCholesky(this.schur, prices.length, prices);
    this.solved.forEach((solution, c) => {
      const price = prices[c]!;
      for (let at = 0; at < weights.length; at++) weights[at] = weights[at]! - price * solution[at]!;
    });
    return { weights, prices };
  }

  private residual(weights: Float64Array, prices: Float64Array, right: Float64Array, errors: Float64Array) {
    const { form, columns, diagonal, shares, gives } = this;
    const { n } = form;
    const product = new Float64Array(weights.length);
    addCurvatureTimes(form, weights, product);
    for (let at = 0; at < product.length; at++) {
      product[at] = product[at]! + diagonal[at]! * weights[at]!;
      const pull = shares.coupling[at]! * (weights[at]! - (at < n ? 0 : weights[at - n]!));
      product[at] = product[at]! + pull;
      if (at >= n) product[at - n] = product[at - n]! - pull;
    }
    columns.forEach((column, c) => {
      const price = prices[c]!;
      if (price !== 0)
        addScaled(product.subarray(column.from * n, column.from * n + column.values.length), price, column.values);
    });
    const f = product.map((value, at) => (form.pinned[at] === 1 ? 0 : right[at]! - value));
    const count = prices.length;
    const g = errors.map((error, c) => {
      let value = this.product(columns[c]!, weights);
      for (let d = 0; d < count; d++) value -= gives[c * count + d]! * prices[d]!;
      return error - value;
    });
    return [f, g] as const;
  }

  private factorizeSchur(point: ChainPoint): void {
    const { form, columns, solved, give } = this;
    const count = columns.length;
    const first = form.rows.length;
    const gives = new Float64Array(count * count);
    give.forEach((value, r) => (gives[r * count + r] = value));
    form.limits.forEach((limit, j) => {
      form.limits.forEach((other, k) => {
        if (other.period === limit.period) gives[(first + j) * count + first + k] = this.limitGive(j, k);
      });
      gives[(first + j) * count + first + j]! += point.limitSlack[j]! / point.limitPrice[j]!;
    });
    const schur = Float64Array.from(gives);
    for (let a = 0; a < count; a++) {
      this.checkpoint(a * columns[a]!.values.length);
      schur[a * count + a]! += rowShift;
      for (let b = 0; b <= a; b++) schur[a * count + b]! += this.product(columns[a]!, solved[b]!);
    }
    factorizeCholesky(schur, count, { pivotMin: 0, replacement: 1e128, checkpoint: this.checkpoint });
    this.gives = gives;
    this.schur = schur;
  }

  private product({ from, values }: Column, x: Float64Array): number {
    const { n } = this.form;
    return dot(values, x.subarray(from * n));
  }

  private rowColumn(r: number): Column {
    const { n, rows, pinned } = this.form;
    const { period, positions, coefficients } = rows[r]!;
    const values = new Float64Array(n);
    positions.forEach((position, k) => {
      if (pinned[period * n + position] === 0) values[position] = values[position]! + coefficients[k]!;
    });
    return { from: period, values };
  }

  private limitColumn(j: number): Column {
    const { n, limits, pinned, kinked } = this.form;
    const { period } = limits[j]!;
    const from = Math.max(0, period - 1);
    const values = new Float64Array((period - from + 1) * n);
    for (let i = 0; i < n; i++) {
      const at = period * n + i;
      if (kinked[at] === 0) continue;
      const pull = this.tilt(j, i) * this.shares.coupling[at]!;
      if (pinned[at] === 0) values[(period - from) * n + i] = pull;
      if (period > 0 && pinned[at - n] === 0) values[i] = -pull;
    }
    return { from, values };
  }

  /** What the price of a limit takes from purchases, less what it takes from sales, of asset i. */
  tilt(j: number, i: number): number {
    const { n, limits } = this.form;
    const { buy, sell, period } = limits[j]!;
    const at = period * n + i;
    return this.shares.buy[at]! * buy[i]! - this.shares.sell[at]! * sell[i]!;
  }

  /** What prices of limits add to the cost of buying and of selling, and to the trade itself. */
  pricesOfTrade(at: number, limitPrice: Float64Array) {
    const { n, limits } = this.form;
    const i = at % n;
    let buying = 0;
    let selling = 0;
    let tilted = 0;
    limits.forEach(({ period, buy, sell }, j) => {
      if (period * n + i !== at) return;
      buying += limitPrice[j]! * buy[i]!;
      selling += limitPrice[j]! * sell[i]!;
      tilted += limitPrice[j]! * this.tilt(j, i);
    });
    return { buying, selling, tilted };
  }

  private limitGive(j: number, k: number): number {
    const { n, limits, kinked } = this.form;
    const { shares } = this;
    const one = limits[j]!;
    const other = limits[k]!;
    let give = 0;
    for (let i = 0; i < n; i++) {
      const at = one.period * n + i;
      if (kinked[at] === 0) continue;
      give += one.buy[i]! * other.buy[i]! * shares.buy[at]! + one.sell[i]! * other.sell[i]! * shares.sell[at]!;
      give -= this.tilt(j, i) * shares.coupling[at]! * this.tilt(k, i);
    }
    return give;
  }
}
