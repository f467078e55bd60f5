/**
 * Means and covariances that take one observation after the other, without the observations before: the sample estimators and those with
 * exponential weights, equal to the batch ones to rounding.
 *
 * With weights v_t = d^(age of t in observations) and V = sum v: mean m = sum v x / V and products P = sum v (x - m)(x - m)'. A new x, with
 * D = x - m:
 *
 *     V' = d V + 1,    m' = m + D / V',    P' = d P + (d V / V') D D'
 *
 * Welford (1962), Note on a Method for Calculating Corrected Sums of Squares and Products (d = 1); West (1979), Updating Mean and Variance
 * Estimates (weights). Two parts, the later of b observations: Chan, Golub and LeVeque (1979), Updating Formulae and a Pairwise Algorithm for
 * Computing Sample Variances. Nothing is subtracted that is large, so that no digits are lost. Costs n^2 / 2 an observation.
 */
import { Fault } from '../values/fault.ts';

export interface RunningKind {
  /** Number of assets, n. */
  readonly size: number;
  /** d, above 0 to 1; 1 weighs all observations the same. */
  readonly decay: number;
  /** Of the covariance: around the mean under the weights, or around zero (RiskMetrics). */
  readonly centre: 'mean' | 'zero';
}

/** Everything there is to know, as plain values that survive JSON and a structured clone. */
export interface RunningState extends RunningKind {
  readonly count: number;
  /** V. */
  readonly weight: number;
  /** (n) m. */
  readonly means: readonly number[];
  /** n (n + 1) / 2: the lower triangle of P by rows, around the mean whatever `centre` is. */
  readonly products: readonly number[];
}

export class RunningMoments {
  readonly kind: RunningKind;
  #count = 0;
  #weight = 0;
  readonly #means: Float64Array;
  readonly #products: Float64Array;

  /** @throws Fault INVALID_ARGUMENT for a size that is no whole number from 1, or a decay that is not above 0 to 1. */
  constructor(kind: RunningKind) {
    const { size, decay, centre } = kind;
    if (!(Number.isInteger(size) && size >= 1)) throw refused('size', 'must be a whole number from 1', size);
    if (!(decay > 0 && decay <= 1)) throw refused('decay', 'must be above 0 and at most 1', decay);
    this.kind = { size, decay, centre };
    this.#means = new Float64Array(size);
    this.#products = new Float64Array((size * (size + 1)) / 2);
  }

  /** @throws Fault INVALID_ARGUMENT when the parts do not fit each other or are not finite. */
  static restored(state: RunningState): RunningMoments {
    const moments = new RunningMoments(state);
    const { count, weight, means, products } = state;
    if (!(Number.isSafeInteger(count) && count >= 0)) throw refused('count', 'must be a whole number from 0', count);
    if (!(weight >= 0 && weight < Infinity)) throw refused('weight', 'must be finite and not negative', weight);
    // Each observation weighs 1 when it comes, and less afterwards.
    const most = moments.kind.decay === 1 ? count : Math.min(count, 1 / (1 - moments.kind.decay));
    const isSound = weight <= most * (1 + 1e-9) && weight >= (count === 0 ? 0 : 1);
    if (!isSound) throw refused('weight', `must be what ${String(count)} observations weigh`, weight);
    moments.#count = count;
    moments.#weight = weight;
    fill(moments.#means, means, 'means');
    fill(moments.#products, products, 'products');
    return moments;
  }

  /** Observations so far. */
  get count(): number {
    return this.#count;
  }

  /** V: what the observations weigh, the newest 1. */
  get weight(): number {
    return this.#weight;
  }

  /** @throws Fault INVALID_ARGUMENT, and changes nothing, when an entry is missing or not finite. */
  add(observation: Float64Array): void {
    const { size, decay } = this.kind;
    if (observation.length !== size) throw refused('', `must hold ${String(size)} numbers`, observation.length);
    const wrong = observation.findIndex((each) => !Number.isFinite(each));
    if (wrong >= 0) throw refused(`[${String(wrong)}]`, 'must be a finite number', observation[wrong]!);
    const [means, products] = [this.#means, this.#products];
    const before = decay * this.#weight;
    const weight = before + 1;
    const difference = observation.map((each, i) => each - means[i]!);
    const share = before / weight;
    let at = 0;
    for (let i = 0; i < size; i += 1) {
      const own = share * difference[i]!;
      for (let j = 0; j <= i; j += 1, at += 1) products[at] = decay * products[at]! + own * difference[j]!;
      means[i] = means[i]! + difference[i]! / weight;
    }
    this.#weight = weight;
    this.#count += 1;
  }

  /** The moments of these observations followed by those of `later`, new. @throws Fault INVALID_ARGUMENT when the kinds differ. */
  followedBy(later: RunningMoments): RunningMoments {
    const { size, decay, centre } = this.kind;
    if (size !== later.kind.size || decay !== later.kind.decay || centre !== later.kind.centre)
      throw refused('kind', 'must be the same for both parts', JSON.stringify(later.kind));
    const merged = new RunningMoments(this.kind);
    const aged = decay ** later.#count;
    const earlier = aged * this.#weight;
    const weight = earlier + later.#weight;
    if (weight === 0) return merged;
    const difference = later.#means.map((each, i) => each - this.#means[i]!);
    const share = (earlier * later.#weight) / weight;
    let at = 0;
    for (let i = 0; i < size; i += 1) {
      for (let j = 0; j <= i; j += 1, at += 1) {
        const between = share * difference[i]! * difference[j]!;
        merged.#products[at] = aged * this.#products[at]! + later.#products[at]! + between;
      }
      merged.#means[i] = this.#means[i]! + (later.#weight / weight) * difference[i]!;
    }
    merged.#weight = weight;
    merged.#count = this.#count + later.#count;
    return merged;
  }

  /** (n) mean under the weights, per observation; zeros without any. */
  means(): Float64Array {
    return Float64Array.from(this.#means);
  }

  /** What products are divided by: count - 1 without decay (unbiased), V with it (no correction); not positive while it is too early. */
  get divisor(): number {
    return this.kind.decay === 1 ? this.#count - (this.kind.centre === 'zero' ? 0 : 1) : this.#weight;
  }

  /** Observations from which a covariance is told: 2, as the batch estimators ask. */
  get isReady(): boolean {
    return this.#count >= 2;
  }

  /** n x n row-major, of so many observations together. @throws Fault INSUFFICIENT_HISTORY with fewer than 2 observations. */
  covariance(observations = 1): Float64Array {
    const { size, centre } = this.kind;
    if (!this.isReady) {
      const description = `a covariance needs at least 2 observations; there are ${String(this.#count)}`;
      throw new Fault('INSUFFICIENT_HISTORY', description, {}, [{ field: 'observations', description }]);
    }
    const entries = new Float64Array(size * size);
    const around = centre === 'zero' ? this.#weight : 0;
    const [means, products] = [this.#means, this.#products];
    const factor = observations / this.divisor;
    let at = 0;
    for (let i = 0; i < size; i += 1) {
      const own = around * means[i]!;
      for (let j = 0; j <= i; j += 1, at += 1) {
        const value = (products[at]! + own * means[j]!) * factor;
        entries[i * size + j] = value;
        entries[j * size + i] = value;
      }
    }
    return entries;
  }

  state(): RunningState {
    const means = Array.from(this.#means);
    const products = Array.from(this.#products);
    return { ...this.kind, count: this.#count, weight: this.#weight, means, products };
  }

  /** Numbers that `pack` gives: count, weight, means and products. */
  static packedLength(size: number): number {
    return 2 + size + (size * (size + 1)) / 2;
  }

  /** The state without its kind, in one array, for states that are large or many. */
  pack(): Float64Array {
    const numbers = new Float64Array(RunningMoments.packedLength(this.kind.size));
    numbers[0] = this.#count;
    numbers[1] = this.#weight;
    numbers.set(this.#means, 2);
    numbers.set(this.#products, 2 + this.kind.size);
    return numbers;
  }

  /** @throws Fault INVALID_ARGUMENT when the numbers do not fit the kind or are not finite. */
  static unpack(kind: RunningKind, numbers: Float64Array): RunningMoments {
    const [count = NaN, weight = NaN] = numbers;
    const means = Array.from(numbers.subarray(2, 2 + kind.size));
    const products = Array.from(numbers.subarray(2 + kind.size));
    return RunningMoments.restored({ ...kind, count, weight, means, products });
  }
}

function fill(target: Float64Array, values: readonly number[], field: string): void {
  if (values.length !== target.length || !values.every(Number.isFinite))
    throw refused(field, `must hold ${String(target.length)} finite numbers`, values.length);
  target.set(values);
}

function refused(field: string, rule: string, got: unknown): Fault {
  const description = `${rule}; got ${String(got)}`;
  return new Fault('INVALID_ARGUMENT', description, {}, [{ field, description }]);
}
