import { expect } from 'chai';
import type { ConstraintDraft } from '../../../src/optimization/draft.ts';
import { answerOn, named, verdictOf } from '../../support/answers.ts';

const longOnly = named('long-only', 'bounds', { all: { min: 0 } });

/** The fall of the objective per unit when the one bound of the constraint goes from `bound - step` to `bound + step`. */
async function measuredPrice(
  constraintAt: (bound: number) => ConstraintDraft,
  bound: number,
  outward: 1 | -1 = 1,
): Promise<number> {
  const step = 1e-4 * Math.max(bound, 0.1);
  const [tighter, looser] = [
    await answerOn([longOnly, constraintAt(bound - outward * step)]),
    await answerOn([longOnly, constraintAt(bound + outward * step)]),
  ];
  expect(tighter.termination).to.equal('optimal');
  return (tighter.objective - looser.objective) / (2 * step);
}

const cases: readonly {
  readonly title: string;
  readonly at: (bound: number) => ConstraintDraft;
  readonly bound: number;
  readonly side?: 'min';
}[] = [
  { title: 'a row', at: (max) => named('it', 'sector', { Technology: { max } }), bound: 0.3 },
  {
    title: 'the lower side of a row',
    at: (min) => named('it', 'sector', { Metals: { min } }),
    bound: 0.4,
    side: 'min',
  },
  { title: 'a row that counts cash', at: (min) => named('it', 'cash', { min }), bound: 0.1, side: 'min' },
  {
    title: 'an annual volatility',
    at: (max) => named('it', 'volatility', { max, period: 'annual' }),
    bound: 0.12,
  },
  { title: 'a monthly volatility', at: (max) => named('it', 'volatility', { max, period: 'monthly' }), bound: 0.035 },
  {
    title: 'a daily tracking error',
    at: (max) => named('it', 'tracking-error', { max, period: 'daily', definition: 'ex-ante' }),
    bound: 0.0015,
  },
  { title: 'a turnover', at: (max) => named('it', 'turnover', { definition: 'half-sum', max }), bound: 0.05 },
  { title: 'an average trade', at: (max) => named('it', 'turnover', { definition: 'average', max }), bound: 0.04 },
  { title: 'a bound', at: (max) => named('it', 'bounds', { assets: { EQUITY: { max } } }), bound: 0.35 },
  {
    title: 'a bound relative to the benchmark',
    at: (max) => named('it', 'bounds', { relativeTo: 'benchmark', assets: { EQUITY: { max } } }),
    bound: 0.02,
  },
];

describe('shadow prices', () => {
  for (const { title, at, bound, side } of cases)
    it(`of ${title} is what the objective gains per unit in the unit of the verdict`, async () => {
      const answer = await answerOn([longOnly, at(bound)]);
      const verdict = verdictOf(answer, 'it');
      const measured = await measuredPrice(at, bound, side === 'min' ? -1 : 1);
      expect(measured).to.be.greaterThan(1e-4);
      expect(verdict.shadowPrice).to.be.closeTo(measured, 1e-4 * Math.max(1, measured));
      expect(verdict.binding).to.equal(side ?? 'max');
    });

  it('of one part that limits an asset both ways is that of the side which binds', async () => {
    const at = (max: number): ConstraintDraft => named('it', 'turnover', { definition: 'per-asset', max });
    const answer = await answerOn([longOnly, at(0.05)]);
    const step = 1e-5;
    const gains = (await answerOn([longOnly, at(0.05 - step)])).objective;
    const total = (gains - (await answerOn([longOnly, at(0.05 + step)])).objective) / (2 * step);
    const prices = (answer.certificate?.constraints ?? []).filter((verdict) => verdict.constraintId === 'it');
    expect(prices).to.have.length(3);
    const sum = prices.reduce((prior, verdict) => prior + (verdict.shadowPrice ?? Number.NaN), 0);
    expect(sum).to.be.closeTo(total, 1e-4);
  });

  it('are 0 where nothing binds, and where another restriction states the same bound', async () => {
    const roomy = await answerOn([longOnly, named('it', 'volatility', { max: 0.9, period: 'annual' })]);
    expect(verdictOf(roomy, 'it').shadowPrice).to.equal(0);
    expect(verdictOf(roomy, 'it')).not.to.have.property('binding');
    const twice = await answerOn([
      longOnly,
      named('one', 'bounds', { assets: { EQUITY: { max: 0.35 } } }),
      named('two', 'bounds', { assets: { EQUITY: { max: 0.35 } } }),
    ]);
    expect(verdictOf(twice, 'one').shadowPrice).to.equal(0);
    expect(verdictOf(twice, 'two').shadowPrice).to.equal(0);
  });
});
