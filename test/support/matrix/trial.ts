/** One pair of the matrix: a strategy under a constraint, through admission and the pipeline with everything that ships. */
import { lastValueFrom } from 'rxjs';

import { loadPlugins } from '../../../src/host/loaded.ts';
import { admitStateless } from '../../../src/optimization/admission.ts';
import type { OptimizationAnswer } from '../../../src/optimization/answer.ts';
import type { ConstraintDraft } from '../../../src/optimization/draft.ts';
import { estimatesOf } from '../../../src/optimization/estimates.ts';
import { solveJob } from '../../../src/optimization/pipeline.ts';
import type { Toolbox } from '../../../src/optimization/toolbox.ts';
import type { Holdings, Situation } from '../../../src/problem/situation.ts';
import type { Strategy } from '../../../src/sdk/v1/index.ts';
import { parameterExamples } from '../../../src/sdk/v1/testing/examples.ts';
import { findConflict } from '../../../src/solvers/conflict.ts';
import { frontierPoints } from '../../../src/solvers/critical-line/points.ts';
import { solvePeriods } from '../../../src/solvers/periods/periods.ts';
import { SolverRegistry } from '../../../src/solvers/registry.ts';
import { Fault } from '../../../src/values/fault.ts';
import type { JsonObject } from '../../../src/values/json.ts';
import { builtInContributions } from '../../../src/workers/built-in.ts';
import { constraintOf } from '../optimization.ts';
import { cases, strategyParameters } from './cases.ts';
import { grounds } from './grounds.ts';
import type { Ground } from './grounds.ts';
import { requestFor } from './request.ts';

export const loaded = await loadPlugins({
  locations: ['./plugins'],
  base: new URL('../../..', import.meta.url).pathname,
  config: {},
  builtIn: builtInContributions,
  log: () => undefined,
});

export const toolbox: Toolbox = {
  catalog: loaded,
  solvers: new SolverRegistry(loaded.solvers.offers.map(({ contribution }) => contribution)),
  findConflict,
  // What would have to give way is not the question here.
  findRepair: () => undefined,
  traceFrontier: frontierPoints,
  solvePeriods,
  serverVersion: 'test',
  now: () => performance.now(),
};
const free = { interrupted: () => false, cause: undefined, signal: new AbortController().signal };

/** The constraint that is tried. */
const tried = 'tried';

/** An answer, or why there is none. Anything but a Fault is a bug and passes through. */
type Reached = { readonly answer: OptimizationAnswer; readonly situation: Situation } | { readonly refusal: Fault };

async function reached(
  strategy: Strategy,
  parameters: JsonObject,
  constraints: readonly ConstraintDraft[],
): Promise<Reached> {
  try {
    const job = admitStateless(requestFor(strategy, parameters, constraints), loaded);
    const last = await lastValueFrom(solveJob(job, toolbox, free));
    if (last.kind !== 'answer') throw new TypeError('the last news is no answer');
    return { answer: last.answer, situation: estimatesOf(job, loaded).situation };
  } catch (error) {
    if (error instanceof Fault) return { refusal: error };
    throw error;
  }
}

function holdingsOf({ weights, cashWeight }: OptimizationAnswer): Holdings | undefined {
  if (weights.length === 0) return undefined;
  return { weights: Float64Array.from(weights, ({ weight }) => weight), cash: cashWeight };
}

export type Outcome =
  /**
   * Answered, and the constraint holds; `binds` when it did not hold in the answer without it, `optimal` when the answer is certified to be
   * that, and otherwise a local optimum or the best point that was found.
   */
  | { readonly kind: 'kept'; readonly binds: boolean; readonly optimal: boolean }
  /** A conflict that names the constraint. */
  | { readonly kind: 'infeasible' }
  /** A refusal or an end without weights, in words. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The constraint was ignored, or something else that must not be. */
  | { readonly kind: 'wrong'; readonly what: string };

/** Relative to what is compared, as the pipeline judges verdicts of optimal answers and of the best points of stopped ones. */
const tolerance = { optimal: 1e-7, other: 2e-6 };

function isBroken(type: string, parameters: JsonObject, { answer, situation }: Extract<Reached, { answer: unknown }>) {
  const holdings = holdingsOf(answer);
  if (holdings === undefined) return false;
  const allowed = answer.termination === 'optimal' ? tolerance.optimal : tolerance.other;
  const verdicts = loaded.constraints.require(type, 'type').check(parameters, holdings, situation);
  return verdicts.some(
    ({ value, lower, upper, slack }) =>
      !(slack >= -allowed * Math.max(1, ...[value, lower, upper].filter(Number.isFinite).map(Math.abs))),
  );
}

function outcomeOf(type: string, parameters: JsonObject, run: Reached, binds: boolean): Outcome {
  if ('refusal' in run) return { kind: 'refused', reason: wordsOf(run.refusal) };
  const { answer } = run;
  if (answer.termination === 'infeasible') {
    const members = answer.conflict?.members ?? [];
    if (members.some(({ constraintId }) => constraintId === tried)) return { kind: 'infeasible' };
    if (members.length === 0) return { kind: 'wrong', what: 'infeasible without a conflict' };
    return {
      kind: 'refused',
      reason: `infeasible by what the strategy adds: ${members.map(({ text }) => text).join('; ')}`,
    };
  }
  if (answer.weights.length === 0) return { kind: 'refused', reason: `${answer.termination}: ${answer.detail}` };
  const optimal = answer.termination === 'optimal';
  const { passed = false, primal = Infinity } = answer.certificate ?? {};
  if (optimal ? !passed : primal > tolerance.other)
    return { kind: 'wrong', what: `the certificate failed: ${answer.detail}` };
  if (isBroken(type, parameters, run)) return { kind: 'wrong', what: 'the answer breaks it' };
  return { kind: 'kept', binds, optimal };
}

/** Each reason once, without what the solvers say one by one and without the parameters. */
function wordsOf({ violations, message }: Fault): string {
  const words = violations.map(({ field, description }) =>
    `${field}: ${description}`
      .replace(/^solver: (no solver takes .+?): [a-z-]+: .*$/, '$1')
      .replaceAll(` (${tried})`, '')
      .replace(/^constraints: [a-z-]+ \(.+\) cannot be kept/, 'it cannot be kept'),
  );
  return words.length === 0 ? message : [...new Set(words)].join('; ');
}

/** The answers of a strategy without the constraints that are tried, by ground. */
export class Trials {
  readonly #strategy: Strategy;
  readonly #parameters: JsonObject;
  readonly #without = new Map<Ground, Promise<Reached>>();

  constructor(strategy: Strategy) {
    this.#strategy = strategy;
    this.#parameters = strategyParameters[strategy.id] ?? parameterExamples(strategy.parameters)[0] ?? {};
  }

  /** Whether the strategy answers at all, so that a refusal is due to the constraint. */
  async answers(): Promise<boolean> {
    const before = await this.without('long-only');
    return 'answer' in before && before.answer.termination === 'optimal';
  }

  without(ground: Ground): Promise<Reached> {
    const known = this.#without.get(ground) ?? reached(this.#strategy, this.#parameters, grounds[ground]);
    this.#without.set(ground, known);
    return known;
  }

  #examplesOf(type: string): readonly JsonObject[] {
    return parameterExamples(loaded.constraints.require(type, 'type').schema);
  }

  /** With the first set of parameters that the answer without it breaks and that leaves a portfolio, else with the last. */
  async outcome(type: string): Promise<Outcome> {
    const { ground = 'long-only', parameters } = cases[type] ?? { parameters: this.#examplesOf(type) };
    const before = await this.without(ground);
    const breaking = 'answer' in before ? parameters.filter((set) => isBroken(type, set, before)) : [];
    let outcome: Outcome = { kind: 'wrong', what: 'the matrix has no parameters for it' };
    for (const set of breaking.length > 0 ? breaking : parameters.slice(-1)) {
      const constraints = [...grounds[ground], constraintOf(type, set, { constraintId: tried })];
      const run = await reached(this.#strategy, this.#parameters, constraints);
      outcome = outcomeOf(type, set, run, breaking.length > 0);
      if (outcome.kind === 'kept' || outcome.kind === 'wrong') break;
    }
    return outcome;
  }
}
