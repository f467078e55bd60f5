/** What every strategy here reads from its task, and the restrictions that they add. */
import { benchmarkOf } from '@veritasvault/portfolio/sdk/v1';
import type { Objective, Scenarios, TailMeasure, Task } from '@veritasvault/portfolio/sdk/v1';

/** (n) the benchmark when results are measured relative to it; undefined for results of the portfolio itself. */
export function centreOf<Parameters extends { readonly relativeToBenchmark?: boolean }>(
  task: Task<Parameters>,
): Float64Array | undefined {
  return task.parameters.relativeToBenchmark === true ? benchmarkOf(task) : undefined;
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
