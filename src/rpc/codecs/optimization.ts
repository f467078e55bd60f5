/** Runs, answers and events of optimizations, from domain to wire. */
import {
  ConstraintBound as BoundNumbers,
  OptimizationResult as ResultFns,
  RunState as StateNumbers,
  TerminationLimit as LimitNumbers,
  TerminationReason as TerminationNumbers,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type {
  Certificate,
  ConstraintVerdict,
  ComputeFrontierResponse,
  FrontierPoint,
  OptimizationEvent,
  OptimizationResult,
  OptimizeResponse,
  Progress,
  RunError,
  RunState,
  TerminationLimit,
  TerminationReason,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { CertificateLine, OptimizationAnswer, Verdict } from '../../optimization/answer.ts';
import type { WatchNews } from '../../optimization/event-log.ts';
import type { ProgressNews, SolveNews } from '../../optimization/job.ts';
import type { RunEvent } from '../../optimization/run.ts';
import type { Limit, TerminationReason as TerminationLiteral } from '../../problem/solution.ts';
import type { JsonObject } from '../../values/json.ts';
import { enumCodec, structTo, timestampTo } from './values.ts';

export type RunStateLiteral = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export const runStates = enumCodec<RunStateLiteral, RunState>('RUN_STATE_', {
  queued: StateNumbers.RUN_STATE_QUEUED,
  running: StateNumbers.RUN_STATE_RUNNING,
  succeeded: StateNumbers.RUN_STATE_SUCCEEDED,
  failed: StateNumbers.RUN_STATE_FAILED,
  cancelled: StateNumbers.RUN_STATE_CANCELLED,
});

const terminations = enumCodec<TerminationLiteral, TerminationReason>('TERMINATION_REASON_', {
  optimal: TerminationNumbers.TERMINATION_REASON_OPTIMAL,
  infeasible: TerminationNumbers.TERMINATION_REASON_INFEASIBLE,
  unbounded: TerminationNumbers.TERMINATION_REASON_UNBOUNDED,
  feasible: TerminationNumbers.TERMINATION_REASON_FEASIBLE,
  'no solution found': TerminationNumbers.TERMINATION_REASON_NO_SOLUTION_FOUND,
  'numerical error': TerminationNumbers.TERMINATION_REASON_NUMERICAL_ERROR,
});

const limits = enumCodec<Limit, TerminationLimit>('TERMINATION_LIMIT_', {
  iterations: LimitNumbers.TERMINATION_LIMIT_ITERATIONS,
  time: LimitNumbers.TERMINATION_LIMIT_TIME,
  interrupted: LimitNumbers.TERMINATION_LIMIT_INTERRUPTED,
});

const boundsNamed = {
  min: BoundNumbers.CONSTRAINT_BOUND_MIN,
  max: BoundNumbers.CONSTRAINT_BOUND_MAX,
} as const;

/** What this server itself stored; nobody else writes results and payloads. */
export function answerIn(json: JsonObject): OptimizationAnswer {
  return json as unknown as OptimizationAnswer;
}

export function answerTo(answer: OptimizationAnswer): OptimizationResult {
  return {
    termination: terminations.to(answer.termination),
    limit: answer.limit === undefined ? LimitNumbers.TERMINATION_LIMIT_UNSPECIFIED : limits.to(answer.limit),
    detail: answer.detail,
    weights: answer.weights.map(({ assetId, weight, currentWeight }) => ({ assetId, weight, currentWeight })),
    cashWeight: answer.cashWeight,
    objective: answer.objective,
    expectedReturnAnnual: answer.expectedReturnAnnual,
    volatilityAnnual: answer.volatilityAnnual,
    sharpeRatio: answer.sharpeRatio,
    turnoverHalfSum: answer.turnoverHalfSum,
    certificate: answer.certificate === undefined ? undefined : certificateTo(answer.certificate),
    conflict:
      answer.conflict === undefined
        ? undefined
        : {
            members: answer.conflict.members.map(({ constraintId, name, text }) => ({
              constraintId,
              displayName: name,
              text,
            })),
            proofVerified: answer.conflict.proofVerified,
            contradictions: (answer.conflict.contradictions ?? []).map(({ constraintIds, text }) => ({
              constraintIds: [...constraintIds],
              text,
            })),
            repairs: (answer.conflict.repairs ?? []).map(({ name, bound, ...repair }) => ({
              ...repair,
              displayName: name,
              bound: boundsNamed[bound],
            })),
          },
    repairs: answer.repairs.map(({ description, magnitude }) => ({ description, magnitude })),
    iterations: BigInt(Math.round(answer.iterations)),
    elapsedMs: BigInt(Math.round(answer.elapsedMs)),
    provenance: { ...answer.provenance, pricesSnapshot: answer.provenance.pricesSnapshot ?? '' },
    posteriorReturns: [...(answer.posteriorReturns ?? [])],
    relaxations: (answer.relaxations ?? []).map(({ name, bound, stated, used, ...relaxation }) => ({
      ...relaxation,
      displayName: name,
      bound: boundsNamed[bound],
      statedBound: stated,
      usedBound: used,
    })),
    unexplainedConstraints: [...(answer.unexplained ?? [])],
    strategyReport: answer.report === undefined ? undefined : structTo(answer.report),
    priorReturns: [...(answer.priorReturns ?? [])],
    views: (answer.views ?? []).map(({ stated, prior, posterior, variance, confidence }) => ({
      statedReturn: stated,
      priorReturn: prior,
      posteriorReturn: posterior,
      variance,
      confidence,
    })),
    trackingErrorAnnual: answer.trackingErrorAnnual,
    cvar: answer.cvar,
    scenarioViewsEntropy: answer.scenarioViews?.relativeEntropy,
    effectiveScenarios: answer.scenarioViews?.effectiveScenarios,
  };
}

function certificateTo(certificate: CertificateLine): Certificate {
  return {
    passed: certificate.passed,
    primalResidual: certificate.primal,
    dualResidual: certificate.dual,
    gap: certificate.gap,
    tolerance: certificate.tolerance,
    constraints: certificate.constraints.map(verdictTo),
  };
}

function verdictTo(verdict: Verdict): ConstraintVerdict {
  const { constraintId, name, text, value, lower, upper, slack, unit } = verdict;
  const { shadowPrice, binding, relaxedLower, relaxedUpper } = verdict;
  return {
    constraintId,
    displayName: name,
    text,
    value,
    lower,
    upper,
    slack,
    unit,
    shadowPrice,
    bindingBound: binding === undefined ? BoundNumbers.CONSTRAINT_BOUND_UNSPECIFIED : boundsNamed[binding],
    relaxedLower,
    relaxedUpper,
    gainWithout: verdict.gain,
    gainUnbounded: verdict.gainUnbounded ?? false,
    penalty: verdict.softPenalty,
    excess: verdict.excess,
  };
}

export function progressTo(news: ProgressNews): Progress {
  const { phase, iteration, objective, primal, dual, gap, elapsedMs } = news;
  return {
    phase,
    iteration,
    objective,
    primalResidual: primal,
    dualResidual: dual,
    gap,
    elapsedMs: BigInt(Math.round(elapsedMs)),
  };
}

export function runErrorTo(json: JsonObject): RunError {
  return { reason: textIn(json, 'reason'), message: textIn(json, 'message') };
}

/** A text of a payload; empty when there is none. */
export function textIn(json: JsonObject, key: string): string {
  const value = json[key];
  return typeof value === 'string' ? value : '';
}

/** `tokenOf` makes the resume token of a place in the log. */
export function optimizationEventTo(news: WatchNews, tokenOf: (sequence: number) => string): OptimizationEvent {
  const { sequence, at } = news.kind === 'event' ? news.event : news;
  return {
    sequence: BigInt(sequence),
    resumeToken: tokenOf(sequence),
    eventTime: timestampTo(at),
    event: news.kind === 'event' ? contentOf(news.event) : { $case: 'heartbeat', value: {} },
  };
}

function contentOf({ type, payload }: RunEvent): NonNullable<OptimizationEvent['event']> {
  switch (type) {
    case 'queued':
      return { $case: 'queued', value: {} };
    case 'started':
      return { $case: 'started', value: { attempt: Number(payload['attempt']) } };
    case 'progress':
      return { $case: 'progress', value: progressTo(payload as unknown as ProgressNews) };
    case 'succeeded':
      return { $case: 'succeeded', value: answerTo(answerIn(payload)) };
    case 'failed':
      return { $case: 'failed', value: runErrorTo(payload) };
    case 'cancelled':
      return { $case: 'cancelled', value: cancelledTo(payload) };
    default:
      throw new TypeError(`an optimization has no event ${type}`);
  }
}

/** A run that was cancelled before it had a point has nothing to tell but that. */
function cancelledTo(payload: JsonObject): OptimizationResult {
  if ('termination' in payload) return answerTo(answerIn(payload));
  return {
    ...ResultFns.create(),
    termination: TerminationNumbers.TERMINATION_REASON_NO_SOLUTION_FOUND,
    limit: LimitNumbers.TERMINATION_LIMIT_INTERRUPTED,
    detail: 'cancelled before there was a point',
  };
}

export function optimizeResponseTo(news: SolveNews): OptimizeResponse {
  switch (news.kind) {
    case 'progress':
      return { event: { $case: 'progress', value: progressTo(news.progress) } };
    case 'answer':
      return { event: { $case: 'solution', value: answerTo(news.answer) } };
    case 'point':
      throw new TypeError('an optimization tells no frontier points');
  }
}

export function frontierResponseTo(news: SolveNews): ComputeFrontierResponse {
  switch (news.kind) {
    case 'progress':
      return { event: { $case: 'progress', value: progressTo(news.progress) } };
    case 'point':
      return { event: { $case: 'point', value: pointTo(news.index, news.answer) } };
    case 'answer':
      return { event: { $case: 'summary', value: answerTo(news.answer) } };
  }
}

function pointTo(index: number, answer: OptimizationAnswer): FrontierPoint {
  return {
    index,
    expectedReturnAnnual: answer.expectedReturnAnnual ?? 0,
    volatilityAnnual: answer.volatilityAnnual ?? 0,
    sharpeRatio: answer.sharpeRatio ?? 0,
    weights: answer.weights.map(({ weight }) => weight),
    certificate: answer.certificate === undefined ? undefined : certificateTo(answer.certificate),
    trackingErrorAnnual: answer.trackingErrorAnnual,
    turnoverHalfSum: answer.turnoverHalfSum,
    cvar: answer.cvar,
    strategyReport: answer.report === undefined ? undefined : structTo(answer.report),
  };
}
