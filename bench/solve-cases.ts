/** Solve times on the canonical problems beside npm `highs` and the Python peers: one thread, median of at least five runs. */
import { certify } from '../src/problem/certificate.ts';
import type { Problem } from '../src/problem/problem.ts';
import type { Solution } from '../src/problem/solution.ts';
import { defaultSettings } from '../src/problem/solver.ts';
import { SolverRegistry, runToEnd } from '../src/solvers/registry.ts';
import { builtInContributions } from '../src/workers/built-in.ts';
import { denseCase, factorCase } from '../test/support/problems.ts';
import { median, report } from './figure.ts';
import { runHighs } from './highs.ts';
import { runPythonPeers } from './python-peers.ts';
import { objectiveAt, quadraticProgramOf } from './split-form.ts';
import { trackingCase } from './tracking-case.ts';

const runs = 5;
const warmUpMs = 500;

export const solveCases: Readonly<Record<string, () => Problem>> = {
  a50: () => denseCase(50),
  a500: () => denseCase(500),
  a2000: () => denseCase(2000),
  at500: () => trackingCase(500),
  at2000: () => trackingCase(2000),
  b500x20: () => factorCase(500, 20),
  b500x70: () => factorCase(500, 70),
  b3000x20: () => factorCase(3000, 20),
  b3000x70: () => factorCase(3000, 70),
  b10000x20: () => factorCase(10000, 20),
  b10000x70: () => factorCase(10000, 70),
};

const registry = new SolverRegistry(builtInContributions.solvers ?? []);

/** By the solver that the registry chooses, as the service does. */
function solved(problem: Problem): Solution {
  return runToEnd(registry.solve(problem, defaultSettings));
}

interface Peer {
  readonly name: string;
  readonly milliseconds?: number;
  readonly objective?: number;
  readonly note?: string;
}

export async function benchSolve(name: string, problem: Problem, quick: boolean): Promise<void> {
  const program = quadraticProgramOf(problem);
  const solution = solved(problem);
  if (solution.termination.reason !== 'optimal' || certify(problem, solution).verdict !== 'passed')
    throw new Error(`${name}: ${solution.termination.detail}`);
  // A service has long been compiled when a problem comes.
  for (const began = performance.now(); performance.now() - began < warmUpMs;) solved(problem);
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    solved(problem);
    return performance.now() - start;
  });
  const ours = median(times);
  const objective = objectiveAt(program, problem, solution.weights);
  const peers: Peer[] = [];
  const objectiveOf = (weights: ArrayLike<number>): number => objectiveAt(program, problem, Float64Array.from(weights));
  try {
    const found = await runHighs(program, runs);
    peers.push({
      name: 'npm highs',
      milliseconds: median(found.map((each) => each.milliseconds)),
      objective: objectiveOf(found[0]?.weights ?? []),
    });
  } catch (error) {
    peers.push({ name: 'npm highs', note: error instanceof Error ? error.message : String(error) });
  }
  if (!quick) {
    for (const { peer, milliseconds, weights, error } of await runPythonPeers(program, runs)) {
      peers.push(
        milliseconds === undefined || weights === undefined
          ? { name: peer, note: error ?? 'no answer' }
          : { name: peer, milliseconds: median(milliseconds), objective: objectiveOf(weights) },
      );
    }
  }
  // Points of first-order peers may lie a little outside and so below: the best known is ours, which is certified.
  for (const peer of peers) {
    report({
      case: name,
      metric: 'solveMs',
      value: ours,
      unit: 'ms',
      peer: peer.name,
      peerValue: peer.milliseconds ?? null,
      ratio: peer.milliseconds === undefined ? null : ours / peer.milliseconds,
      gap: peer.objective === undefined ? null : (peer.objective - objective) / Math.max(1e-12, Math.abs(objective)),
      ...(peer.note === undefined ? {} : { note: peer.note }),
    });
  }
}
