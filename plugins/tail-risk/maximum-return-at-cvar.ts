import { defineStrategy, excessReturns, inSteps, returnFrontier, solving } from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { cvarOf, leastCvar } from './minimum-cvar.ts';
import { levelSchema, needsOf, relativeSchema, resultInWords } from './parameters.ts';
import type { Relative } from './parameters.ts';
import { figuresOf, reporting } from './reporting.ts';

interface MaximumReturnAtCvar extends Relative {
  readonly level: number;
  readonly cvarMax: number;
}

function own(task: Task<MaximumReturnAtCvar>): Program {
  const { cvarMax: bound, level } = task.parameters;
  const measure = cvarOf(task);
  const origin = task.origin(`CVaR at level ${level} at most ${100 * bound} % per period of the scenarios`);
  const objective = { quadratics: [], linear: excessReturns(task) };
  const program = solving(objective, 'greatest return at the CVaR', [{ tails: [{ ...measure, bound, origin }] }]);
  return reporting(program, figuresOf(task, measure, 'cvar'));
}

export const maximumReturnAtCvar = defineStrategy<MaximumReturnAtCvar>({
  id: 'maximum-return-at-cvar',
  title: 'Maximum return at a CVaR',
  description: `Maximizes the expected annual return riskFreeRate + (mu - riskFreeRate)'w over the restrictions and a conditional value at risk of at most cvarMax: the mean of the worst (1 - level) share of the losses -result over the scenarios, per period of the scenarios. ${resultInWords}`,
  references: [
    'Krokhmal, P., Palmquist, J., Uryasev, S. (2002). Portfolio Optimization with Conditional Value-at-Risk Objective and Constraints. Journal of Risk 4(2), 43-68.',
  ],
  parameters: {
    type: 'object',
    required: ['level', 'cvarMax'],
    additionalProperties: false,
    properties: {
      level: levelSchema,
      cvarMax: {
        type: 'number',
        minimum: -1,
        maximum: 10,
        description:
          'Largest CVaR in one period of the scenarios, a loss as a fraction of net asset value: 0.02 is 2 %.',
        examples: [0.08],
      },
      relativeToBenchmark: relativeSchema,
    },
  },
  needs: ['scenarios', 'expected-returns'],
  needsWith: needsOf,
  frontierAgainst: 'cvar',
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) => returnFrontier(task, points, leastCvar(task), () => own(task), first),
});
