import type { ScenarioEstimator } from '../problem/estimator.ts';
import { drawnScenarios, momentProperties, momentRequired } from './elliptical-scenarios.ts';
import type { MomentDrawing } from './elliptical-scenarios.ts';

export type StudentTScenariosParameters = Omit<MomentDrawing, 'moments'> & {
  readonly moments?: 'exact' | 'sampled';
  readonly degreesOfFreedom: number;
};

/**
 * mu h / P + sqrt((nu - 2) / chi2_nu) * sqrt(h / P) * z with z ~ N(0, Sigma): multivariate t with nu degrees of freedom, scaled so that Sigma
 * is its covariance. One chi2 for all assets of a scenario, so that extremes come together.
 */
export const studentTScenarios: ScenarioEstimator<StudentTScenariosParameters> = {
  type: 'student-t-scenarios',
  estimates: 'scenarios',
  from: 'moments',
  title: 'Student t scenarios',
  description:
    'Simple returns drawn from the multivariate Student t distribution with the expected returns and the covariance (scaled by (nu - 2) / nu, so that the covariance is that of the returns), equally likely and independent. ' +
    'Fewer degrees of freedom give fatter tails, for all assets in the same scenarios. Returns have no lower end: low degrees of freedom can give losses of more than everything.',
  references: [
    'Kotz and Nadarajah (2004), Multivariate t Distributions and Their Applications, 1.7',
    'Marsaglia and Tsang (2000), A Simple Method for Generating Gamma Variables',
  ],
  parameters: {
    type: 'object',
    title: 'Student t scenarios',
    properties: {
      degreesOfFreedom: {
        type: 'number',
        title: 'Degrees of freedom',
        description:
          'nu, above 2, where the covariance begins to exist; excess kurtosis of each asset is 6 / (nu - 4) above 4. 3 to 6 for daily returns of stocks.',
        exclusiveMinimum: 2,
        maximum: 1000,
      },
      ...momentProperties,
    },
    required: ['degreesOfFreedom', ...momentRequired],
    additionalProperties: false,
    examples: [{ degreesOfFreedom: 5, count: 1000, seed: 1, periodsPerYear: 252 }],
  },
  estimate: (sample, parameters) =>
    drawnScenarios(sample, { moments: 'sampled', ...parameters }, 'student-t-scenarios', (random) =>
      Math.sqrt((parameters.degreesOfFreedom - 2) / random.chiSquared(parameters.degreesOfFreedom)),
    ),
};
