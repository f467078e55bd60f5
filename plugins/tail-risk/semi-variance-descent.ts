/**
 * Least lower semi-variance, or return less a multiple of it, by quadratic models that are exact.
 *
 *     f(w) = -linear'w + scale/2 P sum_s p_s ((t_s - x_s'w)+)^2
 *
 * is convex and piecewise quadratic. At w the model over the scenarios that fall short there has the value and the gradient of f, so the
 * step to its minimum over the restrictions descends; an exact search along the step keeps every iterate feasible. Once the minimum of a
 * model falls short in the same scenarios as the model counts, the optimality conditions of the model are those of f: its certificate is the
 * certificate of the answer. Scenarios on which they differ are allowed only when they change the gradient by no more than 1e-8 of it, or by
 * no more than rounding: 1e-10 of the terms from which it is made, which is all that is left where nothing falls short by anything.
 */
import { areConvex, cutShortAt, dot, endedAt, nearestTo, solving, unanswered } from '@veritasvault/portfolio/sdk/v1';
import type { Answer, Lowered, Objective, Program, Solution, Step } from '@veritasvault/portfolio/sdk/v1';

import { gapsAt, gradientOf, modelOf, semiVariance } from './shortfall.ts';
import type { Shortfall } from './shortfall.ts';

const modelsMax = 100;
/** So many models are tried as they are; those after them are tied to the portfolio that they are made at. */
const untiedMax = 6;
/** The first tie, relative to the mean curvature of all scenarios, what is left of it from one model to the next, and its least. */
const tie = { first: 1e-2, kept: 0.5, least: 1e-8 };
/** Difference of gradients, relative, at which model and semi-variance agree. */
const agreement = 1e-8;
/** The same relative to the terms of the gradient before thresholds and results cancel. */
const rounding = 1e-10;

export interface Descent {
  readonly shortfall: Shortfall;
  /** (n) annual. */
  readonly linear: Float64Array;
  readonly scale: number;
  readonly added: readonly Lowered[];
  readonly phase: string;
}

export function* leastSemiVariance({ shortfall, linear, scale, added, phase }: Descent): Program {
  // The model of all scenarios lies above f, so where it has no minimum f has none.
  let active: readonly boolean[] = new Array<boolean>(shortfall.count).fill(true);
  let weights: Float64Array | undefined;
  const curvature = meanCurvature(shortfall, scale, linear.length);
  for (let model = 0; ; model++) {
    const untied = modelOf(shortfall, active, linear, scale);
    const tied = Math.max(tie.least, tie.first * tie.kept ** (model - untiedMax)) * curvature;
    const strength = model < untiedMax ? 0 : tied;
    const objective = weights === undefined ? untied : tiedTo(untied, weights, strength);
    const step: Step = { objective, added, phase };
    const solution: Solution = yield step;
    const answer: Answer = { objective, added, solution };
    if (solution.termination.reason !== 'optimal')
      return weights === undefined ? answer : cutShortAt(answer, weights, 'least semi-variance');
    const pull = solution.weights.map((weight, i) => strength * (weight - (weights?.[i] ?? 0)));
    if (model > 0 && agree({ shortfall, linear, scale }, solution.weights, active, pull)) return answer;
    weights = weights === undefined ? solution.weights : along(shortfall, weights, solution.weights, linear, scale);
    if (model === modelsMax) {
      const detail = `after ${modelsMax} models the scenarios that fall short still change; this is the best portfolio so far`;
      return endedAt(answer, weights, { reason: 'feasible', limit: 'iterations', detail });
    }
    const standing = gapsAt(shortfall, weights);
    // Less than none there cannot be, and a model without scenarios would not stay here.
    if (linear.every((value) => value === 0) && semiVariance(shortfall, standing) === 0)
      return yield* solving(nearestTo(weights), phase, added);
    active = Array.from(standing, (gap) => gap > 0);
  }
}

/** The mean diagonal entry of the quadratic term over all scenarios. */
function meanCurvature({ rows, probabilities, periodsPerYear }: Shortfall, scale: number, n: number): number {
  let total = 0;
  for (const [s, probability] of probabilities.entries()) {
    const x = rows.subarray(s * n, (s + 1) * n);
    total += probability * dot(x, x);
  }
  return (scale * periodsPerYear * total) / n;
}

/**
 * With strength/2 |w - weights|^2 added. Fewer scenarios than assets leave a model many minima, most of them far away; this chooses the
 * near one, and pulls by nothing once the step is none.
 */
function tiedTo(model: Objective, weights: Float64Array, strength: number): Objective {
  if (strength === 0) return model;
  const size = weights.length;
  const operator = { kind: 'diagonal', size, entries: new Float64Array(size).fill(1) } as const;
  return { ...model, quadratics: [...model.quadratics, { scale: strength, operator, centre: weights }] };
}

/** Whether the model over `active`, with the pull (n) of its tie, has the gradient of f at its optimum `weights`. */
function agree(
  { shortfall, linear, scale }: Pick<Descent, 'shortfall' | 'linear' | 'scale'>,
  weights: Float64Array,
  active: readonly boolean[],
  pull: Float64Array,
): boolean {
  const n = linear.length;
  const gaps = gapsAt(shortfall, weights);
  const apart = (s: number): number => (gaps[s]! > 0 ? 1 : 0) - (active[s] === true ? 1 : 0);
  const difference = gradientOf(shortfall, gaps, apart, n, scale).map((value, i) => value - pull[i]!);
  const own = largest(gradientOf(shortfall, gaps, (s) => (gaps[s]! > 0 ? 1 : 0), n, scale));
  const allowed = Math.max(agreement * Math.max(own, largest(linear)), rounding * sizeOf(shortfall, weights, scale));
  return largest(difference) <= allowed;
}

/** The sum over all scenarios of what a gap is made of, threshold and results of single assets, times the largest result of an asset. */
function sizeOf(
  { rows, thresholds, probabilities, periodsPerYear }: Shortfall,
  weights: Float64Array,
  scale: number,
): number {
  const n = weights.length;
  let total = 0;
  for (const [s, probability] of probabilities.entries()) {
    const x = rows.subarray(s * n, (s + 1) * n);
    const made = Math.abs(thresholds[s]!) + x.reduce((sum, value, i) => sum + Math.abs(value * weights[i]!), 0);
    total += probability * made * largest(x);
  }
  return scale * periodsPerYear * total;
}

/** The least f between two portfolios, both feasible. */
function along(
  shortfall: Shortfall,
  from: Float64Array,
  to: Float64Array,
  linear: Float64Array,
  scale: number,
): Float64Array {
  const { probabilities, periodsPerYear } = shortfall;
  const [before, after] = [gapsAt(shortfall, from), gapsAt(shortfall, to)];
  const gain = dot(linear, to) - dot(linear, from);
  const slope = (t: number): number => {
    let total = 0;
    for (let s = 0; s < before.length; s++) {
      const change = after[s]! - before[s]!;
      const gap = before[s]! + t * change;
      if (gap > 0) total += probabilities[s]! * gap * change;
    }
    return scale * periodsPerYear * total - gain;
  };
  if (slope(1) <= 0) return to;
  let [low, high] = [0, 1];
  for (let halving = 0; halving < 60; halving++) {
    const middle = 0.5 * (low + high);
    if (slope(middle) <= 0) low = middle;
    else high = middle;
  }
  return from.map((weight, i) => weight + low * (to[i]! - weight));
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Why there is none: between two portfolios that such restrictions allow, no third need be allowed. Undefined where there is one. */
export function refusedFor(restrictions: readonly Lowered[], n: number): Answer | undefined {
  if (areConvex(restrictions)) return undefined;
  const detail =
    'the least semi-variance is found between portfolios, which counts, lots, gaps in the weights, concentrations and shares of risk do not allow; leave those constraints out, or minimize the variance instead';
  return unanswered(n, { reason: 'no solution found', detail });
}
