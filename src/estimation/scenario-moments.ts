/** Moments of scenarios under their probabilities. */
import type { Checkpoint } from '../math/checkpoint.ts';
import type { Sample } from '../problem/estimator.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import { Fault } from '../values/fault.ts';
import { centredTable, gramOf, meansOf } from './gram.ts';

export function scenariosOf(sample: Sample, estimator: string): Scenarios {
  if (sample.scenarios !== undefined) return sample.scenarios;
  const description = `${estimator} needs scenarios, and none were given or estimated`;
  throw new Fault('INVALID_ARGUMENT', description, { estimator }, [{ field: 'scenarios', description }]);
}

export function probabilitiesOf({ count, probabilities }: Scenarios): Float64Array {
  return probabilities ?? new Float64Array(count).fill(1 / count);
}

/** (n) per period. */
export function scenarioMeans(scenarios: Scenarios, n: number): Float64Array {
  return meansOf(scenarios.returns, scenarios.count, n, probabilitiesOf(scenarios));
}

/** sum_s p_s (r_s - m)(r_s - m)', n x n row-major, per period. Costs S n^2 / 2. */
export function covarianceOfScenarios(scenarios: Scenarios, n: number, checkpoint?: Checkpoint): Float64Array {
  const { count, returns } = scenarios;
  const centred = centredTable(returns, count, n, scenarioMeans(scenarios, n));
  return gramOf(centred, count, n, probabilitiesOf(scenarios), checkpoint);
}
