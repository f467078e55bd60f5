import {
  defineStrategy,
  inSteps,
  returnFloorsOf,
  returnFrontier,
  returnMinSchema,
  scenariosOf,
  solving,
} from '@veritasvault/portfolio/sdk/v1';
import type { Objective, Program, TailMeasure, Task } from '@veritasvault/portfolio/sdk/v1';

import { centreOf, groundOf, leastMeasure } from './market.ts';
import { levelSchema, needsOf, relativeSchema, resultInWords } from './parameters.ts';
import type { Floored, Relative } from './parameters.ts';
import { figuresOf, reporting } from './reporting.ts';

interface MinimumCvar extends Relative, Floored {
  readonly level: number;
}

export function cvarOf<Parameters extends Relative & { readonly level: number }>(task: Task<Parameters>): TailMeasure {
  return { kind: 'cvar', level: task.parameters.level, ...groundOf(scenariosOf(task), centreOf(task)) };
}

/** Minimize the CVaR alone. */
export function leastCvar<Parameters extends Relative & { readonly level: number }>(task: Task<Parameters>): Objective {
  return leastMeasure(cvarOf(task), task.situation.current.length);
}

function own(task: Task<MinimumCvar>): Program {
  return reporting(solving(leastCvar(task), 'least CVaR', returnFloorsOf(task)), figuresOf(task, cvarOf(task), 'cvar'));
}

export const minimumCvar = defineStrategy<MinimumCvar>({
  id: 'minimum-cvar',
  title: 'Minimum CVaR',
  description: `Minimizes the conditional value at risk (expected shortfall) at \`level\`: the mean of the worst (1 - level) share of the losses -result over the scenarios by their probabilities, the scenario at the boundary counted in part; a positive number is a loss, per period of the scenarios. ${resultInWords} With returnMin over riskFreeRate + (mu - riskFreeRate)'w >= returnMin. Reports the CVaR and the value at risk at the same level.`,
  references: [
    'Rockafellar, R. T., Uryasev, S. (2000). Optimization of Conditional Value-at-Risk. Journal of Risk 2(3), 21-41.',
  ],
  parameters: {
    type: 'object',
    required: ['level'],
    additionalProperties: false,
    properties: { level: levelSchema, returnMin: returnMinSchema, relativeToBenchmark: relativeSchema },
    examples: [{ level: 0.9 }, { level: 0.9, returnMin: 0.07, relativeToBenchmark: true }],
  },
  needs: ['scenarios'],
  needsWith: needsOf,
  frontierNeeds: ['expected-returns'],
  frontierAgainst: 'cvar',
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) => returnFrontier(task, points, leastCvar(task), () => own(task), first),
});
