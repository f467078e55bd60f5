/**
 * Terms and restrictions that are checked in files of their own, one for each kind. Each recomputes from the definition in `problem.ts`, and
 * takes nothing from any solver but weights and multipliers.
 */
import type { Problem } from './problem.ts';
import type { Multipliers } from './solution.ts';
import { checkedConcentrations } from './certificate-concentration.ts';
import { checkedIntegrality } from './certificate-integrality.ts';
import { checkedLogarithms } from './certificate-logarithms.ts';
import { checkedPieces } from './certificate-pieces.ts';
import { checkedRiskShares } from './certificate-risk-shares.ts';
import { checkedTails } from './certificate-tails.ts';
import type { RestrictionFigure } from './certificate-figures.ts';

/** One term of the objective, or one restriction, at a point. */
export interface CheckedTerm {
  /** What it adds to the objective; 0 for a restriction. */
  readonly objective: number;
  /** (n) what it adds to the gradient of the Lagrangian with the multipliers given; absent without multipliers or when nothing. */
  readonly slope?: Float64Array;
  /** What the linear function that the multipliers stand for loses against the term at the point, and multiplier times slack; >= 0. */
  readonly gap: number;
  /** By how much its multipliers break the conditions on them, in units of the gradient. */
  readonly wrong: number;
  readonly figure?: RestrictionFigure;
}

/** Without multipliers only `objective` and `figure` are asked for. */
export type CheckOfTerms = (problem: Problem, w: Float64Array, y: Multipliers | undefined) => readonly CheckedTerm[];

/** Every kind, in the order in which its figures are told. */
const extensions: readonly CheckOfTerms[] = [
  checkedTails,
  checkedLogarithms,
  checkedPieces,
  checkedIntegrality,
  checkedConcentrations,
  checkedRiskShares,
];

export function extendedTerms(problem: Problem, w: Float64Array, y: Multipliers | undefined): readonly CheckedTerm[] {
  return extensions.flatMap((check) => check(problem, w, y));
}
