/** Whether a run is given what its strategy, constraints and views need. */
import type { Strategy } from '../sdk/v1/index.ts';
import type { Findings } from './admission-findings.ts';
import type { Catalog } from './catalog.ts';
import type { Estimation, StatedConstraint, View } from './job.ts';

/** What there is, from whatever source, and the paths under which the caller would have to give it. */
export interface Given {
  readonly expectedReturns: boolean;
  readonly risk: boolean;
  readonly benchmark: boolean;
  readonly capitalizations: boolean;
  readonly paths: {
    readonly expectedReturns: string;
    readonly covariance: string;
    readonly benchmark: string;
    readonly capitalizations: string;
    readonly views: string;
  };
}

/** Notes every need that is not met, once by what is missing, with all who need it. */
export function checkNeeds(
  strategy: Strategy | undefined,
  constraints: readonly StatedConstraint[],
  views: readonly View[],
  estimation: Estimation,
  given: Given,
  catalog: Catalog,
  findings: Findings,
): void {
  const { paths } = given;
  const needs = strategy?.needs ?? [];
  const name = strategy === undefined ? '' : `strategy ${strategy.id}`;
  const hasRisk = given.risk || estimation.covariance !== undefined;
  const hasPrior = given.benchmark || given.capitalizations;
  const hasReturns =
    given.expectedReturns || estimation.expectedReturns !== undefined || (views.length > 0 && hasPrior);
  if (needs.includes('expected-returns') && !hasReturns) {
    findings.add(paths.expectedReturns, `is required by ${name}: give expected returns or choose an estimator`);
  }
  const risky = [
    ...(needs.includes('covariance') ? [name] : []),
    ...constraints
      .filter((constraint) => catalog.constraints.get(constraint.type)?.convexity === 'norm')
      .map((constraint) => `constraint ${constraint.id} (${constraint.type})`),
    ...(views.length > 0 ? ['the views'] : []),
  ];
  if (risky.length > 0 && !hasRisk) {
    const who =
      risky.length > 5 ? `${risky.slice(0, 5).join(', ')} and ${String(risky.length - 5)} more` : risky.join(', ');
    findings.add(
      paths.covariance,
      `is required by ${who}: give a covariance or a factor model, or choose an estimator`,
    );
  }
  if (needs.includes('benchmark') && !given.benchmark) findings.add(paths.benchmark, `is required by ${name}`);
  if (needs.includes('market-capitalizations') && !given.capitalizations) {
    findings.add(paths.capitalizations, `is required of every asset by ${name}`);
  }
  if (views.length > 0 && !hasReturns) {
    const sources = 'expected returns, an estimator, benchmark weights or market capitalizations';
    findings.add(paths.views, `need returns to start from: ${sources}`);
  }
}
