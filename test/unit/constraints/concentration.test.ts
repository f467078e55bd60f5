import { expect } from 'chai';

import { concentration } from '../../../src/constraints/concentration.ts';
import { herfindahl } from '../../../src/constraints/herfindahl.ts';
import { topHoldings } from '../../../src/constraints/top-holdings.ts';
import type { Situation } from '../../../src/problem/situation.ts';
import { fieldsOf, holdingsOf, originOf, situation } from './fixture.ts';

const held = holdingsOf(0.4, 0.1, 0.2, -0.1, 0.3, 0);

/** AAPL and XOM have one issuer; PFE and later ones none. */
const issued: Situation = {
  ...situation,
  universe: {
    assets: situation.universe.assets.map((asset, position) =>
      position > 2 ? asset : { ...asset, issuer: position < 2 ? 'One' : 'Two' },
    ),
  },
};

/** GLD is a fund: half AAPL, 30 % of a bond of the issuer Two, the rest its own. */
const bond = { id: 'TWO-2030', issuer: 'Two', groups: {} };
const funded: Situation = {
  ...issued,
  universe: {
    assets: issued.universe.assets.map((asset) => {
      if (asset.id !== 'GLD') return asset;
      const holdings = [
        { asset: issued.universe.assets[0]!, weight: 0.5 },
        { asset: bond, weight: 0.3 },
      ];
      return { ...asset, holdings };
    }),
  },
};

describe('concentration in funds', () => {
  const half = holdingsOf(0.2, 0, 0.3, 0, 0, 0.5);

  it('is seen through them when that is asked for', () => {
    const seen = (lookThrough: boolean, by: 'asset' | 'issuer'): number[] =>
      [1, 2, 3].map((count) => {
        const [verdict] = topHoldings.check({ count, max: 1, by, lookThrough }, half, funded);
        return Number(verdict!.value.toFixed(12));
      });
    expect(seen(false, 'asset')).to.deep.equal([0.5, 0.8, 1]);
    // AAPL 0.2 + 0.25, SAP 0.3, the bond 0.15, the fund itself 0.1.
    expect(seen(true, 'asset')).to.deep.equal([0.45, 0.75, 0.9]);
    // One 0.45, Two 0.3 + 0.15, the fund itself 0.1.
    expect(seen(true, 'issuer')).to.deep.equal([0.45, 0.9, 1]);
    const [index] = herfindahl.check({ max: 1, by: 'issuer', lookThrough: true }, half, funded);
    expect(index?.value).to.be.closeTo(Math.sqrt(2 * 0.45 ** 2 + 0.1 ** 2), 1e-15);
  });

  it('counts what funds hold among what there is', () => {
    const lookThrough = true;
    expect(topHoldings.admit({ count: 7, max: 0.5, lookThrough }, funded)).to.deep.equal([]);
    expect(fieldsOf(topHoldings.admit({ count: 8, max: 0.5, lookThrough }, funded))).to.deep.equal(['count']);
  });
});

describe('the Herfindahl index', () => {
  it('is measured by its root: the length of the weights, or of the totals of parts', () => {
    const [verdict] = herfindahl.check({ max: 0.25 }, held, situation);
    expect(verdict?.value).to.be.closeTo(Math.sqrt(0.16 + 0.01 + 0.04 + 0.01 + 0.09), 1e-15);
    expect(verdict?.upper).to.equal(0.5);
    expect(verdict?.text).to.equal('Herfindahl index of assets at most 0.25, as the root of the index at most 0.5');
    // Issuers One 0.5, Two 0.2, and three assets by themselves.
    const [parts] = herfindahl.check({ max: 0.25, by: 'issuer' }, held, issued);
    expect(parts?.value).to.be.closeTo(Math.sqrt(0.25 + 0.04 + 0.01 + 0.09), 1e-15);
  });

  it('is the other side of the effective number', () => {
    const [verdict] = herfindahl.check({ effectiveNumberMin: 4 }, holdingsOf(0.25, 0.25, 0.25, 0.25, 0, 0), situation);
    expect(verdict?.slack).to.be.closeTo(0, 1e-15);
    expect(verdict?.text).to.contain('effective number of assets at least 4');
    const [norm] = herfindahl.lower({ effectiveNumberMin: 4 }, situation, originOf).norms ?? [];
    expect(norm?.bound).to.equal(0.5);
    expect(norm?.operator.kind).to.equal('diagonal');
  });

  it('needs no covariance, and one of its two limits', () => {
    expect(herfindahl.needs?.({ max: 0.2 })).to.deep.equal([]);
    expect(fieldsOf(herfindahl.admit({}, situation))).to.deep.equal(['']);
    expect(fieldsOf(herfindahl.admit({ max: 0.2, effectiveNumberMin: 5 }, situation))).to.deep.equal(['']);
    expect(fieldsOf(herfindahl.admit({ max: 0 }, situation))).to.deep.equal(['max']);
    expect(fieldsOf(herfindahl.admit({ effectiveNumberMin: 0.5 }, situation))).to.deep.equal(['effectiveNumberMin']);
    expect(fieldsOf(herfindahl.admit({ max: 0.2, by: 'issuer' }, situation))).to.deep.equal(['by']);
    expect(fieldsOf(herfindahl.admit({ max: 0.2, by: 'group' }, situation))).to.deep.equal(['taxonomy']);
    expect(fieldsOf(herfindahl.admit({ max: 0.2, by: 'group', taxonomy: 'none' }, situation))).to.deep.equal([
      'taxonomy',
    ]);
    expect(fieldsOf(herfindahl.admit({ max: 0.2, taxonomy: 'theme' }, situation))).to.deep.equal(['taxonomy']);
  });
});

describe('the largest holdings', () => {
  it('are added up after sorting by weight, short ones last', () => {
    const valueOf = (count: number): number => topHoldings.check({ count, max: 1 }, held, situation)[0]!.value;
    expect([1, 2, 3, 6].map((count) => Number(valueOf(count).toFixed(12)))).to.deep.equal([0.4, 0.7, 0.9, 0.9]);
    const [issuers] = topHoldings.check({ count: 1, max: 0.4, by: 'issuer' }, held, issued);
    expect(issuers?.value).to.be.closeTo(0.5, 1e-15);
    expect(issuers?.text).to.equal('1 largest issuers together at most 40 %');
  });

  it('are the tail over one scenario by part', () => {
    const [tail] = topHoldings.lower({ count: 3, max: 0.6 }, situation, originOf).tails ?? [];
    expect(tail).to.include({ kind: 'cvar', level: 0.5 });
    expect(tail?.bound).to.be.closeTo(0.2, 1e-15);
    expect(tail?.scenarios).to.have.length(36);
    const [parts] = topHoldings.lower({ count: 1, max: 0.6, by: 'issuer' }, issued, originOf).tails ?? [];
    expect([...parts!.scenarios.slice(0, 6)]).to.deep.equal([-1, -1, 0, 0, 0, 0]);
    expect(parts?.scenarios).to.have.length(5 * 6);
  });

  it('cannot be more than there are', () => {
    expect(fieldsOf(topHoldings.admit({ count: 7, max: 0.5 }, situation))).to.deep.equal(['count']);
    expect(fieldsOf(topHoldings.admit({ count: 6, max: 0.5, by: 'issuer' }, issued))).to.deep.equal(['count']);
    expect(fieldsOf(topHoldings.admit({ count: 1.5, max: 50 }, situation))).to.deep.equal(['max', 'count']);
  });
});

describe('the rule 5/10/40', () => {
  const rule = { eachMax: 0.3, threshold: 0.1, totalMax: 0.5 };

  it('adds up the issuers above the threshold, and not those that stand at it', () => {
    const verdicts = concentration.check(rule, holdingsOf(0.15, 0.05, 0.1, 0.2, 0.1, 0.2), issued);
    const last = verdicts.at(-1);
    expect(last?.text).to.equal('issuers above 10 % together at most 50 %');
    // One 0.2, PFE 0.2 and GLD 0.2; Two and BUND stand at the threshold.
    expect(last?.value).to.be.closeTo(0.6, 1e-15);
    expect(verdicts.find(({ text }) => text === 'issuer One at most 30 %')?.value).to.be.closeTo(0.2, 1e-15);
  });

  it('allows no short position, and limits each issuer', () => {
    const lowered = concentration.lower(rule, issued, originOf);
    expect(lowered.bounds?.map(({ origin }) => origin.text)).to.deep.equal([
      'weight of AAPL at least 0 %',
      'weight of XOM at least 0 %',
      'weight of SAP between 0 % and 30 %',
      'weight of PFE between 0 % and 30 %',
      'weight of BUND between 0 % and 30 %',
      'weight of GLD between 0 % and 30 %',
    ]);
    expect(lowered.rows?.map(({ origin }) => origin.text)).to.deep.equal(['issuer One at most 30 %']);
    expect(lowered.concentrations?.[0]?.groups.map((group) => [...group])).to.deep.equal([[0, 1], [2], [3], [4], [5]]);
  });

  it('is by issuer unless told otherwise, and says so when none is known', () => {
    expect(fieldsOf(concentration.admit(rule, situation))).to.deep.equal(['by']);
    expect(concentration.admit({ ...rule, by: 'asset' }, situation)).to.deep.equal([]);
    expect(fieldsOf(concentration.admit({ ...rule, threshold: 0.4 }, issued))).to.deep.equal(['threshold']);
    expect(fieldsOf(concentration.admit({ eachMax: 10, threshold: 5, totalMax: 40 }, issued))).to.deep.equal([
      'eachMax',
      'threshold',
      'totalMax',
    ]);
  });
});
