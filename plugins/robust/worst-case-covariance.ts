import {
  areConvex,
  covarianceOf,
  defineStrategy,
  hasWeights,
  inSteps,
  quadraticForm,
  returnFloorsOf,
  returnMinSchema,
  solving,
  unanswered,
} from '@veritasvault/portfolio/sdk/v1';
import type { Answer, Lowered, Need, Program, Task, Violation } from '@veritasvault/portfolio/sdk/v1';

import { membersOf } from './covariance-set.ts';
import type { Stress } from './covariance-set.ts';
import { together } from './market.ts';
import { leastWorstVolatility, volatilityOf } from './minimax-volatility.ts';

interface WorstCaseCovariance {
  readonly stresses?: readonly Stress[];
  readonly regimes?: number;
  readonly boxWidth?: number;
  readonly returnMin?: number;
}

/** A volatility this close to the greatest, relative, attains it. */
const attaining = 1e-6;

function* overMembers(task: Task<WorstCaseCovariance>): Program {
  const { stresses = [], regimes } = task.parameters;
  const { scenarios } = task.estimates;
  const estimate = covarianceOf(task);
  if (!areConvex(task.restrictions))
    return refused(
      task,
      'the least worst-case volatility is found between portfolios, which counts, lots, gaps in the weights, concentrations and shares of risk do not allow; leave those constraints out, or give a boxWidth instead',
    );
  if (regimes !== undefined && scenarios === undefined)
    throw new Error('the host must provide scenarios: the strategy names them among its needs');
  if (regimes !== undefined && scenarios!.count < 2 * regimes)
    return refused(task, `${scenarios!.count} scenarios cannot be divided into ${regimes} regimes of at least 2`);
  const past = regimes === undefined ? undefined : { scenarios: scenarios!, parts: regimes };
  const members = membersOf(estimate, stresses, past);
  const answer = yield* leastWorstVolatility(members, estimate.size, returnFloorsOf(task));
  if (!hasWeights(answer.solution)) return answer;
  const { weights, multipliers } = answer.solution;
  const volatilities = members.map((member) => volatilityOf(member, weights));
  const worst = Math.max(...volatilities);
  const shares = multipliers.tailTerms?.[0]?.losses;
  const report = {
    worstVolatilityAnnual: worst,
    attainedBy: members.filter((_, j) => volatilities[j]! >= worst * (1 - attaining)).map(({ name }) => name),
    covariances: members.map(({ name }, j) => ({
      name,
      volatilityAnnual: volatilities[j]!,
      ...(shares === undefined || answer.solution.termination.reason !== 'optimal' ? {} : { share: shares[j]! }),
    })),
  };
  return { ...answer, report };
}

/** Long only, w'Cw over the box is greatest where every covariance is: C + boxWidth sigma sigma'. */
function* overBox(task: Task<WorstCaseCovariance>, boxWidth: number): Program {
  const estimate = covarianceOf(task);
  const operator = together(estimate, boxWidth);
  const n = estimate.size;
  const origin = task.origin('long only');
  const long: Lowered = {
    bounds: Array.from({ length: n }, (_, position) => ({ position, lower: 0, upper: Infinity, origin })),
  };
  const objective = { quadratics: [{ scale: 1, operator }], linear: new Float64Array(n) };
  const answer = yield* solving(objective, 'least worst-case variance', [long, ...returnFloorsOf(task)]);
  if (!hasWeights(answer.solution)) return answer;
  const { weights } = answer.solution;
  const report = {
    worstVolatilityAnnual: Math.sqrt(Math.max(0, quadraticForm(operator, weights))),
    attainedBy: ['every covariance at its upper end'],
    volatilityAnnual: Math.sqrt(Math.max(0, quadraticForm(estimate, weights))),
  };
  return { ...answer, report };
}

function refused(task: Task<WorstCaseCovariance>, detail: string): Answer {
  return unanswered(covarianceOf(task).size, { reason: 'no solution found', detail });
}

function own(task: Task<WorstCaseCovariance>): Program {
  const { boxWidth } = task.parameters;
  return boxWidth === undefined ? overMembers(task) : overBox(task, boxWidth);
}

function admit({ stresses, regimes, boxWidth }: WorstCaseCovariance): readonly Violation[] {
  const violations: Violation[] = [];
  if (boxWidth === undefined && regimes === undefined && stresses === undefined)
    violations.push({ field: 'stresses', description: 'is required, or regimes, or boxWidth' });
  if (boxWidth !== undefined)
    for (const [field, value] of Object.entries({ stresses, regimes }))
      if (value !== undefined)
        violations.push({ field, description: 'cannot be given besides boxWidth, which is a set of its own' });
  const names = new Set(['estimate']);
  for (const [k, { name, volatilityFactor, correlationBlend }] of (stresses ?? []).entries()) {
    if (names.has(name))
      violations.push({ field: `stresses[${k}].name`, description: `repeats ${JSON.stringify(name)}` });
    names.add(name);
    if (volatilityFactor === undefined && correlationBlend === undefined)
      violations.push({
        field: `stresses[${k}]`,
        description: 'changes nothing: give volatilityFactor, correlationBlend or both',
      });
  }
  return violations;
}

export const worstCaseCovariance = defineStrategy<WorstCaseCovariance>({
  id: 'worst-case-covariance',
  title: 'Minimum worst-case volatility',
  description:
    "Minimizes the greatest annual volatility sqrt(w' C_j w) over a set of covariances. With stresses and regimes the set holds the estimate C; for each stress volatilityFactor^2 [(1 - correlationBlend) C + correlationBlend sigma sigma'], sigma the volatilities, which multiplies them and moves correlations towards 1; and the sample covariances (n - 1, annual, whatever the probabilities) of so many consecutive parts of the scenarios. With boxWidth each covariance may be off by boxWidth sigma_i sigma_j, long only: the worst is w'(C + boxWidth sigma sigma')w. With returnMin over riskFreeRate + (mu - riskFreeRate)'w >= returnMin. Found by models whose optimality conditions are in the end those of the greatest volatility, to 1e-8; with stresses or regimes it takes no counts, lots, gaps in the weights, concentrations or shares of risk. Reports the volatility under each covariance, which of them attain the greatest, and their shares in the mixture for which the portfolio is optimal.",
  references: [
    'Tutuncu, R. H., Koenig, M. (2004). Robust Asset Allocation. Annals of Operations Research 132, 157-187.',
    'Rustem, B., Becker, R. G., Marty, W. (2000). Robust Min-Max Portfolio Strategies for Rival Forecast and Risk Scenarios. Journal of Economic Dynamics and Control 24, 1591-1621.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: {
      stresses: {
        type: 'array',
        minItems: 1,
        maxItems: 20,
        description: 'Further covariances made of the estimate.',
        items: {
          type: 'object',
          required: ['name'],
          additionalProperties: false,
          properties: {
            name: { type: 'string', minLength: 1, maxLength: 120, description: 'For the report.' },
            volatilityFactor: {
              type: 'number',
              exclusiveMinimum: 0,
              maximum: 100,
              description: 'Of all volatilities; 1 when absent.',
            },
            correlationBlend: {
              type: 'number',
              minimum: 0,
              maximum: 1,
              description: 'How far correlations move towards 1; 0 when absent.',
            },
          },
        },
      },
      regimes: {
        type: 'integer',
        minimum: 1,
        maximum: 50,
        description: 'Consecutive parts of the scenarios, each with a covariance of its own.',
      },
      boxWidth: {
        type: 'number',
        minimum: 0,
        maximum: 2,
        description: 'How far each covariance may be off, as a fraction of the product of the volatilities.',
      },
      returnMin: returnMinSchema,
    },
    examples: [
      { regimes: 3, stresses: [{ name: 'crisis', volatilityFactor: 1.1, correlationBlend: 0.4 }] },
      { boxWidth: 0.1, returnMin: 0.06 },
    ],
  },
  needs: ['covariance'],
  noFrontier:
    'its risk is the worst in a set of covariances; ask for it once for each returnMin, or for the frontier of minimum-variance on one of them',
  needsWith: ({ regimes, returnMin }): readonly Need[] => [
    ...(regimes === undefined ? [] : (['path-scenarios'] as const)),
    ...(returnMin === undefined ? [] : (['expected-returns'] as const)),
  ],
  admit,
  optimize: (task) => inSteps(task, () => own(task)),
});
