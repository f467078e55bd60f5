/** d50, d500, d2000: equal risk contributions over a dense covariance. */
import type { Problem } from '../../src/problem/problem.ts';
import { Random, problemOf, riskModel, sampleCovariance } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import { contest } from '../contest.ts';
import type { Results } from '../contest.ts';
import { certified, reportCertificate, solved } from '../engine.ts';
import { report } from '../figure.ts';
import { pythonPeers } from '../python-peers.ts';
import { peerSecondsMax } from '../quadratic-case.ts';

function covarianceOf(n: number): Float64Array {
  const random = new Random(4000 + n);
  const k = Math.max(5, Math.min(40, Math.floor(n / 5)));
  return sampleCovariance(riskModel(n, k, random).operator, 2 * n, random);
}

/** Least 1/2 x'Sx - sum b ln x, whose x divided by its sum has the budgets b (Spinu 2013). */
function budgetProblem(entries: Float64Array, budgets: Float64Array): Problem {
  const n = budgets.length;
  const operator = { kind: 'dense', size: n, entries } as const;
  return problemOf(n, { quadratics: [{ scale: 1, operator }], logarithms: budgets }, { rows: [] });
}

/** Largest |share of the variance - budget|, relative to the budget. */
function errorOf(x: ArrayLike<number>, entries: Float64Array, budgets: Float64Array): number {
  const n = budgets.length;
  const shares = Array.from({ length: n }, (_, i) => {
    let pull = 0;
    for (let j = 0; j < n; j += 1) pull += entries[i * n + j]! * x[j]!;
    return pull * x[i]!;
  });
  const total = shares.reduce((sum, value) => sum + value, 0);
  return shares.reduce((worst, value, i) => Math.max(worst, Math.abs(value / total / budgets[i]! - 1)), 0);
}

const asked = 1e-10;

function budgetCase(n: number): BenchCase {
  const name = `d${n}`;
  return {
    name,
    problem: `equal risk contributions of ${n} names to ${asked.toExponential(0)}, dense covariance`,
    run: async ({ quick }) => {
      const entries = covarianceOf(n);
      const budgets = new Float64Array(n).fill(1 / n);
      const problem = budgetProblem(entries, budgets);
      const solution = certified(problem, name);
      const judge = ({ x }: Results): { gap: number; note: string } => {
        const error = errorOf(x as readonly number[], entries, budgets);
        return { gap: error, note: `error of the shares ${error.toExponential(0)}` };
      };
      const file = { arrays: { S: entries, budgets }, settings: { peerTolerance: asked / n } };
      const python = quick ? undefined : await pythonPeers('budgets', file, peerSecondsMax);
      try {
        const ours = (): void => void solved(problem);
        const ms = await contest({ case: name, ours, peers: python?.peers ?? [], judge });
        reportCertificate(name, problem, solution, ms);
        const error = errorOf(solution.weights, entries, budgets);
        report({ case: name, metric: 'shareError', value: error, unit: 'relative' });
      } finally {
        await python?.end();
      }
    },
  };
}

export const budgetCases: readonly BenchCase[] = [50, 500, 2000].map(budgetCase);
