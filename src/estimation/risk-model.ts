/** Admission of a covariance or factor model that the caller supplies: everything that is wrong with it, at once. */
import type { Checkpoint } from '../math/checkpoint.ts';
import type { Repair } from '../problem/estimator.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import type { FactorExposures, Universe } from '../problem/universe.ts';
import { refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { definite } from './definiteness.ts';
import type { RepairChoice } from './definiteness.ts';

/** Assets of a dense covariance; larger universes need a factor model. */
export const denseSizeMax = 5000;
/** Largest difference between mirrored entries, relative to the deviations of the two assets. */
const symmetryTolerance = 1e-12;
/** Entries of one kind reported by name; the rest is counted. */
const reportedMax = 10;

export interface AdmittedRisk {
  /** Annual. */
  readonly covariance: SymmetricOperator;
  readonly factors?: FactorExposures;
  readonly repairs: readonly Repair[];
  /** What is allowed but seldom meant. */
  readonly warnings: readonly string[];
}

/** What annual figures need to be multiplied with: 1, 12 or 252. */
const periodsPerYear = { annual: 1, monthly: 12, daily: 252 } as const;
export type RiskPeriod = keyof typeof periodsPerYear;

/**
 * Reads float64 numbers from little-endian bytes.
 * @throws Fault RISK_MODEL_INVALID when the length is not 8 bytes per number.
 */
export function numbersFromBytes(bytes: Uint8Array, count: number, field: string): Float64Array {
  if (bytes.byteLength !== count * 8) {
    const description = `must have 8 bytes per number, ${String(count * 8)} in all; got ${String(bytes.byteLength)}`;
    refuse([{ field, description }], 'RISK_MODEL_INVALID');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: count }, (_, index) => view.getFloat64(index * 8, true));
}

/**
 * A dense covariance (n x n, row-major, in the order of the universe) as an annual operator.
 * @throws Fault RISK_MODEL_INVALID with every violation by field path (`entries[2][5]`), or COVARIANCE_NOT_PSD (see definiteness.ts).
 */
export function admitCovariance(
  entries: Float64Array,
  universe: Universe,
  period: RiskPeriod,
  repair: RepairChoice = 'none',
  checkpoint?: Checkpoint,
): AdmittedRisk {
  const n = universe.assets.length;
  refuse(sizeViolations(entries.length, n), 'RISK_MODEL_INVALID');
  refuse(
    [...entryViolations(entries, n), ...diagonalViolations(entries, n), ...symmetryViolations(entries, n)],
    'RISK_MODEL_INVALID',
  );
  const annual = entries.map((value) => value * periodsPerYear[period]);
  for (let i = 0; i < n; i += 1) for (let j = 0; j < i; j += 1) annual[j * n + i] = annual[i * n + j]!;
  const warnings = warningsOf(
    Float64Array.from({ length: n }, (_, i) => annual[i * n + i]!),
    universe,
  );
  return { ...definite(annual, universe, repair, checkpoint), warnings };
}

function sizeViolations(length: number, n: number): Violation[] {
  if (n < 1 || n > denseSizeMax) {
    const description = `needs a universe of 1 to ${String(denseSizeMax)} assets; got ${String(n)}. Larger ones take a factor model`;
    return [{ field: 'entries', description }];
  }
  if (length === n * n) return [];
  return [
    {
      field: 'entries',
      description: `must be ${String(n)} x ${String(n)}, ${String(n * n)} numbers; got ${String(length)}`,
    },
  ];
}

/** At most `reportedMax` of a kind, and how many there are in all. */
function reported(violations: readonly Violation[]): Violation[] {
  if (violations.length <= reportedMax) return [...violations];
  const first = violations[0]!;
  return [
    {
      ...first,
      description: `${first.description} (${String(violations.length)} entries have such a problem; the first ${String(reportedMax)} are listed)`,
    },
    ...violations.slice(1, reportedMax),
  ];
}

function entryViolations(entries: Float64Array, n: number): Violation[] {
  const violations: Violation[] = [];
  for (const [index, value] of entries.entries()) {
    if (Number.isFinite(value)) continue;
    const field = `entries[${String(Math.floor(index / n))}][${String(index % n)}]`;
    violations.push({ field, description: `must be a finite number; got ${String(value)}` });
  }
  return reported(violations);
}

function diagonalViolations(entries: Float64Array, n: number): Violation[] {
  const violations: Violation[] = [];
  let ones = 0;
  for (let i = 0; i < n; i += 1) {
    const variance = entries[i * n + i]!;
    if (variance === 1) ones += 1;
    if (variance < 0)
      violations.push({
        field: `entries[${String(i)}][${String(i)}]`,
        description: `is a variance and must not be negative; got ${String(variance)}`,
      });
  }
  if (n > 1 && ones === n) {
    violations.push({
      field: 'entries',
      description:
        'has ones all along its diagonal: this is a correlation, not a covariance; multiply by the deviations of both assets',
    });
  }
  return reported(violations);
}

function symmetryViolations(entries: Float64Array, n: number): Violation[] {
  const violations: Violation[] = [];
  let [below, above] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const [lower, upper] = [entries[i * n + j]!, entries[j * n + i]!];
      if (lower !== 0) below += 1;
      if (upper !== 0) above += 1;
      const scale = Math.max(
        Math.sqrt(Math.abs(entries[i * n + i]! * entries[j * n + j]!)),
        Math.abs(lower),
        Math.abs(upper),
      );
      if (!(Math.abs(lower - upper) > symmetryTolerance * scale)) continue;
      const field = `entries[${String(i)}][${String(j)}]`;
      violations.push({ field, description: `differs from its mirror image: ${String(lower)} and ${String(upper)}` });
    }
  }
  if (violations.length > 0 && n > 2 && (below === 0 || above === 0)) {
    const side = above === 0 ? 'lower' : 'upper';
    return [{ field: 'entries', description: `has only its ${side} triangle; send the whole symmetric matrix` }];
  }
  return reported(violations);
}

function warningsOf(variances: Float64Array, universe: Universe): readonly string[] {
  const warnings: string[] = [];
  const riskless = universe.assets.filter((_, i) => variances[i] === 0).map(({ id }) => id);
  if (riskless.length > 0)
    warnings.push(
      `no variance: ${riskless.slice(0, reportedMax).join(', ')}; the optimizer takes such assets as riskless`,
    );
  const largest = Math.sqrt(variances.reduce((most, value) => Math.max(most, value), 0));
  if (largest > 0 && largest < 0.03)
    warnings.push(
      `the largest annual volatility is ${(largest * 100).toFixed(2)} %; is the period of the covariance right?`,
    );
  if (largest > 5)
    warnings.push(
      `the largest annual volatility is ${(largest * 100).toFixed(0)} %; is the period of the covariance right?`,
    );
  return warnings;
}

export interface SuppliedFactorModel {
  /** k names. */
  readonly factors: readonly string[];
  /** (n x k), in the order of the universe. */
  readonly exposures: Float64Array;
  /** (k x k) covariance of factor returns. */
  readonly factorCovariance: Float64Array;
  /** (n) specific variances, >= 0. */
  readonly specificVariance: Float64Array;
  readonly period: RiskPeriod;
}

/**
 * A factor model B F B' + D as an annual operator with its named exposures.
 * @throws Fault RISK_MODEL_INVALID with every violation by field path, or COVARIANCE_NOT_PSD for the factor covariance.
 */
export function admitFactorModel(model: SuppliedFactorModel, universe: Universe): AdmittedRisk {
  const n = universe.assets.length;
  const k = model.factors.length;
  const violations: Violation[] = [];
  const expect = (field: string, values: Float64Array, count: number): void => {
    if (values.length !== count)
      violations.push({ field, description: `must hold ${String(count)} numbers; got ${String(values.length)}` });
  };
  if (n === 0) violations.push({ field: 'exposures', description: 'needs a universe of at least one asset' });
  if (k === 0) violations.push({ field: 'factors', description: 'must name at least one factor' });
  for (const [index, name] of model.factors.entries()) {
    if (model.factors.indexOf(name) < index)
      violations.push({ field: `factors[${String(index)}]`, description: `names ${JSON.stringify(name)} twice` });
  }
  expect('exposures', model.exposures, n * k);
  expect('factorCovariance', model.factorCovariance, k * k);
  expect('specificVariance', model.specificVariance, n);
  refuse(violations, 'RISK_MODEL_INVALID');
  refuse(factorEntryViolations(model, universe), 'RISK_MODEL_INVALID');
  const periods = periodsPerYear[model.period];
  const byName: Universe = { assets: model.factors.map((id) => ({ id, groups: {} })) };
  const { covariance, repairs } = definite(
    model.factorCovariance.map((value) => value * periods),
    byName,
    'none',
  );
  const specific = model.specificVariance.map((value) => value * periods);
  return {
    covariance: {
      kind: 'factor',
      size: n,
      factors: k,
      exposures: model.exposures,
      factorCovariance: covariance.entries,
      specific,
    },
    factors: { names: model.factors, exposures: model.exposures },
    repairs,
    warnings: [],
  };
}

function factorEntryViolations(model: SuppliedFactorModel, universe: Universe): Violation[] {
  const k = model.factors.length;
  const missing: Violation[] = [];
  const negative: Violation[] = [];
  for (const [position, { id }] of universe.assets.entries()) {
    const own = model.exposures.subarray(position * k, (position + 1) * k);
    if (!own.every(Number.isFinite))
      missing.push({
        field: `exposures[${String(position)}]`,
        description: `${id} lacks an exposure to ${model.factors.filter((_, f) => !Number.isFinite(own[f]!)).join(', ')}`,
      });
    const variance = model.specificVariance[position]!;
    if (variance >= 0 && variance < Infinity) continue;
    negative.push({
      field: `specificVariance[${String(position)}]`,
      description: `of ${id} must be a number that is not negative; got ${String(variance)}`,
    });
  }
  const covariance = [
    ...entryViolations(model.factorCovariance, k),
    ...diagonalViolations(model.factorCovariance, k).filter(({ field }) => field !== 'entries'),
    ...symmetryViolations(model.factorCovariance, k),
  ].map((violation) => ({ ...violation, field: violation.field.replace('entries', 'factorCovariance') }));
  return [...reported(missing), ...covariance, ...reported(negative)];
}
