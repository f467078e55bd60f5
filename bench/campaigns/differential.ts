/**
 * Many problems, solved by the registry and by peers: verdicts, objectives, and who is right where they differ. Ours counts as solved only
 * with a certificate or a proof that the independent check accepts.
 */
import { certify } from '../../src/problem/certificate.ts';
import { verifyInfeasibility } from '../../src/problem/certificate-infeasibility.ts';
import {
  measured,
  objectiveAt,
  objectiveScale,
  primalResidual,
  termsAt,
} from '../../src/problem/certificate-figures.ts';
import type { Problem } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { builtInContributions } from '../../src/workers/built-in.ts';
import type { RandomProgram } from '../../test/support/random-programs.ts';
import { report } from '../figure.ts';
import { conicProgramOf } from './conic-program.ts';
import { PeerLine, type PeerAnswer } from './peer-line.ts';

/** Relative difference of objectives that counts as agreement, and the violation that a peer's point may have. */
const agreement = 1e-6;
const verdicts = new Set(['optimal', 'infeasible', 'unbounded']);

const registry = new SolverRegistry(builtInContributions.solvers ?? []);

export interface Campaign {
  readonly name: string;
  readonly count: number;
  readonly problem: (k: number) => RandomProgram;
  /** Without peers. */
  readonly quick: boolean;
  /** How the set is called in notes. */
  readonly of: string;
}

interface PeerTally {
  verdicts: number;
  agreed: number;
  /** Agreed on the verdict; the peer's objective is off, or its point broken, by more than `agreement`. */
  inexact: number;
  /** Another verdict than ours, which is proven. */
  wrong: number;
  /** Better than our proven optimum by more than `agreement` at a point that holds: the certificate would be wrong. */
  better: number;
  largest: number;
}

/** Prints every disagreement to the error stream and reports figures. @returns how many are not solved or doubtful */
export async function runCampaign({ name, count, problem, quick, of }: Campaign): Promise<number> {
  const peers = quick ? undefined : await PeerLine.open();
  const tallies = new Map<string, PeerTally>();
  const solvers = new Map<string, number>();
  let [solved, worst, milliseconds] = [0, 0, 0];
  for (let k = 0; k < count; k++) {
    const given = problem(k);
    const began = performance.now();
    const solution = runToEnd(registry.solve(given.problem));
    milliseconds += performance.now() - began;
    const quality = provenTo(given.problem, solution);
    const right = quality <= 1e-8 && solution.termination.reason === given.verdict && asKnown(given, solution);
    if (right) {
      solved++;
      worst = Math.max(worst, quality);
      solvers.set(solution.solver, (solvers.get(solution.solver) ?? 0) + 1);
    } else tell({ name, k, kind: given.kind, expected: given.verdict, ours: solution.termination, quality });
    for (const [peer, answer] of Object.entries((await peers?.solve(conicProgramOf(given.problem))) ?? {})) {
      const tally = tallies.get(peer) ?? { verdicts: 0, agreed: 0, inexact: 0, wrong: 0, better: 0, largest: 0 };
      tallies.set(peer, tally);
      const finding = compare(given.problem, solution, answer, tally, right);
      if (finding !== undefined)
        tell({ name, k, kind: given.kind, peer, ours: solution.termination.reason, ...finding });
    }
  }
  peers?.close();
  const by = [...solvers].map(([solver, times]) => `${solver} ${times}`).join(', ');
  report({ case: name, metric: 'solvedShare', value: solved / count, unit: 'share', note: `${count} ${of}; ${by}` });
  report({ case: name, metric: 'worstCertificate', value: worst, unit: 'relative', note: 'largest residual or gap' });
  report({ case: name, metric: 'solveMs', value: milliseconds / count, unit: 'ms', note: 'mean, all problems' });
  let doubtful = count - solved;
  for (const [peer, { verdicts: given, agreed, inexact, wrong, better, largest }] of tallies) {
    doubtful += better;
    report({
      case: name,
      metric: 'agreedShare',
      value: given === 0 ? null : agreed / given,
      unit: 'share of its verdicts',
      peer,
      peerValue: given,
      gap: largest,
      note: `inexact ${inexact}, wrong by certificate ${wrong}, better than ours ${better}`,
    });
  }
  return doubtful;
}

function tell(finding: object): void {
  process.stderr.write(`${JSON.stringify(finding)}\n`);
}

/** The largest figure of the certificate; 0 for a proof that holds, and for unboundedness, of which there is no certificate. */
function provenTo(problem: Problem, solution: Solution): number {
  const { reason } = solution.termination;
  if (reason === 'unbounded') return 0;
  if (reason === 'infeasible')
    return solution.infeasibility !== undefined && verifyInfeasibility(problem, solution.infeasibility).proven
      ? 0
      : Infinity;
  if (reason !== 'optimal') return Infinity;
  const { primal, dual, gap, complementarity } = certify(problem, solution);
  return Math.max(primal, dual, gap, complementarity);
}

/** Within `agreement` of the optimum that construction knows. */
function asKnown({ problem, objective }: RandomProgram, solution: Solution): boolean {
  if (objective === undefined || solution.termination.reason !== 'optimal') return true;
  const scale = scaleAt(problem, solution.weights);
  return Math.abs(solution.objective - objective) <= agreement * scale;
}

/** What differences of the objective are relative to, as the certificate has it. */
function scaleAt(problem: Problem, weights: Float64Array): number {
  return objectiveScale(problem, termsAt(problem, measured(problem, weights, undefined)));
}

/** Counts, and says what is worth a look. */
function compare(problem: Problem, ours: Solution, answer: PeerAnswer, tally: PeerTally, proven: boolean) {
  if (!verdicts.has(answer.verdict)) return undefined;
  tally.verdicts++;
  const { reason } = ours.termination;
  if (answer.verdict !== reason) {
    if (proven) tally.wrong++;
    return { peerVerdict: answer.verdict };
  }
  if (reason !== 'optimal') {
    tally.agreed++;
    return undefined;
  }
  const weights = Float64Array.from(answer.weights, (value) => value ?? NaN);
  const violation = primalResidual(problem, weights);
  const scale = scaleAt(problem, ours.weights);
  const difference = (objectiveAt(problem, weights) - ours.objective) / scale;
  tally.largest = Math.max(tally.largest, Math.abs(difference));
  if (Math.abs(difference) <= agreement && violation <= agreement) {
    tally.agreed++;
    return undefined;
  }
  tally.inexact++;
  if (!(difference < -agreement && violation <= 1e-9)) return undefined;
  tally.better++;
  return { difference, violation };
}
