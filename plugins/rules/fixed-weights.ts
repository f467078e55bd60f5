import { defineStrategy } from '@veritasvault/portfolio/sdk/v1';
import type { Violation } from '@veritasvault/portfolio/sdk/v1';

import { nearestInWords, nearestPortfolio } from './nearest.ts';

interface FixedWeights {
  readonly weights: Readonly<Record<string, number>>;
}

export const fixedWeights = defineStrategy<FixedWeights>({
  id: 'fixed-weights',
  title: 'Fixed weights',
  description: `Target weights given by asset id, as fractions of net asset value; assets that are not named have weight 0 and cash is the rest. ${nearestInWords}`,
  references: [],
  parameters: {
    type: 'object',
    required: ['weights'],
    additionalProperties: false,
    properties: {
      weights: {
        type: 'object',
        minProperties: 1,
        additionalProperties: { type: 'number', minimum: -10, maximum: 10 },
        description: 'Target weight by asset id: 0.6 is 60 % of net asset value.',
        examples: [{ AAPL: 0.6, BOND: 0.4 }],
      },
    },
  },
  needs: [],
  admit: ({ weights }, { universe }) => {
    const known = new Set(universe.assets.map((asset) => asset.id));
    return Object.keys(weights)
      .filter((id) => !known.has(id))
      .map((id): Violation => ({
        field: `weights[${JSON.stringify(id)}]`,
        description: `asset ${id} is not in the universe`,
      }));
  },
  optimize: (task) => {
    const { weights } = task.parameters;
    const target = task.situation.universe.assets.map(({ id }) =>
      Object.hasOwn(weights, id) ? (weights[id] ?? 0) : 0,
    );
    return nearestPortfolio(task, Float64Array.from(target));
  },
});
