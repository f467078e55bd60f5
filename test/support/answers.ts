/** Answers of the pipeline with the interior point and the solver of tails, for tests of what answers tell. */
import { lastValueFrom, toArray } from 'rxjs';

import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { findConflict } from '../../src/solvers/conflict.ts';
import { findRepair } from '../../src/solvers/repair.ts';
import { SolverRegistry } from '../../src/solvers/registry.ts';
import { scenarioTails } from '../../src/solvers/tails/scenario-tails.ts';
import { admitStateless } from '../../src/optimization/admission.ts';
import type { OptimizationAnswer, Verdict } from '../../src/optimization/answer.ts';
import type { ConstraintDraft, ProblemDraft } from '../../src/optimization/draft.ts';
import type { SolveJob } from '../../src/optimization/job.ts';
import { solveJob } from '../../src/optimization/pipeline.ts';
import type { Toolbox } from '../../src/optimization/toolbox.ts';
import type { Strategy } from '../../src/sdk/v1/index.ts';
import { solveToEnd } from '../../src/sdk/v1/steps.ts';
import { catalogOf, constraintOf, problem3, requestOf, vectorOf } from './optimization.ts';

/** w covariance w - mu w. */
export const utility: Strategy = {
  id: 'utility',
  title: 'Utility',
  description: 'w covariance w - mu w',
  references: [],
  parameters: { type: 'object', additionalProperties: false },
  needs: ['covariance', 'expected-returns'],
  optimize(task) {
    const { covariance: operator, expectedReturns: linear } = task.estimates;
    if (operator === undefined || linear === undefined) throw new TypeError('estimates were promised');
    return solveToEnd(task, { quadratics: [{ scale: 2, operator }], linear }, 'solving');
  },
  // A frontier of one portfolio.
  frontier: (task) => utility.optimize(task),
};

const catalog = catalogOf({ strategies: [utility], solvers: [interiorPoint, scenarioTails] });
const toolbox: Toolbox = {
  catalog,
  solvers: new SolverRegistry([interiorPoint, scenarioTails]),
  findConflict,
  findRepair,
  serverVersion: 'test',
  now: () => performance.now(),
};

/** A constraint with an id by which a test finds it again. */
export function named(
  constraintId: string,
  type: string,
  parameters: ConstraintDraft['parameters'],
  priority?: number,
): ConstraintDraft {
  return constraintOf(type, parameters, { constraintId, ...(priority === undefined ? {} : { priority }) });
}

/** What a test asks for besides the problem. */
export interface Asked {
  readonly explainConstraints?: boolean;
  readonly explain?: SolveJob['explain'];
  readonly points?: number;
  readonly interrupted?: () => boolean;
  readonly strategy?: string;
}

/** BOND, EQUITY and GOLD: 1/3 BOND and 2/3 EQUITY held, half BOND and half EQUITY the benchmark, EQUITY the best return. */
export async function answerOn(
  constraints: readonly ConstraintDraft[],
  relaxByPriority = false,
  more: Partial<ProblemDraft> = {},
  { interrupted = () => false, strategy = 'utility', explain, ...asked }: Asked = {},
): Promise<OptimizationAnswer> {
  const problem = {
    expectedReturns: { values: vectorOf([0.02, 0.12, 0.05]), period: 'annual' as const },
    currentWeights: vectorOf([1 / 3, 2 / 3, 0]),
    benchmarkWeights: vectorOf([0.5, 0.5, 0]),
    ...problem3,
    ...more,
    constraints,
  };
  const request = requestOf(problem, { strategy: { type: strategy, parameters: {} }, relaxByPriority, ...asked });
  const signal = new AbortController().signal;
  const admitted = admitStateless(request, catalog);
  const job = explain === undefined ? admitted : { ...admitted, explain, explainConstraints: true };
  const interruption = { interrupted, cause: undefined, signal };
  const last = (await lastValueFrom(solveJob(job, toolbox, interruption).pipe(toArray()))).at(-1);
  if (last?.kind !== 'answer') throw new Error('the last news is no answer');
  return last.answer;
}

/** The first verdict on a constraint, or the one on `part` of it. */
export function verdictOf(answer: OptimizationAnswer, id: string, part = ''): Verdict {
  const found = answer.certificate?.constraints.find(
    (verdict) => verdict.constraintId === id && verdict.text.includes(part),
  );
  if (found === undefined) throw new Error(`no verdict on ${part} of ${id}`);
  return found;
}
