import type { Bound, Lowered, Origin } from '../problem/problem.ts';
import type { ConstraintHandler, Holdings, Measured, Situation } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { admitMembers, membersOf, membersSchema, membersText } from './members.ts';
import { admitNumber, fractionOfValue, invalid, measured, percent } from './range.ts';
import type { Selection } from './selection.ts';

const definitions = ['half-sum', 'one-way-buy', 'one-way-sell', 'gross', 'per-asset', 'average'] as const;
type Definition = (typeof definitions)[number];
const sides = ['all', 'long', 'short'] as const;
type Side = (typeof sides)[number];

export type TurnoverParameters = {
  readonly definition: Definition;
  readonly max: number;
  readonly of?: Selection;
  readonly side?: Side;
};

const labels: Readonly<Record<Definition, string>> = {
  'half-sum': 'turnover (half the sum of trades)',
  'one-way-buy': 'turnover (buys)',
  'one-way-sell': 'turnover (sells)',
  gross: 'turnover (sum of trades)',
  'per-asset': 'turnover',
  average: 'turnover (average trade)',
};

const sideText: Readonly<Record<Side, string>> = { all: '', long: ' of the long side', short: ' of the short side' };

const textOf = ({ definition, max, of, side = 'all' }: TurnoverParameters): string =>
  `${labels[definition]}${sideText[side]}${membersText(of)} at most ${percent(max)}`;
const assetText = ({ max, side = 'all' }: TurnoverParameters, id: string): string =>
  `turnover${sideText[side]} of ${id} at most ${percent(max)}`;

/** Whether purchases and sales of an asset of which so much is held belong to a side: what is not held is bought long and sold short. */
function belongsTo(side: Side, held: number): { readonly buys: boolean; readonly sells: boolean } {
  switch (side) {
    case 'all':
      return { buys: true, sells: true };
    case 'long':
      return { buys: held >= 0, sells: held > 0 };
    case 'short':
      return { buys: held < 0, sells: held <= 0 };
  }
}

/** Rates on buys and sells per unit of weight that make the definition's sum over so many assets. */
function ratesOf(
  definition: Exclude<Definition, 'per-asset'>,
  count: number,
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
      return { buy: 1 / count, sell: 1 / count };
  }
}

function lower(parameters: TurnoverParameters, situation: Situation, origin: (text: string) => Origin): Lowered {
  const { universe, current } = situation;
  const { definition, max, of, side = 'all' } = parameters;
  const meant = membersOf(of, universe);
  if (definition === 'per-asset') {
    const bounds = meant.map((position): Bound => {
      const now = current[position]!;
      const { buys, sells } = belongsTo(side, now);
      return {
        position,
        lower: sells ? now - max : -Infinity,
        upper: buys ? now + max : Infinity,
        origin: origin(assetText(parameters, universe.assets[position]!.id)),
      };
    });
    return { bounds };
  }
  const rates = ratesOf(definition, meant.length);
  const buyRate = new Float64Array(universe.assets.length);
  const sellRate = new Float64Array(universe.assets.length);
  for (const position of meant) {
    const { buys, sells } = belongsTo(side, current[position]!);
    if (buys) buyRate[position] = rates.buy;
    if (sells) sellRate[position] = rates.sell;
  }
  return { tradeLimits: [{ centre: current, buyRate, sellRate, bound: max, origin: origin(textOf(parameters)) }] };
}

function check(parameters: TurnoverParameters, holdings: Holdings, situation: Situation): readonly Measured[] {
  const { definition, max, of, side = 'all' } = parameters;
  const meant = membersOf(of, situation.universe);
  const trades = meant.map((position) => {
    const held = situation.current[position]!;
    const trade = holdings.weights[position]! - held;
    const isLong = held > 0 || (held === 0 && trade > 0);
    return side === 'all' || isLong === (side === 'long') ? trade : 0;
  });
  if (definition === 'per-asset') {
    return meant.map((position, index) => {
      const text = assetText(parameters, situation.universe.assets[position]!.id);
      return measured(text, Math.abs(trades[index]!), { max }, fractionOfValue);
    });
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

function admitParameters({ max }: TurnoverParameters): Violation[] {
  const violations = admitNumber(max, 'max', 'fraction');
  if (max < 0) violations.push(invalid('max', `must not be negative; got ${String(max)}`));
  return violations;
}

/**
 * Turnover against the current weights w0, cash excluded, d = w - w0 of the assets meant, fractions of net asset value:
 * half-sum 1/2 sum|d_i|; one-way-buy sum max(d_i, 0); one-way-sell sum max(-d_i, 0); gross sum|d_i|; per-asset |d_i| for every i;
 * average sum|d_i| / n over all n assets meant. Of the long side: only d_i with w0_i > 0, and purchases where w0_i = 0; of the short side
 * the others, so that both together are the whole.
 */
export const turnover: ConstraintHandler<TurnoverParameters> = {
  type: 'turnover',
  title: 'Turnover limit',
  description:
    'Trades d = weight - current weight, fractions of net asset value, cash excluded. half-sum: 1/2 sum|d|. one-way-buy: sum of buys. one-way-sell: sum of sells. ' +
    'gross: sum|d|. per-asset: |d| of every asset. average: sum|d| divided by the number of assets meant. Systems disagree on the word, so the definition must be chosen. ' +
    '`of` limits it to a part of the universe. side long counts trades in what is held long and purchases of what is not held, short the trades in what is held short and sales of what is not held; ' +
    'a trade that turns a position round counts whole on the side that it was on.',
  version: '1.1.0',
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
      of: membersSchema,
      side: {
        type: 'string',
        title: 'Side',
        description: 'Trades of all positions, or only of the long or the short ones.',
        enum: sides,
        default: 'all',
      },
    },
    required: ['definition', 'max'],
    additionalProperties: false,
    examples: [
      { definition: 'half-sum', max: 0.1 },
      { definition: 'one-way-buy', max: 0.05, of: { sectors: ['Technology'] } },
      { definition: 'gross', max: 0.3, side: 'long' },
    ],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters,
  admit: (parameters, situation) => [...admitParameters(parameters), ...admitMembers(parameters.of, situation)],
  lower,
  check,
};
