import { expect } from 'chai';

import { factorMimicking } from '../../../plugins/factor-target/factor-mimicking.ts';
import { factorNeutral } from '../../../plugins/factor-target/factor-neutral.ts';
import { factorTarget } from '../../../plugins/factor-target/factor-target.ts';
import { denseEntries } from '../../../src/estimation/operator.ts';
import { factorizeCholesky, solveCholesky } from '../../../src/math/cholesky.ts';
import { dot, quadraticForm } from '../../../src/sdk/v1/index.ts';
import type { Answer, Lowered, Strategy } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { Random } from '../../support/problems.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const { situation, estimates, restrictions } = referenceMarket();
const factors = situation.factors!;
const covariance = estimates.covariance!;
const benchmark = situation.benchmark!;
const n = benchmark.length;
const names = ['Market', 'Value'] as const;
const [market, value] = names.map((_, f) => Float64Array.from({ length: n }, (__, i) => factors.exposures[2 * i + f]!));

interface Line {
  readonly factor: string;
  readonly exposure: number;
  readonly activeExposure: number;
  readonly missedBy?: number;
}

function run<Parameters>(
  strategy: Strategy<Parameters>,
  parameters: Parameters,
  limits: readonly Lowered[] = restrictions,
): Promise<Answer> {
  const setting = { parameters, situation, estimates, restrictions: limits };
  return answerOf(strategy.optimize(referenceTask(referenceEngine, setting)));
}

function optimumOf(answer: Answer, limits: readonly Lowered[] = restrictions): Float64Array {
  const { termination, weights } = answer.solution;
  expect(termination.reason, termination.detail).to.equal('optimal');
  expect(referenceEngine.faults(situation.universe, limits, answer)).to.deep.equal([]);
  return weights;
}

const linesOf = (answer: Answer): readonly Line[] =>
  (answer.report as unknown as { exposures: readonly Line[] }).exposures;
const activeOf = (weights: Float64Array): Float64Array => weights.map((weight, i) => weight - benchmark[i]!);

/** C^-1 x for a dense symmetric C. */
function solved(entries: Float64Array, right: Float64Array): Float64Array {
  const factor = Float64Array.from(entries);
  factorizeCholesky(factor, right.length);
  const result = Float64Array.from(right);
  solveCholesky(factor, right.length, result);
  return result;
}

// Grinold and Kahn (2000), ch. 2, appendix, print the formulas and no numbers.
describe('factor-mimicking portfolios', () => {
  it('free of other demands are the characteristic portfolio of the factor: V^-1 b / (b V^-1 b)', async () => {
    const weights = optimumOf(await run(factorMimicking, { factor: 'Market', others: 'free' }, []), []);
    const pull = solved(denseEntries(covariance), market!);
    const scale = dot(market!, pull);
    for (const [i, weight] of weights.entries()) expect(weight).to.be.closeTo(pull[i]! / scale, 1e-9);
    expect(quadraticForm(covariance, weights)).to.be.closeTo(1 / scale, 1e-10);
  });

  it('pure in their factor are the weights of generalized least squares: a row of (B D^-1 B)^-1 B D^-1', async () => {
    if (covariance.kind !== 'factor') throw new Error('the reference market has a factor model');
    const { specific } = covariance;
    const product = (a: Float64Array, b: Float64Array): number =>
      a.reduce((sum, x, i) => sum + (x * b[i]!) / specific[i]!, 0);
    const inner = Float64Array.of(
      product(market!, market!),
      product(market!, value!),
      product(market!, value!),
      product(value!, value!),
    );
    for (const [f, factor] of names.entries()) {
      const answer = await run(factorMimicking, { factor, others: 'zero' }, []);
      const weights = optimumOf(answer, []);
      const row = solved(inner, Float64Array.of(f === 0 ? 1 : 0, f === 1 ? 1 : 0));
      for (const [i, weight] of weights.entries()) {
        expect(weight).to.be.closeTo((row[0]! * market![i]! + row[1]! * value![i]!) / specific[i]!, 1e-8);
      }
      const reached = linesOf(answer).map(({ exposure }) => exposure);
      expect(reached[f]).to.be.closeTo(1, 1e-9);
      expect(reached[1 - f]).to.be.closeTo(0, 1e-9);
    }
  });
});

describe('factor-neutral portfolios', () => {
  it('have no exposure to the factors named, and less risk than every other neutral portfolio', async () => {
    const weights = optimumOf(
      await run(factorNeutral, { factors: ['Value'], relativeTo: 'none', objective: 'least-total-risk' }),
    );
    expect(dot(value!, weights)).to.be.closeTo(0, 1e-9);
    const least = quadraticForm(covariance, weights);
    const random = new Random(11);
    const drawn = Array.from({ length: 200 }, () => {
      const raw = Float64Array.from({ length: n }, () => random.next() ** 3);
      const total = raw.reduce((sum, weight) => sum + weight, 0);
      return raw.map((weight) => weight / total);
    }).filter((weights) => Math.max(...weights) <= 0.5);
    const below = drawn.filter((other) => dot(value!, other) < 0);
    const above = drawn.filter((other) => dot(value!, other) > 0);
    const pairs = Math.min(below.length, above.length);
    expect(pairs).to.be.above(10);
    for (let k = 0; k < pairs; k++) {
      const [low, high] = [dot(value!, below[k]!), dot(value!, above[k]!)];
      const mix = below[k]!.map((weight, i) => (high * weight - low * above[k]![i]!) / (high - low));
      expect(dot(value!, mix)).to.be.closeTo(0, 1e-12);
      expect(quadraticForm(covariance, mix)).to.be.above(least - 1e-10);
    }
  });

  it('relative to the benchmark have its exposures', async () => {
    const parameters = { factors: ['Market', 'Value'], relativeTo: 'benchmark', objective: 'greatest-return' } as const;
    const answer = await run(factorNeutral, parameters);
    const weights = optimumOf(answer);
    for (const column of [market!, value!]) expect(dot(column, activeOf(weights))).to.be.closeTo(0, 1e-8);
    const lines = linesOf(answer);
    expect(lines.map(({ factor }) => factor)).to.deep.equal(names);
    for (const { activeExposure, missedBy } of lines) {
      expect(activeExposure).to.be.closeTo(0, 1e-8);
      expect(missedBy).to.be.closeTo(0, 1e-8);
    }
    const least = optimumOf(await run(factorNeutral, { ...parameters, objective: 'least-active-risk' }));
    for (const [i, weight] of least.entries()) expect(weight).to.be.closeTo(benchmark[i]!, 1e-6);
    expect(dot(estimates.expectedReturns!, weights)).to.be.above(dot(estimates.expectedReturns!, benchmark) + 1e-4);
  });

  it('need what their objective speaks of', () => {
    const need = (objective: 'least-active-risk' | 'greatest-return') =>
      factorNeutral.needsWith?.({ factors: ['Value'], relativeTo: 'none', objective });
    expect(need('least-active-risk')).to.deep.equal(['benchmark']);
    expect(need('greatest-return')).to.deep.equal(['expected-returns']);
  });
});

describe('factor targets', () => {
  const both = { relativeTo: 'none', risk: 'total' } as const;

  it('are reached exactly, bands included, or the problem is infeasible', async () => {
    const targets = { Market: { target: 0.8 }, Value: { min: 0.1, max: 0.2 } };
    const answer = await run(factorTarget, { targets, ...both, approach: 'exact' });
    const weights = optimumOf(answer);
    expect(dot(market!, weights)).to.be.closeTo(0.8, 1e-8);
    expect(dot(value!, weights)).to.be.within(0.1 - 1e-8, 0.2 + 1e-8);
    const far = await run(factorTarget, { targets: { Value: { min: 3 } }, ...both, approach: 'exact' });
    expect(far.solution.termination.reason).to.equal('infeasible');
    expect(far.report).to.equal(undefined);
  });

  it('that can be reached are reached by the nearest approach too, at the same risk', async () => {
    const targets = { Market: { target: 0.8 }, Value: { min: 0.1 } };
    const exact = optimumOf(await run(factorTarget, { targets, ...both, approach: 'exact' }));
    const nearest = optimumOf(await run(factorTarget, { targets, ...both, approach: 'nearest' }));
    for (const [i, weight] of nearest.entries()) expect(weight).to.be.closeTo(exact[i]!, 1e-6);
  });

  it('that cannot be reached are come as near as the restrictions allow, and the report says by how much they are missed', async () => {
    const answer = await run(factorTarget, { targets: { Value: { min: 3 } }, ...both, approach: 'nearest' });
    const weights = optimumOf(answer);
    // Half in each of the two assets of the greatest exposure.
    const [first, second] = [...value!].sort((a, b) => b - a) as [number, number];
    const most = 0.5 * first + 0.5 * second;
    expect(dot(value!, weights)).to.be.closeTo(most, 1e-7);
    const line = linesOf(answer).find(({ factor }) => factor === 'Value');
    expect(line?.missedBy).to.be.closeTo(3 - most, 1e-7);
    expect(line).to.include({ min: 3 }).and.to.not.have.property('max');
  });

  it('give way to risk where their weight is small, at the price of the weight', async () => {
    const weight = 0.004;
    const parameters = { targets: { Market: { target: 2, weight } }, ...both, approach: 'nearest' } as const;
    const answer = await run(factorTarget, parameters, []);
    const weights = optimumOf(answer, []);
    // Without restrictions the optimum of variance / 2 - weight * exposure: weight times C^-1 b.
    const pull = solved(denseEntries(covariance), market!);
    for (const [i, held] of weights.entries()) expect(held).to.be.closeTo(weight * pull[i]!, 1e-7);
  });

  it('relative to the benchmark at least active risk tilt it, and nothing else', async () => {
    const targets = { Value: { target: 0.1 }, Market: { target: 0 } };
    const answer = await run(factorTarget, { targets, relativeTo: 'benchmark', risk: 'active', approach: 'exact' }, []);
    const active = activeOf(optimumOf(answer, []));
    expect(dot(value!, active)).to.be.closeTo(0.1, 1e-9);
    // It is a tenth of the portfolio that mimics the factor.
    const pure = optimumOf(await run(factorMimicking, { factor: 'Value', others: 'zero' }, []), []);
    for (const [i, weight] of active.entries()) expect(weight).to.be.closeTo(0.1 * pure[i]!, 1e-8);
  });

  it('are refused by field path: strangers, crossed and double aims, weights that nothing reads', () => {
    const targets = {
      Market: { target: 1, min: 0 },
      Value: { min: 2, max: 1, weight: 1 },
      Size: {},
    };
    const violations = factorTarget.admit?.({ targets, ...both, approach: 'exact' }, situation) ?? [];
    expect(violations.map(({ field }) => field)).to.deep.equal([
      'targets["Market"]',
      'targets["Value"]',
      'targets["Value"].weight',
      'targets["Size"]',
      'targets["Size"]',
    ]);
    expect(violations.at(-1)?.description).to.contain('known: Market, Value');
    expect(
      factorNeutral.admit?.(
        { factors: ['Value', 'Value'], relativeTo: 'none', objective: 'greatest-return' },
        situation,
      ),
    ).to.have.length(1);
    expect(factorMimicking.admit?.({ factor: 'Size', others: 'free' }, situation)).to.have.nested.property(
      '[0].field',
      'factor',
    );
  });

  it('on factors that only the estimates could tell have no solution where these lack one', async () => {
    const { termination } = (await run(factorMimicking, { factor: 'Size', others: 'zero' })).solution;
    expect(termination.reason).to.equal('no solution found');
    expect(termination.detail).to.contain('no factor "Size"');
  });
});
