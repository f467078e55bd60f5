/** A stored optimization as the resource that callers see: the request as they wrote it, and what became of it. */
import {
  MissingPrices as MissingNumbers,
  ReturnPeriod as PeriodNumbers,
  ScenarioMeasure as MeasureNumbers,
  ViewRelation as RelationNumbers,
} from '../../gen/veritasvault/portfolio/v1/values.ts';
import type {
  Constraint,
  Estimation,
  Matrix,
  ScenarioView,
  Selection,
  View,
  ViewLeg,
} from '../../gen/veritasvault/portfolio/v1/values.ts';
import type {
  FactorReturnHistory,
  NamedScenarioSet,
  Optimization,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type {
  ConstraintDraft,
  EstimationDraft,
  FactorReturnsDraft,
  MatrixDraft,
  NamedScenariosDraft,
  ScenarioViewDraft,
  SelectionDraft,
  ViewDraft,
  ViewLegDraft,
} from '../../optimization/draft.ts';
import { requestOf } from '../../optimization/optimizations.ts';
import type { Run } from '../../optimization/run.ts';
import { answerIn, answerTo, runStates } from './optimization.ts';
import type { RunStateLiteral } from './optimization.ts';
import { missingPrices, returnPeriods, scenarioMeasures, viewRelations } from './problem.ts';
import { optionalTimestampTo, structTo, timestampTo } from './values.ts';

export function optimizationTo(run: Run): Optimization {
  const request = requestOf(run);
  return {
    name: `portfolios/${run.portfolioId}/optimizations/${run.id}`,
    strategy: selectionTo(request.strategy),
    constraints: request.constraints.map(constraintTo),
    ignorePortfolioConstraints: request.ignorePortfolioConstraints,
    views: request.views.map(viewTo),
    estimation: request.estimation === undefined ? undefined : estimationTo(request.estimation),
    factorModel: request.factorModel,
    universe: [...request.universe],
    riskFreeRateAnnual: request.riskFreeRateAnnual,
    limits: request.limits === undefined ? undefined : { ...request.limits },
    // The other states are those of rebalances.
    state: runStates.to(run.state as RunStateLiteral),
    result: run.result === null ? undefined : answerTo(answerIn(run.result)),
    error: run.error === null ? undefined : { ...run.error },
    createTime: timestampTo(run.createdAt),
    endTime: optionalTimestampTo(run.endedAt),
    lastSequence: BigInt(run.lastSequence),
    relaxByPriority: request.relaxByPriority ?? false,
    explainConstraints: request.explainConstraints ?? false,
    scenarios: request.scenarios === undefined ? undefined : scenariosTo(request.scenarios),
    factorReturns: request.factorReturns === undefined ? undefined : factorReturnsTo(request.factorReturns),
  };
}

/** Numbers are recorded with the run and not told again, but for their shape. */
function shapeTo(matrix: MatrixDraft | undefined): Matrix | undefined {
  if (matrix === undefined) return undefined;
  return { rows: matrix.rows, columns: matrix.columns, values: [], packed: Buffer.alloc(0) };
}

function scenariosTo({ assetIds, returns, probabilities, period, path }: NamedScenariosDraft): NamedScenarioSet {
  return {
    assetIds: [...assetIds],
    returns: shapeTo(returns),
    probabilities:
      probabilities === undefined ? undefined : { values: [...probabilities.values], packed: Buffer.alloc(0) },
    period: period === undefined ? PeriodNumbers.RETURN_PERIOD_UNSPECIFIED : returnPeriods.to(period),
    path,
  };
}

function factorReturnsTo({ factors, dates, returns }: FactorReturnsDraft): FactorReturnHistory {
  return { factors: [...factors], dates: [...dates], returns: shapeTo(returns) };
}

function selectionTo(selection: SelectionDraft | undefined): Selection | undefined {
  return selection === undefined ? undefined : { type: selection.type, parameters: structTo(selection.parameters) };
}

function constraintTo({
  constraintId,
  displayName,
  type,
  parameters,
  priority,
  inactive,
  penalty,
}: ConstraintDraft): Constraint {
  return { constraintId, displayName, type, parameters: structTo(parameters), priority, inactive, penalty };
}

function viewTo({ legs, expectedReturn, confidence }: ViewDraft): View {
  return { legs: legs.map(legTo), expectedReturn, confidence };
}

function legTo(leg: ViewLegDraft): ViewLeg {
  return { taxonomy: '', group: '', ...leg };
}

function scenarioViewTo({ legs, measure, relation, value, level, confidence }: ScenarioViewDraft): ScenarioView {
  return {
    legs: legs.map(legTo),
    measure: measure === undefined ? MeasureNumbers.SCENARIO_MEASURE_UNSPECIFIED : scenarioMeasures.to(measure),
    relation: relation === undefined ? RelationNumbers.VIEW_RELATION_UNSPECIFIED : viewRelations.to(relation),
    value,
    level,
    confidence,
  };
}

function estimationTo(estimation: EstimationDraft): Estimation {
  const { expectedReturns, covariance, scenarios, scenarioViews = [], missingPrices: missing, ...rest } = estimation;
  return {
    ...rest,
    expectedReturns: selectionTo(expectedReturns),
    covariance: selectionTo(covariance),
    scenarios: selectionTo(scenarios),
    scenarioViews: scenarioViews.map(scenarioViewTo),
    missingPrices: missing === undefined ? MissingNumbers.MISSING_PRICES_UNSPECIFIED : missingPrices.to(missing),
  };
}
