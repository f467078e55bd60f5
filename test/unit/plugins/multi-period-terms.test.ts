import { expect } from 'chai';
import fc from 'fast-check';

import { liquidation } from '../../../plugins/multi-period/liquidation.ts';
import { recedingHorizon } from '../../../plugins/multi-period/receding-horizon.ts';
import type { PeriodsProblem } from '../../../src/problem/periods.ts';
import { SolverRegistry, runToEnd } from '../../../src/solvers/registry.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { eventsOf, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { groundOf, market, plannedOn } from '../../support/plans.ts';
import { lostToCentres, writtenOut } from '../../support/period-problems.ts';
import { originOf } from '../../support/problems.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const current = [0.3, 0.2, 0.1, 0.4];
const basic = { periods: 3, periodsPerYear: 12, riskAversion: 5, tradingCostRate: 0.001 } as const;
const liquidated = { periods: 3, periodsPerYear: 252, riskAversion: 20 } as const;
const longOnly = { current, lower: 0, upper: 0.7, invested: [0.8, 1] } as const;

describe('what the last period must reach', () => {
  it('is the benchmark, stated weights, cash or classes, and none of it before', async () => {
    const benchmark = [0.1, 0.2, 0.5, 0.2];
    const reached = await plannedOn(
      recedingHorizon,
      { ...basic, terminal: { benchmark: true } },
      { ...longOnly, benchmark },
    );
    expect(reached.weights[2]).to.deep.equal(benchmark);
    expect(reached.weights[0]).to.not.deep.equal(benchmark);
    const stated = await plannedOn(
      recedingHorizon,
      { ...basic, terminal: { weights: { a2: 0.5, a4: 0.4 } } },
      longOnly,
    );
    expect(stated.weights[2]).to.deep.equal([0, 0.5, 0, 0.4]);
    const cash = await plannedOn(recedingHorizon, { ...basic, terminal: { cash: { min: 0.15, max: 0.15 } } }, longOnly);
    expect(cash.plan[2]!.cash).to.be.closeTo(0.15, 1e-9);
    const bounds = { Bond: { min: 0.6 }, Equity: { max: 0.3 } };
    const classes = await plannedOn(recedingHorizon, { ...basic, terminal: { bounds } }, longOnly);
    const [, , last] = classes.weights;
    expect(last![2]! + last![3]!).to.be.at.least(0.6 - 1e-9);
    expect(last![0]! + last![1]!).to.be.at.most(0.3 + 1e-9);
  });

  it('may be a class that is short, with one side stated', async () => {
    const ground = { current, lower: -0.3, upper: 0.9, invested: [0.2, 1] } as const;
    const { weights } = await plannedOn(
      recedingHorizon,
      { ...basic, terminal: { bounds: { Equity: { max: -0.1 } } } },
      ground,
    );
    const [, , last] = weights;
    expect(last![0]! + last![1]!).to.be.closeTo(-0.1, 1e-8);
  });

  it('is a contradiction with its proof where one period shows it', async () => {
    const terminal = { bounds: { Bond: { min: 1.5 } } };
    const { answer } = await plannedOn(recedingHorizon, { ...basic, terminal }, longOnly);
    expect(answer.solution.termination.reason).to.equal('infeasible');
    expect(answer.solution.infeasibility).to.not.equal(undefined);
    expect(answer.added.flatMap(({ rows = [] }) => rows.map(({ origin }) => origin.text))).to.deep.equal([
      'Bond at least 1.5 in the last period',
    ]);
  });

  it('is named where only the way there does not suffice', async () => {
    const terminal = { weights: { a3: 0.7, a4: 0.3 } };
    const { answer } = await plannedOn(recedingHorizon, { ...basic, turnoverMax: 0.1, terminal }, longOnly);
    const { reason, detail } = answer.solution.termination;
    expect(reason).to.equal('no solution found');
    expect(detail).to.contain('no sequence of portfolios satisfies the restrictions of all periods');
    expect(detail).to.contain('turnover of period 1 at most 0.1');
    expect(detail).to.contain('a3 at 0.7 in the last period');
    const enough = await plannedOn(recedingHorizon, { ...basic, turnoverMax: 0.2, terminal }, longOnly);
    expect(enough.answer.solution.termination.reason).to.equal('optimal');
  });
});

describe('limits and costs by period', () => {
  it('keep the turnover of each period', async () => {
    const turnoverMax = [0.05, 0.02, 0.1];
    const { plan } = await plannedOn(recedingHorizon, { ...basic, tradingCostRate: 0, turnoverMax }, longOnly);
    plan.forEach(({ turnover }, t) => expect(turnover).to.be.at.most(turnoverMax[t]! + 1e-9));
    expect(plan[0]!.turnover).to.be.closeTo(0.05, 1e-9);
  });

  it('move trades to where they are cheap', async () => {
    const { plan } = await plannedOn(recedingHorizon, { ...basic, tradingCostRate: [0.5, 0, 0.5] }, longOnly);
    expect(plan.map(({ turnover }) => turnover > 1e-6)).to.deep.equal([false, true, false]);
    expect(plan.map(({ toBeTraded }) => toBeTraded)).to.deep.equal([true, false, false]);
  });

  it('tell what each period costs by the definition', async () => {
    const parameters = { ...basic, impact: 0.2, holdingCostRate: 0.012 };
    const { plan, weights } = await plannedOn(recedingHorizon, parameters, longOnly);
    weights.forEach((own, t) => {
      const before = weights[t - 1] ?? current;
      const cost = own.reduce((sum, weight, i) => {
        const size = Math.abs(weight - before[i]!);
        const volatility = Math.sqrt(market.covariance[i]![i]! / 12);
        return sum + 0.001 * size + (0.2 * volatility * size ** 1.5) / Math.sqrt(([0.5, 1, 2, 4][i]! * 252) / 12);
      }, 0);
      expect(plan[t]!.tradingCost).to.be.closeTo(cost, 1e-15);
      const invested = own.reduce((sum, weight) => sum + weight, 0);
      expect(plan[t]!.holdingCost).to.be.closeTo(0.001 * invested, 1e-15);
    });
  });

  it('refuse lists of another length, names that are not there, and values that are missing', () => {
    const fields = (parameters: object, ground = longOnly): readonly string[] => {
      const setting = groundOf(recedingHorizon, { ...basic, ...parameters }, ground);
      return (recedingHorizon.admit?.(setting.parameters, setting.situation) ?? []).map(({ field }) => field);
    };
    expect(fields({ riskAversion: [1, 2] })).to.deep.equal(['riskAversion']);
    expect(fields({ tradingCostRate: [0, 0], borrowCostRate: [0], turnoverMax: [1] })).to.deep.equal([
      'borrowCostRate',
      'tradingCostRate',
      'turnoverMax',
    ]);
    expect(fields({ returnScale: [1, 1, 1], returnHalfLife: 2 })).to.deep.equal(['returnScale']);
    expect(fields({ returnsByPeriod: { a1: [0.1], zz: [0, 0, 0] } })).to.deep.equal([
      'returnsByPeriod["a1"]',
      'returnsByPeriod["zz"]',
    ]);
    expect(fields({ terminal: { benchmark: true, weights: { zz: 1 } } })).to.deep.equal([
      'terminal.benchmark',
      'terminal.weights',
      'terminal.weights["zz"]',
    ]);
    expect(fields({ terminal: { bounds: { Gold: { min: 1 }, Bond: { min: 1, max: 0 } } } })).to.deep.equal([
      'terminal.bounds["Gold"]',
      'terminal.bounds["Bond"]',
    ]);
    const { situation } = groundOf(recedingHorizon, basic, longOnly);
    const bare = { ...situation, universe: { assets: [{ id: 'a1', groups: {} }] } };
    expect(recedingHorizon.admit?.({ ...basic, impact: 1 }, bare)).to.deep.equal([
      { field: 'impact', description: 'needs an average daily value of every asset; without: a1' },
    ]);
  });
});

describe('costs of holding and borrowing', () => {
  /** Whole multiples, so that ties and zeros are common. */
  const steps = (min: number, max: number, per: number) => fc.integer({ min, max }).map((count) => count / per);
  const drawn = fc.record({
    returns: fc.array(steps(-100, 100, 1000), { minLength: 4, maxLength: 4 }),
    from: fc.array(steps(-6, 6, 20), { minLength: 4, maxLength: 4 }),
    periods: fc.integer({ min: 1, max: 3 }),
    rates: fc.array(steps(0, 12, 200), { minLength: 2, maxLength: 2 }),
    tradingCostRate: steps(0, 4, 2000),
  });
  const solvers = new SolverRegistry([interiorPoint]);

  it('have the objective of the same problem written out, with borrowing as a penalty', async () => {
    let settled = 0;
    await fc.assert(
      fc.asyncProperty(drawn, async ({ returns, from, periods, rates, tradingCostRate }) => {
        const [holdingCostRate, borrowCostRate] = rates as [number, number];
        const lists = Object.fromEntries(
          returns.map((value, i) => [`a${i + 1}`, Array.from({ length: periods }, () => value)]),
        );
        const parameters = {
          ...basic,
          periods,
          tradingCostRate,
          holdingCostRate,
          borrowCostRate,
          returnsByPeriod: lists,
        };
        const ground = { current: from, lower: -1, upper: 1, invested: [-1, 1] } as const;
        const { answer, plan, totals, setting } = await plannedOn(recedingHorizon, parameters, ground);
        const { reason, detail } = answer.solution.termination;
        const reached = plan.reduce(
          (sum, { expectedExcessReturn = 0, variance }) => sum - expectedExcessReturn + 2.5 * variance,
          (totals['tradingCost'] as number) + (totals['holdingCost'] as number),
        );
        const { situation, estimates, restrictions } = setting;
        const trade = new Float64Array(4).fill(tradingCostRate);
        const each = {
          quadratics: [{ scale: 5 / 12, operator: estimates.covariance! }],
          linear: Float64Array.from(returns, (value) => (value - market.riskFreeRate - holdingCostRate) / 12),
          trading: { buyRate: trade, sellRate: trade },
          lower: new Float64Array(4).fill(-1),
          upper: new Float64Array(4).fill(1),
          bounds: [],
          rows: restrictions[0]!.rows!,
          limits: [],
        };
        const chain: PeriodsProblem = {
          universe: situation.universe,
          current: situation.current,
          periods: Array.from({ length: periods }, () => each),
        };
        const penalty = (holdingCostRate + borrowCostRate) / 12;
        const single = writtenOut(chain);
        const shorts = Array.from({ length: 4 * periods }, (_, k) => ({
          positions: Int32Array.of(12 * Math.floor(k / 4) + (k % 4)),
          coefficients: Float64Array.of(1),
          lower: 0,
          upper: Infinity,
          origin: originOf('short'),
          penalty,
        }));
        const rows = penalty > 0 ? [...single.rows, ...shorts] : single.rows;
        const expected = runToEnd(solvers.solve({ ...single, rows }));
        expect(expected.termination.reason, expected.termination.detail).to.equal('optimal');
        const best = expected.objective + lostToCentres(chain);
        if (reason === 'optimal') {
          settled++;
          expect(reached).to.be.closeTo(best, 1e-9);
        } else {
          const far = Number(/at most (\S+) above/.exec(detail)?.[1]);
          expect(reached, detail).to.be.within(best - 1e-9, best + 1.1 * far + 1e-9);
        }
      }),
      { numRuns: 40 },
    );
    expect(settled).to.be.at.least(38);
  });

  it('leave an asset at zero that is worth neither side', async () => {
    const flat = { a3: [0.032, 0.032, 0.032] };
    const parameters = { ...basic, returnsByPeriod: flat, holdingCostRate: 0.02, borrowCostRate: 0.03 };
    const { weights } = await plannedOn(recedingHorizon, parameters, { current: [0.4, 0.2, 0, 0.4] });
    weights.forEach((own) => expect(own[2]).to.equal(0));
  });
});

describe('liquidation', () => {
  it('sells what is named and holds the rest', async () => {
    const parameters = { ...liquidated, assets: ['a1'], quadraticImpact: 0.1 };
    const { weights, plan } = await plannedOn(liquidation, parameters, { ...longOnly, invested: [0, 1] });
    const sold = weights.map(([first]) => first!);
    expect(sold).to.deep.equal([...sold].sort((a, b) => b - a));
    expect(sold[2]).to.equal(0);
    weights.forEach((own) => expect(own.slice(1)).to.deep.equal(current.slice(1)));
    expect(plan[2]!.cash).to.be.closeTo(0.3, 1e-12);
  });

  it('sells faster the dearer risk is, and slower the dearer haste is', async () => {
    const soldAtOnce = async (riskAversion: number, quadraticImpact: number): Promise<number> => {
      const parameters = { ...liquidated, periods: 4, riskAversion, quadraticImpact };
      const { weights } = await plannedOn(liquidation, parameters, { ...longOnly, invested: [0, 1] });
      return current[0]! - weights[0]![0]!;
    };
    expect(await soldAtOnce(100, 0.05)).to.be.above((await soldAtOnce(10, 0.05)) + 1e-3);
    expect(await soldAtOnce(100, 0.5)).to.be.below((await soldAtOnce(100, 0.05)) - 1e-3);
    expect(await soldAtOnce(0, 0.05)).to.be.closeTo(current[0]! / 4, 1e-8);
  });

  it('sells all at once where nothing but risk counts', async () => {
    const { weights } = await plannedOn(
      liquidation,
      { ...liquidated, riskAversion: 1 },
      { ...longOnly, invested: [0, 1] },
    );
    weights.flat().forEach((weight) => expect(weight).to.be.closeTo(0, 1e-9));
  });

  it('of longs and shorts with costs of holding is one plan: nothing that is sold can change sides', async () => {
    const book = { current: [0.4, -0.3, 0.2, -0.1], invested: [-1, 1] } as const;
    const parameters = { ...liquidated, periods: 4, quadraticImpact: 0.1, holdingCostRate: 0.01, borrowCostRate: 2 };
    const setting = groundOf(liquidation, parameters, book);
    const events = await eventsOf(liquidation.optimize(referenceTask(referenceEngine, setting)));
    const phases = events.flatMap((event) => (event.kind === 'progress' ? [event.phase] : []));
    expect([...new Set(phases)]).to.deep.equal(['4 periods']);
    const dear = await plannedOn(liquidation, parameters, book);
    expect(dear.answer.solution.termination.reason).to.equal('optimal');
    const free = await plannedOn(liquidation, { ...parameters, borrowCostRate: 0 }, book);
    // What is borrowed dearly is bought back sooner.
    expect(dear.weights[0]![1]!).to.be.above(free.weights[0]![1]! + 1e-3);
    for (const own of dear.weights)
      own.forEach((weight, i) => expect(weight * Math.sign(book.current[i]!)).to.be.at.least(0));
  });

  it('names full investment where cash is to be raised', async () => {
    const parameters = { ...liquidated, quadraticImpact: 0.1 };
    const { answer } = await plannedOn(liquidation, parameters, { ...longOnly, invested: [1, 1] });
    expect(answer.solution.termination.reason).to.equal('infeasible');
  });

  it('refuses schedules that all cost the same, and nothing to sell', () => {
    const refused = (parameters: object): readonly string[] => {
      const setting = groundOf(
        liquidation,
        { ...liquidated, riskAversion: 0, ...parameters },
        { ...longOnly, current: [0.5, 0, 0, 0.5] },
      );
      return (liquidation.admit?.(setting.parameters, setting.situation) ?? []).map(({ field }) => field);
    };
    expect(refused({})).to.deep.equal(['riskAversion']);
    expect(refused({ impact: 1, assets: ['a2'] })).to.deep.equal(['assets']);
    expect(refused({ impact: 1, assets: ['zz'] })).to.deep.equal(['assets[0]']);
    expect(refused({ riskAversion: [1, 2] })).to.deep.equal(['riskAversion']);
  });
});
