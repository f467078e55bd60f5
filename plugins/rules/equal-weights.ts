import { bySchema, lineFaults, linesOf } from './lines.ts';
import { defineRule, nearestInWords } from './nearest.ts';

interface EqualWeights {
  readonly invested?: number;
  readonly by?: string;
}

export const equalWeights = defineRule<EqualWeights>({
  id: 'equal-weights',
  title: 'Equal weights',
  description: `Target weights invested / n for each of the n assets of the universe; with "by", invested / c for each of the c classes, and inside each the same for all of its assets. ${nearestInWords}`,
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
      by: { ...bySchema, description: `What has equal weights. ${bySchema.description}` },
    },
    examples: [{ invested: 1 }, { by: 'sector' }],
  },
  needs: [],
  faults: (parameters, { universe }) => lineFaults({}, parameters, universe),
  decide: ({ parameters, situation: { universe } }) => {
    const lines = linesOf(universe, parameters);
    const target = new Float64Array(universe.assets.length);
    for (const { positions } of lines)
      for (const position of positions) target[position] = (parameters.invested ?? 1) / lines.length / positions.length;
    return { target };
  },
});
