/** From the records of a CSV file to the rows of an import, each with the place that it came from. Pure. */
import type {
  Asset,
  BenchmarkWeight,
  FactorExposure,
  FxRate,
  Price,
} from '../../gen/veritasvault/portfolio/v1/asset_service.ts';
import { Asset as AssetMessage } from '../../gen/veritasvault/portfolio/v1/asset_service.ts';
import { idProblem } from '../../values/resource-name.ts';
import { Cells, Columns } from './columns.ts';
import type { CellOrigin, CellProblem, CsvTable } from './columns.ts';

/** Rows with their origins, position by position; rows count only when there is no problem. */
export interface Mapped<Row> {
  readonly rows: readonly Row[];
  readonly origins: readonly CellOrigin[];
  readonly problems: readonly CellProblem[];
}

class Collector<Row> {
  readonly rows: Row[] = [];
  readonly origins: CellOrigin[] = [];
  readonly problems: CellProblem[];
  readonly #table: CsvTable;
  readonly #columns: Columns;

  constructor(table: CsvTable, columns: Columns) {
    this.#table = table;
    this.#columns = columns;
    this.problems = [...columns.problems];
  }

  /** Hands every record over; with a broken header no record can be read. */
  each(read: (cells: Cells, line: number) => void): Mapped<Row> {
    if (this.problems.length > 0) return this;
    const width = this.#table.header.cells.length;
    for (const record of this.#table.records) {
      if (record.cells.length === width) read(new Cells(record, this.#columns, this.problems), record.line);
      else
        this.problems.push({
          line: record.line,
          column: '(row)',
          description: `has ${String(record.cells.length)} cells; the header has ${String(width)}`,
        });
    }
    return this;
  }

  add(row: Row, origin: CellOrigin): void {
    this.rows.push(row);
    this.origins.push(origin);
  }
}

function assetName(cells: Cells, position: number): string {
  const id = cells.required(position);
  const problem = id === '' ? undefined : idProblem(id);
  if (problem !== undefined) cells.refuse(position, problem);
  return `assets/${id}`;
}

const identifiers = ['isin', 'figi', 'ticker', 'cusip', 'sedol'];
const plainAssetColumns = [
  'id',
  'name',
  'asset_class',
  'sector',
  'country',
  'currency',
  'lot_size',
  'market_capitalization',
  'issuer',
  'average_daily_value',
];

/**
 * Columns id, name, asset_class, sector, country, currency, lot_size, market_capitalization, issuer, average_daily_value, isin ...,
 * group:TAXONOMY and characteristic:NAME; an empty cell is no characteristic.
 */
export function assetRows(table: CsvTable): Mapped<Asset> {
  const columns = new Columns(table.header);
  const at = {
    id: columns.need('id'),
    name: columns.find('name'),
    assetClass: columns.find('asset_class'),
    sector: columns.find('sector'),
    country: columns.find('country'),
    currency: columns.need('currency'),
    lotSize: columns.find('lot_size'),
    capitalization: columns.find('market_capitalization'),
    issuer: columns.find('issuer'),
    dailyValue: columns.find('average_daily_value'),
  };
  columns.allow([...plainAssetColumns, ...identifiers], ['group:', 'characteristic:']);
  const characteristics = columns.titles.filter((title) => title.toLowerCase().startsWith('characteristic:'));
  const groups = columns.titles.filter((title) => title.toLowerCase().startsWith('group:'));
  const collector = new Collector<Asset>(table, columns);
  const named = (cells: Cells, titles: readonly string[], key: (title: string) => string): Record<string, string> =>
    Object.fromEntries(
      titles
        .map((title) => [key(title), cells.text(columns.find(title.toLowerCase()))] as const)
        .filter(([, text]) => text !== ''),
    );
  return collector.each((cells, line) => {
    const name = assetName(cells, at.id);
    const asset = AssetMessage.fromPartial({
      name,
      displayName: cells.text(at.name) || cells.text(at.id),
      assetClass: cells.text(at.assetClass),
      sector: cells.text(at.sector),
      country: cells.text(at.country),
      currencyCode: cells.currency(at.currency),
      lotSize: cells.decimal(at.lotSize),
      marketCapitalization: cells.decimal(at.capitalization),
      groups: named(cells, groups, (title) => title.slice('group:'.length)),
      identifiers: named(cells, identifiers, (title) => title),
      issuer: cells.text(at.issuer),
      averageDailyValue: cells.decimal(at.dailyValue),
      characteristics: Object.fromEntries(
        characteristics
          .map((title) => ({ title, position: columns.find(title.toLowerCase()) }))
          .filter(({ position }) => cells.text(position) !== '')
          .map(({ title, position }) => [title.slice('characteristic:'.length), cells.number(position)]),
      ),
    });
    collector.add(asset, { line });
  });
}

/** Wide (date and a column for each asset id; an empty cell is no price) or long (date, asset, price). */
export function priceRows(table: CsvTable): Mapped<Price> {
  const columns = new Columns(table.header);
  return columns.find('asset') >= 0 ? longPrices(table, columns) : widePrices(table, columns);
}

function longPrices(table: CsvTable, columns: Columns): Mapped<Price> {
  const date = columns.need('date');
  const asset = columns.need('asset');
  const amount = columns.need('price', 'amount', 'close');
  columns.allow(['date', 'asset', 'price', 'amount', 'close']);
  const collector = new Collector<Price>(table, columns);
  return collector.each((cells, line) => {
    const row = { asset: assetName(cells, asset), date: cells.date(date), amount: cells.positive(amount) };
    collector.add(row, { line });
  });
}

function widePrices(table: CsvTable, columns: Columns): Mapped<Price> {
  const date = columns.need('date');
  const assets = columns.titles
    .filter((title) => title.toLowerCase() !== 'date')
    .map((title) => ({ title, position: table.header.cells.findIndex((cell) => cell.trim() === title) }));
  for (const { title } of assets) {
    const problem = idProblem(title);
    if (problem !== undefined) columns.problems.push({ line: table.header.line, column: title, description: problem });
  }
  const collector = new Collector<Price>(table, columns);
  return collector.each((cells, line) => {
    const day = cells.date(date);
    for (const { title, position } of assets) {
      if (cells.text(position) === '') continue;
      collector.add({ asset: `assets/${title}`, date: day, amount: cells.positive(position) }, { line, column: title });
    }
  });
}

/** Columns date, base, quote, rate: one unit of base costs `rate` units of quote. */
export function fxRows(table: CsvTable): Mapped<FxRate> {
  const columns = new Columns(table.header);
  const date = columns.need('date');
  const base = columns.need('base', 'base_currency');
  const quote = columns.need('quote', 'quote_currency');
  const rate = columns.need('rate');
  columns.allow(['date', 'base', 'base_currency', 'quote', 'quote_currency', 'rate']);
  const collector = new Collector<FxRate>(table, columns);
  return collector.each((cells, line) => {
    const row = {
      baseCurrency: cells.currency(base),
      quoteCurrency: cells.currency(quote),
      date: cells.date(date),
      rate: cells.positive(rate),
    };
    collector.add(row, { line });
  });
}

/** Columns asset, weight (a fraction). */
export function benchmarkRows(table: CsvTable): Mapped<BenchmarkWeight> {
  const columns = new Columns(table.header);
  const asset = columns.need('asset');
  const weight = columns.need('weight');
  columns.allow(['asset', 'weight']);
  const collector = new Collector<BenchmarkWeight>(table, columns);
  return collector.each((cells, line) => {
    collector.add({ asset: assetName(cells, asset), weight: cells.number(weight) }, { line });
  });
}

/** Columns asset, specific_variance (annual) and one for each factor. */
export function exposureRows(table: CsvTable): Mapped<FactorExposure> & { readonly factors: readonly string[] } {
  const columns = new Columns(table.header);
  const asset = columns.need('asset');
  const specific = columns.need('specific_variance');
  const factors = columns.titles.filter((title) => !['asset', 'specific_variance'].includes(title.toLowerCase()));
  const positions = factors.map((title) => table.header.cells.findIndex((cell) => cell.trim() === title));
  const collector = new Collector<FactorExposure>(table, columns);
  const mapped = collector.each((cells, line) => {
    const row = {
      asset: assetName(cells, asset),
      exposures: positions.map((position) => cells.number(position)),
      specificVariance: cells.number(specific),
    };
    collector.add(row, { line });
  });
  return { rows: mapped.rows, origins: mapped.origins, problems: mapped.problems, factors };
}

/** A square table whose first column and header both name the factors: the annual covariance of their returns, row by row. */
export function factorCovariance(
  table: CsvTable,
  factors: readonly string[],
): { readonly values: readonly number[]; readonly problems: readonly CellProblem[] } {
  const columns = new Columns({ ...table.header, cells: ['factor', ...table.header.cells.slice(1)] });
  const positions = factors.map((factor) => columns.need(factor.toLowerCase()));
  const collector = new Collector<readonly [string, readonly number[]]>(table, columns);
  const { rows, problems } = collector.each((cells, line) => {
    collector.add([cells.required(0), positions.map((position) => cells.number(position))], { line });
  });
  const missing = factors.filter((factor) => !rows.some(([name]) => name === factor));
  const all = [
    ...problems,
    ...missing.map((factor) => ({
      line: table.header.line,
      column: '(row)',
      description: `there is no row of the factor ${factor}`,
    })),
  ];
  return { values: factors.flatMap((factor) => rows.find(([name]) => name === factor)?.[1] ?? []), problems: all };
}
