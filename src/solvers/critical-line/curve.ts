/** The frontier between its corners: weights and multipliers are straight lines in lambda there, so every point is known exactly. */
import { dot } from '../../math/vectors.ts';
import { objectiveAt } from '../../problem/certificate-figures.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Multipliers } from '../../problem/solution.ts';
import type { Corner } from './critical-line.ts';

export interface CurvePoint extends Corner {
  /** direction'w. */
  readonly value: number;
  /** Of the problem itself, without lambda. */
  readonly objective: number;
}

export class FrontierCurve {
  /** direction'w of the least and of the greatest end. */
  readonly least: number;
  readonly greatest: number;
  private readonly corners: readonly Corner[];
  /** By corner, nonincreasing: direction'w, and the objective of the problem itself. */
  private readonly values: Float64Array;
  private readonly objectives: Float64Array;

  /** @param corners of a trace that ran to its end, in its order */
  constructor(problem: Problem, direction: Float64Array, corners: readonly Corner[]) {
    const last = corners.at(-1);
    if (last === undefined) throw new RangeError('a frontier has at least one corner');
    this.corners = corners;
    this.values = Float64Array.from(corners, ({ weights }) => dot(direction, weights));
    this.objectives = new Float64Array(corners.length);
    this.objectives[corners.length - 1] = objectiveAt(problem, last.weights);
    // Along the frontier d objective = lambda d value.
    for (let k = corners.length - 2; k >= 0; k--) {
      const [from, to] = [corners[k + 1]!, corners[k]!];
      const rise = Math.max(0, this.values[k]! - this.values[k + 1]!);
      this.values[k] = this.values[k + 1]! + rise;
      this.objectives[k] = this.objectives[k + 1]! + 0.5 * (from.lambda + to.lambda) * rise;
    }
    this.least = this.values[corners.length - 1]!;
    this.greatest = this.values[0]!;
  }

  /** The portfolio at a lambda >= 0; of several the one of the greatest value. */
  atLambda(lambda: number): CurvePoint {
    const { corners } = this;
    const k = firstWhere(corners.length, (at) => corners[at]!.lambda <= lambda);
    if (k === 0 || k === corners.length) return this.between(Math.min(k, corners.length - 1), 0);
    const [above, below] = [corners[k - 1]!.lambda, corners[k]!.lambda];
    return this.between(k, (lambda - below) / (above - below));
  }

  /** The portfolio of least objective with direction'w = value; the nearer end outside of the frontier. */
  atValue(value: number): CurvePoint {
    const { values } = this;
    const k = firstWhere(values.length, (at) => values[at]! <= value);
    if (k === 0 || k === values.length) return this.between(Math.min(k, values.length - 1), 0);
    return this.between(k, (value - values[k]!) / (values[k - 1]! - values[k]!));
  }

  /** The portfolio of greatest value whose objective is at most this: half a variance, say; the nearer end outside of the frontier. */
  atObjective(objective: number): CurvePoint {
    const { corners, objectives, values } = this;
    const k = firstWhere(corners.length, (at) => objectives[at]! <= objective);
    if (k === 0 || k === corners.length) return this.between(Math.min(k, corners.length - 1), 0);
    const below = corners[k]!.lambda;
    const width = corners[k - 1]!.lambda - below;
    const rise = (objective - objectives[k]!) / (values[k - 1]! - values[k]!);
    // rise = below t + width t^2 / 2
    return this.between(k, (2 * rise) / (below + Math.sqrt(below * below + 2 * width * rise)));
  }

  /** A share of the way from corner k to the one before it. */
  private between(k: number, share: number): CurvePoint {
    const from = this.corners[k]!;
    const [low, least] = [this.values[k]!, this.objectives[k]!];
    if (!(share > 0) || k === 0) return { ...from, value: low, objective: least };
    const to = this.corners[k - 1]!;
    const [high, most] = [this.values[k - 1]!, this.objectives[k - 1]!];
    if (share >= 1) return { ...to, value: high, objective: most };
    const lambda = from.lambda + share * (to.lambda - from.lambda);
    const rise = share * (high - low);
    const multipliers: Multipliers = {
      ...from.multipliers,
      rows: mixed(from.multipliers.rows, to.multipliers.rows, share),
      bounds: mixed(from.multipliers.bounds, to.multipliers.bounds, share),
    };
    return {
      lambda,
      weights: mixed(from.weights, to.weights, share),
      multipliers,
      value: low + rise,
      objective: least + 0.5 * (from.lambda + lambda) * rise,
    };
  }
}

/** a + share (b - a); exactly what both are where they agree. */
function mixed(a: Float64Array, b: Float64Array, share: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = a[i]! + share * (b[i]! - a[i]!);
  return result;
}

/** The first position where it holds, given that it goes on holding from there; `length` when nowhere. */
function firstWhere(length: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
