import { expect } from 'chai';

import { recedingHorizon } from '../../../plugins/multi-period/receding-horizon.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { runToEnd } from '../../../src/solvers/registry.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { compose } from '../../../src/problem/problem.ts';
import type { JsonSchema, Lowered } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceTask } from '../../../src/sdk/v1/testing/reference-task.ts';
import type { Setting } from '../../../src/sdk/v1/testing/reference-task.ts';
import { Fault } from '../../../src/values/fault.ts';
import { certifiedAnswer, settingOf } from '../../golden/markets.ts';
import { referenceEngine } from '../../support/reference-engine.ts';
import { originOf } from '../../support/problems.ts';

const market = {
  expectedReturns: [0.12, 0.09, 0.07, 0.05],
  covariance: [
    [0.09, 0.02, 0.01, 0.0],
    [0.02, 0.06, 0.01, 0.0],
    [0.01, 0.01, 0.04, 0.0],
    [0.0, 0.0, 0.0, 0.01],
  ],
};

const basic = { periods: 6, periodsPerYear: 12, riskAversion: 4, tradingCostRate: 0.004 };

function settingWith<Parameters>(parameters: Parameters, added: readonly Lowered[] = []): Setting<Parameters> {
  const setting = settingOf(market, { upper: 0.6 }, parameters);
  const current = Float64Array.of(0.1, 0.2, 0.3, 0.4);
  const situation = { ...setting.situation, current, cashCurrent: 0 };
  return { ...setting, situation, restrictions: [...setting.restrictions, ...added] };
}

function traded({ weights }: { readonly weights: Float64Array }): number {
  const { current } = settingWith(basic).situation;
  return weights.reduce((total, weight, i) => total + Math.abs(weight - current[i]!), 0) / 2;
}

describe('the receding horizon', () => {
  it('of one period is quadratic utility less trading cost', async () => {
    const setting = settingWith({ ...basic, periods: 1 });
    const { solution } = await certifiedAnswer(recedingHorizon, setting);
    const { situation, estimates, restrictions } = setting;
    const rates = new Float64Array(4).fill(0.004);
    const objective = {
      quadratics: [{ scale: 4 / 12, operator: estimates.covariance! }],
      linear: estimates.expectedReturns!.map((annual) => annual / 12),
      trading: { current: situation.current, buyRate: rates, sellRate: rates },
    };
    const single = compose(situation.universe, objective, restrictions);
    const expected = runToEnd(interiorPoint.solve(single, defaultSettings, () => false));
    solution.weights.forEach((weight, i) => expect(weight).to.be.closeTo(expected.weights[i]!, 1e-9));
  });

  it('trades more the longer what it trades for lasts', async () => {
    const turnover = [];
    for (const returnHalfLife of [0.25, 1, 4, 100])
      turnover.push(
        traded(
          (await certifiedAnswer(recedingHorizon, settingWith({ ...basic, riskAversion: 0.5, returnHalfLife })))
            .solution,
        ),
      );
    expect(turnover).to.deep.equal([...turnover].sort((a, b) => a - b));
    expect(turnover[0]).to.be.below(turnover[3]! - 0.01);
  });

  it('trades more the further it looks, and less the dearer it is', async () => {
    const near = traded((await certifiedAnswer(recedingHorizon, settingWith({ ...basic, periods: 1 }))).solution);
    const far = traded((await certifiedAnswer(recedingHorizon, settingWith({ ...basic, periods: 12 }))).solution);
    const dear = await certifiedAnswer(recedingHorizon, settingWith({ ...basic, tradingCostRate: 0.5 }));
    expect(far).to.be.above(near);
    expect(traded(dear.solution)).to.equal(0);
  });

  it('tells every period by its number, the first of them as the one to be traded', async () => {
    const { solution, report } = await certifiedAnswer(recedingHorizon, settingWith(basic));
    const plan = report?.['plan'] as readonly {
      period: number;
      toBeTraded: boolean;
      weights: Record<string, number>;
    }[];
    expect(plan.map(({ period }) => period)).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect(plan.map(({ toBeTraded }) => toBeTraded)).to.deep.equal([true, false, false, false, false, false]);
    solution.weights.forEach((weight, i) => expect(plan[0]!.weights[`a${i + 1}`] ?? 0).to.equal(weight));
  });

  it('publishes defaults of costs, and none of what must be given', () => {
    const { properties = {} } = recedingHorizon.parameters as JsonSchema;
    for (const cost of ['tradingCostRate', 'impact', 'quadraticImpact', 'holdingCostRate', 'borrowCostRate'])
      expect(properties[cost]?.default, cost).to.equal(0);
    for (const given of ['riskAversion', 'turnoverMax']) expect('default' in properties[given]!, given).to.equal(false);
  });

  it('keeps a limit on turnover in the first period', async () => {
    const half = new Float64Array(4).fill(0.5);
    const centre = settingWith(basic).situation.current;
    const limit = { centre, buyRate: half, sellRate: half, bound: 0.05, origin: originOf('turnover') };
    const setting = settingWith({ ...basic, tradingCostRate: 0 }, [{ tradeLimits: [limit] }]);
    const { solution } = await certifiedAnswer(recedingHorizon, setting);
    expect(traded(solution)).to.be.closeTo(0.05, 1e-12);
    expect(solution.multipliers.tradeLimits[0]).to.be.above(0);
  });

  it('refuses by name what several periods cannot keep', async () => {
    const { situation, estimates } = settingWith(basic);
    const norm = { operator: estimates.covariance!, bound: 0.1, origin: originOf('volatility') };
    const half = new Float64Array(4).fill(0.5);
    const elsewhere = { centre: half, buyRate: half, sellRate: half, bound: 1, origin: originOf('distance to model') };
    const setting = settingWith(basic, [{ norms: [norm], tradeLimits: [elsewhere] }]);
    expect(situation.current).to.not.deep.equal(half);
    const failure: unknown = await answerOf(recedingHorizon.optimize(referenceTask(referenceEngine, setting))).catch(
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(Fault);
    const descriptions = (failure as Fault).violations.map(({ description }) => description);
    expect(descriptions).to.have.length(2);
    expect(descriptions[0]).to.contain('volatility');
    expect(descriptions[1]).to.contain('distance to model');
  });

  it('tells a contradiction as that of the first period, with its proof', async () => {
    const setting = { ...settingWith(basic), restrictions: settingOf(market, { upper: 0.2 }, basic).restrictions };
    const { solution } = await answerOf(recedingHorizon.optimize(referenceTask(referenceEngine, setting)));
    expect(solution.termination.reason).to.equal('infeasible');
    expect(solution.infeasibility).to.not.equal(undefined);
  });
});
