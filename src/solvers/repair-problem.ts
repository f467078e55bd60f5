/**
 * The elastic problem (Chinneck, Feasibility and Infeasibility in Optimization, 2008, ch. 6.1) as a canonical one: every side that may give
 * way gets a pseudo-asset behind the last asset, whose weight z >= 0 is its relaxation in units of its measure; sum(z) is minimized.
 * A row a'w <= u reads a'w - m z <= u, and a bound becomes such a row. A trade limit f(w) <= b reads f(w) + m (c - z)+ <= b + m c,
 * which for z <= c is f(w) <= b + m z. One bound of each asset needs neither: beyond it the asset costs 1 / m a unit, as trades do. A norm is not linear in its bound: the caller hands in the value around which it is majorized,
 * sqrt(q) <= (q / s + s) / 2, a quadratic term of the objective that touches at sqrt(q) = s. A tail that gives way costs 1 / m a unit as a
 * term of the objective; the caller sees to it that it does not end below its bound.
 */
import type {
  Bound,
  Lowered,
  Norm,
  Origin,
  Problem,
  Quadratic,
  Row,
  Tail,
  TailMeasure,
  TailTerm,
  TradeLimit,
  Trading,
} from '../problem/problem.ts';
import { compose } from '../problem/problem.ts';
import type { RelaxableSide } from '../problem/relaxable.ts';
import type { Universe } from '../problem/universe.ts';
import { centred, longer, widened } from '../problem/widened.ts';

/** Makes the answer unique where the relaxations leave weights free; too small to buy a relaxation. */
const tieBreaker = 1e-5;

export interface Elastic {
  readonly problem: Problem;
  /** Pseudo-asset of every elastic side but those of norms and kinks. */
  readonly columns: ReadonlyMap<RelaxableSide, number>;
}

/** @param elastic sides that give way, those of norms with the value that their majorization touches */
export function elasticProblem(
  universe: Universe,
  lowered: Lowered,
  elastic: ReadonlyMap<RelaxableSide, number | undefined>,
): Elastic {
  const n = universe.assets.length;
  const columns = new Map<RelaxableSide, number>();
  const kinks = kinksIn(elastic.keys());
  for (const [side, touching] of elastic)
    if (touching === undefined && !kinks.has(side)) columns.set(side, n + columns.size);
  const size = n + columns.size;
  const pseudo = Array.from(columns, (_, j) => ({ id: `relaxation ${String(j)}`, groups: {} }));
  const of = (restriction: unknown): readonly RelaxableSide[] =>
    [...elastic.keys()].filter((side) => side.restriction === restriction);
  const linear = new Float64Array(size).fill(-1, n);
  const quadratics: Quadratic[] = [
    { scale: tieBreaker, operator: { kind: 'diagonal', size, entries: new Float64Array(size).fill(1) } },
  ];
  const norms: Norm[] = [];
  for (const norm of lowered.norms ?? []) {
    const [side] = of(norm);
    const touching = side === undefined ? undefined : elastic.get(side);
    const wide = { operator: widened(norm.operator, size), ...centred(norm.centre, size) };
    if (side === undefined || touching === undefined) norms.push({ ...norm, ...wide });
    else quadratics.push({ scale: 1 / (side.measure * touching), ...wide });
  }
  const tails: Tail[] = [];
  const tailTerms: TailTerm[] = [];
  for (const tail of lowered.tails ?? []) {
    const [side] = of(tail);
    const wide = { ...tail, scenarios: widenedRows(tail.scenarios, n, size), ...centred(tail.centre, size) };
    if (side === undefined || !elastic.has(side)) tails.push(wide);
    else tailTerms.push({ ...measureOf(wide), weight: 1 / side.measure });
  }
  const limits = (lowered.tradeLimits ?? []).map((limit) => widerLimit(limit, of(limit)[0], columns, size));
  const { bounds, rows } = elasticRanges(lowered, of, columns, kinks);
  for (const [side, position] of columns) {
    const ceiling = 'buyRate' in side.restriction ? ceilingOf(side.restriction, side.measure) : Infinity;
    bounds.push({ position, lower: 0, upper: ceiling, origin: relaxation });
  }
  const objective = {
    quadratics,
    linear,
    ...(kinks.size === 0 ? {} : { trading: tradingOf(kinks, size) }),
    ...(tailTerms.length === 0 ? {} : { tailTerms }),
  };
  const problem = compose({ assets: [...universe.assets, ...pseudo] }, objective, [
    { bounds, rows, norms, tradeLimits: limits, tails },
  ]);
  return { problem, columns };
}

/** The first elastic side of each asset's bounds. */
function kinksIn(sides: Iterable<RelaxableSide>): ReadonlyMap<RelaxableSide, Bound> {
  const kinks = new Map<RelaxableSide, Bound>();
  const taken = new Set<number>();
  for (const side of sides) {
    const { restriction } = side;
    if (!('position' in restriction) || side.side === 'both' || taken.has(restriction.position)) continue;
    taken.add(restriction.position);
    kinks.set(side, restriction);
  }
  return kinks;
}

function tradingOf(kinks: ReadonlyMap<RelaxableSide, Bound>, size: number): Trading {
  const [current, buyRate, sellRate] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  for (const [{ side, measure }, { position, lower, upper }] of kinks) {
    current[position] = side === 'lower' ? lower : upper;
    (side === 'lower' ? sellRate : buyRate)[position] = 1 / measure;
  }
  return { current, buyRate, sellRate };
}

const relaxation: Origin = { constraint: 'relaxation', name: 'relaxation', text: 'not negative', priority: 0 };

function elasticRanges(
  lowered: Lowered,
  of: (restriction: unknown) => readonly RelaxableSide[],
  columns: ReadonlyMap<RelaxableSide, number>,
  kinks: ReadonlyMap<RelaxableSide, Bound>,
): { bounds: Bound[]; rows: Row[] } {
  const bounds: Bound[] = [];
  const rows: Row[] = [];
  for (const row of lowered.rows ?? []) rows.push(...giving(row, of(row), columns));
  for (const bound of lowered.bounds ?? []) {
    const sides = of(bound);
    const free = sides.filter((side) => kinks.has(side)).map(({ side }) => side);
    const lower = free.includes('lower') ? -Infinity : bound.lower;
    const upper = free.includes('upper') ? Infinity : bound.upper;
    const given = sides.filter((side) => !kinks.has(side));
    const { position, origin } = bound;
    if (given.length === 0) bounds.push(sides.length === 0 ? bound : { position, lower, upper, origin });
    else {
      const single = { positions: Int32Array.of(position), coefficients: Float64Array.of(1), origin };
      rows.push(...giving({ ...single, lower, upper }, given, columns));
    }
  }
  return { bounds, rows };
}

/** A row for each side, so that one pseudo-asset may stand in both. */
function giving(row: Row, sides: readonly RelaxableSide[], columns: ReadonlyMap<RelaxableSide, number>): Row[] {
  if (sides.length === 0) return [row];
  const sided = (which: 'lower' | 'upper'): Row[] => {
    if (!Number.isFinite(row[which])) return [];
    const side = sides.find((each) => each.side === which || each.side === 'both');
    const open = which === 'lower' ? { upper: Infinity } : { lower: -Infinity };
    if (side === undefined) return [{ ...row, ...open }];
    const pull = which === 'lower' ? side.measure : -side.measure;
    return [
      {
        ...row,
        ...open,
        positions: Int32Array.of(...row.positions, columns.get(side)!),
        coefficients: Float64Array.of(...row.coefficients, pull),
      },
    ];
  };
  return [...sided('lower'), ...sided('upper')];
}

/** Far above what trades of weights between -1 and 1 can need. */
function ceilingOf({ centre, buyRate, sellRate }: TradeLimit, measure: number): number {
  let most = 0;
  for (let i = 0; i < centre.length; i++)
    most = Math.max(most, buyRate[i]!, sellRate[i]!) + Math.abs(centre[i]!) * sellRate[i]!;
  return (8 * most) / measure;
}

function widerLimit(
  limit: TradeLimit,
  side: RelaxableSide | undefined,
  columns: ReadonlyMap<RelaxableSide, number>,
  size: number,
): TradeLimit {
  const { centre, buyRate, sellRate } = limit;
  const wide = {
    ...limit,
    centre: longer(centre, size),
    buyRate: longer(buyRate, size),
    sellRate: longer(sellRate, size),
  };
  if (side === undefined) return wide;
  const column = columns.get(side)!;
  const ceiling = ceilingOf(limit, side.measure);
  wide.centre[column] = ceiling;
  wide.sellRate[column] = side.measure;
  return { ...wide, bound: limit.bound + side.measure * ceiling };
}

function measureOf({ bound: _, origin: __, ...measure }: Tail): TailMeasure {
  return measure;
}

/** Rows of n entries with zeros behind them. */
function widenedRows(entries: Float64Array, n: number, size: number): Float64Array {
  if (n === size) return entries;
  const count = entries.length / n;
  const wide = new Float64Array(count * size);
  for (let s = 0; s < count; s++) wide.set(entries.subarray(s * n, (s + 1) * n), s * size);
  return wide;
}
