/** A small market, requests over it and a catalogue, for tests that need an optimization without a server. */
import { of } from 'rxjs';
import type { Observable } from 'rxjs';
import { builtInConstraints } from '../../src/constraints/built-in.ts';
import { checkedConstraint, checkedEstimator, checkedStrategy } from '../../src/host/checked.ts';
import { Registry } from '../../src/host/registry.ts';
import type { Catalog } from '../../src/optimization/catalog.ts';
import type {
  ConstraintDraft,
  MatrixDraft,
  ProblemDraft,
  StatelessDraft,
  VectorDraft,
} from '../../src/optimization/draft.ts';
import type { Solver } from '../../src/problem/solver.ts';
import type { CovarianceEstimator, ReturnEstimator, Strategy, StrategyEvent } from '../../src/sdk/v1/index.ts';
import { solveToEnd } from '../../src/sdk/v1/steps.ts';
import type { JsonObject } from '../../src/values/json.ts';

/** Least variance. */
export const leastVariance: Strategy<{ readonly scale?: number }> = {
  id: 'least-variance',
  title: 'Least variance',
  description: '1/2 scale w covariance w',
  references: [],
  parameters: {
    type: 'object',
    properties: { scale: { type: 'number', exclusiveMinimum: 0, default: 1 } },
    additionalProperties: false,
  },
  needs: ['covariance'],
  optimize(task): Observable<StrategyEvent> {
    const operator = task.estimates.covariance;
    if (operator === undefined) throw new TypeError('covariance was promised');
    const linear = new Float64Array(operator.size);
    const objective = { quadratics: [{ scale: task.parameters.scale ?? 1, operator }], linear };
    return solveToEnd(task, objective, 'solving');
  },
};

/** Most return; needs expected returns and a benchmark. */
export const mostActiveReturn: Strategy = {
  id: 'most-active-return',
  title: 'Most active return',
  description: 'mu w',
  references: [],
  parameters: { type: 'object', additionalProperties: false },
  needs: ['expected-returns', 'benchmark', 'market-capitalizations'],
  optimize: () => of(),
};

/** Offers what it is given as the host would. */
export function catalogOf(contributions: {
  readonly strategies?: readonly Strategy<never>[];
  readonly estimators?: readonly (ReturnEstimator<never> | CovarianceEstimator<never>)[];
  readonly solvers?: readonly Solver[];
}): Catalog {
  const owner = { plugin: 'test', pluginVersion: '1.0.0' };
  const { strategies = [leastVariance, mostActiveReturn], estimators = [], solvers = [] } = contributions;
  return {
    strategies: new Registry(
      'strategy',
      strategies.map((s) => ({ id: s.id, ...owner, contribution: checkedStrategy(s) })),
    ),
    constraints: new Registry(
      'constraint type',
      builtInConstraints.map((c) => ({ id: c.type, ...owner, contribution: checkedConstraint(c) })),
    ),
    estimators: new Registry(
      'estimator',
      estimators.map((e) => ({ id: e.type, ...owner, contribution: checkedEstimator(e) })),
    ),
    solvers: new Registry(
      'solver',
      solvers.map((s) => ({ id: s.id, ...owner, contribution: s })),
    ),
  };
}

export const none = new Uint8Array(0);

export function vectorOf(values: readonly number[]): VectorDraft {
  return { values, packed: none };
}

export function matrixOf(rows: readonly (readonly number[])[]): MatrixDraft {
  return { rows: rows.length, columns: rows[0]?.length ?? 0, values: rows.flat(), packed: none };
}

/** Little-endian binary64. */
export function packedOf(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [position, value] of values.entries()) view.setFloat64(position * 8, value, true);
  return bytes;
}

export function constraintOf(
  type: string,
  parameters: JsonObject,
  more: Partial<ConstraintDraft> = {},
): ConstraintDraft {
  return { constraintId: '', displayName: '', type, parameters, inactive: false, ...more };
}

export function assetOf(
  assetId: string,
  more: Partial<ProblemDraft['universe'][number]> = {},
): ProblemDraft['universe'][number] {
  return {
    assetId,
    displayName: '',
    assetClass: '',
    sector: '',
    country: '',
    currencyCode: '',
    groups: {},
    marketCapitalization: 0,
    issuer: '',
    characteristics: {},
    holdings: [],
    ...more,
  };
}

/** Annual covariance of three assets with volatilities 10, 20 and 30 %. */
export const covariance3 = [
  [0.01, 0.004, 0.003],
  [0.004, 0.04, 0.012],
  [0.003, 0.012, 0.09],
];

export const problem3: ProblemDraft = {
  universe: [
    assetOf('BOND', { sector: 'Government' }),
    assetOf('EQUITY', { sector: 'Technology' }),
    assetOf('GOLD', { sector: 'Metals' }),
  ],
  risk: { kind: 'covariance', matrix: matrixOf(covariance3), period: 'annual', repair: false },
  constituents: [],
  constraints: [constraintOf('bounds', { all: { min: 0 } })],
  views: [],
  riskFreeRateAnnual: 0,
};

export function requestOf(problem: Partial<ProblemDraft> = {}, more: Partial<StatelessDraft> = {}): StatelessDraft {
  return { problem: { ...problem3, ...problem }, strategy: { type: 'least-variance', parameters: {} }, ...more };
}
