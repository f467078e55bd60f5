import type { Situation, Violation } from '@veritasvault/portfolio/sdk/v1';

import { defineRule, nearestInWords } from './nearest.ts';

interface CapitalizationWeights {
  readonly source: 'market-capitalization' | 'benchmark';
}

/** What the source lacks, asset by asset. */
function missing({ source }: CapitalizationWeights, { universe, benchmark }: Situation): readonly Violation[] {
  if (source === 'benchmark') {
    return benchmark === undefined
      ? [{ field: 'source', description: 'is "benchmark", but the portfolio has no benchmark' }]
      : [];
  }
  const without = universe.assets.filter((asset) => asset.marketCapitalization === undefined).map((asset) => asset.id);
  const total = universe.assets.reduce((sum, asset) => sum + (asset.marketCapitalization ?? 0), 0);
  if (without.length > 0) {
    return [
      { field: 'source', description: `is "market-capitalization", but these assets have none: ${without.join(', ')}` },
    ];
  }
  return total > 0
    ? []
    : [{ field: 'source', description: 'is "market-capitalization", but all capitalizations are 0' }];
}

export const capitalizationWeights = defineRule<CapitalizationWeights>({
  id: 'capitalization-weights',
  title: 'Capitalization weights',
  description: `Target weights proportional to the market capitalizations of the assets, or equal to the benchmark's weights, as "source" says; they sum to 1. ${nearestInWords}`,
  references: ['Sharpe, W. F. (1964). Capital Asset Prices. Journal of Finance 19(3), 425-442.'],
  parameters: {
    type: 'object',
    required: ['source'],
    additionalProperties: false,
    properties: {
      source: {
        type: 'string',
        enum: ['market-capitalization', 'benchmark'],
        description: 'Where the capitalization weights come from; there is no default.',
        examples: ['market-capitalization'],
      },
    },
  },
  needs: [],
  faults: missing,
  decide: ({ parameters, situation: { universe, benchmark } }) => {
    const capitalizations = Float64Array.from(universe.assets, (asset) => asset.marketCapitalization ?? 0);
    const weights = parameters.source === 'benchmark' && benchmark !== undefined ? benchmark : capitalizations;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { target: weights.map((weight) => weight / total) };
  },
});
