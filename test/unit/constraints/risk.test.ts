import { expect } from 'chai';

import { factorExposure } from '../../../src/constraints/factor-exposure.ts';
import { trackingError } from '../../../src/constraints/tracking-error.ts';
import { turnover } from '../../../src/constraints/turnover.ts';
import { volatility } from '../../../src/constraints/volatility.ts';
import { deviation } from '../../../src/constraints/risk.ts';
import { Fault } from '../../../src/values/fault.ts';
import { bare, fieldsOf, holdingsOf, originOf, rowsOf, situation } from './fixture.ts';

describe('turnover', () => {
  /** Trades +0.1, -0.2, 0, 0, 0, +0.05 against the fixture's current weights. */
  const traded = holdingsOf(0.4, 0, 0.1, 0.1, 0.2, 0.05);
  const expected = {
    'half-sum': 0.175,
    'one-way-buy': 0.15,
    'one-way-sell': 0.2,
    gross: 0.35,
    average: 0.35 / 6,
  } as const;

  for (const [definition, value] of Object.entries(expected) as [keyof typeof expected, number][]) {
    it(`measures ${definition} by its own definition`, () => {
      const [verdict] = turnover.check({ definition, max: 0.1 }, traded, situation);
      expect(verdict?.value).to.be.closeTo(value, 1e-15);
      expect(verdict?.slack).to.be.closeTo(0.1 - value, 1e-15);
    });
  }

  it('limits every trade under the per-asset definition', () => {
    const verdicts = turnover.check({ definition: 'per-asset', max: 0.1 }, traded, situation);
    expect(verdicts.map(({ value }) => Number(value.toFixed(12)))).to.deep.equal([0.1, 0.2, 0, 0, 0, 0.05]);
    expect(verdicts[1]?.text).to.equal('turnover of XOM at most 10 %');
    const bounds = turnover.lower({ definition: 'per-asset', max: 0.1 }, situation, originOf).bounds ?? [];
    expect(bounds[1]).to.deep.include({ lower: 0.1, upper: 0.30000000000000004 });
  });

  it('lowers the sums to one trade limit with the rates of the definition', () => {
    const rates = (definition: keyof typeof expected): number[] => {
      const limit = turnover.lower({ definition, max: 0.1 }, situation, originOf).tradeLimits?.[0];
      return [limit?.buyRate[3] ?? Number.NaN, limit?.sellRate[3] ?? Number.NaN, limit?.bound ?? Number.NaN];
    };
    expect(rates('half-sum')).to.deep.equal([0.5, 0.5, 0.1]);
    expect(rates('one-way-buy')).to.deep.equal([1, 0, 0.1]);
    expect(rates('one-way-sell')).to.deep.equal([0, 1, 0.1]);
    expect(rates('average')).to.deep.equal([1 / 6, 1 / 6, 0.1]);
  });

  it('requires the definition in its schema, and refuses negative and percentage limits', () => {
    expect(turnover.schema.required).to.deep.equal(['definition', 'max']);
    expect(turnover.schema.properties?.['definition']?.default).to.equal(undefined);
    expect(fieldsOf(turnover.admit({ definition: 'gross', max: -0.1 }, situation))).to.deep.equal(['max']);
    expect(turnover.admit({ definition: 'gross', max: 10 }, situation)[0]?.description).to.contain(
      'must be a fraction',
    );
    expect(turnover.admit({ definition: 'gross', max: Number.NaN }, situation)[0]?.reason).to.equal('NUMBER_INVALID');
    expect(turnover.admit({ definition: 'gross', max: 0 }, situation)).to.deep.equal([]);
  });
});

describe('volatility and tracking error', () => {
  it('measures the same risk for every kind of operator', () => {
    const x = Float64Array.of(1, -2);
    const dense = { kind: 'dense', size: 2, entries: Float64Array.of(0.05, 0.02, 0.02, 0.09) } as const;
    const factor = {
      kind: 'factor',
      size: 2,
      factors: 1,
      exposures: Float64Array.of(1, 2),
      factorCovariance: Float64Array.of(0.01),
      specific: Float64Array.of(0.04, 0.05),
    } as const;
    const diagonal = { kind: 'diagonal', size: 2, entries: Float64Array.of(0.04, 0.05) } as const;
    const rank = { kind: 'dense', size: 2, entries: Float64Array.of(0.01, 0.02, 0.02, 0.04) } as const;
    // (1, -2) Sigma (1, -2)' = 0.05 - 4 * 0.02 + 4 * 0.09 = 0.33
    for (const operator of [dense, factor, { kind: 'sum', size: 2, terms: [diagonal, rank] } as const]) {
      expect(deviation(operator, x)).to.be.closeTo(Math.sqrt(0.33), 1e-15);
    }
  });

  it('bounds annual volatility with the limit of the period scaled by the root of time', () => {
    const limit = volatility.lower({ max: 0.01, period: 'daily' }, situation, originOf).norms?.[0];
    expect(limit?.bound).to.be.closeTo(0.01 * Math.sqrt(252), 1e-15);
    const [verdict] = volatility.check({ max: 0.15, period: 'annual' }, holdingsOf(0.5, 0, 0, 0, 0, 0), situation);
    expect(verdict?.value).to.be.closeTo(0.15, 1e-15);
    expect(verdict?.unit).to.equal('annual volatility');
    const [monthly] = volatility.check({ max: 0.1, period: 'monthly' }, holdingsOf(1, 0, 0, 0, 0, 0), situation);
    expect(monthly?.value).to.be.closeTo(0.3 / Math.sqrt(12), 1e-15);
  });

  it('measures tracking error on active weights', () => {
    const parameters = { max: 0.03, period: 'annual', definition: 'ex-ante' } as const;
    const [verdict] = trackingError.check(parameters, holdingsOf(0.35, 0.15, 0.1, 0.1, 0.2, 0.1), situation);
    expect(verdict?.value).to.be.closeTo(Math.sqrt(0.01 * 0.09 + 0.01 * 0.0625), 1e-15);
    expect(trackingError.lower(parameters, situation, originOf).norms?.[0]?.centre).to.equal(situation.benchmark);
    expect(fieldsOf(trackingError.admit(parameters, bare))).to.deep.equal(['']);
  });

  it('refuses negative limits and percentages, and names the missing covariance', () => {
    expect(fieldsOf(volatility.admit({ max: 15, period: 'annual' }, situation))).to.deep.equal(['max']);
    expect(fieldsOf(volatility.admit({ max: -1, period: 'annual' }, situation))).to.deep.equal(['max']);
    expect(() => volatility.lower({ max: 0.1, period: 'annual' }, bare, originOf))
      .to.throw(Fault, 'needs a covariance')
      .with.property('reason', 'RISK_MODEL_INVALID');
  });
});

describe('factor exposure', () => {
  it('sums exposures over weights, or over active weights', () => {
    const exposures = { Value: { min: 0, max: 0.5 } };
    const [row] = rowsOf(factorExposure.lower({ exposures }, situation, originOf));
    expect(row).to.deep.equal({
      coefficients: { AAPL: -1, XOM: 1.5, SAP: 0.5, PFE: 1 },
      lower: 0,
      upper: 0.5,
      text: 'exposure to Value between 0 and 0.5',
    });
    // Benchmark exposure: -0.25 + 0.375 + 0.05 + 0.1 = 0.275
    const [active] = rowsOf(factorExposure.lower({ exposures, relativeTo: 'benchmark' }, situation, originOf));
    expect(active?.lower).to.be.closeTo(0.275, 1e-15);
    const [verdict] = factorExposure.check(
      { exposures, relativeTo: 'benchmark' },
      holdingsOf(0, 0.5, 0, 0, 0, 0),
      situation,
    );
    expect(verdict?.value).to.be.closeTo(0.75 - 0.275, 1e-15);
  });

  it('names unknown factors, a missing model and a missing benchmark', () => {
    const parameters = { exposures: { Size: { max: 1 }, Value: { min: 1, max: 0 } }, relativeTo: 'benchmark' } as const;
    expect(fieldsOf(factorExposure.admit(parameters, situation))).to.deep.equal([
      'exposures.Value.min',
      'exposures.Size',
    ]);
    expect(fieldsOf(factorExposure.admit(parameters, bare))).to.deep.equal([
      'exposures.Value.min',
      'exposures',
      'relativeTo',
    ]);
  });
});
