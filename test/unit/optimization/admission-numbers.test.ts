import { expect } from 'chai';
import { admitStateless } from '../../../src/optimization/admission.ts';
import { catalog, faultOf, fieldsOf } from '../../support/admission.ts';
import { covariance3, matrixOf, none, packedOf, requestOf, vectorOf } from '../../support/optimization.ts';

const inf = Number.POSITIVE_INFINITY;

describe('the numbers of a stateless request', () => {
  it('takes numbers packed as little-endian bytes, and only in their exact length', () => {
    const packed = { rows: 3, columns: 3, values: [], packed: packedOf(covariance3.flat()) };
    const job = admitStateless(
      requestOf({ risk: { kind: 'covariance', matrix: packed, period: 'monthly', repair: true } }),
      catalog,
    );
    expect(job.risk).to.include({ periodsPerYear: 12, repair: true });
    expect(job.risk?.kind === 'covariance' ? [...job.risk.matrix] : []).to.deep.equal(covariance3.flat());
    const cut = { ...packed, packed: packed.packed.subarray(1) };
    expect(
      fieldsOf(requestOf({ risk: { kind: 'covariance', matrix: cut, period: 'annual', repair: false } })),
    ).to.deep.equal(['problem.covariance.matrix.packed']);
    const both = { ...matrixOf(covariance3), packed: packed.packed };
    expect(
      fieldsOf(requestOf({ risk: { kind: 'covariance', matrix: both, period: 'annual', repair: false } })),
    ).to.deep.equal(['problem.covariance.matrix']);
    const neither = { rows: 3, columns: 3, values: [], packed: none };
    expect(
      fieldsOf(requestOf({ risk: { kind: 'covariance', matrix: neither, period: 'annual', repair: false } })),
    ).to.deep.equal(['problem.covariance.matrix']);
  });

  it('refuses big-endian numbers by their absurd size', () => {
    const bytes = packedOf([0.2, 0.3, 0.5]);
    for (let position = 0; position < bytes.length; position += 8) bytes.subarray(position, position + 8).reverse();
    const fields = fieldsOf(requestOf({ benchmarkWeights: { values: [], packed: bytes } }));
    expect(fields).to.include('problem.benchmark_weights');
  });

  it('reads a negative zero as zero', () => {
    const job = admitStateless(requestOf({ currentWeights: vectorOf([-0, 0.5, 0.5]) }), catalog);
    expect(Object.is(job.current[0], 0)).to.equal(true);
    expect(job.cashCurrent).to.equal(0);
  });

  for (const [title, matrix, fields] of [
    [
      'an asymmetric matrix',
      [
        [0.04, 0.01, 0],
        [0.02, 0.04, 0],
        [0, 0, 0.04],
      ],
      ['problem.covariance.matrix[1][0]'],
    ],
    [
      'a negative variance',
      [
        [-0.04, 0, 0],
        [0, 0.04, 0],
        [0, 0, 0.04],
      ],
      ['problem.covariance.matrix[0][0]'],
    ],
    [
      'one triangle only',
      [
        [0.04, 0, 0],
        [0.01, 0.04, 0],
        [0.01, 0.01, 0.04],
      ],
      ['problem.covariance.matrix'],
    ],
    [
      'a correlation matrix',
      [
        [1, 0.2, 0.1],
        [0.2, 1, 0.1],
        [0.1, 0.1, 1],
      ],
      ['problem.covariance.matrix'],
    ],
    [
      'an entry that is no number',
      [
        [0.04, 0, 0],
        [0, Number.NaN, 0],
        [0, 0, 0.04],
      ],
      ['problem.covariance.matrix.values[4]'],
    ],
  ] as const) {
    it(`refuses ${title} as covariance`, () => {
      const risk = { kind: 'covariance', matrix: matrixOf(matrix), period: 'annual', repair: false } as const;
      expect(fieldsOf(requestOf({ risk }))).to.deep.equal(fields);
    });
  }

  it('takes differences of rounding between the triangles and refuses an indefinite matrix with its eigenvalue', () => {
    const rounded = matrixOf([
      [0.04, 0.01, 0],
      [0.01 + 1e-17, 0.04, 0],
      [0, 0, 0.04],
    ]);
    const job = admitStateless(
      requestOf({ risk: { kind: 'covariance', matrix: rounded, period: 'annual', repair: false } }),
      catalog,
    );
    expect(job.risk).to.have.property('kind', 'covariance');
    const indefinite = matrixOf([
      [0.04, 0.039, -0.039],
      [0.039, 0.04, 0.039],
      [-0.039, 0.039, 0.04],
    ]);
    const fault = faultOf(
      requestOf({ risk: { kind: 'covariance', matrix: indefinite, period: 'annual', repair: false } }),
    );
    expect(fault.reason).to.equal('COVARIANCE_NOT_PSD');
    expect(Number(fault.metadata['smallestEigenvalue'])).to.be.closeTo(-0.038, 1e-6);
    expect(fault.violations.map((violation) => violation.field)).to.deep.equal(['problem.covariance']);
  });

  it('does not guess a period, nor what to do where prices are missing', () => {
    const { period: _period, ...risk } = {
      kind: 'covariance',
      matrix: matrixOf(covariance3),
      period: 'annual',
      repair: false,
    } as const;
    const estimation = {
      expectedReturns: { type: 'plain-mean', parameters: {} },
      periodsPerYear: 0,
      windowStart: '',
      windowEnd: '',
    };
    const prices = {
      dates: ['2024-01-01', '2024-01-02'],
      prices: matrixOf([
        [1, 2, 3],
        [2, Number.NaN, 3],
      ]),
    };
    const fault = faultOf(requestOf({ risk, estimation, prices }));
    expect(fault.reason).to.equal('UNIT_REQUIRED');
    expect(fault.violations.map((violation) => violation.field)).to.deep.equal([
      'problem.covariance.period',
      'problem.estimation.missing_prices',
      'problem.estimation.periods_per_year',
    ]);
  });

  it('cuts prices to the window and refuses what is no price history', () => {
    const estimation = {
      expectedReturns: { type: 'plain-mean', parameters: {} },
      missingPrices: 'refuse',
      periodsPerYear: 252,
      windowStart: '2024-01-02',
      windowEnd: '2024-01-03',
    } as const;
    const rows = [
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
      [4, 4, 4],
    ];
    const dates = ['2024-01-01', '2024-01-02', '2024-01-03', '2024-01-04'];
    const job = admitStateless(requestOf({ estimation, prices: { dates, prices: matrixOf(rows) } }), catalog);
    expect([...(job.prices?.prices ?? [])]).to.deep.equal([2, 2, 2, 3, 3, 3]);
    expect(
      fieldsOf(requestOf({ estimation, prices: { dates: [...dates].reverse(), prices: matrixOf(rows) } })),
    ).to.include('problem.prices.dates[1]');
    expect(
      fieldsOf(
        requestOf({
          estimation,
          prices: {
            dates,
            prices: matrixOf([
              [1, 1, 1],
              [2, -2, 2],
              [3, 3, 0],
              [4, 4, 4],
            ]),
          },
        }),
      ),
    ).to.deep.equal(['problem.prices.prices.values[4]', 'problem.prices.prices.values[8]']);
    const fault = faultOf(
      requestOf({
        estimation: { ...estimation, windowStart: '2024-01-03' },
        prices: { dates, prices: matrixOf(rows) },
      }),
    );
    expect(fault.reason).to.equal('INSUFFICIENT_HISTORY');
  });

  it('judges a factor model by its shape and names', () => {
    const fields = fieldsOf(
      requestOf({
        risk: {
          kind: 'factor',
          factors: ['Value', 'Value'],
          exposures: matrixOf([
            [1, 0],
            [0, 1],
            [inf, 1],
          ]),
          factorCovariance: matrixOf([
            [0.04, 0.01],
            [0.01, 0.04],
          ]),
          specificVariance: vectorOf([0.01, -0.01, 0.01]),
        },
      }),
    );
    expect(fields).to.deep.equal([
      'problem.factor_risk.factors[1]',
      'problem.factor_risk.period',
      'problem.factor_risk.exposures.values[4]',
      'problem.factor_risk.specific_variance.values[1]',
    ]);
  });
});
