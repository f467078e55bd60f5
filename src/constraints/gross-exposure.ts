import { exposureHandler } from './exposure-limit.ts';

/** sum_i |w_i - c_i| <= max, c = 0 or the benchmark weights. */
export const grossExposure = exposureHandler({
  type: 'gross-exposure',
  title: 'Gross exposure limit',
  description:
    'Leverage: the sum of the absolute weights, long and short; relative to the benchmark, of the active weights (twice the active share).',
  what: 'gross exposure',
  long: 1,
  short: 1,
  examples: [{ max: 1.6 }],
});
