/** Optimization requests, stored and stateless, from wire to draft: carried over as they are, admission finds what is wrong. */
import {
  ReturnPeriod as PeriodNumbers,
  MissingPrices as MissingNumbers,
  ScenarioMeasure as MeasureNumbers,
  ViewRelation as RelationNumbers,
} from '../../gen/veritasvault/portfolio/v1/values.ts';
import type {
  Estimation,
  MissingPrices,
  ReturnPeriod,
  ScenarioMeasure,
  ScenarioView,
  Selection,
  View,
  ViewLeg,
  ViewRelation,
} from '../../gen/veritasvault/portfolio/v1/values.ts';
import type { EstimateRequest } from '../../gen/veritasvault/portfolio/v1/estimation_service.ts';
import {
  CovarianceRepair as RepairNumbers,
  FrontierMeasure as FrontierNumbers,
  Optimization as OptimizationFns,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type {
  ComputeFrontierRequest,
  CovarianceRepair,
  ExpectedReturns,
  FactorReturnHistory,
  FrontierMeasure,
  NamedScenarioSet,
  Optimization,
  OptimizeRequest,
  ProblemDefinition,
  ScenarioSet,
  SolveLimits,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type {
  EstimateDraft,
  EstimationDraft,
  FactorReturnsDraft,
  FrontierMeasure as FrontierMeasureDraft,
  LimitsDraft,
  NamedScenariosDraft,
  OptimizationDraft,
  PeriodDraft,
  ProblemDraft,
  ScenarioViewDraft,
  ScenariosDraft,
  SelectionDraft,
  StatelessDraft,
  ViewDraft,
  ViewLegDraft,
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

export const scenarioMeasures = enumCodec<NonNullable<ScenarioViewDraft['measure']>, ScenarioMeasure>(
  'SCENARIO_MEASURE_',
  {
    mean: MeasureNumbers.SCENARIO_MEASURE_MEAN,
    volatility: MeasureNumbers.SCENARIO_MEASURE_VOLATILITY,
    correlation: MeasureNumbers.SCENARIO_MEASURE_CORRELATION,
    quantile: MeasureNumbers.SCENARIO_MEASURE_QUANTILE,
    cvar: MeasureNumbers.SCENARIO_MEASURE_CVAR,
  },
);

export const viewRelations = enumCodec<NonNullable<ScenarioViewDraft['relation']>, ViewRelation>('VIEW_RELATION_', {
  equal: RelationNumbers.VIEW_RELATION_EQUAL,
  'at-least': RelationNumbers.VIEW_RELATION_AT_LEAST,
  'at-most': RelationNumbers.VIEW_RELATION_AT_MOST,
});

const repairs = enumCodec<'clip' | 'nearest-correlation', CovarianceRepair>('COVARIANCE_REPAIR_', {
  clip: RepairNumbers.COVARIANCE_REPAIR_CLIP,
  'nearest-correlation': RepairNumbers.COVARIANCE_REPAIR_NEAREST_CORRELATION,
});

const frontierMeasures = enumCodec<FrontierMeasureDraft, FrontierMeasure>('FRONTIER_MEASURE_', {
  volatility: FrontierNumbers.FRONTIER_MEASURE_VOLATILITY,
  'tracking-error': FrontierNumbers.FRONTIER_MEASURE_TRACKING_ERROR,
  turnover: FrontierNumbers.FRONTIER_MEASURE_TURNOVER,
  cvar: FrontierNumbers.FRONTIER_MEASURE_CVAR,
});

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
    ...(from.scenarios === undefined ? {} : { scenarios: namedScenariosFrom(from.scenarios, violations) }),
    ...(from.factorReturns === undefined ? {} : { factorReturns: factorReturnsFrom(from.factorReturns) }),
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
  const against = frontierMeasures.from(request.against, 'against', violations);
  return {
    ...statelessFrom(request, violations),
    points: request.points,
    ...(against === undefined ? {} : { against }),
    ...(request.firstIndex === 0 ? {} : { firstIndex: request.firstIndex }),
    ...wishesFrom(request),
  };
}

export function estimateFrom({ problem, secondsMax }: EstimateRequest, violations: Violation[]): EstimateDraft {
  return { ...(problem === undefined ? {} : { problem: problemFrom(problem, violations) }), secondsMax };
}

export function selectionFrom({ type, parameters }: Selection): SelectionDraft {
  return { type, parameters: jsonObjectFrom(parameters) };
}

function viewFrom({ legs, expectedReturn, confidence }: View): ViewDraft {
  return { legs: legs.map(legFrom), expectedReturn, confidence };
}

function legFrom({ assetId, coefficient, taxonomy, group }: ViewLeg): ViewLegDraft {
  const isAsset = taxonomy === '' && group === '';
  return { assetId, coefficient, ...(isAsset ? {} : { taxonomy, group }) };
}

function scenarioViewFrom(view: ScenarioView, path: string, violations: Violation[]): ScenarioViewDraft {
  const measure = scenarioMeasures.from(view.measure, `${path}.measure`, violations);
  const relation = viewRelations.from(view.relation, `${path}.relation`, violations);
  return {
    legs: view.legs.map(legFrom),
    ...(measure === undefined ? {} : { measure }),
    ...(relation === undefined ? {} : { relation }),
    value: view.value,
    ...(view.level === undefined ? {} : { level: view.level }),
    ...(view.confidence === undefined ? {} : { confidence: view.confidence }),
  };
}

function limitsFrom({ iterationsMax, secondsMax, solver }: SolveLimits): LimitsDraft {
  return { iterationsMax, secondsMax, solver };
}

function estimationFrom(message: Estimation, path: string, violations: Violation[]): EstimationDraft {
  const { expectedReturns, covariance, scenarios, viewTau, marketRiskAversion } = message;
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
    ...(scenarios === undefined ? {} : { scenarios: selectionFrom(scenarios) }),
    ...(message.scenarioViews.length === 0
      ? {}
      : {
          scenarioViews: message.scenarioViews.map((view, position) =>
            scenarioViewFrom(view, `${path}.scenario_views[${String(position)}]`, violations),
          ),
        }),
  };
}

function problemFrom(message: ProblemDefinition, violations: Violation[]): ProblemDraft {
  const { currentWeights, benchmarkWeights, expectedReturns, prices, estimation } = message;
  const risk = riskFrom(message.risk, violations);
  return {
    universe: message.universe,
    ...(message.netAssetValue === undefined ? {} : { netAssetValue: message.netAssetValue }),
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
    ...(message.scenarios === undefined
      ? {}
      : { scenarios: scenariosFrom(message.scenarios, 'problem.scenarios', violations) }),
    ...(message.factorReturns === undefined ? {} : { factorReturns: factorReturnsFrom(message.factorReturns) }),
    constituents: message.constituents,
    constraints: message.constraints.map(constraintFrom),
    views: message.views.map(viewFrom),
    riskFreeRateAnnual: message.riskFreeRateAnnual,
  };
}

function namedScenariosFrom(message: NamedScenarioSet, violations: Violation[]): NamedScenariosDraft {
  return { assetIds: message.assetIds, ...scenariosFrom(message, 'optimization.scenarios', violations) };
}

function scenariosFrom(
  { returns, probabilities, period, path }: ScenarioSet,
  field: string,
  violations: Violation[],
): ScenariosDraft {
  return {
    ...(returns === undefined ? {} : { returns: matrixFrom(returns) }),
    ...(probabilities === undefined ? {} : { probabilities: vectorFrom(probabilities) }),
    ...periodFrom(period, `${field}.period`, violations),
    path,
  };
}

function factorReturnsFrom({ factors, dates, returns }: FactorReturnHistory): FactorReturnsDraft {
  return { factors, dates, ...(returns === undefined ? {} : { returns: matrixFrom(returns) }) };
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
      const repairMethod = repairs.from(risk.value.repairMethod, 'problem.covariance.repair_method', violations);
      return {
        kind: 'covariance',
        ...(matrix === undefined ? {} : { matrix: matrixFrom(matrix) }),
        ...periodFrom(period, 'problem.covariance.period', violations),
        repair,
        ...(repairMethod === undefined ? {} : { repairMethod }),
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
    case 'factorModel':
      return { kind: 'stored', name: risk.value };
    case undefined:
      return undefined;
  }
}
