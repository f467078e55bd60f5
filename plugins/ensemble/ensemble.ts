import { ask, defineStrategy, inTurns, isWhole } from '@veritasvault/portfolio/sdk/v1';
import type { Answer, JsonObject, Task, TurnProgram } from '@veritasvault/portfolio/sdk/v1';

import { admitRuns, delegateOf, delegateProperties } from './delegates.ts';
import type { StatedDelegate } from './delegates.ts';
import { approached, cutShort, partReport } from './runs.ts';

interface Member extends StatedDelegate {
  readonly weight?: number;
}

interface Members {
  readonly members: readonly Member[];
}

export const ensemble = defineStrategy<Members>({
  id: 'ensemble',
  title: 'Ensemble',
  description:
    'The average of the portfolios of several strategies, each under all restrictions, weighted in proportion to `weight`; then the portfolio nearest to it (least sum of squared differences) that satisfies the restrictions, which is the average itself where these are convex. A member without an answer leaves the ensemble without one.',
  references: [
    'Clemen, R. T. (1989). Combining Forecasts: A Review and Annotated Bibliography. International Journal of Forecasting 5(4), 559-583.',
    'DeMiguel, V., Garlappi, L., Uppal, R. (2009). Optimal Versus Naive Diversification. Review of Financial Studies 22(5), 1915-1953.',
  ],
  parameters: {
    type: 'object',
    required: ['members'],
    additionalProperties: false,
    properties: {
      members: {
        type: 'array',
        minItems: 1,
        maxItems: 50,
        description: 'The strategies whose portfolios are averaged.',
        items: {
          type: 'object',
          required: ['type'],
          additionalProperties: false,
          properties: {
            ...delegateProperties,
            weight: {
              type: 'number',
              exclusiveMinimum: 0,
              maximum: 1e6,
              default: 1,
              description: 'Share of the average; only the proportions among members count.',
            },
          },
        },
        examples: [[{ type: 'minimum-variance' }, { type: 'equal-weights', weight: 2 }]],
      },
    },
  },
  needs: [],
  noFrontier:
    'it is a mix of other portfolios, and nothing trades its risk for return; ask for the frontier of one of its strategies',
  delegates: ({ members }) =>
    Object.fromEntries(members.map((member, index) => [`members[${index}]`, delegateOf(member)])),
  admit: (parameters) => admitRuns('ensemble', parameters, 'members'),
  optimize: (task) => inTurns(task, () => program(task)),
});

function* program(task: Task<Members>): TurnProgram {
  const { universe } = task.situation;
  const { members } = task.parameters;
  const total = members.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const average = new Float64Array(universe.assets.length);
  const parts: JsonObject[] = [];
  let best: Answer | undefined;
  for (const [index, member] of members.entries()) {
    const delegate = delegateOf(member);
    const phase = `member ${index + 1} of ${members.length}, ${delegate.type}`;
    const answer = yield* ask({ phase, delegate });
    const share = (member.weight ?? 1) / total;
    parts.push({ share, ...partReport(delegate, answer, universe.assets) });
    if (!isWhole(answer)) return { ...cutShort(answer, best, phase), report: { members: parts } };
    best = answer;
    answer.solution.weights.forEach((weight, i) => (average[i] = average[i]! + share * weight));
  }
  return yield* approached(average, universe, { members: parts }, best);
}
