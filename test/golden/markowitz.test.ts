import { expect } from 'chai';

import { maximumSharpe } from '../../plugins/mean-variance/maximum-sharpe.ts';
import { minimumVariance } from '../../plugins/mean-variance/minimum-variance.ts';
import { quadraticUtility } from '../../plugins/mean-variance/quadratic-utility.ts';
import barra from './cases/barra-maximum-sharpe.json' with { type: 'json' };
import kwan from './cases/kwan-corners.json' with { type: 'json' };
import markowitz from './cases/markowitz-1959.json' with { type: 'json' };
import sharpe from './cases/sharpe-corners.json' with { type: 'json' };
import { certifiedAnswer, expectWeights, performance, settingOf } from './markets.ts';

/**
 * A corner portfolio at lambda maximizes lambda mu'w - 1/2 w' C w: risk aversion 1 / lambda. The corner weights are printed to six
 * figures and lambda too, and between corners weights move with lambda, so they are compared at what lambda's last figure allows.
 */
const corners = [
  { name: 'Markowitz 1959, chapter VIII', ...markowitz },
  { name: 'Kwan 2007, upper bound 0.7', ...kwan },
  { name: 'Sharpe, Macro-Investment Analysis, bounds 0.2 and 0.5', ...sharpe },
];

describe('corner portfolios', () => {
  for (const published of corners) {
    for (const corner of published.corners) {
      it(`are found at lambda ${corner.lambda}: ${published.name}`, async () => {
        if (corner.lambda === 0) {
          const { solution } = await certifiedAnswer(minimumVariance, settingOf(published, published.limits, {}));
          expectWeights(solution.weights, corner.weights, published.tolerance);
        } else {
          const setting = settingOf(published, published.limits, { riskAversion: 1 / corner.lambda });
          const { solution } = await certifiedAnswer(quadraticUtility, setting);
          expectWeights(solution.weights, corner.weights, 1e-5);
        }
      });
    }
  }
});

describe('maximum Sharpe ratio', () => {
  it('of two assets is 3/11 and 8/11 (Kopman and Liu 2009)', async () => {
    const { solution } = await certifiedAnswer(maximumSharpe, settingOf(barra, barra.limits, {}));
    expectWeights(solution.weights, barra.weights, barra.tolerance);
  });

  it('lies on the frontier of Markowitz 1959 and beats every other point of it', async () => {
    const setting = settingOf(markowitz, markowitz.limits, {});
    const { solution } = await certifiedAnswer(maximumSharpe, setting);
    const best = performance(setting, solution.weights)[2];
    // Between neighbouring corners the frontier is a straight line in weights.
    let greatest = 0;
    for (const [position, { weights: to }] of markowitz.corners.entries()) {
      const from = markowitz.corners[position - 1]?.weights ?? to;
      for (let step = 0; step <= 10_000; step++) {
        const mix = Float64Array.from(from, (weight, i) => weight + ((to[i] ?? 0) - weight) * (step / 10_000));
        greatest = Math.max(greatest, performance(setting, mix)[2]);
      }
    }
    expect(best).to.be.closeTo(greatest, 1e-6);
    expect(best).to.be.at.least(greatest - 1e-9);
  });
});
