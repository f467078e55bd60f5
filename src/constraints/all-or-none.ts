import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { positionsById } from '../problem/universe.ts';
import { amongKnown } from './nearest-name.ts';
import { admitNumber, fieldOf, fractionOfValue, invalid, measured, percent } from './range.ts';

export type AllOrNoneParameters = { readonly assets: Readonly<Record<string, number>> };

const textOf = (id: string, weight: number): string => `holding of ${id} none or all of ${percent(weight)}`;

function admitParameters({ assets }: AllOrNoneParameters): Violation[] {
  const entries = Object.entries(assets);
  if (entries.length === 0) return [invalid('assets', 'needs the weight of at least one asset')];
  return entries.flatMap(([id, weight]) => {
    const field = fieldOf('assets', id);
    return weight === 0 ? [invalid(field, 'must not be 0')] : admitNumber(weight, field, 'fraction');
  });
}

function admit(parameters: AllOrNoneParameters, { universe }: Situation): readonly Violation[] {
  const positions = positionsById(universe);
  const unknown = Object.keys(parameters.assets).filter((id) => !positions.has(id));
  return [
    ...admitParameters(parameters),
    ...unknown.map((id) =>
      invalid(fieldOf('assets', id), `no asset has this id${amongKnown(id, [...positions.keys()])}`),
    ),
  ];
}

/** w_i = 0 or w_i = the weight stated. */
export const allOrNone: ConstraintHandler<AllOrNoneParameters> = {
  type: 'all-or-none',
  title: 'All or none',
  description:
    'An asset is held with exactly the weight stated or not at all: a block that is not divided, a fund with a fixed subscription, a position that is kept whole or sold whole.',
  version: '1.0.0',
  references: [],
  schema: {
    type: 'object',
    title: 'All or none',
    properties: {
      assets: {
        type: 'object',
        title: 'Assets',
        description: 'Asset id -> weight when held, fraction of net asset value.',
        additionalProperties: { type: 'number', description: 'Fraction of net asset value, not 0.' },
        minProperties: 1,
      },
    },
    required: ['assets'],
    additionalProperties: false,
    examples: [{ assets: { AAPL: 0.05 } }],
  },
  convexity: 'integer',
  priority: 0,
  admitParameters,
  admit,
  lower({ assets }, { universe }, origin) {
    const positions = positionsById(universe);
    return {
      domains: Object.entries(assets).map(([id, weight]) => {
        const [low, high] = weight < 0 ? [weight, 0] : [0, weight];
        const intervals = [
          [low, low],
          [high, high],
        ] as const;
        return { position: positions.get(id)!, intervals, origin: origin(textOf(id, weight)) };
      }),
    };
  },
  check({ assets }, holdings, { universe }) {
    const positions = positionsById(universe);
    return Object.entries(assets).map(([id, weight]) => {
      const value = holdings.weights[positions.get(id)!]!;
      const whole = Math.abs(value - weight) < Math.abs(value) ? weight : 0;
      return measured(textOf(id, weight), value, { min: whole, max: whole }, fractionOfValue);
    });
  },
};
