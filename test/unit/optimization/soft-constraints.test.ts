/** Soft constraints through admission, lowering, solve and verdicts; penalties in the unit of the verdict. */
import { expect } from 'chai';
import type { ConstraintDraft } from '../../../src/optimization/draft.ts';
import { softened } from '../../../src/optimization/restrictions-soft.ts';
import type { AppliedConstraint } from '../../../src/optimization/restrictions.ts';
import type { Situation } from '../../../src/problem/situation.ts';
import { Fault } from '../../../src/values/fault.ts';
import { answerOn, named, verdictOf } from '../../support/answers.ts';
import { originOf, universeOf } from '../../support/problems.ts';

const longOnly = named('long-only', 'bounds', { all: { min: 0 } });

const cases: Readonly<Record<string, ConstraintDraft>> = {
  'a row': named('it', 'sector', { Technology: { max: 0.3 } }),
  'the lower side of a row': named('it', 'sector', { Metals: { min: 0.4 } }),
  'a row that counts cash': named('it', 'cash', { min: 0.1 }),
  'an annual volatility': named('it', 'volatility', { max: 0.12, period: 'annual' }),
  'a monthly volatility': named('it', 'volatility', { max: 0.035, period: 'monthly' }),
  'a turnover': named('it', 'turnover', { definition: 'half-sum', max: 0.05 }),
  'an average trade': named('it', 'turnover', { definition: 'average', max: 0.04 }),
  'a bound': named('it', 'bounds', { assets: { EQUITY: { max: 0.35 } } }),
};

describe('a soft constraint', () => {
  for (const [title, constraint] of Object.entries(cases))
    it(`on ${title} is broken at its penalty below the shadow price of the hard one, and has its answer above`, async () => {
      const hard = await answerOn([longOnly, constraint]);
      const price = verdictOf(hard, 'it').shadowPrice!;
      expect(price).to.be.greaterThan(1e-4);
      const cheap = await answerOn([longOnly, { ...constraint, penalty: price / 2 }]);
      expect(cheap.termination).to.equal('optimal');
      expect(cheap.certificate?.passed).to.equal(true);
      const broken = verdictOf(cheap, 'it');
      expect(broken.softPenalty).to.equal(price / 2);
      expect(broken.excess).to.be.greaterThan(1e-5);
      expect(broken.excess).to.be.closeTo(-broken.slack, 1e-15);
      expect(broken.shadowPrice).to.be.closeTo(price / 2, 1e-6 * price);
      const dear = await answerOn([longOnly, { ...constraint, penalty: 2 * price }]);
      const held = verdictOf(dear, 'it');
      expect(held.excess).to.be.closeTo(0, 1e-8);
      expect(held.shadowPrice).to.be.closeTo(price, 1e-5 * price);
      dear.weights.forEach(({ weight }, i) => expect(weight).to.be.closeTo(hard.weights[i]!.weight, 1e-6));
    });

  it('pays in the unit of its verdict', async () => {
    const [annual, monthly] = [cases['an annual volatility']!, cases['a monthly volatility']!];
    const penalty = verdictOf(await answerOn([longOnly, monthly]), 'it').shadowPrice! / 2;
    const byMonth = await answerOn([longOnly, { ...monthly, penalty }]);
    const max = 0.035 * Math.sqrt(12);
    const sameByYear = named('it', 'volatility', { max, period: 'annual' });
    const byYear = await answerOn([longOnly, { ...sameByYear, penalty: penalty / Math.sqrt(12) }]);
    expect(byYear.objective).to.be.closeTo(byMonth.objective, 1e-9);
    expect(annual.penalty).to.equal(undefined);
  });

  it('that contradicts a hard one gives way, and so there is no conflict', async () => {
    const most = named('most', 'sector', { Technology: { max: 0.2 } });
    const least = named('least', 'sector', { Technology: { min: 0.5 } });
    expect((await answerOn([longOnly, most, least])).termination).to.equal('infeasible');
    const answer = await answerOn([longOnly, { ...most, penalty: 1 }, least]);
    expect(answer.termination).to.equal('optimal');
    expect(verdictOf(answer, 'most').excess).to.be.greaterThan(0.29);
    expect(verdictOf(answer, 'least')).to.not.have.property('excess');
  });

  it('is no member of a conflict among hard ones', async () => {
    const soft = { ...named('soft', 'sector', { Technology: { max: 0.2 } }), penalty: 1 };
    const most = named('most', 'sector', { Metals: { max: 0.2 } });
    const least = named('least', 'sector', { Metals: { min: 0.5 } });
    const { conflict } = await answerOn([longOnly, soft, most, least]);
    expect(conflict?.members.map(({ constraintId }) => constraintId)).to.deep.equal(['most', 'least']);
    expect(conflict?.repairs?.map(({ constraintId }) => constraintId)).to.not.include('soft');
  });

  it('is refused by the path of its penalty when part of it can only hold or not', () => {
    const situation = { universe: universeOf(2), current: new Float64Array(2), cashCurrent: 1 } as Situation;
    const origin = originOf('it');
    const domains = [{ position: 0, intervals: [[0, 0] as const, [0.1, 1] as const], origin }];
    const stated = { id: 'it', name: 'it', type: 'holding', parameters: {}, field: 'constraints[4]', penalty: 1 };
    const handler = { check: () => [] } as unknown as AppliedConstraint['handler'];
    const lots = [{ position: 0, base: 0, step: 0.01, origin }];
    const refused = (): unknown => softened({ stated, handler, lowered: { domains, lots } }, 1, situation);
    expect(refused)
      .to.throw(Fault)
      .that.deep.include({
        violations: [
          {
            field: 'constraints[4].penalty',
            description: 'cannot be given: a gap in the weights and round lots cannot be soft',
            reason: 'CONSTRAINT_INVALID',
          },
        ],
      });
  });
});
