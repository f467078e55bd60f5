/** Stateless problems that are wrong, odd or contradictory in one way each, with what they must be answered with. */
import { struct } from './client.ts';
import type { Message } from './client.ts';
import { problemMessage } from './market.ts';

/** What a request must be answered with: a reason and a field, or the termination of a solve. */
export type Expected = { readonly reason: string; readonly field: string } | { readonly termination: string };
export type Row = readonly [title: string, request: Message, expected: Expected];

const n = 4;
const values = (of: (row: number, column: number) => number): number[] =>
  Array.from({ length: n * n }, (_, at) => of(Math.floor(at / n), at % n));
const covariance = (of: (row: number, column: number) => number, changes: Message = {}): Message => ({
  covariance: { matrix: { rows: n, columns: n, values: values(of) }, period: 'RETURN_PERIOD_ANNUAL', ...changes },
});
const sound = (row: number, column: number): number => (row === column ? 0.04 : 0.01);
const packed = (bytes: Buffer): Message => ({
  covariance: { matrix: { rows: n, columns: n, packed: bytes }, period: 'RETURN_PERIOD_ANNUAL' },
});
const littleEndian = (numbers: readonly number[]): Buffer => Buffer.from(new Float64Array(numbers).buffer);
const returns = (numbers: readonly number[], changes: Message = {}): Message => ({
  expectedReturns: { values: { values: [...numbers] }, period: 'RETURN_PERIOD_ANNUAL', ...changes },
});
const constraint = (type: string, parameters: Readonly<Record<string, unknown>>, id = type): Message => ({
  constraintId: id,
  type,
  parameters: struct(parameters),
});
const longOnly = constraint('bounds', { all: { min: 0, max: 1 } }, 'long-only');
const constrained = (...constraints: Message[]): Message => ({ constraints: [longOnly, ...constraints] });
const factors = (changes: Message): Message => ({
  factorRisk: {
    factors: ['market'],
    exposures: { rows: n, columns: 1, values: [1, 1.1, 0.9, 1.2] },
    factorCovariance: { rows: 1, columns: 1, values: [0.03] },
    specificVariance: { values: [0.01, 0.02, 0.01, 0.02] },
    period: 'RETURN_PERIOD_ANNUAL',
    ...changes,
  },
  covariance: undefined,
});

const problem = (changes: Message = {}, others: Message = {}): Message => {
  const merged = { ...problemMessage(n), ...covariance(sound), ...changes };
  return {
    problem: Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)),
    strategy: { type: 'minimum-variance' },
    ...others,
  };
};
const refused = (reason: string, field: string): Expected => ({ reason, field });
const ends = (termination: string): Expected => ({ termination: `TERMINATION_REASON_${termination}` });

export const numbers: readonly Row[] = [
  [
    'NaN as a weight held',
    problem({ currentWeights: { values: [Number.NaN, 0, 0, 0] } }),
    refused('NUMBER_INVALID', 'problem.current_weights'),
  ],
  [
    '+Infinity as a return',
    problem(returns([Infinity, 0, 0, 0])),
    refused('NUMBER_INVALID', 'problem.expected_returns'),
  ],
  [
    '-Infinity as a return',
    problem(returns([0, -Infinity, 0, 0])),
    refused('NUMBER_INVALID', 'problem.expected_returns'),
  ],
  ['negative zero, which is zero', problem({ currentWeights: { values: [-0, 0.5, 0.5, -0] } }), ends('OPTIMAL')],
  ['a denormal return', problem(returns([1e-310, 0.05, 0.06, 0.07])), ends('OPTIMAL')],
  [
    'a return that overflows',
    problem(returns([1e308, 0.05, 0.06, 0.07])),
    refused('NUMBER_INVALID', 'problem.expected_returns'),
  ],
  [
    'percent instead of fractions as weights held',
    problem({ currentWeights: { values: [50, 50, 0, 0] } }),
    refused('NUMBER_INVALID', 'problem.current_weights'),
  ],
  [
    'percent instead of a fraction as a cap',
    problem(constrained(constraint('sector', { Even: { max: 50 } }))),
    refused('CONSTRAINT_INVALID', 'problem.constraints[1]'),
  ],
  [
    'basis points instead of a fraction as turnover',
    problem(constrained(constraint('turnover', { definition: 'half-sum', max: 1000 }))),
    refused('CONSTRAINT_INVALID', 'problem.constraints[1]'),
  ],
  [
    '32-bit floats as bytes',
    problem(packed(Buffer.alloc(4 * n * n))),
    refused('RISK_MODEL_INVALID', 'problem.covariance'),
  ],
];

export const riskModels: readonly Row[] = [
  [
    'an asymmetric matrix',
    problem(covariance((row, column) => (row === 0 && column === 1 ? 0.02 : sound(row, column)))),
    refused('RISK_MODEL_INVALID', 'problem.covariance'),
  ],
  [
    'NaN in the matrix',
    problem(covariance((row, column) => (row + column === 1 ? Number.NaN : sound(row, column)))),
    refused('NUMBER_INVALID', 'problem.covariance'),
  ],
  [
    'a negative variance',
    problem(covariance((row, column) => (row === 2 && column === 2 ? -0.04 : sound(row, column)))),
    refused('RISK_MODEL_INVALID', 'problem.covariance'),
  ],
  [
    'zero variance of one asset',
    problem(covariance((row, column) => (row === 3 || column === 3 ? 0 : sound(row, column)))),
    ends('OPTIMAL'),
  ],
  [
    'an indefinite matrix',
    problem(covariance((row, column) => (row === column ? 0.04 : row + column === 3 ? -0.039 : 0.039))),
    refused('COVARIANCE_NOT_PSD', 'problem.covariance'),
  ],
  [
    'two identical assets',
    problem(covariance((row, column) => (row === column || row + column === 1 ? 0.04 : 0.01))),
    ends('OPTIMAL'),
  ],
  [
    'a perfect hedge',
    problem(covariance((row, column) => (row === column ? 0.04 : row + column === 1 ? -0.04 : 0))),
    ends('OPTIMAL'),
  ],
  [
    'another dimension',
    problem({ covariance: { matrix: { rows: 2, columns: 2, values: [1, 0, 0, 1] }, period: 'RETURN_PERIOD_ANNUAL' } }),
    refused('RISK_MODEL_INVALID', 'problem.covariance'),
  ],
  [
    'exposures of too few assets',
    problem(factors({ exposures: { rows: 2, columns: 1, values: [1, 1] } })),
    refused('RISK_MODEL_INVALID', 'problem.factor_risk'),
  ],
  [
    'an indefinite factor covariance',
    problem(factors({ factorCovariance: { rows: 1, columns: 1, values: [-0.03] } })),
    refused('RISK_MODEL_INVALID', 'problem.factor_risk'),
  ],
  [
    'a negative specific variance',
    problem(factors({ specificVariance: { values: [0.01, -0.02, 0.01, 0.02] } })),
    refused('RISK_MODEL_INVALID', 'problem.factor_risk'),
  ],
  [
    'a covariance without its period',
    problem(covariance(sound, { period: 'RETURN_PERIOD_UNSPECIFIED' })),
    refused('UNIT_REQUIRED', 'problem.covariance.period'),
  ],
  [
    'a return without its period',
    problem(returns([0.1, 0.1, 0.1, 0.1], { period: 'RETURN_PERIOD_UNSPECIFIED' })),
    refused('UNIT_REQUIRED', 'problem.expected_returns.period'),
  ],
  [
    'a correlation matrix',
    problem(covariance((row, column) => (row === column ? 1 : 0.2))),
    refused('RISK_MODEL_INVALID', 'problem.covariance'),
  ],
  [
    'a lower triangle',
    problem(covariance((row, column) => (column > row ? 0 : sound(row, column)))),
    refused('RISK_MODEL_INVALID', 'problem.covariance'),
  ],
  [
    'bytes of the wrong length',
    problem(packed(littleEndian(values(sound)).subarray(8))),
    refused('RISK_MODEL_INVALID', 'problem.covariance'),
  ],
  [
    'big-endian bytes',
    problem(packed(Buffer.from(littleEndian(values(sound))).swap64())),
    refused('RISK_MODEL_INVALID', 'problem.covariance'),
  ],
  ['no asset', problem({ universe: [] }), refused('INVALID_ARGUMENT', 'problem.universe')],
  ['one asset', { problem: problemMessage(1), strategy: { type: 'minimum-variance' } }, ends('OPTIMAL')],
  [
    'too few prices to estimate from',
    problem({
      covariance: undefined,
      expectedReturns: undefined,
      prices: { dates: ['2024-01-02'], prices: { rows: 1, columns: n, values: [10, 11, 12, 13] } },
      estimation: { covariance: { type: 'sample' }, missingPrices: 'MISSING_PRICES_REFUSE', periodsPerYear: 252 },
    }),
    refused('INSUFFICIENT_HISTORY', 'problem.prices'),
  ],
];

let deep = 'A0';
for (let level = 0; level < 101; level += 1) deep = `(${deep})`;

export const objectives: readonly Row[] = [
  [
    'a lower bound above the upper',
    problem(constrained(constraint('bounds', { all: { min: 0.3, max: 0.2 } }, 'crossed'))),
    refused('CONSTRAINT_INVALID', 'problem.constraints[1]'),
  ],
  [
    'lower bounds that sum to more than 1',
    problem(constrained(constraint('bounds', { all: { min: 0.3 } }, 'floors'))),
    ends('INFEASIBLE'),
  ],
  [
    'upper bounds that sum to less than 1',
    problem(constrained(constraint('bounds', { all: { max: 0.2 } }, 'caps'))),
    ends('INFEASIBLE'),
  ],
  ['all caps 0', problem(constrained(constraint('bounds', { all: { max: 0 } }, 'nothing'))), ends('INFEASIBLE')],
  [
    'an asset that is not in the universe',
    problem(constrained(constraint('no-buy', { assets: ['Z9'] }))),
    refused('CONSTRAINT_INVALID', 'problem.constraints[1]'),
  ],
  [
    'a floor on a sector that nobody is in',
    problem(constrained(constraint('sector', { Nowhere: { min: 0.1 } }))),
    refused('CONSTRAINT_INVALID', 'problem.constraints[1]'),
  ],
  [
    'the same constraint id twice',
    problem(
      constrained(constraint('sector', { Even: { max: 0.9 } }, 'x'), constraint('sector', { Odd: { max: 0.9 } }, 'x')),
    ),
    refused('ID_INVALID', 'problem.constraints[2].constraint_id'),
  ],
  [
    'contradicting mandates',
    problem(
      constrained(constraint('sector', { Even: { min: 0.8 } }, 'a'), constraint('sector', { Even: { max: 0.2 } }, 'b')),
    ),
    ends('INFEASIBLE'),
  ],
  [
    'a negative risk aversion',
    problem({}, { strategy: { type: 'quadratic-utility', parameters: struct({ riskAversion: -1 }) } }),
    refused('INVALID_ARGUMENT', 'strategy.parameters'),
  ],
  ['an unknown strategy', problem({}, { strategy: { type: 'max-sharp' } }), refused('UNKNOWN_TYPE', 'strategy.type')],
  [
    'an unknown constraint type',
    problem(constrained(constraint('magic', {}))),
    refused('UNKNOWN_TYPE', 'problem.constraints[1].type'),
  ],
  [
    'return without bound',
    problem(
      {
        ...covariance((row, column) => (row === column && row > 1 ? 0.04 : 0)),
        ...returns([0.05, 0.15, 0.1, 0.1]),
        constraints: [],
      },
      { strategy: { type: 'quadratic-utility', parameters: struct({ riskAversion: 2 }) } },
    ),
    ends('UNBOUNDED'),
  ],
  [
    'no tracking error while a benchmark name is excluded',
    problem({
      benchmarkWeights: { values: [0.25, 0.25, 0.25, 0.25] },
      ...constrained(
        constraint('tracking-error', { max: 0, period: 'annual', definition: 'ex-ante' }),
        constraint('exclusion', { assets: ['A0'] }),
      ),
    }),
    ends('INFEASIBLE'),
  ],
  [
    'no turnover while a holding breaks its bound',
    problem({
      currentWeights: { values: [0.7, 0.3, 0, 0] },
      ...constrained(
        constraint('turnover', { definition: 'half-sum', max: 0 }),
        constraint('bounds', { all: { max: 0.6 } }, 'caps'),
      ),
    }),
    ends('INFEASIBLE'),
  ],
  [
    'less turnover than the cash asked for needs',
    problem({
      currentWeights: { values: [0.5, 0.5, 0, 0] },
      ...constrained(
        constraint('turnover', { definition: 'half-sum', max: 0.1 }),
        constraint('cash', { min: 0.5, max: 0.6 }),
      ),
    }),
    ends('INFEASIBLE'),
  ],
  [
    'turnover without its definition',
    problem(constrained(constraint('turnover', { max: 0.1 }))),
    refused('CONSTRAINT_INVALID', 'problem.constraints[1]'),
  ],
  [
    'benchmark weights that do not sum to 1',
    problem({ benchmarkWeights: { values: [0.5, 0.2, 0.1, 0.1] } }),
    refused('INVALID_ARGUMENT', 'problem.benchmark_weights'),
  ],
  [
    'an expression 101 levels deep',
    problem(constrained(constraint('linear-text', { expression: `${deep} >= 0.1` }))),
    refused('CONSTRAINT_INVALID', 'problem.constraints[1]'),
  ],
  [
    'a time limit beyond the cap',
    problem({}, { limits: { secondsMax: 1e9 } }),
    refused('INVALID_ARGUMENT', 'limits.seconds_max'),
  ],
  [
    'too many constraints',
    problem({
      constraints: Array.from({ length: 10_001 }, (_, index) =>
        constraint('sector', { Even: { max: 0.9 } }, `c${String(index)}`),
      ),
    }),
    refused('INVALID_ARGUMENT', 'problem.constraints'),
  ],
  [
    'two assets of one id',
    problem({ universe: [...(problemMessage(3)['universe'] as Message[]), { assetId: 'A0' }] }),
    refused('ID_INVALID', 'problem.universe[3].asset_id'),
  ],
];
