import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import { awayFrom, centreSchema, centreWeights } from './centre.ts';
import { rowOf } from './linear-form.ts';
import { admitMembers, membersOf, membersSchema, membersText } from './members.ts';
import { admitRange, fractionOfValue, measured, percent, rangeText } from './range.ts';
import type { Range } from './range.ts';
import { admitRelative, relativeText } from './relative.ts';
import type { Selection } from './selection.ts';

export type NetExposureParameters = Range & {
  readonly of?: Selection;
  readonly relativeTo?: 'none' | 'benchmark' | 'current';
};

const textOf = (parameters: NetExposureParameters): string =>
  `net exposure${membersText(parameters.of)}${relativeText(parameters.relativeTo)} ${rangeText(parameters, percent)}`;

function formOver({ of, relativeTo }: NetExposureParameters, situation: Situation) {
  const weights = new Float64Array(situation.universe.assets.length);
  const centre = centreWeights(relativeTo, situation);
  let constant = 0;
  for (const position of membersOf(of, situation.universe)) {
    weights[position] = 1;
    constant -= centre?.[position] ?? 0;
  }
  return { weights, cash: 0, constant };
}

/** min <= sum_i (w_i - c_i) <= max over the assets meant, short positions counted negative; c = 0, the benchmark or the current weights. */
export const netExposure: ConstraintHandler<NetExposureParameters> = {
  type: 'net-exposure',
  title: 'Net exposure range',
  description:
    'Long minus short: the sum of the weights over the assets meant by `of`, all when it is missing, short positions counted negative, as a fraction of net asset value, cash excluded; ' +
    'relative to the benchmark or to the current holdings, of the differences. Over all assets and relative to none it says how much is invested, as budget does.',
  version: '1.0.0',
  references: [],
  schema: {
    type: 'object',
    title: 'Net exposure range',
    properties: {
      min: { type: 'number', title: 'Minimum', description: 'Fraction of net asset value, inclusive.' },
      max: { type: 'number', title: 'Maximum', description: 'Fraction of net asset value, inclusive.' },
      of: membersSchema,
      relativeTo: centreSchema(
        ['none', 'benchmark', 'current'],
        'none: the weights. benchmark, current: the weights minus those of the benchmark or those held now.',
      ),
    },
    additionalProperties: false,
    minProperties: 1,
    examples: [
      { min: 0.9, max: 1 },
      { max: 0.3, of: { sectors: ['Technology'] } },
    ],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters: (range) => admitRange(range, ''),
  admit: (parameters, situation) => [
    ...admitRange(parameters, ''),
    ...admitMembers(parameters.of, situation),
    ...admitRelative(parameters.relativeTo, 'relativeTo', situation),
  ],
  lower: (parameters, situation, origin) => ({
    rows: [rowOf(formOver(parameters, situation), parameters, origin(textOf(parameters)))],
  }),
  check(parameters, { weights }, situation) {
    const away = awayFrom(weights, parameters.relativeTo, situation);
    let net = 0;
    for (const position of membersOf(parameters.of, situation.universe)) net += away[position]!;
    return [measured(textOf(parameters), net, parameters, fractionOfValue)];
  },
};
