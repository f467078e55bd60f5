import {
  areIndependent,
  covarianceOf,
  defineStrategy,
  heldWithin,
  inSteps,
  investedSchema,
  nearestTo,
  unanswered,
} from '@veritasvault/portfolio/sdk/v1';
import type {
  Answer,
  FactorExposures,
  JsonObject,
  Objective,
  Program,
  Situation,
  Task,
  Violation,
} from '@veritasvault/portfolio/sdk/v1';

import { deviations, settle, shareTolerance } from './factor-search.ts';
import type { Budgets, Settled } from './factor-search.ts';
import { exposuresOf, modelPulls, projectedPulls, shareDefinitions } from './factor-shares.ts';
import type { FactorShares, ShareDefinition } from './factor-shares.ts';
import type { Trial } from './search.ts';

interface FactorBudgets {
  readonly budgets?: Readonly<Record<string, number>>;
  readonly rest?: number;
  readonly definition?: ShareDefinition;
  readonly shorts?: boolean;
  readonly invested?: number;
}

export const factorRiskParity = defineStrategy<FactorBudgets>({
  id: 'factor-risk-parity',
  title: 'Factor risk parity',
  description:
    "Each factor is to carry its budget of the variance; the share of factor j is its exposure times its marginal over the variance, (A'w)_j m_j / w'C w. With `definition` projection m = A^+ C w, A^+ the pseudoinverse of the exposures A of the factors that have budgets (Roncalli and Weisang 2016); with model m = F B'w of a covariance B F B' + D. What the shares leave of 1 is the rest: risk that lies along no factor. `rest` budgets it too; without, the factors carry their budgets of what it leaves. Minimizes the sum of squared deviations of the shares from the budgets over the restrictions, `invested` in all. This is not convex: the answer is the best of what is found from three starting portfolios (balanced exposures, least variance, equal weights), of several that meet the budgets the one of least variance, and it is the optimum of the convex problem of the last step, which is what the certificate speaks of. The report tells each share, and whether the budgets are met; where they are not, no proof stands that none come nearer.",
  references: [
    'Roncalli, T., Weisang, G. (2016). Risk Parity Portfolios with Risk Factors. Quantitative Finance 16(3), 377-388.',
    'Meucci, A. (2007). Risk Contributions from Generic User-defined Factors. Risk 20(6), 84-88.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: {
      budgets: {
        type: 'object',
        minProperties: 1,
        additionalProperties: { type: 'number', exclusiveMinimum: 0, maximum: 1e6 },
        description:
          'Risk budget by name of the factor; only their proportions count. Factors that are not named belong to the rest. Absent: all factors, equally.',
      },
      rest: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        description: 'Share of the variance that lies along none of the factors. Absent: free.',
      },
      definition: {
        type: 'string',
        enum: shareDefinitions,
        default: 'projection',
        description: 'What the marginal of a factor is.',
      },
      shorts: { type: 'boolean', default: false, description: 'Whether weights may be negative.' },
      invested: investedSchema,
    },
    examples: [{}, { budgets: { Market: 0.7, Value: 0.3 }, rest: 0.3, definition: 'model', shorts: true }],
  },
  needs: ['covariance', 'factor-exposures'],
  noFrontier:
    'its budgets fix how risk is shared, and return plays no part; ask for the frontier of minimum-variance with risk-contribution constraints',
  admit: (parameters, situation) => admitFactors(parameters, situation),
  optimize: (task) => inSteps(task, () => budgeted(task)),
});

function admitFactors({ budgets, definition }: FactorBudgets, { factors }: Situation): readonly Violation[] {
  if (factors === undefined) return [];
  const unknown = Object.keys(budgets ?? {})
    .filter((name) => !factors.names.includes(name))
    .map((name) => ({
      field: `budgets[${JSON.stringify(name)}]`,
      description: `there is no factor ${name}; the factors are ${factors.names.join(', ')}`,
    }));
  // Exposures that will be estimated are not numbers yet; the run itself tells when they turn out to be dependent.
  if (unknown.length > 0 || definition === 'model' || factors.exposures.some(Number.isNaN)) return unknown;
  const chosen = budgets === undefined ? factors.names : Object.keys(budgets);
  if (areIndependent(exposuresOf(factors, chosen))) return [];
  const description =
    'the exposures of these factors depend on each other linearly, so that their contributions are not determined; leave factors out';
  return [{ field: 'budgets', description }];
}

function* budgeted(task: Task<FactorBudgets>): Program {
  const { universe, factors } = task.situation;
  const { shorts = false, invested = 1, rest } = task.parameters;
  const n = universe.assets.length;
  if (factors === undefined)
    throw new Error('the host must provide factor exposures: the strategy lists them among its needs');
  const names = namesOf(task.parameters, factors);
  const model = sharesModel(task, factors, names);
  if (typeof model === 'string') return unanswered(n, { reason: 'no solution found', detail: model });
  const parts = names.map((name) => task.parameters.budgets?.[name] ?? 1);
  const total = parts.reduce((sum, part) => sum + part, 0);
  const budgets: Budgets = {
    shares: Float64Array.from(parts, (part) => part / total),
    ...(rest === undefined ? {} : { rest }),
  };
  const limits = { invested, lower: () => (shorts ? -Infinity : 0), upper: () => Infinity };
  const added = [heldWithin(n, limits, (text) => task.origin(text))];
  const starts = [
    { phase: 'balanced exposures', objective: balanced(model, budgets) },
    { phase: 'least variance', objective: leastVariance(model) },
    { phase: 'equal weights', objective: nearestTo(new Float64Array(n).fill(invested / n)) },
  ];
  const found = yield* settle({ model, budgets, added, starts });
  if (found === undefined)
    return unanswered(n, {
      reason: 'no solution found',
      detail: 'no portfolio was found that has any risk to be shared',
    });
  if ('solution' in found) return endedEarly(found, added);
  return answerOf(found, budgets, names, added);
}

/** In the order of the factors, so that the order of the budgets does not matter. */
function namesOf({ budgets }: FactorBudgets, { names }: FactorExposures): readonly string[] {
  return budgets === undefined ? names : names.filter((name) => Object.hasOwn(budgets, name));
}

/** What is to be measured, or why it cannot be. */
function sharesModel(
  task: Task<FactorBudgets>,
  factors: FactorExposures,
  names: readonly string[],
): FactorShares | string {
  const covariance = covarianceOf(task);
  const exposures = exposuresOf(factors, names);
  if (task.parameters.definition !== 'model') {
    const pulls = projectedPulls(exposures, covariance);
    if (pulls === undefined) return 'the exposures of the factors depend on each other linearly';
    return { covariance, exposures, pulls };
  }
  if (covariance.kind !== 'factor' || covariance.factors !== factors.names.length)
    return 'the definition "model" needs a covariance that is made of these factors and specific variances; take "projection"';
  const columns = names.map((name) => factors.names.indexOf(name));
  const pulls = modelPulls(covariance, columns);
  const idle = names.filter((_, j) => [exposures[j]!, pulls[j]!].some((row) => row.every((value) => value === 0)));
  if (idle.length > 0) return `no asset moves with ${idle.join(', ')}, which can carry no risk; leave it out`;
  return { covariance, exposures, pulls };
}

function leastVariance({ covariance }: FactorShares): Objective {
  return { quadratics: [{ scale: 1, operator: covariance }], linear: new Float64Array(covariance.size) };
}

/**
 * Exposures times volatility of the factor in proportion to the roots of the budgets, as far as possible: the squared distance of s_j y_j
 * from its part of what they are together, and a little of the variance. The scale s_j is that of a portfolio along the factor alone.
 */
function balanced({ covariance, exposures, pulls }: FactorShares, { shares }: Budgets): Objective {
  const n = covariance.size;
  const p = exposures.length;
  const scaledRows = exposures.map((row, j) => {
    const pull = pulls[j]!;
    let square = 0;
    let length = 0;
    for (let i = 0; i < n; i++) {
      square += row[i]! * pull[i]!;
      length += row[i]! * row[i]!;
    }
    const scale = length > 0 && square > 0 ? Math.sqrt(square / length / Math.max(shares[j]!, 1e-12)) : 1;
    return row.map((value) => value * scale);
  });
  const mean = new Float64Array(n);
  for (const row of scaledRows) row.forEach((value, i) => (mean[i] = mean[i]! + value / p));
  const away = new Float64Array(n * p);
  const factorCovariance = new Float64Array(p * p);
  scaledRows.forEach((row, j) => {
    factorCovariance[j * p + j] = 1;
    row.forEach((value, i) => (away[i * p + j] = value - mean[i]!));
  });
  const specific = new Float64Array(n);
  const operator = { kind: 'factor' as const, size: n, factors: p, exposures: away, factorCovariance, specific };
  return {
    quadratics: [
      { scale: 1, operator },
      { scale: 1e-3, operator: covariance },
    ],
    linear: new Float64Array(n),
  };
}

/** What ended the search before it came to rest: no portfolio at all, or the best until it was stopped. */
function endedEarly({ objective, solution }: Trial, added: Answer['added']): Answer {
  const { termination } = solution;
  if (termination.reason !== 'feasible') return { objective, added, solution };
  const detail = `stopped during the search for the budgets; ${termination.detail}`;
  return { objective, added, solution: { ...solution, termination: { ...termination, detail } } };
}

function answerOf(found: Settled, budgets: Budgets, names: readonly string[], added: Answer['added']): Answer {
  const { trial, at, deviation, isAtRest } = found;
  const away = deviations(at, budgets);
  const isMet = deviation <= shareTolerance;
  const { solution } = trial;
  const { termination } = solution;
  const report: JsonObject = {
    budgetsMet: isMet,
    largestDeviation: deviation,
    factors: names.map((name, j) => ({
      factor: name,
      exposure: at.exposures[j]!,
      share: at.shares[j]!,
      budget: at.shares[j]! - away[j]!,
    })),
    rest: 1 - at.shares.reduce((sum, share) => sum + share, 0),
  };
  const note = isMet
    ? 'every factor carries its budget'
    : `the shares come within ${deviation.toPrecision(3)} of their budgets at most; the problem is not convex, and no proof stands that none come nearer`;
  const told = { ...termination, detail: `${note}; ${termination.detail}` };
  return {
    objective: trial.objective,
    added,
    report,
    solution: {
      ...solution,
      termination: isAtRest ? told : { ...told, reason: 'feasible', limit: 'iterations' },
    },
  };
}
