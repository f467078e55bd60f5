import { defineStrategy, excessReturns, inSteps } from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { descending, semiVarianceInWords, shortfallIn, thresholdSchema } from './minimum-semi-deviation.ts';
import type { Threshold } from './minimum-semi-deviation.ts';
import { needsOf, relativeSchema, resultInWords } from './parameters.ts';

interface SemiVarianceUtility extends Threshold {
  readonly riskAversion: number;
}

function own(task: Task<SemiVarianceUtility>): Program {
  const { riskAversion: scale } = task.parameters;
  const shortfall = shortfallIn(task);
  return descending(task, {
    shortfall,
    linear: excessReturns(task),
    scale,
    added: [],
    phase: 'semi-variance utility',
  });
}

export const semiVarianceUtility = defineStrategy<SemiVarianceUtility>({
  id: 'semi-variance-utility',
  title: 'Semi-variance utility',
  description: `Maximizes the expected annual return less riskAversion / 2 times the annual lower semi-variance: riskFreeRate + (mu - riskFreeRate)'w - riskAversion / 2 * semi-variance. ${semiVarianceInWords} ${resultInWords} Takes no counts, lots, gaps in the weights, concentrations or shares of risk.`,
  references: [
    'Markowitz, H. (1959). Portfolio Selection: Efficient Diversification of Investments. Wiley, chapter IX.',
  ],
  parameters: {
    type: 'object',
    required: ['riskAversion'],
    additionalProperties: false,
    properties: {
      riskAversion: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 1e6,
        description: 'Return given up per unit of semi-variance, doubled; 2 to 20 is usual.',
        examples: [4],
      },
      threshold: thresholdSchema,
      relativeToBenchmark: relativeSchema,
    },
  },
  needs: ['scenarios', 'expected-returns'],
  noFrontier:
    'the semi-deviation is no axis of frontiers; ask for it once for each riskAversion, or for the frontier of quadratic-utility or minimum-cvar',
  needsWith: needsOf,
  optimize: (task) => inSteps(task, () => own(task)),
});
