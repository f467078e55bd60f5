import { defineStrategy, inSteps, solving } from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { exposureRow, exposuresTo, factorsOf, leastRisk, unknownFactors, withoutFactor } from './market.ts';
import { reporting } from './report.ts';
import { tiltFrontier } from './tilt.ts';
import type { Aims } from './tilt.ts';

interface FactorMimicking {
  readonly factor: string;
  readonly others: 'zero' | 'free';
}

function aimed(task: Task<FactorMimicking>): Aims {
  const { situation, parameters } = task;
  const { factor, others } = parameters;
  const factors = factorsOf(situation);
  const aims = factors.names
    .filter((name) => name === factor || others === 'zero')
    .map((name) => ({ factor: name, lower: name === factor ? 1 : 0, upper: name === factor ? 1 : 0 }));
  const rows = aims.map(({ factor: name, lower, upper }) =>
    exposureRow(
      exposuresTo(factors, name),
      [lower, upper],
      undefined,
      task.origin(`exposure to ${name} exactly ${lower}`),
    ),
  );
  const phase = 'least risk at unit exposure';
  const risk = leastRisk(task, 'total');
  return { aims, relativeTo: 'none', centre: undefined, risk, restrictions: [{ rows }], phase };
}

function* own(task: Task<FactorMimicking>): Program {
  const absent = withoutFactor(task, [task.parameters.factor]);
  if (absent !== undefined) return absent;
  const { aims, risk, restrictions, phase } = aimed(task);
  return reporting(yield* solving(risk, phase, restrictions), task.situation, aims, 'none');
}

export const factorMimicking = defineStrategy<FactorMimicking>({
  id: 'factor-mimicking',
  title: 'Factor-mimicking portfolio',
  description:
    "Has exposure 1 to one factor b of the model at least annual variance w' C w over the restrictions. others zero: exposure 0 to every other factor (the pure factor portfolio, whose return generalized least squares of returns on exposures estimates). others free: the characteristic portfolio of b, C^-1 b / (b' C^-1 b) where nothing restricts it. Long and short as far as the restrictions allow: without a constraint on cash or budget the weights sum to 1, so give a budget that leaves room. The report holds the exposure to every factor. Its frontier is the least variance by tilt t from 0 (least variance at any exposure) to 1 (its own portfolio): no exposure is farther from 1, or from 0, than (1 - t) times the distance at t = 0.",
  references: [
    'Fama, E. F., MacBeth, J. D. (1973). Risk, Return, and Equilibrium: Empirical Tests. Journal of Political Economy 81(3), 607-636.',
    'Grinold, R. C., Kahn, R. N. (2000). Active Portfolio Management, 2nd edition, ch. 2, appendix. McGraw-Hill.',
  ],
  parameters: {
    type: 'object',
    required: ['factor', 'others'],
    additionalProperties: false,
    properties: {
      factor: {
        type: 'string',
        minLength: 1,
        description: 'Name of a factor of the model.',
      },
      others: {
        type: 'string',
        enum: ['zero', 'free'],
        description: 'Exposures to the other factors of the model. There is no default.',
      },
    },
    examples: [
      { factor: 'Market', others: 'zero' },
      { factor: 'Market', others: 'free' },
    ],
  },
  needs: ['covariance', 'factor-exposures'],
  admit: ({ factor }, situation) => unknownFactors([factor], situation, () => 'factor'),
  frontierAlong: 'tilt',
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) => tiltFrontier(task, points, aimed, [task.parameters.factor], first),
});
