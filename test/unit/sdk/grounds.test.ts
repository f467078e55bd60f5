import { expect } from 'chai';

import {
  applyOperator,
  denseEntries,
  dot,
  groundOver,
  groundWithin,
  groupOf,
  heldWithin,
  holdable,
  quadraticForm,
  subOperator,
} from '../../../src/sdk/v1/index.ts';
import type { Lowered, SymmetricOperator } from '../../../src/sdk/v1/index.ts';
import { referenceMarket } from '../../../src/sdk/v1/testing/index.ts';

const { situation, estimates } = referenceMarket();
const origin = (text: string) => ({ constraint: 'test', name: 'test', text, priority: 0 });
const factor = situation.covariance!;
const n = factor.size;
const dense: SymmetricOperator = { kind: 'dense', size: n, entries: denseEntries(factor) };
const diagonal: SymmetricOperator = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(0.01) };
const operators = [factor, dense, diagonal, { kind: 'sum' as const, size: n, terms: [factor, diagonal] }];

describe('operators', () => {
  it('have the entries that their products show', () => {
    for (const operator of operators) {
      const entries = denseEntries(operator);
      for (let j = 0; j < n; j++) {
        const unit = new Float64Array(n);
        unit[j] = 1;
        const column = applyOperator(operator, unit);
        for (let i = 0; i < n; i++) expect(entries[i * n + j]).to.be.closeTo(column[i]!, 1e-16);
      }
    }
  });

  it('keep their kind and their entries at some positions', () => {
    const positions = [6, 1, 3];
    for (const operator of operators) {
      const part = subOperator(operator, positions);
      expect(part.kind).to.equal(operator.kind);
      const [all, few] = [denseEntries(operator), denseEntries(part)];
      positions.forEach((i, a) =>
        positions.forEach((j, b) => expect(few[a * 3 + b]).to.be.closeTo(all[i * n + j]!, 1e-16)),
      );
    }
  });
});

describe('a ground within a part of the universe', () => {
  const positions = [7, 0, 2];
  const ground = groundWithin({ situation, estimates }, positions, []);

  it('has the part of everything that is known', () => {
    expect(ground.situation.universe.assets.map(({ id }) => id)).to.deep.equal(['BOND', 'AAPL', 'XOM']);
    expect([...ground.estimates.expectedReturns!]).to.deep.equal([0.03, 0.09, 0.07]);
    expect([...ground.situation.factors!.exposures]).to.deep.equal([0.05, 0, 1.1, -0.3, 0.9, 0.5]);
    const { count, returns } = ground.estimates.scenarios!;
    for (let s = 0; s < count; s++)
      positions.forEach((position, j) =>
        expect(returns[s * 3 + j]).to.equal(estimates.scenarios!.returns[s * n + position]),
      );
  });

  it('scales current and benchmark weights to sum 1, and holds cash where there are none', () => {
    const sum = (values: Float64Array | undefined): number => values!.reduce((total, value) => total + value, 0);
    expect(sum(ground.situation.current)).to.be.closeTo(1, 1e-15);
    expect(ground.situation.current[0]! / ground.situation.current[2]!).to.be.closeTo(2, 1e-12);
    expect(sum(ground.situation.benchmark)).to.be.closeTo(1, 1e-15);
    const bare = { ...situation, current: new Float64Array(n), benchmark: new Float64Array(n) };
    const empty = groundWithin({ situation: bare, estimates }, positions, []).situation;
    expect(empty.cashCurrent).to.equal(1);
    expect(sum(empty.benchmark)).to.equal(0);
  });

  it('keeps views on its own assets alone', () => {
    expect(ground.estimates.blended!.views.map(({ portfolio }) => [...portfolio])).to.deep.equal([[0, 0, 1]]);
    expect(groundWithin({ situation, estimates }, [0, 1], []).estimates.blended!.views).to.deep.equal([]);
  });
});

describe('a ground over portfolios', () => {
  const weights = (...held: readonly (readonly [number, number])[]): Float64Array => {
    const all = new Float64Array(n);
    for (const [position, weight] of held) all[position] = weight;
    return all;
  };
  const portfolios = [
    { id: 'tech', positions: [0, 1], weights: weights([0, 0.6], [1, 0.4]) },
    { id: 'half in bonds', positions: [7], weights: weights([7, 0.5]) },
  ];
  const ground = groundOver({ situation, estimates }, portfolios, []);

  it('has the figures of the portfolios', () => {
    const operator = ground.estimates.covariance!;
    for (const mix of [Float64Array.of(1, 0), Float64Array.of(0, 1), Float64Array.of(0.3, 0.7)]) {
      const whole = weights([0, 0.6 * mix[0]!], [1, 0.4 * mix[0]!], [7, 0.5 * mix[1]!]);
      expect(quadraticForm(operator, mix)).to.be.closeTo(quadraticForm(factor, whole), 1e-16);
    }
    const [tech, bonds] = ground.estimates.expectedReturns!;
    expect(tech).to.be.closeTo(0.6 * 0.09 + 0.4 * 0.105, 1e-15);
    // What is not in bonds earns the risk-free rate.
    expect(bonds).to.be.closeTo(0.5 * 0.03 + 0.5 * 0.02, 1e-15);
    const { returns } = estimates.scenarios!;
    const row = returns.subarray(5 * n, 6 * n);
    expect(ground.estimates.scenarios!.returns[10]).to.be.closeTo(dot(row, portfolios[0]!.weights), 1e-15);
    expect(ground.estimates.scenarios!.returns[11]).to.be.closeTo(0.5 * row[7]! + (0.5 * 0.02) / 12, 1e-15);
    expect([...ground.situation.factors!.exposures][0]).to.be.closeTo(0.6 * 1.1 + 0.4 * 1.2, 1e-15);
    expect([...ground.situation.benchmark!].map((value) => Number(value.toFixed(12)))).to.deep.equal([0.5, 0.1]);
  });

  it('has what the assets of a portfolio have in common, and their capitalization together', () => {
    const [tech, mixed] = groundOver(
      { situation, estimates },
      [portfolios[0]!, { id: 'rest', positions: [2, 7], weights: weights([2, 1]) }],
      [],
    ).situation.universe.assets;
    expect(tech).to.deep.equal({
      id: 'tech',
      assetClass: 'Equity',
      sector: 'Technology',
      country: 'US',
      currency: 'USD',
      groups: { region: 'America', account: 'free' },
      marketCapitalization: 1600,
    });
    expect(mixed?.sector).to.equal(undefined);
    expect(groupOf(mixed!, 'sector')).to.equal(undefined);
    expect(groupOf(mixed!, 'region')).to.equal('America');
  });
});

describe('restrictions of a strategy', () => {
  it('hold a sum within limits', () => {
    const { bounds, rows } = heldWithin(3, { invested: 0.9, lower: (position) => 0.1 * position }, origin);
    expect(bounds?.map(({ lower, upper }) => [lower, upper])).to.deep.equal([
      [0, 0.9],
      [0.1, 0.9],
      [0.2, 0.9],
    ]);
    expect([rows?.[0]?.lower, rows?.[0]?.upper]).to.deep.equal([0.9, 0.9]);
  });

  it('see what cannot be held: by a bound, or by a row that is not soft', () => {
    const row = {
      positions: Int32Array.of(1, 2),
      coefficients: Float64Array.of(1, 1),
      lower: -Infinity,
      upper: 0,
      origin: origin('none of these'),
    };
    const bound: Lowered = { bounds: [{ position: 0, lower: 0, upper: 0, origin: origin('none of this') }] };
    expect(holdable([bound, { rows: [row] }], 4)).to.deep.equal([false, false, false, true]);
    expect(holdable([{ rows: [{ ...row, penalty: 1 }] }], 4)).to.deep.equal([true, true, true, true]);
  });
});
