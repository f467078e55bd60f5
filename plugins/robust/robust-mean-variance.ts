import {
  applyOperator,
  covarianceOf,
  defineStrategy,
  dot,
  excessReturns,
  hasWeights,
  inSteps,
  quadraticForm,
  solving,
  unknownAssets,
  volatilities,
} from '@veritasvault/portfolio/sdk/v1';
import type {
  JsonObject,
  Lowered,
  Objective,
  Program,
  Situation,
  Task,
  Violation,
} from '@veritasvault/portfolio/sdk/v1';

import { chiSquareQuantile } from './chi-square.ts';
import { scaled, variancesAlone } from './market.ts';

interface RobustMeanVariance {
  readonly riskAversion: number;
  readonly uncertainty: 'box' | 'ellipsoid';
  readonly halfWidths?: Readonly<Record<string, number>>;
  readonly years?: number;
  readonly errors?: 'correlated' | 'independent';
  readonly kappa?: number;
  readonly confidence?: number;
}

/** The set of expected returns as it enters the problem. */
interface Uncertainty {
  readonly objective: Objective;
  readonly added: readonly Lowered[];
  /** How far the set reaches, for the report. */
  readonly size: JsonObject;
  /** (n) the expected annual returns of the set at which the portfolio earns least. */
  readonly worst: (weights: Float64Array, expected: Float64Array) => Float64Array;
}

function kappaOf({ kappa, confidence = 0 }: RobustMeanVariance, degrees: number): number {
  return kappa ?? Math.sqrt(chiSquareQuantile(confidence, degrees));
}

/** |mu_i - expected_i| <= halfWidth_i: the worst of it costs halfWidth_i |w_i|, like a trade away from nothing. */
function box(task: Task<RobustMeanVariance>, plain: Objective): Uncertainty {
  const { parameters, situation } = task;
  const { halfWidths, years = NaN } = parameters;
  const kappa = halfWidths === undefined ? kappaOf(parameters, 1) : undefined;
  const widths =
    kappa === undefined
      ? Float64Array.from(situation.universe.assets, ({ id }) =>
          Object.hasOwn(halfWidths!, id) ? halfWidths![id]! : 0,
        )
      : volatilities(covarianceOf(task)).map((value) => (kappa * value) / Math.sqrt(years));
  const current = new Float64Array(widths.length);
  return {
    objective: { ...plain, trading: { current, buyRate: widths, sellRate: widths } },
    added: [],
    size: kappa === undefined ? {} : { kappa },
    worst: (weights, expected) => expected.map((value, i) => value - widths[i]! * Math.sign(weights[i]!)),
  };
}

/** (mu - expected)' Omega^-1 (mu - expected) <= kappa^2: the worst of it costs kappa sqrt(w' Omega w), a norm with a price and no room. */
function ellipsoid(task: Task<RobustMeanVariance>, objective: Objective): Uncertainty {
  const { parameters } = task;
  const covariance = covarianceOf(task);
  const kappa = kappaOf(parameters, covariance.size);
  const errors = parameters.errors === 'independent' ? variancesAlone(covariance) : covariance;
  const operator = scaled(errors, 1 / (parameters.years ?? NaN));
  const origin = task.origin('uncertainty of the expected return');
  return {
    objective,
    added: kappa === 0 ? [] : [{ norms: [{ operator, bound: 0, penalty: kappa, origin }] }],
    size: { kappa },
    worst: (weights, expected) => {
      const error = Math.sqrt(Math.max(0, quadraticForm(operator, weights)));
      if (error === 0) return expected;
      const direction = applyOperator(operator, weights);
      return expected.map((value, i) => value - (kappa * direction[i]!) / error);
    },
  };
}

function* own(task: Task<RobustMeanVariance>): Program {
  const { riskAversion, uncertainty } = task.parameters;
  const excess = excessReturns(task);
  const quadratics = riskAversion === 0 ? [] : [{ scale: riskAversion, operator: covarianceOf(task) }];
  const plain: Objective = { quadratics, linear: excess };
  const { objective, added, size, worst } = uncertainty === 'box' ? box(task, plain) : ellipsoid(task, plain);
  const answer = yield* solving(objective, 'robust mean-variance', added);
  if (!hasWeights(answer.solution)) return answer;
  const { weights } = answer.solution;
  const { riskFreeRate } = task.estimates;
  const returnAt = (at: Float64Array): number => riskFreeRate + dot(at, weights);
  const attained = worst(weights, excess);
  const { assets } = task.situation.universe;
  const report = {
    ...size,
    expectedReturnAnnual: returnAt(excess),
    worstReturnAnnual: returnAt(attained),
    worstExpectedReturns: Object.fromEntries(assets.map(({ id }, i) => [id, riskFreeRate + attained[i]!])),
  };
  return { ...answer, report };
}

function admit(parameters: RobustMeanVariance, { universe }: Situation): readonly Violation[] {
  const { uncertainty, halfWidths, years, errors, kappa, confidence } = parameters;
  const violations: Violation[] = [];
  const refuse = (field: string, description: string): void => void violations.push({ field, description });
  if (uncertainty === 'ellipsoid') {
    if (halfWidths !== undefined) refuse('halfWidths', 'belong to a box, not to an ellipsoid');
    if (errors === undefined) refuse('errors', 'is required by an ellipsoid');
  } else if (errors !== undefined) refuse('errors', 'belongs to an ellipsoid, not to a box');
  if (uncertainty === 'box' && halfWidths !== undefined) {
    for (const [field, value] of Object.entries({ years, kappa, confidence }))
      if (value !== undefined) refuse(field, 'has no meaning when halfWidths are given');
    const unknown = unknownAssets(Object.keys(halfWidths), universe, (id) => `halfWidths[${JSON.stringify(id)}]`);
    return [...violations, ...unknown];
  }
  const instead = uncertainty === 'box' ? ', or give halfWidths' : '';
  if (years === undefined) refuse('years', `is required: the history behind the expected returns${instead}`);
  if (kappa === undefined && confidence === undefined) refuse('confidence', 'is required, or kappa');
  if (kappa !== undefined && confidence !== undefined) refuse('kappa', 'is given besides confidence: choose one');
  return violations;
}

export const robustMeanVariance = defineStrategy<RobustMeanVariance>({
  id: 'robust-mean-variance',
  title: 'Robust mean-variance',
  description:
    "Maximizes the least return over a set of expected returns less riskAversion / 2 times the annual variance: min over mu in the set of riskFreeRate + (mu - riskFreeRate)'w, less riskAversion / 2 w' C w. Box: |mu_i - expected_i| <= h_i, the least return is lower by sum_i h_i |w_i|; h_i = halfWidths, 0 for assets not named, or kappa sqrt(C_ii / years), kappa = sqrt(chi2_1(confidence)), so that each expected return lies inside with that confidence by itself. Ellipsoid: (mu - expected)' Omega^-1 (mu - expected) <= kappa^2, lower by kappa sqrt(w' Omega w); Omega = C / years (`correlated` errors) or diag(C) / years (`independent`), the variance of a mean over so many years; kappa = sqrt(chi2_n(confidence)), n assets, so that all expected returns together lie inside with that confidence. Returns annual. Reports the least return and the expected returns at which it is attained.",
  references: [
    'Goldfarb, D., Iyengar, G. (2003). Robust Portfolio Selection Problems. Mathematics of Operations Research 28(1), 1-38.',
    'Tutuncu, R. H., Koenig, M. (2004). Robust Asset Allocation. Annals of Operations Research 132, 157-187.',
    'Ceria, S., Stubbs, R. A. (2006). Incorporating Estimation Errors into Portfolio Selection: Robust Portfolio Construction. Journal of Asset Management 7(2), 109-127.',
  ],
  parameters: {
    type: 'object',
    required: ['riskAversion', 'uncertainty'],
    additionalProperties: false,
    properties: {
      riskAversion: {
        type: 'number',
        minimum: 0,
        maximum: 1e6,
        description: 'Return given up per unit of variance, doubled; 1 to 10 is usual, 0 for the return alone.',
      },
      uncertainty: { type: 'string', enum: ['box', 'ellipsoid'], description: 'Form of the set; there is no default.' },
      halfWidths: {
        type: 'object',
        minProperties: 1,
        additionalProperties: { type: 'number', minimum: 0, maximum: 100 },
        description:
          'Of a box: how far each expected annual return may be off, by asset id; others are taken as exact.',
      },
      years: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 1000,
        description: 'Length of the history behind the expected returns.',
      },
      errors: {
        type: 'string',
        enum: ['correlated', 'independent'],
        description: 'Of an ellipsoid: whether errors of the expected returns are correlated as the returns are.',
      },
      kappa: { type: 'number', minimum: 0, maximum: 100, description: 'Standard errors that the set reaches.' },
      confidence: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        description: 'Probability that the set holds the truth, instead of kappa.',
      },
    },
    examples: [
      { riskAversion: 2, uncertainty: 'box', halfWidths: { AAPL: 0.03, GOOG: 0.04, XOM: 0.01 } },
      { riskAversion: 2, uncertainty: 'box', years: 10, confidence: 0.5 },
      { riskAversion: 2, uncertainty: 'ellipsoid', years: 20, errors: 'correlated', kappa: 1 },
      { riskAversion: 2, uncertainty: 'ellipsoid', years: 20, errors: 'independent', confidence: 0.3 },
    ],
  },
  needs: ['expected-returns', 'covariance'],
  noFrontier:
    'its return is the worst in a set that depends on the portfolio; ask for it once for each riskAversion, or for the frontier of quadratic-utility on the returns as they are',
  admit,
  optimize: (task) => inSteps(task, () => own(task)),
});
