/** One implementation for limits on how many: names held, trades, buys and sells. */
import type { Count } from '../problem/problem.ts';
import { positionMin } from '../problem/problem.ts';
import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { admitMembers, membersOf, membersText } from './members.ts';
import { invalid, measured, rangeText } from './range.ts';
import type { Range } from './range.ts';
import type { Selection } from './selection.ts';

export interface CountLimits {
  readonly range: Range;
  readonly of: Selection | undefined;
  /** `names`, `trades`, `buys`, `sells`. */
  readonly what: string;
  readonly side: Count['side'];
  readonly relativeTo: 'none' | 'current';
}

/** Smaller differences from the centre are rounding, not positions. */
const rounding = 1e-9;

const textOf = ({ what, of, range }: CountLimits): string => `${what}${membersText(of)} ${rangeText(range, String)}`;

const centreOf = ({ relativeTo }: CountLimits, { universe, current }: Situation): Float64Array =>
  relativeTo === 'current' ? current : new Float64Array(universe.assets.length);

function admitCounts({ min, max }: Range): Violation[] {
  const violations: Violation[] = [];
  if (min === undefined && max === undefined) violations.push(invalid('', 'needs min, max or both'));
  for (const [field, value] of Object.entries({ min, max }))
    if (value !== undefined && !(Number.isInteger(value) && value >= 0))
      violations.push(invalid(field, `must be a whole number, not negative; got ${String(value)}`));
  if (min !== undefined && max !== undefined && min > max)
    violations.push(invalid('min', `is above max: ${String(min)} > ${String(max)}`));
  return violations;
}

/** Makes a handler. `read` finds the limits in the parameters, whatever their shape. */
export function countHandler<Parameters>(
  description: Pick<ConstraintHandler<Parameters>, 'type' | 'title' | 'description' | 'schema' | 'references'>,
  read: (parameters: Parameters) => CountLimits,
): ConstraintHandler<Parameters> {
  return {
    ...description,
    version: '1.0.0',
    convexity: 'integer',
    priority: 0,
    admitParameters: (parameters: Parameters) => admitCounts(read(parameters).range),
    admit(parameters: Parameters, situation: Situation): readonly Violation[] {
      const { range, of } = read(parameters);
      const violations = [...admitCounts(range), ...admitMembers(of, situation)];
      const available = membersOf(of, situation.universe).length;
      if (violations.length === 0 && (range.min ?? 0) > available)
        violations.push(invalid('min', `asks for ${String(range.min)} of ${String(available)} assets`));
      return violations;
    },
    lower(parameters, situation, origin) {
      const limits = read(parameters);
      const positions = Int32Array.from(membersOf(limits.of, situation.universe));
      const { min = 0, max = positions.length } = limits.range;
      const centre = centreOf(limits, situation);
      return {
        counts: [{ positions, centre, side: limits.side, minimum: min, maximum: max, origin: origin(textOf(limits)) }],
      };
    },
    check(parameters, holdings, situation) {
      const limits = read(parameters);
      const centre = centreOf(limits, situation);
      const distances = membersOf(limits.of, situation.universe).map((position) => {
        const away = holdings.weights[position]! - centre[position]!;
        return limits.side === 'either' ? Math.abs(away) : limits.side === 'above' ? away : -away;
      });
      const any = distances.filter((distance) => distance > rounding).length;
      const clear = distances.filter((distance) => distance > positionMin - rounding).length;
      const value = clear < (limits.range.min ?? 0) ? clear : any;
      return [measured(textOf(limits), value, limits.range, limits.what)];
    },
  };
}
