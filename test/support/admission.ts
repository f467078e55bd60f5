/** Admission of stateless requests as the unit tests meet it: what is on offer, and what is wrong with a draft. */
import { admitStateless } from '../../src/optimization/admission.ts';
import type { StatelessDraft } from '../../src/optimization/draft.ts';
import { Fault } from '../../src/values/fault.ts';
import { catalogOf } from './optimization.ts';

export const catalog = catalogOf({
  estimators: [
    {
      type: 'plain-mean',
      title: 'Mean',
      description: 'mean',
      references: [],
      parameters: { type: 'object', additionalProperties: false },
      estimates: 'expected-returns',
      estimate: ({ universe, series }) => {
        if (series === undefined) throw new Fault('INSUFFICIENT_HISTORY', 'needs prices');
        return new Float64Array(universe.assets.length);
      },
    },
  ],
});

export function faultOf(draft: StatelessDraft): Fault {
  try {
    admitStateless(draft, catalog);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('was admitted');
}
export const fieldsOf = (draft: StatelessDraft): readonly string[] =>
  faultOf(draft).violations.map((violation) => violation.field);
