/** What the pipeline works with, handed in by whoever runs it: a worker, or a test. */
import type { PeriodsProblem, PeriodsSolution } from '../problem/periods.ts';
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

/** A step of a trace, and how one ends: see `FrontierTrace`. A point that is not optimal is inaccurate and to be solved by itself. */
export type TraceStep =
  | { readonly kind: 'iterate'; readonly iterate: Iterate }
  | { readonly kind: 'point'; readonly lambda: number; readonly solution: Solution };
export type TraceEnd =
  | { readonly kind: 'traced'; readonly solver: string; readonly corners: number }
  /** There is no frontier, or the trace was stopped. */
  | { readonly kind: 'ended'; readonly solution: Solution }
  /** The points are to be solved one by one. */
  | { readonly kind: 'gave-up'; readonly solver: string; readonly detail: string };

/** Points of a frontier, evenly spaced in direction'w, from the least objective of the problem to the greatest direction'w. */
export type FrontierTrace = (question: {
  readonly problem: Problem;
  readonly direction: Float64Array;
  readonly count: number;
  readonly tolerance: number;
  readonly interrupted: () => boolean;
}) => Generator<TraceStep, TraceEnd, void>;

/** Several periods together; throws INVALID_ARGUMENT with every violation. */
export type PeriodsSearch = (
  problem: PeriodsProblem,
  settings: SolverSettings,
  interrupted: () => boolean,
) => Generator<Iterate, PeriodsSolution, void>;

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
  /** Absent where points of a frontier are solved one by one. */
  readonly traceFrontier?: FrontierTrace;
  /** Absent where nothing is planned over several periods. */
  readonly solvePeriods?: PeriodsSearch;
  readonly serverVersion: string;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
}
