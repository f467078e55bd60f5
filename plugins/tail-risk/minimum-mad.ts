import {
  defineStrategy,
  inSteps,
  returnFloorsOf,
  returnMinSchema,
  scenariosOf,
  solving,
} from '@veritasvault/portfolio/sdk/v1';
import type { Program, TailMeasure, Task } from '@veritasvault/portfolio/sdk/v1';

import { centreOf, groundOf, leastMeasure } from './market.ts';
import { needsOf, relativeSchema, resultInWords } from './parameters.ts';
import type { Floored, Relative } from './parameters.ts';
import { figuresOf, reporting } from './reporting.ts';

interface MinimumMad extends Relative, Floored {}

function own(task: Task<MinimumMad>): Program {
  const measure: TailMeasure = {
    kind: 'mean-absolute-deviation',
    level: 0,
    ...groundOf(scenariosOf(task), centreOf(task)),
  };
  const objective = leastMeasure(measure, task.situation.current.length);
  const program = solving(objective, 'least mean absolute deviation', returnFloorsOf(task));
  return reporting(program, figuresOf(task, measure, 'mean-absolute-deviation'));
}

export const minimumMad = defineStrategy<MinimumMad>({
  id: 'minimum-mad',
  title: 'Minimum mean absolute deviation',
  description: `Minimizes sum_s p_s |result_s - mean result| over the scenarios with probabilities p_s, per period of the scenarios; the mean is that of the scenarios. Half of it is the lower semi-absolute deviation, so the same portfolio has the least of that. ${resultInWords} With returnMin over riskFreeRate + (mu - riskFreeRate)'w >= returnMin.`,
  references: [
    'Konno, H., Yamazaki, H. (1991). Mean-Absolute Deviation Portfolio Optimization Model and Its Applications to Tokyo Stock Market. Management Science 37(5), 519-531.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: { returnMin: returnMinSchema, relativeToBenchmark: relativeSchema },
    examples: [{}, { returnMin: 0.07 }],
  },
  needs: ['scenarios'],
  noFrontier:
    'the mean absolute deviation is no axis of frontiers; ask for it once for each returnMin, or for the frontier of minimum-variance or minimum-cvar',
  needsWith: needsOf,
  optimize: (task) => inSteps(task, () => own(task)),
});
