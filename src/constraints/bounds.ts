import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import { positionsById } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import {
  admitRange,
  fieldOf,
  fractionOfValue,
  invalid,
  measured,
  percent,
  plain,
  rangeSchema,
  rangeText,
} from './range.ts';
import { admitMembers, membersSchema } from './members.ts';
import { amongKnown } from './nearest-name.ts';
import type { Range } from './range.ts';
import { admitRelative, centreOf, relativeText } from './relative.ts';
import type { RelativeTo } from './relative.ts';
import { meantBy } from './selection.ts';
import type { Selection } from './selection.ts';

type Frame = RelativeTo | 'benchmark-multiple';
type BoundRange = Range & { readonly relativeTo?: Frame };

export type BoundsParameters = {
  readonly relativeTo?: Frame;
  readonly all?: BoundRange;
  readonly of?: Selection;
  readonly assets?: Readonly<Record<string, BoundRange>>;
};

/** A range of one asset and what it is relative to. */
interface Limit {
  readonly range: Range;
  readonly frame: Frame;
}

const frameSchema: JsonSchema = {
  type: 'string',
  title: 'Relative to',
  description:
    'none: the range is of the weight itself. benchmark: of weight minus benchmark weight. current: of weight minus the weight held now. ' +
    'benchmark-multiple: of weight as a multiple of the benchmark weight (2 for twice); what is not in the benchmark is then not held.',
  enum: ['none', 'benchmark', 'current', 'benchmark-multiple'],
};

function boundSchema(what: string): JsonSchema<BoundRange> {
  const { properties = {}, ...schema } = rangeSchema(what);
  return { ...schema, properties: { ...properties, relativeTo: frameSchema } };
}

const frameOf = (range: BoundRange, parameters: BoundsParameters): Frame =>
  range.relativeTo ?? parameters.relativeTo ?? 'none';

const sidesOf = ({ min, max }: Range): Range => ({
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});

/** The limits of each asset: the sides that `assets` states for it, and of `all` the sides that it does not. */
function limitsOf(parameters: BoundsParameters, { universe }: Situation): readonly (readonly Limit[])[] {
  const { of, all, ...others } = parameters;
  const isMeant = of === undefined ? (): boolean => true : meantBy(of);
  return universe.assets.map((asset) =>
    limitsOn(isMeant(asset) && all !== undefined ? { ...others, all } : others, asset.id),
  );
}

function limitsOn(parameters: BoundsParameters, id: string): readonly Limit[] {
  const { all, assets } = parameters;
  const own = assets !== undefined && Object.hasOwn(assets, id) ? assets[id] : undefined;
  if (own === undefined) return all === undefined ? [] : [{ range: sidesOf(all), frame: frameOf(all, parameters) }];
  const frame = frameOf(own, parameters);
  if (all === undefined) return [{ range: sidesOf(own), frame }];
  const inherited = frameOf(all, parameters);
  if (inherited === frame) return [{ range: { ...sidesOf(all), ...sidesOf(own) }, frame }];
  const rest = {
    ...(own.min === undefined && all.min !== undefined ? { min: all.min } : {}),
    ...(own.max === undefined && all.max !== undefined ? { max: all.max } : {}),
  };
  const others = Object.keys(rest).length === 0 ? [] : [{ range: rest, frame: inherited }];
  return [{ range: sidesOf(own), frame }, ...others];
}

function textOf(id: string, { range, frame }: Limit): string {
  if (frame === 'benchmark-multiple') return `weight of ${id} ${rangeText(range, plain)} times its benchmark weight`;
  return `weight${relativeText(frame)} of ${id} ${rangeText(range, percent)}`;
}

/** What one weight is compared with; without a vector for what is compared with nothing. */
function centreAt(frame: RelativeTo, position: number, situation: Situation): number {
  return frame === 'none' ? 0 : centreOf(frame, situation).weights[position]!;
}

/** The range of the weight itself. */
function weightsAllowed({ range, frame }: Limit, position: number, situation: Situation): Range {
  if (frame === 'benchmark-multiple') {
    const weight = situation.benchmark?.[position] ?? 0;
    return {
      ...(range.min === undefined ? {} : { min: range.min * weight }),
      ...(range.max === undefined ? {} : { max: range.max * weight }),
    };
  }
  const centre = centreAt(frame, position, situation);
  return {
    ...(range.min === undefined ? {} : { min: centre + range.min }),
    ...(range.max === undefined ? {} : { max: centre + range.max }),
  };
}

function admitOne(range: BoundRange, field: string, parameters: BoundsParameters): Violation[] {
  const multiple = frameOf(range, parameters) === 'benchmark-multiple';
  const violations = admitRange(range, field, multiple ? 'plain' : 'fraction');
  for (const [side, value] of Object.entries(sidesOf(range)))
    if (multiple && value < 0)
      violations.push(invalid(`${field}.${side}`, `a multiple must not be negative; got ${String(value)}`));
  return violations;
}

/** An asset's own side may cross the other side that it inherits from `all`. */
function admitInherited([first, ...others]: readonly Limit[], id: string, own: BoundRange): Violation[] {
  const inherits = own.min === undefined || own.max === undefined;
  if (!inherits || others.length > 0 || first === undefined) return [];
  const { min, max } = first.range;
  if (min === undefined || max === undefined || min <= max) return [];
  const shown = first.frame === 'benchmark-multiple' ? plain : percent;
  return [
    invalid(
      fieldOf('assets', id),
      `with the range for all assets its minimum ${shown(min)} is above its maximum ${shown(max)}`,
    ),
  ];
}

function admitParameters(parameters: BoundsParameters): Violation[] {
  const violations: Violation[] = [];
  const assets = Object.entries(parameters.assets ?? {});
  if (parameters.all === undefined && assets.length === 0)
    violations.push(invalid('', 'needs a range for all, for assets, or both'));
  if (parameters.all !== undefined) violations.push(...admitOne(parameters.all, 'all', parameters));
  if (parameters.all === undefined && parameters.of !== undefined)
    violations.push(invalid('of', 'says which assets the range for all is meant for, and there is none'));
  for (const [id, range] of assets) {
    violations.push(...admitOne(range, fieldOf('assets', id), parameters));
    // Which assets inherit is known with the universe only.
    if (parameters.of === undefined) violations.push(...admitInherited(limitsOn(parameters, id), id, range));
  }
  return violations;
}

function admit(parameters: BoundsParameters, situation: Situation): readonly Violation[] {
  const violations = admitParameters(parameters);
  const positions = positionsById(situation.universe);
  const ranges = Object.entries(parameters.assets ?? {});
  const limits = parameters.of === undefined ? [] : limitsOf(parameters, situation);
  for (const [id, range] of ranges) {
    if (!positions.has(id))
      violations.push(invalid(fieldOf('assets', id), `no asset has this id${amongKnown(id, [...positions.keys()])}`));
    violations.push(...admitRelative(range.relativeTo, `${fieldOf('assets', id)}.relativeTo`, situation));
    violations.push(...admitInherited(limits[positions.get(id) ?? -1] ?? [], id, range));
  }
  return [
    ...violations,
    ...admitMembers(parameters.of, situation),
    ...admitRelative(parameters.all?.relativeTo, 'all.relativeTo', situation),
    ...admitRelative(parameters.relativeTo, 'relativeTo', situation),
  ];
}

/** min_i <= w_i - c_i <= max_i, where c is 0, the benchmark weights or the current weights; or min_i b_i <= w_i <= max_i b_i, b the benchmark. */
export const bounds: ConstraintHandler<BoundsParameters> = {
  type: 'bounds',
  title: 'Weight bounds',
  description:
    'Weight of each asset as a fraction of net asset value within a range; relative to the benchmark or to the current holding the range is for the difference ' +
    '(0.02 allows 2 percentage points more), as benchmark-multiple for the weight as a multiple of the benchmark weight (2 allows twice). ' +
    '`all` holds for every asset, or for each of those meant by `of`; the sides that `assets` states for an asset take the place of those of `all`. ' +
    'A range may state its own relativeTo in place of the one for all ranges. min 0 forbids short positions.',
  version: '1.1.0',
  references: [],
  schema: {
    type: 'object',
    title: 'Weight bounds',
    properties: {
      relativeTo: { ...frameSchema, default: 'none' },
      all: boundSchema('weight of every asset, fraction of net asset value'),
      of: {
        ...membersSchema,
        description: 'The assets that the range for all is meant for: the union of everything named.',
      },
      assets: {
        type: 'object',
        title: 'By asset',
        description: 'Asset id -> range.',
        additionalProperties: boundSchema('weight of the asset, fraction of net asset value'),
      },
    },
    additionalProperties: false,
    minProperties: 1,
    examples: [
      { all: { min: 0, max: 0.1 }, assets: { AAPL: { max: 0.05 } } },
      {
        all: { min: 0.5, max: 2, relativeTo: 'benchmark-multiple' },
        assets: { MA: { max: 0.03, relativeTo: 'benchmark' } },
      },
    ],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters,
  admit,
  lower(parameters, situation, origin) {
    const limits = limitsOf(parameters, situation);
    return {
      bounds: situation.universe.assets.flatMap(({ id }, position) =>
        limits[position]!.map((limit) => {
          const { min = -Infinity, max = Infinity } = weightsAllowed(limit, position, situation);
          return { position, lower: min, upper: max, origin: origin(textOf(id, limit)) };
        }),
      ),
    };
  },
  check(parameters, holdings, situation) {
    const limits = limitsOf(parameters, situation);
    return situation.universe.assets.flatMap(({ id }, position) =>
      limits[position]!.map((limit) => {
        const weight = holdings.weights[position]!;
        const { range, frame } = limit;
        if (frame === 'benchmark-multiple')
          return measured(textOf(id, limit), weight, weightsAllowed(limit, position, situation), fractionOfValue);
        const distance = weight - centreAt(frame, position, situation);
        return measured(textOf(id, limit), distance, range, fractionOfValue);
      }),
    );
  },
};
