import { Option } from 'commander';
import type { Command } from 'commander';

import { Benchmark, FactorModel } from '../../gen/veritasvault/portfolio/v1/asset_service.ts';
import { Fault } from '../../values/fault.ts';
import type { Violation } from '../../values/fault.ts';
import { counted } from '../display/figures.ts';
import { readCsv } from '../imports/csv.ts';
import { refusalOf } from '../imports/rejection.ts';
import { assetRows, benchmarkRows, exposureRows, factorCovariance, fxRows, priceRows } from '../imports/rows.ts';
import { uploadAssets, uploadBenchmark, uploadFactorModel, uploadFxRates, uploadPrices } from '../imports/upload.ts';
import type { Upload } from '../imports/upload.ts';
import { named, sourceOf } from '../session.ts';
import type { Session } from '../session.ts';
import { action } from './action.ts';

const kinds = ['assets', 'prices', 'fx', 'benchmark', 'factor-model'] as const;

interface ImportOptions {
  readonly kind: (typeof kinds)[number];
  readonly id?: string;
  readonly displayName?: string;
  readonly effectiveDate?: string;
  readonly covariance?: string;
}

/** What a kind of import needs besides the file. */
function required(options: ImportOptions, names: readonly ('covariance' | 'effectiveDate' | 'id')[]): void {
  const flags = { covariance: '--covariance', effectiveDate: '--effective-date', id: '--id' };
  const violations = names
    .filter((name) => options[name] === undefined)
    .map((name): Violation => ({ field: flags[name], description: `is required for --kind ${options.kind}` }));
  if (violations.length > 0) throw new Fault('INVALID_ARGUMENT', 'options are missing', {}, violations);
}

async function importFactorModel(upload: Upload, file: string, options: ImportOptions): Promise<bigint> {
  required(options, ['id', 'covariance']);
  const { id = '', covariance = '', displayName = id } = options;
  const mapped = exposureRows(readCsv(file));
  const matrix = factorCovariance(readCsv(covariance), mapped.factors);
  const refusal = refusalOf(matrix.problems, sourceOf(covariance));
  if (refusal !== undefined) throw refusal;
  const header = FactorModel.fromPartial({
    name: named('factorModels', id),
    displayName,
    factors: [...mapped.factors],
    factorCovariance: { rows: mapped.factors.length, columns: mapped.factors.length, values: [...matrix.values] },
  });
  return uploadFactorModel(upload, header, mapped);
}

function importBenchmark(upload: Upload, file: string, options: ImportOptions): Promise<bigint> {
  required(options, ['id', 'effectiveDate']);
  const { id = '', effectiveDate = '', displayName = id } = options;
  const header = Benchmark.fromPartial({ name: named('benchmarks', id), displayName, effectiveDate });
  return uploadBenchmark(upload, header, benchmarkRows(readCsv(file)));
}

function importFile(upload: Upload, file: string, options: ImportOptions): Promise<bigint> {
  switch (options.kind) {
    case 'assets':
      return uploadAssets(upload, assetRows(readCsv(file)));
    case 'prices':
      return uploadPrices(upload, priceRows(readCsv(file)));
    case 'fx':
      return uploadFxRates(upload, fxRows(readCsv(file)));
    case 'benchmark':
      return importBenchmark(upload, file, options);
    case 'factor-model':
      return importFactorModel(upload, file, options);
  }
}

export function addAsset(program: Command): void {
  program
    .command('asset')
    .description('assets and their markets')
    .command('import')
    .description('store the rows of a CSV file, all or none; bad rows are named by line and column')
    .argument('<file>', 'CSV file, "-" for the standard input')
    .addOption(new Option('--kind <kind>', 'what the rows are').choices(kinds).makeOptionMandatory())
    .option('--id <id>', 'id of the benchmark or factor model')
    .option('--display-name <text>', 'what people call it')
    .option('--effective-date <date>', 'date from which the weights of a benchmark hold')
    .option('--covariance <file>', 'CSV file with the annual covariance of the factors of a factor model')
    .action(
      action(async (session: Session, file: string, options: ImportOptions) => {
        const upload = { connection: session.connection, remarks: session.remarks, source: sourceOf(file) };
        const stored = await importFile(upload, file, options);
        if (session.json) session.printJson({ stored: stored.toString() });
        else session.output.line(`${counted(Number(stored), 'row')} of ${sourceOf(file)} stored`);
      }),
    );
}
