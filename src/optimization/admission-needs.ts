/** Whether a run is given what its strategies, constraints, estimators and views need. */
import type { ConstraintNeed } from '../problem/situation.ts';
import type { Need } from '../sdk/v1/index.ts';
import type { Findings } from './admission-findings.ts';
import type { Catalog } from './catalog.ts';
import type { EstimationDraft } from './draft.ts';
import type { Estimation, StatedConstraint, View } from './job.ts';

/** What there is, from whatever source, and the paths under which the caller would have to give it. */
export interface Given {
  readonly expectedReturns: boolean;
  readonly risk: boolean;
  readonly benchmark: boolean;
  readonly capitalizations: boolean;
  /** `path` when they follow each other in time. */
  readonly scenarios: 'none' | 'any' | 'path';
  readonly factors: boolean;
  readonly paths: Readonly<
    Record<
      'expectedReturns' | 'covariance' | 'benchmark' | 'capitalizations' | 'views' | 'scenarios' | 'factors',
      string
    >
  >;
}

/** Who needs what: a strategy, or one that it runs. */
export interface Wanted {
  readonly name: string;
  readonly needs: readonly Need[];
}

export interface NeedsQuestion {
  readonly wanted: readonly Wanted[];
  readonly constraints: readonly StatedConstraint[];
  readonly views: readonly View[];
  readonly estimation: Estimation;
  readonly given: Given;
}

/** With the estimators that were chosen and refused counted as given: what is wrong with them has been told, and none is missing. */
export function countingRefused(given: Given, draft: EstimationDraft | undefined, read: Estimation): Given {
  const isRefused = (which: 'expectedReturns' | 'covariance' | 'scenarios'): boolean =>
    draft?.[which] !== undefined && read[which] === undefined;
  const isRiskRefused = isRefused('covariance');
  return {
    ...given,
    expectedReturns: given.expectedReturns || isRefused('expectedReturns'),
    risk: given.risk || isRiskRefused,
    factors: given.factors || isRiskRefused,
    scenarios: given.scenarios === 'none' && isRefused('scenarios') ? 'path' : given.scenarios,
  };
}

/** Notes every need that is not met, once by what is missing, with all who need it. */
export function checkNeeds(question: NeedsQuestion, catalog: Catalog, findings: Findings): void {
  const { wanted, constraints, views, estimation, given } = question;
  const { paths } = given;
  const needing = (...needs: readonly Need[]): readonly string[] =>
    wanted.filter((who) => needs.some((need) => who.needs.includes(need))).map(({ name }) => name);
  const constrained = (...needs: readonly ConstraintNeed[]): readonly string[] =>
    constraints
      .filter(({ type, parameters }) => {
        const own = catalog.constraints.get(type)?.needs?.(parameters) ?? [];
        return needs.some((need) => own.includes(need));
      })
      .map(({ id, type }) => `constraint ${id} (${type})`);
  const demand = (field: string, who: readonly string[], isThere: boolean, advice: string): void => {
    if (who.length > 0 && !isThere) findings.add(field, `is required by ${listed(who)}${advice}`);
  };

  const hasViews = views.length > 0;
  const hasPrior = given.benchmark || given.capitalizations;
  const hasOwnReturns = given.expectedReturns || estimation.expectedReturns !== undefined;
  const hasReturns = hasOwnReturns || (hasViews && hasPrior);
  const returnsAdvice = ': give expected returns or choose an estimator';
  demand(paths.expectedReturns, needing('expected-returns'), hasReturns, returnsAdvice);
  const drawnFromMoments = isFrom('moments', estimation, catalog) && given.scenarios === 'none';
  const scenarioEstimator = `estimator ${estimation.scenarios?.type ?? ''}`;
  const risky = [
    ...needing('covariance'),
    ...constrained('covariance'),
    ...(hasViews ? ['the views'] : []),
    ...(drawnFromMoments ? [scenarioEstimator] : []),
  ];
  const riskAdvice = ': give a covariance or a factor model, or choose an estimator';
  demand(paths.covariance, risky, given.risk || estimation.covariance !== undefined, riskAdvice);
  demand(paths.benchmark, needing('benchmark'), given.benchmark, '');
  demand(paths.capitalizations, needing('market-capitalizations'), given.capitalizations, ': of every asset');
  demand(paths.factors, needing('factor-exposures'), given.factors, ': give a factor model, or estimate one');
  demand(paths.views, needing('views'), hasViews, ': state at least one view');

  const scenarios = scenariosIn(estimation, given, catalog);
  const started = isFrom('scenarios', estimation, catalog) ? ['the estimators that start from scenarios'] : [];
  const viewed = (estimation.scenarioViews ?? []).length > 0 ? ['the scenario views'] : [];
  const outcomes = [
    ...needing('scenarios', 'path-scenarios'),
    ...constrained('scenarios', 'path-scenarios'),
    ...started,
    ...viewed,
  ];
  demand(paths.scenarios, outcomes, scenarios !== 'none', ': give scenarios or choose an estimator');
  const ordered = [...needing('path-scenarios'), ...constrained('path-scenarios')];
  const pathAdvice = ': scenarios that follow each other in time, without views on them';
  demand(paths.scenarios, ordered, scenarios !== 'any', pathAdvice);
  if (hasViews && !hasReturns) {
    const sources = 'expected returns, an estimator, benchmark weights or market capitalizations';
    findings.add(paths.views, `need returns to start from: ${sources}`);
  }
}

/** What kind of scenarios there will be. Views change their probabilities, and then they are a history no more. */
function scenariosIn(estimation: Estimation, given: Given, catalog: Catalog): Given['scenarios'] {
  const chosen = estimation.scenarios === undefined ? undefined : catalog.estimators.get(estimation.scenarios.type);
  if (given.scenarios === 'none' && chosen === undefined) return 'none';
  if ((estimation.scenarioViews ?? []).length > 0) return 'any';
  if (given.scenarios !== 'none') return given.scenarios;
  const isPath = chosen?.estimates === 'scenarios' && chosen.isPath?.(estimation.scenarios?.parameters ?? {}) === true;
  return isPath ? 'path' : 'any';
}

/** Whether one of the estimators chosen starts from there. */
function isFrom(ground: 'scenarios' | 'moments', estimation: Estimation, catalog: Catalog): boolean {
  return [estimation.expectedReturns, estimation.covariance, estimation.scenarios].some(
    (chosen) => chosen !== undefined && catalog.estimators.get(chosen.type)?.from === ground,
  );
}

function listed(who: readonly string[]): string {
  return who.length > 5 ? `${who.slice(0, 5).join(', ')} and ${String(who.length - 5)} more` : who.join(', ');
}
