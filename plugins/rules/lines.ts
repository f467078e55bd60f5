/**
 * Rules speak of lines: single assets, or the classes of a taxonomy. What a rule gives to a line is spread over its assets by proportions
 * of a stated kind.
 */
import { groupOf, listed } from '@veritasvault/portfolio/sdk/v1';
import type { Json, JsonSchema, Situation, Universe, Violation } from '@veritasvault/portfolio/sdk/v1';

export type Inside = 'current' | 'benchmark' | 'capitalization' | 'equal';

export interface LineChoice {
  /** `asset` when absent. */
  readonly by?: string;
  /** `current` when absent. */
  readonly inside?: Inside;
}

export interface Line {
  readonly name: string;
  readonly positions: readonly number[];
}

export const bySchema: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  default: 'asset',
  description:
    'What the names stand for: `asset` for ids of assets, or `sector`, `asset-class`, `country`, `currency`, `issuer`, or a key in the groups of the assets, of which every asset must then have one.',
};

export const insideSchema: JsonSchema = {
  type: 'string',
  enum: ['current', 'benchmark', 'capitalization', 'equal'],
  default: 'current',
  description:
    'How a class is spread over its assets: in proportion to their current weights, their benchmark weights or their market capitalizations, or equally.',
};

/** In the order of their names, so that nothing depends on how assets are listed; assets without a name in the taxonomy lie on none. */
export function linesOf({ assets }: Universe, { by = 'asset' }: LineChoice): readonly Line[] {
  const named = new Map<string, number[]>();
  assets.forEach((asset, position) => {
    const name = by === 'asset' ? asset.id : groupOf(asset, by);
    if (name === undefined || name === '') return;
    const positions = named.get(name);
    if (positions === undefined) named.set(name, [position]);
    else positions.push(position);
  });
  return [...named].map(([name, positions]) => ({ name, positions })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What `field` says of lines that are not there, and assets that lie on none. */
export function lineFaults(
  fields: Readonly<Record<string, string>>,
  choice: LineChoice,
  universe: Universe,
): readonly Violation[] {
  const { by = 'asset' } = choice;
  const lines = linesOf(universe, choice);
  const placed = new Set(lines.flatMap(({ positions }) => positions));
  const without = universe.assets.filter((_, position) => !placed.has(position)).map(({ id }) => id);
  if (placed.size === 0) return [{ field: 'by', description: `is ${by}, which no asset of the universe has` }];
  const known = new Set(lines.map(({ name }) => name));
  const unknown = Object.entries(fields)
    .filter(([, name]) => !known.has(name))
    .map(([field, name]): Violation => ({
      field,
      description:
        by === 'asset'
          ? `asset ${name} is not in the universe`
          : `no asset of the universe is ${name} by ${by}; there is ${listed([...known])}`,
    }));
  if (without.length === 0) return unknown;
  return [...unknown, { field: 'by', description: `is ${by}, but these assets have none: ${listed(without)}` }];
}

/** Field paths of the keys of an object at `field`, for `lineFaults`. */
export function keysAt(field: string, named: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(named).map((name) => [`${field}[${JSON.stringify(name)}]`, name]));
}

/** (positions) of a line, sum 1, or why there are none, to be said of `inside`. */
export function proportions(
  { name, positions }: Line,
  { inside = 'current' }: LineChoice,
  { universe, current, benchmark }: Situation,
): readonly number[] | string {
  if (positions.length === 1) return [1];
  if (inside === 'equal') return positions.map(() => 1 / positions.length);
  if (inside === 'benchmark' && benchmark === undefined) return 'is "benchmark", but the portfolio has no benchmark';
  const sizes = positions.map((position) => {
    if (inside === 'capitalization') return universe.assets[position]!.marketCapitalization ?? NaN;
    return (inside === 'benchmark' ? benchmark! : current)[position]!;
  });
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.some(Number.isNaN)) {
    const without = positions.filter((_, k) => Number.isNaN(sizes[k])).map((position) => universe.assets[position]!.id);
    return `is "capitalization", but these assets have none: ${listed(without)}`;
  }
  if (total > 0 && sizes.every((size) => size >= 0)) return sizes.map((size) => size / total);
  const holder = inside === 'current' ? 'the portfolio' : inside === 'benchmark' ? 'the benchmark' : 'the market';
  const what = sizes.every((size) => size === 0) ? 'holds nothing' : 'is short';
  return `is "${inside}", but ${holder} ${what} in ${name}: choose other proportions`;
}

/** What keeps lines from being spread; only of those that get a weight. */
export function insideFaults(
  lines: readonly Line[],
  weightOf: (line: Line) => number,
  choice: LineChoice,
  situation: Situation,
): readonly Violation[] {
  const reasons = lines
    .filter((line) => weightOf(line) !== 0)
    .map((line) => proportions(line, choice, situation))
    .filter((found) => typeof found === 'string');
  return [...new Set(reasons)].map((description) => ({ field: 'inside', description }));
}

/** (n) the weights of lines spread over their assets; 0 elsewhere. Throws where `insideFaults` finds something. */
export function spread(
  lines: readonly Line[],
  weightOf: (line: Line) => number,
  choice: LineChoice,
  situation: Situation,
): Float64Array {
  const target = new Float64Array(situation.universe.assets.length);
  for (const line of lines) {
    const weight = weightOf(line);
    if (weight === 0) continue;
    const shares = proportions(line, choice, situation);
    if (typeof shares === 'string') throw new TypeError(`inside ${shares}`);
    line.positions.forEach((position, k) => (target[position] = weight * shares[k]!));
  }
  return target;
}

/** What a rule that gives weights by name has decided: target weights (n), and every line of them for the report. */
export function namedTarget(weightOf: (line: Line) => number, choice: LineChoice, situation: Situation) {
  const lines = linesOf(situation.universe, choice);
  const target = spread(lines, weightOf, choice, situation);
  return { target, lines: linesReport(lines, situation.current, target) };
}

/** What keeps it from being decided. */
export function namedFaults(
  weightOf: (line: Line) => number,
  choice: LineChoice,
  situation: Situation,
): readonly Violation[] {
  return insideFaults(linesOf(situation.universe, choice), weightOf, choice, situation);
}

/** Weights by name. */
export const weightsSchema: JsonSchema = {
  type: 'object',
  minProperties: 1,
  additionalProperties: { type: 'number', minimum: -10, maximum: 10 },
};

/** 0 where the name is not among them. */
export function weightAt(weights: Readonly<Record<string, number>>, name: string): number {
  return Object.hasOwn(weights, name) ? weights[name]! : 0;
}

/** Sum of the weights (n) of a line. */
export function heldIn({ positions }: Line, weights: Float64Array): number {
  return positions.reduce((sum, position) => sum + weights[position]!, 0);
}

/** For a report: the weight of every line now and by the rule, those that are neither left out. */
function linesReport(lines: readonly Line[], current: Float64Array, target: Float64Array): readonly Json[] {
  return lines
    .map((line) => ({ name: line.name, current: heldIn(line, current), target: heldIn(line, target) }))
    .filter((line) => line.current !== 0 || line.target !== 0);
}
