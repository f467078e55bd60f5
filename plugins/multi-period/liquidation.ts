import { covarianceOf, defineStrategy, excessReturns, unknownAssets } from '@veritasvault/portfolio/sdk/v1';
import type { Lowered, Situation, Stage, Task, Violation } from '@veritasvault/portfolio/sdk/v1';

import { costFaults, costProperties, costsInWords, tradingsOf, turnoverLimit } from './costs.ts';
import type { Costs, Horizon } from './costs.ts';
import { holdingInWords, holdingProperties } from './holding.ts';
import type { HoldingCosts } from './holding.ts';
import { horizonProperties } from './horizon.ts';
import { inPeriod, isGiven, lengthFaults, perPeriodSchema } from './per-period.ts';
import type { PerPeriod } from './per-period.ts';
import { planning } from './planning.ts';
import { planReport } from './report.ts';

interface Liquidation extends Horizon, Costs, HoldingCosts {
  readonly riskAversion: PerPeriod;
  readonly assets?: readonly string[];
  readonly others?: 'hold' | 'trade';
  readonly drift?: boolean;
}

export const liquidation = defineStrategy<Liquidation>({
  id: 'liquidation',
  title: 'Liquidation',
  description: `Brings holdings to zero by the last of several periods and answers with the weights after the first: minimizes the sum over periods t of what trades and positions cost, plus riskAversion_t / 2 w_t' C w_t per period, from the current weights on. All assets are sold to cash, or those of "assets": then the others are held, or traded along where "others" is "trade". What is sold never crosses zero and never grows beyond its current weight. Almgren and Chriss minimize cost + lambda variance in money: riskAversion is 2 lambda times the net asset value. Expected returns do not count unless "drift" is true. ${costsInWords} ${holdingInWords} The restrictions hold in every period, so that full investment must not be among them where cash is raised; limits on trades speak of the trades into it. The report tells the weights and costs of all periods.`,
  references: [
    'Almgren, R., Chriss, N. (2001). Optimal Execution of Portfolio Transactions. Journal of Risk 3(2), 5-39.',
    'Boyd, S., Busseti, E., Diamond, S., Kahn, R., Koh, K., Nystrup, P., Speth, J. (2017). Multi-Period Trading via Convex Optimization. Foundations and Trends in Optimization 3(1), 1-76.',
  ],
  parameters: {
    type: 'object',
    required: ['periods', 'riskAversion'],
    additionalProperties: false,
    properties: {
      ...horizonProperties(252),
      riskAversion: perPeriodSchema('Cost paid per unit of variance avoided, doubled; 0 looks at cost alone.', {
        minimum: 0,
        maximum: 1e9,
      }),
      assets: {
        type: 'array',
        minItems: 1,
        items: { type: 'string', minLength: 1 },
        description: 'Ids of the assets that are sold; all when absent.',
      },
      others: {
        type: 'string',
        enum: ['hold', 'trade'],
        default: 'hold',
        description: 'What happens to the others where `assets` are named.',
      },
      drift: {
        type: 'boolean',
        default: false,
        description: 'Whether expected returns above the risk-free rate count while assets are still held.',
      },
      ...costProperties,
      ...holdingProperties,
    },
    examples: [
      {
        periods: 4,
        riskAversion: 10,
        assets: ['XOM', 'MO'],
        others: 'trade',
        tradingCostRate: 0.0005,
        quadraticImpact: 0.1,
      },
      { periods: 3, riskAversion: 10, assets: ['SHLD'], others: 'trade', impact: 1, turnoverMax: 0.3 },
    ],
  },
  needs: ['covariance'],
  noFrontier: 'it sells everything, so that nothing is left to trade for return; ask for it once for each riskAversion',
  needsWith: ({ drift }) => (drift === true ? ['expected-returns'] : []),
  admit: (parameters, situation) => [
    ...lengthFaults(
      {
        riskAversion: parameters.riskAversion,
        holdingCostRate: parameters.holdingCostRate,
        borrowCostRate: parameters.borrowCostRate,
      },
      parameters.periods,
    ),
    ...costFaults(parameters, situation),
    ...soldFaults(parameters, situation),
  ],
  optimize: (task) => {
    const { parameters, situation } = task;
    const tradings = tradingsOf(parameters, covarianceOf(task), situation);
    const { drift = false, periods, periodsPerYear } = parameters;
    const each = drift
      ? excessReturns(task).map((annual) => annual / periodsPerYear)
      : new Float64Array(situation.current.length);
    const excess = Array.from({ length: periods }, () => each);
    return planning(task, {
      stages: stagesOf(task, tradings, each),
      report: (weights) => planReport(task, weights, drift ? { tradings, excess } : { tradings }),
    });
  },
});

function soldFaults(parameters: Liquidation, { universe, current }: Situation): readonly Violation[] {
  const { riskAversion, assets = [], impact, quadraticImpact } = parameters;
  const unknown = unknownAssets(assets, universe, (_, index) => `assets[${index}]`);
  if (unknown.length > 0) return unknown;
  const violations: Violation[] = [];
  if (!isGiven(riskAversion) && !isGiven(impact) && !isGiven(quadraticImpact))
    violations.push({
      field: 'riskAversion',
      description: 'is 0 and there is no impact: then every schedule costs the same',
    });
  const sold = soldIn(parameters, universe.assets);
  if (!current.some((weight, i) => weight !== 0 && sold[i]))
    violations.push({ field: 'assets', description: 'nothing of them is held: there is nothing to liquidate' });
  return violations;
}

/** (n) */
function soldIn({ assets }: Liquidation, universe: Situation['universe']['assets']): readonly boolean[] {
  const named = new Set(assets);
  return universe.map(({ id }) => assets === undefined || named.has(id));
}

function stagesOf(
  task: Task<Liquidation>,
  tradings: ReturnType<typeof tradingsOf>,
  excess: Float64Array,
): readonly Stage[] {
  const { periods, periodsPerYear, riskAversion } = task.parameters;
  return tradings.map((trading, t) => {
    return {
      quadratics: [{ scale: inPeriod(riskAversion, t) / periodsPerYear, operator: covarianceOf(task) }],
      linear: excess,
      trading,
      added: [...turnoverLimit(task.parameters, t, task), path(task, t === periods - 1)],
    };
  });
}

/** Between zero and now for what is sold, at zero in the last period; what is held stays. */
function path({ parameters, situation, ...task }: Task<Liquidation>, isLast: boolean): Lowered {
  const { universe, current } = situation;
  const sold = soldIn(parameters, universe.assets);
  const bounds = universe.assets.flatMap(({ id }, position) => {
    const weight = current[position]!;
    const bound = (lower: number, upper: number, text: string) => [
      { position, lower, upper, origin: task.origin(`${id} ${text}`) },
    ];
    if (!sold[position]) return parameters.others === 'trade' ? [] : bound(weight, weight, 'is held');
    if (isLast) return bound(0, 0, 'is sold by the last period');
    return bound(Math.min(0, weight), Math.max(0, weight), 'between zero and its current weight');
  });
  return { bounds };
}
