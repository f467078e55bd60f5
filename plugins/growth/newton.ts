/**
 * Greatest expected utility of growth by damped Newton steps, each of them a certified quadratic problem over the restrictions.
 *
 * The model around w_k has the gradient of the utility there. Its optimum w+ satisfies the optimality conditions of the utility as well once
 * the gradient of the model at w+, g_k - H_k (w+ - w_k), is the gradient of the utility at w+: then the certificate of the model is the
 * certificate of the answer. The difference is of second order in w+ - w_k and falls quadratically; no answer is called optimal before it is
 * below 1e-8 of the gradient. Steps are damped by an exact search between w_k and w+, which keeps every iterate inside the restrictions and
 * out of ruin.
 */
import { applyOperator, cutShortAt, endedAt, nearestTo } from '@veritasvault/portfolio/sdk/v1';
import type { Answer, Lowered, Program, Solution, Step, TailTerm } from '@veritasvault/portfolio/sdk/v1';

import { along, factorsAt, gradientAt, modelAround, ruin, survives } from './growth.ts';
import type { Growth, Model } from './growth.ts';

const stepsMax = 100;
/** Difference of gradients, relative to the gradient, at which model and utility agree. */
const agreement = 1e-8;
/** The same relative to the sum of the sizes of the gradient's terms, where those cancel and leave no gradient to compare with. */
const rounding = 1e-13;
/** A portfolio of more than this has left all markets behind. */
const leverageMax = 1e6;

const phase = 'greatest growth';

export function* greatestGrowth(growth: Growth, n: number, added: readonly Lowered[]): Program {
  const started = yield* start(growth, n, added);
  if ('answer' in started) return started.answer;
  let { weights } = started;
  for (let count = 0; ; count++) {
    const model = modelAround(growth, weights);
    const { objective } = model;
    const step: Step = { objective, added, phase };
    const solution: Solution = yield step;
    const answer = { objective, added, solution };
    if (solution.termination.reason !== 'optimal') return cutShortAt(answer, weights, 'greatest growth');
    if (agree(growth, model, weights, solution.weights)) return answer;
    weights = towards(growth, weights, solution.weights);
    if (weights.reduce((sum, weight) => sum + Math.abs(weight), 0) > leverageMax)
      return endedAt(answer, weights, {
        reason: 'unbounded',
        detail: 'growth still rises at a leverage of a million: give leverageMax, or bounds',
      });
    if (count === stepsMax)
      return endedAt(answer, weights, {
        reason: 'feasible',
        limit: 'iterations',
        detail: `${stepsMax} steps did not reach the greatest growth; this is the best portfolio so far`,
      });
  }
}

/**
 * A portfolio that satisfies the restrictions and loses everything in no scenario: the optimum of the model around cash, else the smallest,
 * else the one with the least worst loss.
 */
function* start(
  growth: Growth,
  n: number,
  added: readonly Lowered[],
): Generator<Step, { readonly weights: Float64Array } | { readonly answer: Answer }, Solution> {
  const none = new Float64Array(n);
  const worst: TailTerm = { kind: 'cvar', level: 1, scenarios: growth.excess, weight: 1 };
  const ways: readonly Step[] = [
    { objective: modelAround(growth, none).objective, added, phase },
    { objective: nearestTo(none), added, phase: 'smallest portfolio' },
    { objective: { quadratics: [], linear: none, tailTerms: [worst] }, added, phase: 'least worst loss' },
  ];
  let last: Answer | undefined;
  for (const step of ways) {
    const solution: Solution = yield step;
    last = { objective: step.objective, added, solution };
    if (solution.termination.reason !== 'optimal') return { answer: last };
    if (survives(factorsAt(growth, solution.weights))) return solution;
  }
  const detail =
    'every portfolio that satisfies the restrictions loses everything in some scenario, so growth is not defined; lower the leverage';
  return { answer: endedAt(last!, new Float64Array(0), { reason: 'no solution found', detail }) };
}

/** Whether the gradient of the model at its optimum is that of the utility there. */
function agree(growth: Growth, { objective, ...model }: Model, from: Float64Array, to: Float64Array): boolean {
  if (!survives(factorsAt(growth, to))) return false;
  const step = to.map((weight, i) => weight - from[i]!);
  const bent = applyOperator(objective.quadratics[0]!.operator, step);
  const { gradient, size } = gradientAt(growth, to, { objective, ...model });
  const apart = largest(gradient.map((value, i) => value - (model.gradient[i]! - bent[i]!)));
  return apart <= Math.max(agreement * largest(gradient), rounding * size);
}

/** The greatest utility between two portfolios, of which the first survives. */
function towards(growth: Growth, from: Float64Array, to: Float64Array): Float64Array {
  const { probabilities, aversion } = growth;
  const before = factorsAt(growth, from);
  const change = along(
    growth,
    to.map((weight, i) => weight - from[i]!),
  );
  const unit = before.reduce((least, factor) => Math.min(least, factor), Infinity);
  /** The slope of the utility up to a positive factor; negative beyond ruin. */
  const slope = (t: number): number => {
    let total = 0;
    for (let s = 0; s < before.length; s++) {
      const factor = before[s]! + t * change[s]!;
      if (factor <= ruin) return -1;
      total += probabilities[s]! * Math.exp(-aversion * Math.log(factor / unit)) * change[s]!;
    }
    return total;
  };
  if (slope(1) >= 0) return to;
  let [low, high] = [0, 1];
  for (let halving = 0; halving < 60; halving++) {
    const middle = 0.5 * (low + high);
    if (slope(middle) >= 0) low = middle;
    else high = middle;
  }
  return from.map((weight, i) => weight + low * (to[i]! - weight));
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
