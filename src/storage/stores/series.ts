/**
 * Series of dated decimals as three arrays in one row: days, exact values, and the same values as floats. A row per value would be a
 * hundred times slower to read. Ranges are cut in the database by binary search over the ascending days.
 */
import { Decimal, decimalText } from '../../values/decimal.ts';
import { floatBytes, floatsOf } from '../columns/float64-column.ts';
import { storedDecimal } from '../columns/decimal-column.ts';
import type { Session, Value } from '../session.ts';

export interface DayValue {
  readonly day: number;
  readonly value: Decimal;
}

/** A table of series and the columns that name one, without the tenant. */
export interface SeriesTable {
  readonly table: 'price_series' | 'fx_series';
  readonly key: readonly string[];
}

export const priceSeries: SeriesTable = { table: 'price_series', key: ['asset_id'] };
export const fxSeries: SeriesTable = { table: 'fx_series', key: ['base', 'quote'] };

function whereKey({ key }: SeriesTable): string {
  return ['tenant', ...key].map((column) => `${column} = ?`).join(' and ');
}

/** Merges into the series; same days are replaced. The row is locked first, so that two imports of one series both count. */
export async function putSeries(
  session: Session,
  series: SeriesTable,
  key: readonly string[],
  points: readonly DayValue[],
): Promise<void> {
  if (points.length === 0) return;
  const names = ['tenant', ...series.key].join(', ');
  const identity = [session.tenant, ...key];
  await session.changed(
    `insert into ${series.table} (${names}, days, "values", floats, updated_at)
     values (${identity.map(() => '?').join(', ')}, '{}', '{}', '', ?) on conflict (${names}) do nothing`,
    [...identity, session.clock.now()],
  );
  const [stored] = await session.rows<{ days: string; values: string }>(
    `select days::text as days, "values"::text as values from ${series.table} where ${whereKey(series)} for update`,
    identity,
  );
  const byDay = new Map<number, string>();
  if (stored !== undefined) {
    const values = elements(stored.values);
    elements(stored.days).forEach((day, k) => byDay.set(Number(day), values[k]!));
  }
  for (const { day, value } of points) byDay.set(day, storedDecimal(decimalText(value)));
  const days = [...byDay.keys()].sort((a, b) => a - b);
  const values = days.map((day) => byDay.get(day)!);
  await session.changed(
    `update ${series.table} set days = ?::int[], "values" = ?::numeric(28,10)[], floats = ?, updated_at = ? where ${whereKey(series)}`,
    [
      `{${days.join(',')}}`,
      `{${values.join(',')}}`,
      floatBytes(Float64Array.from(values, Number)),
      session.clock.now(),
      ...identity,
    ],
  );
}

/** First and last index of the days from..to, as SQL over `days`; indices of PostgreSQL's arrays start at 1. */
function range(from: number | undefined, to: number | undefined): { first: string; last: string; parameters: Value[] } {
  return {
    first: from === undefined ? '1' : '(width_bucket(?::int, days) + 1)',
    last: to === undefined ? 'cardinality(days)' : 'width_bucket(?::int, days)',
    parameters: [...(from === undefined ? [] : [from - 1]), ...(to === undefined ? [] : [to])],
  };
}

/** Ascending by day, both ends included. */
export async function readSeries(
  session: Session,
  series: SeriesTable,
  key: readonly string[],
  from?: number,
  to?: number,
): Promise<DayValue[]> {
  const { first, last, parameters } = range(from, to);
  const [found] = await session.rows<{ days: string; values: string }>(
    `select days[${first}:${last}]::text as days, "values"[${first}:${last}]::text as values
     from ${series.table} where ${whereKey(series)} and cardinality(days) > 0`,
    [...parameters, ...parameters, session.tenant, ...key],
  );
  if (found === undefined) return [];
  const values = elements(found.values);
  return elements(found.days).map((day, k) => ({ day: Number(day), value: new Decimal(values[k]!) }));
}

/** The newest value on or before the day, for each key that has one. */
export async function lastValues(
  session: Session,
  series: SeriesTable,
  keys: readonly (readonly string[])[],
  on: number,
): Promise<(DayValue & { readonly key: readonly string[] })[]> {
  if (keys.length === 0) return [];
  const columns = series.key.join(', ');
  const tuple = `(${series.key.map(() => '?').join(', ')})`;
  const rows = await session.rows<Record<string, string> & { day: number; value: string }>(
    `select ${columns}, days[at] as day, "values"[at]::text as value
     from (select ${columns}, days, "values", width_bucket(?::int, days) as at from ${series.table}
           where tenant = ? and (${columns}) in (${keys.map(() => tuple).join(', ')}) and cardinality(days) > 0) as found
     where at > 0`,
    [on, session.tenant, ...keys.flat()],
  );
  return rows.map((row) => ({
    key: series.key.map((column) => row[column]!),
    day: row.day,
    value: new Decimal(row.value),
  }));
}

export interface FloatSeries {
  readonly key: string;
  readonly days: Int32Array;
  readonly values: Float64Array;
}

/** Whole series as floats, of tables with one key column. Assets of one market share their days: each list is read once. */
export async function readFloats(
  session: Session,
  series: SeriesTable,
  keys: readonly string[],
): Promise<FloatSeries[]> {
  if (keys.length === 0) return [];
  const [column] = series.key;
  const rows = await session.rows<{ key: string; days: string; floats: Uint8Array }>(
    `select ${column!} as key, days::text as days, floats from ${series.table}
     where tenant = ? and ${column!} in (${keys.map(() => '?').join(', ')})`,
    [session.tenant, ...keys],
  );
  const lists = new Map<string, Int32Array>();
  return rows.map(({ key, days, floats }) => {
    const list = lists.get(days) ?? Int32Array.from(elements(days), Number);
    lists.set(days, list);
    return { key, days: list, values: floatsOf(floats) };
  });
}

/** Elements of an array of numbers in PostgreSQL's text; the drivers' own parsers would make floats of decimals. */
function elements(text: string): string[] {
  const inside = text.slice(1, -1);
  return inside === '' ? [] : inside.split(',');
}
