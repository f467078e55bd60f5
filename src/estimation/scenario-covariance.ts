import type { CovarianceEstimator } from '../problem/estimator.ts';
import { Fault } from '../values/fault.ts';
import { definite, repairSchema } from './definiteness.ts';
import type { RepairChoice } from './definiteness.ts';
import { covarianceOfScenarios, probabilitiesOf, scenariosOf } from './scenario-moments.ts';

export type ScenarioCovarianceParameters = {
  readonly divisor?: 'population' | 'unbiased';
  readonly repair?: RepairChoice;
};

/** P sum_s p_s (r_s - m)(r_s - m)' with m the mean under p; divided by 1 - sum_s p_s^2 when unbiased. */
export const scenarioCovariance: CovarianceEstimator<ScenarioCovarianceParameters> = {
  type: 'scenario-covariance',
  estimates: 'covariance',
  from: 'scenarios',
  title: 'Covariance of the scenarios',
  description:
    'Covariance of the simple returns of the scenarios under their probabilities, after views on them, times periods (scenarios) per year. ' +
    'population takes the probabilities as they are (divisor S when they are equal), unbiased divides by 1 - sum p^2 (divisor S - 1 when they are equal).',
  references: ['Meucci (2008), Fully Flexible Views: Theory and Practice'],
  parameters: {
    type: 'object',
    title: 'Covariance of the scenarios',
    properties: {
      divisor: {
        type: 'string',
        title: 'Divisor',
        description:
          'population: the scenarios are the whole distribution. unbiased: they are a sample of it, weighted by reliability.',
        enum: ['population', 'unbiased'],
        default: 'population',
      },
      repair: repairSchema,
    },
    additionalProperties: false,
    examples: [{}],
  },
  estimate(sample, { divisor = 'population', repair = 'none' }) {
    const scenarios = scenariosOf(sample, 'scenario-covariance');
    const concentration = probabilitiesOf(scenarios).reduce((sum, each) => sum + each * each, 0);
    if (divisor === 'unbiased' && !(concentration < 1)) {
      const description = 'an unbiased covariance needs at least 2 scenarios that are likely';
      throw new Fault('INVALID_ARGUMENT', description, {}, [{ field: 'divisor', description }]);
    }
    const factor = scenarios.periodsPerYear / (divisor === 'unbiased' ? 1 - concentration : 1);
    const entries = covarianceOfScenarios(scenarios, sample.universe.assets.length, sample.checkpoint);
    return definite(
      entries.map((each) => each * factor),
      sample.universe,
      repair,
      sample.checkpoint,
    );
  },
};
