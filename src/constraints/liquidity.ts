import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { admitMembers, membersOf, membersSchema } from './members.ts';
import { fractionOfValue, invalid, measured, percent, plain } from './range.ts';
import type { Selection } from './selection.ts';
import { listed } from './taxonomy.ts';

/** So many days at this share of the average daily value. */
type Days = { readonly participation: number; readonly days?: number };

export type LiquidityParameters = {
  readonly trade?: Days;
  readonly position?: Days;
  readonly of?: Selection;
  readonly missing?: 'refuse' | 'unlimited' | 'forbid';
};

/** The most of one asset that may be traded or held, fraction of net asset value. */
interface Limit {
  readonly text: string;
  readonly position: number;
  readonly centre: number;
  readonly most: number;
}

function limitsOf(parameters: LiquidityParameters, { universe, current }: Situation): readonly Limit[] {
  const { trade, position: held, of, missing } = parameters;
  return membersOf(of, universe).flatMap((position) => {
    const { id, averageDailyValue } = universe.assets[position]!;
    if (averageDailyValue === undefined && missing !== 'forbid') return [];
    const most = ({ participation, days = 1 }: Days): number => participation * days * (averageDailyValue ?? 0);
    const pace = ({ participation, days = 1 }: Days): string =>
      averageDailyValue === undefined
        ? 'none, as its daily value is not known'
        : `at most ${plain(days)} ${days === 1 ? 'day' : 'days'} at ${percent(participation)} of its average daily value`;
    return [
      ...(trade === undefined
        ? []
        : [{ text: `trade of ${id} ${pace(trade)}`, position, centre: current[position]!, most: most(trade) }]),
      ...(held === undefined
        ? []
        : [{ text: `holding of ${id} ${pace(held)}`, position, centre: 0, most: most(held) }]),
    ];
  });
}

function admitParameters({ trade, position }: LiquidityParameters): Violation[] {
  const violations: Violation[] = [];
  if (trade === undefined && position === undefined)
    violations.push(invalid('', 'needs a limit: trade, position, or both'));
  for (const [field, given] of Object.entries({ trade, position })) {
    if (given === undefined) continue;
    const { participation, days = 1 } = given;
    if (!(participation > 0 && participation <= 1))
      violations.push(
        invalid(`${field}.participation`, `must be above 0 and at most 1, 0.1 for 10 %; got ${String(participation)}`),
      );
    if (!(days > 0 && days < Infinity))
      violations.push(invalid(`${field}.days`, `must be above 0; got ${String(days)}`));
  }
  return violations;
}

function admit(parameters: LiquidityParameters, situation: Situation): readonly Violation[] {
  const violations = [...admitParameters(parameters), ...admitMembers(parameters.of, situation)];
  if (violations.length > 0) return violations;
  const { assets } = situation.universe;
  const unknown = membersOf(parameters.of, situation.universe)
    .map((position) => assets[position]!)
    .filter(({ averageDailyValue }) => averageDailyValue === undefined);
  const { missing = 'refuse' } = parameters;
  if (missing === 'refuse' && unknown.length > 0) {
    const choices = 'state missing: unlimited or forbid, or name the assets meant in of';
    const ids = listed(unknown.map(({ id }) => id));
    return [invalid('missing', `the average daily value of ${ids} is not known; ${choices}`)];
  }
  if (missing === 'unlimited' && unknown.length === membersOf(parameters.of, situation.universe).length)
    return [invalid('missing', 'no average daily value is known, so that nothing is limited')];
  return [];
}

function daysSchema(what: string, days: string): JsonSchema<Days> {
  return {
    type: 'object',
    title: `Limit of ${what}`,
    properties: {
      participation: {
        type: 'number',
        title: 'Participation',
        description: 'Share of the average daily value that is traded in a day, above 0 and at most 1: 0.1 for 10 %.',
      },
      days: { type: 'number', title: 'Days', description: days, default: 1 },
    },
    required: ['participation'],
    additionalProperties: false,
  };
}

/** |w_i - w0_i| <= p d V_i (trade) and |w_i| <= p d V_i (position): V the average daily value, a multiple of net asset value. */
export const liquidity: ConstraintHandler<LiquidityParameters> = {
  type: 'liquidity',
  title: 'Liquidity limits',
  description:
    'trade: no asset is traded by more than participation times days times its average daily value. position: no asset is held, long or short, in more than can be traded ' +
    'in so many days at that participation. The average daily value is a multiple of net asset value, as the assets state it. Assets without one are refused by name unless missing says unlimited ' +
    '(they have no limit here) or forbid (they are not traded, or not held).',
  version: '1.0.0',
  references: ['Grinold and Kahn (2000), Active Portfolio Management, ch. 16 (trading as a share of volume)'],
  schema: {
    type: 'object',
    title: 'Liquidity limits',
    properties: {
      trade: daysSchema('trades', 'Trading days that the trade may take.'),
      position: daysSchema('positions', 'Trading days in which the position could be closed.'),
      of: membersSchema,
      missing: {
        type: 'string',
        title: 'Missing',
        description: 'Assets without an average daily value: refuse them by name, do not limit them, or forbid them.',
        enum: ['refuse', 'unlimited', 'forbid'],
        default: 'refuse',
      },
    },
    additionalProperties: false,
    minProperties: 1,
    examples: [
      { trade: { participation: 0.1 } },
      { position: { participation: 0.2, days: 5 }, of: { sectors: ['Energy'] }, missing: 'forbid' },
    ],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters,
  admit,
  lower: (parameters, situation, origin) => ({
    bounds: limitsOf(parameters, situation).map(({ text, position, centre, most }) => ({
      position,
      lower: centre - most,
      upper: centre + most,
      origin: origin(text),
    })),
  }),
  check: (parameters, holdings, situation) =>
    limitsOf(parameters, situation).map(({ text, position, centre, most }) =>
      measured(text, Math.abs(holdings.weights[position]! - centre), { max: most }, fractionOfValue),
    ),
};
