/**
 * Primal-dual interior point over a chain of periods. Each trade is split into purchase p and sale m, each bound and row has its slack; all of
 * them are eliminated by hand, down to a scalar coupling per trade, so that what is left is the chain system bordered by rows and
 * limits on trades. Mehrotra's predictor and corrector, one step length for all.
 * Mehrotra, On the Implementation of a Primal-Dual Interior Point Method, SIAM J. Optimization 2 (1992).
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import type { Scope } from '../../math/kernels.ts';
import { maxAbs } from '../../math/vectors.ts';
import type { ChainForm } from './chain-form.ts';
import { ChainBorder } from './chain-border.ts';
import { beginning, impactCurvature, type ChainPoint } from './chain-point.ts';
import type { ChainResiduals, Slacks, Targets } from './chain-residuals.ts';
import {
  longestStep,
  pairings,
  productsAhead,
  productsOf,
  residualsAt,
  slacksAt,
  targetsAt,
} from './chain-residuals.ts';

/** Curvature lent to weights without any, scaled. */
const shift = 1e-12;
const stepShare = 0.995;
/** Multipliers of trades may take up so much of their residuals at once, relative to themselves. */
const takenUp = 0.5;

export interface ChainProgress {
  readonly primal: number;
  readonly dual: number;
  /** Sum of all products of slack and multiplier, scaled as the objective is. */
  readonly gap: number;
}

/** How far p and m move with the marginal cost, by trade, and the coupling 1 / (p + m share). */
export interface Shares {
  readonly buy: Float64Array;
  readonly sell: Float64Array;
  readonly coupling: Float64Array;
}

export class ChainIteration {
  readonly form: ChainForm;
  readonly point: ChainPoint;
  private readonly border: ChainBorder;
  private readonly shares: Shares;
  private readonly diagonal: Float64Array;
  private slacks: Slacks;
  private residuals: ChainResiduals;

  /** Matrices lie in `scope`, which must stay open as long as steps are made. */
  constructor(form: ChainForm, scope: Scope, checkpoint: Checkpoint) {
    this.form = form;
    this.point = beginning(form);
    const size = form.n * form.periods;
    const vector = (): Float64Array => new Float64Array(size);
    this.shares = { buy: vector(), sell: vector(), coupling: vector() };
    this.diagonal = vector();
    this.border = new ChainBorder(form, this.shares, scope, checkpoint);
    this.slacks = slacksAt(form, this.point);
    this.residuals = residualsAt(form, this.point);
  }

  measure(): ChainProgress {
    const r = this.residuals;
    return {
      primal: Math.max(maxAbs(r.trades), maxAbs(r.rows), maxAbs(r.limits)),
      dual: Math.max(maxAbs(r.weights), maxAbs(r.buy), maxAbs(r.sell), maxAbs(r.rowPrice)),
      gap: productsOf(this.point, this.slacks).sum,
    };
  }

  /** One predictor and one corrector. @returns the share of the step taken; 0 when nothing moves. */
  step(): number {
    const { form, point } = this;
    const { sum, count } = productsOf(point, this.slacks);
    const mu = sum / Math.max(count, 1);
    this.factorize();
    const predictor = this.direction(targetsAt(point, this.slacks, 0));
    const ahead = Math.min(1, longestStep(point, this.slacks, predictor));
    const reached = productsAhead(point, this.slacks, predictor, ahead) / sum;
    const centring = count === 0 ? 0 : Math.max(1e-8, reached ** 3);
    const direction = this.direction(targetsAt(point, this.slacks, centring * mu, predictor));
    const share = Math.min(1, stepShare * longestStep(point, this.slacks, direction));
    if (!(share > 1e-10) || !Number.isFinite(maxAbs(direction.weights))) return 0;
    for (const key of Object.keys(point) as (keyof ChainPoint)[]) {
      const values = point[key];
      const moves = direction[key];
      for (let at = 0; at < values.length; at++) values[at] = values[at]! + share * moves[at]!;
    }
    this.slacks = slacksAt(form, point);
    this.residuals = residualsAt(form, point);
    this.takeUpBends();
    return share;
  }

  /** The slope of 3/2-power impact bends most where trades vanish; its multipliers take up what a straight step leaves. */
  private takeUpBends(): void {
    const { form, point, residuals } = this;
    for (let at = 0; at < point.weights.length; at++) {
      if (!(form.threeHalves[at]! > 0)) continue;
      for (const side of ['buy', 'sell'] as const) {
        const left = residuals[side][at]!;
        if (!(Math.abs(left) < takenUp * point[side][at]!)) continue;
        point[side][at] = point[side][at]! + left;
        residuals[side][at] = 0;
      }
    }
  }

  private factorize(): void {
    const { form, point, diagonal, shares } = this;
    for (let at = 0; at < diagonal.length; at++) {
      const w = point.weights[at]!;
      const below = point.lowerPrice[at]! / (w - form.lower[at]!);
      const above = point.upperPrice[at]! / (form.upper[at]! - w);
      diagonal[at] = form.pinned[at] === 1 ? 0 : shift + below + above;
      if (form.kinked[at] === 0) continue;
      const p = point.purchases[at]!;
      const m = point.sales[at]!;
      shares.buy[at] = p / (point.buy[at]! + p * impactCurvature(form, at, p));
      shares.sell[at] = m / (point.sell[at]! + m * impactCurvature(form, at, m));
      shares.coupling[at] = 1 / (shares.buy[at]! + shares.sell[at]!);
    }
    this.border.factorize(diagonal, point);
  }

  private direction(targets: Targets): ChainPoint {
    const { form, point, residuals, shares } = this;
    const { n } = form;
    const size = point.weights.length;
    const wanted = this.wanted(targets);
    const right = residuals.weights.map((value) => -value);
    for (let at = 0; at < size; at++) {
      if (form.pinned[at] === 1) {
        right[at] = 0;
        continue;
      }
      right[at] =
        right[at]! + wanted.lowerPrice[at]! - wanted.upperPrice[at]! - shares.coupling[at]! * wanted.link[at]!;
      if (at + n < size) right[at] = right[at]! + shares.coupling[at + n]! * wanted.link[at + n]!;
    }
    const errors = this.borderErrors(wanted, targets);
    const { weights, prices } = this.border.solve(right, errors);
    return this.unfold(weights, prices, wanted, targets);
  }

  private wanted(targets: Targets): Wanted {
    const { form, residuals, shares } = this;
    const over = (key: keyof ChainPoint): Float64Array => {
      const target = targets.get(key)!;
      const rooms = this.slacks.get(key)!;
      const result = new Float64Array(target.length);
      for (let at = 0; at < result.length; at++) if (rooms[at] !== Infinity) result[at] = target[at]! / rooms[at]!;
      return result;
    };
    const bought = over('buy');
    const sold = over('sell');
    const link = new Float64Array(bought.length);
    for (let at = 0; at < link.length; at++) {
      if (form.kinked[at] === 0) continue;
      bought[at] = shares.buy[at]! * (bought[at]! - residuals.buy[at]!);
      sold[at] = shares.sell[at]! * (sold[at]! - residuals.sell[at]!);
      link[at] = residuals.trades[at]! - bought[at]! + sold[at]!;
    }
    const above = over('rowUpper');
    const below = over('rowLower');
    const rowMove = residuals.rowPrice.map((left, r) => left - above[r]! + below[r]!);
    return { bought, sold, link, rowMove, lowerPrice: over('lowerPrice'), upperPrice: over('upperPrice') };
  }

  /** Right sides of rows and limits. */
  private borderErrors({ bought, sold, link, rowMove }: Wanted, targets: Targets): Float64Array {
    const { form, point, residuals, border, shares } = this;
    const { n } = form;
    const rows = residuals.rows.map((left, r) => -left + rowMove[r]! * border.give[r]!);
    const limits = residuals.limits.map((left, j) => {
      const { buy, sell, period } = form.limits[j]!;
      let error = -left - targets.get('limitPrice')![j]! / point.limitPrice[j]!;
      for (let i = 0; i < n; i++) {
        const at = period * n + i;
        if (form.kinked[at] === 0) continue;
        error -= buy[i]! * bought[at]! + sell[i]! * sold[at]!;
        error -= border.tilt(j, i) * shares.coupling[at]! * link[at]!;
      }
      return error;
    });
    return Float64Array.from([...rows, ...limits]);
  }

  /** The whole direction from that of weights and prices. */
  private unfold(weights: Float64Array, prices: Float64Array, wanted: Wanted, targets: Targets): ChainPoint {
    const { form, point, shares, border } = this;
    const size = weights.length;
    const rowPrice = prices.subarray(0, form.rows.length);
    const limitPrice = prices.subarray(form.rows.length);
    const purchases = new Float64Array(size);
    const sales = new Float64Array(size);
    const marginal = new Float64Array(size);
    for (let at = 0; at < size; at++) {
      if (form.kinked[at] === 0) continue;
      const { buying, selling, tilted } = border.pricesOfTrade(at, limitPrice);
      const trade = weights[at]! - (at < form.n ? 0 : weights[at - form.n]!);
      marginal[at] = shares.coupling[at]! * (trade + wanted.link[at]! + tilted);
      purchases[at] = wanted.bought[at]! + shares.buy[at]! * (marginal[at]! - buying);
      sales[at] = wanted.sold[at]! - shares.sell[at]! * (marginal[at]! + selling);
    }
    const rowValue = rowPrice.map((price, r) => (price + wanted.rowMove[r]!) * border.give[r]!);
    const limitSlack = limitPrice.map(
      (price, j) => (targets.get('limitPrice')![j]! - point.limitSlack[j]! * price) / point.limitPrice[j]!,
    );
    const direction: ChainPoint = {
      weights,
      purchases,
      sales,
      marginal,
      rowPrice,
      rowValue,
      limitSlack,
      limitPrice,
      buy: new Float64Array(size),
      sell: new Float64Array(size),
      lowerPrice: new Float64Array(size),
      upperPrice: new Float64Array(size),
      rowLower: new Float64Array(rowPrice.length),
      rowUpper: new Float64Array(rowPrice.length),
    };
    for (const { multiplier, moved, sign } of pairings) {
      if (multiplier === 'limitPrice') continue;
      const target = targets.get(multiplier)!;
      const rooms = this.slacks.get(multiplier)!;
      const multipliers = point[multiplier];
      const moves = direction[moved];
      const changes = direction[multiplier];
      for (let at = 0; at < target.length; at++) {
        const room = rooms[at]!;
        if (room !== Infinity) changes[at] = (target[at]! - sign * multipliers[at]! * moves[at]!) / room;
      }
    }
    return direction;
  }
}

/** What each eliminated slack and multiplier would do were weights and prices to stay. */
interface Wanted {
  readonly bought: Float64Array;
  readonly sold: Float64Array;
  readonly link: Float64Array;
  readonly rowMove: Float64Array;
  readonly lowerPrice: Float64Array;
  readonly upperPrice: Float64Array;
}
