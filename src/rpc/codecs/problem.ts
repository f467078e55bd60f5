/** Optimization requests, stored and stateless, from wire to draft: carried over as they are, admission finds what is wrong. */
import {
  ReturnPeriod as PeriodNumbers,
  MissingPrices as MissingNumbers,
} from '../../gen/veritasvault/portfolio/v1/values.ts';
import type {
  Estimation,
  MissingPrices,
  ReturnPeriod,
  Selection,
  View,
} from '../../gen/veritasvault/portfolio/v1/values.ts';
import { Optimization as OptimizationFns } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type {
  ComputeFrontierRequest,
  ExpectedReturns,
  Optimization,
  OptimizeRequest,
  ProblemDefinition,
  SolveLimits,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type {
  EstimationDraft,
  LimitsDraft,
  OptimizationDraft,
  PeriodDraft,
  ProblemDraft,
  SelectionDraft,
  StatelessDraft,
  ViewDraft,
} from '../../optimization/draft.ts';
import type { Violation } from '../../values/fault.ts';
import { matrixFrom, vectorFrom } from './numbers.ts';
import { constraintFrom } from './portfolio.ts';
import { enumCodec, jsonObjectFrom } from './values.ts';

export const returnPeriods = enumCodec<PeriodDraft, ReturnPeriod>('RETURN_PERIOD_', {
  annual: PeriodNumbers.RETURN_PERIOD_ANNUAL,
  monthly: PeriodNumbers.RETURN_PERIOD_MONTHLY,
  daily: PeriodNumbers.RETURN_PERIOD_DAILY,
});

export const missingPrices = enumCodec<NonNullable<EstimationDraft['missingPrices']>, MissingPrices>(
  'MISSING_PRICES_',
  {
    refuse: MissingNumbers.MISSING_PRICES_REFUSE,
    pairwise: MissingNumbers.MISSING_PRICES_PAIRWISE,
    'complete-rows': MissingNumbers.MISSING_PRICES_COMPLETE_ROWS,
    'carry-forward': MissingNumbers.MISSING_PRICES_CARRY_FORWARD,
  },
);

export function optimizationFrom(message: Optimization | undefined, violations: Violation[]): OptimizationDraft {
  const from = message ?? OptimizationFns.create();
  const { strategy, estimation, limits, riskFreeRateAnnual } = from;
  return {
    ...(strategy === undefined ? {} : { strategy: selectionFrom(strategy) }),
    constraints: from.constraints.map(constraintFrom),
    ignorePortfolioConstraints: from.ignorePortfolioConstraints,
    views: from.views.map(viewFrom),
    ...(estimation === undefined
      ? {}
      : { estimation: estimationFrom(estimation, 'optimization.estimation', violations) }),
    factorModel: from.factorModel,
    universe: from.universe,
    ...(riskFreeRateAnnual === undefined ? {} : { riskFreeRateAnnual }),
    ...(limits === undefined ? {} : { limits: limitsFrom(limits) }),
    ...wishesFrom(from),
  };
}

export function optimizeFrom(request: OptimizeRequest, violations: Violation[]): StatelessDraft {
  return { ...statelessFrom(request, violations), ...wishesFrom(request) };
}

type Wishes = Pick<StatelessDraft, 'relaxByPriority' | 'explainConstraints'>;

function wishesFrom(request: { readonly relaxByPriority: boolean; readonly explainConstraints?: boolean }): Wishes {
  return {
    ...(request.relaxByPriority ? { relaxByPriority: true } : {}),
    ...(request.explainConstraints === true ? { explainConstraints: true } : {}),
  };
}

function statelessFrom(
  { problem, strategy, limits }: Pick<OptimizeRequest, 'problem' | 'strategy' | 'limits'>,
  violations: Violation[],
): StatelessDraft {
  return {
    ...(problem === undefined ? {} : { problem: problemFrom(problem, violations) }),
    ...(strategy === undefined ? {} : { strategy: selectionFrom(strategy) }),
    ...(limits === undefined ? {} : { limits: limitsFrom(limits) }),
  };
}

export function frontierFrom(request: ComputeFrontierRequest, violations: Violation[]): StatelessDraft {
  return { ...statelessFrom(request, violations), points: request.points, ...wishesFrom(request) };
}

export function selectionFrom({ type, parameters }: Selection): SelectionDraft {
  return { type, parameters: jsonObjectFrom(parameters) };
}

function viewFrom({ legs, expectedReturn, confidence }: View): ViewDraft {
  return { legs: legs.map(({ assetId, coefficient }) => ({ assetId, coefficient })), expectedReturn, confidence };
}

function limitsFrom({ iterationsMax, secondsMax, solver }: SolveLimits): LimitsDraft {
  return { iterationsMax, secondsMax, solver };
}

function estimationFrom(message: Estimation, path: string, violations: Violation[]): EstimationDraft {
  const { expectedReturns, covariance, viewTau, marketRiskAversion } = message;
  const missing = missingPrices.from(message.missingPrices, `${path}.missing_prices`, violations);
  return {
    ...(expectedReturns === undefined ? {} : { expectedReturns: selectionFrom(expectedReturns) }),
    ...(covariance === undefined ? {} : { covariance: selectionFrom(covariance) }),
    ...(missing === undefined ? {} : { missingPrices: missing }),
    periodsPerYear: message.periodsPerYear,
    windowStart: message.windowStart,
    windowEnd: message.windowEnd,
    ...(viewTau === undefined ? {} : { viewTau }),
    ...(marketRiskAversion === undefined ? {} : { marketRiskAversion }),
  };
}

function problemFrom(message: ProblemDefinition, violations: Violation[]): ProblemDraft {
  const { currentWeights, benchmarkWeights, expectedReturns, prices, estimation } = message;
  const risk = riskFrom(message.risk, violations);
  return {
    universe: message.universe.map((asset) => ({ ...asset })),
    ...(currentWeights === undefined ? {} : { currentWeights: vectorFrom(currentWeights) }),
    ...(benchmarkWeights === undefined ? {} : { benchmarkWeights: vectorFrom(benchmarkWeights) }),
    ...(expectedReturns === undefined ? {} : { expectedReturns: expectedReturnsFrom(expectedReturns, violations) }),
    ...(risk === undefined ? {} : { risk }),
    ...(prices === undefined
      ? {}
      : {
          prices: {
            dates: prices.dates,
            ...(prices.prices === undefined ? {} : { prices: matrixFrom(prices.prices) }),
          },
        }),
    ...(estimation === undefined ? {} : { estimation: estimationFrom(estimation, 'problem.estimation', violations) }),
    constraints: message.constraints.map(constraintFrom),
    views: message.views.map(viewFrom),
    riskFreeRateAnnual: message.riskFreeRateAnnual,
  };
}

function expectedReturnsFrom(
  { values, period }: ExpectedReturns,
  violations: Violation[],
): NonNullable<ProblemDraft['expectedReturns']> {
  return {
    ...(values === undefined ? {} : { values: vectorFrom(values) }),
    ...periodFrom(period, 'problem.expected_returns.period', violations),
  };
}

function periodFrom(wire: ReturnPeriod, field: string, violations: Violation[]): { readonly period?: PeriodDraft } {
  const period = returnPeriods.from(wire, field, violations);
  return period === undefined ? {} : { period };
}

function riskFrom(risk: ProblemDefinition['risk'], violations: Violation[]): ProblemDraft['risk'] {
  switch (risk?.$case) {
    case 'covariance': {
      const { matrix, period, repair } = risk.value;
      return {
        kind: 'covariance',
        ...(matrix === undefined ? {} : { matrix: matrixFrom(matrix) }),
        ...periodFrom(period, 'problem.covariance.period', violations),
        repair,
      };
    }
    case 'factorRisk': {
      const { factors, exposures, factorCovariance, specificVariance, period } = risk.value;
      return {
        kind: 'factor',
        factors,
        ...(exposures === undefined ? {} : { exposures: matrixFrom(exposures) }),
        ...(factorCovariance === undefined ? {} : { factorCovariance: matrixFrom(factorCovariance) }),
        ...(specificVariance === undefined ? {} : { specificVariance: vectorFrom(specificVariance) }),
        ...periodFrom(period, 'problem.factor_risk.period', violations),
      };
    }
    case undefined:
      return undefined;
  }
}
