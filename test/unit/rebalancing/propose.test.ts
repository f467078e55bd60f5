import { expect } from 'chai';

import { proposalProblems } from '../../../src/rebalancing/proposal-check.ts';
import type { Proposal } from '../../../src/rebalancing/proposal.ts';
import { propose } from '../../../src/rebalancing/propose.ts';
import { Decimal } from '../../../src/values/decimal.ts';
import { Fault } from '../../../src/values/fault.ts';
import { proposalInput } from '../../support/proposals.ts';
import type { Holding } from '../../support/proposals.ts';

type Rules = Parameters<typeof proposalInput>[2];

const made = (
  holdings: Readonly<Record<string, Holding>>,
  cash: number | string,
  trading: Rules = {},
  other: Readonly<Record<string, string>> = {},
): Proposal => {
  const input = proposalInput(holdings, cash, trading, other);
  const proposal = propose(input);
  expect(proposalProblems(proposal, input)).to.deep.equal([]);
  return proposal;
};

const linesOf = ({ trades }: Proposal): string[] =>
  trades.map(({ asset, side, quantity, reason }) => `${side} ${quantity} ${asset.slice(7)} (${reason})`);

const skipsOf = ({ skipped }: Proposal): string[] =>
  skipped.map(({ asset, side, quantityWanted, reason }) => `${side} ${quantityWanted} ${asset.slice(7)} (${reason})`);

describe('a proposal', () => {
  it('closes, reduces, adds and opens lines, sells first, with cash after each trade', () => {
    const proposal = made(
      {
        A: { quantity: 100, price: 50, target: 0.3 },
        B: { quantity: 30, price: 100, target: 0.4 },
        C: { quantity: 10, price: 200 },
        D: { price: 25, target: 0.2 },
      },
      0,
      { costRate: new Decimal('0.001'), costPerTrade: new Decimal(1) },
    );
    // 5,000 + 3,000 + 2,000 = 10,000: A down by 2,000, C closed, D up by 2,000, B up by 1,000.
    expect(linesOf(proposal)).to.deep.equal([
      'sell 40 A (drift)',
      'sell 10 C (close-position)',
      'buy 80 D (new-position)',
      'buy 10 B (drift)',
    ]);
    expect(proposal.trades.map(({ cost, cashAfter }) => [cost.amount, cashAfter.amount])).to.deep.equal([
      ['3', '1997'],
      ['3', '3994'],
      ['3', '1991'],
      ['2', '989'],
    ]);
    expect([proposal.valueBefore.amount, proposal.valueAfter.amount, proposal.cost.amount]).to.deep.equal([
      '10000',
      '9989',
      '11',
    ]);
    expect(proposal.trades[0]?.explanation).to.equal('A weighs 50.00 % and should weigh 30.00 %: sell 40');
    expect(proposal.drift[0]).to.deep.include({ subject: 'A', targetWeight: 0.3, actualWeight: 0.5 });
    expect(proposal.driftAfter.find(({ subject }) => subject === 'cash')?.actualWeight).to.be.closeTo(0.099, 1e-4);
    expect([proposal.portfolioEtag, proposal.pricesAsOf]).to.deep.equal(['7', '2025-03-03']);
  });

  it('filters dust before it sizes purchases, so that no sale counts that is not made', () => {
    // The sale of 90 is dust; without it nothing pays for B.
    const proposal = made({ A: { quantity: 9, price: 10 }, B: { quantity: 91, price: 10, target: 1 } }, 0, {
      tradeValueMin: new Decimal(90.01),
    });
    expect(linesOf(proposal)).to.deep.equal([]);
    expect(skipsOf(proposal)).to.deep.equal(['sell 9 A (below-minimum-value)', 'buy 9 B (below-minimum-value)']);
  });

  it('buys the largest drift first and reports what cash does not pay', () => {
    const proposal = made(
      { A: { price: 70, target: 0.3 }, B: { price: 30, target: 0.4 }, C: { price: 400, target: 0.3 } },
      1000,
      { costPerTrade: new Decimal(10) },
    );
    expect(linesOf(proposal)).to.deep.equal(['buy 13 B (new-position)', 'buy 4 A (new-position)']);
    expect(skipsOf(proposal)).to.deep.equal(['buy 0.75 C (below-one-lot)']);
    const short = made({ A: { price: 100, target: 0.5 }, B: { price: 100, target: 0.5 } }, 1000, {
      costRate: new Decimal('0.01'),
    });
    expect(linesOf(short)).to.deep.equal(['buy 5 A (new-position)', 'buy 4 B (new-position)']);
    expect(skipsOf(short)).to.deep.equal(['buy 1 B (insufficient-cash)']);
    expect(short.skipped[0]?.explanation).to.equal('B: cash pays 4 of 5; 495 is left');
  });

  it('trades in whole lots, or in millionths', () => {
    const holdings = { A: { price: 7, target: 1, lot: 100 } };
    expect(linesOf(made(holdings, 1000))).to.deep.equal(['buy 100 A (new-position)']);
    expect(linesOf(made(holdings, 1000, { fractional: true }))).to.deep.equal(['buy 142.857142 A (new-position)']);
    expect(skipsOf(made(holdings, 600))).to.deep.equal(['buy 85.7142857142 A (below-one-lot)']);
  });

  it('trades to exactly the lots that a weight is made of, though the weight is a rounded fraction', () => {
    // 0.29 of 1,000,000 at 3.3 a share are 87,878.7878...; whole hundreds of shares are multiples of 0.00033.
    const lots = 878;
    const holdings = { A: { quantity: 300, price: '3.3', lot: 100, target: lots * (100 * (3.3 / 1_000_990)) } };
    expect(linesOf(made(holdings, 1_000_000))).to.deep.equal(['buy 87500 A (drift)']);
    for (const shift of [-1e-13, 1e-13]) {
      const near = { A: { ...holdings.A, target: holdings.A.target + shift } };
      expect(linesOf(made(near, 1_000_000))).to.deep.equal(['buy 87500 A (drift)']);
    }
    const below = { A: { ...holdings.A, target: holdings.A.target - 1e-9 } };
    expect(linesOf(made(below, 1_000_000))).to.deep.equal(['buy 87400 A (drift)']);
  });

  it('leaves what is less than a lot when it closes a line, or sells all of it where that is asked for', () => {
    const holdings = { A: { quantity: 130, price: 10, lot: 100 }, B: { quantity: '-7.5', price: 10, lot: 5 } };
    const input = proposalInput(holdings, 1000);
    expect(linesOf(propose(input))).to.deep.equal(['sell 100 A (close-position)', 'buy 5 B (close-position)']);
    const whole = { ...input, closeOddLots: true };
    const proposal = propose(whole);
    expect(linesOf(proposal)).to.deep.equal(['sell 130 A (close-position)', 'buy 7.5 B (close-position)']);
    expect(proposalProblems(proposal, whole)).to.deep.equal([]);
    expect(proposalProblems(proposal, input).join('; ')).to.contain('the quantity is not in whole lots');
    const reduced = { ...proposalInput({ A: { ...holdings.A, target: 0.1 } }, 0), closeOddLots: true };
    expect(linesOf(propose(reduced))).to.deep.equal(['sell 100 A (drift)']);
  });

  it('closes short positions by buying, and opens them by selling', () => {
    const proposal = made({ A: { quantity: -10, price: 50 }, B: { price: 100, target: -0.5 } }, 2500);
    expect(linesOf(proposal)).to.deep.equal(['sell 10 B (new-position)', 'buy 10 A (close-position)']);
    expect(proposal.cashAfter.amount).to.equal('3000');
  });

  it('leaves lines within their band alone', () => {
    const band = { min: 0.4, max: 0.6 };
    const proposal = made({ A: { quantity: 55, price: 10, target: 0.5, ...band }, B: { price: 10, target: 0.3 } }, 450);
    expect(linesOf(proposal)).to.deep.equal(['buy 30 B (new-position)']);
    expect(skipsOf(proposal)).to.deep.equal(['sell 5 A (within-band)']);
    expect(proposal.skipped[0]?.explanation).to.equal('A: weighs 55.00 %, within its band of 40.00 % to 60.00 %');
  });

  it('values assets of other currencies at their rate and does not spend cash of other currencies', () => {
    const proposal = made({ S: { price: '100.01', currency: 'EUR', target: 1 } }, '541.90', {}, { EUR: '1000' });
    // 541.90 + 1083.70 = 1625.60 asks for 14.999 shares at 108.380837; cash in dollars pays 4 at 433.52 (433.523...).
    expect(linesOf(proposal)).to.deep.equal(['buy 4 S (new-position)']);
    expect(proposal.trades[0]?.value).to.deep.equal({ currencyCode: 'USD', amount: '433.52' });
    expect([proposal.valueBefore.amount, proposal.cashBefore.amount, proposal.cashAfter.amount]).to.deep.equal([
      '1625.6',
      '541.9',
      '108.38',
    ]);
    expect(skipsOf(proposal)).to.deep.equal(['buy 10.9989614861 S (insufficient-cash)']);
  });

  it('does not make a sale that costs more than it brings when cash does not pay it', () => {
    const cost = { costPerTrade: new Decimal(20) };
    const proposal = made({ A: { quantity: 1, price: 10 }, B: { quantity: 99, price: 10, target: 0.99 } }, 0, cost);
    expect(linesOf(proposal)).to.deep.equal([]);
    expect(skipsOf(proposal)).to.deep.equal(['sell 1 A (insufficient-cash)']);
  });

  it('sells more to pay back an overdraft, and says so', () => {
    const proposal = made(
      { A: { quantity: 100, price: 10, target: 1 }, B: { quantity: 3, price: 100, target: 0 } },
      -500,
      { costRate: new Decimal('0.01') },
    );
    // 297 from B leave 203 to raise: 21 of A bring 207.90.
    expect(linesOf(proposal)).to.deep.equal(['sell 3 B (close-position)', 'sell 21 A (drift)']);
    expect(proposal.cashAfter.amount).to.equal('4.9');
    const idle = made({ A: { quantity: 100, price: 10, target: 1, min: 0, max: 3 } }, -55);
    expect(linesOf(idle)).to.deep.equal(['sell 6 A (raise-cash)']);
    expect(() => made({ A: { quantity: -1, price: 10 }, B: { quantity: '0.9', price: 1000 } }, -100)).to.throw(
      Fault,
      'cannot raise the missing 100',
    );
  });

  it('refuses a portfolio that is worth nothing', () => {
    expect(() => made({ A: { price: 10, target: 1 } }, 0)).to.throw(Fault, 'net asset value above 0');
  });
});

describe('the check of a proposal', () => {
  const input = proposalInput({ A: { quantity: 100, price: 50, target: 0.2 }, B: { price: 25, target: 0.5 } }, 0);
  const sound = propose(input);
  const [first, second] = sound.trades;
  if (first === undefined || second === undefined) throw new Error('two trades');

  const broken: readonly (readonly [string, Proposal])[] = [
    [
      'a sale comes after a purchase',
      {
        ...sound,
        trades: [
          { ...second, order: 1 },
          { ...first, order: 2 },
        ],
      },
    ],
    ['value before is not value after and cost', { ...sound, valueAfter: { currencyCode: 'USD', amount: '4999.99' } }],
    ['goes beyond the target', { ...sound, trades: [{ ...first, quantity: '81' }, second] }],
    ['not in whole lots', { ...sound, trades: [{ ...first, quantity: '79.5' }, second] }],
    [
      'the value is not quantity',
      { ...sound, trades: [{ ...first, value: { currencyCode: 'USD', amount: '1' } }, second] },
    ],
    ['cash after is not cash before', { ...sound, trades: [first] }],
    ['cost is not the sum', { ...sound, cost: { currencyCode: 'USD', amount: '1' } }],
  ];
  for (const [problem, proposal] of broken) {
    it(`finds that ${problem}`, () => {
      expect(proposalProblems(proposal, input).join('; ')).to.contain(problem);
    });
  }

  it('finds nothing in a sound one', () => {
    expect(proposalProblems(sound, input)).to.deep.equal([]);
  });
});
