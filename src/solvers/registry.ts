/** The solvers on offer, which of them takes a problem and why, and the check that comes before every one of them. */
import type { Problem } from '../problem/problem.ts';
import type { Iterate, Solution } from '../problem/solution.ts';
import type { Solver, SolverSettings } from '../problem/solver.ts';
import { defaultSettings } from '../problem/solver.ts';
import { Fault, refuse } from '../values/fault.ts';
import { problemViolations } from './problem-check.ts';

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
    if (override !== undefined && override !== '') {
      const solver = this.get(override);
      const support = solver.supports(problem);
      if (support.yes) return { solver, reason: 'asked for by name' };
      refuse([{ field: 'solver', description: `${solver.id} cannot take this problem: ${support.why}` }]);
    }
    const refusals: string[] = [];
    for (const solver of this.solvers.values()) {
      const support = solver.supports(problem);
      if (support.yes) return { solver, reason: ['first that takes the problem', ...refusals].join('; ') };
      refusals.push(`${solver.id}: ${support.why}`);
    }
    const description = `no solver takes this problem: ${refusals.join('; ') || 'none is on offer'}`;
    throw new Fault('INVALID_ARGUMENT', description, {}, [{ field: 'solver', description }]);
  }

  /** Checks the problem, chooses, and starts. Throws INVALID_ARGUMENT with every violation; nothing is computed before the first `next`. */
  solve(
    problem: Problem,
    settings: SolverSettings = defaultSettings,
    interrupted: () => boolean = never,
    override?: string,
  ): Generator<Iterate, Solution, void> {
    refuse(problemViolations(problem));
    return this.choose(problem, override).solver.solve(problem, settings, interrupted);
  }
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
