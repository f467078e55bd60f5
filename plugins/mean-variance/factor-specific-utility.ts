import {
  benchmarkOf,
  covarianceOf,
  defineStrategy,
  excessReturns,
  inSteps,
  solving,
  unanswered,
  unknownAssets,
} from '@veritasvault/portfolio/sdk/v1';
import type { Objective, Program, Situation, Task, Violation } from '@veritasvault/portfolio/sdk/v1';

import { splitRisk } from './split-risk.ts';
import type { SplitRisk } from './split-risk.ts';

interface RiskAversions {
  readonly factorRiskAversion: number;
  readonly specificRiskAversion: number;
}

interface SecondBenchmark extends RiskAversions {
  readonly weights: Readonly<Record<string, number>>;
}

interface FactorSpecificUtility extends RiskAversions {
  readonly risk: 'total' | 'active';
  readonly secondBenchmark?: SecondBenchmark;
}

type Quadratics = Objective['quadratics'];

/** 1/2 lambdaF (w - c)' B F B' (w - c) + 1/2 lambdaS (w - c)' D (w - c). */
function riskTerms({ common, specific }: SplitRisk, aversions: RiskAversions, centre?: Float64Array): Quadratics {
  const around = centre === undefined ? {} : { centre };
  const terms = [
    ...(common === undefined ? [] : [{ scale: aversions.factorRiskAversion, operator: common, ...around }]),
    { scale: aversions.specificRiskAversion, operator: specific, ...around },
  ];
  return terms.filter(({ scale }) => scale > 0);
}

/** What the utility pays for risk, as something to minimize; undefined where the covariance does not tell factors apart. */
function riskOf(task: Task<FactorSpecificUtility>): Objective | undefined {
  const { parameters, situation } = task;
  const covariance = covarianceOf(task);
  const split = splitRisk(covariance);
  if (split === undefined) return undefined;
  const { secondBenchmark: second } = parameters;
  const quadratics = [
    ...riskTerms(split, parameters, parameters.risk === 'active' ? benchmarkOf(task) : undefined),
    ...(second === undefined ? [] : riskTerms(split, second, weightsOf(second, situation))),
  ];
  return { quadratics, linear: new Float64Array(covariance.size) };
}

/** (n) */
function weightsOf({ weights }: SecondBenchmark, { universe }: Situation): Float64Array {
  return Float64Array.from(universe.assets, ({ id }) => (Object.hasOwn(weights, id) ? (weights[id] ?? 0) : 0));
}

function* own(task: Task<FactorSpecificUtility>): Program {
  const risk = riskOf(task);
  if (risk === undefined)
    return unanswered(task.situation.current.length, { reason: 'no solution found', detail: withoutFactors });
  return yield* solving({ ...risk, linear: excessReturns(task) }, 'utility of factor and specific risk');
}

const withoutFactors =
  'factor and specific risk cannot be told apart: the covariance is a matrix of its own, not a factor model; give a factor model, or choose quadratic-utility';

function admit({ secondBenchmark }: FactorSpecificUtility, { universe }: Situation): readonly Violation[] {
  if (secondBenchmark === undefined) return [];
  const { weights } = secondBenchmark;
  const fieldOf = (id: string): string => `secondBenchmark.weights[${JSON.stringify(id)}]`;
  const unknown = unknownAssets(Object.keys(weights), universe, fieldOf);
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  if (Math.abs(total - 1) <= 1e-6) return unknown;
  return [...unknown, { field: 'secondBenchmark.weights', description: `must sum to 1; they sum to ${total}` }];
}

const aversion = (of: string) =>
  ({
    type: 'number',
    minimum: 0,
    maximum: 1e6,
    description: `Return given up per unit of ${of} variance, doubled; 0 leaves it unpaid.`,
  }) as const;

export const factorSpecificUtility = defineStrategy<FactorSpecificUtility>({
  id: 'factor-specific-utility',
  title: 'Utility with separate factor and specific risk aversion',
  description:
    "Maximizes (mu - riskFreeRate)'w - factorRiskAversion / 2 a' B F B' a - specificRiskAversion / 2 a' D a over the restrictions, annual, where B F B' + D is the covariance of the factor model and a is w (risk: total) or w - b, b the benchmark weights (risk: active). Both risk aversions equal to lambda give quadratic-utility with riskAversion lambda; vendors who write lambda without the half mean half of these numbers. secondBenchmark adds the same two terms around another set of weights. Without a factor model there is no solution.",
  references: [
    'Grinold, R. C., Kahn, R. N. (2000). Active Portfolio Management, 2nd edition, ch. 3. McGraw-Hill.',
    'Wang, M. Y. (1999). Multiple-Benchmark and Multiple-Portfolio Optimization. Financial Analysts Journal 55(1), 63-72.',
  ],
  parameters: {
    type: 'object',
    required: ['factorRiskAversion', 'specificRiskAversion', 'risk'],
    additionalProperties: false,
    properties: {
      factorRiskAversion: aversion('factor'),
      specificRiskAversion: aversion('specific'),
      risk: {
        type: 'string',
        enum: ['total', 'active'],
        description: 'total: of the portfolio. active: of its difference from the benchmark. There is no default.',
      },
      secondBenchmark: {
        type: 'object',
        required: ['weights', 'factorRiskAversion', 'specificRiskAversion'],
        additionalProperties: false,
        description: 'A second benchmark, the active risk against which is paid for too.',
        properties: {
          weights: {
            type: 'object',
            minProperties: 1,
            additionalProperties: { type: 'number', minimum: -10, maximum: 10 },
            description: 'Weight by asset id as a fraction, sum 1; assets that are not named have weight 0.',
          },
          factorRiskAversion: aversion('factor'),
          specificRiskAversion: aversion('specific'),
        },
      },
    },
    examples: [
      { factorRiskAversion: 4, specificRiskAversion: 2, risk: 'total' },
      {
        factorRiskAversion: 10,
        specificRiskAversion: 5,
        risk: 'active',
        secondBenchmark: { weights: { AAPL: 0.5, BOND: 0.5 }, factorRiskAversion: 1, specificRiskAversion: 1 },
      },
    ],
  },
  needs: ['expected-returns', 'covariance', 'factor-exposures'],
  noFrontier:
    'its two prices of risk are no single measure; ask for the frontier of quadratic-utility, or of minimum-tracking-error for active risk',
  needsWith: ({ risk }) => (risk === 'active' ? ['benchmark'] : []),
  admit,
  optimize: (task) => inSteps(task, () => own(task)),
});
