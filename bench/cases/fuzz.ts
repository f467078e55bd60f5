/** fuzz: 300 random factor problems from well-conditioned to nearly linear, tight caps, narrow sector bands. */
import { certify } from '../../src/problem/certificate.ts';
import { objectiveAt, primalResidual } from '../../src/problem/certificate-figures.ts';
import { factorProblemOf, randomFactorParts } from '../../test/support/factor-problems.ts';
import { Random } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import type { CaseFile } from '../case-file.ts';
import { accurate } from '../contest.ts';
import { solved } from '../engine.ts';
import { report } from '../figure.ts';
import { pythonPeers } from '../python-peers.ts';
import { programFile, quadraticProgramOf } from '../quadratic-program.ts';

const count = 300;
const n = 200;
const k = 15;
const secondsMax = 120;

const problems = () =>
  Array.from({ length: count }, (_, seed) => factorProblemOf(randomFactorParts(new Random(300_000 + seed), n, k)));

async function benchFuzz({ quick }: { readonly quick: boolean }): Promise<void> {
  const all = problems();
  const start = performance.now();
  const solutions = all.map((problem) => solved(problem));
  const ms = performance.now() - start;
  const passes = all.map(
    (problem, at) =>
      solutions[at]!.termination.reason === 'optimal' && certify(problem, solutions[at]!).verdict === 'passed',
  );
  const reached = all.map((problem, at) =>
    passes[at] === true ? objectiveAt(problem, solutions[at]!.weights) : Infinity,
  );
  const best = [...reached];
  const chained = solutions.filter(({ choice = '' }) => choice.includes('gave up')).length;
  const share = passes.filter(Boolean).length / count;
  report({
    case: 'fuzz',
    metric: 'solvedShare',
    value: share,
    unit: 'of 300, certified',
    note: `${String(chained)} by another solver than the first`,
  });
  report({ case: 'fuzz', metric: 'totalMs', value: ms, unit: 'ms' });
  if (!quick) {
    const parts = all.map((problem, at): CaseFile => {
      const { arrays } = programFile(quadraticProgramOf(problem));
      return {
        arrays: Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${String(at)}.${name}`, array])),
        settings: {},
      };
    });
    const arrays = Object.assign({}, ...parts.map((part) => part.arrays)) as CaseFile['arrays'];
    const python = await pythonPeers('batch', { arrays, settings: { count, assets: n, dense: false } }, secondsMax);
    try {
      for (const peer of python.peers) {
        const { name } = peer;
        const { milliseconds, results, error } = await peer.run();
        if (milliseconds === undefined || results === undefined) {
          report({
            case: 'fuzz',
            metric: 'peerSolvedShare',
            value: null,
            unit: 'of 300',
            peer: name,
            note: error ?? '',
          });
          continue;
        }
        const points = Float64Array.from(results['points'] as readonly number[]);
        const solvedBy = results['solved'] as readonly number[];
        for (const [at, problem] of all.entries()) {
          const w = points.subarray(at * n, (at + 1) * n);
          if (solvedBy[at] !== 1 || primalResidual(problem, w) > accurate) continue;
          best[at] = Math.min(best[at]!, objectiveAt(problem, w));
        }
        report({
          case: 'fuzz',
          metric: 'peerSolvedShare',
          value: share,
          unit: 'of 300',
          peer: name,
          peerValue: solvedBy.filter((each) => each === 1).length / count,
          note: `its time ${(milliseconds / 1000).toFixed(1)} s, ours ${(ms / 1000).toFixed(1)} s`,
        });
      }
    } finally {
      await python.end();
    }
  }
  // Points of peers may lie outside by their tolerance, and so below.
  const worse = reached.map((value, at) => (value - best[at]!) / Math.max(1e-12, Math.abs(best[at]!)));
  const wrong = worse.filter((gap, at) => passes[at] === true && gap > accurate).length;
  const note = 'certified, but a peer has a better point by more than 1e-6';
  report({ case: 'fuzz', metric: 'wrong', value: wrong, unit: 'of 300', note });
}

export const fuzzCases: readonly BenchCase[] = [
  {
    name: 'fuzz',
    problem: `${String(count)} random factor problems, risk aversion 0.1 to 1000, tight caps, narrow sector bands`,
    run: benchFuzz,
  },
];
