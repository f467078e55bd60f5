/** Which drawdown: conditional at a level, the average, or the largest. */
import { scenariosOf } from '@veritasvault/portfolio/sdk/v1';
import type { JsonSchema, TailMeasure, Task, Violation } from '@veritasvault/portfolio/sdk/v1';

import { centreOf, groundOf } from './market.ts';
import type { Relative } from './parameters.ts';

export interface Drawdown extends Relative {
  readonly measure: 'conditional' | 'average' | 'maximum';
  readonly level?: number;
}

export const drawdownSchemas: Readonly<Record<'measure' | 'level', JsonSchema>> = {
  measure: {
    type: 'string',
    enum: ['conditional', 'average', 'maximum'],
    description: 'Mean of the worst (1 - level) share of the drawdowns, mean of all of them, or the largest.',
  },
  level: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    description: 'Confidence of the conditional drawdown, and of no other: 0.95 speaks of the worst 5 % of the dates.',
  },
};

/** A level belongs to the conditional drawdown alone. */
export function admitDrawdown({ measure, level }: Drawdown): readonly Violation[] {
  if (measure === 'conditional' && level === undefined)
    return [{ field: 'level', description: 'is required by the conditional drawdown' }];
  if (measure !== 'conditional' && level !== undefined)
    return [{ field: 'level', description: `has no meaning for the ${measure} drawdown` }];
  return [];
}

/** Every date counts the same, whatever the probabilities of the scenarios. */
export function drawdownOf<Parameters extends Drawdown>(task: Task<Parameters>): TailMeasure {
  const { measure, level = 0 } = task.parameters;
  const { scenarios, centre } = groundOf(scenariosOf(task), centreOf(task));
  return {
    kind: 'drawdown',
    level: measure === 'maximum' ? 1 : measure === 'average' ? 0 : level,
    scenarios,
    ...(centre === undefined ? {} : { centre }),
  };
}

export function nameOf({ measure }: Drawdown): string {
  return `${measure}-drawdown`;
}

/** For the descriptions in the catalogue. */
export const drawdownInWords =
  'The drawdown of date s is max_{t <= s} C_t - C_s, C the uncompounded running sum of results from C_0 = 0 in the order of the scenarios, as a fraction of net asset value; every date counts the same. `conditional` is the mean of the worst (1 - level) share (CDaR), `average` the mean, `maximum` the largest.';
