import { defineStrategy, inSteps, solving } from '@veritasvault/portfolio/sdk/v1';
import type { Objective, Program, Task } from '@veritasvault/portfolio/sdk/v1';

import {
  benchmarkOf,
  exposureRow,
  exposuresTo,
  factorsOf,
  leastRisk,
  unknownFactors,
  withoutFactor,
} from './market.ts';
import { reporting } from './report.ts';

interface FactorNeutral {
  readonly factors: readonly string[];
  readonly relativeTo: 'none' | 'benchmark';
  readonly objective: 'least-total-risk' | 'least-active-risk' | 'greatest-return';
}

function objectiveOf(task: Task<FactorNeutral>): Objective {
  const { objective } = task.parameters;
  if (objective !== 'greatest-return') return leastRisk(task, objective === 'least-active-risk' ? 'active' : 'total');
  const { expectedReturns, riskFreeRate } = task.estimates;
  if (expectedReturns === undefined)
    throw new Error('the host must provide expected returns: the strategy lists them among its needs');
  return { quadratics: [], linear: expectedReturns.map((expected) => expected - riskFreeRate) };
}

function* own(task: Task<FactorNeutral>): Program {
  const { situation, parameters } = task;
  const { factors: names, relativeTo, objective } = parameters;
  const absent = withoutFactor(task, names);
  if (absent !== undefined) return absent;
  const factors = factorsOf(situation);
  const centre = relativeTo === 'benchmark' ? benchmarkOf(situation) : undefined;
  const kind = relativeTo === 'benchmark' ? 'active exposure' : 'exposure';
  const rows = names.map((name) =>
    exposureRow(exposuresTo(factors, name), [0, 0], centre, task.origin(`no ${kind} to ${name}`)),
  );
  const phase = objective === 'greatest-return' ? 'greatest neutral return' : 'least neutral risk';
  const answer = yield* solving(objectiveOf(task), phase, [{ rows }]);
  const aims = names.map((factor) => ({ factor, lower: 0, upper: 0 }));
  return reporting(answer, situation, aims, relativeTo);
}

export const factorNeutral = defineStrategy<FactorNeutral>({
  id: 'factor-neutral',
  title: 'Factor neutral',
  description:
    "Has no exposure sum_i B_if (w_i - c_i) to any of the named factors, B the exposures of the factor model, c = 0 (relativeTo: none) or the benchmark weights (benchmark), and least annual variance w' C w (least-total-risk), least tracking variance (w - b)' C (w - b) (least-active-risk) or greatest expected return riskFreeRate + (mu - riskFreeRate)'w (greatest-return, as far as the restrictions bound it). Cash has no exposure. The report holds the exposure and active exposure to every factor.",
  references: [
    'Grinold, R. C., Kahn, R. N. (2000). Active Portfolio Management, 2nd edition, ch. 3 and 15. McGraw-Hill.',
  ],
  parameters: {
    type: 'object',
    required: ['factors', 'objective'],
    additionalProperties: false,
    properties: {
      factors: {
        type: 'array',
        minItems: 1,
        items: { type: 'string', minLength: 1 },
        description: 'Names of factors of the model.',
      },
      relativeTo: {
        type: 'string',
        enum: ['none', 'benchmark'],
        default: 'none',
        description: 'none: no exposure of the portfolio. benchmark: that of the benchmark.',
      },
      objective: {
        type: 'string',
        enum: ['least-total-risk', 'least-active-risk', 'greatest-return'],
        description: 'What is optimized among neutral portfolios. There is no default.',
      },
    },
    examples: [
      { factors: ['Value'], objective: 'least-total-risk' },
      { factors: ['Market', 'Value'], relativeTo: 'benchmark', objective: 'least-active-risk' },
      { factors: ['Value'], relativeTo: 'benchmark', objective: 'greatest-return' },
    ],
  },
  needs: ['covariance', 'factor-exposures'],
  needsWith: ({ relativeTo, objective }) => [
    ...(relativeTo === 'benchmark' || objective === 'least-active-risk' ? (['benchmark'] as const) : []),
    ...(objective === 'greatest-return' ? (['expected-returns'] as const) : []),
  ],
  admit: ({ factors }, situation) => [
    ...unknownFactors(factors, situation, (_, index) => `factors[${index}]`),
    ...factors.flatMap((name, index) =>
      factors.indexOf(name) < index
        ? [{ field: `factors[${index}]`, description: `names ${JSON.stringify(name)} twice` }]
        : [],
    ),
  ],
  optimize: (task) => inSteps(task, () => own(task)),
});
