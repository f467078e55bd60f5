/** An estimator at work. */
import type { Estimator } from '../problem/estimator.ts';
import type { Catalog } from './catalog.ts';
import type { Selection } from './job.ts';
import { located } from './located.ts';

/** What an estimator calls its parameters and what it is given -> where the caller stated it. */
export function placesOf(estimator: Estimator, at: string, root: string): Readonly<Record<string, string>> {
  const names = Object.keys(estimator.parameters.properties ?? {});
  return {
    prices: `${root}.prices`,
    factorReturns: `${root}.factor_returns`,
    scenarios: `${root}.scenarios`,
    universe: `${root}.universe`,
    ...Object.fromEntries(names.map((name) => [name, `${at}.parameters.${name}`])),
  };
}

/** Runs the estimator of a selection that admission has found to estimate what is asked for; violations stand below its field, or at what they are about. */
export function estimated<Kind extends Estimator>(
  selection: Selection,
  field: string,
  catalog: Catalog,
  estimate: (estimator: Kind, parameters: Selection['parameters']) => ReturnType<Kind['estimate']>,
): ReturnType<Kind['estimate']> {
  const at = `problem.estimation.${field}`;
  const estimator = catalog.estimators.require(selection.type, `${at}.type`) as Kind;
  return located(at, () => estimate(estimator, selection.parameters), placesOf(estimator, at, 'problem'));
}
