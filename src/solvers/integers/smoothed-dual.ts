/**
 * The Lagrangian dual of an integer problem over a node, smoothed: every asset chooses among its segments by a softmin of temperature T, so
 * that the dual is differentiable, and Newton's method with a falling temperature climbs to its maximum. That maximum is the value of the
 * perspective relaxation; the prices on the way, at any accuracy, prove bounds.
 *
 *     maximize over v, y, k   -1/2 v'G v + sum_i softmin_p min_{w in p} [1/2 d_i w^2 + pull_i(v, y) w + line_p(k)] - sigma(y) - sigma(k)
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { factorizeCholesky, solveLower, solveUpper } from '../../math/cholesky.ts';
import { dot } from '../../math/vectors.ts';
import type { DualPoint } from './dual-point.ts';
import type { IntegerModel } from './integer-model.ts';
import type { NodeDomain } from './node-domain.ts';
import { Responses } from './smoothed-responses.ts';

/** Assets whose response is below this share of the largest stand still. */
const activeShare = 1e-13;
const halvings = 6;
const ridge = 1e-13;
/** How much of their natural response is added to the equations of the prices: nearly nothing, until a step fails to climb. */
const dampingLeast = 1e-10;
const dampingFirst = 1e-3;
const dampingMost = 1e6;
/** Counts that no open choice answers would send their prices anywhere without it. */
const couplingDamping = 1e-6;

export class SmoothedDual {
  private readonly model: IntegerModel;
  private readonly checkpoint: Checkpoint;
  readonly responses: Responses;
  /** (n) and G times it. */
  readonly v: Float64Array;
  readonly rows: Float64Array;
  readonly couplings: Float64Array;
  private readonly product: Float64Array;
  private readonly pull: Float64Array;
  private readonly matrix: Float64Array;
  value = -Infinity;
  private damping = dampingLeast;
  private temperature = 1;
  /** By row: how fast it would fall with its price if every asset were free to answer by itself. */
  private readonly natural: Float64Array;

  constructor(model: IntegerModel, checkpoint: Checkpoint) {
    const { n } = model;
    this.model = model;
    this.checkpoint = checkpoint;
    this.responses = new Responses(model);
    this.v = new Float64Array(n);
    this.product = new Float64Array(n);
    this.pull = new Float64Array(n);
    this.rows = new Float64Array(model.problem.rows.length);
    this.couplings = new Float64Array(model.couplingSides.length);
    this.matrix = new Float64Array(0);
    this.natural = naturalResponses(model);
  }

  /** Begins at a point on a node. */
  start(point: DualPoint, domain: NodeDomain, temperature: number): void {
    this.v.set(point.weights);
    this.rows.set(point.rows);
    this.couplings.set(point.couplings);
    this.model.curvature.times(this.v, this.product);
    this.responses.enter(domain);
    this.damping = dampingLeast;
    this.value = this.evaluate(temperature, true);
  }

  point(): DualPoint {
    return {
      weights: Float64Array.from(this.v),
      rows: Float64Array.from(this.rows),
      couplings: Float64Array.from(this.couplings),
      norms: this.model.normPrices,
    };
  }

  /** (n) the weights with which the assets answer, on average. */
  get weights(): Float64Array {
    return this.responses.weight;
  }

  /** The smoothed dual where it stands; `derivatives` as well when asked for. */
  evaluate(temperature: number, derivatives: boolean): number {
    this.temperature = temperature;
    const { model, v, product, rows, couplings, pull } = this;
    model.pull(product, rows, pull);
    const { value } = this.responses.answer(pull, rows, couplings, temperature, derivatives);
    return model.constant - 0.5 * dot(v, product) + value;
  }

  /**
   * One Newton step with a line search, damped as far as it takes to climb.
   * @returns the slope along the step, an estimate of twice what was left to climb; NaN when no step climbs
   */
  step(temperature: number): number {
    for (; this.damping <= dampingMost; this.damping = Math.max(10 * this.damping, dampingFirst)) {
      const climb = this.tryStep(temperature);
      if (Number.isNaN(climb)) continue;
      this.damping = Math.max(0.03 * this.damping, dampingLeast);
      return climb;
    }
    this.damping = dampingLeast;
    return NaN;
  }

  private tryStep(temperature: number): number {
    const { model, responses, v, rows, couplings, product } = this;
    const direction = this.direction();
    if (direction === undefined) return NaN;
    const { dv, dy, dk, climb } = direction;
    if (!(climb > 0)) return climb === 0 ? 0 : NaN;
    const along = new Float64Array(model.n);
    model.curvature.times(dv, along);
    this.checkpoint(model.n * model.n);
    const before = this.value;
    let moved = 0;
    for (let k = 0, length = 1; k < halvings; k++, length *= k < 3 ? 0.5 : 0.1) {
      shift(v, length - moved, dv);
      shift(product, length - moved, along);
      shift(rows, length - moved, dy);
      shift(couplings, length - moved, dk);
      moved = length;
      const value = this.evaluate(temperature, true);
      if (value >= before + 1e-3 * length * climb || (k > 0 && value > before)) {
        this.value = value;
        return climb;
      }
      if (k === 0 && climb <= 1e-13 * (Math.abs(before) + responses.size) && value >= before - climb) {
        this.value = value;
        return climb;
      }
    }
    shift(v, -moved, dv);
    shift(product, -moved, along);
    shift(rows, -moved, dy);
    shift(couplings, -moved, dk);
    this.value = this.evaluate(temperature, true);
    return NaN;
  }

  /** Newton's direction: moves of v, row prices and coupling prices. */
  private direction() {
    const { model, responses, v } = this;
    const { n, problem } = model;
    const m = problem.rows.length;
    const c = this.couplings.length;
    const { weight, spread, mixed } = responses;
    let largest = 0;
    for (let i = 0; i < n; i++) largest = Math.max(largest, spread[i]!);
    const active = new Int32Array(n);
    const placeOf = new Int32Array(n).fill(-1);
    let s = 0;
    const still = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      if (spread[i]! > activeShare * largest) {
        placeOf[i] = s;
        active[s++] = i;
      } else still[i] = weight[i]! - v[i]!;
    }
    const pulled = new Float64Array(n);
    if (still.some((value) => value !== 0)) model.curvature.times(still, pulled);
    const matrix = this.matrix.length >= s * s ? this.matrix : new Float64Array(s * s);
    model.curvature.block(active, s, matrix);
    this.checkpoint((s * s * s) / 6 + n * s);
    const right = new Float64Array(s);
    for (let a = 0; a < s; a++) {
      const i = active[a]!;
      matrix[a * s + a] = matrix[a * s + a]! * (1 + ridge) + 1 / spread[i]!;
      right[a] = (weight[i]! - v[i]!) / spread[i]! - pulled[i]!;
    }
    factorizeCholesky(matrix, s);
    solveLower(matrix, s, right);
    // Columns of the couplings and rows over the active assets.
    const columns = Array.from({ length: m + c }, () => new Float64Array(s));
    problem.rows.forEach(({ positions, coefficients }, r) => {
      for (let k = 0; k < positions.length; k++) {
        const a = placeOf[positions[k]!]!;
        if (a >= 0) columns[r]![a] = columns[r]![a]! + coefficients[k]!;
      }
    });
    for (let j = 0; j < c; j++)
      for (let a = 0; a < s; a++) columns[m + j]![a] = mixed[j]![active[a]!]! / spread[active[a]!]!;
    columns.forEach((column) => solveLower(matrix, s, column));
    const prices = this.prices(columns, right, still, active, s);
    if (prices === undefined) return undefined;
    columns.forEach((column, q) => shift(right, -prices[q]!, column));
    solveUpper(matrix, s, right);
    const dv = still;
    for (let a = 0; a < s; a++) dv[active[a]!] = right[a]!;
    return this.withClimb(dv, prices);
  }

  /** The small system of row and coupling prices. */
  private prices(
    columns: readonly Float64Array[],
    right: Float64Array,
    still: Float64Array,
    active: Int32Array,
    s: number,
  ): Float64Array | undefined {
    const { model, responses, v } = this;
    const { problem } = model;
    const m = problem.rows.length;
    const size = columns.length;
    const gram = new Float64Array(size * size);
    const target = new Float64Array(size);
    let largest = 0;
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) {
        let entry = dotOver(columns[a]!, columns[b]!, s);
        if (a >= m) {
          // What the couplings answer beyond what the weights explain.
          if (b >= m) entry += responses.beyond[(a - m) * (size - m) + (b - m)]!;
        }
        if (a === b) entry += responses.slackSpread[a]!;
        gram[a * size + b] = entry;
      }
      largest = Math.max(largest, gram[a * size + a]!);
      target[a] = dotOver(columns[a]!, right, s);
    }
    problem.rows.forEach(({ positions, coefficients }, r) => {
      let held = responses.slack[r]!;
      for (let k = 0; k < positions.length; k++) held -= coefficients[k]! * (v[positions[k]!]! + still[positions[k]!]!);
      target[r] = target[r]! - held;
    });
    for (let j = 0; j < size - m; j++) {
      let held = responses.slack[m + j]! - responses.held[j]!;
      for (let a = 0; a < s; a++) {
        const i = active[a]!;
        held += (responses.mixed[j]![i]! / responses.spread[i]!) * (responses.weight[i]! - v[i]!);
      }
      target[m + j] = target[m + j]! - held;
    }
    for (let a = 0; a < size; a++) {
      const [natural, damping] = this.naturalOf(a, m);
      gram[a * size + a] = gram[a * size + a]! * (1 + this.damping) + damping * natural + 1e-14 * largest + 1e-300;
    }
    if (factorizeCholesky(gram, size) > 0) return undefined;
    solveLower(gram, size, target);
    solveUpper(gram, size, target);
    return target;
  }

  /** What a price answers to at most, and how much of that is lent to its equation. */
  private naturalOf(a: number, m: number): readonly [natural: number, damping: number] {
    if (a < m) return [this.natural[a]!, this.damping];
    const { lower, upper } = this.model.couplingSides[a - m]!;
    const width = upper - lower;
    return [(width * width) / (4 * this.temperature), Math.max(this.damping, couplingDamping)];
  }

  private withClimb(dv: Float64Array, prices: Float64Array) {
    const { model, responses, v } = this;
    const { problem, n } = model;
    const m = problem.rows.length;
    const dy = prices.slice(0, m);
    const dk = prices.slice(m);
    const gap = Float64Array.from(responses.weight, (value, i) => value - v[i]!);
    const product = new Float64Array(n);
    model.curvature.times(gap, product);
    let climb = dot(product, dv);
    problem.rows.forEach(({ positions, coefficients }, r) => {
      let held = -responses.slack[r]!;
      for (let k = 0; k < positions.length; k++) held += coefficients[k]! * responses.weight[positions[k]!]!;
      climb += held * dy[r]!;
    });
    for (let j = 0; j < dk.length; j++) climb += (responses.held[j]! - responses.slack[m + j]!) * dk[j]!;
    return { dv, dy, dk, climb };
  }
}

/** Assets without curvature answer as if they had the mean of the others'. */
function naturalResponses({ n, d, curvature, problem }: IntegerModel): Float64Array {
  const own = new Float64Array(1);
  const bend = Float64Array.from(d, (value, i) => {
    curvature.block(Int32Array.of(i), 1, own);
    return value + own[0]!;
  });
  const mean = bend.reduce((total, value) => total + value, 0) / n || 1;
  return Float64Array.from(problem.rows, ({ positions, coefficients }) =>
    coefficients.reduce((total, a, k) => total + (a * a) / Math.max(bend[positions[k]!]!, 1e-3 * mean), 0),
  );
}

function shift(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + factor * source[i]!;
}

function dotOver(a: Float64Array, b: Float64Array, length: number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += a[i]! * b[i]!;
  return total;
}
