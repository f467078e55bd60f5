import { expect } from 'chai';

import { sleeves } from '../../../plugins/ensemble/sleeves.ts';
import { hierarchicalRiskParity } from '../../../plugins/hierarchical/hierarchical-risk-parity.ts';
import { nestedClustered } from '../../../plugins/hierarchical/nested-clustered.ts';
import { maximumSharpe } from '../../../plugins/mean-variance/maximum-sharpe.ts';
import { minimumTrackingError } from '../../../plugins/mean-variance/minimum-tracking-error.ts';
import { minimumVariance } from '../../../plugins/mean-variance/minimum-variance.ts';
import { riskParity } from '../../../plugins/risk-parity/risk-parity.ts';
import { equalWeights } from '../../../plugins/rules/equal-weights.ts';
import { fixedWeights } from '../../../plugins/rules/fixed-weights.ts';
import type { Answer, JsonObject, Lowered, Strategy } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { expectWeights } from '../../golden/markets.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const strategies: readonly Strategy<never>[] = [
  sleeves,
  nestedClustered,
  hierarchicalRiskParity,
  maximumSharpe,
  minimumTrackingError,
  minimumVariance,
  riskParity,
  equalWeights,
  fixedWeights,
];
const leastVariance = { type: 'minimum-variance' };
const even = { type: 'equal-weights' };

async function ran(
  strategy: Strategy<never>,
  parameters: object,
  restrictions: readonly Lowered[] = [],
): Promise<Answer> {
  const market = referenceMarket(undefined, { upper: 1 });
  const all = [...market.restrictions, ...restrictions];
  const setting = { ...market, restrictions: all, parameters: parameters as JsonObject, strategies };
  const answer = await answerOf((strategy as Strategy).optimize(referenceTask(referenceEngine, setting)));
  if (answer.solution.termination.reason === 'optimal')
    expect(referenceEngine.faults(market.situation.universe, all, answer)).to.deep.equal([]);
  return answer;
}

const ids = referenceMarket().situation.universe.assets.map(({ id }) => id);

describe('sleeves', () => {
  it('one of all assets is the strategy inside', async () => {
    for (const type of ['minimum-variance', 'maximum-sharpe', 'risk-parity', 'minimum-tracking-error'] as const) {
      const own = await ran(
        strategies.find(({ id }) => id === type)!,
        {},
      );
      const whole = await ran(sleeves, { sleeves: { all: ids }, inside: { type }, over: even });
      expectWeights(whole.solution.weights, [...own.solution.weights], 1e-7);
    }
  });

  it('of one asset each is the strategy over them', async () => {
    const lists = Object.fromEntries(ids.map((id) => [`only ${id}`, [id]]));
    for (const type of ['minimum-variance', 'maximum-sharpe', 'risk-parity'] as const) {
      const own = await ran(
        strategies.find(({ id }) => id === type)!,
        {},
      );
      const apart = await ran(sleeves, { sleeves: lists, inside: even, over: { type } });
      expectWeights(apart.solution.weights, [...own.solution.weights], 1e-7);
    }
  });

  it('multiply the weights inside with those over: 60 % equities and 40 % bonds, equities equally', async () => {
    const over = { type: 'fixed-weights', parameters: { weights: { Equity: 0.6, Bond: 0.4 } } };
    const { solution, report } = await ran(sleeves, { by: 'asset-class', inside: even, over });
    expectWeights(solution.weights, [...new Array<number>(7).fill(0.6 / 7), 0.4], 1e-8);
    const told = report?.['sleeves'] as readonly JsonObject[];
    expect(told.map(({ sleeve, weight }) => [sleeve, Number((weight as number).toFixed(8))])).to.deep.equal([
      ['Bond', 0.4],
      ['Equity', 0.6],
    ]);
  });

  it('are nested clustered optimization when they are its clusters', async () => {
    const nested = await ran(nestedClustered, { clusters: 3 });
    const clusters = nested.report?.['clusters'] as readonly { assets: string[] }[];
    const lists = Object.fromEntries(clusters.map(({ assets }, c) => [`cluster ${c}`, assets]));
    const { solution } = await ran(sleeves, { sleeves: lists, inside: leastVariance, over: leastVariance });
    expectWeights(solution.weights, [...nested.solution.weights], 1e-7);
  });

  it('may be split again inside, and take another strategy in one of them', async () => {
    const bySector = { type: 'sleeves', parameters: { by: 'sector', inside: even, over: even } };
    const parameters = { by: 'asset-class', inside: even, insideOf: { Equity: bySector }, over: even };
    const { solution } = await ran(sleeves, parameters);
    // Six sectors among the equities, two names in Technology.
    expectWeights(solution.weights, [1 / 24, 1 / 24, ...new Array<number>(5).fill(1 / 12), 0.5], 1e-8);
  });

  it('keep their bands, and the greatest weight of an asset in a sleeve', async () => {
    const parameters = {
      by: 'asset-class',
      inside: leastVariance,
      over: leastVariance,
      bands: { Bond: { max: 0.25 } },
      assetMax: 0.3,
    };
    const { weights } = (await ran(sleeves, parameters)).solution;
    expect(weights[7]).to.be.closeTo(0.25, 1e-7);
    for (const weight of weights.subarray(0, 7)) expect(weight).to.be.at.most(0.75 * 0.3 + 1e-7);
  });

  it('leave out what the restrictions keep at zero, and obey the rest of them', async () => {
    const origin = { constraint: 'limit', name: 'limit', text: 'a limit of the client', priority: 0 };
    const limits: Lowered = {
      bounds: [
        { position: 0, lower: 0, upper: 0, origin },
        { position: 7, lower: 0, upper: 0.3, origin },
      ],
    };
    const { solution, report } = await ran(sleeves, { by: 'asset-class', inside: even, over: even }, [limits]);
    expectWeights(solution.weights, [0, ...new Array<number>(6).fill(0.7 / 6), 0.3], 1e-7);
    expect(report?.['moved']).to.be.closeTo(0.2, 1e-7);
  });

  it('say which sleeve has no portfolio, and why', async () => {
    const over = { type: 'maximum-sharpe' };
    const inside = { type: 'risk-parity', parameters: { invested: 0.5 } };
    const { solution } = await ran(sleeves, { by: 'asset-class', inside, over });
    expect(solution.termination.reason).to.equal('no solution found');
    expect(solution.termination.detail).to.contain('risk-parity inside sleeve Equity ended with "infeasible"');
  });

  it('refuse a split that leaves assets out or holds them twice, unknown names, and crossed bands', () => {
    const { situation } = referenceMarket();
    const fields = (parameters: object): readonly string[] =>
      (sleeves.admit?.({ inside: even, over: even, ...parameters }, situation) ?? []).map(
        ({ field, description }) => `${field} ${description}`,
      );
    expect(fields({})).to.have.length(1);
    expect(fields({ by: 'region', sleeves: { all: ids } })).to.have.length(1);
    expect(fields({ by: 'theme' })[0]).to.contain('by leaves AAPL, GOOG');
    expect(fields({ sleeves: { one: ids, two: ['AAPL', 'TSLA'] } })).to.deep.equal([
      'sleeves["two"][1] asset TSLA is not in the universe',
      'sleeves puts AAPL into more than one sleeve',
    ]);
    expect(fields({ by: 'asset-class', bands: { Gold: { max: 1 }, Bond: { min: 0.5, max: 0.4 } } })).to.deep.equal([
      'bands["Gold"] there is no sleeve Gold',
      'bands["Bond"].min is 0.5, above its max of 0.4',
    ]);
    expect(fields({ by: 'asset-class', insideOf: { Cash: even } })).to.have.length(1);
    expect(fields({ by: 'asset-class', assetMax: 0.1 })[0]).to.contain('Equity (7)');
  });

  it('name their strategies with where each will run: the one over them among sleeves', () => {
    const { situation } = referenceMarket();
    const parameters = { by: 'asset-class', inside: even, insideOf: { Bond: leastVariance }, over: even };
    const named = sleeves.delegates?.(parameters, situation) ?? {};
    expect(Object.keys(named)).to.deep.equal(['inside', 'insideOf["Bond"]', 'over']);
    expect(named['over']?.situation?.universe.assets.map(({ id }) => id)).to.deep.equal(['Bond', 'Equity']);
    expect(named['over']?.situation?.universe.assets[1]?.assetClass).to.equal('Equity');
    expect(named['insideOf["Bond"]']?.situation?.universe.assets.map(({ id }) => id)).to.deep.equal(['BOND']);
  });
});
