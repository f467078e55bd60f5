/** A stored optimization as the resource that callers see: the request as they wrote it, and what became of it. */
import {
  MissingPrices as MissingNumbers,
  ScenarioMeasure as MeasureNumbers,
  ViewRelation as RelationNumbers,
} from '../../gen/veritasvault/portfolio/v1/values.ts';
import type {
  Constraint,
  Estimation,
  ScenarioView,
  Selection,
  View,
  ViewLeg,
} from '../../gen/veritasvault/portfolio/v1/values.ts';
import type { Optimization } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type {
  ConstraintDraft,
  EstimationDraft,
  ScenarioViewDraft,
  SelectionDraft,
  ViewDraft,
  ViewLegDraft,
} from '../../optimization/draft.ts';
import { requestOf } from '../../optimization/optimizations.ts';
import type { Run } from '../../optimization/run.ts';
import { answerIn, answerTo, runStates } from './optimization.ts';
import type { RunStateLiteral } from './optimization.ts';
import { missingPrices, scenarioMeasures, viewRelations } from './problem.ts';
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
  };
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
