import { defineStrategy } from '@veritasvault/portfolio/sdk/v1';

import { nearestInWords, nearestPortfolio } from './nearest.ts';

interface EqualWeights {
  readonly invested?: number;
}

export const equalWeights = defineStrategy<EqualWeights>({
  id: 'equal-weights',
  title: 'Equal weights',
  description: `Target weights invested / n for each of the n assets of the universe. ${nearestInWords}`,
  references: [
    'DeMiguel, V., Garlappi, L., Uppal, R. (2009). Optimal Versus Naive Diversification. Review of Financial Studies 22(5), 1915-1953.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: {
      invested: {
        type: 'number',
        minimum: 0,
        maximum: 10,
        default: 1,
        description: 'Fraction of net asset value held in assets together; the rest is cash.',
      },
    },
  },
  needs: [],
  optimize: (task) => {
    const n = task.situation.universe.assets.length;
    return nearestPortfolio(task, new Float64Array(n).fill((task.parameters.invested ?? 1) / n));
  },
});
