/** Scenarios and returns of factors that the caller gives as numbers. */
import type { FactorReturns } from '../problem/estimator.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import type { Findings } from './admission-findings.ts';
import { readMatrix, readVector } from './admission-numbers.ts';
import { readFactorNames, readPeriod } from './admission-risk.ts';
import type { FactorReturnsDraft, ProblemDraft, ScenariosDraft } from './draft.ts';

const numbersMax = 20_000_000;
const sumTolerance = 1e-6;

/** n returns each, in the order of their columns; at most `most` numbers. */
export function readScenarios(
  draft: ScenariosDraft,
  n: number,
  field: string,
  findings: Findings,
  most = numbersMax,
): Scenarios | undefined {
  const periodsPerYear = readPeriod(draft.period, `${field}.period`, findings);
  const count = draft.returns?.rows ?? 0;
  if (count < 1 || count * n > most) {
    const limit = `1 to ${String(Math.floor(most / n))} scenarios`;
    findings.add(`${field}.returns`, `must hold ${limit} of ${String(n)} returns each; got ${String(count)}`);
    return undefined;
  }
  const rule = { min: -10, max: 1e4, hint: 'a fraction of value, 0.01 for 1 %' };
  const returns = readMatrix(draft.returns, count, n, `${field}.returns`, rule, findings);
  const probabilities = readProbabilities(draft.probabilities, count, `${field}.probabilities`, findings);
  if (draft.path && draft.probabilities !== undefined) {
    const reason = 'of scenarios that follow each other in time are equal: leave them out, or path';
    findings.add(`${field}.probabilities`, reason);
  }
  if (returns === undefined) return undefined;
  const weights = probabilities === undefined ? {} : { probabilities };
  return { count, returns, ...weights, periodsPerYear, isPath: draft.path };
}

function readProbabilities(
  draft: ScenariosDraft['probabilities'],
  count: number,
  field: string,
  findings: Findings,
): Float64Array | undefined {
  if (draft === undefined) return undefined;
  const stated = readVector(draft, count, field, { positive: true, max: 1, hint: 'a share of 1' }, findings);
  const total = stated?.reduce((sum, value) => sum + value, 0) ?? 1;
  if (Math.abs(total - 1) <= sumTolerance) return stated?.map((value) => value / total);
  findings.add(field, `must sum to 1; they sum to ${String(total)}`);
  return undefined;
}

export const factorReturnRule = { min: -1, max: 1e4, missing: true, hint: 'a fraction, 0.01 for 1 %' };

/** In step with the prices: a row for each of their dates after the first, cut to the window like them. */
export function readFactorReturns(
  draft: FactorReturnsDraft,
  prices: NonNullable<ProblemDraft['prices']> | undefined,
  window: { readonly from?: string; readonly to?: string },
  field: string,
  findings: Findings,
): FactorReturns | undefined {
  const before = findings.violations.length;
  readFactorNames(draft.factors, `${field}.factors`, findings);
  if (prices === undefined) {
    findings.add(field, 'stand beside prices: give the prices of the assets on the same dates');
    return undefined;
  }
  const wanted = prices.dates.slice(1);
  const differing = wanted.findIndex((date, position) => date !== draft.dates[position]);
  if (draft.dates.length !== wanted.length || differing >= 0) {
    const first =
      differing < 0
        ? ''
        : `; the first that differs is ${draft.dates[differing] ?? 'missing'}, not ${String(wanted[differing])}`;
    findings.add(`${field}.dates`, `must be the ${String(wanted.length)} dates of the prices after the first${first}`);
  }
  if (findings.violations.length > before) return undefined;
  const k = draft.factors.length;
  const returns = readMatrix(draft.returns, draft.dates.length, k, `${field}.returns`, factorReturnRule, findings);
  if (returns === undefined) return undefined;
  const start = Math.max(
    0,
    prices.dates.findIndex((date) => window.from === undefined || date >= window.from),
  );
  const end = prices.dates.findLastIndex((date) => window.to === undefined || date <= window.to);
  return { names: draft.factors, returns: returns.subarray(start * k, Math.max(start, end) * k) };
}
