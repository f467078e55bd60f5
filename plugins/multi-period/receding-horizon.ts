import { Observable } from 'rxjs';

import { defineStrategy } from '@veritasvault/portfolio/sdk/v1';
import type { Stage, StrategyEvent, Task } from '@veritasvault/portfolio/sdk/v1';

interface RecedingHorizon {
  readonly periods: number;
  readonly periodsPerYear: number;
  readonly riskAversion: number;
  readonly tradingCostRate: number;
  readonly returnHalfLife?: number;
}

export const recedingHorizon = defineStrategy<RecedingHorizon>({
  id: 'receding-horizon',
  title: 'Receding horizon',
  description:
    "Plans the weights of several periods together and answers with those of the first: maximizes the sum over periods t of excess_t'w_t - riskAversion / 2 w_t' C w_t, both per period, less tradingCostRate sum_i |w_t - w_(t-1)|, from the current weights on. excess_t are the expected returns above the risk-free rate, halved every returnHalfLife periods. The restrictions hold in every period; limits on trades speak of the trades into it.",
  references: [
    'Boyd, S., Busseti, E., Diamond, S., Kahn, R., Koh, K., Nystrup, P., Speth, J. (2017). Multi-Period Trading via Convex Optimization. Foundations and Trends in Optimization 3(1), 1-76.',
    'Garleanu, N., Pedersen, L. (2013). Dynamic Trading with Predictable Returns and Transaction Costs. Journal of Finance 68(6), 2309-2340.',
  ],
  parameters: {
    type: 'object',
    required: ['periods', 'riskAversion', 'tradingCostRate'],
    additionalProperties: false,
    properties: {
      periods: {
        type: 'integer',
        minimum: 1,
        maximum: 120,
        description: 'How many periods are planned together; 1 looks no further than the next.',
        examples: [4],
      },
      periodsPerYear: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 366,
        default: 12,
        description:
          'Periods in a year, which turns annual estimates into those of a period: 12 for months, 252 for trading days.',
      },
      riskAversion: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 1e6,
        description: 'Return given up per unit of variance, doubled; 1 to 10 is usual.',
        examples: [5],
      },
      tradingCostRate: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        description: 'What a trade costs, buying or selling, as a fraction of the traded value.',
        examples: [0.001],
      },
      returnHalfLife: {
        type: 'number',
        exclusiveMinimum: 0,
        description: 'Periods in which expected returns above the risk-free rate halve; they stay when absent.',
      },
    },
  },
  needs: ['expected-returns', 'covariance'],
  optimize: (task) =>
    new Observable<StrategyEvent>((subscriber) => {
      if (task.plan === undefined) throw new Error('the host must plan several periods: it is too old for this plugin');
      const phase = `${String(task.parameters.periods)} periods`;
      return task.plan(stagesOf(task)).subscribe({
        next: (event) =>
          subscriber.next(
            event.kind === 'iterate'
              ? { kind: 'progress', phase, iterate: event.iterate }
              : { kind: 'solution', answer: event.answer },
          ),
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    }),
});

function stagesOf({ parameters, estimates }: Task<RecedingHorizon>): readonly Stage[] {
  const { periods, periodsPerYear, riskAversion, tradingCostRate, returnHalfLife = Infinity } = parameters;
  const { expectedReturns, covariance, riskFreeRate } = estimates;
  if (expectedReturns === undefined || covariance === undefined)
    throw new Error('the host must provide expected returns and a covariance: the strategy lists them among its needs');
  const rates = new Float64Array(covariance.size).fill(tradingCostRate);
  return Array.from({ length: periods }, (_, t) => ({
    quadratics: [{ scale: riskAversion / periodsPerYear, operator: covariance }],
    linear: expectedReturns.map((annual) => ((annual - riskFreeRate) / periodsPerYear) * 0.5 ** (t / returnHalfLife)),
    trading: { buyRate: rates, sellRate: rates },
  }));
}
