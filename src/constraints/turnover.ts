import type { Bound, Lowered, Origin } from '../problem/problem.ts';
import type { ConstraintHandler, Holdings, Measured, Situation } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { admitNumber, fractionOfValue, invalid, measured, percent } from './range.ts';

const definitions = ['half-sum', 'one-way-buy', 'one-way-sell', 'gross', 'per-asset', 'average'] as const;
type Definition = (typeof definitions)[number];

export type TurnoverParameters = { readonly definition: Definition; readonly max: number };

const labels: Readonly<Record<Definition, string>> = {
  'half-sum': 'turnover (half the sum of trades)',
  'one-way-buy': 'turnover (buys)',
  'one-way-sell': 'turnover (sells)',
  gross: 'turnover (sum of trades)',
  'per-asset': 'turnover',
  average: 'turnover (average trade)',
};

const textOf = ({ definition, max }: TurnoverParameters): string => `${labels[definition]} at most ${percent(max)}`;
const assetText = (parameters: TurnoverParameters, id: string): string =>
  `turnover of ${id} at most ${percent(parameters.max)}`;

/** Rates on buys and sells per unit of weight that make the definition's sum. */
function ratesOf(
  definition: Exclude<Definition, 'per-asset'>,
  n: number,
): { readonly buy: number; readonly sell: number } {
  switch (definition) {
    case 'half-sum':
      return { buy: 0.5, sell: 0.5 };
    case 'one-way-buy':
      return { buy: 1, sell: 0 };
    case 'one-way-sell':
      return { buy: 0, sell: 1 };
    case 'gross':
      return { buy: 1, sell: 1 };
    case 'average':
      return { buy: 1 / n, sell: 1 / n };
  }
}

function lower(parameters: TurnoverParameters, situation: Situation, origin: (text: string) => Origin): Lowered {
  const { assets } = situation.universe;
  const { definition, max } = parameters;
  if (definition === 'per-asset') {
    const bounds = assets.map(({ id }, position): Bound => {
      const now = situation.current[position]!;
      return { position, lower: now - max, upper: now + max, origin: origin(assetText(parameters, id)) };
    });
    return { bounds };
  }
  const rates = ratesOf(definition, assets.length);
  return {
    tradeLimits: [
      {
        centre: situation.current,
        buyRate: new Float64Array(assets.length).fill(rates.buy),
        sellRate: new Float64Array(assets.length).fill(rates.sell),
        bound: max,
        origin: origin(textOf(parameters)),
      },
    ],
  };
}

function check(parameters: TurnoverParameters, holdings: Holdings, situation: Situation): readonly Measured[] {
  const trades = Array.from(holdings.weights, (weight, position) => weight - situation.current[position]!);
  const { definition, max } = parameters;
  if (definition === 'per-asset') {
    return trades.map((trade, position) =>
      measured(
        assetText(parameters, situation.universe.assets[position]!.id),
        Math.abs(trade),
        { max },
        fractionOfValue,
      ),
    );
  }
  const bought = trades.reduce((sum, trade) => sum + Math.max(trade, 0), 0);
  const sold = trades.reduce((sum, trade) => sum + Math.max(-trade, 0), 0);
  const values: Readonly<Record<typeof definition, number>> = {
    'half-sum': (bought + sold) / 2,
    'one-way-buy': bought,
    'one-way-sell': sold,
    gross: bought + sold,
    average: (bought + sold) / trades.length,
  };
  return [measured(textOf(parameters), values[definition], { max }, fractionOfValue)];
}

function admit({ max }: TurnoverParameters): readonly Violation[] {
  const violations: Violation[] = admitNumber(max, 'max', 'fraction');
  if (max < 0) violations.push(invalid('max', `must not be negative; got ${String(max)}`));
  return violations;
}

/**
 * Turnover against the current weights w0, cash excluded, d = w - w0, fractions of net asset value:
 * half-sum 1/2 sum|d_i|; one-way-buy sum max(d_i, 0); one-way-sell sum max(-d_i, 0); gross sum|d_i|; per-asset |d_i| for every i;
 * average sum|d_i| / n over all n assets of the universe.
 */
export const turnover: ConstraintHandler<TurnoverParameters> = {
  type: 'turnover',
  title: 'Turnover limit',
  description:
    'Trades d = weight - current weight, fractions of net asset value, cash excluded. half-sum: 1/2 sum|d|. one-way-buy: sum of buys. one-way-sell: sum of sells. ' +
    'gross: sum|d|. per-asset: |d| of every asset. average: sum|d| divided by the number of assets in the universe. Systems disagree on the word, so the definition must be chosen.',
  version: '1.0.0',
  references: ['Boyd et al. (2017), Multi-Period Trading via Convex Optimization, 2.3 (half-sum)'],
  schema: {
    type: 'object',
    title: 'Turnover limit',
    properties: {
      definition: {
        type: 'string',
        title: 'Definition',
        description: 'Which sum of trades is limited; there is no default.',
        enum: definitions,
      },
      max: { type: 'number', title: 'Maximum', description: 'Fraction of net asset value, >= 0: 0.1 for 10 %.' },
    },
    required: ['definition', 'max'],
    additionalProperties: false,
    examples: [{ definition: 'half-sum', max: 0.1 }],
  },
  convexity: 'linear',
  priority: 0,
  admit,
  lower,
  check,
};
