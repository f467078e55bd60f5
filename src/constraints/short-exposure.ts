import { exposureHandler } from './exposure-limit.ts';

/** sum_i max(c_i - w_i, 0) <= max, c = 0 or the benchmark weights. */
export const shortExposure = exposureHandler({
  type: 'short-exposure',
  title: 'Short exposure limit',
  description:
    'The sum of the sizes of the weights below 0, as a positive number; relative to the benchmark, of the underweights.',
  what: 'short exposure',
  long: 0,
  short: 1,
  examples: [{ max: 0.3 }],
});
