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

interface Minimax extends Relative, Floored {}

function own(task: Task<Minimax>): Program {
  const measure: TailMeasure = { kind: 'cvar', level: 1, ...groundOf(scenariosOf(task), centreOf(task)) };
  const objective = leastMeasure(measure, task.situation.current.length);
  return reporting(
    solving(objective, 'least worst loss', returnFloorsOf(task)),
    figuresOf(task, measure, 'worst-loss'),
  );
}

export const minimax = defineStrategy<Minimax>({
  id: 'minimax',
  title: 'Minimax',
  description: `Minimizes the loss -result in the worst scenario, whatever its probability: CVaR at level 1. ${resultInWords} With returnMin over riskFreeRate + (mu - riskFreeRate)'w >= returnMin.`,
  references: [
    'Young, M. R. (1998). A Minimax Portfolio Selection Rule with Linear Programming Solution. Management Science 44(5), 673-683.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: { returnMin: returnMinSchema, relativeToBenchmark: relativeSchema },
    examples: [{}],
  },
  needs: ['scenarios'],
  noFrontier:
    'the worst loss is no axis of frontiers; ask for it once for each returnMin, or for the frontier of minimum-cvar at a level near 1',
  needsWith: needsOf,
  optimize: (task) => inSteps(task, () => own(task)),
});
