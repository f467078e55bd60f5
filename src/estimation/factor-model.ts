import type { CovarianceEstimator } from '../problem/estimator.ts';
import { positionsById } from '../problem/universe.ts';
import type { Universe } from '../problem/universe.ts';
import { refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { admitFactorModel } from './risk-model.ts';
import type { RiskPeriod } from './risk-model.ts';

export type FactorModelParameters = {
  readonly period: RiskPeriod;
  readonly factors: readonly string[];
  readonly exposures: Readonly<Record<string, readonly number[]>>;
  readonly factorCovariance: readonly (readonly number[])[];
  readonly specificVariance: Readonly<Record<string, number>>;
};

const numbers = { type: 'array', items: { type: 'number' }, minItems: 1 } as const;

/** B F B' + D from supplied exposures B (n x k), factor covariance F (k x k) and specific variances D (n); annual. */
export const factorModel: CovarianceEstimator<FactorModelParameters> = {
  type: 'factor-model',
  estimates: 'covariance',
  title: 'Factor risk model',
  description:
    "Covariance B F B' + D from exposures B, factor covariance F and specific variances D as supplied; positive semidefinite by construction and never made dense. Every asset of the universe needs exposures and a specific variance.",
  references: [
    'Rosenberg (1974), Extra-Market Components of Covariance in Security Returns',
    'Grinold and Kahn (2000), Active Portfolio Management, ch. 3',
  ],
  parameters: {
    type: 'object',
    title: 'Factor risk model',
    properties: {
      period: {
        type: 'string',
        title: 'Period',
        description:
          'Period of factorCovariance and specificVariance; annual figures are 12 or 252 times those. There is no default.',
        enum: ['annual', 'monthly', 'daily'],
      },
      factors: {
        type: 'array',
        title: 'Factors',
        description: 'k names.',
        items: { type: 'string', minLength: 1 },
        minItems: 1,
      },
      exposures: {
        type: 'object',
        title: 'Exposures',
        description: 'Asset id -> k exposures in the order of factors.',
        additionalProperties: numbers,
      },
      factorCovariance: {
        type: 'array',
        title: 'Factor covariance',
        description: 'k rows of k numbers.',
        items: numbers,
        minItems: 1,
      },
      specificVariance: {
        type: 'object',
        title: 'Specific variance',
        description: 'Asset id -> variance of the return that no factor explains, >= 0.',
        additionalProperties: { type: 'number', minimum: 0 },
      },
    },
    required: ['period', 'factors', 'exposures', 'factorCovariance', 'specificVariance'],
    additionalProperties: false,
    examples: [
      {
        period: 'annual',
        factors: ['Market'],
        exposures: { AAPL: [1.2] },
        factorCovariance: [[0.03]],
        specificVariance: { AAPL: 0.05 },
      },
    ],
  },
  estimate({ universe }, parameters) {
    refuse(admitShape(parameters, universe), 'RISK_MODEL_INVALID');
    const { period, factors } = parameters;
    const exposures = Float64Array.from(universe.assets.flatMap(({ id }) => parameters.exposures[id]!));
    const specificVariance = Float64Array.from(universe.assets, ({ id }) => parameters.specificVariance[id]!);
    const factorCovariance = Float64Array.from(parameters.factorCovariance.flat());
    return admitFactorModel({ period, factors, exposures, factorCovariance, specificVariance }, universe);
  },
};

function admitShape(
  { factors, exposures, factorCovariance, specificVariance }: FactorModelParameters,
  universe: Universe,
): Violation[] {
  const violations: Violation[] = [];
  const k = factors.length;
  for (const { id } of universe.assets) {
    const key = JSON.stringify(id);
    const own = Object.hasOwn(exposures, id) ? exposures[id]! : undefined;
    if (own?.length !== k) {
      const found = own === undefined ? 'none' : String(own.length);
      violations.push({
        field: `exposures[${key}]`,
        description: `must hold ${String(k)} exposures, one per factor; got ${found}`,
      });
    }
    if (!Object.hasOwn(specificVariance, id))
      violations.push({ field: `specificVariance[${key}]`, description: 'is missing' });
  }
  const positions = positionsById(universe);
  for (const id of Object.keys(exposures)) {
    if (!positions.has(id))
      violations.push({ field: `exposures[${JSON.stringify(id)}]`, description: 'is no asset of the universe' });
  }
  if (factorCovariance.length !== k) {
    violations.push({
      field: 'factorCovariance',
      description: `must have ${String(k)} rows; got ${String(factorCovariance.length)}`,
    });
  }
  for (const [row, entries] of factorCovariance.entries()) {
    if (entries.length === k) continue;
    violations.push({
      field: `factorCovariance[${String(row)}]`,
      description: `must have ${String(k)} numbers; got ${String(entries.length)}`,
    });
  }
  return violations;
}
