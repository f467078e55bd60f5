/**
 * Pairs of a slack and a price, both positive, whose product is driven to an aim: mu, which vanishes, for a side of a range; the budget for
 * a logarithm, whose slack is the weight itself. The variable v stands at slack = sign (v - limit).
 */
export class Barrier {
  /** Places of the variables that have such a side. */
  readonly positions: Int32Array;
  readonly slack: Float64Array;
  readonly price: Float64Array;
  private readonly sign: 1 | -1;
  /** Constant part of the change of the price, and the changes of both, by pair. */
  private readonly pull: Float64Array;
  private readonly slackMove: Float64Array;
  private readonly priceMove: Float64Array;

  /** @param product what slack times price is in the beginning, by place of the variable. */
  constructor(
    positions: Int32Array,
    variables: Float64Array,
    limit: (place: number) => number,
    sign: 1 | -1,
    product: (place: number) => number,
  ) {
    const count = positions.length;
    this.positions = positions;
    this.sign = sign;
    this.slack = Float64Array.from(positions, (place) => sign * (variables[place]! - limit(place)));
    this.price = Float64Array.from(positions, (place, k) => product(place) / this.slack[k]!);
    this.pull = new Float64Array(count);
    this.slackMove = new Float64Array(count);
    this.priceMove = new Float64Array(count);
  }

  /** @param correction how much of the product of the last moves is taken off (Mehrotra's second order). */
  aim(product: (place: number) => number, correction: number): void {
    const { positions, slack, price, pull, slackMove, priceMove } = this;
    for (let k = 0; k < positions.length; k++) {
      const bend = correction === 0 ? 0 : correction * slackMove[k]! * priceMove[k]!;
      pull[k] = (product(positions[k]!) - bend) / slack[k]! - price[k]!;
    }
  }

  /** What the prices add to the slope of the Lagrangian. */
  addSlope(out: Float64Array): void {
    const { positions, price, sign } = this;
    for (let k = 0; k < positions.length; k++) out[positions[k]!] = out[positions[k]!]! - sign * price[k]!;
  }

  addPull(out: Float64Array): void {
    const { positions, pull, sign } = this;
    for (let k = 0; k < positions.length; k++) out[positions[k]!] = out[positions[k]!]! + sign * pull[k]!;
  }

  /** The prices at the aim, if no variable moved. */
  addAimed(out: Float64Array): void {
    const { positions, price, pull, sign } = this;
    for (let k = 0; k < positions.length; k++) out[positions[k]!] = out[positions[k]!]! + sign * (price[k]! + pull[k]!);
  }

  addCurvature(out: Float64Array): void {
    const { positions, slack, price } = this;
    for (let k = 0; k < positions.length; k++) out[positions[k]!] = out[positions[k]!]! + price[k]! / slack[k]!;
  }

  /** Takes the moves of the variables over. */
  follow(moves: Float64Array): void {
    const { positions, slack, price, pull, slackMove, priceMove, sign } = this;
    for (let k = 0; k < positions.length; k++) {
      const move = sign * moves[positions[k]!]!;
      slackMove[k] = move;
      priceMove[k] = pull[k]! - (price[k]! / slack[k]!) * move;
    }
  }

  /** The largest share of the moves that keeps slacks and prices from becoming negative; may be more than 1. */
  reach(): number {
    const { slack, price, slackMove, priceMove } = this;
    let reach = Infinity;
    for (let k = 0; k < slack.length; k++) {
      if (slackMove[k]! < 0) reach = Math.min(reach, -slack[k]! / slackMove[k]!);
      if (priceMove[k]! < 0) reach = Math.min(reach, -price[k]! / priceMove[k]!);
    }
    return reach;
  }

  advance(share: number): void {
    const { slack, price, slackMove, priceMove } = this;
    for (let k = 0; k < slack.length; k++) {
      slack[k] = slack[k]! + share * slackMove[k]!;
      price[k] = price[k]! + share * priceMove[k]!;
    }
  }

  /** Sum of slack times price after this share of the moves. */
  productsAfter(share: number): number {
    const { slack, price, slackMove, priceMove } = this;
    let total = 0;
    for (let k = 0; k < slack.length; k++)
      total += (slack[k]! + share * slackMove[k]!) * (price[k]! + share * priceMove[k]!);
    return total;
  }

  /** Smallest slack times price after this share of the moves, in units of `unit`. */
  leastAfter(share: number, unit: (place: number) => number): number {
    const { positions, slack, price, slackMove, priceMove } = this;
    let least = Infinity;
    for (let k = 0; k < positions.length; k++) {
      const product = (slack[k]! + share * slackMove[k]!) * (price[k]! + share * priceMove[k]!);
      least = Math.min(least, product / unit(positions[k]!));
    }
    return least;
  }

  /** Largest distance of slack times price from `product`, in units of `unit`. */
  distance(product: (place: number) => number, unit: (place: number) => number): number {
    const { positions, slack, price } = this;
    let largest = 0;
    for (let k = 0; k < positions.length; k++) {
      const place = positions[k]!;
      largest = Math.max(largest, Math.abs(slack[k]! * price[k]! - product(place)) / unit(place));
    }
    return largest;
  }
}
