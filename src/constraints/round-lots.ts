import type { Domain, Lot } from '../problem/problem.ts';
import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { JsonSchema } from '../values/json.ts';
import type { Violation } from '../values/fault.ts';
import { admitLots, admitLotsIn, lotValues } from './lot-values.ts';
import type { LotParameters, LotValue } from './lot-values.ts';
import { membersSchema } from './members.ts';
import { fractionOfValue, invalid, measured, percent } from './range.ts';

export type RoundLotsParameters = LotParameters & {
  readonly relativeTo?: 'none' | 'current';
  readonly closeOut?: boolean;
};

/** Weights this far from a whole number of lots stand on it: rounding of prices and net asset value. */
const rounding = 1e-9;

/** The same for small lots, as a share of one. */
const roundingOfLot = 1e-3;

/**
 * Where an odd lot may be closed the admissible weights are listed, from 0 to 100 % on the side of the holding: 20,000 of them, and so lots of at least
 * this. Solvers tell 32,767 apart, of which gaps and counts take some.
 */
const closeOutLotLeast = 5e-5;

/** The odd lot of an asset, besides which 0 is admissible. */
function hasOddLot({ relativeTo, closeOut }: RoundLotsParameters, held: number, lot: number): boolean {
  if (closeOut !== true || relativeTo !== 'current') return false;
  return Math.abs(held - lot * Math.round(held / lot)) > Math.min(rounding, roundingOfLot * lot);
}

function textOf(parameters: RoundLotsParameters, { id, value, text }: LotValue, held: number): string {
  const what = parameters.relativeTo === 'current' ? 'trade' : 'holding';
  const closed = hasOddLot(parameters, held, value) ? ', or closed' : '';
  return `${what} of ${id} in whole lots of ${text}${closed}`;
}

function admitCloseOut({ closeOut, relativeTo }: RoundLotsParameters): Violation[] {
  if (closeOut !== true || relativeTo === 'current') return [];
  return [invalid('closeOut', 'needs relativeTo current: whole lots that are held can always be closed')];
}

function admit(parameters: RoundLotsParameters, situation: Situation): readonly Violation[] {
  const { universe, current } = situation;
  const least = percent(closeOutLotLeast);
  const tooSmall = lotValues(parameters, universe).filter(
    ({ position, value }) => value < closeOutLotLeast && value > 0 && hasOddLot(parameters, current[position]!, value),
  );
  return [
    ...admitLotsIn(parameters, situation),
    ...admitCloseOut(parameters),
    ...tooSmall.map(({ id, field, text }) =>
      invalid(field, `an odd lot of ${id} may be closed only where a lot is at least ${least}; it is ${text}`),
    ),
  ];
}

/** 0 and held + k lot, ascending, from 0 to 1, or to what is held, on the side of the holding. */
function weightsWithOddLot(held: number, lot: number): readonly number[] {
  const weights = [0];
  const side = Math.sign(held);
  const size = Math.abs(held);
  const most = Math.max(1, size);
  // From the least size that is whole lots away from what is held.
  for (let k = -Math.floor(size / lot); size + k * lot <= most; k += 1) weights.push(held + side * k * lot);
  return weights.sort((one, other) => one - other);
}

const lotsSchema: JsonSchema = {
  type: 'object',
  title: 'Lots',
  description: 'Asset id -> value of one lot, fraction of net asset value; instead of what the asset states.',
  additionalProperties: { type: 'number', description: 'Fraction of net asset value, above 0.' },
  minProperties: 1,
};

const schema: JsonSchema<RoundLotsParameters> = {
  type: 'object',
  title: 'Round lots',
  properties: {
    lots: lotsSchema,
    from: {
      type: 'string',
      title: 'From',
      description: 'asset-data: a lot is the lot size of the asset times its unit value, price over net asset value.',
      enum: ['asset-data'],
    },
    of: { ...membersSchema, description: `${membersSchema.description ?? ''} Of from alone.` },
    defaultLotSize: {
      type: 'number',
      title: 'Default lot size',
      description: 'Lot size, in shares, of assets that state none. Without it they are refused by name.',
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
      description: 'Relative to current: whether a holding with an odd lot may be closed whole.',
      default: false,
    },
  },
  additionalProperties: false,
  minProperties: 1,
  examples: [
    { lots: { AAPL: 0.01 } },
    { lots: { AAPL: 0.03 }, relativeTo: 'current', closeOut: true },
    { from: 'asset-data', defaultLotSize: 100, relativeTo: 'current', closeOut: true },
  ],
};

/**
 * w_i = k lot_i, or w_i = w0_i + k lot_i, with k whole; w0 the current weights; with closeOut also w_i = 0. lot_i is stated, or the lot size times
 * the unit value of the asset.
 */
export const roundLots: ConstraintHandler<RoundLotsParameters> = {
  type: 'round-lots',
  title: 'Round lots',
  description:
    'Weights are whole multiples of the value of a lot: price times lot size divided by net asset value, as lots states it or from the data of the assets. ' +
    'What becomes of an odd lot, a holding that is not whole lots, is chosen: relative to none it is traded away, up or down to whole lots; relative to current ' +
    'the trades are whole lots, so that it stays; with closeOut it stays or the holding is closed whole, its odd lot included. ' +
    'An asset with an odd lot that may be closed stays on the side where it is held, at most 100 % or what is held, and its lot is at least 0.005 %. ' +
    'Holdings within 1e-9 of net asset value of whole lots, or a thousandth of a lot where that is less, count as whole. ' +
    'Whole lots of all assets hardly ever sum to exactly 100 %: state a budget with room for cash beside them.',
  version: '1.2.0',
  references: [
    'Mansini and Speranza (1999), Heuristic algorithms for the portfolio selection problem with minimum transaction lots, European J. of Operational Research 114',
  ],
  schema,
  convexity: 'integer',
  priority: 0,
  admitParameters: (parameters) => [...admitLots(parameters), ...admitCloseOut(parameters)],
  admit,
  lower(parameters, { universe, current }, origin) {
    const lots: Lot[] = [];
    const domains: Domain[] = [];
    for (const lot of lotValues(parameters, universe)) {
      const { position, value: step } = lot;
      const held = current[position]!;
      const stated = origin(textOf(parameters, lot, held));
      if (hasOddLot(parameters, held, step)) {
        const intervals = weightsWithOddLot(held, step).map((weight) => [weight, weight] as const);
        domains.push({ position, intervals, origin: stated });
      } else lots.push({ position, base: parameters.relativeTo === 'current' ? held : 0, step, origin: stated });
    }
    return { lots, domains };
  },
  check(parameters, holdings, { universe, current }) {
    return lotValues(parameters, universe).map((stated) => {
      const { position, value: lot } = stated;
      const weight = holdings.weights[position]!;
      const held = current[position]!;
      const amount = weight - (parameters.relativeTo === 'current' ? held : 0);
      let left = Math.abs(amount - lot * Math.round(amount / lot));
      if (hasOddLot(parameters, held, lot)) {
        const beyond = Math.max(Math.abs(weight) - Math.max(1, Math.abs(held)), -weight * Math.sign(held));
        left = Math.min(Math.abs(weight), Math.max(left, beyond));
      }
      return measured(textOf(parameters, stated, held), left <= rounding ? 0 : left, { max: 0 }, fractionOfValue);
    });
  },
};
