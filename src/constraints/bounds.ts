import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import { positionsById } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import { admitRange, fieldOf, fractionOfValue, invalid, measured, percent, rangeSchema, rangeText } from './range.ts';
import type { Range } from './range.ts';
import { listed } from './taxonomy.ts';

export type BoundsParameters = {
  readonly relativeTo?: 'none' | 'benchmark' | 'current';
  readonly all?: Range;
  readonly assets?: Readonly<Record<string, Range>>;
};

/** The range of one asset: the sides that `assets` states for it, else those of `all`. */
function rangeOf(parameters: BoundsParameters, id: string): Range | undefined {
  const own =
    parameters.assets !== undefined && Object.hasOwn(parameters.assets, id) ? parameters.assets[id] : undefined;
  if (own === undefined) return parameters.all;
  return { ...parameters.all, ...own };
}

function centreOf(parameters: BoundsParameters, situation: Situation): Float64Array {
  const n = situation.universe.assets.length;
  if (parameters.relativeTo === 'benchmark') return situation.benchmark ?? new Float64Array(n);
  return parameters.relativeTo === 'current' ? situation.current : new Float64Array(n);
}

function textOf(parameters: BoundsParameters, id: string, range: Range): string {
  const to = parameters.relativeTo ?? 'none';
  const what =
    to === 'none'
      ? 'weight'
      : to === 'benchmark'
        ? 'weight relative to the benchmark'
        : 'weight relative to the current holding';
  return `${what} of ${id} ${rangeText(range, percent)}`;
}

/** An asset's own side may cross the other side that it inherits from `all`. */
function admitInherited(parameters: BoundsParameters, id: string, own: Range): Violation[] {
  const { min, max } = { ...parameters.all, ...own };
  const inherits = own.min === undefined || own.max === undefined;
  if (!inherits || min === undefined || max === undefined || min <= max) return [];
  return [
    invalid(
      fieldOf('assets', id),
      `with the range for all assets its minimum ${percent(min)} is above its maximum ${percent(max)}`,
    ),
  ];
}

function admitParameters(parameters: BoundsParameters): Violation[] {
  const violations: Violation[] = [];
  const assets = Object.entries(parameters.assets ?? {});
  if (parameters.all === undefined && assets.length === 0)
    violations.push(invalid('', 'needs a range for all, for assets, or both'));
  if (parameters.all !== undefined) violations.push(...admitRange(parameters.all, 'all'));
  for (const [id, range] of assets) {
    violations.push(...admitRange(range, fieldOf('assets', id)), ...admitInherited(parameters, id, range));
  }
  return violations;
}

function admit(parameters: BoundsParameters, situation: Situation): readonly Violation[] {
  const violations = admitParameters(parameters);
  const positions = positionsById(situation.universe);
  for (const id of Object.keys(parameters.assets ?? {})) {
    if (!positions.has(id))
      violations.push(invalid(fieldOf('assets', id), `no asset has this id; known: ${listed([...positions.keys()])}`));
  }
  if (parameters.relativeTo === 'benchmark' && situation.benchmark === undefined) {
    violations.push(invalid('relativeTo', 'needs a benchmark, and there is none'));
  }
  return violations;
}

/** min_i <= w_i - c_i <= max_i, where c is 0, the benchmark weights or the current weights. */
export const bounds: ConstraintHandler<BoundsParameters> = {
  type: 'bounds',
  title: 'Weight bounds',
  description:
    'Weight of each asset as a fraction of net asset value within a range; relative to the benchmark or to the current holding the range is for the difference ' +
    '(0.02 allows 2 percentage points more). `all` holds for every asset; the sides that `assets` states for an asset take the place of those of `all`. min 0 forbids short positions.',
  version: '1.0.0',
  references: [],
  schema: {
    type: 'object',
    title: 'Weight bounds',
    properties: {
      relativeTo: {
        type: 'string',
        title: 'Relative to',
        description:
          'none: the weight itself. benchmark: weight minus benchmark weight. current: weight minus the weight held now.',
        enum: ['none', 'benchmark', 'current'],
        default: 'none',
      },
      all: rangeSchema('weight of every asset, fraction of net asset value'),
      assets: {
        type: 'object',
        title: 'By asset',
        description: 'Asset id -> range.',
        additionalProperties: rangeSchema('weight of the asset, fraction of net asset value'),
      },
    },
    additionalProperties: false,
    minProperties: 1,
    examples: [{ all: { min: 0, max: 0.1 }, assets: { AAPL: { max: 0.05 } } }],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters,
  admit,
  lower(parameters, situation, origin) {
    const centre = centreOf(parameters, situation);
    return {
      bounds: situation.universe.assets.flatMap(({ id }, position) => {
        const range = rangeOf(parameters, id);
        if (range === undefined) return [];
        const lower = range.min === undefined ? -Infinity : centre[position]! + range.min;
        const upper = range.max === undefined ? Infinity : centre[position]! + range.max;
        return [{ position, lower, upper, origin: origin(textOf(parameters, id, range)) }];
      }),
    };
  },
  check(parameters, holdings, situation) {
    const centre = centreOf(parameters, situation);
    return situation.universe.assets.flatMap(({ id }, position) => {
      const range = rangeOf(parameters, id);
      if (range === undefined) return [];
      const distance = holdings.weights[position]! - centre[position]!;
      return [measured(textOf(parameters, id, range), distance, range, fractionOfValue)];
    });
  },
};
