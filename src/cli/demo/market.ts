import { Benchmark } from '../../gen/veritasvault/portfolio/v1/asset_service.ts';
import { count, counted } from '../display/figures.ts';
import { uploadAssets, uploadBenchmark, uploadPrices } from '../imports/upload.ts';
import type { Connection } from '../wire/connection.ts';
import { benchmarkId } from './sample.ts';
import type { Sample } from './sample.ts';
import type { Stage } from './stage.ts';

/** Imports assets, prices and the benchmark, each all or nothing. */
export async function importMarket(stage: Stage, connection: Connection, sample: Sample): Promise<void> {
  stage.section('The sample market');
  const upload = (source: string) => ({ connection, remarks: stage.terminal, source });
  const assets = await uploadAssets(upload('assets.csv'), sample.assets);
  const prices = await uploadPrices(upload('prices.csv'), sample.prices);
  const firstDate = sample.prices.rows[0]?.date ?? '';
  const header = Benchmark.fromPartial({
    name: `benchmarks/${benchmarkId}`,
    displayName: '20 US stocks, equal weights',
    effectiveDate: firstDate,
  });
  const weights = await uploadBenchmark(upload('benchmark.csv'), header, sample.benchmark);
  const sectors = new Set(sample.assets.rows.map(({ sector }) => sector)).size;
  const lastDate = sample.prices.rows.at(-1)?.date ?? '';
  stage.say(
    `${count(assets)} US stocks in ${counted(sectors, 'sector')}, ${count(prices)} daily closes in USD,`,
    `${firstDate} to ${lastDate}; a benchmark of ${count(weights)} equal weights.`,
  );
  stage.check(
    `every row of the files was stored: ${count(sample.assets.rows.length)} assets, ${count(sample.prices.rows.length)} prices`,
    assets === BigInt(sample.assets.rows.length) && prices === BigInt(sample.prices.rows.length),
  );
}
