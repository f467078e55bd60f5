/**
 * Marginal costs and bound multipliers that belong to given weights and prices. Asset by asset, the marginal cost of the trade into one
 * period decides that of the next, up to what a bound may take; where a trade is none it may be anything between selling and buying. The
 * values that can be reached are followed forward in time, then chosen backward.
 */
import type { ChainForm } from './chain-form.ts';
import { gradientAt, tradeAt } from './chain-form.ts';
import { impactSlope, type ChainPoint } from './chain-point.ts';

/** Weights are held where they are now, which may be a bound but for the last bits. */
const rounding = 1e-15;

/** Weights with the prices of rows and limits, scaled as the form is. */
export interface PricedWeights {
  readonly weights: Float64Array;
  readonly rowPrice: Float64Array;
  readonly limitPrice: Float64Array;
}

export interface ChainDuals {
  readonly marginal: Float64Array;
  /** Positive at an upper bound, negative at a lower one. */
  readonly bounds: Float64Array;
}

/** @param preferred marginal costs to stay near to where there is a choice */
export function dualsAt(form: ChainForm, priced: PricedWeights, preferred: Float64Array): ChainDuals {
  const { n, periods } = form;
  const { weights } = priced;
  const pull = pullAt(form, priced);
  const { low, high } = marginalRanges(form, priced);
  const marginal = new Float64Array(weights.length);
  const bounds = new Float64Array(weights.length);
  for (let i = 0; i < n; i++) {
    narrow(form, i, weights, pull, low, high);
    let next = 0;
    for (let t = periods - 1; t >= 0; t--) {
      const at = t * n + i;
      const wanted = next - pull[at]!;
      const { fallen, risen } = room(form, weights, at);
      // A lower bound may hold what this marginal cost is above what leads to the next, an upper one what it is below.
      const least = risen ? -Infinity : wanted;
      const most = fallen ? Infinity : wanted;
      const chosen = clamp(preferred[at]!, Math.max(low[at]!, least), Math.min(high[at]!, most));
      marginal[at] = clamp(chosen, low[at]!, high[at]!);
      if (fallen || risen) bounds[at] = next - marginal[at] - pull[at]!;
      next = marginal[at]!;
    }
  }
  return { marginal, bounds };
}

/** Those of an interior point; a pinned weight takes what is left. */
export function dualsOf(form: ChainForm, point: ChainPoint): ChainDuals {
  const { n, pinned } = form;
  const { marginal, lowerPrice, upperPrice } = point;
  const pull = pullAt(form, point);
  const bounds = pull.map((value, at) =>
    pinned[at] === 1 ? (marginal[at + n] ?? 0) - marginal[at]! - value : upperPrice[at]! - lowerPrice[at]!,
  );
  return { marginal, bounds };
}

/** Gradient of the objective without trades, and of the rows at their prices. */
export function pullAt(form: ChainForm, { weights, rowPrice }: PricedWeights): Float64Array {
  const pull = gradientAt(form, weights);
  form.rows.forEach(({ period, positions, coefficients }, r) => {
    const price = rowPrice[r]!;
    if (price === 0) return;
    positions.forEach((position, k) => {
      const at = period * form.n + position;
      pull[at] = pull[at]! + price * coefficients[k]!;
    });
  });
  return pull;
}

/** Marginal costs that each trade allows, limits included: one value, or a range where there is no trade. */
function marginalRanges(form: ChainForm, { weights, limitPrice }: PricedWeights) {
  const { buy: high, sell } = ratesAt(form, limitPrice);
  const low = sell.map((rate) => -rate);
  for (let at = 0; at < high.length; at++) {
    const trade = tradeAt(form, weights, at);
    if (form.kinked[at] === 0) low[at] = high[at]!;
    else if (Math.abs(trade) <= rounding) continue;
    else if (trade > 0) low[at] = high[at] = high[at]! + impactSlope(form, at, trade);
    else if (trade < 0) low[at] = high[at] = low[at]! - impactSlope(form, at, -trade);
  }
  return { low, high };
}

/** Rates of buying and selling with the prices of limits, impact aside. */
export function ratesAt({ n, buy, sell, limits }: ChainForm, limitPrice: Float64Array) {
  const priced = { buy: Float64Array.from(buy), sell: Float64Array.from(sell) };
  limits.forEach((limit, j) => {
    for (let i = 0; i < n; i++) {
      const at = limit.period * n + i;
      priced.buy[at] = priced.buy[at]! + limitPrice[j]! * limit.buy[i]!;
      priced.sell[at] = priced.sell[at]! + limitPrice[j]! * limit.sell[i]!;
    }
  });
  return priced;
}

/** Narrows the ranges of one asset to what can be reached from the first period on. */
function narrow(
  form: ChainForm,
  i: number,
  weights: Float64Array,
  pull: Float64Array,
  low: Float64Array,
  high: Float64Array,
): void {
  const { n, periods } = form;
  for (let t = 1; t < periods; t++) {
    const at = t * n + i;
    const before = at - n;
    const { fallen, risen } = room(form, weights, before);
    const least = fallen ? -Infinity : low[before]! + pull[before]!;
    const most = risen ? Infinity : high[before]! + pull[before]!;
    const from = Math.max(low[at]!, least);
    const to = Math.min(high[at]!, most);
    // Out of reach: the nearest value, so that what is left shows as a residual.
    if (from > to) low[at] = high[at] = least > high[at]! ? high[at]! : low[at]!;
    else [low[at], high[at]] = [from, to];
  }
}

/** Whether the weight stands on its lower or upper bound. */
function room({ lower, upper }: ChainForm, weights: Float64Array, at: number) {
  return { fallen: weights[at]! - lower[at]! <= rounding, risen: upper[at]! - weights[at]! <= rounding };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
