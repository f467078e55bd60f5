/**
 * The excesses of soft norms, taken out of the Newton system one by one. W^-2 of a cone is (2 v v' - J) / eta^2 with v = J w; without the
 * excess its tail keeps I / eta^2 + theta w1 w1', where theta is below zero once the norm is above its bound: a length does not curve
 * along its own direction. Then the term is taken off after the factorization; see `Deflation`.
 */
import { addRoot } from './atoms.ts';
import type { Border } from './bordered-system.ts';
import type { Scaling } from './cone-scaling.ts';
import type { ConicForm } from './conic-form.ts';
import type { Subtracted } from './deflation.ts';

interface SoftCone {
  /** Among the cones. */
  readonly index: number;
  readonly column: number;
  readonly floor: number;
  /** (n) L w1 / scale. */
  coefficients: Float64Array;
  theta: number;
  /** Of the excess. */
  pivot: number;
  /** 1 / W^2 of the floor. */
  at: number;
  rest: number;
}

export class SoftCones {
  private readonly form: ConicForm;
  private readonly softs: readonly SoftCone[];
  private readonly byCone: readonly (SoftCone | undefined)[];
  private scaling!: Scaling;

  constructor(form: ConicForm) {
    this.form = form;
    this.byCone = form.cones.map(({ excess }, index) =>
      excess.column < 0
        ? undefined
        : { index, ...excess, coefficients: new Float64Array(form.n), theta: 0, pivot: 1, at: 0, rest: 0 },
    );
    this.softs = this.byCone.flatMap((soft) => soft ?? []);
  }

  factorize(scaling: Scaling, inverse: Float64Array): void {
    this.scaling = scaling;
    for (const soft of this.softs) {
      const { pieces, scale } = this.form.cones[soft.index]!;
      const { eta, w } = scaling.cones[soft.index]!;
      soft.coefficients = new Float64Array(this.form.n);
      addRoot(pieces, 1 / scale, w, 1, soft.coefficients);
      const unit = 1 / (eta * eta);
      soft.at = soft.floor < 0 ? 0 : inverse[soft.floor]!;
      soft.pivot = soft.at + (2 * w[0]! * w[0]! - 1) * unit;
      soft.theta = (2 * unit * (soft.at - unit)) / soft.pivot;
    }
  }

  /** The border of a soft cone: silent where its term is taken off later; undefined for a hard one. */
  border(index: number): Border | undefined {
    const soft = this.byCone[index];
    if (soft === undefined) return undefined;
    const { theta, coefficients } = soft;
    if (theta > Number.MIN_VALUE) return { coefficients, diagonal: 1 / theta };
    return { coefficients: new Float64Array(this.form.n), diagonal: 1 };
  }

  /** What is to be taken off. */
  get subtracted(): readonly Subtracted[] {
    return this.softs.flatMap(({ theta, coefficients }) => (theta < 0 ? [{ coefficients, weight: -theta }] : []));
  }

  /** Adds to `right` (n) what the right sides f of the excess and g of its rows leave. @returns whether the cone is soft. */
  reduce(index: number, f: Float64Array, g: Float64Array, right: Float64Array): boolean {
    const soft = this.byCone[index];
    if (soft === undefined) return false;
    const { start, dimension } = this.form.cones[index]!;
    const { eta, w } = this.scaling.cones[index]!;
    soft.rest = f[soft.column]!;
    let inner = 0;
    for (let r = 1; r < dimension; r++) inner += w[r]! * g[start + r]!;
    const floor = soft.floor < 0 ? 0 : g[soft.floor]!;
    const pushed = soft.rest + soft.at * (g[start]! - floor);
    const factor = (2 * w[0]! * pushed) / (eta * eta * soft.pivot) - soft.theta * inner;
    soft.coefficients.forEach((value, i) => (right[i] = right[i]! + factor * value));
    return true;
  }

  /** Fills in the excess of x and the prices z of the cone's rows from `reached`, the rows' A x - g without excesses. */
  recover(index: number, x: Float64Array, reached: Float64Array, z: Float64Array): boolean {
    const soft = this.byCone[index];
    if (soft === undefined) return false;
    const { start, dimension } = this.form.cones[index]!;
    const { eta, w } = this.scaling.cones[index]!;
    const unit = 1 / (eta * eta);
    let inner = 0;
    for (let r = 1; r < dimension; r++) inner += w[r]! * reached[start + r]!;
    const floor = soft.floor < 0 ? 0 : reached[soft.floor]!;
    const own = (2 * w[0]! * w[0]! - 1) * unit;
    const excess = (soft.rest + own * reached[start]! + soft.at * floor - 2 * w[0]! * unit * inner) / soft.pivot;
    x[soft.column] = excess;
    const head = reached[start]! - excess;
    const price = 2 * unit * (w[0]! * head - inner);
    z[start] = w[0]! * price - unit * head;
    for (let r = 1; r < dimension; r++) z[start + r] = unit * reached[start + r]! - w[r]! * price;
    if (soft.floor >= 0) z[soft.floor] = soft.at * (floor - excess);
    return true;
  }
}
