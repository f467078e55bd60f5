/**
 * The solver contract. A solver is a pure synchronous generator: no promise, no clock, no randomness without a seed. The registry
 * validates before calling, so a solver may assume; interruption and infeasibility are results, never exceptions; it never
 * returns a fallback. Progress, limits, interruption and tests all fall out of this one choice.
 */
import type { Problem } from './problem.ts';
import type { Iterate, Multipliers, Solution } from './solution.ts';

export interface SolverSettings {
  /** Relative residuals and gap at which a point counts as optimal. */
  readonly tolerance: number;
  readonly iterationsMax: number;
}

export const defaultSettings: SolverSettings = { tolerance: 1e-8, iterationsMax: 200 };

/** Where a solve may begin: the end of one whose problem was close to this one. Changes how long it takes, never what is certified. */
export interface Warm {
  readonly weights: Float64Array;
  readonly multipliers: Multipliers;
}

export type Support = { readonly yes: true } | { readonly yes: false; readonly why: string };

export interface Solver {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  readonly references: readonly string[];
  /** What it can take, in words for the catalogue. */
  readonly capabilities: readonly string[];
  supports(problem: Problem): Support;
  /** A solver without use for `warm` ignores it, and so does every one when its vectors do not fit the problem. */
  solve(
    problem: Problem,
    settings: SolverSettings,
    interrupted: () => boolean,
    warm?: Warm,
  ): Generator<Iterate, Solution, void>;
}
