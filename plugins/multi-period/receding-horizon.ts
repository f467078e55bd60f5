import { covarianceOf, defineStrategy, excessReturns, unknownAssets } from '@veritasvault/portfolio/sdk/v1';
import type { Situation, Stage, Task, Violation } from '@veritasvault/portfolio/sdk/v1';

import { costFaults, costProperties, costsInWords, tradingsOf, turnoverLimit } from './costs.ts';
import type { Costs, Horizon } from './costs.ts';
import { holdingInWords, holdingProperties } from './holding.ts';
import type { HoldingCosts } from './holding.ts';
import { inPeriod, lengthFaults, perPeriodSchema } from './per-period.ts';
import type { PerPeriod } from './per-period.ts';
import { planning } from './planning.ts';
import { planReport } from './report.ts';
import { horizonProperties } from './horizon.ts';
import { terminalFaults, terminalRestrictions, terminalSchema } from './terminal.ts';
import type { Terminal } from './terminal.ts';

interface RecedingHorizon extends Horizon, Costs, HoldingCosts {
  readonly riskAversion: PerPeriod;
  readonly returnHalfLife?: number;
  readonly returnScale?: readonly number[];
  readonly returnsByPeriod?: Readonly<Record<string, readonly number[]>>;
  readonly terminal?: Terminal;
}

export const recedingHorizon = defineStrategy<RecedingHorizon>({
  id: 'receding-horizon',
  title: 'Receding horizon',
  description: `Plans the weights of several periods together and answers with those of the first: maximizes the sum over periods t of excess_t'w_t - riskAversion_t / 2 w_t' C w_t, both per period, less what trades and positions cost, from the current weights on. excess_t are the expected returns above the risk-free rate, halved every returnHalfLife periods or times returnScale_t; returnsByPeriod gives those of single assets. ${costsInWords} ${holdingInWords} The restrictions hold in every period; limits on trades speak of the trades into it. "terminal" must hold in the last one besides. The report tells the weights and costs of all periods.`,
  references: [
    'Boyd, S., Busseti, E., Diamond, S., Kahn, R., Koh, K., Nystrup, P., Speth, J. (2017). Multi-Period Trading via Convex Optimization. Foundations and Trends in Optimization 3(1), 1-76.',
    'Garleanu, N., Pedersen, L. (2013). Dynamic Trading with Predictable Returns and Transaction Costs. Journal of Finance 68(6), 2309-2340.',
  ],
  parameters: {
    type: 'object',
    required: ['periods', 'riskAversion'],
    additionalProperties: false,
    properties: {
      ...horizonProperties(12),
      riskAversion: perPeriodSchema('Return given up per unit of variance, doubled; 1 to 10 is usual.', {
        exclusiveMinimum: 0,
        maximum: 1e6,
      }),
      returnHalfLife: {
        type: 'number',
        exclusiveMinimum: 0,
        description: 'Periods in which expected returns above the risk-free rate halve; they stay when absent.',
      },
      returnScale: {
        type: 'array',
        minItems: 1,
        maxItems: 120,
        items: { type: 'number', minimum: -100, maximum: 100 },
        description:
          'By period, what expected returns above the risk-free rate are multiplied by. Either this or `returnHalfLife`.',
      },
      returnsByPeriod: {
        type: 'object',
        minProperties: 1,
        additionalProperties: {
          type: 'array',
          minItems: 1,
          maxItems: 120,
          items: { type: 'number', exclusiveMinimum: -1, maximum: 100 },
        },
        description:
          'Annual expected returns of single assets by period, by asset id, in place of the estimate and whatever it is multiplied by.',
      },
      ...costProperties,
      ...holdingProperties,
      terminal: terminalSchema,
    },
    examples: [
      { periods: 4, riskAversion: 5, tradingCostRate: 0.001 },
      {
        periods: 3,
        periodsPerYear: 52,
        riskAversion: [3, 4, 5],
        returnScale: [1, 0.8, 0.5],
        returnsByPeriod: { XOM: [0.12, 0.08, 0.04] },
        impact: 1,
        holdingCostRate: 0.002,
        turnoverMax: [0.3, 0.2, 0.2],
        terminal: { bounds: { Bond: { min: 0.2 } } },
      },
    ],
  },
  needs: ['expected-returns', 'covariance'],
  noFrontier:
    'a plan has a risk and a return in each period; ask for the frontier of one period, that of quadratic-utility, or for the plan once for each risk aversion',
  admit: (parameters, situation) => [
    ...lengthFaults({ riskAversion: parameters.riskAversion }, parameters.periods),
    ...lengthFaults(
      { holdingCostRate: parameters.holdingCostRate, borrowCostRate: parameters.borrowCostRate },
      parameters.periods,
    ),
    ...returnFaults(parameters, situation),
    ...costFaults(parameters, situation),
    ...(parameters.terminal === undefined ? [] : terminalFaults(parameters.terminal, situation)),
  ],
  optimize: (task) => {
    const { situation } = task;
    const tradings = tradingsOf(task.parameters, covarianceOf(task), situation);
    const excess = excessOf(task);
    return planning(task, {
      stages: stagesOf(task, tradings, excess),
      report: (weights) => planReport(task, weights, { tradings, excess }),
    });
  },
});

function returnFaults(
  { periods, returnScale, returnHalfLife, returnsByPeriod = {} }: RecedingHorizon,
  { universe }: Situation,
): readonly Violation[] {
  const fieldOf = (id: string): string => `returnsByPeriod[${JSON.stringify(id)}]`;
  const lists = Object.fromEntries(Object.entries(returnsByPeriod).map(([id, list]) => [fieldOf(id), list]));
  const unknown = unknownAssets(Object.keys(returnsByPeriod), universe, fieldOf);
  const violations = [...lengthFaults({ returnScale, ...lists }, periods), ...unknown];
  if (returnScale !== undefined && returnHalfLife !== undefined)
    violations.push({ field: 'returnScale', description: 'either this or `returnHalfLife`, not both' });
  return violations;
}

/** (n) by period: expected returns above the risk-free rate, per period. */
function excessOf(task: Task<RecedingHorizon>): readonly Float64Array[] {
  const { parameters, situation, estimates } = task;
  const { periods, periodsPerYear, returnHalfLife = Infinity, returnScale, returnsByPeriod = {} } = parameters;
  const { riskFreeRate } = estimates;
  const estimated = excessReturns(task);
  const { assets } = situation.universe;
  return Array.from({ length: periods }, (_, t) => {
    const scale = returnScale?.[t] ?? 0.5 ** (t / returnHalfLife);
    return estimated.map((annual, i) => {
      const { id } = assets[i]!;
      const own = Object.hasOwn(returnsByPeriod, id) ? returnsByPeriod[id]![t]! - riskFreeRate : undefined;
      return (own ?? annual * scale) / periodsPerYear;
    });
  });
}

function stagesOf(
  task: Task<RecedingHorizon>,
  tradings: ReturnType<typeof tradingsOf>,
  excess: readonly Float64Array[],
): readonly Stage[] {
  const { periods, periodsPerYear, riskAversion, terminal } = task.parameters;
  const covariance = covarianceOf(task);
  return excess.map((returns, t) => {
    const added = [
      ...turnoverLimit(task.parameters, t, task),
      ...(t === periods - 1 ? terminalRestrictions(terminal, task) : []),
    ];
    return {
      quadratics: [{ scale: inPeriod(riskAversion, t) / periodsPerYear, operator: covariance }],
      linear: returns,
      trading: tradings[t]!,
      ...(added.length === 0 ? {} : { added }),
    };
  });
}
