import { defineStrategy, excessReturns, inSteps, solving } from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { admitDrawdown, drawdownInWords, drawdownOf, drawdownSchemas, nameOf } from './drawdown.ts';
import type { Drawdown } from './drawdown.ts';
import { needsOf, relativeSchema, resultInWords } from './parameters.ts';
import { figuresOf, reporting } from './reporting.ts';

interface MaximumReturnAtDrawdown extends Drawdown {
  readonly drawdownMax: number;
}

function own(task: Task<MaximumReturnAtDrawdown>): Program {
  const { drawdownMax: bound, measure: which } = task.parameters;
  const measure = drawdownOf(task);
  const origin = task.origin(`${which} drawdown at most ${100 * bound} %`);
  const objective = { quadratics: [], linear: excessReturns(task) };
  const program = solving(objective, 'greatest return at the drawdown', [{ tails: [{ ...measure, bound, origin }] }]);
  return reporting(program, figuresOf(task, measure, nameOf(task.parameters)));
}

export const maximumReturnAtDrawdown = defineStrategy<MaximumReturnAtDrawdown>({
  id: 'maximum-return-at-drawdown',
  title: 'Maximum return at a drawdown',
  description: `Maximizes the expected annual return riskFreeRate + (mu - riskFreeRate)'w over the restrictions and a drawdown of at most drawdownMax over scenarios that follow each other in time. ${drawdownInWords} ${resultInWords}`,
  references: [
    'Chekhlov, A., Uryasev, S., Zabarankin, M. (2005). Drawdown Measure in Portfolio Optimization. International Journal of Theoretical and Applied Finance 8(1), 13-58.',
  ],
  parameters: {
    type: 'object',
    required: ['measure', 'drawdownMax'],
    additionalProperties: false,
    properties: {
      ...drawdownSchemas,
      drawdownMax: {
        type: 'number',
        minimum: 0,
        maximum: 10,
        description: 'Largest drawdown as a fraction of net asset value: 0.1 is 10 %.',
      },
      relativeToBenchmark: relativeSchema,
    },
    examples: [{ measure: 'maximum', drawdownMax: 0.3 }],
  },
  needs: ['path-scenarios', 'expected-returns'],
  noFrontier:
    'drawdown is no axis of frontiers; ask for it once for each drawdownMax, or for the frontier of maximum-return-at-cvar',
  needsWith: needsOf,
  admit: admitDrawdown,
  optimize: (task) => inSteps(task, () => own(task)),
});
