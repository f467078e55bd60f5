import {
  alongFrontier,
  defineStrategy,
  excessReturns,
  inSteps,
  returnTradeoff,
  solving,
} from '@veritasvault/portfolio/sdk/v1';
import type { FrontierMeasure, Objective, Program, Row, StrategyEvent, Task } from '@veritasvault/portfolio/sdk/v1';
import type { Observable } from 'rxjs';

import {
  benchmarkOf,
  exposureRow,
  exposuresTo,
  factorsOf,
  leastRisk,
  unknownFactors,
  withoutFactor,
} from './market.ts';
import { exposuresIn, reporting } from './report.ts';
import type { Aim } from './report.ts';

interface FactorNeutral {
  readonly factors: readonly string[];
  readonly relativeTo: 'none' | 'benchmark';
  readonly objective: 'least-total-risk' | 'least-active-risk' | 'greatest-return';
}

function objectiveOf(task: Task<FactorNeutral>): Objective {
  const { objective } = task.parameters;
  if (objective !== 'greatest-return') return leastRisk(task, objective === 'least-active-risk' ? 'active' : 'total');
  return { quadratics: [], linear: excessReturns(task) };
}

function neutralRows(task: Task<FactorNeutral>): readonly Row[] {
  const { situation, parameters } = task;
  const { factors: names, relativeTo } = parameters;
  const factors = factorsOf(situation);
  const centre = relativeTo === 'benchmark' ? benchmarkOf(situation) : undefined;
  const kind = relativeTo === 'benchmark' ? 'active exposure' : 'exposure';
  return names.map((name) =>
    exposureRow(exposuresTo(factors, name), [0, 0], centre, task.origin(`no ${kind} to ${name}`)),
  );
}

function aimsOf({ factors }: FactorNeutral): readonly Aim[] {
  return factors.map((factor) => ({ factor, lower: 0, upper: 0 }));
}

function* own(task: Task<FactorNeutral>): Program {
  const { situation, parameters } = task;
  const { factors: names, relativeTo, objective } = parameters;
  const absent = withoutFactor(task, names);
  if (absent !== undefined) return absent;
  const phase = objective === 'greatest-return' ? 'greatest neutral return' : 'least neutral risk';
  const answer = yield* solving(objectiveOf(task), phase, [{ rows: neutralRows(task) }]);
  return reporting(answer, situation, aimsOf(parameters), relativeTo);
}

/** Least risk by return among the neutral portfolios. */
function frontier(task: Task<FactorNeutral>, points: number, first?: number): Observable<StrategyEvent> {
  const { situation, parameters } = task;
  if (withoutFactor(task, parameters.factors) !== undefined) return inSteps(task, () => own(task));
  const tradeoff = returnTradeoff(task, leastRisk(task, axisOf(parameters) === 'tracking-error' ? 'active' : 'total'));
  const report = (weights: Float64Array) => exposuresIn(weights, situation, aimsOf(parameters), parameters.relativeTo);
  const added = [{ rows: neutralRows(task) }];
  return alongFrontier(task, { ...tradeoff, added, report }, points, () => own(task), first);
}

function axisOf({ objective }: FactorNeutral): FrontierMeasure {
  return objective === 'least-active-risk' ? 'tracking-error' : 'volatility';
}

export const factorNeutral = defineStrategy<FactorNeutral>({
  id: 'factor-neutral',
  title: 'Factor neutral',
  description:
    "Has no exposure sum_i B_if (w_i - c_i) to any of the named factors, B the exposures of the factor model, c = 0 (relativeTo: none) or the benchmark weights (benchmark), and least annual variance w' C w (least-total-risk), least tracking variance (w - b)' C (w - b) (least-active-risk) or greatest expected return riskFreeRate + (mu - riskFreeRate)'w (greatest-return, as far as the restrictions bound it). Cash has no exposure. The report holds the exposure and active exposure to every factor. Its frontier is the least risk by expected return among neutral portfolios: tracking error with least-active-risk, else volatility.",
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
  frontierNeeds: ['expected-returns'],
  frontierAgainstWith: axisOf,
  optimize: (task) => inSteps(task, () => own(task)),
  frontier,
});
