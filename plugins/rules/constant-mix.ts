import type { Lowered, Task } from '@veritasvault/portfolio/sdk/v1';

import {
  bySchema,
  insideSchema,
  keysAt,
  lineFaults,
  namedFaults,
  namedTarget,
  weightAt,
  weightsSchema,
} from './lines.ts';
import type { Line, LineChoice } from './lines.ts';
import { defineRule, nearestInWords } from './nearest.ts';

interface ConstantMix extends LineChoice {
  readonly weights: Readonly<Record<string, number>>;
  readonly trades?: 'both' | 'buy-only' | 'sell-only';
}

export const constantMix = defineRule<ConstantMix>({
  id: 'constant-mix',
  title: 'Constant mix',
  description: `Target weights by asset, or by class and inside each class in the proportions that "inside" names, whatever the market has done since; classes and assets that are not named have weight 0 and cash is the rest. "trades" may forbid all sales (new cash is put where it is wanted most) or all purchases (cash is raised where there is too much). ${nearestInWords}`,
  references: [
    'Perold, A. F., Sharpe, W. F. (1988). Dynamic Strategies for Asset Allocation. Financial Analysts Journal 44(1), 16-27.',
  ],
  parameters: {
    type: 'object',
    required: ['weights'],
    additionalProperties: false,
    properties: {
      weights: {
        ...weightsSchema,
        description: 'Target weight by name, as `by` reads it: 0.6 is 60 % of net asset value.',
      },
      by: bySchema,
      inside: insideSchema,
      trades: {
        type: 'string',
        enum: ['both', 'buy-only', 'sell-only'],
        default: 'both',
        description: 'Which trades are allowed: `buy-only` invests cash, `sell-only` raises it.',
      },
    },
    examples: [
      { weights: { Equity: 0.6, Bond: 0.4 }, by: 'asset-class' },
      { weights: { AAPL: 0.5, BOND: 0.5 }, trades: 'buy-only' },
    ],
  },
  needs: [],
  faults: (parameters, situation) => [
    ...lineFaults(keysAt('weights', parameters.weights), parameters, situation.universe),
    ...namedFaults(weightIn(parameters), parameters, situation),
  ],
  decide: (task) => {
    const { target, lines } = namedTarget(weightIn(task.parameters), task.parameters, task.situation);
    return { target, added: oneSided(task), report: { lines } };
  },
});

function weightIn({ weights }: ConstantMix): (line: Line) => number {
  return ({ name }) => weightAt(weights, name);
}

/** The side of the current weights on which each asset stays. */
function oneSided({ parameters, situation, ...task }: Task<ConstantMix>): readonly Lowered[] {
  const { trades = 'both' } = parameters;
  if (trades === 'both') return [];
  const { current, universe } = situation;
  return [
    {
      bounds: universe.assets.map(({ id }, position) => ({
        position,
        lower: trades === 'buy-only' ? current[position]! : -Infinity,
        upper: trades === 'buy-only' ? Infinity : current[position]!,
        origin: task.origin(`${id} is not ${trades === 'buy-only' ? 'sold' : 'bought'}`),
      })),
    },
  ];
}
