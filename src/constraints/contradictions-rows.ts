/** Rows that cannot hold within the bounds of their assets, beside another row, or with so little trading. */
import type { Row, TradeLimit } from '../problem/problem.ts';
import { endsOf, isAbove, partOf } from './contradictions-ranges.ts';
import type { AssetRange, Clash, Owned, Part } from './contradictions-ranges.ts';
import { plain } from './range.ts';

/** Rounding of a sum, relative to the sizes of all terms that went into it. */
const sumRounding = 1e-12;

/** A sum of terms, some of which may be infinite. */
export class Reach {
  finite = 0;
  #infinite = 0;
  #size = 0;

  add(term: number): void {
    if (Number.isFinite(term)) this.finite += term;
    else this.#infinite += 1;
    if (Number.isFinite(term)) this.#size += Math.abs(term);
  }

  /** Takes out a term that was added. */
  remove(term: number): void {
    if (Number.isFinite(term)) this.finite -= term;
    else this.#infinite -= 1;
    if (Number.isFinite(term)) this.#size += Math.abs(term);
  }

  copy(): Reach {
    const copy = new Reach();
    copy.finite = this.finite;
    copy.#infinite = this.#infinite;
    copy.#size = this.#size;
    return copy;
  }

  /** Whether the sum is finite and below a number by more than rounding. */
  isBelow(number: number): boolean {
    return this.#infinite === 0 && isAbove(number, this.finite + sumRounding * this.#size);
  }

  isAbove(number: number): boolean {
    return this.#infinite === 0 && isAbove(this.finite - sumRounding * this.#size, number);
  }
}

/** coefficient * weight at its least or most. */
export function termAt(end: 'least' | 'most', coefficient: number, { lower, upper }: AssetRange): number {
  if (coefficient === 0) return 0;
  return coefficient * ((end === 'least') === coefficient > 0 ? lower : upper);
}

/** The least and the most that a row can be within the bounds. */
interface Span {
  readonly least: Reach;
  readonly most: Reach;
}

function spanOf({ positions, coefficients }: Row, ranges: readonly AssetRange[]): Span {
  const span = { least: new Reach(), most: new Reach() };
  positions.forEach((position, k) => {
    span.least.add(termAt('least', coefficients[k]!, ranges[position]!));
    span.most.add(termAt('most', coefficients[k]!, ranges[position]!));
  });
  return span;
}

/** Why a sum that reaches no further is not enough; of negative coefficients, as `cash` has, the negative is told. */
function shortOf(row: Row, reached: number, needed: number): string {
  const flipped = row.coefficients.every((coefficient) => coefficient < 0);
  const [can, must] = flipped ? [-reached, -needed] : [reached, needed];
  return `the sum can be at ${must > can ? 'most' : 'least'} ${plain(can)}, and ${plain(must)} is needed`;
}

/** Rows that the bounds of their assets do not allow. */
export function rowClashes(rows: readonly Owned<Row>[], ranges: readonly AssetRange[]): readonly Clash[] {
  return rows.flatMap((owned): Clash[] => {
    const row = owned.restriction;
    const { least, most } = spanOf(row, ranges);
    const isShort = most.isBelow(row.lower);
    if (!isShort && !least.isAbove(row.upper)) return [];
    const coefficientAt = new Map(Array.from(row.positions, (position, k) => [position, row.coefficients[k]!]));
    const ends = endsOf(row.positions, ranges, (position) =>
      coefficientAt.get(position)! > 0 === isShort ? 'to' : 'from',
    );
    const why = isShort ? shortOf(row, most.finite, row.lower) : shortOf(row, least.finite, row.upper);
    return [{ parts: [...ends, partOf(owned)], why }];
  });
}

/** A row over many assets, such as the budget, made ready to be compared with others. */
export interface WideRow {
  readonly owned: Owned<Row>;
  /** (n) */
  readonly coefficients: Float64Array;
  readonly span: Span;
}

/** So many of the rows with the most assets are compared with every other one. */
const wideMost = 4;

export function widest(rows: readonly Owned<Row>[], ranges: readonly AssetRange[]): readonly WideRow[] {
  const ordered = rows
    .filter(({ restriction }) => restriction.positions.length > 1)
    .toSorted((one, other) => other.restriction.positions.length - one.restriction.positions.length);
  return ordered.slice(0, wideMost).map((owned) => {
    const coefficients = new Float64Array(ranges.length);
    owned.restriction.positions.forEach((position, k) => {
      coefficients[position] = owned.restriction.coefficients[k]!;
    });
    return { owned, coefficients, span: spanOf(owned.restriction, ranges) };
  });
}

/** Rows over disjoint assets, each times a factor, that make up a part of a wide row. */
type Cover = readonly { readonly owned: Owned<Row>; readonly factor: number }[];

/** Two rows, or the rows of one constraint together, that a wide row does not allow. */
export function pairClashes(
  rows: readonly Owned<Row>[],
  wide: readonly WideRow[],
  ranges: readonly AssetRange[],
): readonly Clash[] {
  const byOwner = new Map<number, Owned<Row>[]>();
  for (const row of rows) {
    const others = byOwner.get(row.owner);
    if (others === undefined) byOwner.set(row.owner, [row]);
    else others.push(row);
  }
  return [
    ...parallelClashes(rows),
    ...wide.flatMap((whole) => [
      ...rows.filter((row) => row !== whole.owned).flatMap((row) => coverClashes([row], whole, ranges)),
      ...[...byOwner].flatMap(([owner, own]) =>
        owner === whole.owned.owner || own.length === 1 ? [] : coverClashes(own, whole, ranges),
      ),
    ]),
  ];
}

/** What the rows leave of the whole must stay within its bounds: sums of minimums too high, sums of maximums too low. */
function coverClashes(rows: readonly Owned<Row>[], whole: WideRow, ranges: readonly AssetRange[]): readonly Clash[] {
  const { lower, upper } = whole.owned.restriction;
  const clashes: Clash[] = [];
  for (const end of ['least', 'most'] as const) {
    if (!Number.isFinite(end === 'least' ? upper : lower)) continue;
    const cover = coverOf(rows, whole, end);
    if (cover.length < rows.length && cover.length < 2) continue;
    const reach = whole.span[end].copy();
    for (const { owned, factor } of cover) {
      const { positions, coefficients } = owned.restriction;
      for (let k = 0; k < positions.length; k += 1) {
        const stated = whole.coefficients[positions[k]!]!;
        const range = ranges[positions[k]!]!;
        reach.remove(termAt(end, stated, range));
        reach.add(termAt(end, stated - factor * coefficients[k]!, range));
      }
      reach.add(boundOf(owned.restriction, factor, end));
    }
    if (end === 'least' ? !reach.isAbove(upper) : !reach.isBelow(lower)) continue;
    const needed = end === 'least' ? upper : lower;
    const parts = [
      ...cover.map(({ owned }) => partOf(owned)),
      ...endsUsed(cover, whole, ranges, end),
      partOf(whole.owned),
    ];
    clashes.push({ parts, why: shortOf(whole.owned.restriction, reach.finite, needed) });
  }
  return clashes;
}

/** The row times a factor, at its least or most. */
function boundOf({ lower, upper }: Row, factor: number, end: 'least' | 'most'): number {
  const isLower = (end === 'least') === factor > 0;
  return factor * (isLower ? lower : upper);
}

/** The rows that bound a part of the whole at this end, over assets of their own. */
function coverOf(rows: readonly Owned<Row>[], { coefficients }: WideRow, end: 'least' | 'most'): Cover {
  const covered = new Uint8Array(rows.length === 1 ? 0 : coefficients.length);
  const cover: { readonly owned: Owned<Row>; readonly factor: number }[] = [];
  for (const owned of rows) {
    const row = owned.restriction;
    const shared = row.positions.findIndex((position) => coefficients[position] !== 0);
    if (shared === -1 || row.coefficients[shared] === 0) continue;
    const factor = coefficients[row.positions[shared]!]! / row.coefficients[shared]!;
    if (!Number.isFinite(boundOf(row, factor, end)) || row.positions.some((each) => covered[each] === 1)) continue;
    cover.push({ owned, factor });
    if (rows.length > 1) for (const position of row.positions) covered[position] = 1;
  }
  return cover;
}

/** The bounds of the assets that rows and whole do not count alike. */
function endsUsed(cover: Cover, whole: WideRow, ranges: readonly AssetRange[], end: 'least' | 'most'): readonly Part[] {
  const left = new Map<number, number>();
  for (const position of whole.owned.restriction.positions) left.set(position, whole.coefficients[position]!);
  for (const { owned, factor } of cover)
    owned.restriction.positions.forEach((position, k) => {
      const rest = whole.coefficients[position]! - factor * owned.restriction.coefficients[k]!;
      if (rest === 0) left.delete(position);
      else left.set(position, rest);
    });
  return endsOf(left.keys(), ranges, (position) => ((end === 'least') === left.get(position)! > 0 ? 'from' : 'to'));
}

/** Rows over the same sum, up to a factor, whose ranges have nothing in common. */
function parallelClashes(rows: readonly Owned<Row>[]): readonly Clash[] {
  interface Sum {
    readonly row: Row;
    least: number;
    most: number;
    from?: Owned<Row>;
    to?: Owned<Row>;
  }
  const sums = new Map<number, Sum[]>();
  for (const owned of rows) {
    const row = owned.restriction;
    const factor = row.coefficients[0] ?? 0;
    if (factor === 0) continue;
    const key = hashOf(row);
    const alike = sums.get(key) ?? [];
    let sum = alike.find((other) => isParallel(other.row, row));
    if (sum === undefined) {
      sum = { row, least: -Infinity, most: Infinity };
      sums.set(key, [...alike, sum]);
    }
    const [least, most] = [row.lower / factor, row.upper / factor].sort((one, other) => one - other);
    if (least! > sum.least) [sum.least, sum.from] = [least!, owned];
    if (most! < sum.most) [sum.most, sum.to] = [most!, owned];
  }
  return [...sums.values()].flat().flatMap(({ least, most, from, to }) => {
    if (from === undefined || to === undefined || from === to || !isAbove(least, most)) return [];
    return [
      {
        parts: [partOf(from), partOf(to)],
        why: `the sum would be at least ${plain(least)} and at most ${plain(most)}`,
      },
    ];
  });
}

/** The same for rows that are multiples of each other; of others it may be. */
function hashOf({ positions, coefficients }: Row): number {
  const first = coefficients[0]!;
  let hash = positions.length;
  positions.forEach((position, k) => {
    hash = (Math.imul(hash, 31) + position) | 0;
    hash = (Math.imul(hash, 31) + Math.round((coefficients[k]! / first) * 1e6)) | 0;
  });
  return hash;
}

function isParallel(one: Row, other: Row): boolean {
  if (one.positions.length !== other.positions.length) return false;
  const factor = other.coefficients[0]! / one.coefficients[0]!;
  return one.positions.every(
    (position, k) =>
      position === other.positions[k] &&
      Math.abs(other.coefficients[k]! - factor * one.coefficients[k]!) <= 1e-12 * Math.abs(other.coefficients[k]!),
  );
}

/** Limits on trading that leave too little for what bounds, or a row, ask for. */
export function tradeClashes(
  limits: readonly Owned<TradeLimit>[],
  rows: readonly Owned<Row>[],
  ranges: readonly AssetRange[],
): readonly Clash[] {
  return limits.flatMap((limit) => [...boundTradeClashes(limit, ranges), ...rowTradeClashes(limit, rows)]);
}

function boundTradeClashes(limit: Owned<TradeLimit>, ranges: readonly AssetRange[]): readonly Clash[] {
  const { centre, buyRate, sellRate, bound } = limit.restriction;
  const parts: Part[] = [];
  let needed = 0;
  for (const [position, { lower, upper, from, to }] of ranges.entries()) {
    const bought = buyRate[position]! * Math.max(lower - centre[position]!, 0);
    const sold = sellRate[position]! * Math.max(centre[position]! - upper, 0);
    if (bought > 0) parts.push(partOf(from!));
    if (sold > 0) parts.push(partOf(to!));
    needed += (buyRate[position]! > 0 ? bought : 0) + (sellRate[position]! > 0 ? sold : 0);
  }
  if (!isAbove(needed, bound)) return [];
  return [{ parts: [...parts, partOf(limit)], why: `the bounds alone ask for ${plain(needed)} of ${plain(bound)}` }];
}

/** From the centre a row moves by at most the bound times the most that a unit of it buys. */
function rowTradeClashes(limit: Owned<TradeLimit>, rows: readonly Owned<Row>[]): readonly Clash[] {
  const { centre, buyRate, sellRate, bound } = limit.restriction;
  return rows.flatMap((owned): Clash[] => {
    const { positions, coefficients, lower, upper } = owned.restriction;
    let [now, up, down] = [0, 0, 0];
    positions.forEach((position, k) => {
      const coefficient = coefficients[k]!;
      now += coefficient * centre[position]!;
      const [bought, sold] = [Math.abs(coefficient) / buyRate[position]!, Math.abs(coefficient) / sellRate[position]!];
      if (coefficient === 0) return;
      up = Math.max(up, coefficient > 0 ? bought : sold);
      down = Math.max(down, coefficient > 0 ? sold : bought);
    });
    const reached = now < lower ? now + bound * up : now - bound * down;
    const isShort = now < lower ? isAbove(lower, reached) : now > upper && isAbove(reached, upper);
    if (!isShort || Number.isNaN(reached)) return [];
    const needed = plain(now < lower ? lower : upper);
    const why = `without trades the sum is ${plain(now)}, with them it can become ${plain(reached)}, and ${needed} is needed`;
    return [{ parts: [partOf(owned), partOf(limit)], why }];
  });
}
