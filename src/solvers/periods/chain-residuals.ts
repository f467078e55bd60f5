/** What the Newton equations of a chain leave, how long a step may be, and how large the products of slack and multiplier are. */
import type { ChainForm } from './chain-form.ts';
import { gradientAt, tradeAt } from './chain-form.ts';
import type { ChainPoint } from './chain-point.ts';
import { impactSlope } from './chain-point.ts';

/** Names follow `ChainPoint`: each is the residual of the equation that its multiplier or slack stands in. */
export interface ChainResiduals {
  readonly weights: Float64Array;
  readonly trades: Float64Array;
  readonly buy: Float64Array;
  readonly sell: Float64Array;
  readonly rows: Float64Array;
  readonly rowPrice: Float64Array;
  readonly limits: Float64Array;
}

export function residualsAt(form: ChainForm, point: ChainPoint): ChainResiduals {
  const { n, rows, kinked } = form;
  const size = point.weights.length;
  const weights = gradientAt(form, point.weights);
  const trades = new Float64Array(size);
  const { limits, buy, sell } = limitResiduals(form, point);
  for (let at = 0; at < size; at++) {
    const g = point.marginal[at]!;
    weights[at] = weights[at]! + g - point.lowerPrice[at]! + point.upperPrice[at]!;
    if (at >= n) weights[at - n] = weights[at - n]! - g;
    if (kinked[at] === 0) continue;
    const p = point.purchases[at]!;
    const m = point.sales[at]!;
    trades[at] = tradeAt(form, point.weights, at) - p + m;
    buy[at] = buy[at]! + form.buy[at]! + impactSlope(form, at, p) - g - point.buy[at]!;
    sell[at] = sell[at]! + form.sell[at]! + impactSlope(form, at, m) + g - point.sell[at]!;
  }
  const left = Float64Array.from(rows, ({ period, positions, coefficients, isEquation, lower }, r) => {
    let value = 0;
    positions.forEach((position, k) => {
      const at = period * n + position;
      value += coefficients[k]! * point.weights[at]!;
      weights[at] = weights[at]! + coefficients[k]! * point.rowPrice[r]!;
    });
    return value - (isEquation ? lower : point.rowValue[r]!);
  });
  const rowPrice = Float64Array.from(rows, ({ isEquation }, r) =>
    isEquation ? 0 : point.rowPrice[r]! - point.rowUpper[r]! + point.rowLower[r]!,
  );
  for (let at = 0; at < size; at++) if (form.pinned[at] === 1) weights[at] = 0;
  return { weights, trades, buy, sell, rows: left, rowPrice, limits };
}

/** What is left of each limit, and what the prices of limits add to the cost of buying and selling. */
function limitResiduals({ n, limits, kinked }: ChainForm, point: ChainPoint) {
  const buy = new Float64Array(point.weights.length);
  const sell = new Float64Array(point.weights.length);
  const left = Float64Array.from(limits, (limit, j) => {
    let used = point.limitSlack[j]! - limit.bound;
    for (let i = 0; i < n; i++) {
      const at = limit.period * n + i;
      if (kinked[at] === 0) continue;
      buy[at] = buy[at]! + point.limitPrice[j]! * limit.buy[i]!;
      sell[at] = sell[at]! + point.limitPrice[j]! * limit.sell[i]!;
      used += limit.buy[i]! * point.purchases[at]! + limit.sell[i]! * point.sales[at]!;
    }
    return used;
  });
  return { limits: left, buy, sell };
}

/** One family of products: which multiplier, and what its slack moves with. A slack measured from above moves against it. */
interface Pairing {
  readonly multiplier: keyof ChainPoint;
  readonly moved: keyof ChainPoint;
  readonly sign: 1 | -1;
}

export const pairings: readonly Pairing[] = [
  { multiplier: 'buy', moved: 'purchases', sign: 1 },
  { multiplier: 'sell', moved: 'sales', sign: 1 },
  { multiplier: 'lowerPrice', moved: 'weights', sign: 1 },
  { multiplier: 'upperPrice', moved: 'weights', sign: -1 },
  { multiplier: 'rowLower', moved: 'rowValue', sign: 1 },
  { multiplier: 'rowUpper', moved: 'rowValue', sign: -1 },
  { multiplier: 'limitPrice', moved: 'limitSlack', sign: 1 },
];

/** By multiplier; infinite where there is no product, and no multiplier either. */
export type Slacks = ReadonlyMap<keyof ChainPoint, Float64Array>;

export function slacksAt(form: ChainForm, point: ChainPoint): Slacks {
  const { kinked, pinned, lower, upper, rows } = form;
  const size = point.weights.length;
  const purchases = new Float64Array(size).fill(Infinity);
  const sales = new Float64Array(size).fill(Infinity);
  const below = new Float64Array(size).fill(Infinity);
  const above = new Float64Array(size).fill(Infinity);
  for (let at = 0; at < size; at++) {
    if (kinked[at] === 1) {
      purchases[at] = point.purchases[at]!;
      sales[at] = point.sales[at]!;
    }
    if (pinned[at] === 1) continue;
    below[at] = point.weights[at]! - lower[at]!;
    above[at] = upper[at]! - point.weights[at]!;
  }
  const side = (of: (r: number) => number): Float64Array =>
    Float64Array.from(rows, (row, r) => (row.isEquation ? Infinity : of(r)));
  return new Map<keyof ChainPoint, Float64Array>([
    ['buy', purchases],
    ['sell', sales],
    ['lowerPrice', below],
    ['upperPrice', above],
    ['rowLower', side((r) => point.rowValue[r]! - rows[r]!.lower)],
    ['rowUpper', side((r) => rows[r]!.upper - point.rowValue[r]!)],
    ['limitPrice', point.limitSlack],
  ]);
}

/** Sum and number of the products. */
export function productsOf(point: ChainPoint, slacks: Slacks) {
  let sum = 0;
  let count = 0;
  for (const { multiplier } of pairings) {
    const multipliers = point[multiplier];
    const rooms = slacks.get(multiplier)!;
    for (let at = 0; at < rooms.length; at++) {
      const room = rooms[at]!;
      if (room === Infinity) continue;
      sum += room * multipliers[at]!;
      count++;
    }
  }
  return { sum, count };
}

/** The sum of the products after a share of a direction. */
export function productsAhead(point: ChainPoint, slacks: Slacks, direction: ChainPoint, share: number): number {
  let sum = 0;
  for (const { multiplier, moved, sign } of pairings) {
    const multipliers = point[multiplier];
    const moves = direction[moved];
    const changes = direction[multiplier];
    const rooms = slacks.get(multiplier)!;
    for (let at = 0; at < rooms.length; at++) {
      const room = rooms[at]!;
      if (room === Infinity) continue;
      sum += (room + sign * share * moves[at]!) * (multipliers[at]! + share * changes[at]!);
    }
  }
  return sum;
}

/** The longest step, at most 1000, that keeps every slack and multiplier at or above 0. */
export function longestStep(point: ChainPoint, slacks: Slacks, direction: ChainPoint): number {
  let fastest = 1e-3;
  for (const { multiplier, moved, sign } of pairings) {
    const multipliers = point[multiplier];
    const moves = direction[moved];
    const changes = direction[multiplier];
    const rooms = slacks.get(multiplier)!;
    for (let at = 0; at < rooms.length; at++) {
      const room = rooms[at]!;
      if (room === Infinity) continue;
      const closing = (-sign * moves[at]!) / room;
      const falling = -changes[at]! / multipliers[at]!;
      if (closing > fastest) fastest = closing;
      if (falling > fastest) fastest = falling;
    }
  }
  return 1 / fastest;
}

/** Right sides of the complementarity equations: mu less the products, less the products of `ahead` when one is given. */
export type Targets = ReadonlyMap<keyof ChainPoint, Float64Array>;

export function targetsAt(point: ChainPoint, slacks: Slacks, mu: number, ahead?: ChainPoint): Targets {
  return new Map(
    pairings.map(({ multiplier, moved, sign }) => {
      const multipliers = point[multiplier];
      const rooms = slacks.get(multiplier)!;
      const targets = new Float64Array(rooms.length);
      const moves = ahead?.[moved];
      const changes = ahead?.[multiplier];
      for (let at = 0; at < targets.length; at++) {
        const room = rooms[at]!;
        if (room === Infinity) continue;
        const second = moves === undefined || changes === undefined ? 0 : sign * moves[at]! * changes[at]!;
        targets[at] = mu - room * multipliers[at]! - second;
      }
      return [multiplier, targets];
    }),
  );
}
