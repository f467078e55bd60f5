import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { positionsById } from '../problem/universe.ts';
import { fieldOf, fractionOfValue, invalid, measured, percent } from './range.ts';
import { listed } from './taxonomy.ts';

export type RoundLotsParameters = {
  readonly lots: Readonly<Record<string, number>>;
  readonly relativeTo?: 'none' | 'current';
};

/** Weights this far from a whole number of lots stand on it: rounding of prices and net asset value. */
const rounding = 1e-9;

const textOf = (id: string, lot: number, of: 'none' | 'current' | undefined): string =>
  `${of === 'current' ? 'trade' : 'holding'} of ${id} in whole lots of ${percent(lot)}`;

function admitParameters({ lots }: RoundLotsParameters): Violation[] {
  const entries = Object.entries(lots);
  if (entries.length === 0) return [invalid('lots', 'needs the lot of at least one asset')];
  return entries
    .filter(([, lot]) => !(lot > 0 && lot < 1))
    .map(([id, lot]) => invalid(fieldOf('lots', id), `must be a fraction between 0 and 1; got ${String(lot)}`));
}

function admit(parameters: RoundLotsParameters, { universe }: Situation): readonly Violation[] {
  const positions = positionsById(universe);
  const unknown = Object.keys(parameters.lots).filter((id) => !positions.has(id));
  return [
    ...admitParameters(parameters),
    ...unknown.map((id) =>
      invalid(fieldOf('lots', id), `no asset has this id; known: ${listed([...positions.keys()])}`),
    ),
  ];
}

/** w_i = k lot_i, or w_i = w0_i + k lot_i, with k whole; w0 the current weights. */
export const roundLots: ConstraintHandler<RoundLotsParameters> = {
  type: 'round-lots',
  title: 'Round lots',
  description:
    'Weights are whole multiples of the value of a lot: price times lot size divided by net asset value. Relative to current the trades are whole lots, so that an odd lot that is held may stay.',
  version: '1.0.0',
  references: [
    'Mansini and Speranza (1999), Heuristic algorithms for the portfolio selection problem with minimum transaction lots, European J. of Operational Research 114',
  ],
  schema: {
    type: 'object',
    title: 'Round lots',
    properties: {
      lots: {
        type: 'object',
        title: 'Lots',
        description: 'Asset id -> value of one lot, fraction of net asset value.',
        additionalProperties: { type: 'number', description: 'Fraction of net asset value, above 0.' },
        minProperties: 1,
      },
      relativeTo: {
        type: 'string',
        title: 'Relative to',
        description: 'none: the holding is whole lots. current: the trade is.',
        enum: ['none', 'current'],
        default: 'none',
      },
    },
    required: ['lots'],
    additionalProperties: false,
    examples: [{ lots: { AAPL: 0.01 } }],
  },
  convexity: 'integer',
  priority: 0,
  admitParameters,
  admit,
  lower({ lots, relativeTo }, { universe, current }, origin) {
    const positions = positionsById(universe);
    return {
      lots: Object.entries(lots).map(([id, step]) => {
        const position = positions.get(id)!;
        const base = relativeTo === 'current' ? current[position]! : 0;
        return { position, base, step, origin: origin(textOf(id, step, relativeTo)) };
      }),
    };
  },
  check({ lots, relativeTo }, holdings, { universe, current }) {
    const positions = positionsById(universe);
    return Object.entries(lots).map(([id, lot]) => {
      const position = positions.get(id)!;
      const amount = holdings.weights[position]! - (relativeTo === 'current' ? current[position]! : 0);
      const left = Math.abs(amount - lot * Math.round(amount / lot));
      return measured(textOf(id, lot, relativeTo), left <= rounding ? 0 : left, { max: 0 }, fractionOfValue);
    });
  },
};
