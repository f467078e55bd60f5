/** An estimator at work. */
import type { Estimator } from '../problem/estimator.ts';
import type { Catalog } from './catalog.ts';
import type { Selection } from './job.ts';
import { located } from './located.ts';

/** Runs the estimator of a selection that admission has found to estimate what is asked for; violations stand below its field. */
export function estimated<Kind extends Estimator>(
  selection: Selection,
  field: string,
  catalog: Catalog,
  estimate: (estimator: Kind, parameters: Selection['parameters']) => ReturnType<Kind['estimate']>,
): ReturnType<Kind['estimate']> {
  const at = `problem.estimation.${field}`;
  const estimator = catalog.estimators.require(selection.type, `${at}.type`) as Kind;
  return located(at, () => estimate(estimator, selection.parameters));
}
