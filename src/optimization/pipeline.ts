/** The heavy part of the way through the house, synchronous as far as the strategy is: estimate, lower, solve, check. */
import { Observable } from 'rxjs';

import { compose } from '../problem/problem.ts';
import type { Lowered, Problem } from '../problem/problem.ts';
import type { Iterate, Solution } from '../problem/solution.ts';
import { defaultSettings } from '../problem/solver.ts';
import type { SolverSettings } from '../problem/solver.ts';
import type { Answer, SolveEvent, Strategy, StrategyEvent, Task } from '../sdk/v1/index.ts';
import { told } from './answering.ts';
import type { Setting, Told } from './answering.ts';
import type { ConflictLine, OptimizationAnswer } from './answer.ts';
import { digestOf } from './digest.ts';
import { estimatesOf } from './estimates.ts';
import type { SolveJob, SolveNews } from './job.ts';
import { applied, finite } from './restrictions.ts';
import type { Interruption, Toolbox } from './toolbox.ts';

/**
 * Progress, points when a frontier was asked for, then exactly one answer. Cold. Errors with a Fault for what only the numbers could
 * tell, and with anything else for a bug. An interruption ends the run with its best point as the answer.
 */
export function solveJob(job: SolveJob, toolbox: Toolbox, interruption: Interruption): Observable<SolveNews> {
  return new Observable((subscriber) => {
    const began = toolbox.now();
    const run = new JobRun(job, toolbox, interruption);
    let points = 0;
    let answer: OptimizationAnswer | undefined;
    const elapsedMs = (): number => Math.round(toolbox.now() - began);
    subscriber.next({ kind: 'progress', progress: beginning });
    const events = run.begin();
    return events.subscribe({
      next: (event) => {
        if (event.kind === 'progress') {
          const progress = { phase: event.phase, ...figuresOf(event.iterate), elapsedMs: elapsedMs() };
          subscriber.next({ kind: 'progress', progress });
        } else if (event.kind === 'solution') {
          answer = run.answer(event.answer, elapsedMs());
        } else if (job.frontierPoints !== undefined) {
          const point = run.answer(event.answer, elapsedMs());
          if (point.certificate?.passed === true) subscriber.next({ kind: 'point', index: points++, answer: point });
        }
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => {
        if (answer === undefined) {
          subscriber.error(new Error(`strategy ${job.strategy.type} ended without a solution`));
          return;
        }
        subscriber.next({ kind: 'answer', answer });
        subscriber.complete();
      },
    });
  });
}

const beginning = {
  phase: 'estimating',
  iteration: 0,
  objective: 0,
  primal: 0,
  dual: 0,
  gap: 0,
  elapsedMs: 0,
} as const;

function figuresOf({ iteration, objective, primal, dual, gap }: Iterate): Iterate {
  return { iteration, objective: finite(objective), primal: finite(primal), dual: finite(dual), gap: finite(gap) };
}

class JobRun {
  readonly #job: SolveJob;
  readonly #toolbox: Toolbox;
  readonly #interruption: Interruption;
  readonly #settings: SolverSettings;
  #setting: Setting | undefined;
  #iterations = 0;
  #digest = '';

  constructor(job: SolveJob, toolbox: Toolbox, interruption: Interruption) {
    this.#job = job;
    this.#toolbox = toolbox;
    this.#interruption = interruption;
    this.#settings = { ...defaultSettings, iterationsMax: job.limits.iterationsMax };
  }

  begin(): Observable<StrategyEvent> {
    const { catalog } = this.#toolbox;
    const { strategy: chosen, constraints: stated, frontierPoints } = this.#job;
    this.#digest = digestOf(this.#job);
    const estimated = estimatesOf(this.#job, catalog);
    const constraints = applied(stated, estimated.situation, catalog);
    this.#setting = {
      estimated,
      constraints,
      tolerance: this.#settings.tolerance,
      solverChoiceOf: (problem) => this.#toolbox.solvers.choose(problem, this.#job.limits.solver).reason,
      conflictOf: (restrictions) => this.#conflictOf(restrictions),
    };
    const strategy = catalog.strategies.require(chosen.type, 'strategy.type');
    const { situation, estimates } = estimated;
    const restrictions = constraints.map(({ lowered }) => lowered);
    const task: Task = {
      parameters: chosen.parameters,
      situation,
      estimates,
      restrictions,
      signal: this.#interruption.signal,
      solve: (objective, added = []) =>
        this.#solve(compose(situation.universe, objective, [...restrictions, ...added])),
      origin: (text) => ({ constraint: 'strategy', name: strategy.title, text, priority: 0 }),
    };
    return frontierPoints === undefined ? strategy.optimize(task) : frontierOf(strategy, task, frontierPoints);
  }

  answer(answer: Answer, elapsedMs: number): OptimizationAnswer {
    if (this.#setting === undefined) throw new TypeError('a run begins before it answers');
    const limited = { ...answer, solution: this.#withCause(answer.solution) };
    const { solver, solverChoice, ...rest }: Told = told(limited, this.#setting);
    const { strategy } = this.#job;
    const offer = this.#toolbox.catalog.strategies.offer(strategy.type);
    const plugin = offer === undefined ? '' : ` ${offer.plugin}@${offer.pluginVersion}`;
    return {
      ...rest,
      iterations: this.#iterations,
      elapsedMs,
      provenance: {
        solver,
        solverChoice,
        strategy: `${strategy.type}${plugin}`,
        inputDigest: this.#digest,
        serverVersion: this.#toolbox.serverVersion,
        pricesAsOf: this.#setting.estimated.pricesAsOf,
      },
    };
  }

  /** Cold; runs to its end while it is being subscribed to. */
  #solve(problem: Problem): Observable<SolveEvent> {
    return new Observable((subscriber) => {
      const steps = this.#steps(problem);
      for (;;) {
        const step = steps.next();
        if (step.done === true) {
          this.#iterations += step.value.iterations;
          subscriber.next({ kind: 'solution', solution: this.#withCause(step.value) });
          subscriber.complete();
          return;
        }
        subscriber.next({ kind: 'iterate', iterate: step.value });
        if (subscriber.closed) {
          steps.return(undefined as never);
          return;
        }
      }
    });
  }

  #steps(problem: Problem): Generator<Iterate, Solution, void> {
    const interrupted = (): boolean => this.#interruption.interrupted();
    return this.#toolbox.solvers.solve(problem, this.#settings, interrupted, this.#job.limits.solver);
  }

  /** A solver knows that it was interrupted, but not by what. */
  #withCause(solution: Solution): Solution {
    const { termination } = solution;
    if (termination.limit !== 'interrupted' || this.#interruption.cause !== 'time') return solution;
    return { ...solution, termination: { ...termination, limit: 'time' } };
  }

  #conflictOf(restrictions: readonly Lowered[]): readonly ConflictLine[] {
    const { universe } = this.#job;
    const solve = (problem: Problem): Solution => {
      const steps = this.#steps(problem);
      for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
    };
    return this.#toolbox
      .findConflict({ universe, restrictions, solve })
      .map(({ constraint, name, text }) => ({ constraintId: constraint, name, text }));
  }
}

function frontierOf(strategy: Strategy, task: Task, points: number): Observable<StrategyEvent> {
  if (strategy.frontier === undefined) throw new TypeError(`strategy ${strategy.id} has no frontier`);
  return strategy.frontier(task, points);
}
