/** A covariance or factor model that the caller gives, admitted and made annual, with violations in the caller's own field names. */
import { admitCovariance, admitFactorModel } from '../estimation/risk-model.ts';
import type { AdmittedRisk, RiskPeriod } from '../estimation/risk-model.ts';
import type { Checkpoint } from '../math/checkpoint.ts';
import type { Universe } from '../problem/universe.ts';
import { Fault } from '../values/fault.ts';
import type { GivenRisk } from './job.ts';

const periods: ReadonlyMap<number, RiskPeriod> = new Map([
  [1, 'annual'],
  [12, 'monthly'],
  [252, 'daily'],
]);

/** What the estimation calls its parts -> what the request calls them, below `covariance` and `factor_risk`. */
const covarianceNames: Readonly<Record<string, string>> = { entries: 'covariance.matrix', covariance: 'covariance' };
const factorNames: Readonly<Record<string, string>> = {
  factors: 'factor_risk.factors',
  exposures: 'factor_risk.exposures',
  factorCovariance: 'factor_risk.factor_covariance',
  covariance: 'factor_risk.factor_covariance',
  specificVariance: 'factor_risk.specific_variance',
};

/** What became of models that are still spoken of; they and their annual figures never change. */
const admitted = new WeakMap<GivenRisk, { readonly assets: readonly string[]; readonly annual: AdmittedRisk }>();

/**
 * Throws RISK_MODEL_INVALID or COVARIANCE_NOT_PSD with violations below `problem`. Costs n^3 / 3 for a dense covariance; nothing for
 * a model that was admitted for the same assets before.
 */
export function annualRisk(risk: GivenRisk, universe: Universe, checkpoint?: Checkpoint): AdmittedRisk {
  const assets = universe.assets.map(({ id }) => id);
  const known = admitted.get(risk);
  if (known?.assets.length === assets.length && known.assets.every((id, i) => id === assets[i])) return known.annual;
  const annual = annualized(risk, universe, checkpoint);
  admitted.set(risk, { assets, annual });
  return annual;
}

function annualized(risk: GivenRisk, universe: Universe, checkpoint: Checkpoint | undefined): AdmittedRisk {
  const period = periods.get(risk.periodsPerYear);
  if (period === undefined) throw new RangeError(`no period has ${String(risk.periodsPerYear)} in a year`);
  try {
    return risk.kind === 'covariance'
      ? admitCovariance(risk.matrix, universe, period, risk.repair ? (risk.repairMethod ?? 'clip') : 'none', checkpoint)
      : admitFactorModel({ ...risk, period }, universe);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const names = risk.kind === 'covariance' ? covarianceNames : factorNames;
    const violations = error.violations.map((violation) => {
      const head = /^[^.[]*/.exec(violation.field)?.[0] ?? '';
      return { ...violation, field: `problem.${names[head] ?? head}${violation.field.slice(head.length)}` };
    });
    throw new Fault(error.reason, error.message, error.metadata, violations);
  }
}
