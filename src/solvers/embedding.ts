/**
 * Homogeneous embedding of a quadratic cone program and its predictor-corrector steps. Optimal points and proofs of infeasibility or
 * unboundedness are limits of the same iteration: tau > 0 gives a solution, kappa > 0 a proof.
 * Goulart and Chen, Clarabel (2024), 2-3; Mehrotra (1992); Andersen and Ye (1999); Nesterov and Todd (1997).
 */
import type { Checkpoint } from '../math/checkpoint.ts';
import { dot, maxAbs } from '../math/vectors.ts';
import {
  Scaling,
  addIdentity,
  circle,
  degreeOf,
  outside,
  stepToBoundary,
  uncircle,
  type ConeShape,
} from './cone-scaling.ts';
import type { ConicForm } from './conic-form.ts';
import { impactCones } from './impact-blocks.ts';
import { NewtonSystem, type Attempt, addObjectiveTimes, addRowsTimes, addRowsTransposed } from './newton-system.ts';

/** Share of the way to the boundary that a step takes. */
const boundaryShare = 0.99;
/** Factorizations tried in turn until one solves well enough. */
const attempts: readonly Attempt[] = [
  { shift: 1e-11, decouple: true, whole: false },
  { shift: 1e-13, decouple: false, whole: false },
  { shift: 1e-11, decouple: false, whole: true },
  { shift: 1e-13, decouple: false, whole: true },
  { shift: 1e-9, decouple: false, whole: true },
  { shift: 1e-7, decouple: false, whole: true },
];
const carefulAttempts: readonly Attempt[] = [
  { shift: 1e-13, decouple: false, whole: false, condensed: true },
  { shift: 1e-11, decouple: false, whole: false, condensed: true },
  ...attempts,
];
/** A system solved worse than this, relative, gives no direction. */
const qualityMax = 1e-3;
const qualityFirst = 1e-6;

export interface Progress {
  /** Scaled objective at x / tau. */
  readonly objective: number;
  /** Relative to the sizes of the terms of each residual. */
  readonly primal: number;
  readonly dual: number;
  readonly gap: number;
}

export class Embedding {
  readonly form: ConicForm;
  readonly shape: ConeShape;
  readonly x: Float64Array;
  readonly z: Float64Array;
  readonly s: Float64Array;
  tau = 1;
  kappa = 1;
  private readonly scaling: Scaling;
  private readonly system: NewtonSystem;
  private residualX: Float64Array = new Float64Array(0);
  private residualZ: Float64Array = new Float64Array(0);
  private residualTau = 0;
  private px: Float64Array = new Float64Array(0);
  private readonly attempts: readonly Attempt[];

  /**
   * @param checkpoint what it throws out of `step` leaves the point where it was.
   * @param careful whether to begin with the dearer factorization that loses fewer digits
   */
  constructor(form: ConicForm, checkpoint: Checkpoint, careful = false) {
    this.attempts = careful ? carefulAttempts : attempts;
    this.form = form;
    const total = form.b.length;
    const { equations, inequalities } = form;
    this.shape = { equations, inequalities, cones: [...form.cones, ...impactCones(form)], total };
    this.x = new Float64Array(form.q.length);
    this.z = new Float64Array(total);
    this.s = new Float64Array(total);
    this.scaling = new Scaling(this.shape);
    this.system = new NewtonSystem(form, checkpoint);
    this.start();
  }

  /** The least-squares start: the system with W = I, then both s and z are pushed into the cone. */
  private start(): void {
    const { shape, form, x, z, s } = this;
    this.system.factorize(this.scaling, this.attempts[0]!);
    x.set(form.q.map((value) => -value));
    z.set(form.b);
    this.system.solve(x, z);
    for (let r = shape.equations; r < shape.total; r++) s[r] = -z[r]!;
    for (const v of [s, z]) {
      const distance = outside(shape, v);
      if (distance > -1e-8 * Math.max(1, maxAbs(v))) addIdentity(shape, 1 + Math.max(distance, 0), v);
    }
  }

  /** Residuals at the point as it stands; call before `step`. */
  measure(): Progress {
    const { form, shape, x, z, s, tau } = this;
    const px = new Float64Array(x.length);
    addObjectiveTimes(form, 1, x, px);
    const pull = new Float64Array(x.length);
    addRowsTransposed(form, 1, z, pull);
    const reach = new Float64Array(shape.total);
    addRowsTimes(form, 1, x, reach);
    const qx = dot(form.q, x);
    const bz = dot(form.b, z);
    const xPx = dot(x, px);
    this.px = px;
    this.residualX = px.map((value, i) => value + pull[i]! + form.q[i]! * tau);
    this.residualZ = reach.map((value, r) => value + s[r]! - form.b[r]! * tau);
    this.residualTau = this.kappa + qx + bz + xPx / tau;
    const objective = (0.5 * xPx) / tau / tau + qx / tau;
    const dual = (-0.5 * xPx) / tau / tau - bz / tau;
    const primalSize = Math.max(tau, maxAbs(reach), maxAbs(s), tau * maxAbs(form.b));
    const dualSize = Math.max(1e-3 * tau, maxAbs(px), maxAbs(pull), tau * maxAbs(form.q));
    return {
      objective,
      primal: maxAbs(this.residualZ) / primalSize,
      dual: maxAbs(this.residualX) / dualSize,
      gap: Math.abs(objective - dual) / Math.max(Math.abs(objective), Math.abs(dual), 1e-4),
    };
  }

  /** Weighted distance to the boundary. */
  private barrier(): number {
    return (dot(this.s, this.z) + this.tau * this.kappa) / (degreeOf(this.shape) + 1);
  }

  /** One predictor-corrector step. @returns the step taken; 0 when numbers no longer allow one. */
  step(): number {
    const { shape, scaling, s, z } = this;
    if (!scaling.update(s, z)) return 0;
    const mu = this.barrier();
    for (const attempt of this.attempts) {
      this.system.factorize(scaling, attempt);
      const constant = { x: this.form.q.map((value) => -value), z: Float64Array.from(this.form.b) };
      const quality = this.system.solve(constant.x, constant.z);
      if (!(quality < (attempt.whole || attempt.condensed === true ? qualityMax : qualityFirst))) continue;
      const lambdaSquared = new Float64Array(shape.total);
      circle(shape, scaling.lambda, scaling.lambda, lambdaSquared);
      const affine = this.direction(constant, lambdaSquared, this.tau * this.kappa, 1);
      const reach = Math.min(1, this.boundary(affine, 1));
      const sigma = (1 - reach) ** 3;
      const combined = this.corrected(constant, affine, lambdaSquared, sigma, mu);
      const step = Math.min(1, boundaryShare * this.boundary(combined, 1 / boundaryShare));
      if (!(step > 1e-9) || !Number.isFinite(step)) continue;
      this.move(combined, step);
      return step;
    }
    return 0;
  }

  private corrected(
    constant: Pair,
    affine: Direction,
    lambdaSquared: Float64Array,
    sigma: number,
    mu: number,
  ): Direction {
    const { shape, scaling } = this;
    const a = new Float64Array(shape.total);
    const b = new Float64Array(shape.total);
    scaling.divide(affine.s, a);
    scaling.multiply(affine.z, b);
    const target = new Float64Array(shape.total);
    circle(shape, a, b, target);
    for (let r = 0; r < target.length; r++) target[r] = target[r]! + lambdaSquared[r]!;
    addIdentity(shape, -sigma * mu, target);
    const kappaTarget = this.kappa * this.tau + affine.kappa * affine.tau - sigma * mu;
    return this.direction(constant, target, kappaTarget, 1 - sigma);
  }

  /** Solves for the direction whose complementarity target is (ds, dkappa) and that takes off `share` of the residuals. */
  private direction(constant: Pair, ds: Float64Array, dkappa: number, share: number): Direction {
    const { form, shape, scaling, tau, kappa } = this;
    const scaledTarget = new Float64Array(shape.total);
    uncircle(shape, scaling.lambda, ds, scaledTarget);
    const target = new Float64Array(shape.total);
    scaling.multiply(scaledTarget, target);
    const x = this.residualX.map((value) => -share * value);
    const z = this.residualZ.map((value, r) => target[r]! - share * value);
    this.system.solve(x, z);
    let slopeX = 0;
    let slopeConstant = 0;
    let curvature = 0;
    for (let i = 0; i < x.length; i++) {
      const slope = form.q[i]! + (2 * this.px[i]!) / tau;
      slopeX += slope * x[i]!;
      slopeConstant += slope * constant.x[i]!;
      curvature += (this.x[i]! * this.px[i]!) / tau / tau;
    }
    const above = -share * this.residualTau + dkappa / tau - slopeX - dot(form.b, z);
    const below = slopeConstant + dot(form.b, constant.z) - curvature - kappa / tau;
    const dtau = above / below;
    for (let i = 0; i < x.length; i++) x[i] = x[i]! + dtau * constant.x[i]!;
    for (let r = 0; r < z.length; r++) z[r] = z[r]! + dtau * constant.z[r]!;
    const s = new Float64Array(shape.total);
    scaling.addSquared(-1, z, s, false);
    for (let r = shape.equations; r < s.length; r++) s[r] = s[r]! - target[r]!;
    return { x, z, s, tau: dtau, kappa: -(dkappa + kappa * dtau) / tau };
  }

  private boundary(direction: Direction, most: number): number {
    let step = most;
    if (direction.tau < 0) step = Math.min(step, -this.tau / direction.tau);
    if (direction.kappa < 0) step = Math.min(step, -this.kappa / direction.kappa);
    step = stepToBoundary(this.shape, this.s, direction.s, step);
    return stepToBoundary(this.shape, this.z, direction.z, step);
  }

  private move(direction: Direction, step: number): void {
    const add = (target: Float64Array, change: Float64Array): void => {
      for (let i = 0; i < target.length; i++) target[i] = target[i]! + step * change[i]!;
    };
    add(this.x, direction.x);
    add(this.z, direction.z);
    add(this.s, direction.s);
    this.tau += step * direction.tau;
    this.kappa += step * direction.kappa;
    this.normalize();
  }

  /** The embedding is homogeneous: the point is kept near unit size. */
  private normalize(): void {
    const size = Math.max(this.tau, this.kappa);
    if (size > 1e-2 && size < 1e2) return;
    for (const v of [this.x, this.z, this.s]) for (let i = 0; i < v.length; i++) v[i] = v[i]! / size;
    this.tau /= size;
    this.kappa /= size;
  }
}

interface Pair {
  readonly x: Float64Array;
  readonly z: Float64Array;
}

interface Direction extends Pair {
  readonly s: Float64Array;
  readonly tau: number;
  readonly kappa: number;
}
