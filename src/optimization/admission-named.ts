/** Scenarios by asset id and factor returns by date, given with a run over a stored portfolio. */
import type { FactorReturns } from '../problem/estimator.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import type { Universe } from '../problem/universe.ts';
import { dateOfDay, dayNumber, isCalendarDate } from '../values/clock.ts';
import { Fault } from '../values/fault.ts';
import { readId } from '../values/resource-name.ts';
import { shownMax } from './admission-findings.ts';
import type { Findings } from './admission-findings.ts';
import { numbersOf, readMatrix } from './admission-numbers.ts';
import { readFactorNames } from './admission-risk.ts';
import { factorReturnRule, readScenarios } from './admission-scenarios.ts';
import type { FactorReturnsDraft, NamedScenariosDraft } from './draft.ts';

/** They are recorded with the run, as its prices are. */
const numbersMax = 2_000_000;
const columnsMax = 10_000;
const datesMax = 100_000;

/** Scenarios in the order of the universe; columns of other assets are left out. */
export function readNamedScenarios(
  draft: NamedScenariosDraft,
  { assets }: Universe,
  field: string,
  findings: Findings,
): Scenarios | undefined {
  const before = findings.violations.length;
  const { assetIds } = draft;
  if (assetIds.length === 0 || assetIds.length > columnsMax) {
    const limit = `1 to ${String(columnsMax)} assets, those of the columns`;
    findings.add(`${field}.asset_ids`, `must name ${limit}; got ${String(assetIds.length)}`);
    return undefined;
  }
  const columns = new Map<string, number>();
  for (const [position, id] of assetIds.entries()) {
    if (findings.violations.length >= before + shownMax) break;
    const at = `${field}.asset_ids[${String(position)}]`;
    readId(id, at, findings.violations);
    if (columns.has(id)) findings.add(at, `repeats ${JSON.stringify(id)}`, 'ID_INVALID');
    columns.set(id, position);
  }
  const isNamed = findings.violations.length === before;
  const missing = assets.filter(({ id }) => !columns.has(id)).map(({ id }) => id);
  if (isNamed && missing.length > 0) {
    const shown = missing.slice(0, shownMax).join(', ');
    const more = missing.length > shownMax ? ` and ${String(missing.length - shownMax)} more` : '';
    findings.add(`${field}.asset_ids`, `name no column for ${shown}${more}: every asset of the universe has one`);
  }
  const m = assetIds.length;
  const read = readScenarios(draft, m, field, findings, numbersMax);
  if (read === undefined || findings.violations.length > before) return undefined;
  const n = assets.length;
  const returns = numbersOf(read.count * n);
  for (const [i, { id }] of assets.entries()) {
    const column = columns.get(id)!;
    for (let s = 0; s < read.count; s += 1) returns[s * n + i] = read.returns[s * m + column]!;
  }
  return { ...read, returns };
}

/** Returns of factors by day, before it is known which prices they stand beside. */
export interface FactorHistory extends FactorReturns {
  /** T ascending days since 1970-01-01. */
  readonly days: readonly number[];
}

export function readFactorHistory(
  draft: FactorReturnsDraft,
  field: string,
  findings: Findings,
): FactorHistory | undefined {
  const before = findings.violations.length;
  const { factors: names, dates } = draft;
  readFactorNames(names, `${field}.factors`, findings);
  const most = Math.min(datesMax, Math.floor(numbersMax / Math.max(1, names.length)));
  if (dates.length === 0 || dates.length > most) {
    findings.add(`${field}.dates`, `must hold 1 to ${String(most)} dates; got ${String(dates.length)}`);
    return undefined;
  }
  for (const [position, date] of dates.entries()) {
    if (findings.violations.length >= before + shownMax) break;
    const at = `${field}.dates[${String(position)}]`;
    const previous = dates[position - 1];
    if (!isCalendarDate(date)) findings.add(at, `must be a date YYYY-MM-DD; got ${JSON.stringify(date.slice(0, 30))}`);
    else if (previous !== undefined && previous >= date)
      findings.add(at, `must be after the date before it, ${previous}`);
  }
  const returns = readMatrix(draft.returns, dates.length, names.length, `${field}.returns`, factorReturnRule, findings);
  if (returns === undefined || findings.violations.length > before) return undefined;
  return { names, returns, days: dates.map((date) => dayNumber(date)) };
}

/**
 * The rows of the days (T, ascending) after the first, one each. Throws INVALID_ARGUMENT where the dates up to the last are others: a return of
 * one period beside a price change of another would be no regression.
 */
export function besidePrices(
  { names, returns, days }: FactorHistory,
  priceDays: Int32Array,
  field: string,
): FactorReturns {
  const [first, last] = [priceDays[0] ?? Infinity, priceDays.at(-1) ?? -Infinity];
  const begin = days.findIndex((day) => day > first);
  const end = days.findLastIndex((day) => day <= last) + 1;
  const own = begin === -1 ? [] : days.slice(begin, Math.max(begin, end));
  const wanted = priceDays.subarray(1);
  const length = Math.max(own.length, wanted.length);
  for (let position = 0; position < length; position += 1) {
    const [stated, needed] = [own[position], wanted[position]];
    if (stated === needed) continue;
    const at = stated !== undefined && (needed === undefined || stated < needed) ? stated : needed!;
    const what =
      at === needed ? `lack ${dateOfDay(at)}, a date of the prices` : `hold ${dateOfDay(at)}, a date without prices`;
    const between = `from the first, ${dateOfDay(first)}, to the last, ${dateOfDay(last)}`;
    const description = `${what}: ${between}, they must be those of the prices`;
    const path = `${field}.dates`;
    throw new Fault('INVALID_ARGUMENT', `${path} ${description}`, {}, [{ field: path, description }]);
  }
  const k = names.length;
  return { names, returns: returns.subarray(begin * k, (begin + wanted.length) * k) };
}
