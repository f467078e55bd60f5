/** Tells the figures of the finished portfolio with the answer. */
import { dot, excessReturns, hasWeights, scenariosOf, valueAtRisk } from '@veritasvault/portfolio/sdk/v1';
import type { Answer, JsonObject, Program, Step, Solution, TailMeasure, Task } from '@veritasvault/portfolio/sdk/v1';

import { resultsOf, valueOf } from './figures.ts';

/** The answer of `program` with `report` of its weights, when it has any. */
export function* reporting(
  program: Program,
  report: (weights: Float64Array) => JsonObject,
): Generator<Step, Answer, Solution> {
  const answer = yield* program;
  return hasWeights(answer.solution) ? { ...answer, report: report(answer.solution.weights) } : answer;
}

/**
 * `value` of the measure, fractions of net asset value over one period of the scenarios; of CVaR the value at risk at the same level; the
 * expected annual return when it is known.
 */
export function figuresOf<Parameters>(
  task: Task<Parameters>,
  measure: TailMeasure,
  name: string,
): (weights: Float64Array) => JsonObject {
  return (weights) => ({
    measure: name,
    ...(measure.kind === 'mean-absolute-deviation' ? {} : { level: measure.level }),
    value: valueOf(measure, weights),
    ...(measure.kind === 'cvar' ? { valueAtRisk: valueAtRiskOf(measure, weights) } : {}),
    ...groundIn(task, weights),
  });
}

function valueAtRiskOf(measure: TailMeasure, weights: Float64Array): number {
  const losses = resultsOf(measure, weights).map((result) => -result);
  return valueAtRisk(losses, measure.probabilities, measure.level);
}

/** What the figures stand on. */
export function groundIn<Parameters>(task: Task<Parameters>, weights: Float64Array): JsonObject {
  const { count, periodsPerYear } = scenariosOf(task);
  const { expectedReturns, riskFreeRate } = task.estimates;
  if (expectedReturns === undefined) return { scenarios: count, periodsPerYear };
  const expectedReturnAnnual = riskFreeRate + dot(excessReturns(task), weights);
  return { scenarios: count, periodsPerYear, expectedReturnAnnual };
}
