/** What every strategy here reads from its task, and the restrictions that they add. */
import type { Lowered, Objective, Origin, Scenarios, TailMeasure, Task } from '@veritasvault/portfolio/sdk/v1';

/** Joint results of the assets, one row for each scenario. */
export function scenariosOf<Parameters>(task: Task<Parameters>): Scenarios {
  const { scenarios } = task.estimates;
  if (scenarios === undefined)
    throw new Error('the host must provide scenarios: the strategy lists them among its needs');
  return scenarios;
}

/** (n) expected annual returns above the risk-free rate, which is what cash earns: portfolio return = riskFreeRate + excess'w. */
export function excessReturns<Parameters>(task: Task<Parameters>): Float64Array {
  const { expectedReturns, riskFreeRate } = task.estimates;
  if (expectedReturns === undefined)
    throw new Error('the host must provide expected returns: the strategy lists them among its needs');
  return expectedReturns.map((expected) => expected - riskFreeRate);
}

/** (n) the benchmark when results are measured relative to it; undefined for results of the portfolio itself. */
export function centreOf<Parameters extends { readonly relativeToBenchmark?: boolean }>({
  parameters,
  situation,
}: Task<Parameters>): Float64Array | undefined {
  if (parameters.relativeToBenchmark !== true) return undefined;
  if (situation.benchmark === undefined)
    throw new Error('the host must provide a benchmark: the strategy names it among its needs');
  return situation.benchmark;
}

/** riskFreeRate + excess'w >= returnMin. */
export function returnFloor(excess: Float64Array, riskFreeRate: number, returnMin: number, origin: Origin): Lowered {
  const positions = Int32Array.from(excess.keys());
  return { rows: [{ positions, coefficients: excess, lower: returnMin - riskFreeRate, upper: Infinity, origin }] };
}

/** The client's floor under the expected return as a restriction; none when absent. */
export function floorsOf<Parameters extends { readonly returnMin?: number }>(
  task: Task<Parameters>,
): readonly Lowered[] {
  const { returnMin } = task.parameters;
  if (returnMin === undefined) return [];
  const origin = task.origin(`expected annual return at least ${100 * returnMin} %`);
  return [returnFloor(excessReturns(task), task.estimates.riskFreeRate, returnMin, origin)];
}

/** Minimize the measure alone. */
export function leastMeasure(measure: TailMeasure, n: number): Objective {
  return { quadratics: [], linear: new Float64Array(n), tailTerms: [{ ...measure, weight: 1 }] };
}

/** What a measure over these scenarios stands on. */
export function groundOf(
  { returns, probabilities }: Scenarios,
  centre: Float64Array | undefined,
): Pick<TailMeasure, 'scenarios' | 'probabilities' | 'centre'> {
  return {
    scenarios: returns,
    ...(probabilities === undefined ? {} : { probabilities }),
    ...(centre === undefined ? {} : { centre }),
  };
}
