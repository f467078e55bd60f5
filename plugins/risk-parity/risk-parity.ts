import {
  covarianceOf,
  defineStrategy,
  hasWeights,
  holdable,
  inSteps,
  investedSchema,
  quadraticForm,
  unanswered,
} from '@veritasvault/portfolio/sdk/v1';
import type { JsonSchema, Objective, Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { admitBudgets, sharesOf } from './budgets.ts';
import type { RiskBudgets } from './budgets.ts';
import { freePortfolio } from './free-portfolio.ts';
import { hasRisk, longOnly, priceOfInvesting } from './market.ts';
import { answerOf, cutShort, zeroOf } from './search.ts';
import type { Search } from './search.ts';

const budgetsByName = (of: string, example: JsonSchema['examples']): JsonSchema => ({
  type: 'object',
  minProperties: 1,
  additionalProperties: { type: 'number', exclusiveMinimum: 0, maximum: 1e6 },
  description: `Risk budget by ${of}; only their proportions count.`,
  ...(example === undefined ? {} : { examples: example }),
});

export const riskParity = defineStrategy<RiskBudgets>({
  id: 'risk-parity',
  title: 'Risk parity',
  description:
    "Fully invested, long only, each asset contributing its budget to the risk: w_i (C w)_i = budget_i w' C w. Budgets are equal unless given by asset, by group (shared within it equally, or in proportion to those of the assets), or both; assets without a budget are not held. Where that portfolio has no risk there is no answer. Under bounds and linear restrictions the constrained portfolio of Richard and Roncalli: w_i (C w)_i / budget_i is the same for all assets that nothing but the budget holds.",
  references: [
    'Maillard, S., Roncalli, T., Teiletche, J. (2010). The Properties of Equally Weighted Risk Contribution Portfolios. Journal of Portfolio Management 36(4), 60-70.',
    'Bruder, B., Roncalli, T. (2012). Managing Risk Exposures Using the Risk Budgeting Approach. ssrn.com/abstract=2009778.',
    'Richard, J.-C., Roncalli, T. (2019). Constrained Risk Budgeting Portfolios. arXiv 1902.05710.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: {
      budgets: budgetsByName('asset id', undefined),
      groups: {
        type: 'object',
        additionalProperties: false,
        required: ['taxonomy', 'budgets'],
        description: 'Risk budgets of groups of assets.',
        properties: {
          taxonomy: {
            type: 'string',
            minLength: 1,
            maxLength: 255,
            description: '`sector`, `asset-class`, `country`, `currency`, or a key in the groups of the assets.',
            examples: ['asset-class'],
          },
          budgets: budgetsByName('name of the group', [{ Equity: 0.6, Bond: 0.4 }]),
        },
      },
      invested: investedSchema,
    },
    examples: [{}, { groups: { taxonomy: 'asset-class', budgets: { Equity: 0.6, Bond: 0.4 } } }],
  },
  needs: ['covariance'],
  noFrontier:
    'its budgets fix how risk is shared, and return plays no part; ask for the frontier of minimum-variance with risk-contribution constraints',
  admit: admitBudgets,
  optimize: (task) => inSteps(task, () => budgeted(task)),
});

/**
 * The optimum of 1/2 w' C w - scale sum_i budget_i ln w_i over the restrictions, at the scale at which the sum of the weights costs nothing:
 * then no asset that is free of other restrictions sees anything but its own budget.
 *
 * Where other rows already force the sum, what each of them costs is not determined, at any scale. The scale is then the variance itself,
 * which depends on nothing but the portfolio: what the restrictions add to some contributions they take from others.
 */
function* budgeted(task: Task<RiskBudgets>): Program {
  const covariance = covarianceOf(task);
  const { invested = 1 } = task.parameters;
  const open = holdable(task.restrictions, task.situation.universe.assets.length);
  const shares = sharesOf(task.parameters, task.situation, open);
  const added = [longOnly(task, invested, (position) => shares[position]! > 0)];
  const linear = new Float64Array(shares.length);
  const restrictions = [...task.restrictions, ...added];
  const search: Search = {
    first: firstScale(task, shares, invested),
    phase: 'risk budgets',
    added,
    objective: (scale): Objective => ({
      quadratics: [{ scale: 1, operator: covariance }],
      linear,
      logarithms: shares.map((share) => scale * share),
    }),
    value: (scale, { weights, multipliers }) => {
      const price = invested * priceOfInvesting(restrictions, multipliers.rows, shares.length);
      return Math.max(-1, Math.min(1, price / (scale + quadraticForm(covariance, weights))));
    },
  };
  const found = yield* zeroOf(search);
  const { termination, weights } = found.trial.solution;
  if (termination.reason === 'optimal' && !hasRisk(covariance, weights))
    return unanswered(shares.length, { reason: 'no solution found', detail: withoutRisk });
  if (found.isZero || termination.reason !== 'optimal') return answerOf(found.trial, added);
  const { trial } = yield* zeroOf({
    ...search,
    value: (scale, { weights }) => {
      const variance = quadraticForm(covariance, weights);
      return (scale - variance) / (scale + variance);
    },
  });
  const note =
    'at no scale of the budgets do the restrictions leave the invested fraction to the budgets alone: it has a price of its own here, and free assets carry their budgets only together with it';
  return answerOf(hasWeights(trial.solution) ? trial : cutShort(trial, found.trial), added, note);
}

const withoutRisk =
  'the portfolio of these budgets has no risk, so that nothing carries a share of it; leave out what hedges the others, or give budgets to risky assets';

/** The variance of the portfolio without further restrictions, which is the scale of its budgets; of equal weights when there is none. */
function firstScale(task: Task<RiskBudgets>, shares: Float64Array, invested: number): number {
  const covariance = covarianceOf(task);
  const free = freePortfolio(covariance, shares);
  const total = free?.reduce((sum, value) => sum + value, 0) ?? 0;
  if (total > 0 && total < Infinity) return (invested / total) ** 2;
  const equal = quadraticForm(covariance, new Float64Array(shares.length).fill(invested / shares.length));
  return equal > 0 ? equal : 1;
}
