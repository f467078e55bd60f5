/**
 * The least of the greatest of several volatilities, max_j sqrt(w' C_j w), by models that are exact at the end.
 *
 * At w_k every volatility is replaced by its tangent a_j'w, a_j = C_j w_k / sigma_j(w_k) (volatilities are homogeneous, so it has no
 * constant), and the curvature of their mixture is added: minimize max_j a_j'w + 1/2 (w - w_k)' H (w - w_k), H = sum_j theta_j (C_j -
 * a_j a_j') / sigma_j, theta the shares that the members had in the last optimum. Each is a certified problem, and its step descends; an exact
 * search along the step keeps the iterates feasible. At the end the gradient sum_j theta_j a_j of the true problem is that of the model to
 * 1e-8 and only members of the greatest volatility have shares, so the certificate of the model is the certificate of the answer.
 */
import { applyOperator, cutShortAt, denseEntries, dot, endedAt, quadraticForm } from '@veritasvault/portfolio/sdk/v1';
import type { Lowered, Objective, Program, Solution, Step } from '@veritasvault/portfolio/sdk/v1';

import type { Member } from './covariance-set.ts';

const stepsMax = 60;
/** Relative: difference of gradients, and by how much members with shares lie below the greatest volatility. */
const agreement = 1e-8;
/** Annual; a volatility of no more is none. */
const riskless = 1e-12;

const phase = 'least worst-case volatility';

export function volatilityOf({ covariance }: Member, weights: Float64Array): number {
  return Math.sqrt(Math.max(0, quadraticForm(covariance, weights)));
}

export function greatestOf(members: readonly Member[], weights: Float64Array): number {
  return members.reduce((most, member) => Math.max(most, volatilityOf(member, weights)), 0);
}

/** The multipliers of the answer's tail term are the shares (J, sum 1) of the members in it; none where nothing has any volatility. */
export function* leastWorstVolatility(members: readonly Member[], n: number, added: readonly Lowered[]): Program {
  const quadratics = members.map(({ covariance }) => ({ scale: 1 / members.length, operator: covariance }));
  const mean: Objective = { quadratics, linear: new Float64Array(n) };
  const first: Solution = yield { objective: mean, added, phase };
  // Nothing is below zero: then the mean of the variances is as good a proof as any.
  if (first.termination.reason !== 'optimal' || greatestOf(members, first.weights) <= riskless)
    return { objective: mean, added, solution: first };
  const entries = members.map(({ covariance }) => denseEntries(covariance));
  let { weights } = first;
  let shares = atWorst(members, weights);
  for (let count = 0; ; count++) {
    const tangents = tangentsAt(members, weights);
    const objective = modelOf(members, entries, tangents, weights, shares);
    const step: Step = { objective, added, phase };
    const solution: Solution = yield step;
    const answer = { objective, added, solution };
    if (solution.termination.reason !== 'optimal') return cutShortAt(answer, weights, 'least worst-case volatility');
    shares = solution.multipliers.tailTerms?.[0]?.losses ?? shares;
    if (agree(members, objective, tangents, shares, weights, solution.weights)) return answer;
    weights = towards(members, weights, solution.weights);
    if (count === stepsMax)
      return endedAt(answer, weights, {
        reason: 'feasible',
        limit: 'iterations',
        detail: `${stepsMax} steps did not reach the least worst-case volatility; this is the best portfolio so far`,
      });
  }
}

/** (J) all of it for the member of the greatest volatility. */
function atWorst(members: readonly Member[], weights: Float64Array): Float64Array {
  const sigmas = members.map((member) => volatilityOf(member, weights));
  const worst = sigmas.indexOf(Math.max(...sigmas));
  return Float64Array.from(sigmas, (_, j) => (j === worst ? 1 : 0));
}

/** (J x n) gradients of the volatilities; zeros where there is no volatility. */
function tangentsAt(members: readonly Member[], weights: Float64Array): readonly Float64Array[] {
  return members.map((member) => {
    const sigma = volatilityOf(member, weights);
    const product = applyOperator(member.covariance, weights);
    return product.map((value) => (sigma > riskless ? value / sigma : 0));
  });
}

function modelOf(
  members: readonly Member[],
  entries: readonly Float64Array[],
  tangents: readonly Float64Array[],
  weights: Float64Array,
  shares: Float64Array,
): Objective {
  const n = weights.length;
  const curvature = new Float64Array(n * n);
  let rounding = 0;
  for (const [j, member] of members.entries()) {
    const sigma = volatilityOf(member, weights);
    const share = shares[j]!;
    if (share === 0 || sigma <= riskless) continue;
    const [own, a] = [entries[j]!, tangents[j]!];
    for (let i = 0; i < n; i++)
      for (let k = 0; k < n; k++) curvature[i * n + k]! += (share * (own[i * n + k]! - a[i]! * a[k]!)) / sigma;
    rounding += (4 * n * Number.EPSILON * share * largest(own)) / sigma;
  }
  // Along w_k itself there is no curvature, and rounding must not make it negative; at the end, where w is w_k, this weighs nothing.
  for (let i = 0; i < n; i++) curvature[i * n + i]! += rounding;
  const scenarios = new Float64Array(members.length * n);
  for (const [j, a] of tangents.entries())
    scenarios.set(
      a.map((value) => -value),
      j * n,
    );
  return {
    quadratics: [{ scale: 1, operator: { kind: 'dense', size: n, entries: curvature }, centre: weights }],
    linear: new Float64Array(n),
    tailTerms: [{ kind: 'cvar', level: 1, scenarios, weight: 1 }],
  };
}

/** Whether the optimum of the model satisfies the optimality conditions of the greatest volatility. */
function agree(
  members: readonly Member[],
  { quadratics }: Objective,
  tangents: readonly Float64Array[],
  shares: Float64Array,
  from: Float64Array,
  to: Float64Array,
): boolean {
  const step = to.map((weight, i) => weight - from[i]!);
  const bent = applyOperator(quadratics[0]!.operator, step);
  const now = tangentsAt(members, to);
  const gradient = to.map((_, i) => now.reduce((sum, a, j) => sum + shares[j]! * a[i]!, 0));
  const model = to.map((_, i) => bent[i]! + tangents.reduce((sum, a, j) => sum + shares[j]! * a[i]!, 0));
  const apart = largest(gradient.map((value, i) => value - model[i]!));
  const worst = greatestOf(members, to);
  const below = members.reduce((sum, member, j) => sum + shares[j]! * (worst - volatilityOf(member, to)), 0);
  return apart <= agreement * largest(gradient) && below <= agreement * worst;
}

/** The least greatest volatility between two portfolios: its slope is that of the member which is the greatest there. */
function towards(members: readonly Member[], from: Float64Array, to: Float64Array): Float64Array {
  const step = to.map((weight, i) => weight - from[i]!);
  const at = (t: number): Float64Array => from.map((weight, i) => weight + t * step[i]!);
  const rises = (t: number): boolean => {
    const weights = at(t);
    const sigmas = members.map((member) => volatilityOf(member, weights));
    const { covariance } = members[sigmas.indexOf(Math.max(...sigmas))]!;
    return dot(applyOperator(covariance, weights), step) > 0;
  };
  if (!rises(1)) return to;
  let [low, high] = [0, 1];
  for (let halving = 0; halving < 50; halving++) {
    const middle = 0.5 * (low + high);
    if (rises(middle)) high = middle;
    else low = middle;
  }
  return at(low);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
