/** A point with its multipliers and what the independent certificate says of them. */
import type { Problem } from '../problem/problem.ts';
import type { Multipliers } from '../problem/solution.ts';
import { certify, type Certificate } from '../problem/certificate.ts';

export interface Candidate {
  readonly weights: Float64Array;
  readonly multipliers: Multipliers;
  readonly certificate: Certificate;
  /** The largest of the certificate's relative figures. */
  readonly worst: number;
}

export function candidateAt(problem: Problem, weights: Float64Array, multipliers: () => Multipliers): Candidate {
  const given = multipliers();
  const certificate = certify(problem, { weights, multipliers: given });
  const { primal, dual, gap, complementarity } = certificate;
  const worst = Math.max(primal, dual, gap, complementarity);
  return { weights, multipliers: given, certificate, worst: Number.isNaN(worst) ? Infinity : worst };
}

/** The one whose worst figure is smaller; the first when equal. */
export function better(a: Candidate | undefined, b: Candidate): Candidate {
  return a !== undefined && a.worst <= b.worst ? a : b;
}
