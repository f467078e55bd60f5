import { expect } from 'chai';
import { answerOn, named, verdictOf } from '../../support/answers.ts';
import { vectorOf } from '../../support/optimization.ts';

const longOnly = named('long-only', 'bounds', { all: { min: 0 } });

describe('limits on tails', () => {
  it('are priced: a little more room lowers the objective by the price of it', async () => {
    const ask = (max: number) => answerOn([longOnly, named('two', 'top-holdings', { count: 2, max })]);
    const answer = await ask(0.8);
    const verdict = verdictOf(answer, 'two');
    expect(verdict).to.include({ binding: 'max', upper: 0.8 });
    const step = 1e-4;
    const [less, more] = [await ask(0.8 - step), await ask(0.8 + step)];
    expect(verdict.shadowPrice).to.be.closeTo((less.objective - more.objective) / (2 * step), 1e-6);
  });

  it('give way by priority, and are repaired in the unit that they are stated in', async () => {
    const three = named('largest', 'top-holdings', { count: 2, max: 0.5 }, 3);
    const conflict = await answerOn([longOnly, three]);
    expect(conflict.termination).to.equal('infeasible');
    expect(conflict.conflict?.repairs?.[0]?.needed).to.be.closeTo(2 / 3, 1e-5);
    const relaxed = await answerOn([longOnly, three], true);
    expect(relaxed.termination).to.equal('optimal');
    const verdict = verdictOf(relaxed, 'largest');
    expect(verdict.relaxedUpper).to.be.closeTo(2 / 3, 1e-4);
    expect(verdict.value).to.be.at.most((verdict.relaxedUpper ?? 0) + 1e-9);
  });
});

describe('limits that only short positions move', () => {
  const shorts = named('within', 'bounds', { all: { min: -0.5, max: 1.5 } });
  const falling = { expectedReturns: { values: vectorOf([0.06, 0.07, -0.1]), period: 'annual' as const } };

  it('are priced where nothing is short yet', async () => {
    const ask = (max: number) => answerOn([shorts, named('short', 'short-exposure', { max })], false, falling);
    const answer = await ask(0.02);
    const verdict = verdictOf(answer, 'short');
    expect(verdict).to.include({ binding: 'max', upper: 0.02 });
    const step = 1e-4;
    const [less, more] = [await ask(0.02 - step), await ask(0.02 + step)];
    expect(verdict.shadowPrice).to.be.closeTo((less.objective - more.objective) / (2 * step), 1e-4);
  });

  it('give way by priority', async () => {
    const pinned = named('pinned', 'bounds', { assets: { GOLD: { max: -0.2 } } });
    const answer = await answerOn([shorts, pinned, named('short', 'short-exposure', { max: 0.1 }, 2)], true);
    expect(answer.termination).to.equal('optimal');
    expect(verdictOf(answer, 'short').relaxedUpper).to.be.closeTo(0.2, 1e-4);
  });
});
