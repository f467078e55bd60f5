import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Problem } from '../../src/problem/problem.ts';
import { certify } from '../../src/problem/certificate.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { budgetRow, denseOperator, problemOf, rowOver } from '../support/problems.ts';

interface MeanVarianceCase {
  readonly name: string;
  readonly source: string;
  readonly tolerance: number;
  readonly means?: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly efficient?: readonly (readonly number[])[];
  readonly minimumVariance: readonly number[];
}

interface Frontier {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly correlationsLowerTriangle: readonly number[];
  readonly frontier: readonly { readonly mean: number; readonly variance: number }[];
}

interface AlanCase {
  readonly means: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  readonly target: number;
  readonly variance: number;
  readonly weights: readonly number[];
  readonly tolerance: number;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./cases/${name}.json`, import.meta.url), 'utf8')) as unknown;
const registry = new SolverRegistry([interiorPoint]);

function weightsOf(problem: Problem): Float64Array {
  const solution = runToEnd(registry.solve(problem));
  expect(solution.termination.reason).to.equal('optimal');
  expect(certify(problem, solution, 1e-10).verdict).to.equal('passed');
  return solution.weights;
}

/** Least variance over the case's bounds and budget, at a mean return when one is given. */
function leastVariance(given: MeanVarianceCase, mean?: number): Float64Array {
  const n = given.covariance.length;
  const rows = [budgetRow(n)];
  if (mean !== undefined) rows.push(rowOver(given.means!, mean, mean, 'mean return'));
  const quadratics = [{ scale: 1, operator: denseOperator(given.covariance) }];
  return weightsOf(problemOf(n, { quadratics }, { rows, lower: given.lower, upper: given.upper }));
}

function expectClose(actual: Float64Array, expected: readonly number[], tolerance: number): void {
  expect(actual.length).to.equal(expected.length);
  expected.forEach((value, i) => expect(actual[i]!, `asset ${i + 1}`).to.be.closeTo(value, tolerance));
}

describe('published mean-variance portfolios', () => {
  const { cases } = read('solvers-mean-variance') as { cases: readonly MeanVarianceCase[] };

  for (const given of cases) {
    it(`${given.name}: the minimum-variance weights are the printed ones`, () => {
      expectClose(leastVariance(given), given.minimumVariance, given.tolerance);
    });
    if (given.efficient === undefined) continue;
    it(`${given.name}: least variance at the mean of each printed corner portfolio is that portfolio`, () => {
      for (const corner of given.efficient!) {
        const mean = corner.reduce((sum, weight, i) => sum + weight * given.means![i]!, 0);
        const total = corner.reduce((sum, weight) => sum + weight, 0);
        // Printed weights add up to 1 only up to their rounding.
        expectClose(leastVariance(given, mean / total), corner, given.tolerance);
      }
    });
  }
});

describe('OR-Library port1, 31 assets of the Hang Seng', () => {
  const given = read('solvers-orlib-port1') as Frontier;
  const n = given.means.length;
  const entries = new Float64Array(n * n);
  let next = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = given.correlationsLowerTriangle[next++]! * given.deviations[i]! * given.deviations[j]!;
      entries[i * n + j] = value;
      entries[j * n + i] = value;
    }
  const operator = { kind: 'dense', size: n, entries } as const;

  it('reaches the printed variance at each of 200 frontier returns to 1e-6', () => {
    expect(given.frontier.length).to.equal(200);
    let worst = 0;
    for (const point of given.frontier) {
      const rows = [budgetRow(n), rowOver(given.means, point.mean, Infinity, 'mean return')];
      const w = weightsOf(problemOf(n, { quadratics: [{ scale: 1, operator }] }, { rows, upper: 1 }));
      let variance = 0;
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) variance += w[i]! * w[j]! * entries[i * n + j]!;
      worst = Math.max(worst, Math.abs(variance - point.variance) / point.variance);
    }
    expect(worst).to.be.below(1e-6);
  });
});

describe('GAMS model library, ALAN', () => {
  it('least variance at a return of 10 is the printed one', () => {
    const { means, covariance, target, variance, weights, tolerance } = read('gams-alan') as AlanCase;
    const rows = [budgetRow(means.length), rowOver(means, target, target, 'mean return')];
    const operator = denseOperator(covariance);
    const w = weightsOf(problemOf(means.length, { quadratics: [{ scale: 1, operator }] }, { rows }));
    expectClose(w, weights, tolerance);
    const held = w.reduce((sum, a, i) => sum + w.reduce((part, b, j) => part + a * covariance[i]![j]! * b, 0), 0);
    expect(held).to.be.closeTo(variance, tolerance);
  });
});
