import { expect } from 'chai';
import fc from 'fast-check';

import { valuationOf } from '../../src/portfolio/valuation.ts';
import type { Proposal } from '../../src/rebalancing/proposal.ts';
import { proposalProblems } from '../../src/rebalancing/proposal-check.ts';
import { propose } from '../../src/rebalancing/propose.ts';
import type { ProposalInput } from '../../src/rebalancing/propose.ts';
import { Decimal, zero } from '../../src/values/decimal.ts';
import { inputArbitrary } from '../support/proposals.ts';

const runs = { numRuns: 500 };

const amount = (text: string): Decimal => new Decimal(text);

describe('proposals, whatever is held and wanted', () => {
  it('lose no minor unit: value before is value after and cost', () => {
    fc.assert(
      fc.property(inputArbitrary, (input) => {
        const { valueBefore, valueAfter, cost } = propose(input);
        expect(amount(valueAfter.amount).plus(cost.amount).toFixed()).to.equal(amount(valueBefore.amount).toFixed());
      }),
      runs,
    );
  });

  it('never leave cash negative, after any trade, and sell before they buy', () => {
    fc.assert(
      fc.property(inputArbitrary, (input) => {
        const { trades, cashAfter } = propose(input);
        for (const trade of trades) expect(amount(trade.cashAfter.amount).gte(0), trade.explanation).to.equal(true);
        expect(amount(cashAfter.amount).gte(0)).to.equal(true);
        const firstBuy = trades.findIndex(({ side }) => side === 'buy');
        expect(firstBuy < 0 || trades.slice(firstBuy).every(({ side }) => side === 'buy')).to.equal(true);
      }),
      runs,
    );
  });

  it('pass the independent check: lots, values, costs, cash, targets', () => {
    fc.assert(
      fc.property(inputArbitrary, (input) => {
        expect(proposalProblems(propose(input), input)).to.deep.equal([]);
      }),
      runs,
    );
  });

  it('do not depend on the order in which holdings and targets are told', () => {
    const shuffled = inputArbitrary.chain((input) =>
      fc
        .tuple(
          fc.shuffledSubarray([...input.positions], { minLength: input.positions.length }),
          fc.shuffledSubarray([...input.targets], { minLength: input.targets.length }),
          fc.shuffledSubarray([...input.cashBalances], { minLength: input.cashBalances.length }),
        )
        .map(([positions, targets, cashBalances]): [ProposalInput, ProposalInput] => [
          input,
          { ...input, positions, targets, cashBalances },
        ]),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(propose(other)).to.deep.equal(propose(one));
      }),
      runs,
    );
  });

  it('make no trade when nothing has drifted', () => {
    fc.assert(
      fc.property(inputArbitrary, (input) => {
        const { lines } = valuationOf(input.positions, input.cashBalances, input.quotes);
        const held = lines.filter(({ quantity }) => !quantity.isZero());
        // A position that is worth nothing to the minor unit has the weight 0, which would ask to close it.
        fc.pre(held.every(({ value }) => !value.isZero()));
        const targets = held.map(({ assetId, weight }) => ({ subject: assetId, weight }));
        const { trades, skipped } = propose({ ...input, targets });
        expect([trades, skipped]).to.deep.equal([[], []]);
      }),
      runs,
    );
  });

  it('trade to exactly the lots that targets are made of, where cash pays', () => {
    const lots = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(inputArbitrary, lots, (input, wanted) => {
        const { netAssetValue } = valuationOf(input.positions, input.cashBalances, input.quotes);
        const parts = [...input.quotes.assets.values()].map(({ assetId, price, rate, lotSize }, position) => {
          const lot = lotSize.toNumber() * price.times(rate).div(netAssetValue).toNumber();
          const most = Math.floor(0.9 / input.quotes.assets.size / lot);
          return { assetId, lotSize, lot, count: Math.min(wanted[position] ?? 0, most) };
        });
        fc.pre(parts.every(({ lot, count }) => count === 0 || count * lot > 1e-6));
        const targets = parts.map(({ assetId, lot, count }) => ({ subject: assetId, weight: count * lot }));
        // So many whole lots are held already, and cash is in no other currency.
        const held = parts.map(({ assetId, lotSize }, position) => ({
          assetId,
          quantity: lotSize.times(wanted[(position + 3) % 8]! % 7),
        }));
        const whole: ProposalInput = {
          ...input,
          positions: held,
          targets: [],
          cashBalances: [{ currency: 'USD', amount: netAssetValue.minus(worthOf(held, input)) }],
          trading: { ...input.trading, costRate: zero, costPerTrade: zero, tradeValueMin: zero, fractional: false },
        };
        fc.pre(!whole.cashBalances[0]!.amount.isNegative());
        const proposal = propose({ ...whole, targets });
        const traded = new Map(held.map(({ assetId, quantity }) => [assetId, quantity]));
        for (const { asset, side, quantity } of proposal.trades) {
          const id = asset.slice('assets/'.length);
          traded.set(id, traded.get(id)!.plus(amount(quantity).times(side === 'buy' ? 1 : -1)));
        }
        const tiny = new Set(proposal.skipped.map(({ asset }) => asset.slice('assets/'.length)));
        for (const { assetId, lotSize, count } of parts)
          if (!tiny.has(assetId)) expect(traded.get(assetId)!.toFixed()).to.equal(lotSize.times(count).toFixed());
        for (const { reason } of proposal.skipped) expect(reason).to.equal('below-minimum-value');
      }),
      runs,
    );
  });

  it('explain every line that is off its target: traded, skipped, or both', () => {
    fc.assert(
      fc.property(inputArbitrary, (input) => {
        const proposal = propose(input);
        const told = new Set(
          [...proposal.trades, ...proposal.skipped].map(({ asset }) => asset.slice('assets/'.length)),
        );
        for (const { subject, drift } of proposal.drift) {
          if (drift !== 0 && subject !== 'cash') expect(told.has(subject), subject).to.equal(true);
        }
        expect([...proposal.trades, ...proposal.skipped].every(({ explanation }) => explanation.length > 10)).to.equal(
          true,
        );
      }),
      runs,
    );
  });

  it('leave nothing that cash could still buy: one more lot of a line short of cash is not paid', () => {
    fc.assert(
      fc.property(inputArbitrary, (input) => {
        const { fractional, costRate, costPerTrade, tradeValueMin } = input.trading;
        fc.pre(!fractional && tradeValueMin.isZero());
        const proposal = propose(input);
        const last = lastShort(proposal);
        if (last === undefined) return;
        const quote = input.quotes.assets.get(last.asset.slice('assets/'.length));
        if (quote === undefined) throw new Error('no quote');
        const value = quote.lotSize.times(quote.price).times(quote.rate);
        const isNew = !proposal.trades.some(({ asset }) => asset === last.asset);
        const cost = value.times(costRate).plus(isNew ? costPerTrade : 0);
        // One minor unit for the rounding of value and cost, and of the purchase already made.
        expect(amount(proposal.cashAfter.amount).lte(value.plus(cost).plus('0.02')), last.explanation).to.equal(true);
      }),
      runs,
    );
  });
});

function worthOf(held: ProposalInput['positions'], { quotes }: ProposalInput): Decimal {
  return valuationOf(held, [], quotes).netAssetValue;
}

function lastShort({ skipped }: Proposal): Proposal['skipped'][number] | undefined {
  return skipped.filter(({ reason, side }) => reason === 'insufficient-cash' && side === 'buy').at(-1);
}
