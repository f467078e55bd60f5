/**
 * The auxiliaries (a, s, v) of 3/2-power costs, taken out of the Newton system asset by asset: what is left is a number on the diagonal of
 * the asset. W^-2 of a cone is (2 J w w' J - J) / eta^2; with w0^2 - w1^2 - w2^2 = 1 every pivot below comes out as a sum of positive terms.
 */
import type { ConeShape, Scaling } from './cone-scaling.ts';
import type { ConicForm, Impact } from './conic-form.ts';

/** Rows of both cones of every impact, in the order in which `Scaling` knows them: behind those of the norms. */
export function impactCones(form: ConicForm): ConeShape['cones'] {
  return form.impacts.flatMap(({ start }) => [
    { start, dimension: 3 },
    { start: start + 3, dimension: 3 },
  ]);
}

/** What elimination left of each impact; v first, then s, then a. */
interface Pivots {
  /** Of v and what its row holds of s and a, divided by it. */
  v: number;
  vs: number;
  va: number;
  s: number;
  /** What the row of s holds of a, divided by its pivot. */
  sa: number;
  a: number;
  /** What the row of a holds of the weight. */
  pull: number;
}

/** w0 + sign w1 without cancellation. */
function headAnd(w: Float64Array, sign: 1 | -1): number {
  const next = sign * w[1]!;
  return next >= 0 ? w[0]! + next : (1 + w[2]! * w[2]!) / (w[0]! - next);
}

export class ImpactBlocks {
  private readonly form: ConicForm;
  private readonly pivots: readonly Pivots[];
  /** Right sides of (a, s, v) between `reduce` and `recover`. */
  private readonly rest: Float64Array;
  private scaling!: Scaling;
  private inverse: Float64Array = new Float64Array(0);

  constructor(form: ConicForm) {
    this.form = form;
    this.pivots = form.impacts.map(() => ({ v: 1, vs: 0, va: 0, s: 1, sa: 0, a: 1, pull: 0 }));
    this.rest = new Float64Array(3 * form.impacts.length);
  }

  /** Adds to `diagonal` (n) what the impacts leave on their assets. `inverse`: 1 / W^2 of the linear rows. */
  factorize(scaling: Scaling, inverse: Float64Array, diagonal: Float64Array): void {
    this.scaling = scaling;
    this.inverse = inverse;
    this.form.impacts.forEach(({ asset, unit, buyRow, sellRow }, j) => {
      const pivots = this.pivots[j]!;
      const own = this.curvature(j, pivots);
      const buying = inverse[buyRow]!;
      const selling = inverse[sellRow]!;
      const both = buying + selling;
      pivots.a = both + own;
      pivots.pull = (selling - buying) / unit;
      diagonal[asset] = diagonal[asset]! + (4 * buying * selling + both * own) / pivots.a / (unit * unit);
    });
  }

  /** Takes v and s out of both cones. @returns what they leave on a. */
  private curvature(j: number, pivots: Pivots): number {
    const first = this.coneOf(j, 0);
    const second = this.coneOf(j, 1);
    const one = 1 / (first.eta * first.eta);
    const two = 1 / (second.eta * second.eta);
    const sum = headAnd(first.w, 1);
    const tail = first.w[2]!;
    pivots.v = 2 * sum * sum * one;
    pivots.vs = (tail / sum) ** 2;
    pivots.va = (-2 * tail) / sum;
    const gap = headAnd(second.w, -1);
    // [a s] of the first cone without v, then of the second.
    const [aa1, as1, ss1] = [4 * one, (-4 * tail * one) / sum, (2 * one * (1 + 2 * tail * tail)) / (sum * sum)];
    const bend = second.w[2]!;
    const [aa2, as2, ss2] = [2 * two * gap * gap, -4 * two * bend * gap, 4 * two * (1 + 2 * bend * bend)];
    const [least1, least2] = [(8 * one * one) / (sum * sum), 8 * two * two * gap * gap];
    const mixed = Math.max(aa1 * ss2 + aa2 * ss1 - 2 * as1 * as2, 2 * Math.sqrt(least1 * least2));
    pivots.s = ss1 + ss2;
    pivots.sa = (as1 + as2) / pivots.s;
    return (least1 + least2 + mixed) / pivots.s;
  }

  private coneOf(j: number, which: 0 | 1) {
    return this.scaling.cones[this.form.cones.length + 2 * j + which]!;
  }

  /** Adds to `right` (n) what the right sides f of the auxiliaries and g of the impacts' rows leave on the assets. */
  reduce(f: Float64Array, g: Float64Array, right: Float64Array): void {
    if (this.form.impacts.length === 0) return;
    const { rest, inverse } = this;
    const pressed = new Float64Array(6);
    this.form.impacts.forEach((impact, j) => {
      const { asset, unit, column, buyRow, sellRow } = impact;
      const { va, vs, sa, a, pull } = this.pivots[j]!;
      this.press(impact, j, g, pressed, 0);
      const buying = inverse[buyRow]! * g[buyRow]!;
      const selling = inverse[sellRow]! * g[sellRow]!;
      const v = f[column + 2]! - pressed[0]! + pressed[1]!;
      const s = f[column + 1]! - pressed[0]! - pressed[1]! - 2 * pressed[5]! - vs * v;
      const last = f[column]! - 2 * pressed[2]! - pressed[3]! - pressed[4]! - buying - selling - va * v - sa * s;
      rest[3 * j] = last;
      rest[3 * j + 1] = s;
      rest[3 * j + 2] = v;
      right[asset] = right[asset]! + (buying - selling) / unit - (pull * last) / a;
    });
  }

  /** Fills in the auxiliaries of x, whose weights are known. */
  recover(x: Float64Array): void {
    const { rest } = this;
    this.form.impacts.forEach(({ asset, column }, j) => {
      const { v, vs, va, s, sa, a, pull } = this.pivots[j]!;
      const above = (rest[3 * j]! - pull * x[asset]!) / a;
      const root = rest[3 * j + 1]! / s - sa * above;
      x[column] = above;
      x[column + 1] = root;
      x[column + 2] = rest[3 * j + 2]! / v - va * above - vs * root;
    });
  }

  /** z = W^-2 (A x - g) on the cones' rows. */
  price(reached: Float64Array, z: Float64Array): void {
    this.form.impacts.forEach((impact, j) => this.press(impact, j, reached, z, impact.start));
  }

  /** out[at ...] = W^-2 of the six cone rows of `values`. */
  private press({ start }: Impact, j: number, values: Float64Array, out: Float64Array, at: number): void {
    for (const which of [0, 1] as const) {
      const { eta, w } = this.coneOf(j, which);
      const from = start + 3 * which;
      const to = at + 3 * which;
      const [head, next, last] = [values[from]!, values[from + 1]!, values[from + 2]!];
      const unit = 1 / (eta * eta);
      const inner = 2 * (w[0]! * head - w[1]! * next - w[2]! * last);
      out[to] = unit * (w[0]! * inner - head);
      out[to + 1] = unit * (next - w[1]! * inner);
      out[to + 2] = unit * (last - w[2]! * inner);
    }
  }
}
