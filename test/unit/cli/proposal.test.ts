import { expect } from 'chai';

import { skippedLines, statementsOn, tradeLines } from '../../../src/cli/display/proposal.ts';
import { verdictLines } from '../../../src/cli/display/result.ts';
import { paintFor, widthOf } from '../../../src/cli/display/terminal.ts';
import { addressesIn } from '../../../src/cli/wire/server-process.ts';
import { Certificate } from '../../../src/gen/veritasvault/portfolio/v1/optimization_service.ts';
import {
  Proposal,
  Side,
  SkippedTrade,
  TradeReason,
} from '../../../src/gen/veritasvault/portfolio/v1/rebalancing_service.ts';

const paint = paintFor({ write: () => true }, {});
const usd = (amount: string) => ({ currencyCode: 'USD', amount });

const proposal = (): Proposal =>
  Proposal.fromPartial({
    trades: [
      {
        order: 1,
        asset: 'assets/GE',
        side: Side.SIDE_SELL,
        quantity: '1000',
        price: '12.97',
        value: usd('12970'),
        cost: usd('6.49'),
        cashAfter: usd('12973.51'),
        reason: TradeReason.TRADE_REASON_CLOSE_POSITION,
      },
      {
        order: 2,
        asset: 'assets/AAPL',
        side: Side.SIDE_BUY,
        quantity: '75',
        price: '172.44',
        value: usd('12933'),
        cost: usd('6.47'),
        cashAfter: usd('34.04'),
        reason: TradeReason.TRADE_REASON_DRIFT,
      },
    ],
    valueBefore: usd('1000000.10'),
    valueAfter: usd('999987.14'),
    cost: usd('12.96'),
    cashBefore: usd('10'),
    cashAfter: usd('34.04'),
  });

const broken = (change: (trades: Proposal) => void): string[] => {
  const changed = proposal();
  change(changed);
  return statementsOn(changed)
    .filter(({ holds }) => !holds)
    .map(({ text }) => text);
};

describe('a proposal', () => {
  it('is shown to hold to the last digit', () => {
    expect(broken(() => undefined)).to.deep.equal([]);
    expect(statementsOn(proposal())[0]?.text).to.equal('value before 1000000.1 = value after 999987.14 + cost 12.96');
  });

  it('is shown to be broken by a single cent, a wrong order, a fraction of a share or negative cash', () => {
    expect(broken((changed) => (changed.valueAfter = usd('999987.15')))).to.have.length(1);
    expect(broken((changed) => (changed.trades[0]!.cost = usd('6.48')))).to.include(
      'cash after each trade = cash before it -/+ value - cost',
    );
    expect(broken((changed) => changed.trades.reverse())).to.include('sells come first');
    expect(broken((changed) => (changed.trades[1]!.quantity = '75.5'))).to.deep.equal([
      'every quantity is a whole number of shares',
    ]);
    expect(broken((changed) => (changed.cashBefore = usd('-12969')))).to.include('cash is never negative');
  });

  it('is a table of 78 columns with side, shares, value and reason', () => {
    const lines = tradeLines(proposal().trades, 78, paint);
    expect(Math.max(...lines.map(widthOf))).to.be.at.most(78);
    expect(lines[1]).to.match(/1\s+sell 1,000 GE\s+12\.97\s+12,970\.00\s+6\.49\s+12,973\.51\s+close position/);
    expect(lines[2]).to.match(/2\s+buy {5}75 AAPL\s+172\.44\s+12,933\.00\s+6\.47\s+34\.04\s+drift/);
  });

  it('tells what is not traded and why', () => {
    const skipped = SkippedTrade.fromPartial({
      asset: 'assets/T',
      side: Side.SIDE_BUY,
      quantityWanted: '0.4',
      explanation: 'below one lot of 1 share',
    });
    expect(skippedLines([skipped])).to.deep.equal(['not traded: buy 0.4 T: below one lot of 1 share']);
  });
});

describe('a certificate', () => {
  it('is told constraint by constraint, the tight ones first, with value, bound and slack in their unit', () => {
    const certificate = Certificate.fromPartial({
      passed: true,
      tolerance: 1e-8,
      constraints: [
        {
          text: 'sector Energy',
          value: 0.05,
          lower: 0.03,
          upper: 0.1,
          slack: 0.02,
          unit: 'fraction of net asset value',
        },
        { text: 'volatility', value: 0.125, upper: 0.125, slack: 0, unit: 'annual volatility' },
      ],
    });
    const lines = verdictLines(certificate, 100, paint, 1);
    expect(lines[1]).to.match(/^volatility\s+12\.50 %\s+<= 12\.50 %\s+0\.00 %\s+binding$/);
    expect(lines[2]).to.equal('and 1 part of constraints with more slack, all within their bounds');
    expect(verdictLines(certificate, 100, paint)[2]).to.match(
      /^sector Energy\s+5\.00 %\s+3\.00 % \.\. 10\.00 %\s+2\.00 %\s+holds$/,
    );
  });
});

describe('the line of a server', () => {
  it('is found among its other output', () => {
    expect(addressesIn('{"level":30,"msg":"hello"}')).to.equal(undefined);
    expect(addressesIn('starting')).to.equal(undefined);
    const line = '{"serving":true,"grpc":"127.0.0.1:40517","http":"127.0.0.1:38085","version":"0.1.0","pid":28412}';
    expect(addressesIn(line)).to.deep.equal({ grpc: '127.0.0.1:40517', http: '127.0.0.1:38085' });
  });
});
