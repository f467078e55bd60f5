/** What the pipeline works with, handed in by whoever runs it: a worker, or a test. */
import type { Lowered, Origin, Problem } from '../problem/problem.ts';
import type { Amounts, RelaxableSide } from '../problem/relaxable.ts';
import type { Iterate, Solution } from '../problem/solution.ts';
import type { Solver, SolverSettings, Warm } from '../problem/solver.ts';
import type { Universe } from '../problem/universe.ts';
import type { Catalog } from './catalog.ts';

/** The registry of solvers, as far as the pipeline looks at it. */
export interface SolverChoice {
  /** Throws INVALID_ARGUMENT when none takes the problem. */
  choose(problem: Problem, override?: string): { readonly solver: Solver; readonly reason: string };
  solve(
    problem: Problem,
    settings: SolverSettings,
    interrupted: () => boolean,
    override?: string,
    warm?: Warm,
  ): Generator<Iterate, Solution, void>;
}

/** The origins of an irreducible conflict; empty when the restrictions can all hold. */
export type ConflictSearch = (question: {
  readonly universe: Universe;
  readonly restrictions: readonly Lowered[];
  readonly solve: (problem: Problem) => Solution;
}) => readonly Origin[];

/** The least relaxation of the sides that lets everything hold; undefined when none is known. */
export type RepairSearch = (question: {
  readonly universe: Universe;
  readonly restrictions: readonly Lowered[];
  readonly sides: readonly RelaxableSide[];
  readonly solve: (problem: Problem) => Solution;
}) => Amounts | undefined;

/** Why the work is to end early. */
export interface Interruption {
  /** Looked at between iterations; cheap. */
  interrupted(): boolean;
  /** What it was; undefined as long as nothing was. */
  readonly cause: 'time' | 'interrupted' | undefined;
  /** Aborted when the work is to end, for strategies that wait. */
  readonly signal: AbortSignal;
}

export interface Toolbox {
  readonly catalog: Catalog;
  readonly solvers: SolverChoice;
  readonly findConflict: ConflictSearch;
  readonly findRepair: RepairSearch;
  readonly serverVersion: string;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
}
