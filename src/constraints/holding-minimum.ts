import { minimumSizeHandler } from './minimum-size.ts';

/** w_i = 0 or |w_i| >= min for every asset meant. */
export const holdingMinimum = minimumSizeHandler({
  type: 'holding-minimum',
  title: 'Minimum holding',
  description:
    'An asset is either not held or held with at least this weight, long or short: weight 0 or |weight| >= min.',
  references: [
    'Chang, Meade, Beasley and Sharaiha (2000), Heuristics for cardinality constrained portfolio optimisation, Computers and Operations Research 27',
  ],
  text: (id) => `holding of ${id}`,
  relativeTo: 'none',
});
