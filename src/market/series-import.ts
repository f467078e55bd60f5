/**
 * Imports of prices and exchange rates. Rows are checked as they come and kept as text by asset and day, which is what five million of
 * them fit in; one write at the end stores all or nothing.
 */
import { dateOf, dateOfDay, dayNumber, isCalendarDate } from '../values/clock.ts';
import { currencyProblem, isCurrency } from '../values/currency.ts';
import { decimalOf, decimalProblem } from '../values/decimal.ts';
import { shown } from '../values/fields.ts';
import { idsIn } from '../values/resource-name.ts';
import type { FxPoint, PricePoint } from './asset.ts';
import type { FxRateRow, PriceRow } from './draft.ts';
import { ImportReport } from './import-report.ts';
import type { MarketStore } from './ports.ts';

/** A number by day; the text is canonical decimal and was checked. */
interface Series {
  readonly firstRow: number;
  readonly textByDay: Map<number, string>;
}

export interface CheckedSeries {
  readonly report: ImportReport;
  /** By asset id, or by `base/quote`. */
  readonly byKey: ReadonlyMap<string, Series>;
}

export async function checkedPrices(
  rows: AsyncIterable<PriceRow> | Iterable<PriceRow>,
  now: Date,
): Promise<CheckedSeries> {
  const report = new ImportReport();
  const byKey = new Map<string, Series>();
  const idByName = new Map<string, string | undefined>();
  const today = dateOf(now);
  const days: Days = new Map();
  for await (const row of rows) {
    report.next();
    if (!idByName.has(row.asset)) idByName.set(row.asset, idsIn(row.asset, ['assets'])?.[0]);
    const id = idByName.get(row.asset);
    if (id === undefined) report.refuse('asset', `must be a resource name "assets/{asset}"; got ${shown(row.asset)}`);
    const day = checkedDay(row.date, today, days, report);
    checkNumber(row.amount, 'amount', report);
    if (id !== undefined && day !== undefined) keep(byKey, id, day, row.amount, report);
  }
  return { report, byKey };
}

export async function checkedFxRates(
  rows: AsyncIterable<FxRateRow> | Iterable<FxRateRow>,
  now: Date,
): Promise<CheckedSeries> {
  const report = new ImportReport();
  const byKey = new Map<string, Series>();
  const today = dateOf(now);
  const days: Days = new Map();
  for await (const row of rows) {
    report.next();
    const sound = checkedPair(row, report);
    const day = checkedDay(row.date, today, days, report);
    checkNumber(row.rate, 'rate', report);
    if (sound && day !== undefined) keep(byKey, `${row.baseCurrency}/${row.quoteCurrency}`, day, row.rate, report);
  }
  return { report, byKey };
}

/** Stores prices after a last check that all assets exist. Returns how many rows were stored. */
export async function storePrices({ report, byKey }: CheckedSeries, market: MarketStore): Promise<number> {
  const known = new Set((await market.findAssets([...byKey.keys()])).map((asset) => asset.id));
  for (const [id, series] of byKey) {
    if (!known.has(id)) report.refuse('asset', `names assets/${id}, which does not exist`, series.firstRow);
  }
  report.settle();
  for (const [id, series] of byKey) {
    const points: PricePoint[] = sorted(series).map(([day, text]) => ({
      date: dateOfDay(day),
      price: decimalOf(text),
    }));
    await market.putPrices(id, points);
  }
  return report.row;
}

/** Stores exchange rates. Returns how many rows were stored. */
export async function storeFxRates({ report, byKey }: CheckedSeries, market: MarketStore): Promise<number> {
  report.settle();
  for (const [pair, series] of byKey) {
    const [base = '', quote = ''] = pair.split('/');
    const points: FxPoint[] = sorted(series).map(([day, text]) => ({
      base,
      quote,
      date: dateOfDay(day),
      rate: decimalOf(text),
    }));
    await market.putFxRates(points);
  }
  return report.row;
}

function sorted(series: Series): readonly [number, string][] {
  return [...series.textByDay].sort(([one], [other]) => one - other);
}

function keep(byKey: Map<string, Series>, key: string, day: number, text: string, report: ImportReport): void {
  let series = byKey.get(key);
  if (series === undefined) {
    series = { firstRow: report.row, textByDay: new Map() };
    byKey.set(key, series);
  }
  if (series.textByDay.has(day)) report.refuse('date', `repeats ${dateOfDay(day)} of ${key} within the import`);
  else series.textByDay.set(day, text);
}

/** Days of the dates seen so far: the same dates come for every asset, and reading one takes longer than finding it. */
type Days = Map<string, number>;

function checkedDay(date: string, today: string, days: Days, report: ImportReport): number | undefined {
  const seen = days.get(date);
  if (seen !== undefined) return seen;
  if (!isCalendarDate(date)) {
    report.refuse('date', `must be a date YYYY-MM-DD; got ${shown(date)}`);
    return undefined;
  }
  if (date > today) {
    report.refuse('date', `must not be in the future; got ${date}, today is ${today}`);
    return undefined;
  }
  const day = dayNumber(date);
  days.set(date, day);
  return day;
}

function checkNumber(text: string, field: string, report: ImportReport): void {
  const problem = decimalProblem(text);
  if (problem !== undefined) report.refuse(field, problem);
  else if (text.startsWith('-') || /^[0.]+$/.test(text)) report.refuse(field, `must be above 0; got "${text}"`);
}

function checkedPair(row: FxRateRow, report: ImportReport): boolean {
  let sound = true;
  for (const [field, code] of [
    ['base_currency', row.baseCurrency],
    ['quote_currency', row.quoteCurrency],
  ] as const) {
    if (isCurrency(code)) continue;
    report.refuse(field, `${currencyProblem}; got ${shown(code)}`);
    sound = false;
  }
  if (sound && row.baseCurrency === row.quoteCurrency) {
    report.refuse('quote_currency', 'must differ from base_currency');
    sound = false;
  }
  return sound;
}
