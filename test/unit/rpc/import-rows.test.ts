import { expect } from 'chai';

import {
  ImportBenchmarkWeightsRequest,
  ImportFactorModelRequest,
} from '../../../src/gen/veritasvault/portfolio/v1/asset_service.ts';
import { benchmarkRows, exposureRows } from '../../../src/rpc/import-rows.ts';
import { Fault } from '../../../src/values/fault.ts';

async function* sent<Message>(...messages: readonly Message[]): AsyncGenerator<Message> {
  await Promise.resolve();
  yield* messages;
}

async function fieldOf(reading: Promise<unknown>): Promise<string | undefined> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof Fault) return error.violations[0]?.field;
    throw error;
  }
  return undefined;
}

describe('the rows of an import with a header', () => {
  const exposure = { asset: 'assets/A', exposures: [1], specificVariance: 0.01 };
  const weight = { asset: 'assets/A', weight: 1 };
  const factors = (header: object) =>
    ImportFactorModelRequest.fromPartial({
      content: { $case: 'header', value: { name: 'factorModels/m', ...header } },
    });
  const benchmark = (header: object) =>
    ImportBenchmarkWeightsRequest.fromPartial({
      content: { $case: 'header', value: { name: 'benchmarks/b', ...header } },
    });

  it('follow the header', async () => {
    const row = ImportFactorModelRequest.fromPartial({ content: { $case: 'exposure', value: exposure } });
    const { header, rows } = await exposureRows(sent(factors({}), row));
    expect(header.name).to.equal('factorModels/m');
    const read: unknown[] = [];
    for await (const one of rows) read.push(one);
    expect(read).to.deep.equal([exposure]);
  });

  it('are refused inside the header, where nobody would read them', async () => {
    expect(await fieldOf(exposureRows(sent(factors({ exposures: [exposure] }))))).to.equal('header.exposures');
    expect(await fieldOf(benchmarkRows(sent(benchmark({ weights: [weight] }))))).to.equal('header.weights');
  });
});
