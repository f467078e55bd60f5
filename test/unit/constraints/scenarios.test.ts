import { expect } from 'chai';

import { cvar } from '../../../src/constraints/cvar.ts';
import { drawdown } from '../../../src/constraints/drawdown.ts';
import { meanAbsoluteDeviation } from '../../../src/constraints/mean-absolute-deviation.ts';
import type { Situation } from '../../../src/problem/situation.ts';
import { Fault } from '../../../src/values/fault.ts';
import { bare, fieldsOf, holdingsOf, originOf, situation } from './fixture.ts';

/** Results of all in AAPL: 10, -20, 5, -10 and 15 %; of all in XOM the first minus 1 %. */
const aapl = [0.1, -0.2, 0.05, -0.1, 0.15];
const returns = Float64Array.from(aapl.flatMap((value) => [value, value - 0.01, 0, 0, 0, 0]));
const scenarios = { count: 5, returns, periodsPerYear: 12, isPath: true };
const market: Situation = { ...situation, scenarios };
const likely: Situation = {
  ...situation,
  scenarios: { ...scenarios, probabilities: Float64Array.of(0.5, 0.05, 0.2, 0.05, 0.2) },
};
const all = holdingsOf(1, 0, 0, 0, 0, 0);
const half = holdingsOf(0.5, 0, 0, 0, 0, 0);

describe('the limit on CVaR', () => {
  it('measures the mean of the worst share, the scenario at its boundary in part', () => {
    const valueAt = (level: number, holdings = all, where = market): number =>
      cvar.check({ max: 0.1, level }, holdings, where)[0]!.value;
    expect(valueAt(0.8)).to.be.closeTo(0.2, 1e-15);
    expect(valueAt(0.6)).to.be.closeTo((0.2 + 0.1) / 2, 1e-15);
    // The worst 30 %: a fifth with 20 % and a tenth with 10 %.
    expect(valueAt(0.7)).to.be.closeTo((0.2 * 0.2 + 0.1 * 0.1) / 0.3, 1e-15);
    expect(valueAt(1)).to.be.closeTo(0.2, 1e-15);
    expect(valueAt(0.8, half)).to.be.closeTo(0.1, 1e-15);
    // The worst 20 % by probability: 5 % with 20, 5 % with 10 and 10 % with -5 %.
    expect(valueAt(0.8, all, likely)).to.be.closeTo((0.05 * 0.2 + 0.05 * 0.1 - 0.1 * 0.05) / 0.2, 1e-15);
  });

  it('measures the loss against the benchmark when it is relative to it', () => {
    const ahead: Situation = { ...market, benchmark: Float64Array.of(0, 1, 0, 0, 0, 0) };
    const [verdict] = cvar.check({ max: 0, level: 0.9, relativeTo: 'benchmark' }, all, ahead);
    expect(verdict?.value).to.be.closeTo(-0.01, 1e-15);
    expect(verdict?.text).to.equal('CVaR at 90 % relative to the benchmark at most 0 %');
    const [tail] = cvar.lower({ max: 0, level: 0.9, relativeTo: 'benchmark' }, ahead, originOf).tails ?? [];
    expect(tail).to.include({ kind: 'cvar', level: 0.9, bound: 0, centre: ahead.benchmark, scenarios: returns });
  });

  it('hands probabilities on, and asks for scenarios by name where there are none', () => {
    expect(cvar.lower({ max: 0.1, level: 0.9 }, likely, originOf).tails?.[0]?.probabilities).to.equal(
      likely.scenarios?.probabilities,
    );
    expect(cvar.needs?.({ max: 0.1, level: 0.9 })).to.deep.equal(['scenarios']);
    expect(() => cvar.lower({ max: 0.1, level: 0.9 }, bare, originOf)).to.throw(
      Fault,
      'the CVaR limit needs scenarios',
    );
  });

  it('refuses the share of the tail in place of the level, and percentages', () => {
    const [violation] = cvar.admit({ max: 0.1, level: 0.05 }, market);
    expect(violation).to.include({ field: 'level' });
    expect(violation?.description).to.contain('which would speak of the worst 95 %');
    expect(fieldsOf(cvar.admit({ max: 5, level: 95 }, market))).to.deep.equal(['max', 'level']);
    expect(fieldsOf(cvar.admit({ max: 0.1, level: 0.9, relativeTo: 'benchmark' }, bare))).to.deep.equal(['relativeTo']);
    expect(cvar.admit({ max: -0.01, level: 0.5 }, market)).to.deep.equal([]);
  });
});

describe('the limit on drawdown', () => {
  const valueOf = (parameters: Parameters<typeof drawdown.check>[0], holdings = all): number =>
    drawdown.check(parameters, holdings, market)[0]!.value;

  it('measures how far the running sum lies below its highest value', () => {
    // Sums 10, -10, -5, -15, 0 %; drawdowns 0, 20, 15, 25, 10 %.
    expect(valueOf({ measure: 'maximum', max: 0.1 })).to.be.closeTo(0.25, 1e-15);
    expect(valueOf({ measure: 'average', max: 0.1 })).to.be.closeTo(0.14, 1e-15);
    expect(valueOf({ measure: 'cdar', level: 0.6, max: 0.1 })).to.be.closeTo(0.225, 1e-15);
    expect(valueOf({ measure: 'maximum', max: 0.1 }, half)).to.be.closeTo(0.125, 1e-15);
  });

  it('counts the start as a high', () => {
    const falling = { ...market, scenarios: { ...scenarios, count: 1, returns: returns.slice(6, 12) } };
    expect(drawdown.check({ measure: 'maximum', max: 0.1 }, all, falling)[0]?.value).to.be.closeTo(0.2, 1e-15);
  });

  it('lowers each measure to its level', () => {
    const levelOf = (parameters: Parameters<typeof drawdown.check>[0]): number | undefined =>
      drawdown.lower(parameters, market, originOf).tails?.[0]?.level;
    expect(levelOf({ measure: 'maximum', max: 0.1 })).to.equal(1);
    expect(levelOf({ measure: 'average', max: 0.1 })).to.equal(0);
    expect(levelOf({ measure: 'cdar', level: 0.9, max: 0.1 })).to.equal(0.9);
  });

  it('needs a path of equally likely scenarios', () => {
    const lowered = (scenarioSet: Situation) => () =>
      drawdown.lower({ measure: 'average', max: 0.1 }, scenarioSet, originOf);
    expect(drawdown.needs?.({ measure: 'average', max: 0.1 })).to.deep.equal(['path-scenarios']);
    expect(lowered({ ...market, scenarios: { ...scenarios, isPath: false } })).to.throw(Fault, 'follow each other');
    expect(lowered(likely)).to.throw(Fault, 'equally likely');
  });

  it('asks for a level with cdar and refuses it elsewhere', () => {
    expect(fieldsOf(drawdown.admit({ measure: 'cdar', max: 0.1 }, market))).to.deep.equal(['level']);
    expect(fieldsOf(drawdown.admit({ measure: 'maximum', level: 0.9, max: -0.1 }, market))).to.deep.equal([
      'max',
      'level',
    ]);
    expect(drawdown.admit({ measure: 'cdar', level: 0.9, max: 0 }, market)).to.deep.equal([]);
  });
});

describe('the limit on mean absolute deviation', () => {
  it('measures the mean distance from the mean result, by probability', () => {
    // Mean 0.
    const valueIn = (where: Situation): number => meanAbsoluteDeviation.check({ max: 0.1 }, all, where)[0]!.value;
    expect(valueIn(market)).to.be.closeTo(0.12, 1e-15);
    // Mean 0.05 - 0.01 + 0.01 - 0.005 + 0.03 = 0.075.
    const expected = 0.5 * 0.025 + 0.05 * 0.275 + 0.2 * 0.025 + 0.05 * 0.175 + 0.2 * 0.075;
    expect(valueIn(likely)).to.be.closeTo(expected, 1e-15);
  });

  it('refuses negative limits', () => {
    expect(fieldsOf(meanAbsoluteDeviation.admit({ max: -0.1 }, market))).to.deep.equal(['max']);
    expect(meanAbsoluteDeviation.needs?.({ max: 0.1 })).to.deep.equal(['scenarios']);
  });
});
