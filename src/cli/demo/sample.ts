/** The sample market and the requests of the demo, from the files that are shipped in `examples/`. */
import { fileURLToPath } from 'node:url';

import type { JsonValue } from '@bufbuild/protobuf';

import { Optimization } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { Portfolio } from '../../gen/veritasvault/portfolio/v1/portfolio_service.ts';
import { readCsv } from '../imports/csv.ts';
import { assetRows, benchmarkRows, priceRows } from '../imports/rows.ts';
import { readJson } from '../session.ts';
import { messageFrom } from '../wire/proto-json.ts';

const examples = new URL('../../../examples/', import.meta.url);
const fileOf = (path: string): string => fileURLToPath(new URL(path, examples));
const market = (name: string): string => fileOf(`market/us-stocks-20/${name}`);

export const benchmarkId = 'us-stocks-20-equal';
export const portfolioName = 'portfolios/demo';

export interface Sample {
  readonly assets: ReturnType<typeof assetRows>;
  readonly prices: ReturnType<typeof priceRows>;
  readonly benchmark: ReturnType<typeof benchmarkRows>;
  readonly portfolio: Portfolio;
  readonly optimization: Optimization;
}

/** Reads and checks everything; a Fault names what is wrong with a file. */
export function readSample(): Sample {
  const read = (name: string): JsonValue => readJson(fileOf(name));
  return {
    assets: assetRows(readCsv(market('assets.csv'))),
    prices: priceRows(readCsv(market('prices.csv'))),
    benchmark: benchmarkRows(readCsv(market('benchmark.csv'))),
    portfolio: messageFrom('Portfolio', Portfolio, read('portfolio.json'), 'examples/portfolio.json'),
    optimization: messageFrom('Optimization', Optimization, read('optimization.json'), 'examples/optimization.json'),
  };
}
