/** A convex quadratic problem against every solver and library that takes it. */
import type { Problem } from '../src/problem/problem.ts';
import type { CaseFile } from './case-file.ts';
import { contest } from './contest.ts';
import type { Results } from './contest.ts';
import { certified, comparedTo, reportCertificate, reportPreparation, solved } from './engine.ts';
import { npmHighs } from './highs.ts';
import { pythonPeers } from './python-peers.ts';
import { programFile, quadraticProgramOf } from './quadratic-program.ts';

export const peerSecondsMax = 8;

/** `family` is the module of the Python peers, `more` what it wants besides the program; without Python peers when `quick`. */
export async function benchQuadratic(
  name: string,
  problem: Problem,
  family: string,
  more: CaseFile,
  quick: boolean,
): Promise<void> {
  const program = quadraticProgramOf(problem);
  const solution = certified(problem, name);
  const compared = comparedTo(problem, solution);
  const judge = (results: Results): ReturnType<typeof compared> => compared(results['x'] as readonly number[]);
  const ours = (): void => void solved(problem);
  const inProcess = [npmHighs(program)];
  const python = quick ? undefined : await pythonPeers(family, programFile(program, more), peerSecondsMax);
  try {
    const ms = await contest({ case: name, ours, peers: [...inProcess, ...(python?.peers ?? [])], judge });
    reportCertificate(name, problem, solution, ms);
    reportPreparation(name, problem, ms);
  } finally {
    await python?.end();
  }
}
