/** Scenarios of a job: given or drawn, and views blended into them. */
import { entropyPooling } from '../estimation/entropy-pooling.ts';
import type { ScenarioViewOutcome } from '../estimation/entropy-posterior.ts';
import type { Sample, ScenarioEstimator } from '../problem/estimator.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import { Fault } from '../values/fault.ts';
import type { Catalog } from './catalog.ts';
import { estimated } from './estimated.ts';
import type { EstimationGround } from './job.ts';
import { located } from './located.ts';

export interface DrawnScenarios {
  readonly scenarios: Scenarios;
  /** Absent without views on them. */
  readonly views?: { readonly relativeEntropy: number; readonly effectiveScenarios: number };
  /** Of each view on them, in their order; none without. */
  readonly outcomes: readonly ScenarioViewOutcome[];
}

/** Whether the scenarios come before the moments, which then may start from them. */
export function scenariosBefore({ estimation, scenarios }: EstimationGround, catalog: Catalog): boolean {
  if (scenarios !== undefined || estimation.scenarios === undefined) return true;
  return catalog.estimators.get(estimation.scenarios.type)?.from !== 'moments';
}

export function scenariosOf(job: EstimationGround, sample: Sample, catalog: Catalog): DrawnScenarios | undefined {
  const { estimation, universe } = job;
  const chosen = estimation.scenarios;
  const scenarios =
    job.scenarios ??
    (chosen &&
      estimated<ScenarioEstimator>(chosen, 'scenarios', catalog, (estimator, parameters) =>
        sound(estimator.estimate(sample, parameters), universe.assets.length, chosen.type),
      ));
  if (scenarios === undefined) return undefined;
  const views = estimation.scenarioViews ?? [];
  if (views.length === 0) return { scenarios, outcomes: [] };
  const {
    scenarios: pooled,
    relativeEntropy,
    effectiveScenarios,
    views: outcomes,
  } = located('problem.estimation.scenario_views', () => entropyPooling(scenarios, views, universe, sample.checkpoint));
  // Their probabilities differ now, so that they are outcomes and no history.
  return { scenarios: { ...pooled, isPath: false }, views: { relativeEntropy, effectiveScenarios }, outcomes };
}

/** What an estimator of a plugin gives is looked at before anything rests on it. */
function sound(scenarios: Scenarios, n: number, estimator: string): Scenarios {
  const { count, returns, probabilities } = scenarios;
  const isWhole = count >= 1 && returns.length === count * n && returns.every(Number.isFinite);
  const areWeights =
    probabilities === undefined || (probabilities.length === count && probabilities.every((each) => each > 0));
  if (isWhole && areWeights) return scenarios;
  throw new Fault('PLUGIN_BROKEN', `estimator ${estimator} gave no finite return for every asset in every scenario`, {
    estimator,
  });
}
