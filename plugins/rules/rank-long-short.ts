import { listed } from '@veritasvault/portfolio/sdk/v1';
import type { JsonSchema, Situation, Violation } from '@veritasvault/portfolio/sdk/v1';

import { legsOf } from './legs.ts';
import type { LegSize } from './legs.ts';
import { keysAt, lineFaults, linesOf, weightAt } from './lines.ts';
import { defineRule, nearestInWords } from './nearest.ts';

interface RankLongShort {
  readonly score: 'characteristic' | 'expected-return' | 'given';
  readonly characteristic?: string;
  readonly scores?: Readonly<Record<string, number>>;
  readonly order?: 'high-is-long' | 'low-is-long';
  readonly missing?: 'refuse' | 'leave-out';
  readonly longFraction?: number;
  readonly longCount?: number;
  readonly shortFraction?: number;
  readonly shortCount?: number;
  readonly weighting?: 'equal' | 'rank' | 'score';
  readonly gross?: number;
  readonly net?: number;
  readonly within?: string;
}

const fraction: JsonSchema = { type: 'number', exclusiveMinimum: 0, maximum: 1 };
const count: JsonSchema = { type: 'integer', minimum: 1, maximum: 100_000 };

export const rankLongShort = defineRule<RankLongShort>({
  id: 'rank-long-short',
  title: 'Long the best, short the worst',
  description: `Ranks the assets by a score, longs the best and shorts the worst; equal scores stand in the order of their ids. The number of each side is given, or a fraction of the ranked assets, rounded down, at least 1. The longs sum to (gross + net) / 2, the shorts to -(gross - net) / 2. On each side weights are equal, or proportional to how far the rank, or the score, is from the mean of all ranked assets on that side of it (0 beyond the mean; equal where all are 0); a z-score, which divides by the same deviation everywhere, has the same weights. With "within" every group is ranked by itself, and has on both sides the share of exposure that its assets are of all ranked ones, so that each group's net weight is that share of the net; groups with fewer assets than the two sides need are left out, and told. ${nearestInWords}`,
  references: [
    'Jegadeesh, N., Titman, S. (1993). Returns to Buying Winners and Selling Losers. Journal of Finance 48(1), 65-91.',
    'Asness, C. S., Moskowitz, T. J., Pedersen, L. H. (2013). Value and Momentum Everywhere. Journal of Finance 68(3), 929-985.',
  ],
  parameters: {
    type: 'object',
    required: ['score'],
    additionalProperties: false,
    properties: {
      score: {
        type: 'string',
        enum: ['characteristic', 'expected-return', 'given'],
        description: 'What is ranked: a characteristic of the assets, their annual expected returns, or `scores`.',
      },
      characteristic: { type: 'string', minLength: 1, description: 'Name of the characteristic.' },
      scores: {
        type: 'object',
        minProperties: 1,
        additionalProperties: { type: 'number' },
        description: 'Score by asset id, in any unit.',
      },
      order: {
        type: 'string',
        enum: ['high-is-long', 'low-is-long'],
        default: 'high-is-long',
        description: 'Which end of the ranking is bought.',
      },
      missing: {
        type: 'string',
        enum: ['refuse', 'leave-out'],
        default: 'refuse',
        description: 'Assets without a score: refuse, or leave them out of the ranking at weight 0.',
      },
      longFraction: {
        ...fraction,
        description: 'Fraction of the ranked assets that is long. Either this or `longCount`.',
      },
      longCount: { ...count, description: 'Number of assets that are long, in each group.' },
      shortFraction: {
        ...fraction,
        description: 'Fraction of the ranked assets that is short. Either this or `shortCount`.',
      },
      shortCount: { ...count, description: 'Number of assets that are short, in each group.' },
      weighting: {
        type: 'string',
        enum: ['equal', 'rank', 'score'],
        default: 'equal',
        description: 'How a side is spread over its assets.',
      },
      gross: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 20,
        default: 2,
        description: 'Longs plus shorts, both positive, as a fraction of net asset value.',
      },
      net: {
        type: 'number',
        minimum: -20,
        maximum: 20,
        default: 0,
        description: 'Longs less shorts, as a fraction of net asset value; equal to `gross` where nothing is short.',
      },
      within: {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        description:
          '`sector`, `asset-class`, `country`, `currency`, `issuer`, or a key in the groups of the assets, of which every asset must then have one.',
      },
    },
    examples: [
      { score: 'characteristic', characteristic: 'esg-score', longFraction: 0.5, gross: 1, net: 1, weighting: 'rank' },
      { score: 'expected-return', longCount: 2, shortFraction: 0.3, within: 'country', weighting: 'score' },
      { score: 'given', scores: { AAPL: 1, XOM: 0.2, BOND: -1 }, missing: 'leave-out', longCount: 1, shortCount: 1 },
    ],
  },
  needs: [],
  needsWith: ({ score }) => (score === 'expected-return' ? ['expected-returns'] : []),
  faults: (parameters, situation) => {
    const stated = [...sideFaults(parameters), ...scoreFaults(parameters, situation)];
    if (stated.length > 0) return stated;
    const within = parameters.within === undefined ? [] : lineFaults({}, { by: parameters.within }, situation.universe);
    if (within.length > 0) return within.map((violation) => ({ ...violation, field: 'within' }));
    // Where expected returns decide, who is ranked is known before they are.
    const scores = scoresOf(parameters, situation, new Float64Array(situation.universe.assets.length));
    const { long, short } = legsIn(parameters, situation, scores);
    if (long.length + short.length > 0) return [];
    const field = parameters.longCount === undefined ? 'longFraction' : 'longCount';
    return [{ field, description: 'with the other side, no group has so many ranked assets' }];
  },
  decide: ({ parameters, situation, estimates }) => {
    const { assets } = situation.universe;
    const scores = scoresOf(parameters, situation, estimates.expectedReturns);
    const { long, short, leftOut } = legsIn(parameters, situation, scores);
    const target = new Float64Array(assets.length);
    for (const { position, weight } of [...long, ...short]) target[position] = weight;
    const told = (leg: typeof long) =>
      leg.map(({ position, rank, weight }) => ({
        asset: assets[position]!.id,
        score: scores[position]!,
        rank,
        weight,
      }));
    const ranked = scores.reduce((sum, score) => sum + (Number.isNaN(score) ? 0 : 1), 0);
    const report = { ranked, long: told(long), short: told(short) };
    return { target, report: leftOut.length === 0 ? report : { ...report, groupsLeftOut: leftOut } };
  },
});

/** (n) higher is long; NaN where there is none. */
function scoresOf(parameters: RankLongShort, { universe }: Situation, expectedReturns?: Float64Array): Float64Array {
  const { score, characteristic = '', scores = {} } = parameters;
  if (score === 'expected-return') {
    if (expectedReturns === undefined)
      throw new Error('the host must provide expected returns: the strategy needs them');
    return expectedReturns;
  }
  return Float64Array.from(universe.assets, ({ id, characteristics = {} }) => {
    const [of, name] = score === 'given' ? [scores, id] : [characteristics, characteristic];
    return Object.hasOwn(of, name) ? weightAt(of, name) : NaN;
  });
}

function legsIn(parameters: RankLongShort, { universe }: Situation, scores: Float64Array) {
  const { within, order = 'high-is-long', weighting = 'equal', gross = 2, net = 0 } = parameters;
  const all = universe.assets.map((_, position) => position);
  const groups = within === undefined ? [{ name: '', positions: all }] : linesOf(universe, { by: within });
  return legsOf({
    groups,
    scores: order === 'high-is-long' ? scores : scores.map((score) => -score),
    ids: universe.assets.map(({ id }) => id),
    weighting,
    long: { exposure: (gross + net) / 2, size: sizeOf(parameters.longFraction, parameters.longCount) },
    short: { exposure: (gross - net) / 2, size: sizeOf(parameters.shortFraction, parameters.shortCount) },
  });
}

function sizeOf(part: number | undefined, number: number | undefined): LegSize {
  return part === undefined ? { count: number ?? 0 } : { fraction: part };
}

function sideFaults(parameters: RankLongShort): readonly Violation[] {
  const { gross = 2, net = 0 } = parameters;
  if (Math.abs(net) > gross) return [{ field: 'net', description: `is ${net}, beyond the gross of ${gross}` }];
  return (['long', 'short'] as const).flatMap((side): Violation[] => {
    const [part, number] = [parameters[`${side}Fraction`], parameters[`${side}Count`]];
    const field = `${side}${number === undefined ? 'Fraction' : 'Count'}`;
    const isEmpty = (side === 'long' ? gross + net : gross - net) === 0;
    if (isEmpty && (part !== undefined || number !== undefined))
      return [{ field, description: `asks for assets, but with net ${net} of gross ${gross} nothing is ${side}` }];
    if (!isEmpty && (part === undefined) === (number === undefined))
      return [{ field, description: `either \`${side}Fraction\` or \`${side}Count\` is required, not both` }];
    return [];
  });
}

function scoreFaults(parameters: RankLongShort, situation: Situation): readonly Violation[] {
  const { score, characteristic, scores, missing = 'refuse' } = parameters;
  const violations: Violation[] = [];
  for (const [field, value, kind] of [
    ['characteristic', characteristic, 'characteristic'],
    ['scores', scores, 'given'],
  ] as const) {
    if (score === kind && value === undefined)
      violations.push({ field, description: `is required when score is "${kind}"` });
    if (score !== kind && value !== undefined)
      violations.push({ field, description: `is only read when score is "${kind}"` });
  }
  const { universe } = situation;
  violations.push(...lineFaults(keysAt('scores', scores ?? {}), {}, universe));
  if (violations.length > 0 || score === 'expected-return') return violations;
  const found = scoresOf(parameters, situation);
  const field = score === 'given' ? 'scores' : 'characteristic';
  const without = universe.assets.filter((_, position) => Number.isNaN(found[position])).map(({ id }) => id);
  if (without.length === universe.assets.length) return [{ field, description: 'gives no asset a score' }];
  if (without.length === 0 || missing === 'leave-out') return [];
  return [
    { field, description: `gives no score to ${listed(without)}: set missing to "leave-out" to rank the others` },
  ];
}
