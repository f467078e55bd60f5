/** What must have been reached by the last period. */
import { groupOf, unknownAssets } from '@veritasvault/portfolio/sdk/v1';
import type { JsonSchema, Lowered, Situation, Task, Universe, Violation } from '@veritasvault/portfolio/sdk/v1';

interface Range {
  readonly min?: number;
  readonly max?: number;
}

export interface Terminal {
  readonly benchmark?: boolean;
  readonly weights?: Readonly<Record<string, number>>;
  readonly cash?: Range;
  readonly bounds?: Readonly<Record<string, Range>>;
  readonly by?: string;
}

const rangeSchema: JsonSchema = {
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: {
    min: { type: 'number', minimum: -20, maximum: 20 },
    max: { type: 'number', minimum: -20, maximum: 20 },
  },
};

export const terminalSchema: JsonSchema = {
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: {
    benchmark: { const: true, description: "The weights of the last period are the benchmark's." },
    weights: {
      type: 'object',
      minProperties: 1,
      additionalProperties: { type: 'number', minimum: -10, maximum: 10 },
      description: 'The weights of the last period by asset id; those not named are 0.',
    },
    cash: { ...rangeSchema, description: 'Cash in the last period, as a fraction of net asset value.' },
    bounds: {
      type: 'object',
      minProperties: 1,
      additionalProperties: rangeSchema,
      description: 'Sum of the weights of a class in the last period, by its name in `by`.',
    },
    by: {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      default: 'asset-class',
      description:
        'What the names of `bounds` stand for: `asset-class`, `sector`, `country`, `currency`, `issuer`, or a key in the groups of the assets.',
    },
  },
  description: 'What must hold in the last period besides the restrictions of all.',
};

export function terminalFaults(terminal: Terminal, { universe, benchmark }: Situation): readonly Violation[] {
  const { weights = {}, bounds = {}, cash = {}, by = 'asset-class' } = terminal;
  const violations: Violation[] = [];
  const refuse = (field: string, description: string): void =>
    void violations.push({ field: `terminal.${field}`, description });
  if (terminal.benchmark === true && benchmark === undefined) refuse('benchmark', 'the portfolio has no benchmark');
  if (terminal.benchmark === true && terminal.weights !== undefined)
    refuse('weights', 'either `weights` or `benchmark`, not both');
  if (Object.keys(terminal).every((key) => key === 'by')) refuse('by', 'says nothing without `bounds`');
  violations.push(...unknownAssets(Object.keys(weights), universe, (id) => `terminal.weights[${JSON.stringify(id)}]`));
  for (const [name, { min = -Infinity, max = Infinity }] of Object.entries(bounds)) {
    const field = `bounds[${JSON.stringify(name)}]`;
    if (membersOf(universe, by, name).length === 0) refuse(field, `no asset of the universe is ${name} by ${by}`);
    if (min > max) refuse(field, `has a min of ${min} above its max of ${max}`);
  }
  const { min = -Infinity, max = Infinity } = cash;
  if (min > max) refuse('cash', `has a min of ${min} above its max of ${max}`);
  return violations;
}

export function terminalRestrictions(
  terminal: Terminal | undefined,
  { situation, ...task }: Pick<Task, 'situation' | 'origin'>,
): readonly Lowered[] {
  if (terminal === undefined) return [];
  const { universe, benchmark } = situation;
  const { weights, bounds = {}, cash, by = 'asset-class' } = terminal;
  const own = (id: string): number => (weights !== undefined && Object.hasOwn(weights, id) ? weights[id]! : 0);
  const reached =
    terminal.benchmark === true ? benchmark : weights && Float64Array.from(universe.assets, ({ id }) => own(id));
  const sum = (positions: Int32Array, lower: number, upper: number, text: string): Lowered => ({
    rows: [
      { positions, coefficients: new Float64Array(positions.length).fill(1), lower, upper, origin: task.origin(text) },
    ],
  });
  const restrictions: Lowered[] = [];
  if (reached !== undefined) {
    const bound = (position: number) => ({
      position,
      lower: reached[position]!,
      upper: reached[position]!,
      origin: task.origin(`${universe.assets[position]!.id} at ${reached[position]!} in the last period`),
    });
    restrictions.push({ bounds: universe.assets.map((_, position) => bound(position)) });
  }
  const all = Int32Array.from(universe.assets, (_, position) => position);
  if (cash !== undefined) {
    const { min = -Infinity, max = Infinity } = cash;
    restrictions.push(sum(all, 1 - max, 1 - min, `cash ${rangeText(cash)} in the last period`));
  }
  for (const [name, range] of Object.entries(bounds)) {
    const { min = -Infinity, max = Infinity } = range;
    const positions = Int32Array.from(membersOf(universe, by, name));
    restrictions.push(sum(positions, min, max, `${name} ${rangeText(range)} in the last period`));
  }
  return restrictions;
}

function membersOf({ assets }: Universe, by: string, name: string): readonly number[] {
  return assets.flatMap((asset, position) => (groupOf(asset, by) === name ? [position] : []));
}

function rangeText({ min, max }: Range): string {
  if (min === max) return `exactly ${String(min)}`;
  return [min === undefined ? [] : `at least ${min}`, max === undefined ? [] : `at most ${max}`].flat().join(' and ');
}
