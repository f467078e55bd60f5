import type { Problem } from '../problem/problem.ts';
import type { ConicForm } from './conic-form.ts';
import type { Candidate } from './candidate.ts';
export function polish(_problem: Problem, _form: ConicForm, candidate: Candidate, _tolerance: number): Candidate {
  return candidate;
}
