import { expect } from 'chai';

import { cellsOf, closestOf, seatsOf } from '../../../plugins/index-tracking/cells.ts';
import type { Cell } from '../../../plugins/index-tracking/cells.ts';
import { indexTracking } from '../../../plugins/index-tracking/index-tracking.ts';
import { secondMoment } from '../../../plugins/index-tracking/market.ts';
import { stratifiedSampling } from '../../../plugins/index-tracking/stratified-sampling.ts';
import { quadraticForm } from '../../../src/sdk/v1/index.ts';
import type { Lowered, Scenarios } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { certifiedAnswer } from '../../golden/markets.ts';
import { hangSeng, trackingSetting } from '../../support/index-tracking-case.ts';
import { originOf } from '../../support/problems.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

/** The index and eight of its stocks. */
const scenarios = hangSeng(8);
const n = 9;
const moment = secondMoment(scenarios);

/** Every set of at most `most` stocks. */
function sets(most: number): readonly (readonly number[])[] {
  return Array.from({ length: 2 ** (n - 1) }, (_, bits) =>
    Array.from({ length: n - 1 }, (__, k) => k + 1).filter((stock) => (bits >> (stock - 1)) & 1),
  ).filter((set) => set.length > 0 && set.length <= most);
}

/** The least mean squared active return of portfolios that hold these stocks alone, each at least `least`. */
async function leastOver(stocks: readonly number[], least: number): Promise<number> {
  const setting = trackingSetting(scenarios, { measure: 'mean-squared' as const });
  const within: Lowered = {
    bounds: Array.from({ length: n }, (_, position) => ({
      position,
      lower: stocks.includes(position) ? least : 0,
      upper: stocks.includes(position) ? 1 : 0,
      origin: originOf('subset'),
    })),
  };
  const task = referenceTask(referenceEngine, { ...setting, restrictions: [...setting.restrictions, within] });
  const { solution } = await answerOf(indexTracking.optimize(task));
  return solution.termination.reason === 'optimal' ? squaredOf(solution.weights) : Infinity;
}

function squaredOf(weights: Float64Array): number {
  return quadraticForm(
    moment,
    weights.map((weight, i) => weight - (i === 0 ? 1 : 0)),
  );
}

describe('index tracking', () => {
  it('has the least mean squared active return of all sets of so many names', async () => {
    for (const maximumNames of [1, 2, 3]) {
      const setting = trackingSetting(scenarios, { measure: 'mean-squared' as const, maximumNames });
      const { solution } = await certifiedAnswer(indexTracking, setting);
      const every = await Promise.all(sets(maximumNames).map((set) => leastOver(set, 0)));
      expect(squaredOf(solution.weights)).to.be.closeTo(Math.min(...every), 1e-9);
    }
  });

  it('holds nothing below the minimum holding, and is the best of what that allows', async () => {
    const parameters = { measure: 'mean-squared' as const, maximumNames: 4, minimumHolding: 0.22 };
    const { solution, report = {} } = await certifiedAnswer(indexTracking, trackingSetting(scenarios, parameters));
    for (const weight of solution.weights) if (weight > 1e-9) expect(weight).to.be.at.least(0.22 - 1e-9);
    const every = await Promise.all(sets(4).map((set) => leastOver(set, 0.22)));
    expect(squaredOf(solution.weights)).to.be.closeTo(Math.min(...every), 1e-9);
    expect(report['names']).to.be.at.most(4);
  });

  it('weighs scenarios by their probabilities', () => {
    const { returns, periodsPerYear } = scenarios;
    const two = returns.subarray(0, 2 * n);
    const pair: Scenarios = { count: 2, returns: two, periodsPerYear, isPath: false };
    const weighted = secondMoment({ ...pair, probabilities: Float64Array.of(0.25, 0.75) });
    const x = Float64Array.from({ length: n }, (_, i) => i - 4);
    const result = (s: number): number => x.reduce((sum, weight, i) => sum + weight * two[s * n + i]!, 0);
    expect(quadraticForm(weighted, x)).to.be.closeTo(52 * (0.25 * result(0) ** 2 + 0.75 * result(1) ** 2), 1e-12);
  });

  it('by mean absolute deviation is no worse than by squares, and takes no counts', async () => {
    const absolute = await certifiedAnswer(
      indexTracking,
      trackingSetting(scenarios, { measure: 'mean-absolute' as const }),
    );
    const squares = await certifiedAnswer(
      indexTracking,
      trackingSetting(scenarios, { measure: 'mean-squared' as const }),
    );
    const results = (w: Float64Array): readonly number[] =>
      Array.from({ length: scenarios.count }, (_, s) =>
        w.reduce((sum, weight, i) => sum + (weight - (i === 0 ? 1 : 0)) * scenarios.returns[s * n + i]!, 0),
      );
    const deviation = (w: Float64Array): number => {
      const all = results(w);
      const mean = all.reduce((sum, result) => sum + result, 0) / all.length;
      return all.reduce((sum, result) => sum + Math.abs(result - mean), 0) / all.length;
    };
    expect(absolute.report?.['meanAbsoluteDeviation']).to.be.closeTo(deviation(absolute.solution.weights), 1e-12);
    expect(deviation(absolute.solution.weights)).to.be.at.most(deviation(squares.solution.weights) + 1e-12);
    const refused = indexTracking.admit?.(
      { measure: 'mean-absolute', maximumNames: 3, minimumHolding: 0.1 },
      referenceMarket().situation,
    );
    expect(refused?.map(({ field }) => field)).to.deep.equal(['maximumNames', 'minimumHolding']);
  });
});

describe('cells of an index', () => {
  const { situation } = referenceMarket();
  const ids = situation.universe.assets.map(({ id }) => id);
  const named = (cells: readonly Cell[]): readonly string[] =>
    cells.map(({ name, members }) => `${name}: ${members.map((i) => ids[i]).join(' ')}`);

  it('are the combinations of taxonomies and size, each with its members by weight', () => {
    expect(named(cellsOf(situation, { taxonomies: ['asset-class', 'country'] }))).to.deep.equal([
      'Bond, US: BOND',
      'Equity, CH: NOVN',
      'Equity, US: AAPL GOOG MA XOM MO SHLD',
    ]);
    expect(named(cellsOf(situation, { taxonomies: ['asset-class'], sizeBands: 2 }))).to.deep.equal([
      'Bond, size 1 of 2: BOND',
      'Equity, size 1 of 2: AAPL GOOG XOM',
      'Equity, size 2 of 2: MA NOVN MO SHLD',
    ]);
    const weights = cellsOf(situation, { taxonomies: ['sector'] }).reduce((sum, { weight }) => sum + weight, 0);
    expect(weights).to.be.closeTo(1, 1e-12);
  });

  it('get names by the divisor method of Webster, one at least and no more than they have', () => {
    const cells = [0.5, 0.3, 0.15, 0.05].map((weight, k) => ({ name: `c${k}`, weight, members: [] }));
    expect(seatsOf(cells, [9, 9, 9, 9], 4)).to.deep.equal([1, 1, 1, 1]);
    // Claims after one each: 0.1667, 0.1, 0.05, 0.0167; then 0.1, 0.1, ...
    expect(seatsOf(cells, [9, 9, 9, 9], 7)).to.deep.equal([3, 2, 1, 1]);
    expect(seatsOf(cells, [2, 9, 0, 9], 7)).to.deep.equal([2, 4, 0, 1]);
    expect(seatsOf(cells, [1, 1, 1, 1], 9)).to.deep.equal([1, 1, 1, 1]);
  });

  it('choose the name that leaves the least tracking variance first', () => {
    const benchmark = Float64Array.of(0.5, 0.3, 0.2);
    const cell = { name: 'all', weight: 1, members: [0, 1, 2] };
    const covariance = { kind: 'diagonal' as const, size: 3, entries: Float64Array.of(0.01, 0.09, 0.04) };
    const variance = (held: readonly number[]): number => {
      const total = held.reduce((sum, i) => sum + benchmark[i]!, 0);
      return quadraticForm(
        covariance,
        benchmark.map((weight, i) => (held.includes(i) ? weight / total : 0) - weight),
      );
    };
    const best = [0, 1, 2].reduce((a, b) => (variance([b]) < variance([a]) ? b : a));
    const [first, second] = closestOf(cell, cell.members, 2, benchmark, covariance);
    expect(first).to.equal(best);
    const others = [0, 1, 2].filter((i) => i !== best);
    expect(second).to.equal(others.reduce((a, b) => (variance([best, b]) < variance([best, a]) ? b : a)));
  });
});

describe('stratified sampling', () => {
  const market = referenceMarket();
  const { assets } = market.situation.universe;
  const benchmark = market.situation.benchmark!;

  async function sampled(parameters: Parameters<typeof stratifiedSampling.optimize>[0]['parameters']) {
    return certifiedAnswer(stratifiedSampling, { ...market, parameters });
  }

  it('holds every cell with its weight in the benchmark, and nothing outside the sample', async () => {
    const { solution, report = {} } = await sampled({
      taxonomies: ['asset-class'],
      maximumNames: 4,
      select: 'largest',
    });
    const weightOf = (w: Float64Array, name: string): number =>
      w.reduce((sum, weight, i) => sum + (assets[i]!.assetClass === name ? weight : 0), 0);
    for (const name of ['Equity', 'Bond'])
      expect(weightOf(solution.weights, name)).to.be.closeTo(weightOf(benchmark, name), 1e-9);
    expect(report['cells']).to.deep.equal([
      { name: 'Bond', weight: 0.1, sample: ['BOND'] },
      { name: 'Equity', weight: weightOf(benchmark, 'Equity'), sample: ['AAPL', 'GOOG', 'MA'] },
    ]);
    const held = assets.filter((_, i) => solution.weights[i]! > 1e-9).map(({ id }) => id);
    expect(held).to.have.members(['AAPL', 'GOOG', 'MA', 'BOND']);
  });

  it('of every member is the benchmark', async () => {
    const { solution, report = {} } = await sampled({ taxonomies: ['sector'], namesPerCell: 9, select: 'largest' });
    solution.weights.forEach((weight, i) => expect(weight).to.be.closeTo(benchmark[i]!, 1e-7));
    expect(report['trackingErrorAnnual']).to.be.closeTo(0, 1e-7);
  });

  it('passes over what may not be held', async () => {
    const shut = { position: 0, lower: 0, upper: 0, origin: originOf('no AAPL') };
    const restrictions = [...market.restrictions, { bounds: [shut] }];
    const parameters = { taxonomies: ['asset-class'], namesPerCell: 3, select: 'least-tracking-error' as const };
    const { report = {} } = await certifiedAnswer(stratifiedSampling, { ...market, restrictions, parameters });
    const samples = (report['cells'] as readonly { sample: readonly string[] }[]).flatMap(({ sample }) => sample);
    expect(samples).to.have.length(4);
    expect(samples).not.to.include('AAPL');
  });

  it('cannot hold a cell of which nothing may be held', async () => {
    const bounds = assets.flatMap(({ assetClass }, position) =>
      assetClass === 'Bond' ? [{ position, lower: 0, upper: 0, origin: originOf('no bonds') }] : [],
    );
    const restrictions = [...market.restrictions, { bounds }];
    const parameters = { taxonomies: ['asset-class'], namesPerCell: 3, select: 'largest' as const };
    const task = referenceTask(referenceEngine, { ...market, restrictions, parameters });
    expect((await answerOf(stratifiedSampling.optimize(task))).solution.termination.reason).to.equal('infeasible');
  });

  it('names taxonomies that members lack, and fewer names than cells', () => {
    const admitted = (parameters: Parameters<typeof stratifiedSampling.optimize>[0]['parameters']) =>
      (stratifiedSampling.admit?.(parameters, market.situation) ?? []).map(
        ({ field, description }) => `${field}: ${description}`,
      );
    expect(admitted({ taxonomies: ['sector'], select: 'largest' })).to.deep.equal([
      'maximumNames: either this or namesPerCell must be given, not both',
    ]);
    expect(admitted({ taxonomies: ['sector'], maximumNames: 3, select: 'largest' })).to.deep.equal([
      'maximumNames: is 3, but there are 7 cells, each of which needs a name',
    ]);
    expect(admitted({ taxonomies: ['theme'], namesPerCell: 1, select: 'largest' })[0]).to.contain(
      '"theme" is not known of these members of the benchmark: AAPL, GOOG',
    );
  });
});
