/** What strategies read from their task. A need that is listed is there: the host has seen to it. */
import type { Observable } from 'rxjs';

import type { SymmetricOperator } from '../../problem/operator.ts';
import type { Lowered, Objective, Origin } from '../../problem/problem.ts';
import type { Scenarios } from '../../problem/scenarios.ts';
import { alongFrontier } from './frontier.ts';
import type { Tradeoff } from './frontier.ts';
import type { Program } from './steps.ts';
import type { StrategyEvent, Task } from './strategy.ts';

function provided<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`the host must provide ${what}: the strategy lists it among its needs`);
  return value;
}

/** Annual covariance of returns (n x n). Need: `covariance`. */
export function covarianceOf<Parameters>({ estimates }: Task<Parameters>): SymmetricOperator {
  return provided(estimates.covariance, 'a covariance');
}

/**
 * (n) expected returns above the risk-free rate, which is what cash earns: portfolio return = riskFreeRate + excess'w. Need:
 * `expected-returns`.
 */
export function excessReturns<Parameters>({ estimates }: Task<Parameters>): Float64Array {
  const { expectedReturns, riskFreeRate } = estimates;
  return provided(expectedReturns, 'expected returns').map((expected) => expected - riskFreeRate);
}

/** (n) weights of the benchmark. Need: `benchmark`. */
export function benchmarkOf<Parameters>({ situation }: Task<Parameters>): Float64Array {
  return provided(situation.benchmark, 'a benchmark');
}

/** Joint results of the assets. Need: `scenarios`. */
export function scenariosOf<Parameters>({ estimates }: Task<Parameters>): Scenarios {
  return provided(estimates.scenarios, 'scenarios');
}

/** riskFreeRate + excess'w >= returnMin. */
export function returnFloor(excess: Float64Array, riskFreeRate: number, returnMin: number, origin: Origin): Lowered {
  const positions = Int32Array.from(excess.keys());
  return { rows: [{ positions, coefficients: excess, lower: returnMin - riskFreeRate, upper: Infinity, origin }] };
}

/** The client's floor under the expected return as a restriction; none when absent. */
export function returnFloorsOf<Parameters extends { readonly returnMin?: number }>(
  task: Task<Parameters>,
): readonly Lowered[] {
  const { returnMin } = task.parameters;
  if (returnMin === undefined) return [];
  const origin = task.origin(`expected annual return at least ${Number((100 * returnMin).toFixed(6))} %`);
  return [returnFloor(excessReturns(task), task.estimates.riskFreeRate, returnMin, origin)];
}

/**
 * Streams `points` (at least 2) points from the portfolio of least risk to the one of most return under the client's restrictions: the
 * least `risk` with a return of at least R, R spaced evenly between the returns of the two ends. Then `own`, the strategy's own portfolio,
 * is the solution. Points before `first` are not told. When an end cannot be found, its solution says why and is the last.
 */
export function returnFrontier<Parameters>(
  task: Task<Parameters>,
  points: number,
  risk: Objective,
  own: () => Program,
  first?: number,
): Observable<StrategyEvent> {
  return alongFrontier(task, returnTradeoff(task, risk), points, own, first);
}

/** `risk` against the expected return of the whole portfolio, cash included. Need: `expected-returns`. */
export function returnTradeoff<Parameters>(task: Task<Parameters>, risk: Objective): Tradeoff {
  const direction = excessReturns(task);
  const { riskFreeRate } = task.estimates;
  const floor = (excess: number): Lowered => {
    const returnMin = riskFreeRate + excess;
    const origin = task.origin(`expected return at least ${(100 * returnMin).toFixed(4)} %`);
    return returnFloor(direction, riskFreeRate, returnMin, origin);
  };
  return { objective: risk, direction, floor };
}

/** Whether every mix of two portfolios that satisfy the restrictions satisfies them too. */
export function areConvex(restrictions: readonly Lowered[]): boolean {
  return restrictions.every(({ domains = [], lots = [], counts = [], concentrations = [], riskShares = [] }) =>
    [domains, lots, counts, concentrations, riskShares].every(({ length }) => length === 0),
  );
}
