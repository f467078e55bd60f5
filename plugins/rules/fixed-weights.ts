import { keysAt, lineFaults, weightAt, weightsSchema } from './lines.ts';
import { defineRule, nearestInWords } from './nearest.ts';

interface FixedWeights {
  readonly weights: Readonly<Record<string, number>>;
}

export const fixedWeights = defineRule<FixedWeights>({
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
        ...weightsSchema,
        description: 'Target weight by asset id: 0.6 is 60 % of net asset value.',
        examples: [{ AAPL: 0.6, BOND: 0.4 }],
      },
    },
  },
  needs: [],
  faults: ({ weights }, { universe }) => lineFaults(keysAt('weights', weights), {}, universe),
  decide: ({ parameters: { weights }, situation }) => ({
    target: Float64Array.from(situation.universe.assets, ({ id }) => weightAt(weights, id)),
  }),
});
