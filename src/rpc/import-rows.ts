/** Streams of messages as streams of rows. */
import type {
  Benchmark,
  BenchmarkWeight,
  FactorExposure,
  FactorModel,
  ImportBenchmarkWeightsRequest,
  ImportFactorModelRequest,
} from '../gen/veritasvault/portfolio/v1/asset_service.ts';
import { Fault } from '../values/fault.ts';

export async function* mapped<Message, Row>(
  messages: AsyncIterable<Message>,
  to: (message: Message) => Row,
): AsyncGenerator<Row> {
  for await (const message of messages) yield to(message);
}

export async function* flattened<Message, Row>(
  messages: AsyncIterable<Message>,
  to: (message: Message) => readonly Row[],
): AsyncGenerator<Row> {
  for await (const message of messages) yield* to(message);
}

interface Headed<Header, Row> {
  readonly header: Header;
  readonly rows: AsyncIterable<Row>;
}

export function benchmarkRows(
  requests: AsyncIterable<ImportBenchmarkWeightsRequest>,
): Promise<Headed<Benchmark, BenchmarkWeight>> {
  return headed(
    requests,
    ({ content }) => {
      if (content?.$case !== 'header') return undefined;
      return withoutRows(content.value, content.value.weights, 'weights');
    },
    ({ content }) => (content?.$case === 'weight' ? content.value : undefined),
  );
}

export function exposureRows(
  requests: AsyncIterable<ImportFactorModelRequest>,
): Promise<Headed<FactorModel, FactorExposure>> {
  return headed(
    requests,
    ({ content }) => {
      if (content?.$case !== 'header') return undefined;
      return withoutRows(content.value, content.value.exposures, 'exposures');
    },
    ({ content }) => (content?.$case === 'exposure' ? content.value : undefined),
  );
}

/** Rows in the header would be lost without a word. */
function withoutRows<Header>(header: Header, rows: readonly unknown[], field: string): Header {
  if (rows.length > 0) throw refused(`header.${field}`, 'must be empty: each comes in a message of its own');
  return header;
}

/** The header that must come first, and the rows behind it. */
async function headed<Message, Header, Row>(
  messages: AsyncIterable<Message>,
  headerOf: (message: Message) => Header | undefined,
  rowOf: (message: Message) => Row | undefined,
): Promise<Headed<Header, Row>> {
  const iterator = messages[Symbol.asyncIterator]();
  const first = await iterator.next();
  const header = first.done === true ? undefined : headerOf(first.value);
  if (header === undefined) throw refused('header', 'must be the first message');
  return { header, rows: rowsAfter(iterator, rowOf) };
}

async function* rowsAfter<Message, Row>(
  iterator: AsyncIterator<Message>,
  rowOf: (message: Message) => Row | undefined,
): AsyncGenerator<Row> {
  for (let number = 1; ; number++) {
    const next = await iterator.next();
    if (next.done === true) return;
    const row = rowOf(next.value);
    if (row === undefined)
      throw refused(`rows[${String(number)}]`, 'must be a row: only the first message is a header');
    yield row;
  }
}

function refused(field: string, description: string): Fault {
  return new Fault('IMPORT_REJECTED', `nothing was stored: ${field} ${description}`, {}, [{ field, description }]);
}
