import { expect } from 'chai';

import { capitalizationWeights } from '../../../plugins/rules/capitalization-weights.ts';
import { equalWeights } from '../../../plugins/rules/equal-weights.ts';
import { fixedWeights } from '../../../plugins/rules/fixed-weights.ts';
import { answerOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { certifiedAnswer, expectWeights, settingOf } from '../../golden/markets.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const identity = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

describe('weights by rule', () => {
  it('project fixed weights onto the simplex (Held, Wolfe and Crowder 1974)', async () => {
    const market = { covariance: identity, ids: ['A', 'B', 'C'] };
    const setting = settingOf(market, { lower: 0 }, { weights: { A: 0.6, B: 0.5, C: 0.1 } });
    const { solution } = await certifiedAnswer(fixedWeights, setting);
    expectWeights(solution.weights, [8 / 15, 13 / 30, 1 / 30], 1e-8);
  });

  it('are the target itself when it is allowed', async () => {
    const market = { covariance: identity, ids: ['A', 'B', 'C'] };
    const fixed = await certifiedAnswer(fixedWeights, settingOf(market, { lower: 0 }, { weights: { B: 0.7, A: 0.3 } }));
    expectWeights(fixed.solution.weights, [0.3, 0.7, 0], 1e-8);
    const equal = await certifiedAnswer(equalWeights, settingOf(market, { lower: 0, budget: 0.9 }, { invested: 0.9 }));
    expectWeights(equal.solution.weights, [0.3, 0.3, 0.3], 1e-8);
  });

  it('are proportional to market capitalizations or equal to the benchmark, as asked', async () => {
    const market = referenceMarket(undefined, { upper: 1 });
    const total = 3000;
    const byCapitalization = await answerOf(
      capitalizationWeights.optimize(
        referenceTask(referenceEngine, { ...market, parameters: { source: 'market-capitalization' } }),
      ),
    );
    expectWeights(
      byCapitalization.solution.weights,
      [900, 700, 300, 20, 280, 200, 100, 500].map((value) => value / total),
      1e-8,
    );
    const byBenchmark = await answerOf(
      capitalizationWeights.optimize(
        referenceTask(referenceEngine, { ...market, parameters: { source: 'benchmark' } }),
      ),
    );
    expectWeights(byBenchmark.solution.weights, [...(market.situation.benchmark ?? [])], 1e-8);
  });

  it('refuse an asset that is not in the universe, by field path', () => {
    const { situation } = referenceMarket();
    expect(fixedWeights.admit?.({ weights: { AAPL: 0.5, TSLA: 0.5 } }, situation)).to.deep.equal([
      { field: 'weights["TSLA"]', description: 'asset TSLA is not in the universe' },
    ]);
  });

  it('refuse a source that is not there', () => {
    const { situation } = referenceMarket();
    const { benchmark: _benchmark, ...without } = situation;
    expect(capitalizationWeights.admit?.({ source: 'benchmark' }, without)).to.deep.equal([
      { field: 'source', description: 'is "benchmark", but the portfolio has no benchmark' },
    ]);
    const empty = { ...situation, benchmark: new Float64Array(situation.universe.assets.length) };
    expect(capitalizationWeights.admit?.({ source: 'benchmark' }, empty)).to.deep.equal([
      { field: 'source', description: 'is "benchmark", but the benchmark holds nothing here' },
    ]);
    const bare = { ...situation, universe: { assets: [{ id: 'A', groups: {} }] } };
    expect(capitalizationWeights.admit?.({ source: 'market-capitalization' }, bare)[0]?.description).to.contain(
      'these assets have none: A',
    );
    expect(capitalizationWeights.admit?.({ source: 'market-capitalization' }, situation)).to.deep.equal([]);
  });
});
