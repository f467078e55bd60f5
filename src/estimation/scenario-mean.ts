import type { ReturnEstimator } from '../problem/estimator.ts';
import { scenarioMeans, scenariosOf } from './scenario-moments.ts';

/** P sum_s p_s r_si: annual arithmetic. */
export const scenarioMean: ReturnEstimator = {
  type: 'scenario-mean',
  estimates: 'expected-returns',
  from: 'scenarios',
  title: 'Mean of the scenarios',
  description:
    'Mean of the simple returns of the scenarios under their probabilities, after views on them, times periods (scenarios) per year: annual arithmetic.',
  references: ['Meucci (2008), Fully Flexible Views: Theory and Practice'],
  parameters: { type: 'object', title: 'Mean of the scenarios', additionalProperties: false, examples: [{}] },
  estimate(sample) {
    const scenarios = scenariosOf(sample, 'scenario-mean');
    return scenarioMeans(scenarios, sample.universe.assets.length).map((mean) => mean * scenarios.periodsPerYear);
  },
};
