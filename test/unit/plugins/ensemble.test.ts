import { expect } from 'chai';
import { of } from 'rxjs';

import { admitRuns } from '../../../plugins/ensemble/delegates.ts';
import { Draws } from '../../../plugins/ensemble/draws.ts';
import { ensemble } from '../../../plugins/ensemble/ensemble.ts';
import { resampled } from '../../../plugins/ensemble/resampled.ts';
import { resampledGround, sourceOf } from '../../../plugins/ensemble/resampling.ts';
import { WeightSample } from '../../../plugins/ensemble/runs.ts';
import { subsetResampling } from '../../../plugins/ensemble/subset-resampling.ts';
import { maximumSharpe } from '../../../plugins/mean-variance/maximum-sharpe.ts';
import { minimumRiskAtReturn } from '../../../plugins/mean-variance/minimum-risk-at-return.ts';
import { minimumVariance } from '../../../plugins/mean-variance/minimum-variance.ts';
import { equalWeights } from '../../../plugins/rules/equal-weights.ts';
import { defineStrategy, denseEntries, hasWeights, inSteps, solving, unanswered } from '../../../src/sdk/v1/index.ts';
import type { Answer, JsonObject, Strategy } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { expectWeights } from '../../golden/markets.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const strategies: readonly Strategy<never>[] = [
  ensemble,
  resampled,
  subsetResampling,
  maximumSharpe,
  minimumVariance,
  minimumRiskAtReturn,
  equalWeights,
];

interface Run {
  readonly upper?: number;
  readonly signal?: AbortSignal;
  readonly others?: readonly Strategy<never>[];
}

function ran(strategy: Strategy<never>, parameters: object, { upper, signal, others = [] }: Run = {}): Promise<Answer> {
  const market = referenceMarket(undefined, upper === undefined ? {} : { upper });
  const setting = {
    ...market,
    parameters: parameters as JsonObject,
    strategies: [...others, ...strategies],
    ...(signal === undefined ? {} : { signal }),
  };
  return answerOf((strategy as Strategy).optimize(referenceTask(referenceEngine, setting)));
}

function certified(answer: Answer, upper?: number): Float64Array {
  const { situation, restrictions } = referenceMarket(undefined, upper === undefined ? {} : { upper });
  expect(answer.solution.termination.reason, answer.solution.termination.detail).to.equal('optimal');
  expect(referenceEngine.faults(situation.universe, restrictions, answer)).to.deep.equal([]);
  return answer.solution.weights;
}

const leastVariance = { type: 'minimum-variance' };
const unreachable = { type: 'minimum-risk-at-return', parameters: { returnMin: 0.5 } };

describe('an ensemble', () => {
  it('of one member is the member', async () => {
    const member = certified(await ran(maximumSharpe, {}));
    expectWeights(certified(await ran(ensemble, { members: [{ type: 'maximum-sharpe' }] })), [...member], 1e-7);
  });

  it('is the weighted average of its members, each told with its answer', async () => {
    const one = certified(await ran(minimumVariance, {}));
    const two = certified(await ran(maximumSharpe, {}));
    const members = [leastVariance, { type: 'maximum-sharpe', weight: 3 }];
    const answer = await ran(ensemble, { members });
    expectWeights(
      certified(answer),
      [...one].map((weight, i) => 0.25 * weight + 0.75 * two[i]!),
      1e-7,
    );
    const told = answer.report?.['members'] as readonly JsonObject[];
    expect(told.map(({ type, share, termination }) => [type, share, termination])).to.deep.equal([
      ['minimum-variance', 0.25, 'optimal'],
      ['maximum-sharpe', 0.75, 'optimal'],
    ]);
    expect(answer.report?.['moved']).to.be.below(1e-7);
  });

  it('may have ensembles for members', async () => {
    const inner = { type: 'ensemble', parameters: { members: [leastVariance, { type: 'equal-weights' }] } };
    const flat = await ran(ensemble, { members: [{ ...leastVariance, weight: 3 }, { type: 'equal-weights' }] });
    const nested = await ran(ensemble, { members: [leastVariance, inner] });
    expectWeights(certified(nested), [...certified(flat)], 1e-7);
  });

  it('ends as a member does that has no answer, and says which', async () => {
    const { solution } = await ran(ensemble, { members: [leastVariance, unreachable] });
    expect(solution.termination.reason).to.equal('infeasible');
    expect(solution.termination.detail).to.contain('member 2 of 2, minimum-risk-at-return');
  });

  it('that is stopped stands in with the portfolio of a member that was finished', async () => {
    const controller = new AbortController();
    const stopping = defineStrategy({
      ...minimumVariance,
      id: 'stopping',
      optimize: (task) =>
        inSteps(task, function* () {
          controller.abort();
          return yield* solving({ quadratics: [], linear: new Float64Array(8) }, 'stopped');
        }),
    });
    const members = [leastVariance, { type: 'stopping' }];
    const answer = await ran(ensemble, { members }, { signal: controller.signal, others: [stopping] });
    expect(answer.solution.termination).to.include({ reason: 'feasible', limit: 'interrupted' });
    expectWeights(answer.solution.weights, [...certified(await ran(minimumVariance, {}))], 1e-12);
  });

  it('refuses more runs than could ever end, by its field', () => {
    const deep = { strategy: { type: 'resampled', parameters: { strategy: leastVariance, draws: 100 } }, draws: 100 };
    const { situation } = referenceMarket();
    const members = [{ type: 'resampled', parameters: deep }];
    const [violation] = ensemble.admit?.({ members }, situation) ?? [];
    expect(violation?.field).to.equal('members');
    expect(violation?.description).to.contain('at most 5000');
    expect(resampled.admit?.(deep, situation)[0]?.field).to.equal('draws');
    expect(ensemble.admit?.({ members: [leastVariance] }, situation)).to.deep.equal([]);
  });

  it('names each strategy that it runs by its field', () => {
    expect(ensemble.delegates?.({ members: [leastVariance, unreachable] })).to.deep.equal({
      'members[0]': { type: 'minimum-variance', parameters: {} },
      'members[1]': unreachable,
    });
  });
});

describe('a resampled strategy', () => {
  it('is the strategy itself when histories are long', async () => {
    const own = certified(await ran(minimumVariance, {}));
    const answer = await ran(resampled, { strategy: leastVariance, draws: 2, observations: 100000 });
    expectWeights(certified(answer), [...own], 0.01);
  });

  it('draws histories with the moments of the estimates, from factors or from a matrix, and as many scenarios', () => {
    const { situation, estimates, restrictions } = referenceMarket();
    const factor = estimates.covariance!;
    const dense = { kind: 'dense' as const, size: 8, entries: denseEntries(factor) };
    const ids = situation.universe.assets.map(({ id }) => id);
    const T = 20000;
    for (const covariance of [factor, dense]) {
      const task = referenceTask(referenceEngine, {
        situation,
        estimates: { ...estimates, covariance },
        restrictions,
        parameters: {},
      });
      const history = { observations: T, periodsPerYear: 12 };
      const stopped = unanswered(8, { reason: 'no solution found', detail: '' });
      const steps = resampledGround(task, sourceOf(covariance, ids), history, new Draws(1, 0), stopped);
      let step = steps.next();
      while (step.done !== true) step = steps.next();
      const drawn = step.value.estimates;
      const [own, other] = [denseEntries(covariance), denseEntries(drawn.covariance!)];
      for (let i = 0; i < 8; i++) {
        // Standard errors: of the mean sqrt(C_ii P / T), of an entry of the covariance sqrt((C_ii C_jj + C_ij^2) / T).
        const spread = Math.sqrt((own[9 * i]! * 12) / T);
        expect(drawn.expectedReturns![i]).to.be.closeTo(estimates.expectedReturns![i]!, 5 * spread);
        for (let j = 0; j < 8; j++) {
          const error = Math.sqrt((own[9 * i]! * own[9 * j]! + own[8 * i + j]! ** 2) / T);
          expect(other[8 * i + j]).to.be.closeTo(own[8 * i + j]!, 5 * error);
        }
      }
      expect(drawn.scenarios?.count).to.equal(T);
      expect(drawn.scenarios?.isPath).to.equal(true);
    }
  });

  it('repeats bit for bit with its seed, and differs with another', async () => {
    const parameters = { strategy: { type: 'maximum-sharpe' }, draws: 4, observations: 60, seed: 3 };
    const [one, two] = [await ran(resampled, parameters), await ran(resampled, parameters)];
    expect([...one.solution.weights]).to.deep.equal([...two.solution.weights]);
    expect(one.report).to.deep.equal(two.report);
    const other = certified(await ran(resampled, { ...parameters, seed: 4 }));
    expect(Math.max(...other.map((weight, i) => Math.abs(weight - one.solution.weights[i]!)))).to.be.above(1e-3);
  });

  it('tells the spread of each weight, and the standard error of its average', async () => {
    const { report } = await ran(resampled, { strategy: { type: 'maximum-sharpe' }, draws: 9, observations: 60 });
    const weights = report?.['weights'] as readonly { average: number; deviation: number; standardError: number }[];
    expect(weights).to.have.length(8);
    for (const { deviation, standardError } of weights) expect(standardError).to.be.closeTo(deviation / 3, 1e-12);
    expect(weights.reduce((sum, { average }) => sum + average, 0)).to.be.closeTo(1, 1e-8);
    expect(Math.max(...weights.map(({ deviation }) => deviation))).to.be.above(0.01);
  });

  it('leaves out draws without an answer and tells them; with more than half of them there is none', async () => {
    // Of the estimates themselves 9 % can be reached; of most histories with returns this far off it cannot, or only for some.
    const strategy = { type: 'minimum-risk-at-return', parameters: { returnMin: 0.09 } };
    const parameters = { strategy, draws: 20, observations: 24, periodsPerYear: 12 };
    const answer = await ran(resampled, parameters);
    const failed = answer.report?.['failedDraws'] as number;
    expect(failed).to.be.above(0);
    expect(hasWeights(answer.solution)).to.equal(2 * failed <= 20);
    expect((answer.report?.['firstFailures'] as readonly string[])[0]).to.contain('ended with "infeasible"');
    // Only the estimates themselves are a factor model here.
    const picky = defineStrategy({
      ...minimumVariance,
      id: 'picky',
      optimize: (task) =>
        task.estimates.covariance?.kind === 'factor'
          ? minimumVariance.optimize(task)
          : of({ kind: 'solution', answer: unanswered(8, { reason: 'no solution found', detail: 'not again' }) }),
    });
    const none = await ran(resampled, { strategy: { type: 'picky' }, draws: 20 }, { others: [picky] });
    expect(none.solution.termination.reason).to.equal('no solution found');
    expect(none.solution.termination.detail).to.contain('no answer for 20 of 20 draws');
    expect(none.solution.termination.detail).to.contain('not again');
  });

  it('ends as the strategy does on the estimates themselves when it has no answer there', async () => {
    const { solution } = await ran(resampled, { strategy: unreachable, draws: 5 });
    expect(solution.termination.reason).to.equal('infeasible');
  });
});

describe('subset resampling', () => {
  it('of the whole universe is the strategy itself', async () => {
    const own = certified(await ran(minimumVariance, {}, { upper: 1 }), 1);
    const answer = await ran(subsetResampling, { strategy: leastVariance, size: 8, subsets: 2 }, { upper: 1 });
    expectWeights(certified(answer, 1), [...own], 1e-7);
  });

  it('averages over subsets that its seed repeats', async () => {
    const parameters = { strategy: { type: 'equal-weights' }, size: 4, subsets: 30, seed: 5 };
    const [one, two] = [await ran(subsetResampling, parameters), await ran(subsetResampling, parameters)];
    expect(one.report).to.deep.equal(two.report);
    // Each of the 30 subsets holds half of the assets, a quarter of the portfolio each.
    const average = certified(one);
    for (const weight of average) expect(weight * 120).to.be.closeTo(Math.round(weight * 120), 1e-5);
    expect(Math.min(...average)).to.be.above(0.04);
  });

  it('has none where nothing may be held, and no spread over a single one', async () => {
    const market = referenceMarket();
    const shut = market.restrictions.map((restriction) => ({
      ...restriction,
      bounds: (restriction.bounds ?? []).map((bound) => ({ ...bound, lower: -1, upper: 0 })),
    }));
    const parameters: JsonObject = { strategy: leastVariance, size: 4, subsets: 1 };
    const run = (restrictions: typeof market.restrictions): Promise<Answer> => {
      const setting = { ...market, restrictions, parameters, strategies };
      return answerOf(
        (subsetResampling as Strategy<never> as Strategy).optimize(referenceTask(referenceEngine, setting)),
      );
    };
    expect((await run(shut)).solution.termination).to.deep.include({
      reason: 'no solution found',
      detail: 'the restrictions let no asset be held long',
    });
    const told = (await run(market.restrictions)).report?.['weights'] as readonly JsonObject[];
    expect(told).to.have.length(8);
    for (const line of told) expect(Object.keys(line)).to.deep.equal(['asset', 'average']);
  });

  it('refuses subsets larger than the universe', () => {
    const { situation } = referenceMarket();
    const parameters = { strategy: leastVariance, size: 9 };
    expect(subsetResampling.admit?.(parameters, situation)).to.deep.equal([
      { field: 'size', description: 'is 9, but there are only 8 assets' },
    ]);
  });
});

describe('weights over draws', () => {
  it('have the standard deviation of one draw, count - 1, and the standard error of their average', () => {
    const sample = new WeightSample(2);
    for (const [a, b] of [
      [0.1, 0.5],
      [0.3, 0.5],
      [0.2, 0.5],
      [0.6, 0.5],
    ] as const)
      sample.add(Float64Array.of(a, b));
    const [first, second] = sample.report([
      { id: 'A', groups: {} },
      { id: 'B', groups: {} },
    ]);
    const deviation = Math.sqrt((0.2 ** 2 + 0 + 0.1 ** 2 + 0.3 ** 2) / 3);
    expect(first!['average']).to.be.closeTo(0.3, 1e-15);
    expect(first!['deviation']).to.be.closeTo(deviation, 1e-15);
    expect(first!['standardError']).to.be.closeTo(deviation / 2, 1e-15);
    expect(second).to.deep.equal({ asset: 'B', average: 0.5, deviation: 0, standardError: 0 });
  });
});

describe('runs inside of one another', () => {
  const twenty = { type: 'resampled', parameters: { strategy: { type: 'minimum-variance' }, draws: 19 } };
  const runs = (type: string, parameters: object): string | undefined =>
    admitRuns(type, parameters, 'at')[0]?.description;
  const over = (count: number): string =>
    `asks for ${count} runs of strategies inside of one another; at most 5000 are allowed in all`;

  it('are counted through every strategy of strategies', () => {
    expect(runs('resampled', { strategy: { type: 'minimum-variance' }, draws: 4998 })).to.equal(undefined);
    expect(runs('resampled', { strategy: { type: 'minimum-variance' }, draws: 4999 })).to.equal(over(5001));
    // One of the estimates and 19 of draws, and the resampling itself: 21 each.
    expect(runs('subset-resampling', { strategy: twenty, subsets: 300 })).to.equal(over(6301));
    const members = Array.from({ length: 300 }, () => twenty);
    expect(runs('ensemble', { members })).to.equal(over(6301));
    const sleeves = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`s${i}`, ['A']]));
    expect(runs('sleeves', { sleeves, inside: { type: 'equal-weights' }, over: twenty })).to.equal(undefined);
    const dear = { sleeves, inside: { type: 'equal-weights' }, insideOf: { s1: twenty }, over: twenty };
    expect(runs('sleeves', dear)).to.equal(over(1 + 300 * 21 + 21));
  });
});
