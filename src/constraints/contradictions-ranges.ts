/** What hard bounds leave of each weight, and what cannot hold of a single asset. */
import type { Bound, Count, Domain, Lot, Row, TradeLimit } from '../problem/problem.ts';
import { percent } from './range.ts';

/** A restriction with the place of its constraint among those looked at. */
export interface Owned<Restriction> {
  readonly restriction: Restriction;
  readonly owner: number;
}

export interface Hard {
  readonly bounds: readonly Owned<Bound>[];
  readonly rows: readonly Owned<Row>[];
  readonly tradeLimits: readonly Owned<TradeLimit>[];
  readonly domains: readonly Owned<Domain>[];
  readonly lots: readonly Owned<Lot>[];
  readonly counts: readonly Owned<Count>[];
}

/** A part of a constraint, in the client's words. */
export interface Part {
  readonly owner: number;
  readonly text: string;
}

/** Parts that cannot hold together. */
export interface Clash {
  readonly parts: readonly Part[];
  readonly why: string;
}

/** The range that all bounds of one asset leave, and which bounds end it. */
export interface AssetRange {
  readonly lower: number;
  readonly upper: number;
  readonly from?: Owned<Bound>;
  readonly to?: Owned<Bound>;
}

/** Distances up to this, relative to figures above 1, are rounding of bounds that were computed: they contradict nothing. */
const rounding = 1e-9;

/** Whether one number is above another by more than rounding. */
export function isAbove(one: number, other: number): boolean {
  return one - other > rounding * Math.max(1, Math.min(Math.abs(one), Math.abs(other)));
}

export function partOf({ restriction, owner }: Owned<{ readonly origin: { readonly text: string } }>): Part {
  return { owner, text: restriction.origin.text };
}

/** The bounds that end the ranges of the assets of a sum at one end, each once. */
export function endsOf(
  positions: Iterable<number>,
  ranges: readonly AssetRange[],
  end: (position: number) => 'from' | 'to',
): readonly Part[] {
  const parts: Part[] = [];
  for (const position of positions) {
    const bound = ranges[position]![end(position)];
    if (bound !== undefined) parts.push(partOf(bound));
  }
  return parts;
}

/** Ranges by asset. Of an asset whose bounds cross nothing more is said: it has no range and is told apart. */
export function rangesOf(
  bounds: readonly Owned<Bound>[],
  n: number,
): { readonly ranges: readonly AssetRange[]; readonly crossed: readonly AssetRange[] } {
  const free: AssetRange = { lower: -Infinity, upper: Infinity };
  const ranges = new Array<AssetRange>(n).fill(free);
  for (const bound of bounds) {
    const { position, lower, upper } = bound.restriction;
    const range = ranges[position]!;
    if (lower > range.lower) ranges[position] = { ...ranges[position]!, lower, from: bound };
    if (upper < range.upper) ranges[position] = { ...ranges[position]!, upper, to: bound };
  }
  const crossed: AssetRange[] = [];
  for (const [position, range] of ranges.entries()) {
    if (range.lower <= range.upper) continue;
    if (isAbove(range.lower, range.upper)) crossed.push(range);
    ranges[position] = isAbove(range.lower, range.upper) ? free : { ...range, upper: range.lower };
  }
  return { ranges, crossed };
}

export function boundClashes(crossed: readonly AssetRange[]): readonly Clash[] {
  return crossed.map(({ lower, upper, from, to }) => ({
    parts: [partOf(from!), partOf(to!)],
    why: `the weight would be at least ${percent(lower)} and at most ${percent(upper)}`,
  }));
}

type Intervals = readonly (readonly [number, number])[];

function within(intervals: Intervals, lower: number, upper: number): Intervals {
  return intervals
    .map(([from, to]) => [Math.max(from, lower), Math.min(to, upper)] as const)
    .filter(([from, to]) => !isAbove(from, to));
}

/** What all bounds and gaps of an asset leave of its weight; ascending. */
export function admissible(domains: readonly Owned<Domain>[], { lower, upper }: AssetRange): Intervals {
  return domains.reduce<Intervals>(
    (left, { restriction }) => left.flatMap(([from, to]) => within(restriction.intervals, from, to)),
    [[lower, upper]],
  );
}

export function domainsByPosition(domains: readonly Owned<Domain>[]): ReadonlyMap<number, readonly Owned<Domain>[]> {
  const byPosition = new Map<number, Owned<Domain>[]>();
  for (const domain of domains) {
    const others = byPosition.get(domain.restriction.position);
    if (others === undefined) byPosition.set(domain.restriction.position, [domain]);
    else others.push(domain);
  }
  return byPosition;
}

/** Gaps that leave nothing within the bounds, or nothing besides other gaps. */
export function domainClashes(domains: readonly Owned<Domain>[], ranges: readonly AssetRange[]): readonly Clash[] {
  const clashes: Clash[] = [];
  for (const [position, own] of domainsByPosition(domains)) {
    const range = ranges[position]!;
    if (admissible(own, range).length > 0) continue;
    const alone = own.filter((domain) => admissible([domain], range).length === 0);
    const pairs = own.flatMap((one, k) => own.slice(k + 1).map((other) => [one, other]));
    const pair = pairs.find((both) => admissible(both, range).length === 0);
    const blamed = alone.length > 0 ? alone.slice(0, 1) : (pair ?? own);
    const bounds = boundsNeeded(blamed, range);
    clashes.push({
      parts: [...bounds, ...blamed.map(partOf)],
      why: 'no weight is admissible',
    });
  }
  return clashes;
}

/** The bounds without which gaps would leave something. */
function boundsNeeded(domains: readonly Owned<Domain>[], range: AssetRange): readonly Part[] {
  const { lower, upper, from, to } = range;
  if (admissible(domains, { lower: -Infinity, upper: Infinity }).length === 0) return [];
  if (from !== undefined && admissible(domains, { lower, upper: Infinity }).length === 0) return [partOf(from)];
  if (to !== undefined && admissible(domains, { lower: -Infinity, upper }).length === 0) return [partOf(to)];
  return [from, to].flatMap((bound) => (bound === undefined ? [] : [partOf(bound)]));
}

/** Whole lots of which none lies within the bounds. */
export function lotClashes(lots: readonly Owned<Lot>[], ranges: readonly AssetRange[]): readonly Clash[] {
  return lots.flatMap((lot) => {
    const { position, base, step } = lot.restriction;
    const { lower, upper, from, to } = ranges[position]!;
    const first = base + step * Math.ceil((lower - base) / step - rounding);
    if (from === undefined || to === undefined || !isAbove(first, upper)) return [];
    const why = `the bounds leave ${percent(lower)} to ${percent(upper)}, and no whole lot lies there`;
    return [{ parts: [partOf(from), partOf(to), partOf(lot)], why }];
  });
}
