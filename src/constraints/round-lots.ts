import type { Domain, Lot } from '../problem/problem.ts';
import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { positionsById } from '../problem/universe.ts';
import { amongKnown } from './nearest-name.ts';
import { fieldOf, fractionOfValue, invalid, measured, percent } from './range.ts';

export type RoundLotsParameters = {
  readonly lots: Readonly<Record<string, number>>;
  readonly relativeTo?: 'none' | 'current';
  readonly closeOut?: boolean;
};

/** Weights this far from a whole number of lots stand on it: rounding of prices and net asset value. */
const rounding = 1e-9;

/** Where an odd lot may be closed the admissible weights are listed, from 0 to 1 on the side of the holding: 200 of them, and so lots of at least this. */
const closeOutLotLeast = 0.005;

/** The odd lot of an asset, besides which 0 is admissible. */
function hasOddLot({ relativeTo, closeOut }: RoundLotsParameters, held: number, lot: number): boolean {
  if (closeOut !== true || relativeTo !== 'current') return false;
  return Math.abs(held - lot * Math.round(held / lot)) > rounding;
}

function textOf(parameters: RoundLotsParameters, id: string, held: number): string {
  const lot = parameters.lots[id]!;
  const what = parameters.relativeTo === 'current' ? 'trade' : 'holding';
  const closed = hasOddLot(parameters, held, lot) ? ', or closed' : '';
  return `${what} of ${id} in whole lots of ${percent(lot)}${closed}`;
}

function admitParameters({ lots, relativeTo, closeOut }: RoundLotsParameters): Violation[] {
  const entries = Object.entries(lots);
  const violations: Violation[] = [];
  if (entries.length === 0) violations.push(invalid('lots', 'needs the lot of at least one asset'));
  for (const [id, lot] of entries) {
    const field = fieldOf('lots', id);
    if (!(lot > 0 && lot < 1))
      violations.push(invalid(field, `must be a fraction between 0 and 1; got ${String(lot)}`));
    else if (closeOut === true && lot < closeOutLotLeast)
      violations.push(
        invalid(field, `must be at least ${percent(closeOutLotLeast)} with closeOut; got ${percent(lot)}`),
      );
  }
  if (closeOut === true && relativeTo !== 'current')
    violations.push(invalid('closeOut', 'needs relativeTo current: whole lots that are held can always be closed'));
  return violations;
}

function admit(parameters: RoundLotsParameters, { universe }: Situation): readonly Violation[] {
  const positions = positionsById(universe);
  const unknown = Object.keys(parameters.lots).filter((id) => !positions.has(id));
  return [
    ...admitParameters(parameters),
    ...unknown.map((id) =>
      invalid(fieldOf('lots', id), `no asset has this id${amongKnown(id, [...positions.keys()])}`),
    ),
  ];
}

/** 0 and held + k lot, ascending, from 0 to 1 on the side of the holding. */
function weightsWithOddLot(held: number, lot: number): readonly number[] {
  const weights = [0];
  const side = Math.sign(held);
  // From the least size that is whole lots away from what is held.
  for (let k = -Math.floor(Math.abs(held) / lot); Math.abs(held) + k * lot <= 1; k += 1)
    weights.push(held + side * k * lot);
  return weights.sort((one, other) => one - other);
}

/** w_i = k lot_i, or w_i = w0_i + k lot_i, with k whole; w0 the current weights; with closeOut also w_i = 0. */
export const roundLots: ConstraintHandler<RoundLotsParameters> = {
  type: 'round-lots',
  title: 'Round lots',
  description:
    'Weights are whole multiples of the value of a lot: price times lot size divided by net asset value. Relative to current the trades are whole lots, so that an odd lot that is held may stay; ' +
    'with closeOut such a holding may also be closed whole, its odd lot included. An asset with an odd lot that may be closed stays on the side where it is held, at most 100 %, and its lot is at least 0.5 %.',
  version: '1.1.0',
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
      closeOut: {
        type: 'boolean',
        title: 'Close out',
        description:
          'Relative to current: whether a holding with an odd lot may be closed whole. Lots of at least 0.5 % then.',
        default: false,
      },
    },
    required: ['lots'],
    additionalProperties: false,
    examples: [{ lots: { AAPL: 0.01 } }, { lots: { AAPL: 0.03 }, relativeTo: 'current', closeOut: true }],
  },
  convexity: 'integer',
  priority: 0,
  admitParameters,
  admit,
  lower(parameters, { universe, current }, origin) {
    const positions = positionsById(universe);
    const lots: Lot[] = [];
    const domains: Domain[] = [];
    for (const [id, step] of Object.entries(parameters.lots)) {
      const position = positions.get(id)!;
      const held = current[position]!;
      const stated = origin(textOf(parameters, id, held));
      if (hasOddLot(parameters, held, step)) {
        const intervals = weightsWithOddLot(held, step).map((weight) => [weight, weight] as const);
        domains.push({ position, intervals, origin: stated });
      } else lots.push({ position, base: parameters.relativeTo === 'current' ? held : 0, step, origin: stated });
    }
    return { lots, domains };
  },
  check(parameters, holdings, { universe, current }) {
    const positions = positionsById(universe);
    return Object.entries(parameters.lots).map(([id, lot]) => {
      const position = positions.get(id)!;
      const weight = holdings.weights[position]!;
      const held = current[position]!;
      const amount = weight - (parameters.relativeTo === 'current' ? held : 0);
      let left = Math.abs(amount - lot * Math.round(amount / lot));
      if (hasOddLot(parameters, held, lot)) {
        const beyond = Math.max(Math.abs(weight) - 1, -weight * Math.sign(held));
        left = Math.min(Math.abs(weight), Math.max(left, beyond));
      }
      return measured(textOf(parameters, id, held), left <= rounding ? 0 : left, { max: 0 }, fractionOfValue);
    });
  },
};
