/**
 * Products, inverses, step lengths and Nesterov-Todd scalings of the cone {0}^e x R+^m x Q^d1 x Q^d2 x ... that vectors of rows live in.
 * Vandenberghe, The CVXOPT linear and quadratic cone program solvers (2010), 4-5.
 */
import type { ConeBlock } from './conic-form.ts';

export interface ConeShape {
  readonly equations: number;
  readonly inequalities: number;
  readonly cones: readonly Pick<ConeBlock, 'start' | 'dimension'>[];
  readonly total: number;
}

/** Number of barrier terms. */
export function degreeOf(shape: ConeShape): number {
  return shape.inequalities + shape.cones.length;
}

/** z0^2 - |z1|^2 without the cancellation. */
export function hyperbolic(v: Float64Array, start: number, dimension: number): number {
  let tail = 0;
  for (let k = start + 1; k < start + dimension; k++) tail += v[k]! * v[k]!;
  const length = Math.sqrt(tail);
  return (v[start]! - length) * (v[start]! + length);
}

/** W of one second-order cone: eta [w0 w1'; w1 I + w1 w1' / (1 + w0)]. */
interface ConeScaling {
  eta: number;
  readonly w: Float64Array;
}

/** The scaling with W z = W^-1 s = lambda. */
export class Scaling {
  readonly shape: ConeShape;
  /** W of an inequality: sqrt(s / z); indexed by row. */
  readonly diagonal: Float64Array;
  readonly lambda: Float64Array;
  readonly cones: ConeScaling[];

  constructor(shape: ConeShape) {
    this.shape = shape;
    this.diagonal = new Float64Array(shape.equations + shape.inequalities).fill(1, shape.equations);
    this.lambda = new Float64Array(shape.total);
    this.cones = shape.cones.map((cone) => {
      const w = new Float64Array(cone.dimension);
      w[0] = 1;
      return { eta: 1, w };
    });
  }

  /** @returns false when a point has left the interior, so that no scaling exists. */
  update(s: Float64Array, z: Float64Array): boolean {
    const { shape, lambda } = this;
    for (let r = shape.equations; r < shape.equations + shape.inequalities; r++) {
      if (!(s[r]! > 0 && z[r]! > 0)) return false;
      this.diagonal[r] = Math.sqrt(s[r]! / z[r]!);
      lambda[r] = Math.sqrt(s[r]! * z[r]!);
    }
    for (let k = 0; k < shape.cones.length; k++) {
      const { start, dimension } = shape.cones[k]!;
      const sSize = hyperbolic(s, start, dimension);
      const zSize = hyperbolic(z, start, dimension);
      if (!(sSize > 0 && zSize > 0)) return false;
      const scaling = this.cones[k]!;
      const sRoot = Math.sqrt(sSize);
      const zRoot = Math.sqrt(zSize);
      let inner = 0;
      for (let i = 0; i < dimension; i++) inner += (s[start + i]! / sRoot) * (z[start + i]! / zRoot);
      const gamma = Math.sqrt((1 + inner) / 2);
      let tail = 0;
      for (let i = 0; i < dimension; i++) {
        const sign = i === 0 ? 1 : -1;
        const value = (s[start + i]! / sRoot + (sign * z[start + i]!) / zRoot) / (2 * gamma);
        scaling.w[i] = value;
        if (i > 0) tail += value * value;
      }
      scaling.w[0] = Math.sqrt(1 + tail);
      scaling.eta = Math.sqrt(sRoot / zRoot);
    }
    this.multiply(z, lambda);
    return true;
  }

  /** out = W v. */
  multiply(v: Float64Array, out: Float64Array): void {
    this.applyWith(v, out, false);
  }

  /** out = W^-1 v. */
  divide(v: Float64Array, out: Float64Array): void {
    this.applyWith(v, out, true);
  }

  private applyWith(v: Float64Array, out: Float64Array, inverse: boolean): void {
    const { shape, diagonal } = this;
    for (let r = 0; r < shape.equations; r++) out[r] = 0;
    for (let r = shape.equations; r < diagonal.length; r++)
      out[r] = inverse ? v[r]! / diagonal[r]! : v[r]! * diagonal[r]!;
    shape.cones.forEach(({ start, dimension }, k) => {
      const { eta, w } = this.cones[k]!;
      const sign = inverse ? -1 : 1;
      const factor = inverse ? 1 / eta : eta;
      const head = v[start]!;
      let tail = 0;
      for (let i = 1; i < dimension; i++) tail += sign * w[i]! * v[start + i]!;
      const shared = head + tail / (1 + w[0]!);
      out[start] = factor * (w[0]! * head + tail);
      for (let i = 1; i < dimension; i++) out[start + i] = factor * (v[start + i]! + sign * w[i]! * shared);
    });
  }

  /** out += factor W^2 v (inverse: W^-2), equations left alone. */
  addSquared(factor: number, v: Float64Array, out: Float64Array, inverse: boolean): void {
    const { shape, diagonal } = this;
    for (let r = shape.equations; r < diagonal.length; r++) {
      const square = diagonal[r]! * diagonal[r]!;
      out[r] = out[r]! + factor * (inverse ? v[r]! / square : v[r]! * square);
    }
    this.addConesSquared(factor, v, out, inverse);
  }

  addConesSquared(factor: number, v: Float64Array, out: Float64Array, inverse: boolean): void {
    this.shape.cones.forEach(({ start, dimension }, k) => {
      const { eta, w } = this.cones[k]!;
      const sign = inverse ? -1 : 1;
      const scale = factor * (inverse ? 1 / (eta * eta) : eta * eta);
      let inner = w[0]! * v[start]!;
      for (let i = 1; i < dimension; i++) inner += sign * w[i]! * v[start + i]!;
      out[start] = out[start]! + scale * (2 * w[0]! * inner - v[start]!);
      for (let i = 1; i < dimension; i++)
        out[start + i] = out[start + i]! + scale * (2 * sign * w[i]! * inner + v[start + i]!);
    });
  }
}

/** The identity of the cone, scaled: e in the nonnegative rows, (1, 0) in each second-order cone. */
export function addIdentity(shape: ConeShape, factor: number, out: Float64Array): void {
  for (let r = shape.equations; r < shape.equations + shape.inequalities; r++) out[r] = out[r]! + factor;
  for (const { start } of shape.cones) out[start] = out[start]! + factor;
}

/** out = u o v, the Jordan product. */
export function circle(shape: ConeShape, u: Float64Array, v: Float64Array, out: Float64Array): void {
  for (let r = shape.equations; r < shape.equations + shape.inequalities; r++) out[r] = u[r]! * v[r]!;
  for (const { start, dimension } of shape.cones) {
    const u0 = u[start]!;
    const v0 = v[start]!;
    let inner = 0;
    for (let i = 0; i < dimension; i++) inner += u[start + i]! * v[start + i]!;
    for (let i = 1; i < dimension; i++) out[start + i] = u0 * v[start + i]! + v0 * u[start + i]!;
    out[start] = inner;
  }
}

/** out = x with lambda o x = d. */
export function uncircle(shape: ConeShape, lambda: Float64Array, d: Float64Array, out: Float64Array): void {
  for (let r = shape.equations; r < shape.equations + shape.inequalities; r++) out[r] = d[r]! / lambda[r]!;
  for (const { start, dimension } of shape.cones) {
    const determinant = hyperbolic(lambda, start, dimension);
    let inner = lambda[start]! * d[start]!;
    for (let i = 1; i < dimension; i++) inner -= lambda[start + i]! * d[start + i]!;
    const head = inner / determinant;
    const l0 = lambda[start]!;
    for (let i = 1; i < dimension; i++) out[start + i] = (d[start + i]! - head * lambda[start + i]!) / l0;
    out[start] = head;
  }
}

/** Largest step in (0, most] that keeps v + step d in the cone. */
export function stepToBoundary(shape: ConeShape, v: Float64Array, d: Float64Array, most: number): number {
  let step = most;
  for (let r = shape.equations; r < shape.equations + shape.inequalities; r++)
    if (d[r]! < 0) step = Math.min(step, -v[r]! / d[r]!);
  for (const { start, dimension } of shape.cones) step = Math.min(step, coneStep(v, d, start, dimension, step));
  return step;
}

/** Smallest positive root of the boundary's quadratic along v + t d. */
function coneStep(v: Float64Array, d: Float64Array, start: number, dimension: number, most: number): number {
  const a = hyperbolic(d, start, dimension);
  const c = Math.max(hyperbolic(v, start, dimension), 0);
  let b = v[start]! * d[start]!;
  for (let i = 1; i < dimension; i++) b -= v[start + i]! * d[start + i]!;
  const under = b * b - a * c;
  let step = most;
  if (under >= 0) {
    const root = Math.sqrt(under);
    const larger = b >= 0 ? -b - root : -b + root;
    for (const candidate of [a === 0 ? Infinity : larger / a, larger === 0 ? Infinity : c / larger])
      if (candidate > 0 && candidate < step) step = candidate;
  }
  if (d[start]! < 0) step = Math.min(step, -v[start]! / d[start]!);
  return step;
}

/** Distance to move v along the identity until it is inside the cone: negative when inside already. */
export function outside(shape: ConeShape, v: Float64Array): number {
  let worst = -Infinity;
  for (let r = shape.equations; r < shape.equations + shape.inequalities; r++) worst = Math.max(worst, -v[r]!);
  for (const { start, dimension } of shape.cones) {
    let tail = 0;
    for (let i = 1; i < dimension; i++) tail += v[start + i]! * v[start + i]!;
    worst = Math.max(worst, Math.sqrt(tail) - v[start]!);
  }
  return worst;
}
