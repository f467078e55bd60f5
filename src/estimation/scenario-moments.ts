/** Moments of scenarios under their probabilities. */
import type { Sample } from '../problem/estimator.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import { Fault } from '../values/fault.ts';

export function scenariosOf(sample: Sample, estimator: string): Scenarios {
  if (sample.scenarios !== undefined) return sample.scenarios;
  const description = `${estimator} needs scenarios, and none were given or estimated`;
  throw new Fault('INVALID_ARGUMENT', description, { estimator }, [{ field: 'scenarios', description }]);
}

export function probabilitiesOf({ count, probabilities }: Scenarios): Float64Array {
  return probabilities ?? new Float64Array(count).fill(1 / count);
}

/** (n) per period. */
export function meansOf(scenarios: Scenarios, n: number): Float64Array {
  const { count, returns } = scenarios;
  const probabilities = probabilitiesOf(scenarios);
  const means = new Float64Array(n);
  for (let s = 0; s < count; s += 1)
    for (let i = 0; i < n; i += 1) means[i] = means[i]! + probabilities[s]! * returns[s * n + i]!;
  return means;
}

/** sum_s p_s (r_s - m)(r_s - m)', n x n row-major, per period. Costs S n^2 / 2. */
export function covarianceOfScenarios(scenarios: Scenarios, n: number): Float64Array {
  const { count, returns } = scenarios;
  const means = meansOf(scenarios, n);
  const roots = probabilitiesOf(scenarios).map(Math.sqrt);
  const columns = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: count }, (__, s) => roots[s]! * (returns[s * n + i]! - means[i]!)),
  );
  const entries = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = 0;
      for (let s = 0; s < count; s += 1) sum += columns[i]![s]! * columns[j]![s]!;
      entries[i * n + j] = entries[j * n + i] = sum;
    }
  }
  return entries;
}
