import { exposureHandler } from './exposure-limit.ts';

/** sum_i max(w_i - c_i, 0) <= max, c = 0 or the benchmark weights. */
export const longExposure = exposureHandler({
  type: 'long-exposure',
  title: 'Long exposure limit',
  description: 'The sum of the weights above 0; relative to the benchmark, of the overweights.',
  what: 'long exposure',
  long: 1,
  short: 0,
  examples: [{ max: 1.3 }],
});
