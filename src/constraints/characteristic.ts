import type { Lowered, Origin } from '../problem/problem.ts';
import type { ConstraintHandler, Holdings, Measured, Situation } from '../problem/situation.ts';
import type { UniverseAsset } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import { characteristicNames, characteristicOf } from './characteristics.ts';
import { relativeForm, rowOf } from './linear-form.ts';
import type { LinearForm } from './linear-form.ts';
import { admitLookThrough, lookThroughSchema, partsOf, sumThrough } from './look-through.ts';
import { admitMembers, membersOf, membersSchema, membersText } from './members.ts';
import { amongKnown } from './nearest-name.ts';
import { admitRange, invalid, measured, plain, rangeText } from './range.ts';
import type { Range } from './range.ts';
import { admitRelative, centreOf, relativeText, relativeToSchema } from './relative.ts';
import type { RelativeTo } from './relative.ts';
import type { Selection } from './selection.ts';
import { listed } from './taxonomy.ts';

export type CharacteristicParameters = {
  readonly name: string;
  readonly aggregate: 'average' | 'sum';
  readonly of?: Selection;
  readonly missing?: 'refuse' | 'exclude' | 'zero';
  readonly relativeTo?: RelativeTo;
  readonly lookThrough?: boolean;
} & Range;

/** An average over so little is none. */
const weightLeast = 1e-9;

/** One restriction: a sum within a range, or an average on one side of a limit, which is linear only by itself. */
interface Side {
  /** What an average is compared with, in the unit of the characteristic; 0 for sums. */
  readonly limit: number;
  readonly range: Range;
  readonly text: string;
}

function rangeOf({ min, max }: Range): Range {
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

/** What an asset brings per unit of weight: the characteristic, and how much of the weight has one. */
interface Brought {
  readonly amount: number;
  readonly counted: number;
}

function broughtBy(asset: UniverseAsset, { name, missing, lookThrough = false }: CharacteristicParameters): Brought {
  let [amount, counted] = [0, 0];
  for (const part of partsOf(asset, lookThrough)) {
    const value = characteristicOf(part.asset, name);
    amount += part.share * (value ?? 0);
    if (value !== undefined || missing === 'zero') counted += part.share;
  }
  return { amount, counted };
}

/** sum_i amount_i w_i and sum_i counted_i w_i over the assets meant. */
function formsOf(
  parameters: CharacteristicParameters,
  { universe }: Situation,
): { readonly amount: LinearForm; readonly counted: LinearForm } {
  const amount = new Float64Array(universe.assets.length);
  const counted = new Float64Array(universe.assets.length);
  for (const position of membersOf(parameters.of, universe)) {
    const brought = broughtBy(universe.assets[position]!, parameters);
    amount[position] = brought.amount;
    counted[position] = brought.counted;
  }
  return { amount: { weights: amount, cash: 0, constant: 0 }, counted: { weights: counted, cash: 0, constant: 0 } };
}

/** The two sums at holdings, from their definition. */
function sumsAt(
  parameters: CharacteristicParameters,
  { weights }: Holdings,
  { universe }: Situation,
): { readonly amount: number; readonly counted: number } {
  const { name, of, missing, lookThrough = false } = parameters;
  let [amount, counted] = [0, 0];
  for (const position of membersOf(of, universe)) {
    const asset = universe.assets[position]!;
    const has = (each: UniverseAsset): number =>
      characteristicOf(each, name) !== undefined || missing === 'zero' ? 1 : 0;
    amount += weights[position]! * sumThrough(asset, lookThrough, (each) => characteristicOf(each, name) ?? 0);
    counted += weights[position]! * sumThrough(asset, lookThrough, has);
  }
  return { amount, counted };
}

/** The average that an average is relative to; 0 when it is relative to nothing, no number when nothing there has the characteristic. */
function averageThere(parameters: CharacteristicParameters, situation: Situation): number {
  const { relativeTo = 'none' } = parameters;
  if (relativeTo === 'none') return 0;
  const { amount, counted } = sumsAt(parameters, centreOf(relativeTo, situation), situation);
  return counted > weightLeast ? amount / counted : NaN;
}

function sidesOf(parameters: CharacteristicParameters, situation: Situation): readonly Side[] {
  const { name, aggregate, of, min, max, relativeTo, lookThrough } = parameters;
  const through = lookThrough === true ? ', funds looked through,' : '';
  const text = (range: Range): string =>
    `${aggregate} ${name}${membersText(of)}${through}${relativeText(relativeTo)} ${rangeText(range, plain)}`;
  const whole = rangeOf(parameters);
  if (aggregate === 'sum') return [{ limit: 0, range: whole, text: text(whole) }];
  const there = averageThere(parameters, situation);
  const sideOf = (limit: number, range: Range): Side => ({ limit: there + limit, range, text: text(range) });
  if (min !== undefined && min === max) return [sideOf(min, whole)];
  return [...(min === undefined ? [] : [sideOf(min, { min })]), ...(max === undefined ? [] : [sideOf(max, { max })])];
}

/** Ids of the assets, or of what they hold, that have no such characteristic. */
function without(parameters: CharacteristicParameters, { universe }: Situation): readonly string[] {
  return membersOf(parameters.of, universe).flatMap((position) => {
    const asset = universe.assets[position]!;
    return partsOf(asset, parameters.lookThrough === true)
      .filter((part) => characteristicOf(part.asset, parameters.name) === undefined)
      .map((part) => (part.asset === asset ? asset.id : `${part.asset.id} in ${asset.id}`));
  });
}

function admit(parameters: CharacteristicParameters, situation: Situation): readonly Violation[] {
  const { name, aggregate, of, missing = 'refuse', relativeTo, lookThrough } = parameters;
  const violations = [
    ...admitRange(rangeOf(parameters), '', 'plain'),
    ...admitMembers(of, situation),
    ...admitRelative(relativeTo, 'relativeTo', situation),
    ...(lookThrough === true ? admitLookThrough(situation.universe, 'lookThrough') : []),
  ];
  if (violations.length > 0) return violations;
  const { amount, counted } = formsOf({ ...parameters, missing: 'exclude' }, situation);
  if (counted.weights.every((share) => share === 0)) {
    const known = characteristicNames(situation.universe);
    return [invalid('name', `no asset meant has a characteristic ${JSON.stringify(name)}${amongKnown(name, known)}`)];
  }
  const lacking = missing === 'refuse' ? without(parameters, situation) : [];
  if (lacking.length > 0) {
    const choices = 'state missing: exclude or zero, or name the assets meant in of';
    return [invalid('missing', `${listed(lacking)} have no ${JSON.stringify(name)}; ${choices}`)];
  }
  if (aggregate === 'sum' && amount.weights.every((value) => value === 0))
    return [
      invalid('name', `${JSON.stringify(name)} is 0 for every asset meant: its sum is 0 whatever the weights are`),
    ];
  if (aggregate === 'average' && Number.isNaN(averageThere(parameters, situation))) {
    const where = relativeTo === 'current' ? 'what is held now' : 'the benchmark';
    return [
      invalid('relativeTo', `${where} has no weight with ${JSON.stringify(name)}, so no average to compare with`),
    ];
  }
  return [];
}

function lower(parameters: CharacteristicParameters, situation: Situation, origin: (text: string) => Origin): Lowered {
  const { amount, counted } = formsOf(parameters, situation);
  const rows = sidesOf(parameters, situation).map(({ limit, range, text }) => {
    if (parameters.aggregate === 'sum') {
      const relative = relativeForm(amount, centreOf(parameters.relativeTo, situation));
      return rowOf(relative, range, origin(text));
    }
    const weights = amount.weights.map((value, position) => value - limit * counted.weights[position]!);
    const sides = { ...(range.min === undefined ? {} : { min: 0 }), ...(range.max === undefined ? {} : { max: 0 }) };
    return rowOf({ weights, cash: 0, constant: 0 }, sides, origin(text));
  });
  return { rows };
}

function check(parameters: CharacteristicParameters, holdings: Holdings, situation: Situation): readonly Measured[] {
  const here = sumsAt(parameters, holdings, situation);
  return sidesOf(parameters, situation).map(({ limit, range, text }) => {
    if (parameters.aggregate === 'sum') {
      const there = sumsAt(parameters, centreOf(parameters.relativeTo, situation), situation);
      return measured(text, here.amount - there.amount, range, `${parameters.name} times weight`);
    }
    const stated = range.min ?? range.max ?? 0;
    const value = stated + here.amount - limit * here.counted;
    return measured(text, value, range, parameters.name);
  });
}

/**
 * average: min <= sum_i x_i w_i / sum_i w_i <= max over the assets meant, as the linear sum_i (x_i - m) w_i >= 0 for m = min and <= 0 for
 * m = max; sum: min <= sum_i x_i w_i <= max. x the characteristic, w fractions of net asset value.
 */
export const characteristic: ConstraintHandler<CharacteristicParameters> = {
  type: 'characteristic',
  title: 'Characteristic of the portfolio',
  description:
    'A numeric characteristic x of the assets (ESG score, yield, duration, rating as a number, beta, ...), by its name. average: the weighted average over the weight invested in the assets meant, ' +
    'sum x w / sum w, held as sum (x - m) w at least 0 for a minimum m and at most 0 for a maximum m. That is the same wherever sum w is above 0, as it is without short positions; ' +
    'where short positions make sum w negative the linear form is what holds, and with nothing invested in the assets meant it holds by itself. ' +
    'Measured as m + sum (x - m) w: the average with the weight that is not in the assets meant counted as the limit, and so the average itself when these are the whole net asset value. sum: sum x w, cash and other assets counting 0. ' +
    'relativeTo compares with the average or sum of the benchmark or of what is held now. Assets without the characteristic are refused by name unless missing says ' +
    'exclude (they count in neither sum) or zero (x = 0). With lookThrough a fund has what it holds, by weight, and for what its holdings leave its own value.',
  version: '1.0.0',
  references: [],
  schema: {
    type: 'object',
    title: 'Characteristic of the portfolio',
    properties: {
      name: {
        type: 'string',
        title: 'Characteristic',
        description: 'Key in the characteristics of the assets: `esg-score`, `duration`.',
        minLength: 1,
        maxLength: 255,
      },
      aggregate: {
        type: 'string',
        title: 'Aggregate',
        description: 'average over the weight invested in the assets meant, or sum of characteristic times weight.',
        enum: ['average', 'sum'],
      },
      min: { type: 'number', title: 'Minimum', description: 'In the unit of the characteristic. Open when missing.' },
      max: { type: 'number', title: 'Maximum', description: 'In the unit of the characteristic. Open when missing.' },
      of: membersSchema,
      missing: {
        type: 'string',
        title: 'Missing',
        description: 'Assets without the characteristic: refuse them by name, leave them out, or count 0 for them.',
        enum: ['refuse', 'exclude', 'zero'],
        default: 'refuse',
      },
      relativeTo: {
        ...relativeToSchema,
        description: 'none, or the average or sum of the benchmark or of what is held now.',
      },
      lookThrough: lookThroughSchema,
    },
    required: ['name', 'aggregate'],
    additionalProperties: false,
    examples: [
      { name: 'esg-score', aggregate: 'average', min: 8.5 },
      { name: 'duration', aggregate: 'average', min: 4, max: 7, of: { assetClasses: ['Bond'] } },
      { name: 'yield', aggregate: 'sum', min: 0.001, relativeTo: 'benchmark', lookThrough: true },
    ],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters: (parameters) => admitRange(rangeOf(parameters), '', 'plain'),
  admit,
  lower,
  check,
};
