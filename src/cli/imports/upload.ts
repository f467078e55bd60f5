/** Sends the rows of an import with progress, and tells what the server refuses in the terms of the file. */
import { randomUUID } from 'node:crypto';

import { AssetServiceService as assets } from '../../gen/veritasvault/portfolio/v1/asset_service.ts';
import type {
  Asset,
  Benchmark,
  BenchmarkWeight,
  FactorExposure,
  FactorModel,
  FxRate,
  Price,
} from '../../gen/veritasvault/portfolio/v1/asset_service.ts';
import { Fault } from '../../values/fault.ts';
import { bar } from '../display/bar.ts';
import { count } from '../display/figures.ts';
import { fitted } from '../display/table.ts';
import type { Terminal } from '../display/terminal.ts';
import type { Connection, Method } from '../wire/connection.ts';
import { isServiceError, toldBy } from '../wire/failure.ts';
import type { CellOrigin } from './columns.ts';
import { inFile, refusalOf } from './rejection.ts';
import type { Mapped } from './rows.ts';

const pricesInMessage = 1000;
const redrawMs = 80;

export interface Upload {
  readonly connection: Connection;
  readonly remarks: Terminal;
  readonly source: string;
}

function* batched<Row>(rows: readonly Row[], size: number): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}

/** The first message carries the request id. */
function* withRequestId<Message extends { requestId: string }>(messages: Iterable<Message>): Generator<Message> {
  const requestId = randomUUID();
  let first = true;
  for (const message of messages) {
    yield first ? { ...message, requestId } : message;
    first = false;
  }
}

async function send<Request extends { requestId: string }, Row>(
  upload: Upload,
  method: Method<Request, { readonly stored: bigint }>,
  messages: Iterable<Request>,
  rows: { readonly rows: readonly Row[]; readonly origins: readonly CellOrigin[] },
  rowsInMessage: number,
): Promise<bigint> {
  const total = rows.rows.length;
  let drawnAt = 0;
  const progress = (sent: number): void => {
    const now = performance.now();
    if (now - drawnAt < redrawMs) return;
    drawnAt = now;
    const done = Math.min(total, sent * rowsInMessage);
    const line = `${bar(done / total, 24)}  ${count(done)} of ${count(total)} rows of ${upload.source}`;
    upload.remarks.draw([fitted(line, upload.remarks.columns)]);
  };
  try {
    const { stored } = await upload.connection.upload(method, withRequestId(messages), progress);
    return stored;
  } catch (error) {
    throw isServiceError(error) ? rejected(error, rows.origins, upload.source) : error;
  } finally {
    upload.remarks.clear();
  }
}

/** The server's refusal of rows, told by line and column; any other failure as it is. */
function rejected(error: Parameters<typeof toldBy>[0], origins: readonly CellOrigin[], source: string): Error {
  const told = toldBy(error);
  if (told.reason !== 'IMPORT_REJECTED' || told.violations.length === 0) return error;
  const violations = told.violations.map((violation) => inFile(violation, origins, source));
  return new Fault('IMPORT_REJECTED', told.message, told.metadata, violations);
}

function refuseBad<Row>(mapped: Mapped<Row>, source: string): void {
  const refusal = refusalOf(mapped.problems, source);
  if (refusal !== undefined) throw refusal;
}

export function uploadAssets(upload: Upload, mapped: Mapped<Asset>): Promise<bigint> {
  refuseBad(mapped, upload.source);
  const messages = mapped.rows.map((asset) => ({ asset, requestId: '' }));
  return send(upload, assets.importAssets, messages, mapped, 1);
}

export function uploadPrices(upload: Upload, mapped: Mapped<Price>): Promise<bigint> {
  refuseBad(mapped, upload.source);
  const messages = Array.from(batched(mapped.rows, pricesInMessage), (prices) => ({
    prices: [...prices],
    requestId: '',
  }));
  return send(upload, assets.importPrices, messages, mapped, pricesInMessage);
}

export function uploadFxRates(upload: Upload, mapped: Mapped<FxRate>): Promise<bigint> {
  refuseBad(mapped, upload.source);
  const messages = Array.from(batched(mapped.rows, pricesInMessage), (rates) => ({ rates: [...rates], requestId: '' }));
  return send(upload, assets.importFxRates, messages, mapped, pricesInMessage);
}

export function uploadBenchmark(upload: Upload, header: Benchmark, mapped: Mapped<BenchmarkWeight>): Promise<bigint> {
  refuseBad(mapped, upload.source);
  const messages = [
    { content: { $case: 'header', value: header } as const, requestId: '' },
    ...mapped.rows.map((value) => ({ content: { $case: 'weight', value } as const, requestId: '' })),
  ];
  return send(upload, assets.importBenchmarkWeights, messages, mapped, 1);
}

export function uploadFactorModel(
  upload: Upload,
  header: FactorModel,
  mapped: Mapped<FactorExposure>,
): Promise<bigint> {
  refuseBad(mapped, upload.source);
  const messages = [
    { content: { $case: 'header', value: header } as const, requestId: '' },
    ...mapped.rows.map((value) => ({ content: { $case: 'exposure', value } as const, requestId: '' })),
  ];
  return send(upload, assets.importFactorModel, messages, mapped, 1);
}
