import { expect } from 'chai';

import { beta } from '../../../src/constraints/beta.ts';
import { marketNeutral } from '../../../src/constraints/market-neutral.ts';
import { normalQuantile } from '../../../src/constraints/normal-quantile.ts';
import { riskContribution } from '../../../src/constraints/risk-contribution.ts';
import { stressLoss } from '../../../src/constraints/stress-loss.ts';
import { valueAtRisk } from '../../../src/constraints/value-at-risk.ts';
import { volatility } from '../../../src/constraints/volatility.ts';
import type { Situation } from '../../../src/problem/situation.ts';
import { Fault } from '../../../src/values/fault.ts';
import { bare, fieldsOf, holdingsOf, originOf, rowsOf, situation } from './fixture.ts';

const variances = [0.09, 0.0625, 0.04, 0.04, 0.0025, 0.0225];
const benchmark = [...situation.benchmark!];
const benchmarkVariance = variances.reduce((sum, variance, i) => sum + variance * benchmark[i]! ** 2, 0);

describe('beta', () => {
  it('is the covariance with the benchmark over its variance: 1 for the benchmark itself', () => {
    const valueOf = (...weights: number[]): number =>
      beta.check({ from: 'covariance', max: 1 }, holdingsOf(...weights), situation)[0]!.value;
    expect(valueOf(...benchmark)).to.be.closeTo(1, 1e-15);
    expect(valueOf(0, 1, 0, 0, 0, 0)).to.be.closeTo((0.0625 * 0.25) / benchmarkVariance, 1e-15);
    expect(beta.needs?.({ from: 'covariance', max: 1 })).to.deep.equal(['covariance']);
  });

  it('is a weighted sum of what the assets carry, by name', () => {
    const market: Situation = {
      ...situation,
      universe: {
        assets: situation.universe.assets.map((asset, i) => ({ ...asset, characteristics: { slope: 0.5 + 0.1 * i } })),
      },
    };
    const source = { from: 'characteristic', characteristic: 'slope' } as const;
    const [verdict] = beta.check({ ...source, max: 0.6 }, holdingsOf(0.5, 0.5, 0, 0, 0, 0), market);
    expect(verdict?.value).to.be.closeTo(0.55, 1e-15);
    expect(verdict?.text).to.equal('beta by characteristic slope at most 0.6');
    expect(beta.needs?.({ ...source, max: 1 })).to.deep.equal([]);
    expect(fieldsOf(beta.admit({ ...source, max: 1 }, situation))).to.deep.equal(['characteristic']);
    const [row] = rowsOf(beta.lower({ ...source, min: 0, relativeTo: 'current' }, market, originOf));
    // Held: 0.3 * 0.5 + 0.2 * 0.6 + 0.1 * 0.7 + 0.1 * 0.8 + 0.2 * 0.9 = 0.6.
    expect(row?.lower).to.be.closeTo(0.6, 1e-15);
  });

  it('needs a benchmark with risk, and no name of a characteristic beside the covariance', () => {
    expect(fieldsOf(beta.admit({ from: 'covariance', max: 1 }, bare))).to.deep.equal(['from']);
    expect(fieldsOf(beta.admit({ from: 'covariance', characteristic: 'x', max: 1 }, situation))).to.deep.equal([
      'characteristic',
    ]);
    const still = { ...situation, benchmark: new Float64Array(6) };
    expect(() => beta.lower({ from: 'covariance', max: 1 }, still, originOf)).to.throw(Fault, 'without risk');
  });

  it('stands within a band around 0 when the portfolio is market neutral', () => {
    const neutral = { from: 'covariance', tolerance: 0.1 } as const;
    expect(marketNeutral.check(neutral, holdingsOf(...benchmark), situation)[0]?.slack).to.be.closeTo(-0.9, 1e-15);
    expect(marketNeutral.check(neutral, holdingsOf(0, 0, 0, 0, 0, 0), situation)[0]?.slack).to.equal(0.1);
    expect(fieldsOf(marketNeutral.admit({ from: 'covariance', tolerance: -1 }, situation))).to.deep.equal([
      'tolerance',
    ]);
  });
});

describe('a stress scenario', () => {
  const fall = { scenario: 'fall', max: 0.1 };

  it('loses weight times shock; what no shock meets stays', () => {
    const shocks = { assetClasses: { Equities: -0.3 }, assets: { PFE: -0.1 } };
    const [verdict] = stressLoss.check({ ...fall, shocks }, holdingsOf(0.2, 0.1, 0.1, 0.2, 0.4, 0), situation);
    expect(verdict?.value).to.be.closeTo(0.4 * 0.3 + 0.2 * 0.1, 1e-15);
    expect(verdict?.text).to.equal('loss in fall at most 10 %');
    const [row] = rowsOf(stressLoss.lower({ ...fall, shocks }, situation, originOf));
    expect(row?.coefficients).to.deep.equal({ AAPL: 0.3, XOM: 0.3, SAP: 0.3, PFE: 0.1 });
  });

  it('reaches assets through the exposures to shocked factors, and uninvested cash through its class', () => {
    const factors = { shocks: { factors: { Value: -0.1, Momentum: 0.05 } } };
    // AAPL: -1 * -0.1 + 1 * 0.05 = 0.15.
    expect(stressLoss.check({ ...fall, ...factors }, holdingsOf(1, 0, 0, 0, 0, 0), situation)[0]?.value).to.be.closeTo(
      -0.15,
      1e-15,
    );
    const cash = { shocks: { assetClasses: { Cash: -0.02 } } };
    expect(stressLoss.check({ ...fall, ...cash }, holdingsOf(0.5, 0, 0, 0, 0, 0), situation)[0]?.value).to.be.closeTo(
      0.01,
      1e-15,
    );
  });

  it('is measured against the benchmark or what is held when it is relative', () => {
    const shocks = { assets: { AAPL: -0.4 } };
    const held = holdingsOf(0.5, 0, 0, 0, 0, 0);
    const valueOf = (relativeTo: 'benchmark' | 'current'): number =>
      stressLoss.check({ ...fall, shocks, relativeTo }, held, situation)[0]!.value;
    expect(valueOf('benchmark')).to.be.closeTo(0.25 * 0.4, 1e-15);
    expect(valueOf('current')).to.be.closeTo(0.2 * 0.4, 1e-15);
  });

  it('refuses shocks that meet in one asset unless they are to be added', () => {
    const shocks = { sectors: { Technology: -0.2 }, countries: { DE: -0.1 } };
    const [violation] = stressLoss.admit({ ...fall, shocks }, situation);
    expect(violation?.field).to.equal('shocks');
    expect(violation?.description).to.contain('sector Technology and country DE meet in SAP');
    expect(stressLoss.admit({ ...fall, shocks, overlap: 'add' }, situation)).to.deep.equal([]);
    const own = { ...shocks, assets: { SAP: -0.15 } };
    expect(stressLoss.admit({ ...fall, shocks: own }, situation)).to.deep.equal([]);
    const added = stressLoss.check({ ...fall, shocks, overlap: 'add' }, holdingsOf(0, 0, 1, 0, 0, 0), situation);
    expect(added[0]?.value).to.be.closeTo(0.3, 1e-15);
  });

  it('meets what funds hold when they are looked through', () => {
    const [stock] = situation.universe.assets;
    const outside = { id: 'OUTSIDE', sector: 'Utilities', groups: {} };
    const assets = situation.universe.assets.map((asset) => {
      if (asset.id !== 'GLD') return asset;
      const holdings = [stock!, outside].map((held, k) => ({ asset: held, weight: 0.5 - 0.2 * k }));
      return { ...asset, holdings };
    });
    const market = { ...situation, universe: { assets } };
    const all = holdingsOf(0, 0, 0, 0, 0, 1);
    const lossOf = (shocks: object, lookThrough: boolean): number =>
      stressLoss.check({ ...fall, shocks, lookThrough }, all, market)[0]!.value;
    const shocks = { sectors: { Technology: -0.2, Utilities: -0.1 } };
    expect(lossOf(shocks, false)).to.equal(0);
    expect(lossOf(shocks, true)).to.be.closeTo(0.5 * 0.2 + 0.3 * 0.1, 1e-15);
    expect(lossOf({ ...shocks, assets: { GLD: -0.4 } }, true)).to.be.closeTo(0.4, 1e-15);
    expect(lossOf({ ...shocks, assets: { OUTSIDE: -0.5 } }, true)).to.be.closeTo(0.5 * 0.2 + 0.3 * 0.5, 1e-15);
    expect(stressLoss.admit({ ...fall, shocks, lookThrough: true }, market)).to.deep.equal([]);
    expect(fieldsOf(stressLoss.admit({ ...fall, shocks }, market))).to.deep.equal(['shocks.sectors.Utilities']);
  });

  it('refuses names that nothing has, and returns that are none', () => {
    const shocks = {
      assets: { NONE: -0.1, AAPL: -30 },
      groups: { none: { a: -0.1 }, theme: { Water: -0.1 } },
      factors: { Size: 1 },
    };
    expect(fieldsOf(stressLoss.admit({ ...fall, shocks }, situation))).to.deep.equal([
      'shocks.assets.AAPL',
      'shocks.assets.NONE',
      'shocks.groups.none',
      'shocks.groups.theme.Water',
      'shocks.factors.Size',
    ]);
    expect(fieldsOf(stressLoss.admit({ ...fall, shocks: { factors: { Value: -0.1 } } }, bare))).to.deep.equal([
      'shocks.factors',
    ]);
  });
});

describe('normal value at risk', () => {
  it('is the quantile times the volatility of the period', () => {
    const parameters = { max: 0.02, level: 0.95, period: 'daily', definition: 'normal-zero-mean' } as const;
    const [verdict] = valueAtRisk.check(parameters, holdingsOf(1, 0, 0, 0, 0, 0), situation);
    expect(verdict?.value).to.be.closeTo((1.6448536269514722 * 0.3) / Math.sqrt(252), 1e-14);
    const [norm] = valueAtRisk.lower(parameters, situation, originOf).norms ?? [];
    expect(norm?.bound).to.be.closeTo((0.02 * Math.sqrt(252)) / 1.6448536269514722, 1e-14);
    expect(fieldsOf(valueAtRisk.admit({ ...parameters, level: 0.05, max: -1 }, situation))).to.deep.equal([
      'max',
      'level',
    ]);
    expect(fieldsOf(valueAtRisk.admit({ ...parameters, level: 1 }, situation))).to.deep.equal(['level']);
  });

  it('has the quantiles of the tables', () => {
    // Abramowitz and Stegun (1964), table 26.5, and Wichura (1988), algorithm AS 241.
    const quantiles = { 0.5: 0, 0.9: 1.2815515655446004, 0.975: 1.959963984540054, 0.99: 2.3263478740408408 };
    for (const [level, expected] of Object.entries(quantiles))
      expect(normalQuantile(Number(level)), level).to.be.closeTo(expected, 1e-14);
    expect(normalQuantile(0.9999999)).to.be.closeTo(5.199337582187471, 1e-8);
  });
});

describe('volatility as a multiple of that of the benchmark', () => {
  it('is 1 for the benchmark, whatever the period', () => {
    const parameters = { max: 0.9, period: 'monthly', relativeTo: 'benchmark-multiple' } as const;
    const [verdict] = volatility.check(parameters, holdingsOf(...benchmark), situation);
    expect(verdict?.value).to.be.closeTo(1, 1e-15);
    expect(verdict?.text).to.equal('volatility at most 0.9 times that of the benchmark');
    const [norm] = volatility.lower(parameters, situation, originOf).norms ?? [];
    expect(norm?.bound).to.be.closeTo(0.9 * Math.sqrt(benchmarkVariance), 1e-15);
    expect(fieldsOf(volatility.admit(parameters, bare))).to.deep.equal(['relativeTo']);
  });
});

describe('contributions to risk', () => {
  /** Variance 0.25 * 0.09 + 0.25 * 0.0625 = 0.038125. */
  const two = holdingsOf(0.5, 0.5, 0, 0, 0, 0);

  it('of assets and sectors are shares of the variance', () => {
    const verdicts = riskContribution.check({ by: 'asset', all: { max: 0.5 } }, two, situation);
    expect(verdicts).to.have.length(6);
    expect(verdicts[0]?.value).to.be.closeTo(0.0225 / 0.038125, 1e-15);
    expect(verdicts[0]?.text).to.equal('share of risk of asset AAPL at most 50 %');
    expect(verdicts.reduce((sum, { value }) => sum + value, 0)).to.be.closeTo(1, 1e-15);
    const sectors = { by: 'sector', limits: { Technology: { max: 0.5 }, Energy: { min: 0.3 } } } as const;
    expect(riskContribution.check(sectors, two, situation).map(({ slack }) => slack > 0)).to.deep.equal([false, true]);
    const { riskShares } = riskContribution.lower(sectors, situation, originOf);
    expect(riskShares?.map(({ contribution }) => contribution)).to.deep.equal([
      { kind: 'assets', positions: Int32Array.of(0, 2) },
      { kind: 'assets', positions: Int32Array.of(1) },
    ]);
  });

  it('of factors leave the specific risk over', () => {
    const exposures = situation.factors!.exposures;
    const covariance = {
      kind: 'factor',
      size: 6,
      factors: 2,
      exposures,
      factorCovariance: Float64Array.of(0.04, 0.01, 0.01, 0.09),
      specific: new Float64Array(6).fill(0.02),
    } as const;
    const model = { ...situation, covariance };
    // AAPL: exposures -1 and 1. Variance 0.04 - 0.02 + 0.09 + 0.02 = 0.13; Value -1 * (-0.04 + 0.01), Momentum 1 * (-0.01 + 0.09).
    const verdicts = riskContribution.check({ by: 'factor', all: { max: 0.5 } }, holdingsOf(1, 0, 0, 0, 0, 0), model);
    expect(verdicts.map(({ value }) => value * 0.13).map((value) => Number(value.toFixed(12)))).to.deep.equal([
      0.03, 0.08,
    ]);
    expect(() => riskContribution.lower({ by: 'factor', all: { max: 0.5 } }, situation, originOf)).to.throw(
      Fault,
      'need a factor model',
    );
  });

  it('hold where there is no risk at all', () => {
    const [verdict] = riskContribution.check(
      { by: 'asset', all: { min: 0.1, max: 0.5 } },
      holdingsOf(0, 0, 0, 0, 0, 0),
      situation,
    );
    expect(verdict?.slack).to.equal(0);
  });

  it('are limited by names that are known', () => {
    const asked = { by: 'sector', limits: { Energy: { max: 0.5 }, None: { max: 0.5 } } } as const;
    expect(fieldsOf(riskContribution.admit(asked, situation))).to.deep.equal(['limits.None']);
    expect(fieldsOf(riskContribution.admit({ by: 'factor', all: { max: 0.5 } }, bare))).to.deep.equal(['by']);
    expect(fieldsOf(riskContribution.admit({ by: 'asset' }, situation))).to.deep.equal(['']);
    const crossed = { by: 'asset', all: { max: 0.2 }, limits: { AAPL: { min: 0.3 } } } as const;
    expect(fieldsOf(riskContribution.admit(crossed, situation))).to.deep.equal(['limits.AAPL']);
  });
});
