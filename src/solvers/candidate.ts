/** A point with its multipliers and what the independent certificate says of them. */
import type { Problem } from '../problem/problem.ts';
import type { Multipliers } from '../problem/solution.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
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

/** Multiplications in a certificate, which cannot be interrupted; roughly. */
export function certificateWork({ quadratics, norms, rows, universe }: Problem): number {
  const n = universe.assets.length;
  let work = n * rows.length;
  for (const { operator } of quadratics) work += 2 * productWork(operator);
  for (const { operator } of norms) work += 2 * productWork(operator);
  return work;
}

/** The certificate multiplies from the definitions. */
function productWork(operator: SymmetricOperator): number {
  if (operator.kind === 'dense') return operator.size * operator.size;
  if (operator.kind === 'factor') return operator.size * operator.factors * operator.factors;
  if (operator.kind === 'diagonal') return operator.size;
  return operator.terms.reduce((total, term) => total + productWork(term), 0);
}

/** The one whose worst figure is smaller; the first when equal. */
export function better(a: Candidate | undefined, b: Candidate): Candidate {
  return a !== undefined && a.worst <= b.worst ? a : b;
}
