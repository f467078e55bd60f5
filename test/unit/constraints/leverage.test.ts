import { expect } from 'chai';

import { dollarNeutral } from '../../../src/constraints/dollar-neutral.ts';
import { grossExposure } from '../../../src/constraints/gross-exposure.ts';
import { longExposure } from '../../../src/constraints/long-exposure.ts';
import { longShort } from '../../../src/constraints/long-short.ts';
import { netExposure } from '../../../src/constraints/net-exposure.ts';
import { shortExposure } from '../../../src/constraints/short-exposure.ts';
import { bare, fieldsOf, holdingsOf, originOf, rowsOf, situation } from './fixture.ts';

/** 120 % long, 30 % short. */
const extended = holdingsOf(0.6, 0.4, -0.2, -0.1, 0.2, 0);

describe('limits on exposure', () => {
  const handlers = { gross: grossExposure, long: longExposure, short: shortExposure };
  const valueOf = (which: keyof typeof handlers, more = {}): number =>
    handlers[which].check({ max: 1, ...more }, extended, situation)[0]!.value;

  it('measure positions on their own side, as positive numbers', () => {
    expect(valueOf('gross')).to.be.closeTo(1.5, 1e-15);
    expect(valueOf('long')).to.be.closeTo(1.2, 1e-15);
    expect(valueOf('short')).to.be.closeTo(0.3, 1e-15);
    const technology = { of: { sectors: ['Technology'] } };
    expect([valueOf('gross', technology), valueOf('long', technology), valueOf('short', technology)]).to.deep.equal([
      0.8, 0.6, 0.2,
    ]);
  });

  it('measure over- and underweights when they are relative to the benchmark', () => {
    // Active weights 0.35, 0.15, -0.3, -0.2, 0, -0.1.
    const relativeTo = 'benchmark';
    expect(valueOf('gross', { relativeTo })).to.be.closeTo(1.1, 1e-15);
    expect(valueOf('long', { relativeTo })).to.be.closeTo(0.5, 1e-15);
    expect(valueOf('short', { relativeTo })).to.be.closeTo(0.6, 1e-15);
  });

  it('lower to rates on the sides and assets that count', () => {
    const [limit] = shortExposure.lower(
      { max: 0.3, of: { sectors: ['Technology'] } },
      situation,
      originOf,
    ).tradeLimits!;
    expect(limit?.bound).to.equal(0.3);
    expect([...limit!.buyRate]).to.deep.equal([0, 0, 0, 0, 0, 0]);
    expect([...limit!.sellRate]).to.deep.equal([1, 0, 1, 0, 0, 0]);
    expect(limit?.origin.text).to.equal('short exposure among Technology at most 30 %');
    const [active] = grossExposure.lower({ max: 1, relativeTo: 'benchmark' }, situation, originOf).tradeLimits!;
    expect(active?.centre).to.deep.equal(situation.benchmark);
  });

  it('refuse a minimum by name, with the reason', () => {
    const violations = grossExposure.admit({ min: 1.2, max: 1.6 }, situation);
    expect(fieldsOf(violations)).to.deep.equal(['min']);
    expect(violations[0]?.description).to.contain('not a convex set');
    expect(grossExposure.admitParameters?.({ min: 1.2 })).to.have.length(1);
  });

  it('take leverage above 200 %, but no percentages', () => {
    expect(grossExposure.admit({ max: 3 }, situation)).to.deep.equal([]);
    expect(fieldsOf(grossExposure.admit({ max: 160 }, situation))).to.deep.equal(['max']);
    expect(fieldsOf(shortExposure.admit({ max: -0.3 }, situation))).to.deep.equal(['max']);
    expect(fieldsOf(longExposure.admit({ of: { sectors: ['None'] } }, situation))).to.deep.equal([
      'max',
      'of.sectors[0]',
    ]);
    expect(fieldsOf(longExposure.admit({ max: 1, relativeTo: 'benchmark' }, bare))).to.deep.equal(['relativeTo']);
  });
});

describe('net exposure', () => {
  it('is long minus short, over the assets meant, or against what is held', () => {
    const valueOf = (more: object): number => netExposure.check({ max: 1, ...more }, extended, situation)[0]!.value;
    expect(valueOf({})).to.be.closeTo(0.9, 1e-15);
    expect(valueOf({ of: { sectors: ['Technology'] } })).to.be.closeTo(0.4, 1e-15);
    expect(valueOf({ relativeTo: 'current' })).to.be.closeTo(0, 1e-15);
    const [row] = rowsOf(
      netExposure.lower({ min: 0.1, relativeTo: 'benchmark', of: { assets: ['AAPL'] } }, situation, originOf),
    );
    expect(row).to.deep.equal({
      coefficients: { AAPL: 1 },
      lower: 0.35,
      upper: Infinity,
      text: 'net exposure among AAPL relative to the benchmark at least 10 %',
    });
  });

  it('refuses crossed and empty ranges', () => {
    expect(fieldsOf(netExposure.admit({ min: 0.2, max: 0.1 }, situation))).to.deep.equal(['min']);
    expect(fieldsOf(netExposure.admit({ of: { assets: ['AAPL'] } }, situation))).to.deep.equal(['']);
  });
});

describe('dollar neutral', () => {
  it('holds as much short as long within the tolerance', () => {
    const slackOf = (tolerance: number, ...weights: number[]): number =>
      dollarNeutral.check({ tolerance }, holdingsOf(...weights), situation)[0]!.slack;
    expect(slackOf(0, 0.5, -0.5, 0, 0, 0, 0)).to.equal(0);
    expect(slackOf(0.02, 0.5, -0.47, 0, 0, 0, 0)).to.be.closeTo(-0.01, 1e-15);
    expect(dollarNeutral.check({}, extended, situation)[0]?.text).to.equal(
      'dollar neutral: long minus short exactly 0 %',
    );
  });

  it('refuses tolerances below 0', () => {
    expect(fieldsOf(dollarNeutral.admit({ tolerance: -0.1 }, situation))).to.deep.equal(['tolerance']);
  });
});

describe('a long-short extension', () => {
  it('limits both sides and fixes the difference', () => {
    const verdicts = longShort.check({ longMax: 1.3, shortMax: 0.25 }, extended, situation);
    expect(verdicts.map(({ text }) => text)).to.deep.equal([
      'long minus short exactly 100 %',
      'long positions at most 130 %',
      'short positions at most 25 %',
    ]);
    expect(verdicts.map(({ slack }) => Number(slack.toFixed(12)))).to.deep.equal([-0.1, 0.1, -0.05]);
  });

  it('refuses a net that the sides do not allow', () => {
    expect(fieldsOf(longShort.admit({ longMax: 0.9, shortMax: 0.3 }, situation))).to.deep.equal(['net']);
    expect(fieldsOf(longShort.admit({ longMax: 1, shortMax: 0.3, net: -0.5 }, situation))).to.deep.equal(['net']);
    expect(fieldsOf(longShort.admit({ longMax: 130, shortMax: -0.3 }, situation))).to.deep.equal([
      'longMax',
      'shortMax',
    ]);
    expect(longShort.admit({ longMax: 1.3, shortMax: 0.3 }, situation)).to.deep.equal([]);
  });
});
