import { expect } from 'chai';
import fc from 'fast-check';

import { dateOfDay, dayNumber } from '../../src/values/clock.ts';
import { Decimal, decimalText } from '../../src/values/decimal.ts';
import { everything, faultOf, newCall, onEachDriver } from '../support/storage.ts';
import { fieldsOf, assetOf, benchmarkOf, factorModelOf } from '../support/storage-records.ts';

const point = (date: string, price: string) => ({ date, price: new Decimal(price) });
const rate = (base: string, quote: string, date: string, value: string) => ({
  base,
  quote,
  date,
  rate: new Decimal(value),
});

/** Any decimal that the columns hold: 18 digits before the point and 10 after. */
const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n }), fc.bigInt({ min: 0n, max: 10n ** 10n - 1n }))
  .map(([whole, fraction]) => new Decimal(`${whole}.${String(fraction).padStart(10, '0')}`));

for (const { title, use, open } of onEachDriver('the market')) {
  describe(title, function () {
    this.timeout(30_000);
    before(open);

    it('keeps assets, refuses an id that is taken and a change of another version', async () => {
      const call = newCall();
      await use().units.write(call, ({ market }) => market.addAsset(assetOf('A')));
      await faultOf(
        use().units.write(call, ({ market }) => market.addAsset(assetOf('A'))),
        'ALREADY_EXISTS',
      );
      const found = await use().units.read(call, ({ market }) => market.findAsset('A'));
      expect(fieldsOf(found)).to.deep.equal(fieldsOf(assetOf('A'), { tenant: call.tenant }));
      const changed = assetOf('A', { sector: 'Utilities', marketCapitalization: null });
      await use().units.write(call, ({ market }) => market.updateAsset(changed, 1));
      expect(changed.version).to.equal(2);
      await faultOf(
        use().units.write(call, ({ market }) => market.updateAsset(changed, 1)),
        'ETAG_MISMATCH',
      );
      const stored = await use().units.read(call, ({ market }) => market.findAsset('A'));
      expect([stored?.sector, stored?.marketCapitalization, stored?.version]).to.deep.equal(['Utilities', null, 2]);
    });

    it('replaces imported assets, keeps their creation and counts their version', async () => {
      const call = newCall();
      await use().units.write(call, ({ market }) => market.putAssets([assetOf('B'), assetOf('A'), assetOf('A')]));
      const later = assetOf('A', { displayName: 'Renamed', createdAt: new Date(), lotSize: new Decimal('0.5') });
      await use().units.write(call, ({ market }) => market.putAssets([later]));
      const [b, a, ...more] = await use().units.read(call, ({ market }) =>
        market.findAssets(['B', 'absent', 'A', 'B\0']),
      );
      expect(more).to.deep.equal([]);
      expect([b?.id, b?.version]).to.deep.equal(['B', 1]);
      const kept = assetOf('A').createdAt;
      expect([a?.displayName, a?.version, a?.createdAt, decimalText(a!.lotSize)]).to.deep.equal([
        'Renamed',
        2,
        kept,
        '0.5',
      ]);
      const conditions = [{ field: 'displayName', operator: ':', value: 'RENAM' }] as const;
      const page = await use().units.read(call, ({ market }) => market.listAssets({ ...everything, conditions }));
      expect(page.rows.map(({ id }) => id)).to.deep.equal(['A']);
    });

    it('merges prices by date and reads ranges with both ends', async () => {
      const call = newCall();
      await use().units.write(call, async ({ market }) => {
        await market.putPrices('A', [point('2026-01-02', '2'), point('2025-12-31', '1.10')]);
        await market.putPrices('A', [point('2026-01-05', '3.0000000001'), point('2026-01-02', '2.5')]);
        await market.putPrices('A', []);
      });
      const read = async (from?: string, to?: string): Promise<string[]> => {
        const points = await use().units.read(call, ({ market }) => market.prices('A', from, to));
        return points.map(({ date, price }) => `${date} ${decimalText(price)}`);
      };
      expect(await read()).to.deep.equal(['2025-12-31 1.1', '2026-01-02 2.5', '2026-01-05 3.0000000001']);
      expect(await read('2026-01-02', '2026-01-04')).to.deep.equal(['2026-01-02 2.5']);
      expect(await read('2025-12-31', '2026-01-05')).to.have.length(3);
      expect(await read('2026-01-06')).to.deep.equal([]);
      expect(await read(undefined, '2025-12-30')).to.deep.equal([]);
      const last = (on: string) => use().units.read(call, ({ market }) => market.lastPrices(['A', 'absent'], on));
      expect([...(await last('2026-01-04'))].map(([id, { date }]) => [id, date])).to.deep.equal([['A', '2026-01-02']]);
      expect((await last('2025-12-30')).size).to.equal(0);
    });

    it('lays prices of several assets over all their days, with NaN where one is missing', async () => {
      const call = newCall();
      await use().units.write(call, async ({ market }) => {
        await market.putPrices('A', [point('2026-01-01', '1'), point('2026-01-02', '2'), point('2026-01-03', '3')]);
        await market.putPrices('B', [point('2026-01-02', '20'), point('2026-01-04', '40')]);
      });
      const matrix = await use().units.read(call, ({ market }) =>
        market.priceMatrix(['B', 'absent', 'A'], '2026-01-02'),
      );
      expect([...matrix.days].map(dateOfDay)).to.deep.equal(['2026-01-02', '2026-01-03', '2026-01-04']);
      expect([...matrix.prices]).to.deep.equal([20, NaN, 2, NaN, NaN, 3, 40, NaN, NaN]);
      const none = await use().units.read(call, ({ market }) => market.priceMatrix(['A'], '2027-01-01'));
      expect([none.days.length, none.prices.length]).to.deep.equal([0, 0]);
    });

    it('gives back every decimal that its columns hold, digit for digit', async () => {
      const call = newCall();
      let series = 0;
      const check = fc.asyncProperty(fc.array(decimals, { minLength: 1, maxLength: 30 }), async (values) => {
        const id = `S${++series}`;
        const points = values.map((price, k) => ({ date: dateOfDay(dayNumber('2000-01-01') + k), price }));
        await use().units.write(call, ({ market }) => market.putPrices(id, points));
        const found = await use().units.read(call, ({ market }) => market.prices(id));
        expect(found.map(({ price }) => decimalText(price))).to.deep.equal(values.map(decimalText));
        const asset = assetOf(id, { marketCapitalization: values[0]!.abs() });
        await use().units.write(call, ({ market }) => market.putAssets([asset]));
        const stored = await use().units.read(call, ({ market }) => market.findAsset(id));
        expect(decimalText(stored!.marketCapitalization!)).to.equal(decimalText(values[0]!.abs()));
      });
      await fc.assert(check, { numRuns: 40 });
    });

    it('refuses a price that its column would round or cannot hold', async () => {
      const call = newCall();
      for (const price of ['0.00000000001', '1e18', 'NaN', 'Infinity']) {
        const error = await use()
          .units.write(call, ({ market }) => market.putPrices('A', [{ date: '2026-01-01', price: new Decimal(price) }]))
          .catch((thrown: unknown) => thrown);
        expect(error, price).to.be.instanceOf(RangeError);
      }
      expect(await use().units.read(call, ({ market }) => market.prices('A'))).to.deep.equal([]);
    });

    it('finds the newest rate of a pair or of its inverse', async () => {
      const call = newCall();
      await use().units.write(call, ({ market }) =>
        market.putFxRates([
          rate('EUR', 'USD', '2026-01-01', '1.25'),
          rate('USD', 'EUR', '2026-01-02', '0.8'),
          rate('EUR', 'USD', '2026-01-03', '1.2'),
          rate('USD', 'EUR', '2026-01-03', '0.7'),
          rate('USD', 'JPY', '2026-01-03', '150'),
        ]),
      );
      const last = async (base: string, quote: string, on: string): Promise<string | undefined> => {
        const found = await use().units.read(call, ({ market }) => market.lastFxRate(base, quote, on));
        return found === undefined ? undefined : `${decimalText(found.rate)} ${found.date}`;
      };
      expect(await last('EUR', 'USD', '2026-01-02')).to.equal('1.25 2026-01-02');
      expect(await last('EUR', 'USD', '2026-01-09')).to.equal('1.2 2026-01-03');
      expect(await last('JPY', 'USD', '2026-01-09')).to.equal('0.0066666667 2026-01-03');
      expect(await last('USD', 'USD', '2026-01-09')).to.equal('1 2026-01-09');
      expect(await last('EUR', 'USD', '2025-12-31')).to.equal(undefined);
      const rates = await use().units.read(call, ({ market }) => market.fxRates('EUR', 'USD', '2026-01-02'));
      expect(rates.map(({ date, rate: value }) => [date, decimalText(value)])).to.deep.equal([['2026-01-03', '1.2']]);
    });

    it('knows the weights of a benchmark in force on a date', async () => {
      const call = newCall();
      await use().units.write(call, async ({ market }) => {
        await market.putBenchmark(benchmarkOf('W', '2026-01-01', { B: 0.4, A: 0.6 }));
        await market.putBenchmark(benchmarkOf('W', '2026-02-01', { A: 1 }));
        await market.putBenchmark(benchmarkOf('W', '2026-02-01', { A: 0.5, C: 0.5 }));
      });
      const find = (on?: string) => use().units.read(call, ({ market }) => market.findBenchmark('W', on));
      const january = await find('2026-01-31');
      expect(fieldsOf(january)).to.deep.equal(
        fieldsOf(benchmarkOf('W', '2026-01-01', { B: 0.4, A: 0.6 }), { tenant: call.tenant }),
      );
      expect((await find())?.weights).to.deep.equal(benchmarkOf('W', '', { A: 0.5, C: 0.5 }).weights);
      expect(await find('2025-12-31')).to.equal(undefined);
      const page = await use().units.read(call, ({ market }) => market.listBenchmarks(everything));
      expect(page.rows.map(({ id, effectiveDate }) => [id, effectiveDate])).to.deep.equal([['W', '2026-02-01']]);
    });

    it('keeps factor models bit by bit and refuses floats that are no numbers', async () => {
      const call = newCall();
      await use().units.write(call, ({ market }) => market.putFactorModel(factorModelOf('F')));
      await use().units.write(call, ({ market }) => market.putFactorModel(factorModelOf('F')));
      const found = await use().units.read(call, ({ market }) => market.findFactorModel('F'));
      expect(fieldsOf(found)).to.deep.equal(fieldsOf(factorModelOf('F'), { tenant: call.tenant }));
      const page = await use().units.read(call, ({ market }) => market.listFactorModels(everything));
      expect(page.rows).to.have.length(1);
      const broken = Object.assign(factorModelOf('F'), { specificVariance: Float64Array.of(1, NaN, 1) });
      const error = await use()
        .units.write(call, ({ market }) => market.putFactorModel(broken))
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(RangeError);
    });

    it('of one tenant is nowhere for another', async () => {
      const [mine, other] = [newCall(), newCall()];
      await use().units.write(mine, async ({ market }) => {
        await market.putAssets([assetOf('A', { tenant: other.tenant })]);
        await market.putPrices('A', [point('2026-01-01', '1')]);
        await market.putFxRates([rate('EUR', 'USD', '2026-01-01', '1.25')]);
        await market.putBenchmark(benchmarkOf('W', '2026-01-01', { A: 1 }));
        await market.putFactorModel(factorModelOf('F'));
      });
      await use().units.read(other, async ({ market }) => {
        expect(await market.findAsset('A')).to.equal(undefined);
        expect(await market.findAssets(['A'])).to.deep.equal([]);
        expect((await market.listAssets(everything)).rows).to.deep.equal([]);
        expect(await market.prices('A')).to.deep.equal([]);
        expect((await market.lastPrices(['A'], '2026-01-01')).size).to.equal(0);
        expect((await market.priceMatrix(['A'])).days.length).to.equal(0);
        expect(await market.fxRates('EUR', 'USD')).to.deep.equal([]);
        expect(await market.lastFxRate('EUR', 'USD', '2026-01-01')).to.equal(undefined);
        expect(await market.findBenchmark('W')).to.equal(undefined);
        expect((await market.listBenchmarks(everything)).rows).to.deep.equal([]);
        expect(await market.findFactorModel('F')).to.equal(undefined);
        expect((await market.listFactorModels(everything)).rows).to.deep.equal([]);
      });
      await faultOf(
        use().units.write(other, ({ market }) => market.updateAsset(assetOf('A'), 1)),
        'NOT_FOUND',
      );
    });
  });
}
