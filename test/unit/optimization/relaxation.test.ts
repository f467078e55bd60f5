import { expect } from 'chai';
import type { ConstraintDraft } from '../../../src/optimization/draft.ts';
import { answerOn, named, verdictOf } from '../../support/answers.ts';

const longOnly = named('long-only', 'bounds', { all: { min: 0 } });

describe('the repair of a conflict', () => {
  it('is told in the units and words of the client, and suffices', async () => {
    const constraints = (max: number): ConstraintDraft[] => [
      named('tech', 'sector', { Technology: { max } }),
      named('others', 'bounds', { all: { min: 0 }, assets: { BOND: { max: 0.4 }, GOLD: { max: 0.3 } } }),
    ];
    const { conflict, termination } = await answerOn(constraints(0.2));
    expect(termination).to.equal('infeasible');
    // A tenth is missing. A quarter more BOND, a third more GOLD or half more EQUITY would do: BOND is the cheapest.
    expect(conflict?.repairs).to.have.length(1);
    const [repair] = conflict?.repairs ?? [];
    expect(repair).to.include({
      constraintId: 'others',
      bound: 'max',
      current: 0.4,
      unit: 'fraction of net asset value',
      description: 'raise the maximum of weight of BOND between 0 % and 40 % to 50 %',
    });
    expect(repair?.needed).to.be.closeTo(0.5, 1e-6);
    expect(repair?.needed).to.be.greaterThan(0.5);
  });

  it('names what a turnover limit would have to be, and a volatility of a month in its own unit', async () => {
    const turnover = await answerOn([
      longOnly,
      named('trades', 'turnover', { definition: 'half-sum', max: 0.4 }),
      named('gold', 'bounds', { assets: { GOLD: { min: 0.5, max: 0.5 } } }),
    ]);
    const lines = (turnover.conflict?.repairs ?? []).map(({ description }) => description);
    expect(lines).to.deep.equal(['lower the minimum of weight of GOLD exactly 50 % to 40 %']);
    const calm = await answerOn([
      longOnly,
      named('calm', 'volatility', { max: 0.02, period: 'monthly' }),
      named('gold', 'exclusion', { assets: ['GOLD'] }),
      named('bond', 'exclusion', { assets: ['BOND'] }),
    ]);
    // All in EQUITY has 20 % a year. BOND is priced by 1 % of weight, so the volatility gives way.
    const [repair, ...rest] = calm.conflict?.repairs ?? [];
    expect(rest).to.have.length(0);
    expect(repair).to.include({ constraintId: 'calm', unit: 'monthly volatility' });
    expect(repair?.needed).to.be.closeTo(0.2 / Math.sqrt(12), 1e-6);
  });

  it('leaves full investment alone unless the client stated it', async () => {
    const low = named('low', 'bounds', { all: { min: 0, max: 0.3 } });
    const byDefault = await answerOn([low]);
    expect(byDefault.conflict?.repairs?.map(({ constraintId }) => constraintId)).to.deep.equal(['low', 'low', 'low']);
    const stated = await answerOn([low, named('all-in', 'budget', { min: 1, max: 1 })]);
    expect(stated.conflict?.repairs?.map(({ description }) => description)).to.deep.equal([
      'lower the minimum of invested exactly 100 % to 90 %',
    ]);
  });
});

describe('relaxation by priority', () => {
  const ask = (tech: number, bond: number, gold: number): ConstraintDraft[] => [
    longOnly,
    named('tech', 'sector', { Technology: { max: 0.2 } }, tech),
    named('bond', 'bounds', { assets: { BOND: { max: 0.4 } } }, bond),
    named('gold', 'bounds', { assets: { GOLD: { max: 0.3 } } }, gold),
  ];

  it('happens only when it is asked for and needed', async () => {
    expect((await answerOn(ask(5, 4, 0))).termination).to.equal('infeasible');
    const fine = await answerOn([longOnly, named('tech', 'sector', { Technology: { max: 0.2 } }, 5)], true);
    expect(fine.termination).to.equal('optimal');
    expect(fine).not.to.have.property('relaxations');
  });

  it('relaxes the highest number, as little as needed, and tells the bound stated and used', async () => {
    const answer = await answerOn(ask(5, 4, 0), true);
    expect(answer.termination).to.equal('optimal');
    expect(answer.certificate?.passed).to.equal(true);
    expect(answer.relaxations).to.have.length(1);
    const [line] = answer.relaxations ?? [];
    expect(line).to.include({ constraintId: 'tech', bound: 'max', stated: 0.2, priority: 5 });
    expect(line?.description).to.equal('raise sector Technology at most 20 % to 30 %');
    expect(line?.used).to.be.closeTo(0.3, 1e-6);
    const verdict = verdictOf(answer, 'tech');
    expect(verdict).to.include({ upper: 0.2, relaxedUpper: line?.used });
    expect(verdict.slack).to.be.closeTo(-0.1, 1e-6);
    expect(verdictOf(answer, 'bond')).not.to.have.property('relaxedUpper');
  });

  it('goes on to lower numbers only as far as the higher ones do not suffice', async () => {
    const answer = await answerOn(
      [
        longOnly,
        named('half', 'bounds', { assets: { EQUITY: { max: 0.25 } } }, 0),
        named('bond', 'bounds', { assets: { BOND: { max: 0.4 } } }, 2),
        named('gold', 'bounds', { assets: { GOLD: { max: 0.3 } } }, 4),
        named('little', 'linear', { coefficients: { GOLD: 1 }, max: 0.32 }, 0),
      ],
      true,
    );
    const used = (answer.relaxations ?? []).map(({ constraintId, used: bound }) => [constraintId, bound.toFixed(5)]);
    expect(used).to.deep.equal([
      ['bond', '0.43000'],
      ['gold', '0.32000'],
    ]);
  });

  it('keeps the conflict, with its repair, when only constraints of priority 0 stand against each other', async () => {
    const answer = await answerOn(ask(0, 0, 0), true);
    expect(answer.termination).to.equal('infeasible');
    expect(answer).not.to.have.property('relaxations');
    expect(answer.conflict?.members.map(({ constraintId }) => constraintId)).to.include('tech');
    expect(answer.conflict?.repairs?.map(({ constraintId }) => constraintId)).to.deep.equal(['bond']);
  });

  it('relaxes the size of single trades both ways, and the part of a list that has to', async () => {
    const answer = await answerOn(
      [
        longOnly,
        named('steps', 'turnover', { definition: 'per-asset', max: 0.1 }, 5),
        named('gold', 'bounds', { assets: { GOLD: { min: 0.25 }, EQUITY: { min: 0.6 } } }),
      ],
      true,
    );
    // GOLD has to be bought from 0 to 25 %, and BOND sold from 33.3 % to 15 %.
    expect(answer.certificate?.passed).to.equal(true);
    expect(answer.relaxations?.map(({ description }) => description)).to.deep.equal([
      'raise turnover of BOND at most 10 % to 18.334 %',
      'raise turnover of GOLD at most 10 % to 25 %',
    ]);
    const bought = await answerOn(
      [
        longOnly,
        named('hold', 'no-buy', { everything: true }, 2),
        named('equity', 'bounds', { assets: { EQUITY: { max: 0.5 } } }, 1),
        named('bond', 'bounds', { assets: { BOND: { max: 0.4 } } }),
      ],
      true,
    );
    // A sixth of all is free once EQUITY is cut to half; what it goes to is not said, only how much has to give way in all.
    const given = (bought.relaxations ?? []).reduce((sum, { used, stated }) => sum + used - stated, 0);
    expect(given).to.be.closeTo(1 / 6, 1e-6);
    expect(bought.relaxations?.map(({ constraintId }) => constraintId)).to.include('hold');
    expect(bought.relaxations?.map(({ constraintId }) => constraintId)).not.to.include('equity');
  });

  it('relaxes a limit on volatility to what the others allow', async () => {
    const answer = await answerOn(
      [
        longOnly,
        named('calm', 'volatility', { max: 0.1, period: 'annual' }, 3),
        named('earn', 'linear', { coefficients: { BOND: 0.02, EQUITY: 0.12, GOLD: 0.05 }, min: 0.1 }),
      ],
      true,
    );
    expect(answer.certificate?.passed).to.equal(true);
    const [line] = answer.relaxations ?? [];
    expect(line).to.include({ constraintId: 'calm', unit: 'annual volatility' });
    expect(answer.volatilityAnnual).to.be.closeTo(line?.used ?? 0, 1e-6);
  });
});
