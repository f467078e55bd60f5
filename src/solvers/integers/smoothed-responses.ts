/** How assets answer prices at a temperature: by a softmin over their segments, each answered by its cheapest weight. */
import type { IntegerModel } from './integer-model.ts';
import type { NodeDomain } from './node-domain.ts';
import type { Side } from './sides.ts';

/** Differences of more temperatures than this leave a share of nothing. */
const negligible = 45;

export class Responses {
  private readonly model: IntegerModel;
  /** (n) mean weight, and how fast it falls with the pull. */
  readonly weight: Float64Array;
  readonly spread: Float64Array;
  /** By coupling: (n) how fast the weight falls with its price. */
  readonly mixed: readonly Float64Array[];
  /** By coupling: what is counted in all. */
  readonly held: Float64Array;
  /** (c x c) how fast what is counted falls with the prices, beyond what the weights explain. */
  readonly beyond: Float64Array;
  /** By row, then coupling: where its side stands, and how fast that moves. */
  readonly slack: Float64Array;
  readonly slackSpread: Float64Array;
  /** (n) the share of the piece that is chosen most; 1 when nothing is undecided. */
  readonly decided: Float64Array;
  /** (n) of the weights among the segments. */
  readonly variance: Float64Array;
  /** Size of the terms of the value. */
  size = 0;
  /** Segments left by the domain, by asset. */
  private readonly start: Int32Array;
  private readonly lower: Float64Array;
  private readonly upper: Float64Array;
  private readonly origin: Int32Array;
  private readonly share: Float64Array;
  private readonly at: Float64Array;
  private readonly loose: Uint8Array;

  constructor(model: IntegerModel) {
    const { n, segments } = model;
    const c = model.couplingSides.length;
    const m = model.problem.rows.length;
    const total = 2 * segments.lower.length;
    this.model = model;
    this.weight = new Float64Array(n);
    this.spread = new Float64Array(n);
    this.mixed = Array.from({ length: c }, () => new Float64Array(n));
    this.held = new Float64Array(c);
    this.beyond = new Float64Array(c * c);
    this.slack = new Float64Array(m + c);
    this.slackSpread = new Float64Array(m + c);
    this.decided = new Float64Array(n);
    this.variance = new Float64Array(n);
    this.start = new Int32Array(n + 1);
    this.lower = new Float64Array(total);
    this.upper = new Float64Array(total);
    this.origin = new Int32Array(total);
    this.share = new Float64Array(total);
    this.at = new Float64Array(total);
    this.loose = new Uint8Array(total);
  }

  /** Keeps the segments that a domain leaves. @returns whether every asset has one */
  enter({ first, last, lower, upper }: NodeDomain): boolean {
    const { segments, n, d } = this.model;
    let kept = 0;
    let complete = true;
    for (let i = 0; i < n; i++) {
      this.start[i] = kept;
      for (let p = segments.start[i]!; p < segments.start[i + 1]!; p++) {
        if (segments.piece[p]! < first[i]! || segments.piece[p]! > last[i]!) continue;
        const from = lower === undefined ? segments.lower[p]! : Math.max(segments.lower[p]!, lower[i]!);
        const to = upper === undefined ? segments.upper[p]! : Math.min(segments.upper[p]!, upper[i]!);
        if (from > to) continue;
        // A straight line is as good as its two ends.
        for (const end of d[i] === 0 && from < to ? [from, to] : [undefined]) {
          if (end !== undefined && !Number.isFinite(end)) continue;
          this.lower[kept] = end ?? from;
          this.upper[kept] = end ?? to;
          this.origin[kept++] = p;
        }
      }
      complete &&= kept > this.start[i]!;
    }
    this.start[n] = kept;
    return complete;
  }

  /** The sum of the softmins less the support of the sides. */
  answer(pull: Float64Array, rows: Float64Array, prices: Float64Array, temperature: number, derivatives: boolean) {
    const { n } = this.model;
    this.held.fill(0);
    this.beyond.fill(0);
    this.size = 0;
    let value = 0;
    for (let i = 0; i < n; i++) value += this.answerOf(i, pull[i]!, prices, temperature, derivatives);
    const { rowSides, couplingSides } = this.model;
    for (let r = 0; r < rows.length; r++) value -= this.sideOf(r, rows[r]!, rowSides[r]!, temperature);
    for (let j = 0; j < prices.length; j++)
      value -= this.sideOf(rows.length + j, prices[j]!, couplingSides[j]!, temperature);
    return { value };
  }

  private answerOf(i: number, pull: number, prices: Float64Array, temperature: number, derivatives: boolean): number {
    const { segments, d } = this.model;
    const { at, share, loose } = this;
    const c = prices.length;
    const curve = d[i]!;
    const from = this.start[i]!;
    const to = this.start[i + 1]!;
    let least = Infinity;
    for (let q = from; q < to; q++) {
      const p = this.origin[q]!;
      let slope = pull + segments.slope[p]!;
      let constant = segments.constant[p]!;
      for (let j = 0; j < c; j++) {
        slope += prices[j]! * segments.alpha[j]![p]!;
        constant += prices[j]! * segments.beta[j]![p]!;
      }
      const lower = this.lower[q]!;
      const upper = this.upper[q]!;
      let w = lower;
      let inside = 0;
      if (curve > 0) {
        w = -slope / curve;
        if (w <= lower) w = lower;
        else if (w >= upper) w = upper;
        else inside = 1;
      }
      at[q] = w;
      loose[q] = inside;
      const cost = (0.5 * curve * w + slope) * w + constant;
      share[q] = cost;
      if (cost < least) least = cost;
    }
    if (to === from + 1) return this.single(i, from, c, derivatives, least);
    let total = 0;
    for (let q = from; q < to; q++) {
      const distance = (share[q]! - least) / temperature;
      const part = distance > negligible ? 0 : Math.exp(-distance);
      share[q] = part;
      total += part;
    }
    if (derivatives) this.mix(i, from, to, total, temperature, c);
    this.size += Math.abs(least);
    return least - temperature * Math.log(total);
  }

  private single(i: number, q: number, c: number, derivatives: boolean, cost: number): number {
    this.size += Math.abs(cost);
    if (!derivatives) return cost;
    const { segments, d } = this.model;
    const p = this.origin[q]!;
    const w = this.at[q]!;
    const h = this.loose[q] === 1 ? 1 / d[i]! : 0;
    this.weight[i] = w;
    this.spread[i] = h;
    this.decided[i] = 1;
    this.variance[i] = 0;
    // With one segment the couplings follow the weight exactly, so that nothing lies beyond it.
    for (let j = 0; j < c; j++) {
      this.mixed[j]![i] = h * segments.alpha[j]![p]!;
      this.held[j] = this.held[j]! + segments.alpha[j]![p]! * w + segments.beta[j]![p]!;
    }
    return cost;
  }

  /** Means and covariances over the segments of one asset. */
  private mix(i: number, from: number, to: number, total: number, temperature: number, c: number): void {
    const { segments, d } = this.model;
    const { at, share, loose, origin } = this;
    const means = new Float64Array(c);
    let mean = 0;
    let piece = -1;
    let run = 0;
    let most = 0;
    for (let q = from; q < to; q++) {
      const z = (share[q] = share[q]! / total);
      const p = origin[q]!;
      mean += z * at[q]!;
      for (let j = 0; j < c; j++) means[j] = means[j]! + z * (segments.alpha[j]![p]! * at[q]! + segments.beta[j]![p]!);
      run = segments.piece[p] === piece ? run + z : z;
      piece = segments.piece[p]!;
      most = Math.max(most, run);
    }
    let h = 0;
    let variance = 0;
    const e = new Float64Array(c);
    const cross = new Float64Array(c * c);
    for (let q = from; q < to; q++) {
      const z = share[q]!;
      if (z === 0) continue;
      const p = origin[q]!;
      const own = loose[q] === 1 ? z / d[i]! : 0;
      const away = at[q]! - mean;
      h += own + (z * away * away) / temperature;
      variance += z * away * away;
      for (let j = 0; j < c; j++) {
        const a = segments.alpha[j]![p]!;
        const distance = a * at[q]! + segments.beta[j]![p]! - means[j]!;
        e[j] = e[j]! + own * a + (z * away * distance) / temperature;
        for (let l = 0; l <= j; l++) {
          const b = segments.alpha[l]![p]!;
          const other = b * at[q]! + segments.beta[l]![p]! - means[l]!;
          cross[j * c + l] = cross[j * c + l]! + own * a * b + (z * distance * other) / temperature;
        }
      }
    }
    this.weight[i] = mean;
    this.spread[i] = h;
    this.variance[i] = variance;
    this.decided[i] = most;
    for (let j = 0; j < c; j++) {
      this.mixed[j]![i] = e[j]!;
      this.held[j] = this.held[j]! + means[j]!;
      for (let l = 0; l <= j; l++) {
        const left = cross[j * c + l]! - (h > 0 ? (e[j]! * e[l]!) / h : 0);
        this.beyond[j * c + l] = this.beyond[j * c + l]! + left;
        if (l < j) this.beyond[l * c + j] = this.beyond[j * c + l]!;
      }
    }
  }

  /** The smoothed support of a range; the side that it takes and how fast that moves. */
  private sideOf(q: number, price: number, side: Side, temperature: number): number {
    const { lower, upper, ends, costs } = side;
    if (ends !== undefined && costs !== undefined) return this.softSideOf(q, price, ends, costs, temperature);
    if (lower === upper) {
      this.slack[q] = lower;
      this.slackSpread[q] = 0;
      return price * lower;
    }
    const width = upper - lower;
    const steps = (price * width) / temperature;
    const high = steps >= 0 ? 1 / (1 + Math.exp(-steps)) : 1 - 1 / (1 + Math.exp(steps));
    this.slack[q] = lower + high * width;
    this.slackSpread[q] = (width * width * high * (1 - high)) / temperature;
    const soft = steps >= 0 ? Math.log1p(Math.exp(-steps)) : Math.log1p(Math.exp(steps));
    return Math.max(price * upper, price * lower) + temperature * soft;
  }

  /** The same of what may be broken at a cost: a softmin over the ends of the lines that the cost consists of. */
  private softSideOf(q: number, price: number, ends: Float64Array, costs: Float64Array, temperature: number): number {
    let most = -Infinity;
    for (let e = 0; e < ends.length; e++) most = Math.max(most, price * ends[e]! - costs[e]!);
    let total = 0;
    let mean = 0;
    let square = 0;
    // Around the first end, so that the spread does not cancel.
    for (let e = 0; e < ends.length; e++) {
      const part = Math.exp((price * ends[e]! - costs[e]! - most) / temperature);
      const away = ends[e]! - ends[0]!;
      total += part;
      mean += part * away;
      square += part * away * away;
    }
    mean /= total;
    this.slack[q] = ends[0]! + mean;
    this.slackSpread[q] = Math.max(square / total - mean * mean, 0) / temperature;
    return most + temperature * Math.log(total);
  }
}
