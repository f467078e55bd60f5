import { expect } from 'chai';

import { admitCovariance, admitFactorModel, numbersFromBytes } from '../../../src/estimation/risk-model.ts';
import { factorModel } from '../../../src/estimation/factor-model.ts';
import { denseEntries } from '../../../src/estimation/operator.ts';
import type { Universe } from '../../../src/problem/universe.ts';
import { Fault } from '../../../src/values/fault.ts';

const universeOf = (n: number): Universe => ({
  assets: Array.from({ length: n }, (_, i) => ({ id: `A${String(i)}`, groups: {} })),
});

function faultOf(action: () => unknown): Fault {
  try {
    action();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const admit = (n: number, ...entries: number[]): ReturnType<typeof admitCovariance> =>
  admitCovariance(Float64Array.from(entries), universeOf(n), 'annual');

describe('a supplied covariance', () => {
  it('is annualized by its period and kept dense', () => {
    const { covariance, repairs, warnings } = admitCovariance(
      Float64Array.of(0.001, 0, 0, 0.002),
      universeOf(2),
      'monthly',
    );
    expect([...denseEntries(covariance)]).to.deep.equal([0.012, 0, 0, 0.024]);
    expect(repairs).to.deep.equal([]);
    expect(warnings).to.deep.equal([]);
  });

  it('is refused for every entry at fault, at once', () => {
    const fault = faultOf(() => admit(3, 0.04, NaN, 0.01, 0.01, -0.09, 0.02, 0.01, 0.03, 0.05));
    expect(fault.reason).to.equal('RISK_MODEL_INVALID');
    expect(fault.violations.map(({ field }) => field)).to.deep.equal([
      'entries[0][1]',
      'entries[1][1]',
      'entries[2][1]',
    ]);
  });

  it('counts what it does not list', () => {
    const fault = faultOf(() => admitCovariance(new Float64Array(100).fill(NaN), universeOf(10), 'annual'));
    expect(fault.violations).to.have.length(10);
    expect(fault.violations[0]?.description).to.contain('100 entries have such a problem');
  });

  const refused: readonly (readonly [string, () => unknown, string, string])[] = [
    ['of the wrong size', () => admit(2, 1, 2, 3), 'entries', 'must be 2 x 2, 4 numbers; got 3'],
    ['without assets', () => admit(0), 'entries', '1 to 5000 assets; got 0'],
    ['of too many assets', () => admit(5001), 'entries', 'got 5001'],
    ['that is a correlation', () => admit(2, 1, 0.5, 0.5, 1), 'entries', 'this is a correlation'],
    [
      'with one triangle only',
      () => admit(3, 0.04, 0, 0, 0.01, 0.04, 0, 0.01, 0.01, 0.04),
      'entries',
      'only its lower triangle',
    ],
    ['that is asymmetric', () => admit(2, 0.04, 0.01, 0.0101, 0.04), 'entries[1][0]', 'differs from its mirror image'],
  ];
  for (const [what, action, field, description] of refused) {
    it(`${what} is refused by field`, () => {
      const fault = faultOf(action);
      expect(fault.reason).to.equal('RISK_MODEL_INVALID');
      expect(fault.violations[0]?.field).to.equal(field);
      expect(fault.violations[0]?.description).to.contain(description);
    });
  }

  it('that is not positive semidefinite names its smallest eigenvalue and repairs only on request', () => {
    const entries = Float64Array.of(0.04, 0.05, 0.05, 0.04);
    const fault = faultOf(() => admitCovariance(entries, universeOf(2), 'annual'));
    expect(fault.reason).to.equal('COVARIANCE_NOT_PSD');
    expect(Number(fault.metadata['smallestEigenvalue'])).to.be.closeTo(-0.01, 1e-12);
    const { covariance, repairs } = admitCovariance(entries, universeOf(2), 'annual', 'clip');
    for (const value of denseEntries(covariance)) expect(value).to.be.closeTo(0.04, 1e-15);
    expect(repairs).to.have.length(1);
  });

  it('singular, of identical assets or of a perfect hedge, is accepted', () => {
    expect(admit(2, 0.04, 0.04, 0.04, 0.04).repairs).to.deep.equal([]);
    expect(admit(2, 0.04, -0.04, -0.04, 0.04).repairs).to.deep.equal([]);
  });

  it('below zero by rounding is raised, and the raise is told', () => {
    const { covariance, repairs } = admit(2, 0.04, 0.04 * (1 + 1e-11), 0.04 * (1 + 1e-11), 0.04);
    expect(repairs).to.have.length(1);
    expect(repairs[0]?.magnitude).to.equal(0.04 * 1e-10);
    expect(denseEntries(covariance)[0]).to.equal(0.04 + 0.04 * 1e-10);
  });

  it('finds the smallest eigenvalue of a large matrix too', () => {
    const n = 450;
    const entries = new Float64Array(n * n);
    for (let i = 0; i < n; i += 1) entries[i * n + i] = 0.04 + (0.01 * i) / n;
    const [i, j] = [17, 400];
    entries[i * n + j] = entries[j * n + i] = 0.2;
    const fault = faultOf(() => admitCovariance(entries, universeOf(n), 'annual'));
    const [a, b] = [entries[i * n + i]!, entries[j * n + j]!];
    expect(Number(fault.metadata['smallestEigenvalue'])).to.be.closeTo(
      (a + b) / 2 - Math.hypot((a - b) / 2, 0.2),
      1e-7,
    );
    expect(fault.metadata['assets']?.split(',').slice(0, 2).sort()).to.deep.equal(['A17', 'A400']);
  });

  it('warns of riskless assets and of a period that looks wrong', () => {
    expect(admit(2, 0.04, 0, 0, 0).warnings).to.deep.equal([
      'no variance: A1; the optimizer takes such assets as riskless',
    ]);
    expect(admit(1, 0.0001).warnings[0]).to.contain('largest annual volatility is 1.00 %');
    expect(admit(1, 49).warnings[0]).to.contain('700 %');
    expect(admit(1, 1).warnings).to.deep.equal([]);
  });
});

describe('numbers as bytes', () => {
  it('are read as little-endian binary64, whatever their offset', () => {
    const bytes = new Uint8Array(20);
    new DataView(bytes.buffer).setFloat64(4, 0.25, true);
    new DataView(bytes.buffer).setFloat64(12, -3, true);
    expect([...numbersFromBytes(bytes.subarray(4), 2, 'packed')]).to.deep.equal([0.25, -3]);
  });

  it('are refused when some are missing', () => {
    const fault = faultOf(() => numbersFromBytes(new Uint8Array(31), 4, 'covariance.packed'));
    expect(fault.reason).to.equal('RISK_MODEL_INVALID');
    expect(fault.violations).to.deep.equal([
      { field: 'covariance.packed', description: 'must have 8 bytes per number, 32 in all; got 31' },
    ]);
  });
});

describe('a supplied factor model', () => {
  const parameters = {
    period: 'daily' as const,
    factors: ['Market', 'Value'],
    exposures: { A0: [1, 0.5], A1: [1.2, -0.3] },
    factorCovariance: [
      [1e-4, 2e-5],
      [2e-5, 5e-5],
    ],
    specificVariance: { A0: 1e-4, A1: 2e-4 },
  };

  it('keeps its structure and names its factors', () => {
    const { covariance, factors } = factorModel.estimate({ universe: universeOf(2), riskFreeRate: 0 }, parameters);
    expect(covariance.kind).to.equal('factor');
    expect(factors?.names).to.deep.equal(['Market', 'Value']);
    const [first, cross] = denseEntries(covariance);
    expect(first).to.be.closeTo(252 * (1e-4 + 2 * 0.5 * 2e-5 + 0.25 * 5e-5 + 1e-4), 1e-15);
    expect(cross).to.be.closeTo(252 * (1.2e-4 + (0.6 - 0.3) * 2e-5 - 0.15 * 5e-5), 1e-15);
  });

  it('reports assets without exposures, unknown assets and ragged rows together', () => {
    const fault = faultOf(() =>
      factorModel.estimate(
        { universe: universeOf(3), riskFreeRate: 0 },
        { ...parameters, exposures: { A0: [1], A1: [1, 0], B: [1, 1] }, factorCovariance: [[1, 0]] },
      ),
    );
    expect(fault.reason).to.equal('RISK_MODEL_INVALID');
    expect(fault.violations.map(({ field }) => field)).to.deep.equal([
      'exposures["A0"]',
      'exposures["A2"]',
      'specificVariance["A2"]',
      'exposures["B"]',
      'factorCovariance',
    ]);
  });

  it('reports numbers that are none, negative specific variances and an asymmetric factor covariance together', () => {
    const model = {
      factors: ['Market', 'Value'],
      exposures: Float64Array.of(1, NaN, 1, 1),
      factorCovariance: Float64Array.of(0.04, 0.01, 0.02, 0.03),
      specificVariance: Float64Array.of(0.01, -0.01),
      period: 'annual' as const,
    };
    const fault = faultOf(() => admitFactorModel(model, universeOf(2)));
    expect(fault.violations.map(({ field }) => field)).to.deep.equal([
      'exposures[0]',
      'factorCovariance[1][0]',
      'specificVariance[1]',
    ]);
    expect(fault.violations[0]?.description).to.equal('A0 lacks an exposure to Value');
  });

  it('is refused when its factor covariance is not positive semidefinite, and takes standardized factors', () => {
    const model = {
      factors: ['Market', 'Value'],
      exposures: Float64Array.of(1, 0.5),
      factorCovariance: Float64Array.of(0.01, 0.02, 0.02, 0.01),
      specificVariance: Float64Array.of(0.01),
      period: 'annual' as const,
    };
    const fault = faultOf(() => admitFactorModel(model, universeOf(1)));
    expect(fault.reason).to.equal('COVARIANCE_NOT_PSD');
    expect(fault.metadata['assets']).to.equal('Market,Value');
    expect(
      admitFactorModel({ ...model, factorCovariance: Float64Array.of(1, 0.2, 0.2, 1) }, universeOf(1)).repairs,
    ).to.deep.equal([]);
    expect(
      faultOf(() => admitFactorModel({ ...model, factors: ['Market', 'Market'] }, universeOf(1))).violations[0]?.field,
    ).to.equal('factors[1]');
  });
});
