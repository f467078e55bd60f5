/** The heavy part of the way through the house, synchronous as far as the strategy is: estimate, lower, solve, check. */
import { concatMap, defer, Observable, of, tap } from 'rxjs';

import { compose } from '../problem/problem.ts';
import type { Lowered, Problem } from '../problem/problem.ts';
import { relaxed } from '../problem/relaxable.ts';
import type { Iterate, Solution } from '../problem/solution.ts';
import { defaultSettings } from '../problem/solver.ts';
import type { SolverSettings, Warm } from '../problem/solver.ts';
import type { Situation } from '../problem/situation.ts';
import type {
  Answer,
  DelegateGround,
  PlanEvent,
  SolveEvent,
  Stage,
  Strategy,
  StrategyEvent,
  Task,
  TraceEvent,
} from '../sdk/v1/index.ts';
import { refuse } from '../values/fault.ts';
import type { JsonObject } from '../values/json.ts';
import type { GainTools } from './answering-gains.ts';
import { amountsOf, cheapestRepair, relaxedByPriority, repairLines } from './answering-repairs.ts';
import type { RepairTools } from './answering-repairs.ts';
import { told } from './answering.ts';
import type { Setting, Told } from './answering.ts';
import type { ConflictLine, OptimizationAnswer, RepairLine } from './answer.ts';
import { digestOf, pricesDigestOf } from './digest.ts';
import { planned } from './planning.ts';
import { estimatesOf } from './estimates.ts';
import { estimatingUnder } from './estimation-checkpoint.ts';
import type { SolveJob, SolveNews } from './job.ts';
import { sidesOf } from './restrictions-sides.ts';
import { applied, defaultField, finite } from './restrictions.ts';
import type { AppliedConstraint } from './restrictions.ts';
import type { Interruption, Toolbox } from './toolbox.ts';
import { refusedTrace, traced } from './tracing.ts';

/**
 * Progress, points when a frontier was asked for, then exactly one answer. Cold. Errors with a Fault for what only the numbers could
 * tell, and with anything else for a bug. An interruption ends the run with its best point as the answer; while estimates are made there is
 * none, and it ends with a Fault.
 */
export function solveJob(job: SolveJob, toolbox: Toolbox, interruption: Interruption): Observable<SolveNews> {
  return new Observable((subscriber) => {
    const began = toolbox.now();
    const run = new JobRun(job, toolbox, interruption);
    let next = job.frontierFirst ?? 0;
    let answer: OptimizationAnswer | undefined;
    const elapsedMs = (): number => Math.round(toolbox.now() - began);
    subscriber.next({ kind: 'progress', progress: beginning });
    const events = run.begin();
    const take = (event: StrategyEvent): void => {
      if (event.kind === 'progress') {
        const progress = { phase: event.phase, ...figuresOf(event.iterate), elapsedMs: elapsedMs() };
        subscriber.next({ kind: 'progress', progress });
      } else if (event.kind === 'solution') {
        answer = run.answer(event.answer, elapsedMs);
      } else if (job.frontierPoints !== undefined && event.answer.solution.weights.length > 0) {
        const point = run.answer(event.answer, elapsedMs);
        const index = event.index ?? next;
        next = index + 1;
        if (point.certificate?.passed === true) subscriber.next({ kind: 'point', index, answer: point });
      }
    };
    // What goes wrong with an answer, as a check of a plugin that throws, is a failure of the job: thrown in a listener it would end the thread.
    return events.pipe(tap(take)).subscribe({
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
  #pricesSnapshot = '';

  constructor(job: SolveJob, toolbox: Toolbox, interruption: Interruption) {
    this.#job = job;
    this.#toolbox = toolbox;
    this.#interruption = interruption;
    this.#settings = { ...defaultSettings, iterationsMax: job.limits.iterationsMax };
  }

  begin(): Observable<StrategyEvent> {
    const { catalog } = this.#toolbox;
    const {
      strategy: chosen,
      constraints: stated,
      frontierPoints,
      frontierFirst,
      explainConstraints,
      explain,
    } = this.#job;
    this.#digest = digestOf(this.#job);
    this.#pricesSnapshot = pricesDigestOf(this.#job);
    const estimated = estimatesOf(this.#job, catalog, estimatingUnder(this.#interruption));
    const constraints = applied(stated, estimated.situation, catalog);
    this.#setting = {
      estimated,
      constraints,
      tolerance: this.#settings.tolerance,
      solverChoiceOf: (problem) => this.#toolbox.solvers.choose(problem, this.#job.limits.solver).reason,
      conflictOf: (restrictions) => this.#conflictOf(restrictions),
      repairsOf: (restrictions) => this.#repairsOf(restrictions, constraints),
      ...(explainConstraints === true ? { gains: this.#gainTools() } : {}),
      ...(explain === undefined ? {} : { explain }),
    };
    const strategy = catalog.strategies.require(chosen.type, 'strategy.type');
    const attempt = (setting: Setting): Observable<StrategyEvent> => {
      const task = this.#taskOf(setting, strategy);
      if (frontierPoints === undefined) return strategy.optimize(task);
      return frontierOf(strategy, task, frontierPoints, frontierFirst);
    };
    const events = attempt(this.#setting);
    if (this.#job.relaxByPriority !== true) return events;
    return events.pipe(
      concatMap((event) =>
        event.kind === 'solution' && event.answer.solution.termination.reason === 'infeasible'
          ? this.#relaxed(event, attempt)
          : of(event),
      ),
    );
  }

  #taskOf({ estimated, constraints }: Setting, strategy: Strategy): Task {
    const { situation, estimates } = estimated;
    const restrictions = constraints.map(({ lowered }) => lowered);
    return this.#taskOn({ situation, estimates, restrictions }, strategy, this.#job.strategy.parameters);
  }

  /** `strategy` on a ground of its own: the job's, or that of a strategy that runs it. */
  #taskOn(ground: DelegateGround, strategy: Strategy, parameters: JsonObject): Task {
    const { situation, restrictions } = ground;
    return {
      ...ground,
      parameters,
      signal: this.#interruption.signal,
      solve: (objective, added = [], warm) =>
        this.#solve(compose(situation.universe, objective, [...restrictions, ...added]), warm),
      trace: (objective, direction, points, added = []) =>
        this.#trace(compose(situation.universe, objective, [...restrictions, ...added]), direction, points),
      plan: (stages, added = []) => this.#plan(stages, restrictions, added, situation),
      delegate: ({ type, parameters: own }, other = ground) =>
        defer(() => {
          const delegate = this.#toolbox.catalog.strategies.require(type, 'strategy.parameters');
          return delegate.optimize(this.#taskOn(other, delegate, own));
        }),
      origin: (text) => ({ constraint: 'strategy', name: strategy.title, text, priority: 0 }),
    };
  }

  #plan(
    stages: readonly Stage[],
    restrictions: readonly Lowered[],
    added: readonly Lowered[],
    situation: Situation,
  ): Observable<PlanEvent> {
    const { solvePeriods } = this.#toolbox;
    if (solvePeriods === undefined) throw new TypeError('nothing is planned here');
    return planned(stages, restrictions, added, situation, {
      search: (problem) => {
        const { solver = '' } = this.#job.limits;
        const description = `${solver} cannot be asked for: several periods have a solver of their own`;
        refuse(solver === '' ? [] : [{ field: 'solver', description }]);
        return solvePeriods(problem, this.#settings, () => this.#interruption.interrupted());
      },
      solve: (objective, own) => ended(this.#steps(compose(situation.universe, objective, [...restrictions, ...own]))),
      withCause: (solution) => this.#withCause(solution),
      count: (iterations) => void (this.#iterations += iterations),
    });
  }

  /** The strategy again with bounds relaxed by priority; the same event where no relaxation suffices. */
  #relaxed(
    event: Extract<StrategyEvent, { kind: 'solution' }>,
    attempt: (setting: Setting) => Observable<StrategyEvent>,
  ): Observable<StrategyEvent> {
    const setting = this.#setting;
    if (setting === undefined) throw new TypeError('a run begins before it relaxes');
    const { constraints, estimated } = setting;
    const sides = sidesOf(constraints, estimated.situation);
    const relaxations = relaxedByPriority(constraints, event.answer.added, sides, this.#repairTools());
    if (relaxations === undefined || relaxations.size === 0) return of(event);
    const amounts = amountsOf(relaxations);
    const used = constraints.map((constraint) => ({ ...constraint, lowered: relaxed(constraint.lowered, amounts) }));
    this.#setting = { ...setting, constraints: used, relaxations };
    return attempt(this.#setting);
  }

  answer(answer: Answer, elapsedMs: () => number): OptimizationAnswer {
    if (this.#setting === undefined) throw new TypeError('a run begins before it answers');
    const limited = { ...answer, solution: this.#withCause(answer.solution) };
    const { solver, solverChoice, ...rest }: Told = told(limited, this.#setting);
    const { strategy } = this.#job;
    const offer = this.#toolbox.catalog.strategies.offer(strategy.type);
    const plugin = offer === undefined ? '' : ` ${offer.plugin}@${offer.pluginVersion}`;
    return {
      ...rest,
      iterations: this.#iterations,
      elapsedMs: elapsedMs(),
      provenance: {
        solver,
        solverChoice,
        strategy: `${strategy.type}${plugin}`,
        inputDigest: this.#digest,
        serverVersion: this.#toolbox.serverVersion,
        pricesAsOf: this.#setting.estimated.pricesAsOf,
        pricesSnapshot: this.#pricesSnapshot,
      },
    };
  }

  /** Cold; runs to its end while it is being subscribed to. */
  #solve(problem: Problem, warm?: Warm): Observable<SolveEvent> {
    return new Observable((subscriber) => {
      const steps = this.#steps(problem, warm);
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

  /** Cold; runs to its end while it is being subscribed to. A solver asked for by name solves the points one by one. */
  #trace(problem: Problem, direction: Float64Array, count: number): Observable<TraceEvent> {
    const { traceFrontier } = this.#toolbox;
    const { solver = '' } = this.#job.limits;
    if (solver !== '') return refusedTrace(`solver ${solver} was asked for by name`);
    if (traceFrontier === undefined) return refusedTrace('nothing is traced here');
    const { tolerance } = this.#settings;
    const interrupted = (): boolean => this.#interruption.interrupted();
    return traced(
      traceFrontier,
      { problem, direction, count, tolerance, interrupted },
      {
        solve: (again) => ended(this.#steps(again)),
        withCause: (solution) => this.#withCause(solution),
        count: (iterations) => void (this.#iterations += iterations),
      },
    );
  }

  #steps(problem: Problem, warm?: Warm): Generator<Iterate, Solution, void> {
    const interrupted = (): boolean => this.#interruption.interrupted();
    return this.#toolbox.solvers.solve(problem, this.#settings, interrupted, this.#job.limits.solver, warm);
  }

  /** A solver knows that it was interrupted, but not by what. */
  #withCause(solution: Solution): Solution {
    const { termination } = solution;
    if (termination.limit !== 'interrupted' || this.#interruption.cause !== 'time') return solution;
    return { ...solution, termination: { ...termination, limit: 'time' } };
  }

  #conflictOf(restrictions: readonly Lowered[]): readonly ConflictLine[] {
    const { universe } = this.#job;
    return this.#toolbox
      .findConflict({ universe, restrictions, solve: (problem) => ended(this.#steps(problem)) })
      .map(({ constraint, name, text }) => ({ constraintId: constraint, name, text }));
  }

  #repairsOf(restrictions: readonly Lowered[], constraints: readonly AppliedConstraint[]): readonly RepairLine[] {
    if (this.#setting === undefined) throw new TypeError('a run begins before it repairs');
    const stated = constraints.filter((constraint) => constraint.stated.field !== defaultField);
    const sides = sidesOf(stated, this.#setting.estimated.situation);
    return repairLines(cheapestRepair(restrictions, sides, this.#repairTools()) ?? new Map());
  }

  /** Whatever solver was asked for: it need not take the problems that are made here. */
  #gainTools(): GainTools {
    const interrupted = (): boolean => this.#interruption.interrupted();
    const { solvers } = this.#toolbox;
    return {
      solve: (problem, warm) => ended(solvers.solve(problem, this.#settings, interrupted, undefined, warm)),
      interrupted,
    };
  }

  /** Whatever solver was asked for: it need not take the problems that are made here. */
  #repairTools(): RepairTools {
    const { universe } = this.#job;
    const interrupted = (): boolean => this.#interruption.interrupted();
    const solve = (problem: Problem): Solution =>
      ended(this.#toolbox.solvers.solve(problem, this.#settings, interrupted));
    const n = universe.assets.length;
    const operator = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(1) } as const;
    const objective = { quadratics: [{ scale: 1, operator }], linear: new Float64Array(n) };
    return {
      findRepair: (restrictions, sides) => this.#toolbox.findRepair({ universe, restrictions, sides, solve }),
      feasible: (restrictions) => solve(compose(universe, objective, restrictions)).termination.reason === 'optimal',
    };
  }
}

function ended(steps: Generator<Iterate, Solution, void>): Solution {
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

function frontierOf(strategy: Strategy, task: Task, points: number, first = 0): Observable<StrategyEvent> {
  if (strategy.frontier === undefined) throw new TypeError(`strategy ${strategy.id} has no frontier`);
  return strategy.frontier(task, points, first);
}
