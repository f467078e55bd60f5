import { expect } from 'chai';
import { EMPTY } from 'rxjs';

import { factorMimicking } from '../../../plugins/factor-target/factor-mimicking.ts';
import { factorNeutral } from '../../../plugins/factor-target/factor-neutral.ts';
import { factorTarget } from '../../../plugins/factor-target/factor-target.ts';
import { minimumVariance } from '../../../plugins/mean-variance/minimum-variance.ts';
import { dot, quadraticForm, returnFloor } from '../../../src/sdk/v1/index.ts';
import type { Answer, Lowered, Strategy } from '../../../src/sdk/v1/index.ts';
import { answerOf, eventsOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { referenceOrigin } from '../../../src/sdk/v1/testing/reference-market.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const market = referenceMarket();
const { situation, estimates } = market;
const { benchmark, factors } = situation;
const covariance = estimates.covariance!;
const value = Float64Array.from(benchmark!, (_, i) => factors!.exposures[2 * i + 1]!);
const count = 9;

interface Line {
  readonly factor: string;
  readonly exposure: number;
  readonly missedBy?: number;
}

async function frontier<Parameters>(
  strategy: Strategy<Parameters>,
  parameters: Parameters,
  restrictions: readonly Lowered[] = market.restrictions,
) {
  const events = await eventsOf(
    strategy.frontier?.(referenceTask(referenceEngine, { ...market, parameters, restrictions }), count) ?? EMPTY,
  );
  const last = events.at(-1);
  if (last?.kind !== 'solution') throw new Error('no solution');
  return { points: events.flatMap((event) => (event.kind === 'point' ? [event.answer] : [])), solution: last.answer };
}

function run<Parameters>(
  strategy: Strategy<Parameters>,
  parameters: Parameters,
  restrictions: readonly Lowered[] = market.restrictions,
): Promise<Answer> {
  return answerOf(strategy.optimize(referenceTask(referenceEngine, { ...market, parameters, restrictions })));
}

function linesOf({ report }: Answer): readonly Line[] {
  return (report as unknown as { exposures: readonly Line[] }).exposures;
}

function expectSame(actual: Answer, expected: Answer, tolerance: number, message: string): void {
  const { termination, weights } = expected.solution;
  expect(termination.reason, termination.detail).to.equal('optimal');
  for (const [i, weight] of weights.entries())
    expect(actual.solution.weights[i], `${message}, position ${i}`).to.be.closeTo(weight, tolerance);
}

const volatilityOf = ({ solution }: Answer): number => Math.sqrt(quadraticForm(covariance, solution.weights));

describe('the frontier of factor targets', () => {
  const parameters = {
    targets: { Value: { target: 0.25 } },
    relativeTo: 'none',
    risk: 'total',
    approach: 'exact',
  } as const;

  it('goes from the least risk to the target in even steps of exposure, each the exact portfolio of that target', async () => {
    const { points, solution } = await frontier(factorTarget, parameters);
    expect(points).to.have.length(count);
    const least = await run(minimumVariance, {});
    expectSame(points[0]!, least, 1e-6, 'least');
    const begin = dot(value, least.solution.weights);
    for (const [k, point] of points.entries()) {
      expect(referenceEngine.faults(situation.universe, market.restrictions, point)).to.deep.equal([]);
      expect(point.report?.['tilt']).to.equal(k / (count - 1));
      const target = begin + ((0.25 - begin) * k) / (count - 1);
      const single = await run(factorTarget, { ...parameters, targets: { Value: { target } } });
      expectSame(point, single, 2e-6, `point ${k}`);
      const line = linesOf(point).find(({ factor }) => factor === 'Value')!;
      expect(line.missedBy).to.be.closeTo(0.25 - target, 1e-6);
      if (k > 0) expect(volatilityOf(point)).to.be.above(volatilityOf(points[k - 1]!));
    }
    expect(solution.report).to.deep.equal((await run(factorTarget, parameters)).report);
  });

  it('to several targets and bands takes each the same share of its way; bands that hold are left alone', async () => {
    const targets = { Market: { min: 0.7 }, Value: { min: -1, max: 1 } };
    const { points } = await frontier(factorTarget, { ...parameters, targets });
    const misses = points.map((point) => linesOf(point).map(({ missedBy }) => missedBy!));
    for (const [k, [ofMarket, ofValue]] of misses.entries()) {
      expect(ofMarket).to.be.closeTo(misses[0]![0]! * (1 - k / (count - 1)), 1e-6);
      expect(ofValue).to.equal(0);
    }
  });

  it('as near as weights pay for ends at that portfolio, however far from the target', async () => {
    const nearest = { ...parameters, targets: { Value: { target: 3, weight: 0.01 } }, approach: 'nearest' } as const;
    const { points } = await frontier(factorTarget, nearest);
    const own = await run(factorTarget, nearest);
    expectSame(points.at(-1)!, own, 1e-7, 'end');
    const misses = points.map((point) => linesOf(point).find(({ factor }) => factor === 'Value')!.missedBy!);
    for (const [k, missed] of misses.entries()) {
      const share = k / (count - 1);
      expect(missed).to.be.closeTo((1 - share) * misses[0]! + share * misses.at(-1)!, 1e-6);
    }
  });

  it('of active risk is against the tracking error and begins at the benchmark', async () => {
    const active = { ...parameters, relativeTo: 'benchmark', risk: 'active' } as const;
    expect(factorTarget.frontierAgainstWith?.(active)).to.equal('tracking-error');
    expect(factorTarget.frontierAgainstWith?.(parameters)).to.equal('volatility');
    const { points } = await frontier(factorTarget, active);
    for (const [i, weight] of benchmark!.entries()) expect(points[0]!.solution.weights[i]).to.be.closeTo(weight, 1e-7);
  });

  it('whose target excludes the restrictions has no points, and its solution says why', async () => {
    const { points, solution } = await frontier(factorTarget, { ...parameters, targets: { Value: { target: 3 } } });
    expect(points).to.deep.equal([]);
    expect(solution.solution.termination.reason).to.equal('infeasible');
    const stranger = await frontier(factorTarget, { ...parameters, targets: { Size: { target: 3 } } });
    expect(stranger.points).to.deep.equal([]);
    expect(stranger.solution.solution.termination.detail).to.contain('no factor "Size"');
  });
});

describe('the frontiers of neutral and of mimicking portfolios', () => {
  it('neutral: the least risk at each return without the exposure', async () => {
    const parameters = { factors: ['Value'], relativeTo: 'none', objective: 'least-total-risk' } as const;
    const { points, solution } = await frontier(factorNeutral, parameters);
    expect(solution.solution.choice).to.contain('frontier by critical-line');
    expect(points).to.have.length(count);
    expectSame(points[0]!, await run(factorNeutral, parameters), 1e-6, 'least');
    const greatest = await run(factorNeutral, { ...parameters, objective: 'greatest-return' });
    const returnOf = (answer: Answer): number => dot(estimates.expectedReturns!, answer.solution.weights);
    expect(returnOf(points.at(-1)!)).to.be.closeTo(returnOf(greatest), 1e-7);
    const excess = estimates.expectedReturns!.map((expected) => expected - estimates.riskFreeRate);
    for (const [k, point] of points.entries()) {
      expect(referenceEngine.faults(situation.universe, market.restrictions, point)).to.deep.equal([]);
      expect(linesOf(point).find(({ factor }) => factor === 'Value')!.exposure).to.be.closeTo(0, 1e-8);
      if (k === 0 || k === count - 1) continue;
      const floor = returnFloor(excess, estimates.riskFreeRate, returnOf(point), referenceOrigin('floor'));
      const single = await run(factorNeutral, parameters, [...market.restrictions, floor]);
      expectSame(point, single, 2e-6, `point ${k}`);
    }
    expect(factorNeutral.frontierAgainstWith?.({ ...parameters, objective: 'least-active-risk' })).to.equal(
      'tracking-error',
    );
  });

  it('mimicking, free of other demands: a straight line from nothing held', async () => {
    const { points } = await frontier(factorMimicking, { factor: 'Market', others: 'zero' }, []);
    const own = points.at(-1)!.solution.weights;
    for (const [k, { solution }] of points.entries())
      for (const [i, weight] of own.entries())
        expect(solution.weights[i]).to.be.closeTo((weight * k) / (count - 1), 1e-8);
  });
});
