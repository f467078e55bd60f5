import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import { under } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { rowOf } from './linear-form.ts';
import { admitLookThrough, lookThroughSchema, partsOf, sumThrough, universeThrough } from './look-through.ts';
import { admitRange, fractionOfValue, invalid, measured, plain } from './range.ts';
import type { Range } from './range.ts';
import { admitSelection, meantBy, selectionSchema, selectionText } from './selection.ts';
import type { Selection } from './selection.ts';

export type GroupRatioParameters = {
  readonly of: Selection;
  readonly to: Selection;
  readonly lookThrough?: boolean;
} & Range;

/** One side of the ratio's range: total of `of` minus `times` the total of `to` is at least or at most 0. */
interface Side {
  readonly times: number;
  readonly range: Range;
  readonly text: string;
}

function sidesOf({ of, to, min, max }: GroupRatioParameters): readonly Side[] {
  const text = (words: string, times: number): string =>
    `total of ${selectionText(of)} ${words} ${plain(times)} times the total of ${selectionText(to)}`;
  if (min !== undefined && min === max) return [{ times: min, range: { min: 0, max: 0 }, text: text('exactly', min) }];
  return [
    ...(min === undefined ? [] : [{ times: min, range: { min: 0 }, text: text('at least', min) }]),
    ...(max === undefined ? [] : [{ times: max, range: { max: 0 }, text: text('at most', max) }]),
  ];
}

function admit({ of, to, lookThrough = false, ...range }: GroupRatioParameters, situation: Situation): Violation[] {
  const known = { ...situation, universe: universeThrough(situation.universe, lookThrough) };
  const violations = [
    ...admitRange(range, '', 'plain'),
    ...under('of', admitSelection(of, known)),
    ...under('to', admitSelection(to, known)),
    ...(lookThrough ? admitLookThrough(situation.universe, 'lookThrough') : []),
  ];
  const [isOf, isTo] = [meantBy(of), meantBy(to)];
  const isIdle = (times: number): boolean =>
    known.universe.assets.every((asset) => Number(isOf(asset)) === times * Number(isTo(asset)));
  for (const [field, times] of Object.entries(range))
    if (violations.length === 0 && isIdle(times))
      violations.push(invalid(field, `compares ${selectionText(of)} with itself: it holds whatever the weights are`));
  return violations;
}

/** sum_{i in A} w_i >= min sum_{i in B} w_i and <= max sum_{i in B} w_i, A the assets of `of`, B those of `to`. */
export const groupRatio: ConstraintHandler<GroupRatioParameters> = {
  type: 'group-ratio',
  title: 'Ratio of two groups',
  description:
    'Total weight of the assets of `of` at least `min` times and at most `max` times the total weight of the assets of `to`; short positions count negative, the uninvested cash counts in neither. ' +
    'Where the total of `to` is negative, as it can be with short positions, the same inequality between the two totals holds; it is then not one between their quotient and the limit. ' +
    'Measured as the total of `of` minus the multiple of the total of `to`, against 0. With lookThrough a fund counts with what it holds, by weight.',
  version: '1.0.0',
  references: [],
  schema: {
    type: 'object',
    title: 'Ratio of two groups',
    properties: {
      of: selectionSchema('Of', false),
      to: selectionSchema('To', false),
      min: { type: 'number', title: 'Minimum', description: 'Least multiple, 2 for twice. Open when missing.' },
      max: { type: 'number', title: 'Maximum', description: 'Greatest multiple. Open when missing.' },
      lookThrough: lookThroughSchema,
    },
    required: ['of', 'to'],
    additionalProperties: false,
    examples: [
      { of: { assetClasses: ['Equity'] }, to: { assetClasses: ['Bond'] }, min: 2 },
      { of: { sectors: ['Technology'] }, to: { countries: ['US'] }, min: 0.1, max: 0.5, lookThrough: true },
    ],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters: ({ min, max }) =>
    admitRange({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }, '', 'plain'),
  admit,
  lower(parameters, { universe }, origin) {
    const totals = (selection: Selection): number[] => {
      const isMeant = meantBy(selection);
      return universe.assets.map((asset) =>
        partsOf(asset, parameters.lookThrough === true).reduce(
          (total, part) => total + (isMeant(part.asset) ? part.share : 0),
          0,
        ),
      );
    };
    const [of, to] = [totals(parameters.of), totals(parameters.to)];
    return {
      rows: sidesOf(parameters).map(({ times, range, text }) => {
        const weights = Float64Array.from(of, (share, position) => share - times * to[position]!);
        return rowOf({ weights, cash: 0, constant: 0 }, range, origin(text));
      }),
    };
  },
  check(parameters, holdings, { universe }) {
    const through = parameters.lookThrough === true;
    const totalOf = (selection: Selection): number => {
      const isMeant = meantBy(selection);
      const shareOf = (position: number): number =>
        sumThrough(universe.assets[position]!, through, (asset) => (isMeant(asset) ? 1 : 0));
      return holdings.weights.reduce((total, weight, position) => total + weight * shareOf(position), 0);
    };
    const [of, to] = [totalOf(parameters.of), totalOf(parameters.to)];
    return sidesOf(parameters).map(({ times, range, text }) => measured(text, of - times * to, range, fractionOfValue));
  },
};
