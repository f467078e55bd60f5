/** The solvers on offer, which of them takes a problem and why, and the check that comes before every one of them. */
import { featuresInWords } from '../problem/features.ts';
import type { Problem } from '../problem/problem.ts';
import type { Iterate, Solution } from '../problem/solution.ts';
import type { Solver, SolverSettings, Warm } from '../problem/solver.ts';
import { defaultSettings } from '../problem/solver.ts';
import { Fault, refuse } from '../values/fault.ts';
import { problemViolations } from './problem-check/problem-check.ts';

export interface Choice {
  readonly solver: Solver;
  /** Why this one: asked for by name, or the first that takes the problem, with what the earlier ones lack. */
  readonly reason: string;
}

export class SolverRegistry {
  private readonly solvers: ReadonlyMap<string, Solver>;

  /** In order of preference. Throws PLUGIN_DUPLICATE when two share an id. */
  constructor(solvers: readonly Solver[]) {
    const byId = new Map<string, Solver>();
    for (const solver of solvers) {
      if (byId.has(solver.id))
        throw new Fault('PLUGIN_DUPLICATE', `two solvers are called ${solver.id}`, { id: solver.id });
      byId.set(solver.id, solver);
    }
    this.solvers = byId;
  }

  get ids(): readonly string[] {
    return [...this.solvers.keys()];
  }

  list(): readonly Solver[] {
    return [...this.solvers.values()];
  }

  /** Throws UNKNOWN_TYPE with the ids on offer. */
  get(id: string, field = 'solver'): Solver {
    const solver = this.solvers.get(id);
    if (solver !== undefined) return solver;
    const description = `no solver is called ${id}; on offer: ${this.ids.join(', ')}`;
    throw new Fault('UNKNOWN_TYPE', description, { type: id }, [{ field, description, reason: 'UNKNOWN_TYPE' }]);
  }

  /**
   * The solver called `override`, or the first that takes the problem. Throws UNKNOWN_TYPE for an unknown name, INVALID_ARGUMENT with
   * every reason when the one asked for, or none at all, can take it.
   */
  choose(problem: Problem, override?: string): Choice {
    return this.inTurn(problem, override)[0];
  }

  /**
   * Checks the problem, chooses, and starts. A solver that gives up hands over to the next that takes the problem, which gets the
   * iterations that are left; one asked for by name does not. Each is given `warm`. `choice` of the solution tells all of it, and its
   * iterations are those of all. Throws INVALID_ARGUMENT with every violation; nothing is computed before the first `next`.
   */
  solve(
    problem: Problem,
    settings: SolverSettings = defaultSettings,
    interrupted: () => boolean = never,
    override?: string,
    warm?: Warm,
  ): Generator<Iterate, Solution, void> {
    refuse(problemViolations(problem));
    return handingOver(this.inTurn(problem, override), problem, settings, interrupted, warm);
  }

  /** All that take the problem, in order of preference; only the one asked for when there is one. */
  private inTurn(problem: Problem, override: string | undefined): readonly [Choice, ...Choice[]] {
    if (override !== undefined && override !== '') {
      const solver = this.get(override);
      const support = solver.supports(problem);
      if (support.yes) return [{ solver, reason: 'asked for by name' }];
      refuse([{ field: 'solver', description: `${solver.id} cannot take this problem: ${support.why}` }]);
    }
    const refusals: string[] = [];
    const choices: Choice[] = [];
    for (const solver of this.solvers.values()) {
      const support = solver.supports(problem);
      if (support.yes) choices.push({ solver, reason: ['first that takes the problem', ...refusals].join('; ') });
      else refusals.push(`${solver.id}: ${support.why}`);
    }
    const [first, ...others] = choices;
    if (first !== undefined) return [first, ...others];
    const what = featuresInWords(problem) || 'this problem';
    const description = `no solver takes ${what}: ${refusals.join('; ') || 'none is on offer'}`;
    throw new Fault('INVALID_ARGUMENT', description, {}, [{ field: 'solver', description }]);
  }
}

function* handingOver(
  [first, ...others]: readonly [Choice, ...Choice[]],
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
  warm: Warm | undefined,
): Generator<Iterate, Solution, void> {
  let solution = yield* first.solver.solve(problem, settings, interrupted, warm);
  let choice = first.reason;
  let { iterations } = solution;
  let standing: Solution | undefined;
  for (const { solver } of others) {
    const iterationsMax = settings.iterationsMax - iterations;
    if (!gaveUp(solution)) break;
    if (iterationsMax <= 0) {
      solution = outOfIterations(solution);
      break;
    }
    const spent = `${solution.iterations} iterations`;
    choice += `; ${solution.solver} gave up after ${spent}: ${solution.termination.detail}; then ${solver.id}`;
    if (solution.termination.reason === 'feasible') standing = solution;
    const before = iterations;
    const steps = solver.solve(problem, { ...settings, iterationsMax }, interrupted, warm);
    solution = yield* counting(steps, before);
    iterations += solution.iterations;
  }
  // A point that holds is worth more than a later failure.
  const answer = gaveUp(solution) && solution.weights.length === 0 ? (standing ?? solution) : solution;
  return { ...answer, choice, iterations };
}

/** It gave up by itself, but that nobody else may try is due to the limit. */
function outOfIterations(solution: Solution): Solution {
  const { reason, limit } = solution.termination;
  if (reason === 'numerical error' || limit !== undefined) return solution;
  return { ...solution, termination: { ...solution.termination, limit: 'iterations' } };
}

/** Iterations go on counting from one solver to the next. */
function* counting(steps: Generator<Iterate, Solution, void>, before: number): Generator<Iterate, Solution, void> {
  try {
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return step.value;
      yield { ...step.value, iteration: before + step.value.iteration };
    }
  } finally {
    steps.return(undefined as never);
  }
}

/** Neither an answer, nor a proof that there is none, nor stopped by whoever waits. */
function gaveUp({ termination: { reason, limit } }: Solution): boolean {
  if (reason === 'numerical error') return true;
  if (reason !== 'no solution found' && reason !== 'feasible') return false;
  return limit === undefined || limit === 'iterations';
}

const never = (): boolean => false;

/** Runs a solver's generator to its solution, handing each iterate to `watch`. */
export function runToEnd(steps: Generator<Iterate, Solution, void>, watch?: (iterate: Iterate) => void): Solution {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    watch?.(step.value);
  }
}
