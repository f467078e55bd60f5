/** Counts that the bounds, other counts or a row over many assets do not allow. */
import type { Count, Domain } from '../problem/problem.ts';
import { admissible, domainsByPosition, endsOf, isAbove, partOf } from './contradictions-ranges.ts';
import type { AssetRange, Clash, Owned, Part } from './contradictions-ranges.ts';
import { Reach, termAt } from './contradictions-rows.ts';
import type { WideRow } from './contradictions-rows.ts';
import { plain } from './range.ts';

/** So many of the counts over the most assets are compared with the others and with rows. */
const wideMost = 4;

export function countClashes(
  counts: readonly Owned<Count>[],
  domains: readonly Owned<Domain>[],
  rows: readonly WideRow[],
  ranges: readonly AssetRange[],
): readonly Clash[] {
  const wide = counts
    .toSorted((one, other) => other.restriction.positions.length - one.restriction.positions.length)
    .slice(0, wideMost);
  const byPosition = domainsByPosition(domains);
  return [
    ...counts.flatMap((count) => boundCountClashes(count, ranges)),
    ...wide.flatMap((whole) => partCountClashes(whole, counts)),
    ...wide.flatMap((count) =>
      rows.flatMap((row) => [
        ...fewNamesClashes(count, row, ranges),
        ...manyNamesClashes(count, row, byPosition, ranges),
      ]),
    ),
  ];
}

/** Assets that bounds keep at the centre, or away from it. */
function boundCountClashes(owned: Owned<Count>, ranges: readonly AssetRange[]): readonly Clash[] {
  const { positions, centre, side, minimum, maximum } = owned.restriction;
  const [kept, forced]: [Part[], Part[]] = [[], []];
  let [can, must] = [0, 0];
  for (const position of positions) {
    const { lower, upper, from, to } = ranges[position]!;
    const at = centre[position]!;
    const canAbove = side !== 'below' && isAbove(upper, at);
    const canBelow = side !== 'above' && isAbove(at, lower);
    if (canAbove || canBelow) can += 1;
    else kept.push(...[from, to].flatMap((bound) => (bound === undefined ? [] : [partOf(bound)])));
    const mustAbove = side !== 'below' && isAbove(lower, at);
    const mustBelow = side !== 'above' && isAbove(at, upper);
    if (!mustAbove && !mustBelow) continue;
    must += 1;
    forced.push(partOf((mustAbove ? from : to)!));
  }
  if (minimum > can)
    return [{ parts: [...kept, partOf(owned)], why: `the bounds leave ${String(can)} of ${String(minimum)} needed` }];
  if (must > maximum)
    return [
      { parts: [...forced, partOf(owned)], why: `the bounds ask for ${String(must)} of ${String(maximum)} allowed` },
    ];
  return [];
}

/** Whether whatever counts in the part counts in the whole. */
function isPartOf(part: Count, whole: Count, members: ReadonlySet<number>): boolean {
  if (whole.side !== 'either' && whole.side !== part.side) return false;
  return part.positions.every((position) => members.has(position) && part.centre[position] === whole.centre[position]);
}

/** Parts of a count that ask for more than it allows, or together allow less than it asks for. */
function partCountClashes(whole: Owned<Count>, counts: readonly Owned<Count>[]): readonly Clash[] {
  const { positions, minimum, maximum, side } = whole.restriction;
  const members = new Set(positions);
  const parts = counts.filter((each) => each !== whole && isPartOf(each.restriction, whole.restriction, members));
  const clashes: Clash[] = [];
  for (const part of parts)
    if (part.restriction.minimum > maximum) {
      const why = `${String(part.restriction.minimum)} are asked for and ${String(maximum)} allowed`;
      clashes.push({ parts: [partOf(part), partOf(whole)], why });
    }
  for (const owner of new Set(parts.map((part) => part.owner))) {
    const seen = new Set<number>();
    const disjoint = parts.filter(({ owner: own, restriction }) => {
      if (own !== owner || restriction.positions.some((position) => seen.has(position))) return false;
      restriction.positions.forEach((position) => seen.add(position));
      return true;
    });
    const sumOf = (of: (count: Count) => number): number =>
      disjoint.reduce((total, { restriction }) => total + of(restriction), 0);
    const asked = sumOf((count) => count.minimum);
    const allowed = sumOf((count) => (count.side === side ? count.maximum : Infinity)) + positions.length - seen.size;
    const told = [...disjoint.map(partOf), partOf(whole)];
    if (disjoint.length > 1 && asked > maximum)
      clashes.push({ parts: told, why: `together ${String(asked)} are asked for and ${String(maximum)} allowed` });
    if (allowed < minimum)
      clashes.push({ parts: told, why: `together ${String(allowed)} are allowed and ${String(minimum)} asked for` });
  }
  return clashes;
}

const isOfNames = ({ centre, positions }: Count): boolean => positions.every((position) => centre[position] === 0);

/** So few names, each at its bound, do not make up the sum: 5 names of at most 10 % are not fully invested. */
function fewNamesClashes(owned: Owned<Count>, row: WideRow, ranges: readonly AssetRange[]): readonly Clash[] {
  const { positions, side, maximum } = owned.restriction;
  if (side !== 'either' || maximum >= positions.length || !isOfNames(owned.restriction)) return [];
  const { lower, upper } = row.owned.restriction;
  const counted = new Set(positions);
  const clashes: Clash[] = [];
  for (const end of ['most', 'least'] as const) {
    const needed = end === 'most' ? lower : upper;
    if (!Number.isFinite(needed)) continue;
    const reach = new Reach();
    const gains: { readonly position: number; readonly gain: number }[] = [];
    for (const position of row.owned.restriction.positions) {
      const term = termAt(end, row.coefficients[position]!, ranges[position]!);
      const gain = end === 'most' ? term : -term;
      if (counted.has(position)) gains.push({ position, gain: Math.max(gain, 0) });
      else reach.add(gain);
    }
    const best = gains.sort((one, other) => other.gain - one.gain).slice(0, maximum);
    for (const { gain } of best) reach.add(gain);
    const short = end === 'most' ? needed : -needed;
    if (!reach.isBelow(short)) continue;
    const used = row.owned.restriction.positions;
    const ends = endsOf(used, ranges, (position) =>
      (end === 'most') === row.coefficients[position]! > 0 ? 'to' : 'from',
    );
    const why = `${String(maximum)} names make up ${plain(end === 'most' ? reach.finite : -reach.finite)} at ${end}, and ${plain(needed)} is needed`;
    clashes.push({ parts: [...ends, partOf(row.owned), partOf(owned)], why });
  }
  return clashes;
}

/** So many names, each at its minimum, are more than the sum allows: 30 names of at least 5 %. Long positions only. */
function manyNamesClashes(
  owned: Owned<Count>,
  row: WideRow,
  byPosition: ReadonlyMap<number, readonly Owned<Domain>[]>,
  ranges: readonly AssetRange[],
): readonly Clash[] {
  const { positions, side, minimum } = owned.restriction;
  const { upper, positions: summed } = row.owned.restriction;
  if (side === 'below' || minimum === 0 || !Number.isFinite(upper) || !isOfNames(owned.restriction)) return [];
  if (summed.some((position) => !(row.coefficients[position]! > 0 && ranges[position]!.lower >= 0))) return [];
  const sizes: number[] = [];
  const parts: Part[] = [];
  let others = 0;
  const counted = new Set(positions);
  for (const position of counted) {
    const own = byPosition.get(position) ?? [];
    const held = admissible(own, ranges[position]!).find(([, to]) => to > 0);
    if (held === undefined) continue;
    sizes.push(row.coefficients[position]! * Math.max(held[0], 0));
    parts.push(...own.map(partOf));
  }
  for (const position of summed)
    if (!counted.has(position)) others += row.coefficients[position]! * ranges[position]!.lower;
  const least = sizes
    .sort((one, other) => one - other)
    .slice(0, minimum)
    .reduce((total, size) => total + size, others);
  if (!isAbove(least, upper)) return [];
  const ends = endsOf(new Set([...summed, ...positions]), ranges, () => 'from');
  const why = `${String(minimum)} names take at least ${plain(least)}, and ${plain(upper)} is allowed`;
  return [{ parts: [...parts, ...ends, partOf(row.owned), partOf(owned)], why }];
}
