import { defineStrategy, inSteps, returnFloorsOf, returnMinSchema, solving } from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { admitDrawdown, drawdownInWords, drawdownOf, drawdownSchemas, nameOf } from './drawdown.ts';
import type { Drawdown } from './drawdown.ts';
import { leastMeasure } from './market.ts';
import { needsOf, relativeSchema, resultInWords } from './parameters.ts';
import type { Floored } from './parameters.ts';
import { figuresOf, reporting } from './reporting.ts';

interface MinimumDrawdown extends Drawdown, Floored {}

function own(task: Task<MinimumDrawdown>): Program {
  const measure = drawdownOf(task);
  const objective = leastMeasure(measure, task.situation.current.length);
  const program = solving(objective, `least ${task.parameters.measure} drawdown`, returnFloorsOf(task));
  return reporting(program, figuresOf(task, measure, nameOf(task.parameters)));
}

export const minimumDrawdown = defineStrategy<MinimumDrawdown>({
  id: 'minimum-drawdown',
  title: 'Minimum drawdown',
  description: `Minimizes a drawdown over scenarios that follow each other in time. ${drawdownInWords} ${resultInWords} With returnMin over riskFreeRate + (mu - riskFreeRate)'w >= returnMin.`,
  references: [
    'Chekhlov, A., Uryasev, S., Zabarankin, M. (2005). Drawdown Measure in Portfolio Optimization. International Journal of Theoretical and Applied Finance 8(1), 13-58.',
  ],
  parameters: {
    type: 'object',
    required: ['measure'],
    additionalProperties: false,
    properties: { ...drawdownSchemas, returnMin: returnMinSchema, relativeToBenchmark: relativeSchema },
    examples: [{ measure: 'conditional', level: 0.9 }, { measure: 'average' }, { measure: 'maximum' }],
  },
  needs: ['path-scenarios'],
  noFrontier:
    'drawdown is no axis of frontiers; ask for it once for each returnMin, or for the frontier of minimum-cvar',
  needsWith: needsOf,
  admit: admitDrawdown,
  optimize: (task) => inSteps(task, () => own(task)),
});
