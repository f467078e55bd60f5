import { expect } from 'chai';
import type { OptimizationAnswer } from '../../../src/optimization/answer.ts';
import type { ConstraintDraft } from '../../../src/optimization/draft.ts';
import { answerOn, named, verdictOf } from '../../support/answers.ts';

const longOnly = named('long-only', 'bounds', { all: { min: 0 } });
const explained = (constraints: readonly ConstraintDraft[]): Promise<OptimizationAnswer> =>
  answerOn(constraints, false, {}, { explainConstraints: true });

const cases: readonly { readonly title: string; readonly constraint: ConstraintDraft }[] = [
  { title: 'a row', constraint: named('it', 'sector', { Technology: { max: 0.3 } }) },
  { title: 'a volatility', constraint: named('it', 'volatility', { max: 0.12, period: 'annual' }) },
  { title: 'a turnover', constraint: named('it', 'turnover', { definition: 'half-sum', max: 0.05 }) },
  {
    title: 'bounds of several assets',
    constraint: named('it', 'bounds', { assets: { EQUITY: { max: 0.2 }, GOLD: { max: 0.1 } } }),
  },
  { title: 'a turnover of each asset', constraint: named('it', 'turnover', { definition: 'per-asset', max: 0.05 }) },
];

describe('the gain without a constraint', () => {
  for (const { title, constraint } of cases)
    it(`of ${title} is the difference to the objective of the same request without it`, async () => {
      const free = await answerOn([longOnly]);
      const answer = await explained([longOnly, constraint]);
      const gain = verdictOf(answer, 'it').gain ?? Number.NaN;
      expect(gain).to.be.greaterThan(1e-4);
      expect(gain).to.be.closeTo(answer.objective - free.objective, 1e-7);
      expect(answer).not.to.have.property('unexplained');
    });

  it('is told on the parts that bind and on no others, and not unless it is asked for', async () => {
    const constraints = [longOnly, named('it', 'bounds', { assets: { EQUITY: { max: 0.2 }, BOND: { max: 0.99 } } })];
    const answer = await explained(constraints);
    expect(verdictOf(answer, 'it', 'EQUITY').gain).to.be.greaterThan(0);
    expect(verdictOf(answer, 'it', 'BOND')).not.to.have.property('gain');
    expect(answer.certificate?.constraints[0]).to.include({ constraintId: 'budget' });
    expect(answer.certificate?.constraints[0]).not.to.have.property('gain');
    const silent = await answerOn(constraints);
    expect(JSON.stringify(silent)).not.to.include('gain');
    expect(silent).not.to.have.property('unexplained');
  });

  it('is 0 where another constraint states the same', async () => {
    const cap = { assets: { EQUITY: { max: 0.35 } } };
    const answer = await explained([longOnly, named('one', 'bounds', cap), named('two', 'bounds', cap)]);
    expect(verdictOf(answer, 'one').gain).to.be.closeTo(0, 1e-9);
    expect(verdictOf(answer, 'two').gain).to.be.closeTo(0, 1e-9);
  });

  it('is unbounded where the objective falls without end', async () => {
    // Without risk nothing but the budget holds the weights.
    const matrix = { rows: 3, columns: 3, values: new Array<number>(9).fill(0), packed: new Uint8Array(0) };
    const risk = { kind: 'covariance', matrix, period: 'annual', repair: false } as const;
    const budget = named('invested', 'budget', { max: 1 });
    const answer = await answerOn([longOnly, budget], false, { risk }, { explainConstraints: true });
    expect(answer.termination).to.equal('optimal');
    expect(verdictOf(answer, 'invested').gainUnbounded).to.equal(true);
    expect(verdictOf(answer, 'invested')).not.to.have.property('gain');
  });

  it('is not told, and the constraint named, when the run is stopped before', async () => {
    const constraints = [longOnly, named('it', 'sector', { Technology: { max: 0.3 } })];
    let looks = 0;
    const count = { explainConstraints: true, interrupted: () => (looks++, false) };
    await answerOn(constraints, false, {}, { ...count, explainConstraints: false });
    const needed = looks;
    looks = 0;
    const stopped = { explainConstraints: true, interrupted: () => looks++ >= needed };
    const answer = await answerOn(constraints, false, {}, stopped);
    expect(answer.termination).to.equal('optimal');
    expect(answer.unexplained).to.deep.equal(['it']);
    expect(verdictOf(answer, 'it')).not.to.have.property('gain');
    expect(answer.certificate?.passed).to.equal(true);
  });

  it('goes together with relaxation by priority', async () => {
    const constraints = [
      longOnly,
      named('tech', 'sector', { Technology: { max: 0.2 } }, 4),
      named('others', 'bounds', { assets: { BOND: { max: 0.4 }, GOLD: { max: 0.3 } } }),
    ];
    const answer = await answerOn(constraints, true, {}, { explainConstraints: true });
    expect(answer.relaxations).to.have.length(1);
    expect(verdictOf(answer, 'tech').gain).to.be.greaterThan(0);
  });
});

describe('a frontier', () => {
  it('relaxes by priority when it is asked to', async () => {
    const constraints = [
      longOnly,
      named('tech', 'sector', { Technology: { max: 0.2 } }, 4),
      named('others', 'bounds', { assets: { BOND: { max: 0.4 }, GOLD: { max: 0.3 } } }),
    ];
    const stuck = await answerOn(constraints, false, {}, { points: 5 });
    expect(stuck.termination).to.equal('infeasible');
    const answer = await answerOn(constraints, true, {}, { points: 5 });
    expect(answer.termination).to.equal('optimal');
    expect(answer.relaxations?.[0]).to.include({ constraintId: 'tech', stated: 0.2 });
  });
});
