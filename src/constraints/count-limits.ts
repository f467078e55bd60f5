/** One implementation for limits on how many: names held, trades, buys and sells; of all, of a selection, or of each group. */
import type { Count } from '../problem/problem.ts';
import { positionMin } from '../problem/problem.ts';
import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { Universe } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { admitMembers, membersOf, membersText } from './members.ts';
import { amongKnown } from './nearest-name.ts';
import { invalid, measured, rangeText } from './range.ts';
import type { Range } from './range.ts';
import type { Selection } from './selection.ts';
import { nameIn, nameKey, taxonomiesOf, taxonomyLabel } from './taxonomy.ts';
import type { Taxonomy } from './taxonomy.ts';

export interface CountLimits {
  readonly range: Range;
  readonly of: Selection | undefined;
  /** The word of a taxonomy, each group of which has the limit by itself. */
  readonly by?: string | undefined;
  /** `names`, `trades`, `buys`, `sells`. */
  readonly what: string;
  readonly side: Count['side'];
  readonly relativeTo: 'none' | 'current';
}

export const bySchema: JsonSchema = {
  type: 'string',
  title: 'By',
  description:
    "The limit holds for each group by itself: class (or asset-class), sector, country, currency, issuer, or a taxonomy of the assets' own groups. Assets without a group have no limit.",
  minLength: 1,
  maxLength: 255,
};

/** Smaller differences from the centre are rounding, not positions. */
const rounding = 1e-9;

/** Assets that are counted together. */
interface Counted {
  readonly positions: readonly number[];
  readonly text: string;
}

/** The taxonomy that a word selects; asset classes also by the word that parts of concentration take. */
function taxonomyBy(by: string, universe: Universe): Taxonomy | undefined {
  return taxonomiesOf(universe).get(by === 'asset-class' ? 'class' : by);
}

function countedOf({ what, of, by, range }: CountLimits, universe: Universe): readonly Counted[] {
  const meant = membersOf(of, universe);
  const words = `${membersText(of)} ${rangeText(range, String)}`;
  if (by === undefined) return [{ positions: meant, text: `${what}${words}` }];
  const taxonomy = taxonomyBy(by, universe);
  if (taxonomy === undefined) return [];
  const groups = new Map<string, { readonly name: string; readonly positions: number[] }>();
  for (const position of meant) {
    const name = nameIn(universe.assets[position]!, taxonomy);
    if (name === undefined) continue;
    const others = groups.get(nameKey(taxonomy, name));
    if (others === undefined) groups.set(nameKey(taxonomy, name), { name, positions: [position] });
    else others.positions.push(position);
  }
  return [...groups.values()].map(({ name, positions }) => ({
    positions,
    text: `${what} of ${taxonomyLabel(taxonomy)} ${name}${words}`,
  }));
}

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

function admitLimits(limits: CountLimits, situation: Situation): readonly Violation[] {
  const { range, of, by } = limits;
  const violations = [...admitCounts(range), ...admitMembers(of, situation)];
  if (by !== undefined && taxonomyBy(by, situation.universe) === undefined) {
    const known = [...taxonomiesOf(situation.universe).keys()];
    violations.push(invalid('by', `${JSON.stringify(by)} is no taxonomy${amongKnown(by, known)}`));
  }
  if (violations.length > 0) return violations;
  const counted = countedOf(limits, situation.universe);
  if (counted.length === 0) return [invalid('by', `no asset meant has a group of ${JSON.stringify(by)}`)];
  return counted
    .filter(({ positions }) => (range.min ?? 0) > positions.length)
    .map(({ positions, text }) => {
      const where = by === undefined ? '' : ` (${text})`;
      return invalid('min', `asks for ${String(range.min)} of ${String(positions.length)} assets${where}`);
    });
}

/** Makes a handler. `read` finds the limits in the parameters, whatever their shape. */
export function countHandler<Parameters>(
  description: Pick<ConstraintHandler<Parameters>, 'type' | 'title' | 'description' | 'schema' | 'references'>,
  read: (parameters: Parameters) => CountLimits,
): ConstraintHandler<Parameters> {
  return {
    ...description,
    version: '1.1.0',
    convexity: 'integer',
    priority: 0,
    admitParameters: (parameters: Parameters) => admitCounts(read(parameters).range),
    admit: (parameters: Parameters, situation: Situation) => admitLimits(read(parameters), situation),
    lower(parameters, situation, origin) {
      const limits = read(parameters);
      const centre = centreOf(limits, situation);
      return {
        counts: countedOf(limits, situation.universe).map(({ positions, text }) => {
          const { min = 0, max = positions.length } = limits.range;
          const among = Int32Array.from(positions);
          return { positions: among, centre, side: limits.side, minimum: min, maximum: max, origin: origin(text) };
        }),
      };
    },
    check(parameters, holdings, situation) {
      const limits = read(parameters);
      const centre = centreOf(limits, situation);
      return countedOf(limits, situation.universe).map(({ positions, text }) => {
        const distances = positions.map((position) => {
          const away = holdings.weights[position]! - centre[position]!;
          return limits.side === 'either' ? Math.abs(away) : limits.side === 'above' ? away : -away;
        });
        const any = distances.filter((distance) => distance > rounding).length;
        const clear = distances.filter((distance) => distance > positionMin - rounding).length;
        const value = clear < (limits.range.min ?? 0) ? clear : any;
        return measured(text, value, limits.range, limits.what);
      });
    },
  };
}
