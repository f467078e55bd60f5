/** An estimator at work. */
import type { Estimator } from '../problem/estimator.ts';
import type { Catalog } from './catalog.ts';
import type { Selection } from './job.ts';
import { located } from './located.ts';

/** What estimators call what they are given -> where the caller gave it. */
const given = { prices: 'problem.prices', factorReturns: 'problem.factor_returns', scenarios: 'problem.scenarios' };

/** Runs the estimator of a selection that admission has found to estimate what is asked for; violations stand below its field, or at what they are about. */
export function estimated<Kind extends Estimator>(
  selection: Selection,
  field: string,
  catalog: Catalog,
  estimate: (estimator: Kind, parameters: Selection['parameters']) => ReturnType<Kind['estimate']>,
): ReturnType<Kind['estimate']> {
  const at = `problem.estimation.${field}`;
  const estimator = catalog.estimators.require(selection.type, `${at}.type`) as Kind;
  return located(at, () => estimate(estimator, selection.parameters), given);
}
