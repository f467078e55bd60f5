import { expect } from 'chai';

import { maximumSharpe } from '../../../plugins/mean-variance/maximum-sharpe.ts';
import { dot, quadraticForm } from '../../../src/sdk/v1/index.ts';
import type { Bound, Lowered, Origin, StrategyEvent, SymmetricOperator } from '../../../src/sdk/v1/index.ts';
import { eventsOf, referenceTask } from '../../../src/sdk/v1/testing/reference-task.ts';
import type { Engine, Setting } from '../../../src/sdk/v1/testing/reference-task.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const origin: Origin = { constraint: 'test', name: 'test', text: 'test', priority: 0 };
const n = 6;
const expectedReturns = Float64Array.of(0.04, 0.06, 0.08, 0.05, 0.11, 0.03);
const riskFreeRate = 0.02;
const covariance: SymmetricOperator = {
  kind: 'factor',
  size: n,
  factors: 1,
  exposures: Float64Array.of(0.5, 0.8, 1.1, 0.7, 1.4, 0.2),
  factorCovariance: Float64Array.of(0.03),
  specific: Float64Array.of(0.01, 0.02, 0.02, 0.015, 0.05, 0.004),
};

const positions = Int32Array.from({ length: n }, (_, i) => i);
const sum = (lower: number, upper: number): Lowered => ({
  rows: [{ positions, coefficients: new Float64Array(n).fill(1), lower, upper, origin }],
});
const between = (lower: number, upper: number): Lowered => ({
  bounds: [...positions].map((position): Bound => ({ position, lower, upper, origin })),
});

function settingOf(
  restrictions: readonly Lowered[],
  more: Partial<Setting<Record<string, never>>['estimates']> = {},
): Setting<Record<string, never>> {
  return {
    parameters: {},
    situation: {
      universe: { assets: [...positions].map((i) => ({ id: `a${i}`, groups: {} })) },
      current: new Float64Array(n),
      cashCurrent: 1,
    },
    estimates: { expectedReturns, covariance, riskFreeRate, ...more },
    restrictions,
  };
}

async function solved(setting: Setting<Record<string, never>>, engine: Engine = referenceEngine) {
  const events = await eventsOf(maximumSharpe.optimize(referenceTask(engine, setting)));
  const last = events.at(-1);
  if (last?.kind !== 'solution') throw new Error('no solution');
  return last.answer;
}

function sharpe(setting: Setting<Record<string, never>>, weights: Float64Array): number {
  const {
    expectedReturns: mu = new Float64Array(n),
    covariance: operator = covariance,
    riskFreeRate: rate,
  } = setting.estimates;
  return (
    dot(
      mu.map((value) => value - rate),
      weights,
    ) / Math.sqrt(quadraticForm(operator, weights))
  );
}

/** Certified, and no better ratio along any move towards another feasible portfolio. */
async function certifiedTangent(
  restrictions: readonly Lowered[],
  others: readonly Float64Array[],
): Promise<Float64Array> {
  const setting = settingOf(restrictions);
  const answer = await solved(setting);
  expect(answer.solution.termination.reason, answer.solution.termination.detail).to.equal('optimal');
  expect(referenceEngine.faults(setting.situation.universe, restrictions, answer)).to.deep.equal([]);
  const { weights } = answer.solution;
  const best = sharpe(setting, weights);
  for (const other of others) {
    for (const step of [1e-4, 0.01, 0.3, 1]) {
      const mix = weights.map((weight, i) => weight + step * (other[i]! - weight));
      expect(sharpe(setting, mix)).to.be.at.most(best + 1e-9);
    }
  }
  // What the ratio's optimality says: lambda is the ratio of excess return to variance.
  const excess = dot(
    expectedReturns.map((value) => value - riskFreeRate),
    weights,
  );
  const lambda = answer.objective.quadratics[0]?.scale ?? NaN;
  expect(excess / quadraticForm(covariance, weights) / lambda).to.be.closeTo(1, 1e-6);
  return weights;
}

const total = (weights: Float64Array): number => weights.reduce((all, weight) => all + weight, 0);
const singles = [...positions].map((i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
const equal = new Float64Array(n).fill(1 / n);

describe('maximum Sharpe ratio', () => {
  it('beats every other long-only, fully invested portfolio', async () => {
    await certifiedTangent([sum(1, 1), between(0, 1)], [...singles, equal]);
  });

  it('keeps an upper bound of 20 % as 20 %', async () => {
    const weights = await certifiedTangent([sum(1, 1), between(0, 0.2)], [equal]);
    expect(Math.max(...weights)).to.be.at.most(0.2 + 1e-8);
  });

  it('keeps a turnover limit that scaling would make vacuous', async () => {
    const limit = {
      centre: equal,
      buyRate: new Float64Array(n).fill(0.5),
      sellRate: new Float64Array(n).fill(0.5),
      bound: 0.1,
      origin,
    };
    const weights = await certifiedTangent([sum(1, 1), between(0, 1), { tradeLimits: [limit] }], [equal]);
    const turnover = weights.reduce((all, weight, i) => all + 0.5 * Math.abs(weight - equal[i]!), 0);
    expect(turnover).to.be.closeTo(0.1, 1e-7);
  });

  it('keeps a tracking error limit', async () => {
    const norm = { operator: covariance, centre: equal, bound: 0.02, origin };
    const weights = await certifiedTangent([sum(1, 1), between(0, 1), { norms: [norm] }], [equal]);
    const active = weights.map((weight, i) => weight - equal[i]!);
    expect(Math.sqrt(quadraticForm(covariance, active))).to.be.closeTo(0.02, 1e-7);
  });

  it('invests fully when cash is allowed but not asked for, since cash does not change the ratio', async () => {
    const invested = await certifiedTangent([sum(1, 1), between(0, 1)], []);
    const free = await certifiedTangent([sum(0, 1), between(0, 1)], [...singles, equal]);
    expect(total(free)).to.be.closeTo(1, 1e-6);
    for (const [i, weight] of invested.entries()) expect(free[i]).to.be.closeTo(weight, 1e-6);
  });

  it('goes long and short', async () => {
    const weights = await certifiedTangent([sum(1, 1), between(-1, 1)], [...singles, equal]);
    expect(Math.min(...weights)).to.be.below(0);
  });

  it('says in plain words when nothing is expected to beat the risk-free rate', async () => {
    const answer = await solved(settingOf([sum(1, 1), between(0, 1)], { riskFreeRate: 0.2 }));
    expect(answer.solution.termination.reason).to.equal('no solution found');
    expect(answer.solution.termination.detail).to.contain('risk-free rate');
    expect(answer.solution.weights).to.have.length(0);
  });

  it('says the same when the best choice is cash alone', async () => {
    const answer = await solved(settingOf([sum(0, 1), between(0, 1)], { riskFreeRate: 0.2 }));
    expect(answer.solution.termination.reason).to.equal('no solution found');
  });

  it('finds the few portfolios that beat a high risk-free rate', async () => {
    const setting = settingOf([sum(1, 1), between(0, 1)], { riskFreeRate: 0.109 });
    const answer = await solved(setting);
    expect(answer.solution.termination.reason).to.equal('optimal');
    expect(answer.solution.weights[4]).to.be.closeTo(1, 1e-6);
  });

  it('is unbounded when a riskless asset is expected to beat the risk-free rate', async () => {
    const riskless: SymmetricOperator = {
      kind: 'diagonal',
      size: n,
      entries: Float64Array.of(0.01, 0.02, 0, 0.04, 0.05, 0.06),
    };
    const answer = await solved(settingOf([sum(1, 1), between(0, 1)], { covariance: riskless }));
    expect(answer.solution.termination.reason).to.equal('unbounded');
    expect(answer.solution.termination.detail).to.contain('no bound');
  });

  it('passes an infeasible set on with its proof', async () => {
    const answer = await solved(settingOf([sum(1, 1), between(0, 0.1)]));
    expect(answer.solution.termination.reason).to.equal('infeasible');
    expect(answer.solution.infeasibility).to.not.equal(undefined);
  });

  const efforts: readonly (readonly [string, readonly Lowered[], number])[] = [
    ['long only', [sum(1, 1), between(0, 1)], 5],
    ['upper bounds', [sum(1, 1), between(0, 0.2)], 7],
    ['long and short', [sum(1, 1), between(-1, 1)], 12],
    ['cash allowed', [sum(0, 1), between(0, 1)], 16],
  ];
  for (const [name, restrictions, solvesMax] of efforts) {
    it(`needs at most ${solvesMax} solves: ${name}`, async () => {
      let solves = 0;
      const counting: Engine = {
        ...referenceEngine,
        solve: (...given) => {
          solves++;
          return referenceEngine.solve(...given);
        },
      };
      await solved(settingOf(restrictions), counting);
      expect(solves).to.be.at.most(solvesMax);
    });
  }

  it('ends with the best portfolio so far when it is aborted', async () => {
    const controller = new AbortController();
    const setting = { ...settingOf([sum(1, 1), between(0, 0.2)]), signal: controller.signal };
    const seen: StrategyEvent[] = [];
    let solves = 0;
    const counting: Engine = {
      ...referenceEngine,
      solve: (...given) => {
        if (++solves === 3) controller.abort();
        return referenceEngine.solve(...given);
      },
    };
    await new Promise<void>((resolve, reject) => {
      maximumSharpe
        .optimize(referenceTask(counting, setting))
        .subscribe({ next: (event) => seen.push(event), error: reject, complete: resolve });
    });
    const last = seen.at(-1);
    const answer = last?.kind === 'solution' ? last.answer : undefined;
    expect(answer?.solution.termination).to.include({ reason: 'feasible', limit: 'interrupted' });
    expect(total(answer?.solution.weights ?? new Float64Array(0))).to.be.closeTo(1, 1e-6);
  });
});
