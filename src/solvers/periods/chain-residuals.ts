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

/** One family of products: slacks, multipliers, and whether an entry exists. A slack measured from above moves against its key. */
interface Pairing {
  readonly multiplier: keyof ChainPoint;
  readonly moved: keyof ChainPoint;
  readonly sign: 1 | -1;
  readonly slack: (form: ChainForm, point: ChainPoint, at: number) => number;
}

/** Finite slacks only; an infinite one has no multiplier. */
export const pairings: readonly Pairing[] = [
  {
    multiplier: 'buy',
    moved: 'purchases',
    sign: 1,
    slack: ({ kinked }, { purchases }, at) => (kinked[at] === 1 ? purchases[at]! : Infinity),
  },
  {
    multiplier: 'sell',
    moved: 'sales',
    sign: 1,
    slack: ({ kinked }, { sales }, at) => (kinked[at] === 1 ? sales[at]! : Infinity),
  },
  {
    multiplier: 'lowerPrice',
    moved: 'weights',
    sign: 1,
    slack: ({ lower, pinned }, { weights }, at) => (pinned[at] === 1 ? Infinity : weights[at]! - lower[at]!),
  },
  {
    multiplier: 'upperPrice',
    moved: 'weights',
    sign: -1,
    slack: ({ upper, pinned }, { weights }, at) => (pinned[at] === 1 ? Infinity : upper[at]! - weights[at]!),
  },
  {
    multiplier: 'rowLower',
    moved: 'rowValue',
    sign: 1,
    slack: ({ rows }, { rowValue }, r) => (rows[r]!.isEquation ? Infinity : rowValue[r]! - rows[r]!.lower),
  },
  {
    multiplier: 'rowUpper',
    moved: 'rowValue',
    sign: -1,
    slack: ({ rows }, { rowValue }, r) => (rows[r]!.isEquation ? Infinity : rows[r]!.upper - rowValue[r]!),
  },
  { multiplier: 'limitPrice', moved: 'limitSlack', sign: 1, slack: (_, { limitSlack }, j) => limitSlack[j]! },
];

/** Sum and number of the products, after a share of a direction when one is given. */
export function productsOf(form: ChainForm, point: ChainPoint, direction?: ChainPoint, share = 0) {
  let sum = 0;
  let count = 0;
  for (const { multiplier, moved, sign, slack } of pairings) {
    const multipliers = point[multiplier];
    for (let at = 0; at < multipliers.length; at++) {
      const room = slack(form, point, at);
      if (room === Infinity) continue;
      const away = room + (direction === undefined ? 0 : sign * share * direction[moved][at]!);
      sum += away * (multipliers[at]! + (direction === undefined ? 0 : share * direction[multiplier][at]!));
      count++;
    }
  }
  return { sum, count };
}

/** The longest step, at most 1 / `least`, that keeps every slack and multiplier at or above 0. */
export function longestStep(form: ChainForm, point: ChainPoint, direction: ChainPoint): number {
  let fastest = 1e-3;
  for (const { multiplier, moved, sign, slack } of pairings) {
    const multipliers = point[multiplier];
    for (let at = 0; at < multipliers.length; at++) {
      const room = slack(form, point, at);
      if (room === Infinity) continue;
      fastest = Math.max(
        fastest,
        (-sign * direction[moved][at]!) / room,
        -direction[multiplier][at]! / multipliers[at]!,
      );
    }
  }
  return 1 / fastest;
}

/** Right sides of the complementarity equations: mu less the products, less the products of `ahead` when one is given. */
export type Targets = ReadonlyMap<keyof ChainPoint, Float64Array>;

export function targetsAt(form: ChainForm, point: ChainPoint, mu: number, ahead?: ChainPoint): Targets {
  return new Map(
    pairings.map(({ multiplier, moved, sign, slack }) => {
      const targets = point[multiplier].map((value, at) => {
        const room = slack(form, point, at);
        if (room === Infinity) return 0;
        const second = ahead === undefined ? 0 : sign * ahead[moved][at]! * ahead[multiplier][at]!;
        return mu - room * value - second;
      });
      return [multiplier, targets];
    }),
  );
}
