import type { ScenarioEstimator } from '../problem/estimator.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import { completeSeriesOf } from './scenario-parameters.ts';

export type HistoricalScenariosParameters = { readonly halfLife?: number };

/** The returns of the series as they came: S = T. With a half-life h the probability of age a (0 for the last) is proportional to 2^(-a / h). */
export const historicalScenarios: ScenarioEstimator<HistoricalScenariosParameters> = {
  type: 'historical-scenarios',
  estimates: 'scenarios',
  title: 'Historical scenarios',
  description:
    'The simple returns of the series, one scenario per period, equally likely and in the order of time. With halfLife the probabilities fall by half every halfLife periods of age; ' +
    'weighted scenarios do not make a path, so that drawdowns cannot be measured on them. Needs a return of every asset in every period.',
  references: [
    'Boudoukh, Richardson and Whitelaw (1998), The Best of Both Worlds: a hybrid approach to calculating value at risk (weights by age)',
  ],
  parameters: {
    type: 'object',
    title: 'Historical scenarios',
    properties: {
      halfLife: {
        type: 'number',
        title: 'Half-life',
        description: 'Periods of age after which a scenario is half as likely; equally likely when absent.',
        exclusiveMinimum: 0,
        maximum: 1_000_000,
      },
    },
    additionalProperties: false,
    examples: [{}, { halfLife: 250 }],
  },
  isPath: ({ halfLife }) => halfLife === undefined,
  estimate(sample, { halfLife }): Scenarios {
    const { observations: count, returns, periodsPerYear } = completeSeriesOf(sample, 'historical-scenarios');
    const scenarios = { count, returns, periodsPerYear };
    if (halfLife === undefined) return { ...scenarios, isPath: true };
    return { ...scenarios, isPath: false, probabilities: weightsByAge(count, halfLife) };
  },
};

/** The smallest probability relative to the largest: it stays positive, as probabilities of scenarios have to. */
const weightMin = 1e-250;

function weightsByAge(count: number, halfLife: number): Float64Array {
  const weights = Float64Array.from({ length: count }, (_, t) =>
    Math.max(2 ** (-(count - 1 - t) / halfLife), weightMin),
  );
  const total = weights.reduce((sum, each) => sum + each, 0);
  return weights.map((each) => each / total);
}
