import { expect } from 'chai';
import fc from 'fast-check';

import { Decimal, sumOf } from '../../src/values/decimal.ts';
import { context, sampleDesk } from '../support/memory-desk.ts';

/** Cuts a quantity in pieces at random places. */
const piecesOf = (quantity: Decimal, cuts: readonly number[]): Decimal[] => {
  const places = [
    ...new Set(cuts.map((cut) => quantity.times(cut).div(1000).toDecimalPlaces(4, Decimal.ROUND_DOWN).toFixed())),
  ]
    .map((text) => new Decimal(text))
    .filter((place) => place.greaterThan(0) && place.lessThan(quantity))
    .sort((one, other) => one.comparedTo(other));
  return [...places, quantity].map((place, position) => place.minus(places[position - 1] ?? 0));
};

describe('the ledger, however orders are filled', () => {
  it('balances: executed is the sum of executions, cash moves by what was booked, positions by what was filled', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 0, max: 90 }),
      fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 99_999_999 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 0, max: 999 }),
      async (percent, cuts, prices, costCents) => {
        const desk = await sampleDesk();
        const key = { portfolioId: 'growth', id: 'r1' };
        const weights = [{ assetId: 'AAPL', weight: percent / 100 }];
        await desk.rebalances.create('growth', 'r1', { target: { weights } }, context);
        await desk.compute(key);
        await desk.orders.accept(key, '2', context);
        const { rows } = await desk.transactions.list('growth', { conditions: [], order: [], limit: 10 }, context);
        let cash = new Decimal(10_000);
        const held = new Map([
          ['AAPL', new Decimal(100)],
          ['MSFT', new Decimal(50)],
        ]);
        for (const { id, side, assetId, quantity } of rows) {
          for (const [position, piece] of piecesOf(quantity, cuts).entries()) {
            const price = new Decimal(prices[position % prices.length] ?? 1).div(10_000);
            const cost = new Decimal(costCents).div(100);
            await desk.transactions.recordExecution(
              { portfolioId: 'growth', id },
              {
                executionId: `${id}-${String(position)}`,
                quantity: piece.toFixed(),
                price: price.toFixed(),
                cost: { currencyCode: 'USD', amount: cost.toFixed() },
                executeTime: desk.clock.now(),
              },
              context,
            );
            const value = piece.times(price).toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN);
            const sign = side === 'buy' ? 1 : -1;
            cash = cash.minus(value.times(sign)).minus(cost);
            held.set(assetId, (held.get(assetId) ?? new Decimal(0)).plus(piece.times(sign)));
          }
          const done = await desk.transactions.get({ portfolioId: 'growth', id }, context);
          expect(done.state).to.equal('executed');
          expect(sumOf(done.executions.map((execution) => execution.quantity)).toFixed()).to.equal(quantity.toFixed());
        }
        const portfolio = await desk.portfolios.get('growth', context);
        expect(portfolio.cashBalances.map(({ amount }) => amount.toFixed())).to.deep.equal([cash.toFixed()]);
        const positions = portfolio.positions.map(({ assetId, quantity }) => `${assetId} ${quantity.toFixed()}`);
        const expected = [...held].filter(([, quantity]) => !quantity.isZero());
        expect(positions).to.have.members(expected.map(([id, quantity]) => `${id} ${quantity.toFixed()}`));
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });

  it('comes out at the value after of the proposal when orders are filled at its prices and costs', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 40 }),
      async (apple, microsoft) => {
        const desk = await sampleDesk();
        const key = { portfolioId: 'growth', id: 'r1' };
        const weights = [
          { assetId: 'AAPL', weight: apple / 100 },
          { assetId: 'MSFT', weight: microsoft / 100 },
        ];
        const trading = { costRate: '0.0007', costPerTrade: '0.5', tradeValueMin: '', fractional: false };
        await desk.rebalances.create('growth', 'r1', { target: { weights }, trading }, context);
        await desk.compute(key);
        const { result } = await desk.orders.accept(key, '2', context);
        const proposed = result as unknown as {
          readonly trades: readonly {
            readonly order: number;
            readonly cost: { currencyCode: string; amount: string };
          }[];
          readonly valueAfter: { readonly amount: string };
        };
        const { rows } = await desk.transactions.list('growth', { conditions: [], order: [], limit: 10 }, context);
        for (const { id, ordinal, quantity, priceExpected } of rows) {
          const cost = proposed.trades[ordinal - 1]?.cost;
          if (cost === undefined) throw new Error('no such trade');
          const draft = {
            executionId: id,
            quantity: quantity.toFixed(),
            price: priceExpected.toFixed(),
            cost,
            executeTime: desk.clock.now(),
          };
          await desk.transactions.recordExecution({ portfolioId: 'growth', id }, draft, context);
        }
        const { valuation } = await desk.portfolios.snapshot('growth', undefined, context);
        expect(valuation.netAssetValue.toFixed()).to.equal(new Decimal(proposed.valueAfter.amount).toFixed());
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });
});
