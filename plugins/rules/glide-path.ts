import type { JsonSchema, Violation } from '@veritasvault/portfolio/sdk/v1';

import { dayOf, daysPerYear } from './dates.ts';
import { bySchema, insideSchema, keysAt, lineFaults, namedFaults, namedTarget, weightAt } from './lines.ts';
import type { Line, LineChoice } from './lines.ts';
import { defineRule, nearestInWords } from './nearest.ts';

interface PathPoint {
  readonly yearsToTarget?: number;
  readonly date?: string;
  readonly weights: Readonly<Record<string, number>>;
}

interface GlidePath extends LineChoice {
  readonly schedule: readonly PathPoint[];
  readonly asOf: string;
  readonly targetDate?: string;
  readonly afterTarget?: 'refuse' | 'hold';
}

const dateSchema: JsonSchema = { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' };

export const glidePath = defineRule<GlidePath>({
  id: 'glide-path',
  title: 'Glide path',
  description: `Target weights by asset or class that change on a schedule: linear in time between its points, those of the first point before it. Points are given by date, or by years to the target date, counted as days / 365.25 from "asOf" on (negative after the target date). The day of evaluation is "asOf", not the clock. Past the target date, and past all points, the rule refuses, unless afterTarget is "hold": then the last point stays. Inside each class "inside" says the proportions; names that a point leaves out have weight 0 there and cash is the rest. ${nearestInWords}`,
  references: [
    'Shiller, R. J. (2005). The Life-Cycle Personal Accounts Proposal for Social Security: An Evaluation. NBER Working Paper 11300.',
    'Bodie, Z., Crane, D. B. (1997). Personal Investing: Advice, Theory, and Evidence. Financial Analysts Journal 53(6), 13-23.',
  ],
  parameters: {
    type: 'object',
    required: ['schedule', 'asOf'],
    additionalProperties: false,
    properties: {
      schedule: {
        type: 'array',
        minItems: 1,
        maxItems: 1000,
        items: {
          type: 'object',
          required: ['weights'],
          additionalProperties: false,
          properties: {
            yearsToTarget: { type: 'number', minimum: -100, maximum: 100 },
            date: dateSchema,
            weights: { type: 'object', additionalProperties: { type: 'number', minimum: -10, maximum: 10 } },
          },
        },
        description:
          'Points in any order, all with `date` (YYYY-MM-DD) or all with `yearsToTarget`; `weights` by name, as `by` reads it, in fractions of net asset value.',
      },
      asOf: { ...dateSchema, description: 'The day for which the weights are wanted, YYYY-MM-DD.' },
      targetDate: { ...dateSchema, description: 'YYYY-MM-DD; required with `yearsToTarget`.' },
      by: bySchema,
      inside: insideSchema,
      afterTarget: {
        type: 'string',
        enum: ['refuse', 'hold'],
        default: 'refuse',
        description: 'After the end of the path: refuse, or hold the weights of the last point.',
      },
    },
    examples: [
      {
        schedule: [
          { yearsToTarget: 40, weights: { Equity: 0.9, Bond: 0.1 } },
          { yearsToTarget: 0, weights: { Equity: 0.4, Bond: 0.6 } },
        ],
        asOf: '2026-07-01',
        targetDate: '2046-07-01',
        by: 'asset-class',
      },
      {
        schedule: [
          { date: '2026-01-01', weights: { AAPL: 0.5, BOND: 0.5 } },
          { date: '2030-01-01', weights: { BOND: 1 } },
        ],
        asOf: '2027-01-01',
      },
    ],
  },
  needs: [],
  faults: (parameters, situation) => {
    const stated = [...scheduleFaults(parameters), ...timeFaults(parameters)];
    const named = parameters.schedule.flatMap(({ weights }, k) =>
      Object.entries(keysAt(`schedule[${k}].weights`, weights)),
    );
    const all = [...stated, ...lineFaults(Object.fromEntries(named), parameters, situation.universe)];
    if (all.length > 0) return all;
    const { weights } = placeOn(parameters);
    return namedFaults(weightIn(weights), parameters, situation);
  },
  decide: ({ parameters, situation }) => {
    const { weights, between, years } = placeOn(parameters);
    const { target, lines } = namedTarget(weightIn(weights), parameters, situation);
    const { asOf } = parameters;
    const when = years === undefined ? { asOf } : { asOf, yearsToTarget: years };
    return { target, report: { ...when, between, lines } };
  },
});

function weightIn(weights: ReadonlyMap<string, number>): (line: Line) => number {
  return ({ name }) => weights.get(name) ?? 0;
}

function scheduleFaults({ schedule, targetDate }: GlidePath): readonly Violation[] {
  const [first] = schedule;
  const kind = first?.date === undefined ? 'yearsToTarget' : 'date';
  const violations: Violation[] = [];
  const seen = new Set<number | string>();
  schedule.forEach((point, k) => {
    const field = `schedule[${k}]`;
    const refuse = (description: string): void => void violations.push({ field, description });
    const { date, yearsToTarget } = point;
    if ((date === undefined) === (yearsToTarget === undefined))
      refuse('has either `date` or `yearsToTarget`, not both');
    else if (point[kind] === undefined) refuse(`has no \`${kind}\`, which the first point has: all have the same`);
    else if (seen.has(point[kind])) refuse(`is the second at ${kind} ${point[kind]}`);
    else seen.add(point[kind]);
    if (date !== undefined && dayOf(date) === undefined)
      violations.push({ field: `${field}.date`, description: `${date} is no day of the calendar` });
  });
  if (kind === 'yearsToTarget' && targetDate === undefined)
    violations.push({ field: 'targetDate', description: 'is required with `yearsToTarget`' });
  return violations;
}

/** Days that are none, and a path that has ended. */
function timeFaults(parameters: GlidePath): readonly Violation[] {
  const { schedule, asOf, targetDate, afterTarget = 'refuse' } = parameters;
  const violations: Violation[] = [];
  for (const [field, text] of Object.entries({ asOf, targetDate }))
    if (text !== undefined && dayOf(text) === undefined)
      violations.push({ field, description: `${text} is no day of the calendar` });
  const days = pathDays(parameters);
  const now = dayOf(asOf);
  if (violations.length > 0 || now === undefined || days.some((day) => !Number.isFinite(day))) return violations;
  const target = targetDate === undefined ? undefined : dayOf(targetDate);
  const end = Math.max(...days, target ?? -Infinity);
  if (now > end && afterTarget === 'refuse') {
    const last = schedule[days.indexOf(Math.max(...days))];
    const what =
      target !== undefined && end === target
        ? `the target date ${targetDate!}`
        : `the last point${last?.date === undefined ? '' : `, ${last.date}`}`;
    violations.push({
      field: 'asOf',
      description: `${asOf} is after ${what}: set afterTarget to "hold" to stay there`,
    });
  }
  return violations;
}

/** Day of each point, since 1970-01-01; NaN where it has none. */
function pathDays({ schedule, targetDate }: GlidePath): readonly number[] {
  const target = targetDate === undefined ? NaN : (dayOf(targetDate) ?? NaN);
  return schedule.map(({ date, yearsToTarget }) =>
    date === undefined ? target - (yearsToTarget ?? NaN) * daysPerYear : (dayOf(date) ?? NaN),
  );
}

/** The weights by name on the day of evaluation, and the points that it lies between. */
function placeOn(parameters: GlidePath) {
  const { schedule, asOf, targetDate } = parameters;
  const days = pathDays(parameters);
  const now = dayOf(asOf)!;
  const path = schedule.map((point, k) => ({ point, day: days[k]! })).sort((a, b) => a.day - b.day);
  const after = path.find(({ day }) => day >= now) ?? path.at(-1)!;
  const before = path.findLast(({ day }) => day <= now) ?? path[0]!;
  const share = after.day === before.day ? 0 : (now - before.day) / (after.day - before.day);
  const names = new Set([...Object.keys(before.point.weights), ...Object.keys(after.point.weights)]);
  const weights = new Map(
    [...names].map((name) => {
      const [from, to] = [before, after].map(({ point }) => weightAt(point.weights, name)) as [number, number];
      return [name, (1 - share) * from + share * to] as const;
    }),
  );
  const shown = ({ date, yearsToTarget }: PathPoint) =>
    date === undefined ? { yearsToTarget: yearsToTarget! } : { date };
  const between = (before === after ? [before] : [before, after]).map(({ point }) => shown(point));
  const target = targetDate === undefined ? undefined : dayOf(targetDate);
  return { weights, between, years: target === undefined ? undefined : (target - now) / daysPerYear };
}
