import { listed } from '@veritasvault/portfolio/sdk/v1';
import type { Situation, Universe, Violation } from '@veritasvault/portfolio/sdk/v1';

import { defineRule, nearestInWords } from './nearest.ts';

interface CapitalizationWeights {
  readonly source: 'market-capitalization' | 'benchmark';
}

/** What the source lacks, asset by asset. */
function missing({ source }: CapitalizationWeights, { universe, benchmark }: Situation): readonly Violation[] {
  const refuse = (why: string): readonly Violation[] => [
    { field: 'source', description: `is "${source}", but ${why}` },
  ];
  if (source === 'benchmark') {
    if (benchmark === undefined) return refuse('the portfolio has no benchmark');
    // As on a part of the universe of which the benchmark holds nothing.
    return sumOf(benchmark) > 0 ? [] : refuse('the benchmark holds nothing here');
  }
  const without = universe.assets.filter((asset) => asset.marketCapitalization === undefined).map((asset) => asset.id);
  if (without.length > 0) return refuse(`these assets have none: ${listed(without)}`);
  return sumOf(capitalizationsOf(universe)) > 0 ? [] : refuse('all capitalizations are 0');
}

/** (n) 0 where there is none. */
function capitalizationsOf({ assets }: Universe): Float64Array {
  return Float64Array.from(assets, ({ marketCapitalization = 0 }) => marketCapitalization);
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
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
    const weights =
      parameters.source === 'benchmark' && benchmark !== undefined ? benchmark : capitalizationsOf(universe);
    const total = sumOf(weights);
    return { target: weights.map((weight) => weight / total) };
  },
});
