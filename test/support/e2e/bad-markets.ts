/** Stateless problems whose scenarios, funds, characteristics, views or soft constraints are wrong in one way each. */
import { struct } from './client.ts';
import type { Message } from './client.ts';
import type { Expected, Row } from './bad-problems.ts';
import { problemMessage } from './market.ts';

const n = 4;
const monthly = 'RETURN_PERIOD_MONTHLY';
const returns = { rows: 3, columns: n, values: [0.01, 0, -0.02, 0.03, -0.01, 0.02, 0.01, 0, 0.02, -0.03, 0.01, 0.01] };
const scenarios = (changes: Message = {}): Message => ({ scenarios: { returns, period: monthly, ...changes } });
const asset = (changes: Message, position = 0): Message => {
  const universe = [...(problemMessage(n)['universe'] as Message[])];
  universe[position] = { ...universe[position], ...changes };
  return { universe };
};
const problem = (changes: Message, others: Message = {}): Message => ({
  problem: { ...problemMessage(n), ...changes },
  strategy: { type: 'minimum-variance' },
  ...others,
});
const viewing = (changes: Message): Message => ({
  views: [{ legs: [{ assetId: 'A0', coefficient: 1 }], expectedReturn: 0.1, confidence: 0.5, ...changes }],
});
const pooling = (changes: Message): Message => ({
  ...scenarios(),
  estimation: {
    scenarioViews: [
      {
        legs: [{ assetId: 'A0', coefficient: 1 }],
        measure: 'SCENARIO_MEASURE_MEAN',
        relation: 'VIEW_RELATION_EQUAL',
        value: 0.05,
        ...changes,
      },
    ],
  },
});
const soft = (type: string, parameters: Readonly<Record<string, unknown>>, changes: Message): Message => ({
  constraints: [{ constraintId: 'it', type, parameters: struct(parameters), ...changes }],
});
const refused = (reason: string, field: string): Expected => ({ reason, field });
const ends = (termination: string): Expected => ({ termination: `TERMINATION_REASON_${termination}` });

const badNumber = 'NUMBER_INVALID';
const invalid = 'INVALID_ARGUMENT';

export const scenarioRows: readonly Row[] = [
  ['sound scenarios', problem(scenarios()), ends('OPTIMAL')],
  [
    'NaN in a scenario',
    problem(scenarios({ returns: { ...returns, values: [NaN, ...returns.values.slice(1)] } })),
    refused(badNumber, 'problem.scenarios.returns'),
  ],
  [
    'a scenario beyond ten times the loss of everything',
    problem(scenarios({ returns: { ...returns, values: [-50, ...returns.values.slice(1)] } })),
    refused(badNumber, 'problem.scenarios.returns'),
  ],
  [
    'scenarios of too few assets',
    problem(scenarios({ returns: { ...returns, columns: 3 } })),
    refused(invalid, 'problem.scenarios.returns'),
  ],
  [
    'no scenario',
    problem(scenarios({ returns: { rows: 0, columns: n } })),
    refused(invalid, 'problem.scenarios.returns'),
  ],
  [
    'scenarios without their period',
    problem(scenarios({ period: 0 })),
    refused('UNIT_REQUIRED', 'problem.scenarios.period'),
  ],
  [
    'probabilities that do not sum to 1',
    problem(scenarios({ probabilities: { values: [0.5, 0.2, 0.2] } })),
    refused(invalid, 'problem.scenarios.probabilities'),
  ],
  [
    'a negative probability',
    problem(scenarios({ probabilities: { values: [0.7, 0.5, -0.2] } })),
    refused(badNumber, 'problem.scenarios.probabilities'),
  ],
  [
    'probabilities of a path',
    problem(scenarios({ probabilities: { values: [0.5, 0.3, 0.2] }, path: true })),
    refused(invalid, 'problem.scenarios.probabilities'),
  ],
  [
    'least CVaR without scenarios',
    problem({}, { strategy: { type: 'minimum-cvar' } }),
    refused(invalid, 'problem.scenarios'),
  ],
  [
    'least drawdown over scenarios in no order',
    problem(scenarios(), { strategy: { type: 'minimum-drawdown' } }),
    refused(invalid, 'problem.scenarios'),
  ],
  [
    'a limit on CVaR without scenarios',
    problem(soft('cvar', { level: 0.95, max: 0.1 }, {})),
    refused(invalid, 'problem.scenarios'),
  ],
  [
    'factor returns without prices',
    problem({
      factorReturns: { factors: ['f'], dates: ['2024-01-02'], returns: { rows: 1, columns: 1, values: [0.01] } },
    }),
    refused(invalid, 'problem.factor_returns'),
  ],
];

export const factRows: readonly Row[] = [
  [
    'NaN as a characteristic',
    problem(asset({ characteristics: { duration: NaN } })),
    refused(badNumber, 'problem.universe[0].characteristics'),
  ],
  [
    'a reserved word as a characteristic',
    problem(asset({ characteristics: { constructor: 1 } })),
    refused('ID_INVALID', 'problem.universe[0].characteristics'),
  ],
  [
    'a negative daily value',
    problem(asset({ averageDailyValue: -1 })),
    refused(badNumber, 'problem.universe[0].average_daily_value'),
  ],
  [
    'a control character in an issuer',
    problem(asset({ issuer: 'A\u0007' })),
    refused(invalid, 'problem.universe[0].issuer'),
  ],
  [
    'a fund that holds what is not there',
    problem(asset({ holdings: [{ assetId: 'Z9', weight: 1 }] })),
    refused(invalid, 'problem.universe[0].holdings[0].asset_id'),
  ],
  [
    'a fund that holds itself',
    problem(asset({ holdings: [{ assetId: 'A0', weight: 1 }] })),
    refused(invalid, 'problem.universe[0].holdings[0].asset_id'),
  ],
  [
    'a fund with the same holding twice',
    problem(
      asset({
        holdings: [
          { assetId: 'A1', weight: 0.5 },
          { assetId: 'A1', weight: 0.5 },
        ],
      }),
    ),
    refused('ID_INVALID', 'problem.universe[0].holdings[1].asset_id'),
  ],
  [
    'percent as the weight of a holding',
    problem(asset({ holdings: [{ assetId: 'A1', weight: 60 }] })),
    refused(badNumber, 'problem.universe[0].holdings[0].weight'),
  ],
  [
    'a constituent with the id of an asset',
    problem({ constituents: [{ assetId: 'A0' }] }),
    refused('ID_INVALID', 'problem.constituents[0].asset_id'),
  ],
  [
    'a penalty of 0',
    problem(soft('sector', { Even: { max: 0.1 } }, { penalty: 0 })),
    refused(badNumber, 'problem.constraints[0].penalty'),
  ],
  [
    'an infinite penalty',
    problem(soft('sector', { Even: { max: 0.1 } }, { penalty: Infinity })),
    refused(badNumber, 'problem.constraints[0].penalty'),
  ],
  [
    'a soft constraint with a priority',
    problem(soft('sector', { Even: { max: 0.1 } }, { penalty: 1, priority: 2 })),
    refused(invalid, 'problem.constraints[0].penalty'),
  ],
  [
    'a soft count',
    problem(soft('names', { max: 2 }, { penalty: 1 })),
    refused('CONSTRAINT_INVALID', 'problem.constraints[0].penalty'),
  ],
];

const lotsFrom = (parameters: Readonly<Record<string, unknown>>, changes: Message = {}): Message =>
  problem({ ...soft('round-lots', { from: 'asset-data', ...parameters }, {}), ...changes });
const traded = (parameters: Readonly<Record<string, unknown>>, changes: Message = {}): Message =>
  problem({ ...soft('trade-minimum', parameters, {}), ...changes });
const worth = (amount: string, currencyCode = 'EUR'): Message => ({ netAssetValue: { amount, currencyCode } });
const priced = (...values: readonly (number | undefined)[]): Message => ({
  universe: (problemMessage(n)['universe'] as Message[]).map((each, position) => ({
    ...each,
    lotSize: '10',
    unitValue: values[position],
  })),
});
const broken = 'CONSTRAINT_INVALID';
const inParameters = (field: string): Expected => refused(broken, `problem.constraints[0].parameters.${field}`);

export const lotRows: readonly Row[] = [
  ['a lot of nothing', problem(asset({ lotSize: '0' })), refused(badNumber, 'problem.universe[0].lot_size')],
  ['a lot in words', problem(asset({ lotSize: 'ten' })), refused(badNumber, 'problem.universe[0].lot_size')],
  ['a unit worth nothing', problem(asset({ unitValue: 0 })), refused(badNumber, 'problem.universe[0].unit_value')],
  ['a unit worth NaN', problem(asset({ unitValue: NaN })), refused(badNumber, 'problem.universe[0].unit_value')],
  ['a debt as net asset value', problem(worth('-5')), refused(badNumber, 'problem.net_asset_value.amount')],
  [
    'a net asset value in no currency',
    problem(worth('5', 'euros')),
    refused(invalid, 'problem.net_asset_value.currency_code'),
  ],
  ['lots from assets that state none', lotsFrom({}), inParameters('from')],
  ['lots from an asset without a value', lotsFrom({}, priced(0.001, 0.002, undefined, 0.001)), inParameters('from')],
  ['a default lot of nothing', lotsFrom({ defaultLotSize: 0 }), inParameters('defaultLotSize')],
  ['lots of an unknown asset', lotsFrom({ lots: { Z9: 0.1 } }), inParameters('lots.Z9')],
  ['lots from elsewhere', lotsFrom({ from: 'market' }), inParameters('from')],
  [
    'lots whose assets are named and data is not asked for',
    problem(soft('round-lots', { lots: { A0: 0.1 }, of: { assets: ['A1'] } }, {})),
    inParameters('of'),
  ],
  [
    'an odd lot too small to be listed and closed',
    lotsFrom(
      { relativeTo: 'current', closeOut: true },
      { ...priced(1e-6, 1e-6, 1e-6, 1e-6), currentWeights: { values: [0.5000003, 0, 0, 0] } },
    ),
    inParameters('from'),
  ],
  [
    'whole lots that the bounds do not allow',
    problem({
      constraints: [
        { constraintId: 'all', type: 'bounds', parameters: struct({ all: { min: 0.21, max: 0.29 } }) },
        { constraintId: 'lots', type: 'round-lots', parameters: struct({ from: 'asset-data' }) },
      ],
      ...priced(0.01, 0.01, 0.01, 0.01),
    }),
    ends('INFEASIBLE'),
  ],
  ['a least trade of nothing said', traded({ closeOut: true }), refused(broken, 'problem.constraints[0].parameters')],
  ['a least trade of an unknown asset', traded({ assets: { Z9: 0.1 } }), inParameters('assets.Z9')],
  ['a negative least trade of one asset', traded({ assets: { A0: -0.1 } }), inParameters('assets.A0')],
  [
    'money where no net asset value is stated',
    traded({ value: { amount: '100', currency: 'EUR' } }),
    inParameters('value'),
  ],
  [
    'money in another currency',
    traded({ value: { amount: '100', currency: 'USD' } }, worth('10000')),
    inParameters('value.currency'),
  ],
  [
    'money that is more than twice the net asset value',
    traded({ value: { amount: '30000', currency: 'EUR' } }, worth('10000')),
    inParameters('value.amount'),
  ],
  [
    'money that is no number',
    traded({ value: { amount: '1e3', currency: 'EUR' } }, worth('10000')),
    refused(badNumber, 'problem.constraints[0].parameters.value.amount'),
  ],
  ['money without its currency', traded({ value: { amount: '1' } }, worth('10')), inParameters('value.currency')],
];

export const viewRows: readonly Row[] = [
  [
    'a view on an asset and a group in one',
    problem(viewing({ legs: [{ assetId: 'A0', taxonomy: 'sector', group: 'Even', coefficient: 1 }] })),
    refused(invalid, 'problem.views[0].legs[0]'),
  ],
  [
    'a view on a group that nobody is in',
    problem(viewing({ legs: [{ taxonomy: 'sector', group: 'Nowhere', coefficient: 1 }] })),
    refused(invalid, 'problem.views[0].legs[0].group'),
  ],
  [
    'a view on a taxonomy without a group',
    problem(viewing({ legs: [{ taxonomy: 'sector', coefficient: 1 }] })),
    refused(invalid, 'problem.views[0].legs[0]'),
  ],
  [
    'a scenario view without its measure',
    problem(pooling({ measure: 0 })),
    refused(invalid, 'problem.estimation.scenario_views[0].measure'),
  ],
  [
    'a scenario view without its relation',
    problem(pooling({ relation: 0 })),
    refused(invalid, 'problem.estimation.scenario_views[0].relation'),
  ],
  [
    'a quantile without its level',
    problem(pooling({ measure: 'SCENARIO_MEASURE_QUANTILE' })),
    refused(invalid, 'problem.estimation.scenario_views[0].level'),
  ],
  [
    'percent as the value of a view on a mean',
    problem(pooling({ value: 50 })),
    refused(invalid, 'problem.estimation.scenario_views[0].value'),
  ],
  [
    'a mean that no probabilities of the scenarios give',
    problem(pooling({ value: 5 })),
    refused(invalid, 'problem.estimation.scenario_views[0]'),
  ],
  [
    'views on scenarios that are not there',
    problem({ ...pooling({}), scenarios: undefined }),
    refused(invalid, 'problem.scenarios'),
  ],
];
