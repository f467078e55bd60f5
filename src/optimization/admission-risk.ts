/** Risk and expected returns that the caller gives as numbers. */
import type { Universe } from '../problem/universe.ts';
import type { Findings } from './admission-findings.ts';
import { readMatrix, readVector } from './admission-numbers.ts';
import { textProblem } from './admission-universe.ts';
import { annualRisk } from './given-risk.ts';
import type { PeriodDraft, ProblemDraft } from './draft.ts';
import type { GivenRisk, SolveJob } from './job.ts';
import type { FoundRisk } from './stored-risk.ts';

const periods: Readonly<Record<PeriodDraft, number>> = { annual: 1, monthly: 12, daily: 252 };
const factorsMax = 500;
/** Larger matrices are judged in the worker, not on the event loop. */
const glanceMax = 128;
const reason = 'RISK_MODEL_INVALID';

export function readPeriod(period: PeriodDraft | undefined, field: string, findings: Findings): number {
  if (period !== undefined) return periods[period];
  findings.add(field, 'is required: annual, monthly or daily; figures without a period are ambiguous', 'UNIT_REQUIRED');
  return 1;
}

export function readExpectedReturns(
  draft: NonNullable<ProblemDraft['expectedReturns']>,
  n: number,
  field: string,
  findings: Findings,
): SolveJob['expectedReturns'] {
  const periodsPerYear = readPeriod(draft.period, `${field}.period`, findings);
  const rule = { min: -10, max: 10, hint: 'a fraction of value, 0.08 for 8 %' };
  const values = readVector(draft.values, n, `${field}.values`, rule, findings);
  return values === undefined ? undefined : { values, periodsPerYear };
}

/** Below `problem`. Small matrices are judged at once, so that the answer tells everything. */
export function readRisk(
  draft: NonNullable<ProblemDraft['risk']>,
  universe: Universe,
  findings: Findings,
): GivenRisk | undefined {
  const n = universe.assets.length;
  if (draft.kind === 'stored') {
    const { risk, violations } = draft.found ?? unread;
    findings.addAll(violations);
    return risk;
  }
  const risk =
    draft.kind === 'covariance'
      ? readCovariance(draft, n, 'problem.covariance', findings)
      : readFactorRisk(draft, n, 'problem.factor_risk', findings);
  const size = risk?.kind === 'factor' ? risk.factors.length : n;
  if (risk !== undefined && size <= glanceMax) findings.collect(() => annualRisk(risk, universe));
  return risk;
}

const unread: FoundRisk = {
  violations: [{ field: 'problem.factor_model', description: 'is not read here: give the model itself' }],
};

type CovarianceDraft = Extract<NonNullable<ProblemDraft['risk']>, { kind: 'covariance' }>;
type FactorDraft = Extract<NonNullable<ProblemDraft['risk']>, { kind: 'factor' }>;

function readCovariance(draft: CovarianceDraft, n: number, field: string, findings: Findings): GivenRisk | undefined {
  const periodsPerYear = readPeriod(draft.period, `${field}.period`, findings);
  const matrix = readMatrix(draft.matrix, n, n, `${field}.matrix`, { reason, max: 1e12, min: -1e12 }, findings);
  if (matrix === undefined) return undefined;
  const { repair, repairMethod } = draft;
  if (repairMethod !== undefined && !repair)
    findings.add(`${field}.repair_method`, 'is read only with repair: set both');
  return {
    kind: 'covariance',
    matrix,
    periodsPerYear,
    repair,
    ...(repairMethod === undefined ? {} : { repairMethod }),
  };
}

function readFactorRisk(draft: FactorDraft, n: number, field: string, findings: Findings): GivenRisk | undefined {
  const { factors } = draft;
  const k = factors.length;
  if (!readFactorNames(factors, `${field}.factors`, findings)) return undefined;
  const periodsPerYear = readPeriod(draft.period, `${field}.period`, findings);
  const exposures = readMatrix(draft.exposures, n, k, `${field}.exposures`, { reason, max: 1e6, min: -1e6 }, findings);
  const rule = { reason, max: 1e12, min: -1e12 } as const;
  const factorCovariance = readMatrix(draft.factorCovariance, k, k, `${field}.factor_covariance`, rule, findings);
  const specificRule = { reason, min: 0, max: 1e12 } as const;
  const specificVariance = readVector(draft.specificVariance, n, `${field}.specific_variance`, specificRule, findings);
  if (exposures === undefined || factorCovariance === undefined || specificVariance === undefined) return undefined;
  return { kind: 'factor', factors, exposures, factorCovariance, specificVariance, periodsPerYear };
}

/** Whether there are any, and not too many; what is wrong with single names is noted besides. */
export function readFactorNames(factors: readonly string[], field: string, findings: Findings): boolean {
  const k = factors.length;
  if (k === 0 || k > factorsMax) {
    findings.add(field, `must name 1 to ${String(factorsMax)} factors; got ${String(k)}`, reason);
    return false;
  }
  for (const [position, name] of factors.entries()) {
    const at = `${field}[${String(position)}]`;
    const problem = name === '' ? 'must not be empty' : textProblem(name);
    if (problem !== undefined) findings.add(at, problem, 'ID_INVALID');
    else if (factors.indexOf(name) < position) findings.add(at, `repeats ${JSON.stringify(name)}`, 'ID_INVALID');
  }
  return true;
}
