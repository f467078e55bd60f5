import type { ScenarioEstimator } from '../problem/estimator.ts';
import type { JsonSchema } from '../values/json.ts';
import { drawnScenarios, momentProperties, momentRequired } from './elliptical-scenarios.ts';
import type { MomentDrawing } from './elliptical-scenarios.ts';

export type GaussianScenariosParameters = Omit<MomentDrawing, 'moments'> & { readonly moments?: 'exact' | 'sampled' };

/** N(mu h / P, Sigma h / P) with mu and Sigma the annual moments, P periods a year and h periods in a scenario. */
export const gaussianScenarios: ScenarioEstimator<GaussianScenariosParameters> = {
  type: 'gaussian-scenarios',
  estimates: 'scenarios',
  from: 'moments',
  title: 'Gaussian scenarios',
  description:
    'Simple returns drawn from the normal distribution with the expected returns and the covariance, equally likely and independent. A factor model is drawn as such: factor returns and specific returns. ' +
    'Normal returns have no lower end: long horizons at high volatility can give losses of more than everything.',
  references: [
    'Salmon, Moraes, Dror and Shaw (2011), Parallel Random Numbers: As Easy as 1, 2, 3 (Philox 4x32-10)',
    'Wichura (1988), Algorithm AS 241 (normal numbers by inversion)',
  ],
  parameters: {
    type: 'object',
    title: 'Gaussian scenarios',
    properties: momentProperties,
    required: momentRequired,
    additionalProperties: false,
    examples: [{ count: 1000, seed: 1, periodsPerYear: 12 }],
  } satisfies JsonSchema,
  estimate: (sample, parameters) =>
    drawnScenarios(sample, { moments: 'sampled', ...parameters }, 'gaussian-scenarios', () => 1),
};
