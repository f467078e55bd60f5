import { expect } from 'chai';

import { blackLitterman, blendedViews } from '../../../src/estimation/black-litterman.ts';
import type { BlackLittermanInput } from '../../../src/estimation/black-litterman.ts';
import type { Trust, View } from '../../../src/estimation/views.ts';
import { Fault } from '../../../src/values/fault.ts';

const input: BlackLittermanInput = {
  universe: { assets: ['A', 'B', 'C'].map((id) => ({ id, groups: {} })) },
  prior: Float64Array.of(0.05, 0.06, 0.07),
  covariance: { kind: 'dense', size: 3, entries: Float64Array.of(0.04, 0.01, 0, 0.01, 0.09, 0.02, 0, 0.02, 0.16) },
  views: [],
  tau: 0.05,
  posterior: 'predictive',
};

const view = (expectedReturn: number, trust: Trust, ...legs: [string, number][]): View => ({
  legs: legs.map(([assetId, coefficient]) => ({ assetId, coefficient })),
  expectedReturn,
  trust,
});

const certain: Trust = { kind: 'confidence', confidence: 1 };

describe('Black-Litterman', () => {
  it('gives back the prior without views, and with views of no confidence', () => {
    for (const views of [[], [view(0.5, { kind: 'confidence', confidence: 0 }, ['A', 1])]]) {
      expect([...blackLitterman({ ...input, views }).expectedReturns]).to.deep.equal([...input.prior]);
    }
    const { covariance, views } = blackLitterman({
      ...input,
      views: [view(0.5, { kind: 'confidence', confidence: 0 }, ['A', 1])],
    });
    expect(covariance.kind === 'dense' && covariance.entries[0]).to.be.closeTo(0.042, 1e-15);
    expect(views).to.deep.equal([{ prior: 0.05, variance: Infinity, posterior: 0.05 }]);
  });

  it('goes half way at a confidence of one half, and all the way when certain', () => {
    const half = blackLitterman({ ...input, views: [view(0.09, { kind: 'confidence', confidence: 0.5 }, ['A', 1])] });
    expect(half.expectedReturns[0]).to.be.closeTo(0.07, 1e-15);
    expect(half.expectedReturns[1]).to.be.closeTo(0.06 + 0.02 * 0.25, 1e-15);
    expect(half.expectedReturns[2]).to.equal(0.07);
    const relative = blackLitterman({ ...input, views: [view(0.03, certain, ['A', 1], ['B', -1])] });
    expect(relative.expectedReturns[0]! - relative.expectedReturns[1]!).to.be.closeTo(0.03, 1e-15);
  });

  it('moves in proportion to confidence, whatever tau is', () => {
    for (const tau of [0.01, 0.5]) {
      const { views } = blackLitterman({
        ...input,
        tau,
        views: [view(0.15, { kind: 'confidence', confidence: 0.25 }, ['C', 1])],
      });
      expect(views[0]?.posterior).to.be.closeTo(0.09, 1e-15);
    }
  });

  it('keeps the covariance when asked', () => {
    const posterior = blackLitterman({ ...input, posterior: 'prior', views: [view(0.1, certain, ['A', 1])] });
    expect(posterior.covariance).to.equal(input.covariance);
  });

  it('reports every problem of the views by field path', () => {
    const views = [
      view(8, { kind: 'confidence', confidence: 60 }, ['A', 1], ['Z', -1]),
      view(NaN, { kind: 'variance', variance: -1 }, ['B', 0], ['B', 1]),
      view(12, certain),
    ];
    try {
      blackLitterman({ ...input, views, tau: 0 });
      expect.fail('nothing was refused');
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      expect(error.violations.map(({ field }) => field)).to.deep.equal([
        'views[0].legs[1].assetId',
        'views[0].confidence',
        'views[1].legs[0].coefficient',
        'views[1].legs[1].assetId',
        'views[1].expectedReturn',
        'views[1].variance',
        'views[2].legs',
        'views[2].expectedReturn',
        'tau',
      ]);
    }
  });

  it('refuses certain views that depend on each other, and takes them when one is less than certain', () => {
    const first = view(0.1, certain, ['A', 1]);
    expect(() => blackLitterman({ ...input, views: [first, view(0.2, certain, ['A', 2])] })).to.throw(
      Fault,
      'depend on each other',
    );
    const both = [first, view(0.3, { kind: 'confidence', confidence: 0.9 }, ['A', 2])];
    expect(blackLitterman({ ...input, views: both }).expectedReturns[0]).to.be.closeTo(0.1, 1e-12);
  });
});

describe('blended views', () => {
  const { posterior: _posterior, ...ground } = input;
  const half: Trust = { kind: 'confidence', confidence: 0.5 };
  const views = [
    view(0.09, half, ['A', 1]),
    view(0.03, { kind: 'confidence', confidence: 0.25 }, ['B', 1], ['C', -1]),
    view(0.2, { kind: 'confidence', confidence: 0 }, ['C', 1]),
  ];

  it('tell prior, posterior and both predictive covariances as Black-Litterman gives them', () => {
    const blended = blendedViews({ ...ground, views });
    const after = blackLitterman({ ...input, views });
    const before = blackLitterman({ ...input, views: [] });
    expect(blended.prior).to.equal(input.prior);
    expect(blended.posterior).to.deep.equal(after.expectedReturns);
    expect(blended.predictiveCovariance).to.deep.equal(after.covariance);
    expect(blended.priorPredictiveCovariance).to.deep.equal(before.covariance);
    expect(blended.predictiveCovariance).to.equal(blended.predictiveCovariance);
  });

  it('tell of each view what it states, its error and the confidence that it was given', () => {
    const blended = blendedViews({ ...ground, views });
    expect(blended.views.map(({ stated }) => stated)).to.deep.equal([0.09, 0.03, 0.2]);
    expect(blended.views[0]?.prior).to.equal(0.05);
    expect(blended.views[2]?.variance).to.equal(Infinity);
    for (const [k, confidence] of [0.5, 0.25, 0].entries()) {
      expect(blended.views[k]?.confidence).to.be.closeTo(confidence, 1e-15);
    }
    const proportional = blendedViews({ ...ground, views: [view(0.1, { kind: 'proportional' }, ['A', 1])] });
    expect(proportional.views[0]?.confidence).to.equal(0.5);
    const exact = blendedViews({ ...ground, views: [view(0.1, { kind: 'variance', variance: 0 }, ['A', 1])] });
    expect(exact.views[0]?.confidence).to.equal(1);
  });

  it('tell what certainty would say, leaving out what is not trusted', () => {
    const { certain: told } = blendedViews({ ...ground, views });
    expect(told?.posterior[0]).to.be.closeTo(0.09, 1e-15);
    expect(told!.posterior[1]! - told!.posterior[2]!).to.be.closeTo(0.03, 1e-15);
    const exact = views.slice(0, 2).map((given) => ({ ...given, trust: certain }));
    expect(told?.predictiveCovariance).to.deep.equal(blackLitterman({ ...input, views: exact }).covariance);
  });

  it('have no certainty when views contradict each other under it', () => {
    const blended = blendedViews({ ...ground, views: [view(0.09, half, ['A', 1]), view(0.2, half, ['A', 2])] });
    expect(blended.certain).to.equal(undefined);
    expect(blended.posterior[0]).to.be.above(0.05);
  });
});
