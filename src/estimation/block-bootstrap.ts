import { RandomStream } from '../math/random.ts';
import type { ScenarioEstimator } from '../problem/estimator.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import { refuse } from '../values/fault.ts';
import { checkpointOf } from './sample.ts';
import { completeSeriesOf, drawingProperties, refuseTooMany } from './scenario-parameters.ts';
import type { Drawing } from './scenario-parameters.ts';

export type BlockBootstrapParameters = Drawing & {
  readonly blocks: 'stationary' | 'circular';
  readonly blockLength: number;
};

/**
 * Periods of the series drawn again in blocks, all assets together: count * horizon of them in a row, compounded by horizon. After the last
 * period of the series comes the first.
 */
export const blockBootstrap: ScenarioEstimator<BlockBootstrapParameters> = {
  type: 'block-bootstrap',
  estimates: 'scenarios',
  title: 'Block bootstrap',
  description:
    'Past periods drawn again in blocks, all assets together, so that correlations and, within blocks, the dependence in time stay. stationary: after each period a new block begins with probability 1 / blockLength. ' +
    'circular: every block has blockLength periods. Blocks begin anywhere with the same probability, and the series is closed to a ring. Every scenario compounds horizon periods in a row; the scenarios follow each other and make a path. ' +
    'Needs a return of every asset in every period.',
  references: [
    'Politis and Romano (1994), The Stationary Bootstrap',
    'Politis and Romano (1992), A Circular Block-Resampling Procedure for Stationary Data',
  ],
  parameters: {
    type: 'object',
    title: 'Block bootstrap',
    properties: {
      blocks: {
        type: 'string',
        title: 'Blocks',
        description: 'stationary (random lengths) or circular (fixed length); there is no default.',
        enum: ['stationary', 'circular'],
      },
      blockLength: {
        type: 'number',
        title: 'Block length',
        description:
          'Periods in a block, on average (stationary) or exactly (circular, then a whole number). 1 draws single periods.',
        minimum: 1,
        maximum: 100_000,
      },
      ...drawingProperties,
    },
    required: ['blocks', 'blockLength', 'count', 'seed'],
    additionalProperties: false,
    examples: [{ blocks: 'stationary', blockLength: 20, count: 1000, seed: 1 }],
  },
  isPath: () => true,
  estimate(sample, parameters): Scenarios {
    const { count, horizon = 1 } = parameters;
    const series = completeSeriesOf(sample, 'block-bootstrap');
    const n = sample.universe.assets.length;
    refuseTooMany(count, n);
    const periods = periodsOf(parameters, series.observations);
    const returns = new Float64Array(count * n);
    const checkpoint = checkpointOf(sample);
    for (let s = 0; s < count; s += 1) {
      checkpoint(2 * horizon * (n + 10));
      const total = returns.subarray(s * n, (s + 1) * n);
      for (let step = 0; step < horizon; step += 1) {
        const t = periods.next();
        for (let i = 0; i < n; i += 1) total[i] = compounded(total[i]!, series.returns[t * n + i]!);
      }
    }
    return { count, returns, periodsPerYear: series.periodsPerYear / horizon, isPath: true };
  },
};

/** (1 + a)(1 + b) - 1, exactly b after nothing. */
const compounded = (a: number, b: number): number => a + b + a * b;

interface Periods {
  next(): number;
}

/** The rows of the series, one after the other. */
function periodsOf({ blocks, blockLength, seed }: BlockBootstrapParameters, observations: number): Periods {
  if (blocks === 'circular' && !Number.isInteger(blockLength)) {
    const description = `must be a whole number for circular blocks; got ${String(blockLength)}`;
    refuse([{ field: 'blockLength', description }]);
  }
  const random = new RandomStream(seed);
  let at = 0;
  let left = 0;
  const ends = (): boolean => {
    if (blocks === 'circular') return left <= 0;
    return left === 0 || random.uniform() < 1 / blockLength;
  };
  return {
    next: () => {
      if (ends()) {
        at = random.below(observations);
        left = blocks === 'circular' ? blockLength : 1;
      } else at = (at + 1) % observations;
      if (blocks === 'circular') left -= 1;
      return at;
    },
  };
}
