/**
 * The whole efficient frontier: the minimizers of  problem - lambda direction'w  for every lambda from infinity to 0, over bounds and
 * linear rows, as its corners, between which weights and multipliers are straight lines in lambda.
 *
 * Markowitz, The optimization of a quadratic function subject to linear constraints, Naval Research Logistics Quarterly 3 (1956);
 * Niedermayer and Niedermayer, Applying Markowitz's Critical Line Algorithm, Handbook of Portfolio Construction (2010);
 * Bailey and Lopez de Prado, An Open-Source Implementation of the Critical-Line Algorithm, Algorithms 6 (2013);
 * Best, An Algorithm for the Solution of the Parametric Quadratic Programming Problem (1996).
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { maxAbs } from '../../math/vectors.ts';
import { lacking } from '../../problem/features.ts';
import type { Problem } from '../../problem/problem.ts';
import type { InfeasibilityProof, Multipliers } from '../../problem/solution.ts';
import type { Support } from '../../problem/solver.ts';
import { verifyInfeasibility } from '../../problem/certificate-infeasibility.ts';
import { Interrupted, lookingAt } from '../interruption.ts';
import { Curvature } from './curvature.ts';
import { DenseFace } from './dense-face.ts';
import { descend, type DescentEnd } from './descent.ts';
import type { Face } from './face.ts';
import { FactorFace, isFactored } from './factor-face.ts';
import { Region } from './region.ts';
import { vertexOf } from './vertex.ts';
import { Walk } from './walk.ts';
import type { Standing } from './standing.ts';

/** A portfolio at which the set of free assets or active rows changes; the last stands at lambda = 0. */
export interface Corner {
  readonly lambda: number;
  readonly weights: Float64Array;
  /** Of the problem whose linear term is `problem.linear + lambda direction`. */
  readonly multipliers: Multipliers;
}

export type FrontierEnd = { readonly changes: number } & (
  | { readonly kind: 'traced' }
  | { readonly kind: 'infeasible'; readonly proof: InfeasibilityProof; readonly detail: string }
  /** The direction has no greatest value, or the problem no least one. */
  | { readonly kind: 'unbounded'; readonly detail: string }
  | { readonly kind: 'stopped'; readonly detail: string }
  /** Another method is to be asked. */
  | { readonly kind: 'gave-up'; readonly detail: string }
);

export const criticalLineId = 'critical-line';
const rowsMax = 500;

/** Whether the frontier of a problem can be traced. */
export function traces(problem: Problem): Support {
  const no = (why: string): Support => ({ yes: false, why });
  if (problem.quadratics.some(({ scale }) => scale < 0)) return no('a quadratic term is concave');
  const why = lacking(problem, []);
  if (why !== undefined) return no(why);
  if (problem.rows.length > rowsMax) return no(`it takes at most ${rowsMax} rows`);
  return { yes: true };
}

/**
 * Yields the corners from the greatest `direction`'w (n) to the least objective; at one lambda there are two where the weights jump. The
 * problem is one that passes the check before every solver and that `traces` takes.
 */
export function* traceCorners(
  problem: Problem,
  direction: Float64Array,
  interrupted: () => boolean,
): Generator<Corner, FrontierEnd, void> {
  const support = traces(problem);
  if (!support.yes) return { kind: 'gave-up', detail: support.why, changes: 0 };
  const counter = { changes: 0 };
  try {
    return yield* trace(problem, direction, lookingAt(interrupted), counter);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return { kind: 'stopped', detail: 'interrupted', ...counter };
  }
}

/** @throws Interrupted from `checkpoint`. */
function* trace(
  problem: Problem,
  direction: Float64Array,
  checkpoint: Checkpoint,
  counter: { changes: number },
): Generator<Corner, FrontierEnd, void> {
  checkpoint(Infinity);
  const crossing = problem.lower.findIndex((value, i) => value > problem.upper[i]!);
  if (crossing >= 0) return { kind: 'gave-up', detail: `the bounds of asset ${crossing} cross`, changes: 0 };
  const region = new Region(problem);
  const largest = maxAbs(direction);
  const unit = direction.map((value) => (largest > 0 ? value / largest : 0));
  const vertex = vertexOf(region, unit, checkpoint);
  if (vertex.kind === 'infeasible') return infeasible(problem, region, vertex.prices);
  if (vertex.kind === 'unbounded')
    return { kind: 'unbounded', detail: 'no portfolio has the greatest value: it grows without end', changes: 0 };
  if (vertex.kind === 'gave-up') return { ...vertex, changes: 0 };
  const { standing } = vertex;
  const curvature = new Curvature(problem, checkpoint);
  const face = faceOf(region, curvature);
  const free = Array.from(standing.side.keys()).filter((index) => standing.side[index] === 0 && index < region.n);
  const active = Array.from({ length: region.m }, (_, r) => r).filter((r) => standing.side[region.n + r] !== 0);
  if (!face.begin(free, active))
    return { kind: 'gave-up', detail: 'the rows at the start vertex are dependent to rounding', changes: 0 };
  const pinned = Uint8Array.from(standing.side, (_, index) => (region.isFixed(index) ? 1 : 0));
  const parts = { region, curvature, face, standing, linear: curvature.linear, checkpoint };
  const changesMax = 4 * (region.n + region.m) + 200;
  let walk = new Walk({ ...parts, direction: unit, pinned });
  if (walk.begin() === 'tied') {
    const end = decide(parts, walk.decided(), changesMax, counter);
    if (end !== 'done') return { ...endings[end], ...counter };
    walk = new Walk({ ...parts, direction: unit, pinned });
    if (walk.begin() === 'tied') return { ...endings.inaccurate, ...counter };
  }
  const lambdaSize = largest > 0 ? curvature.size / largest : 1;
  const steps = descend(walk, changesMax, counter);
  for (;;) {
    const step = steps.next();
    if (step.done === true)
      return step.value === 'done' ? { kind: 'traced', ...counter } : { ...endings[step.value], ...counter };
    yield cornerOf(walk, standing, curvature.size, lambdaSize);
  }
}

const endings = {
  unbounded: { kind: 'unbounded', detail: 'the objective falls without end' },
  singular: { kind: 'gave-up', detail: 'the covariance of the free assets is singular to rounding' },
  endless: { kind: 'gave-up', detail: 'the changes at one lambda do not end' },
  inaccurate: { kind: 'gave-up', detail: 'rounding has made a corner too inaccurate' },
} as const satisfies Record<Exclude<DescentEnd, 'done'>, object>;

function faceOf(region: Region, curvature: Curvature): Face {
  return isFactored(region, curvature) ? new FactorFace(region, curvature) : new DenseFace(region, curvature);
}

/**
 * Where several portfolios have the greatest return, the one of least objective among them, found in the same way: on their face the
 * vertex at hand is the greatest in a direction made for it.
 */
function decide(
  parts: Omit<ConstructorParameters<typeof Walk>[0], 'direction' | 'pinned'>,
  pinned: Uint8Array,
  changesMax: number,
  counter: { changes: number },
): DescentEnd {
  const { region, standing } = parts;
  const { n, m } = region;
  const direction = new Float64Array(n);
  const prices = new Float64Array(m);
  for (let index = 0; index < n + m; index++) {
    if (pinned[index] === 1) continue;
    const side = standing.side[index]!;
    if (index < n) direction[index] = side;
    else prices[index - n] = side;
  }
  region.addTransposed(prices, direction);
  const largest = maxAbs(direction);
  if (largest > 0) for (let i = 0; i < n; i++) direction[i] = direction[i]! / largest;
  const walk = new Walk({ ...parts, direction, pinned });
  if (walk.begin() === 'tied') return 'inaccurate';
  const steps = descend(walk, changesMax, counter);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function cornerOf(walk: Walk, standing: Standing, size: number, lambdaSize: number): Corner {
  const { region, side, w } = standing;
  const { n, m, lower, upper, rowSize } = region;
  const weights = new Float64Array(n);
  const rows = new Float64Array(m);
  const bounds = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    weights[i] = Math.min(Math.max(w[i]!, lower[i]!), upper[i]!);
    const held = side[i]!;
    // A multiplier of the wrong sign is rounding.
    if (held !== 0 && (held * walk.g[i]! < 0 || lower[i] === upper[i])) bounds[i] = -walk.g[i]! * size;
  }
  for (let r = 0; r < m; r++) {
    const held = side[n + r]!;
    if (held !== 0 && (held * walk.y[r]! > 0 || region.isFixed(n + r))) rows[r] = (walk.y[r]! * size) / rowSize[r]!;
  }
  const none = new Float64Array(0);
  return { lambda: walk.lambda * lambdaSize, weights, multipliers: { rows, bounds, norms: none, tradeLimits: none } };
}

/** Prices under which no weights within their bounds meet the rows. */
function infeasible(problem: Problem, region: Region, prices: Float64Array): FrontierEnd {
  const pull = new Float64Array(region.n);
  region.addTransposed(prices, pull);
  const none = new Float64Array(0);
  const proof: InfeasibilityProof = {
    rows: prices.map((price, r) => price / region.rowSize[r]!),
    bounds: pull.map((value) => (value === 0 ? 0 : -value)),
    norms: none,
    tradeLimits: none,
    directions: [],
    slopes: [],
  };
  const verdict = verifyInfeasibility(problem, proof);
  return verdict.proven
    ? { kind: 'infeasible', proof, detail: 'no portfolio satisfies the restrictions', changes: 0 }
    : {
        kind: 'gave-up',
        detail: 'found no portfolio that meets the rows, and no proof that there is none',
        changes: 0,
      };
}
