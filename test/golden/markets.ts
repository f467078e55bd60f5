/** Builds the task of a published case: assets a1..an, one budget row, bounds. */
import type { Estimates, Lowered, Origin, Strategy, StrategyEvent } from '../../src/sdk/v1/index.ts';
import { quadraticForm } from '../../src/sdk/v1/index.ts';
import type { Answer } from '../../src/sdk/v1/index.ts';
import { eventsOf, referenceTask } from '../../src/sdk/v1/testing/reference-task.ts';
import type { Setting } from '../../src/sdk/v1/testing/reference-task.ts';
import { expect } from 'chai';
import { referenceEngine } from '../support/reference-engine.ts';

export interface PublishedMarket {
  readonly expectedReturns?: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  readonly riskFreeRate?: number;
  readonly ids?: readonly string[];
}

export interface PublishedLimits {
  /** The same for all assets, or one per asset; null is unbounded. */
  readonly lower?: number | readonly number[] | null;
  readonly upper?: number | readonly number[] | null;
  /** Sum of weights, exactly; 1 when absent. */
  readonly budget?: number;
  readonly rows?: readonly {
    readonly coefficients: readonly number[];
    readonly lower?: number;
    readonly upper?: number;
  }[];
}

const origin = (text: string): Origin => ({ constraint: 'case', name: 'case', text, priority: 0 });

export function settingOf<Parameters>(
  market: PublishedMarket,
  limits: PublishedLimits,
  parameters: Parameters,
): Setting<Parameters> {
  const n = market.covariance.length;
  const covariance = { kind: 'dense' as const, size: n, entries: Float64Array.from(market.covariance.flat()) };
  const estimates: Estimates = {
    covariance,
    riskFreeRate: market.riskFreeRate ?? 0,
    ...(market.expectedReturns === undefined ? {} : { expectedReturns: Float64Array.from(market.expectedReturns) }),
  };
  const universe = { assets: market.covariance.map((_, i) => ({ id: market.ids?.[i] ?? `a${i + 1}`, groups: {} })) };
  const situation = { universe, current: new Float64Array(n), cashCurrent: 1, covariance };
  return { parameters, situation, estimates, restrictions: [restrictionsOf(n, limits)] };
}

function restrictionsOf(n: number, limits: PublishedLimits): Lowered {
  const side = (given: PublishedLimits['lower'], position: number, absent: number, open: number): number =>
    given === undefined
      ? absent
      : given === null
        ? open
        : typeof given === 'number'
          ? given
          : (given[position] ?? open);
  const positions = Int32Array.from({ length: n }, (_, i) => i);
  const budget = limits.budget ?? 1;
  return {
    bounds: [...positions].map((position) => ({
      position,
      lower: side(limits.lower, position, 0, -Infinity),
      upper: side(limits.upper, position, Infinity, Infinity),
      origin: origin(`bounds of asset ${position + 1}`),
    })),
    rows: [
      { positions, coefficients: new Float64Array(n).fill(1), lower: budget, upper: budget, origin: origin('budget') },
      ...(limits.rows ?? []).map(({ coefficients, lower = -Infinity, upper = Infinity }, row) => ({
        positions,
        coefficients: Float64Array.from(coefficients),
        lower,
        upper,
        origin: origin(`row ${row + 1}`),
      })),
    ],
  };
}

/** Runs a strategy on a published case; its answer must be optimal and pass the independent check. */
export async function certifiedAnswer<Parameters>(
  strategy: Strategy<Parameters>,
  setting: Setting<Parameters>,
): Promise<Answer> {
  const last = (await eventsOf(strategy.optimize(referenceTask(referenceEngine, setting)))).at(-1);
  return certified(setting, last);
}

/** The answer of an event, once it has passed the independent check. */
export function certified<Parameters>(setting: Setting<Parameters>, event: StrategyEvent | undefined): Answer {
  if (event === undefined || event.kind === 'progress') throw new Error('the run ended without an answer');
  const { answer } = event;
  expect(answer.solution.termination.reason, answer.solution.termination.detail).to.equal('optimal');
  expect(referenceEngine.faults(setting.situation.universe, setting.restrictions, answer)).to.deep.equal([]);
  return answer;
}

/** Annual return of the portfolio with its cash, annual volatility, and Sharpe ratio at the rate of the estimates. */
export function performance<Parameters>(
  setting: Setting<Parameters>,
  weights: Float64Array,
): readonly [number, number, number] {
  const { expectedReturns, covariance, riskFreeRate } = setting.estimates;
  if (expectedReturns === undefined || covariance === undefined)
    throw new Error('the case has no returns or no covariance');
  const excess = weights.reduce((sum, weight, i) => sum + weight * (expectedReturns[i]! - riskFreeRate), 0);
  const volatility = Math.sqrt(quadraticForm(covariance, weights));
  return [riskFreeRate + excess, volatility, excess / volatility];
}

export function expectWeights(actual: Float64Array, expected: readonly number[], tolerance: number): void {
  expect(actual.length).to.equal(expected.length);
  for (const [i, weight] of expected.entries()) expect(actual[i], `weight ${i + 1}`).to.be.closeTo(weight, tolerance);
}
