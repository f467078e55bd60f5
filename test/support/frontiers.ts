/** Traced frontiers for tests, every corner of them certified. */
import { expect } from 'chai';
import { certify } from '../../src/problem/certificate.ts';
import { traceCorners, type Corner, type FrontierEnd } from '../../src/solvers/critical-line/critical-line.ts';
import { FrontierCurve } from '../../src/solvers/critical-line/curve.ts';
import { problemAt } from '../../src/solvers/critical-line/points.ts';
import type { Tradeoff } from './frontier-case.ts';

export interface Traced {
  readonly corners: readonly Corner[];
  readonly end: FrontierEnd;
}

export function traceOf({ problem, direction }: Tradeoff, interrupted: () => boolean = (): boolean => false): Traced {
  const corners: Corner[] = [];
  const steps = traceCorners(problem, direction, interrupted);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return { corners, end: step.value };
    corners.push(step.value);
  }
}

/** The corners of a trace that runs to its end, each the certified optimum at its lambda, lambda falling to 0. */
export function cornersOf(tradeoff: Tradeoff, tolerance = 1e-10): readonly Corner[] {
  const { corners, end } = traceOf(tradeoff);
  expect(end.kind === 'gave-up' ? end.detail : end.kind).to.equal('traced');
  let before = Infinity;
  for (const corner of corners) {
    expectOptimal(tradeoff, corner, tolerance);
    expect(corner.lambda).to.be.at.most(before);
    before = corner.lambda;
  }
  expect(before).to.equal(0);
  return corners;
}

export function expectOptimal({ problem, direction }: Tradeoff, point: Corner, tolerance: number): void {
  const certificate = certify(problemAt(problem, direction, point.lambda), point, tolerance);
  expect(certificate.verdict, `lambda ${point.lambda}: ${certificate.detail}`).to.equal('passed');
}

export function curveOf(tradeoff: Tradeoff): FrontierCurve {
  return new FrontierCurve(tradeoff.problem, tradeoff.direction, cornersOf(tradeoff));
}
