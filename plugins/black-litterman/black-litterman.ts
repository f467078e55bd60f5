import { covarianceOf, defineStrategy, inTurns } from '@veritasvault/portfolio/sdk/v1';
import type {
  Answer,
  Delegate,
  DelegateGround,
  SymmetricOperator,
  Task,
  TurnProgram,
} from '@veritasvault/portfolio/sdk/v1';

import { axisOf, posteriorFrontier } from './frontier.ts';
import { blendedOf } from './market.ts';
import type { BlackLitterman } from './market.ts';
import { reportOf } from './report.ts';
import type { Portfolios } from './report.ts';

/** Mean-variance strategies that trade expected returns against risk. */
const objectives = [
  'quadratic-utility',
  'maximum-sharpe',
  'maximum-return',
  'minimum-risk-at-return',
  'maximum-information-ratio',
] as const;

/** The task's own ground with other expected returns and another covariance of them. */
function groundOn(
  task: Task<BlackLitterman>,
  expectedReturns: Float64Array,
  covariance: SymmetricOperator,
): DelegateGround {
  const { situation, estimates, restrictions } = task;
  return {
    situation: { ...situation, covariance },
    estimates: { ...estimates, expectedReturns, covariance },
    restrictions,
  };
}

/**
 * The portfolio on the posterior is the answer; those on the prior and under certainty, with the same objective and restrictions, are for
 * the report, and left out of it where they are not optimal.
 */
function* portfolios(task: Task<BlackLitterman>): TurnProgram {
  const { objective, covariance } = task.parameters;
  const blended = blendedOf(task);
  const own = covarianceOf(task);
  const risk = (predictive: () => SymmetricOperator): SymmetricOperator =>
    covariance === 'prior' ? own : predictive();
  const delegate: Delegate = { type: objective.type, parameters: objective.parameters };
  const on = (phase: string, returns: Float64Array, operator: SymmetricOperator) => ({
    delegate,
    ground: groundOn(task, returns, operator),
    phase,
  });
  const after = yield on(
    'posterior',
    blended.posterior,
    risk(() => blended.predictiveCovariance),
  );
  if (after === undefined) throw new Error('a delegate ends with an answer');
  const found: Portfolios = { posterior: weightsOf(after) };
  if (found.posterior === undefined) return { ...after, report: reportOf(task.situation, blended, found) };
  const before = yield on(
    'prior',
    blended.prior,
    risk(() => blended.priorPredictiveCovariance),
  );
  const { certain } = blended;
  const sure =
    certain === undefined
      ? undefined
      : yield on(
          'certainty',
          certain.posterior,
          risk(() => certain.predictiveCovariance),
        );
  const all: Portfolios = { ...found, prior: weightsOf(before), certain: weightsOf(sure) };
  return { ...after, report: reportOf(task.situation, blended, all) };
}

/** (n) of an optimum; undefined of anything else. */
function weightsOf(answer: Answer | undefined): Float64Array | undefined {
  return answer?.solution.termination.reason === 'optimal' ? answer.solution.weights : undefined;
}

export const blackLitterman = defineStrategy<BlackLitterman>({
  id: 'black-litterman',
  title: 'Black-Litterman',
  description:
    "Runs a mean-variance objective on the posterior expected returns of Black and Litterman: mu = pi + tau Sigma P' (P tau Sigma P' + Omega)^-1 (Q - P pi) from prior returns pi and views P mu = Q with error variances Omega = (1 - C) / C tau p' Sigma p by confidence C. covariance prior is Sigma; predictive is Sigma + M, M = tau Sigma - tau Sigma P' (P tau Sigma P' + Omega)^-1 P tau Sigma, which adds the uncertainty of the mean; limits of the objective itself, such as volatilityMax, speak of it too, constraints of Sigma. The report holds, per asset, prior and posterior returns, the weights of the same objective on the prior ((1 + tau) Sigma with predictive) and on the posterior, and the tilt between them; and per view what it states, what prior and posterior say of it, the variance of its error, its confidence, and the confidence implied by the weights: the share of the way from the weights on the prior to those under certain views that the assets of the view have gone (least squares over them). Its frontier is the least risk by posterior return over the restrictions, exact between corners where these are bounds and linear rows: volatility under the covariance chosen, or tracking error when the objective is maximum-information-ratio; limits of the objective itself do not bound it. Each point reports its volatility or tracking error under that covariance and its prior return; with predictive the figures beside it speak of Sigma.",
  references: [
    'Black, F., Litterman, R. (1992). Global Portfolio Optimization. Financial Analysts Journal 48(5), 28-43.',
    'He, G., Litterman, R. (1999). The Intuition Behind Black-Litterman Model Portfolios. Goldman Sachs Investment Management Research.',
    'Idzorek, T. (2005). A Step-by-Step Guide to the Black-Litterman Model: Incorporating User-Specified Confidence Levels.',
  ],
  parameters: {
    type: 'object',
    required: ['objective', 'covariance'],
    additionalProperties: false,
    properties: {
      objective: {
        type: 'object',
        required: ['type'],
        additionalProperties: false,
        description: 'What is optimized on the posterior returns: a strategy with its parameters.',
        properties: {
          type: { type: 'string', enum: objectives, description: 'A mean-variance strategy.' },
          parameters: { type: 'object', default: {}, description: 'Parameters of that strategy.' },
        },
      },
      covariance: {
        type: 'string',
        enum: ['prior', 'predictive'],
        description:
          'prior: the covariance of returns as it is (Idzorek). predictive: with the uncertainty of the mean (He and Litterman). There is no default.',
      },
    },
    examples: [
      { objective: { type: 'quadratic-utility', parameters: { riskAversion: 2.5 } }, covariance: 'predictive' },
      { objective: { type: 'maximum-sharpe' }, covariance: 'prior' },
      { objective: { type: 'maximum-return', parameters: { volatilityMax: 0.15 } }, covariance: 'prior' },
      { objective: { type: 'minimum-risk-at-return', parameters: { returnMin: 0.06 } }, covariance: 'prior' },
      { objective: { type: 'maximum-information-ratio' }, covariance: 'predictive' },
    ],
  },
  needs: ['views', 'covariance'],
  delegates: ({ objective }) => ({ objective: { type: objective.type, parameters: objective.parameters } }),
  frontierAgainstWith: axisOf,
  optimize: (task) => inTurns(task, () => portfolios(task)),
  frontier: (task, points, first) =>
    posteriorFrontier(task, points, () => inTurns(task, () => portfolios(task)), first),
});
