import { expect } from 'chai';

import { blackLitterman } from '../../../plugins/black-litterman/black-litterman.ts';
import meanVariance from '../../../plugins/mean-variance/index.ts';
import { blendedViews } from '../../../src/estimation/black-litterman.ts';
import type { View } from '../../../src/estimation/views.ts';
import { sdkVersion } from '../../../src/sdk/v1/index.ts';
import type { Answer, JsonObject } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import type { Engine } from '../../../src/sdk/v1/testing/index.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

type Line = Readonly<Record<string, number>>;

const { situation, estimates, restrictions } = referenceMarket();
const { strategies = [] } = await meanVariance.activate({ sdkVersion, log: () => undefined }, {});
const { universe } = situation;
const covariance = estimates.covariance!;

const view = (expectedReturn: number, confidence: number, ...legs: [string, number][]): View => ({
  legs: legs.map(([assetId, coefficient]) => ({ assetId, coefficient })),
  expectedReturn,
  trust: { kind: 'confidence', confidence },
});

interface Wanted {
  readonly views: readonly View[];
  readonly objective?: { readonly type: string; readonly parameters: JsonObject };
  readonly prior?: Float64Array;
  readonly engine?: Engine;
  readonly signal?: AbortSignal;
}

const utility = { type: 'quadratic-utility', parameters: { riskAversion: 3 } };

async function run({ views, objective = utility, engine = referenceEngine, ...more }: Wanted) {
  const { prior = estimates.expectedReturns!, signal } = more;
  const blended = blendedViews({ universe, covariance, prior, tau: 0.05, views });
  const setting = {
    situation,
    estimates: { ...estimates, expectedReturns: blended.posterior, blended },
    restrictions,
    strategies,
    parameters: { objective, covariance: 'prior' as const },
    ...(signal === undefined ? {} : { signal }),
  };
  const answer: Answer = await answerOf(blackLitterman.optimize(referenceTask(engine, setting)));
  return { answer, ...(answer.report as unknown as { assets: readonly Line[]; views: readonly Line[] }) };
}

const bullish = view(0.15, 0.5, ['XOM', 1]);

describe('the Black-Litterman strategy', () => {
  it('keeps the restrictions of the client, and tilts towards what a view favours', async () => {
    const { answer, assets, views } = await run({ views: [bullish] });
    expect(referenceEngine.faults(universe, restrictions, answer)).to.deep.equal([]);
    const exxon = universe.assets.findIndex(({ id }) => id === 'XOM');
    expect(assets[exxon]?.['tilt']).to.be.above(0.01);
    expect(assets[exxon]?.['posteriorReturn']).to.be.closeTo(0.11, 1e-12);
    const total = (key: string): number => assets.reduce((sum, line) => sum + line[key]!, 0);
    expect(total('priorWeight')).to.be.closeTo(1, 1e-7);
    expect(total('tilt')).to.be.closeTo(0, 1e-7);
    expect(views[0]?.['impliedConfidence']).to.be.within(0, 1);
  });

  it('runs every mean-variance objective that it offers', async () => {
    for (const example of blackLitterman.parameters.examples ?? []) {
      const { objective } = example as unknown as { objective: { type: string; parameters?: JsonObject } };
      const { answer, assets } = await run({
        views: [bullish],
        objective: { type: objective.type, parameters: objective.parameters ?? {} },
      });
      expect(answer.solution.termination.reason, objective.type).to.equal('optimal');
      expect(assets[0], objective.type).to.include.keys('priorWeight', 'posteriorWeight', 'tilt');
    }
  });

  it('names the strategy that it runs where its parameters state it', () => {
    const delegates = blackLitterman.delegates?.({ objective: utility, covariance: 'prior' });
    expect(delegates).to.deep.equal({ objective: utility });
    expect(blackLitterman.needs).to.deep.equal(['views', 'covariance']);
  });

  it('has no implied confidence where certain views would contradict each other, and 0 where one is not trusted', async () => {
    const { views } = await run({ views: [bullish, view(0.2, 0.5, ['XOM', 2])] });
    for (const line of views) expect(line).to.not.have.property('impliedConfidence');
    const { views: others } = await run({ views: [bullish, view(0.2, 0, ['AAPL', 1])] });
    expect(others[1]).to.include({ impliedConfidence: 0, confidence: 0 }).and.to.not.have.property('variance');
  });

  it('leaves out the weights on a prior that has no portfolio to offer', async () => {
    const nothing = new Float64Array(universe.assets.length).fill(0.01);
    const objective = { type: 'maximum-sharpe', parameters: {} };
    const { answer, assets } = await run({ views: [bullish], prior: nothing, objective });
    expect(answer.solution.termination.reason).to.equal('optimal');
    expect(assets[0]).to.include.keys('posteriorWeight').and.to.not.include.keys('priorWeight', 'tilt');
  });

  it('answers on the posterior first: stopped afterwards, it keeps that portfolio and reports no other', async () => {
    const controller = new AbortController();
    let solves = 0;
    const engine: Engine = {
      solve: (...given) => {
        if (++solves === 2) controller.abort();
        return referenceEngine.solve(...given);
      },
      faults: (...given) => referenceEngine.faults(...given),
    };
    const { answer, assets } = await run({ views: [bullish], engine, signal: controller.signal });
    expect(answer.solution.termination.reason).to.equal('optimal');
    expect(assets[0]).to.include.keys('posteriorWeight').and.to.not.include.keys('priorWeight');
  });
});
