/** Runs over a stored portfolio whose scenarios or factor returns are wrong in one way each. */
import { struct } from './client.ts';
import type { Message } from './client.ts';
import { assetIds, estimation, optimizationMessage, priceTable, seeded } from './market.ts';

/** What a request must be refused with. */
export interface Refused {
  readonly reason: string;
  readonly field: string;
}
export type RunRow = readonly [title: string, optimization: Message, refused: Refused];

const n = assetIds.length;

/** S joint outcomes of the assets in this order; the same for an asset wherever it stands. */
export function scenariosOf(ids: readonly string[], changes: Message = {}, count = 40): Message {
  const outcomes = Array.from({ length: count }, (_, s) => {
    const random = seeded(s + 1);
    const market = 0.08 * (random() - 0.45);
    const own = new Map<string, number>(assetIds.map((id) => [id, market + 0.06 * (random() - 0.48)]));
    return ids.map((id) => own.get(id) ?? 9);
  });
  return {
    assetIds: [...ids],
    returns: { rows: count, columns: ids.length, values: outcomes.flat() },
    period: 'RETURN_PERIOD_MONTHLY',
    ...changes,
  };
}

/** Two factors on every date of the prices, the first date and later ones included. */
export function factorReturnsOf(changes: Message = {}): Message {
  const dates = [...priceTable().dates, '2030-01-01'];
  const random = seeded(11);
  const values = Array.from({ length: 2 * dates.length }, () => 0.02 * (random() - 0.5));
  return { factors: ['Market', 'Size'], dates, returns: { rows: dates.length, columns: 2, values }, ...changes };
}

export const regression: Message = {
  ...estimation,
  covariance: { type: 'regression-factor-model', parameters: struct({}) },
};

const cvar = {
  strategy: { type: 'minimum-cvar', parameters: struct({ level: 0.9 }) },
  constraints: [],
  estimation: undefined,
};
const onScenarios = (changes: Message, ids: readonly string[] = assetIds): Message =>
  optimizationMessage({ ...cvar, scenarios: scenariosOf(ids, changes) });
const onFactors = (changes: Message): Message =>
  optimizationMessage({ estimation: regression, factorReturns: factorReturnsOf(changes) });

const returns = scenariosOf(assetIds)['returns'] as {
  readonly rows: number;
  readonly columns: number;
  readonly values: number[];
};
const history = factorReturnsOf() as {
  readonly dates: readonly string[];
  readonly returns: { readonly rows: number; readonly columns: number; readonly values: readonly number[] };
};
const firstOf = (numbers: readonly number[], first: number): number[] => [first, ...numbers.slice(1)];
const without = (dropped: number): Message => ({
  dates: history.dates.filter((_, t) => t !== dropped),
  returns: {
    rows: history.dates.length - 1,
    columns: 2,
    values: history.returns.values.filter((_, at) => Math.floor(at / 2) !== dropped),
  },
});
const refused = (reason: string, field: string): Refused => ({ reason, field: `optimization.${field}` });

export const runRows: readonly RunRow[] = [
  [
    'NaN in a scenario',
    onScenarios({ returns: { ...returns, values: firstOf(returns.values, NaN) } }),
    refused('NUMBER_INVALID', 'scenarios.returns.values[0]'),
  ],
  [
    'percent in a scenario',
    onScenarios({ returns: { ...returns, values: firstOf(returns.values, -50) } }),
    refused('NUMBER_INVALID', 'scenarios.returns.values[0]'),
  ],
  ['scenarios without names', onScenarios({ assetIds: [] }), refused('INVALID_ARGUMENT', 'scenarios.asset_ids')],
  [
    'scenarios of fewer columns than names',
    onScenarios({ returns: { ...returns, columns: n - 1 } }),
    refused('INVALID_ARGUMENT', 'scenarios.returns'),
  ],
  [
    'scenarios with an asset twice',
    onScenarios({ assetIds: [...assetIds.slice(0, -1), 'ALFA'] }),
    refused('ID_INVALID', `scenarios.asset_ids[${String(n - 1)}]`),
  ],
  [
    'scenarios with a name that is no id',
    onScenarios({ assetIds: ['../x', ...assetIds.slice(1)] }),
    refused('ID_INVALID', 'scenarios.asset_ids[0]'),
  ],
  [
    'scenarios that lack an asset of the universe',
    onScenarios({}, [...assetIds.slice(1), 'OTHER']),
    refused('INVALID_ARGUMENT', 'scenarios.asset_ids'),
  ],
  ['scenarios without their period', onScenarios({ period: 0 }), refused('UNIT_REQUIRED', 'scenarios.period')],
  ['an unknown period of scenarios', onScenarios({ period: 77 }), refused('INVALID_ARGUMENT', 'scenarios.period')],
  [
    'probabilities of scenarios that do not sum to 1',
    onScenarios({ probabilities: { values: new Array<number>(40).fill(0.5) } }),
    refused('INVALID_ARGUMENT', 'scenarios.probabilities'),
  ],
  [
    'no scenario',
    onScenarios({ returns: { rows: 0, columns: n, values: [] } }),
    refused('INVALID_ARGUMENT', 'scenarios.returns'),
  ],
  [
    'least drawdown over scenarios in no order',
    optimizationMessage({
      ...cvar,
      strategy: { type: 'minimum-drawdown', parameters: struct({ measure: 'maximum' }) },
      scenarios: scenariosOf(assetIds),
    }),
    refused('INVALID_ARGUMENT', 'estimation.scenarios'),
  ],
  [
    'infinite factor returns',
    onFactors({ returns: { ...history.returns, values: firstOf(history.returns.values, Infinity) } }),
    refused('NUMBER_INVALID', 'factor_returns.returns.values[0]'),
  ],
  [
    'factor returns with a factor twice',
    onFactors({ factors: ['Market', 'Market'] }),
    refused('ID_INVALID', 'factor_returns.factors[1]'),
  ],
  ['factor returns without dates', onFactors({ dates: [] }), refused('INVALID_ARGUMENT', 'factor_returns.dates')],
  [
    'factor returns on no date',
    onFactors({ dates: ['yesterday', ...history.dates.slice(1)] }),
    refused('INVALID_ARGUMENT', 'factor_returns.dates[0]'),
  ],
  [
    'factor returns whose dates go back',
    onFactors({ dates: [history.dates[0], history.dates[0], ...history.dates.slice(2)] }),
    refused('INVALID_ARGUMENT', 'factor_returns.dates[1]'),
  ],
  [
    'factor returns of too few factors',
    onFactors({ factors: ['Market'] }),
    refused('INVALID_ARGUMENT', 'factor_returns.returns'),
  ],
  [
    'factor returns that lack a date of the prices',
    onFactors(without(100)),
    refused('INVALID_ARGUMENT', 'factor_returns.dates'),
  ],
  [
    'factor returns that nothing reads',
    optimizationMessage({ ...cvar, scenarios: scenariosOf(assetIds), factorReturns: factorReturnsOf() }),
    refused('INVALID_ARGUMENT', 'factor_returns'),
  ],
];
