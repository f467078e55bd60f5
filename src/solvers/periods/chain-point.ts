/** An interior point of a chain of periods, and where the iteration begins. */
import type { ChainForm } from './chain-form.ts';
import { tradeAt } from './chain-form.ts';

/** Every slack and every multiplier is above 0. Arrays over period and asset unless said otherwise. */
export interface ChainPoint {
  readonly weights: Float64Array;
  /** A trade is purchases less sales; only where the form is kinked. */
  readonly purchases: Float64Array;
  readonly sales: Float64Array;
  /** Marginal cost of trading; the fixed rate where the form is not kinked. */
  readonly marginal: Float64Array;
  /** Multipliers of purchases and sales: what buying costs beyond the marginal cost, and selling beyond its opposite. */
  readonly buy: Float64Array;
  readonly sell: Float64Array;
  readonly lowerPrice: Float64Array;
  readonly upperPrice: Float64Array;
  /** By row: the multiplier, and of inequalities the value and the multipliers of its two sides. */
  readonly rowPrice: Float64Array;
  readonly rowValue: Float64Array;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  /** By limit. */
  readonly limitSlack: Float64Array;
  readonly limitPrice: Float64Array;
}

/** Share of a range kept from its ends at the beginning. */
const margin = 0.1;
/** Product of slack and multiplier at the beginning, for a weight of 1. */
const centring = 0.1;
const rateMin = 1e-2;

export function beginning(form: ChainForm): ChainPoint {
  const { n, periods, current, lower, upper, buy, sell, kinked, rows, limits, pinned } = form;
  const size = n * periods;
  const typical = Math.max(1 / n, current.reduce((total, weight) => total + Math.abs(weight), 0) / n);
  const product = centring * typical;
  const weights = Float64Array.from({ length: size }, (_, at) =>
    pinned[at] === 1 ? lower[at]! : inside(current[at % n]!, lower[at]!, upper[at]!, typical),
  );
  const marginal = buy.map((rate, at) => (kinked[at] === 1 ? (rate - sell[at]!) / 2 : rate));
  const traded = weights.map((_, at) => Math.max(Math.abs(tradeAt(form, weights, at)), typical));
  const beyond = (at: number): number => (kinked[at] === 1 ? Math.max((buy[at]! + sell[at]!) / 2, rateMin) : 1);
  const ratio = (slack: number): number => (slack > 0 && slack < Infinity ? product / slack : 0);
  const rowValue = Float64Array.from(rows, (row) => inside(0, row.lower, row.upper, 1));
  const limitSlack = Float64Array.from(limits, ({ bound }) => Math.max(bound / 2, margin * typical));
  return {
    weights,
    purchases: traded,
    sales: Float64Array.from(traded),
    marginal,
    buy: marginal.map((_, at) => beyond(at)),
    sell: marginal.map((_, at) => beyond(at)),
    lowerPrice: weights.map((weight, at) => ratio(weight - lower[at]!)),
    upperPrice: weights.map((weight, at) => ratio(upper[at]! - weight)),
    rowPrice: new Float64Array(rows.length),
    rowValue,
    rowLower: Float64Array.from(rows, (row, r) => (row.isEquation ? 0 : ratio(rowValue[r]! - row.lower))),
    rowUpper: Float64Array.from(rows, (row, r) => (row.isEquation ? 0 : ratio(row.upper - rowValue[r]!))),
    limitSlack,
    limitPrice: limitSlack.map((slack) => product / slack),
  };
}

/** The value itself where it stands well inside, else as near to it as is. */
function inside(value: number, lower: number, upper: number, typical: number): number {
  const room = Math.min(margin * (upper - lower), margin * typical);
  return Math.min(Math.max(value, lower + room), upper - room);
}

/** Slope of the impact of a purchase or sale of `size` >= 0. */
export function impactSlope({ threeHalves, quadratic }: ChainForm, at: number, size: number): number {
  return 1.5 * threeHalves[at]! * Math.sqrt(size) + 2 * quadratic[at]! * size;
}

/** Its second derivative, for sizes above 0 where there is 3/2-power impact. */
export function impactCurvature({ threeHalves, quadratic }: ChainForm, at: number, size: number): number {
  const power = threeHalves[at]!;
  return (power === 0 ? 0 : (0.75 * power) / Math.sqrt(size)) + 2 * quadratic[at]!;
}
