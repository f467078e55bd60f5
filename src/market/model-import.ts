/** Imports of assets, of the weights of a benchmark and of a factor model: checked row by row, stored whole or not at all. */
import { factorizeCholesky } from '../math/cholesky.ts';
import type { Clock } from '../values/clock.ts';
import { readDate, readText } from '../values/fields.ts';
import type { Violation } from '../values/fault.ts';
import { readName } from '../values/resource-name.ts';
import { readAsset, readAssetName } from './admission.ts';
import { Asset, Benchmark, FactorModel } from './asset.ts';
import type { AssetRow, BenchmarkHeader, BenchmarkWeightRow, FactorExposureRow, FactorModelHeader } from './draft.ts';
import { unknownHoldings } from './holdings.ts';
import { ImportReport } from './import-report.ts';
import type { MarketStore } from './ports.ts';

const assetsPerModelMax = 20_000;
export const factorsMax = 500;
/** How far weights of a benchmark may be from 1 in sum; they are kept as given. */
const sumTolerance = 1e-6;

export interface Checked<Content> {
  readonly report: ImportReport;
  readonly content: Content;
}

type Rows<Row> = AsyncIterable<Row> | Iterable<Row>;

export async function checkedAssets(rows: Rows<AssetRow>): Promise<Checked<readonly Asset[]>> {
  const report = new ImportReport();
  const firstRow = new Map<string, number>();
  const assets: Asset[] = [];
  for await (const row of rows) {
    report.next();
    const violations: Violation[] = [];
    const asset = new Asset();
    asset.id = readAssetName(row.name, report.at('name'), violations);
    readAsset(row, asset, `rows[${String(report.row)}]`, violations);
    report.take(violations);
    noteAsset(asset.id, 'name', firstRow, report);
    assets.push(asset);
  }
  return { report, content: assets };
}

/** Assets that exist are replaced; they keep their creation time and count a version. */
export async function storeAssets(
  { report, content }: Checked<readonly Asset[]>,
  market: MarketStore,
  tenant: string,
  clock: Clock,
): Promise<number> {
  report.settle();
  report.take(await unknownHoldings(content, market, (position) => `rows[${String(position + 1)}]`));
  report.settle();
  const before = new Map((await market.findAssets(content.map((asset) => asset.id))).map((asset) => [asset.id, asset]));
  const now = clock.now();
  for (const asset of content) {
    const old = before.get(asset.id);
    asset.tenant = tenant;
    asset.version = (old?.version ?? 0) + 1;
    asset.createdAt = old?.createdAt ?? now;
    asset.updatedAt = now;
  }
  await market.putAssets(content);
  return report.row;
}

export async function checkedBenchmark(
  header: BenchmarkHeader,
  rows: Rows<BenchmarkWeightRow>,
): Promise<Checked<Benchmark>> {
  const report = new ImportReport();
  const benchmark = new Benchmark();
  const violations: Violation[] = [];
  benchmark.id = readName(header.name, ['benchmarks'], 'header.name', violations)[0] ?? '';
  benchmark.displayName = readText(header.displayName, 'header.display_name', violations, { max: 200 });
  benchmark.effectiveDate = readDate(header.effectiveDate, 'header.effective_date', violations);
  for (const violation of violations) report.refuseAll(violation.field, violation.description);
  const firstRow = new Map<string, number>();
  let sum = 0;
  let sound = true;
  for await (const row of rows) {
    report.next();
    const assetId = checkedAsset(row.asset, firstRow, report);
    if (!(row.weight >= 0 && row.weight <= 1)) {
      report.refuse('weight', `must be a fraction from 0 to 1; got ${String(row.weight)}`);
      sound = false;
    }
    sum += row.weight;
    benchmark.weights.push({ assetId, weight: row.weight === 0 ? 0 : row.weight });
  }
  if (report.row === 0) report.refuseAll('rows', 'must hold at least one weight');
  else if (sound && Math.abs(sum - 1) > sumTolerance) {
    report.refuseAll('rows', `weights must sum to 1 within ${String(sumTolerance)}; they sum to ${String(sum)}`);
  }
  return { report, content: benchmark };
}

export async function storeBenchmark(
  { report, content }: Checked<Benchmark>,
  market: MarketStore,
  tenant: string,
  clock: Clock,
): Promise<number> {
  await refuseUnknown(
    content.weights.map(({ assetId }) => assetId),
    report,
    market,
  );
  report.settle();
  content.tenant = tenant;
  content.updatedAt = clock.now();
  if (content.displayName === '') content.displayName = content.id;
  await market.putBenchmark(content);
  return report.row;
}

export async function checkedFactorModel(
  header: FactorModelHeader,
  rows: Rows<FactorExposureRow>,
): Promise<Checked<FactorModel>> {
  const report = new ImportReport();
  const model = new FactorModel();
  readFactorHeader(header, model, report);
  const k = model.factors.length;
  const firstRow = new Map<string, number>();
  const exposures: number[] = [];
  const specific: number[] = [];
  for await (const row of rows) {
    report.next();
    model.assetIds.push(checkedAsset(row.asset, firstRow, report));
    if (row.exposures.length !== k) {
      report.refuse('exposures', `has ${String(row.exposures.length)} numbers; the model has ${String(k)} factors`);
    }
    const position = row.exposures.findIndex((exposure) => !Number.isFinite(exposure) || Math.abs(exposure) > 1e6);
    if (position >= 0) {
      report.refuse(
        `exposures[${String(position)}]`,
        `must be a finite number; got ${String(row.exposures[position])}`,
      );
    }
    if (!(row.specificVariance >= 0 && row.specificVariance <= 1e6)) {
      report.refuse('specific_variance', `must be a finite number of at least 0; got ${String(row.specificVariance)}`);
    }
    for (let j = 0; j < k; j++) exposures.push(row.exposures[j] ?? 0);
    specific.push(row.specificVariance);
  }
  if (report.row === 0) report.refuseAll('rows', 'must hold the exposures of at least one asset');
  if (report.row > assetsPerModelMax) {
    report.refuseAll('rows', `has ${String(report.row)} assets; at most ${String(assetsPerModelMax)} are allowed`);
  }
  model.exposures = Float64Array.from(exposures);
  model.specificVariance = Float64Array.from(specific);
  return { report, content: model };
}

export async function storeFactorModel(
  { report, content }: Checked<FactorModel>,
  market: MarketStore,
  tenant: string,
  clock: Clock,
): Promise<number> {
  await refuseUnknown(content.assetIds, report, market);
  report.settle();
  content.tenant = tenant;
  content.updatedAt = clock.now();
  if (content.displayName === '') content.displayName = content.id;
  await market.putFactorModel(content);
  return report.row;
}

function readFactorHeader(header: FactorModelHeader, model: FactorModel, report: ImportReport): void {
  const violations: Violation[] = [];
  model.id = readName(header.name, ['factorModels'], 'header.name', violations)[0] ?? '';
  model.displayName = readText(header.displayName, 'header.display_name', violations, { max: 200 });
  model.factors = header.factors.map((factor, position) =>
    readText(factor, `header.factors[${String(position)}]`, violations, { min: 1, max: 100 }),
  );
  const k = model.factors.length;
  if (k === 0 || k > factorsMax) {
    violations.push({
      field: 'header.factors',
      description: `must name 1 to ${String(factorsMax)} factors; got ${String(k)}`,
    });
  }
  if (new Set(model.factors).size < k)
    violations.push({ field: 'header.factors', description: 'names a factor twice' });
  model.factorCovariance = Float64Array.from(header.factorCovariance ?? []);
  const problem = factorCovarianceProblem(model.factorCovariance, k);
  if (problem !== undefined) violations.push({ field: 'header.factor_covariance', description: problem });
  for (const violation of violations) report.refuseAll(violation.field, violation.description);
}

/**
 * Why a k x k row-major matrix is no covariance of factors, or undefined when it is one: finite, symmetric to 1e-9 of its largest
 * entry, and positive semidefinite, which is read off the Cholesky factorization after adding 1e-10 of the largest entry to the
 * diagonal: that one exists exactly when no eigenvalue lies below minus that amount.
 */
function factorCovarianceProblem(matrix: Float64Array, k: number): string | undefined {
  if (matrix.length !== k * k) return `must be ${String(k)} x ${String(k)}; it has ${String(matrix.length)} entries`;
  let largest = 0;
  for (const entry of matrix) {
    if (!Number.isFinite(entry)) return `must be finite; it holds ${String(entry)}`;
    largest = Math.max(largest, Math.abs(entry));
  }
  for (let i = 0; i < k; i++) {
    if (matrix[i * k + i]! < 0) return `has the negative variance ${String(matrix[i * k + i])} at [${String(i)}]`;
    for (let j = 0; j < i; j++) {
      if (Math.abs(matrix[i * k + j]! - matrix[j * k + i]!) > 1e-9 * largest) {
        return `is not symmetric: [${String(i)}][${String(j)}] is ${String(matrix[i * k + j])}, [${String(j)}][${String(i)}] is ${String(matrix[j * k + i])}`;
      }
    }
  }
  const factor = Float64Array.from(matrix);
  for (let i = 0; i < k; i++) factor[i * k + i] = factor[i * k + i]! + 1e-10 * largest;
  if (largest > 0 && factorizeCholesky(factor, k) > 0)
    return 'is not positive semidefinite: it has a negative eigenvalue';
  return undefined;
}

function checkedAsset(name: string, firstRow: Map<string, number>, report: ImportReport): string {
  const violations: Violation[] = [];
  const id = readAssetName(name, report.at('asset'), violations);
  report.take(violations);
  noteAsset(id, 'asset', firstRow, report);
  return id;
}

function noteAsset(id: string, field: string, firstRow: Map<string, number>, report: ImportReport): void {
  if (id === '') return;
  const before = firstRow.get(id);
  if (before === undefined) firstRow.set(id, report.row);
  else report.refuse(field, `repeats assets/${id} of row ${String(before)}`);
}

/** Ids in the order of the rows; empty ones were refused already. */
async function refuseUnknown(ids: readonly string[], report: ImportReport, market: MarketStore): Promise<void> {
  const known = new Set((await market.findAssets([...new Set(ids)])).map((asset) => asset.id));
  for (const [position, id] of ids.entries()) {
    if (id !== '' && !known.has(id)) report.refuse('asset', `names assets/${id}, which does not exist`, position + 1);
  }
}
