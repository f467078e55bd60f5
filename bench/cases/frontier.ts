/** c225 and the largest market of OR-Library: the whole efficient frontier, read off at 100 returns. */
import { certify } from '../../src/problem/certificate.ts';
import type { Problem } from '../../src/problem/problem.ts';
import { traceCorners } from '../../src/solvers/critical-line/critical-line.ts';
import type { Corner } from '../../src/solvers/critical-line/critical-line.ts';
import { problemViolations } from '../../src/solvers/problem-check/problem-check.ts';
import { refuse } from '../../src/values/fault.ts';
import { denseCase, problemOf } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import { contest } from '../contest.ts';
import type { Results } from '../contest.ts';
import { median, report } from '../figure.ts';
import { publishedMarket } from '../orlib.ts';
import { pythonPeers } from '../python-peers.ts';
import { peerSecondsMax } from '../quadratic-case.ts';

const points = 100;
/** The far end is a single portfolio, which some peers find by another way or not at all. */
const share = 0.999;

interface Market {
  readonly means: Float64Array;
  readonly covariance: Float64Array;
  readonly upper: number;
}

function generated(): Market {
  const { quadratics, linear } = denseCase(225);
  const [quadratic] = quadratics;
  if (quadratic?.operator.kind !== 'dense') throw new Error('expected a dense covariance');
  return { means: Float64Array.from(linear), covariance: quadratic.operator.entries, upper: 0.1 };
}

function problemIn({ means, covariance, upper }: Market): Problem {
  const n = means.length;
  const operator = { kind: 'dense', size: n, entries: covariance } as const;
  return problemOf(n, { quadratics: [{ scale: 1, operator }], linear: new Float64Array(n) }, { upper });
}

const never = (): boolean => false;
const returnOf = (weights: Float64Array, means: Float64Array): number =>
  weights.reduce((total, weight, i) => total + weight * means[i]!, 0);

/** As the service does: the problem is checked, then traced. */
function traced(problem: Problem, means: Float64Array): readonly Corner[] {
  refuse(problemViolations(problem));
  const steps = traceCorners(problem, means, never);
  const corners: Corner[] = [];
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) {
      if (step.value.kind !== 'traced') throw new Error(`the frontier was not traced: ${step.value.kind}`);
      return corners;
    }
    corners.push(step.value);
  }
}

/** The least-variance portfolio at each return: corners come in the order of falling return. */
function readOff(corners: readonly Corner[], means: Float64Array, targets: Float64Array): readonly Float64Array[] {
  const returns = corners.map(({ weights }) => returnOf(weights, means));
  let right = corners.length - 1;
  return Array.from(targets, (target) => {
    while (right > 1 && returns[right - 1]! < target) right -= 1;
    const [high, low] = [corners[right - 1]!.weights, corners[right]!.weights];
    const width = returns[right - 1]! - returns[right]!;
    const part = width > 0 ? Math.min(1, Math.max(0, (target - returns[right]!) / width)) : 0;
    return low.map((weight, i) => weight + part * (high[i]! - weight));
  });
}

function varianceOf(weights: Float64Array, { covariance }: Market): number {
  const n = weights.length;
  let total = 0;
  for (let i = 0; i < n; i += 1) {
    if (weights[i] === 0) continue;
    let pull = 0;
    for (let j = 0; j < n; j += 1) pull += covariance[i * n + j]! * weights[j]!;
    total += weights[i]! * pull;
  }
  return total;
}

function targetsOf(corners: readonly Corner[], means: Float64Array): Float64Array {
  const least = returnOf(corners.at(-1)!.weights, means);
  const most = returnOf(corners[0]!.weights, means);
  return Float64Array.from({ length: points }, (_, k) => least + ((most - least) * share * k) / (points - 1));
}

const checks = 5;

/** What it costs to check every corner independently, beside the trace; throws when one fails. */
function reportCorners(
  name: string,
  problem: Problem,
  means: Float64Array,
  corners: readonly Corner[],
  ms: number,
): void {
  const times: number[] = [];
  for (let run = 0; run < checks; run += 1) {
    const start = performance.now();
    for (const { lambda, weights, multipliers } of corners) {
      const linear = means.map((value) => lambda * value);
      const { verdict, detail } = certify({ ...problem, linear }, { weights, multipliers });
      if (verdict !== 'passed') throw new Error(`${name}: the corner at ${String(lambda)}: ${detail}`);
    }
    times.push(performance.now() - start);
  }
  const note = `every one of ${String(corners.length)} corners`;
  report({ case: name, metric: 'certificateShare', value: median(times) / ms, unit: 'of the solve', note });
}

function frontierCase(name: string, problem: string, build: () => Market): BenchCase {
  return {
    name,
    problem,
    run: async ({ quick }) => {
      const market = build();
      const { means, covariance, upper } = market;
      const built = problemIn(market);
      const corners = traced(built, means);
      const targets = targetsOf(corners, means);
      const own = readOff(corners, means, targets).map((weights) => varianceOf(weights, market));
      const judge = (results: Results): { gap: number } => {
        const theirs = results['variances'] as readonly number[];
        const gaps = own.map((value, k) => (theirs[k]! - value) / value);
        return { gap: gaps.reduce((worst, gap) => (Math.abs(gap) > Math.abs(worst) ? gap : worst), 0) };
      };
      const file = { arrays: { S: covariance, mu: means, targets }, settings: { upper } };
      const python = quick ? undefined : await pythonPeers('frontier', file, peerSecondsMax);
      try {
        const ours = (): void => void readOff(traced(built, means), means, targets);
        const ms = await contest({ case: name, ours, peers: python?.peers ?? [], judge });
        reportCorners(name, built, means, corners, ms);
      } finally {
        await python?.end();
      }
    },
  };
}

export const frontierCases: readonly BenchCase[] = [
  frontierCase('c225', 'whole efficient frontier of 225 names, at most 10 % each, 100 points', generated),
  frontierCase('c port5', 'the same of the Nikkei in OR-Library, 225 names, no caps', () => ({
    ...publishedMarket('port5'),
    upper: 1,
  })),
];
