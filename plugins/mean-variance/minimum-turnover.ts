import {
  defineStrategy,
  inSteps,
  returnFloorsOf,
  returnFrontier,
  returnMinSchema,
  solving,
} from '@veritasvault/portfolio/sdk/v1';
import type { Objective, Program, Task } from '@veritasvault/portfolio/sdk/v1';

interface MinimumTurnover {
  readonly returnMin?: number;
}

/** Weight on the sum of squared trades, doubled: enough to choose among portfolios of the same turnover, too little to add any to speak of. */
const spread = 1e-6;

/** Minimize 1/2 sum |w - w0| + spread / 2 sum (w - w0)^2. */
function turnover(task: Task<MinimumTurnover>): Objective {
  const { current } = task.situation;
  const size = current.length;
  const operator = { kind: 'diagonal' as const, size, entries: new Float64Array(size).fill(1) };
  const half = new Float64Array(size).fill(0.5);
  return {
    quadratics: [{ scale: spread, operator, centre: current }],
    linear: new Float64Array(size),
    trading: { current, buyRate: half, sellRate: half },
  };
}

function own(task: Task<MinimumTurnover>): Program {
  const phase = task.parameters.returnMin === undefined ? 'least turnover' : 'least turnover at the return';
  return solving(turnover(task), phase, returnFloorsOf(task));
}

export const minimumTurnover = defineStrategy<MinimumTurnover>({
  id: 'minimum-turnover',
  title: 'Minimum turnover',
  description:
    "Minimizes the turnover sum |w - w0| / 2, half the sum of the absolute weight changes from the current weights w0, cash excluded, over the restrictions and, with returnMin, riskFreeRate + (mu - riskFreeRate)'w >= returnMin. Of portfolios of the same turnover it takes the one whose trades have the least sum of squares: the objective holds 5e-7 times that sum, and by no more can the turnover exceed the least. Its frontier is the least turnover by expected return.",
  references: [
    'Perold, A. F. (1984). Large-Scale Portfolio Optimization. Management Science 30(10), 1143-1160.',
    'Grinold, R. C., Kahn, R. N. (2000). Active Portfolio Management, 2nd edition, ch. 16. McGraw-Hill.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: {
      returnMin: {
        ...returnMinSchema,
        description: `${returnMinSchema.description!} Without it the least turnover that the restrictions allow.`,
        examples: [0.08],
      },
    },
    examples: [{}, { returnMin: 0.08 }],
  },
  needs: [],
  needsWith: ({ returnMin }) => (returnMin === undefined ? [] : ['expected-returns']),
  frontierNeeds: ['expected-returns'],
  frontierAgainst: 'turnover',
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) => returnFrontier(task, points, turnover(task), () => own(task), first),
});
