/** Exponential weights, stated by half-life or span. */
import { refuse } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';

export interface DecayChoice {
  readonly halfLife?: number;
  readonly span?: number;
}

export const decayProperties: Readonly<Record<'halfLife' | 'span', JsonSchema>> = {
  halfLife: {
    type: 'number',
    title: 'Half-life',
    description: 'Periods after which a return counts half.',
    exclusiveMinimum: 0,
  },
  span: {
    type: 'number',
    title: 'Span',
    description: 'Periods, decay 1 - 2 / (span + 1). Give this or halfLife.',
    exclusiveMinimum: 1,
  },
};

/**
 * Weight of a return relative to the one a period later: 2^(-1 / halfLife) or 1 - 2 / (span + 1).
 * @throws Fault when both are given or none, or when the decay is not between 0 and 1.
 */
export function decayOf({ halfLife, span }: DecayChoice): number {
  const both = (halfLife === undefined) === (span === undefined);
  if (both) refuse([{ field: 'halfLife', description: 'give either halfLife or span', reason: 'UNIT_REQUIRED' }]);
  const decay = halfLife === undefined ? 1 - 2 / ((span ?? NaN) + 1) : 2 ** (-1 / halfLife);
  const field = halfLife === undefined ? 'span' : 'halfLife';
  if (!(decay > 0 && decay < 1))
    refuse([{ field, description: 'must give a decay between 0 and 1', reason: 'NUMBER_INVALID' }]);
  return decay;
}

/** (T) decay^age, 1 for the last date. */
export function decayWeights(decay: number, observations: number): Float64Array {
  return Float64Array.from({ length: observations }, (_, t) => decay ** (observations - 1 - t));
}
