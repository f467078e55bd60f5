import { expect } from 'chai';
import { minorantAt, minorantOf, tailAt } from '../../../src/problem/certificate-tails.ts';
import { certify } from '../../../src/problem/certificate.ts';
import { verifyInfeasibility } from '../../../src/problem/certificate-infeasibility.ts';
import type { Problem, TailMeasure } from '../../../src/problem/problem.ts';
import type { Multipliers } from '../../../src/problem/solution.ts';
import { originOf, problemOf } from '../../support/problems.ts';

const floats = (...values: number[]): Float64Array => Float64Array.from(values);

/** Two assets, four scenarios. */
const scenarios = floats(0.1, 0, -0.2, 0, 0.05, 0, -0.1, 0.02);
const cvar: TailMeasure = { kind: 'cvar', scenarios, level: 0.5 };
const drawdown: TailMeasure = { kind: 'drawdown', scenarios, level: 0 };
const deviation: TailMeasure = { kind: 'mean-absolute-deviation', scenarios, level: 0 };
const first = floats(1, 0);

describe('a tail measure', () => {
  it('is the mean of the worst share, the scenario at the boundary counted in part', () => {
    expect(tailAt(cvar, first)).to.be.closeTo(0.15, 1e-15);
    expect(tailAt({ ...cvar, level: 0.6 }, first)).to.be.closeTo((0.25 * 0.2 + 0.15 * 0.1) / 0.4, 1e-15);
    expect(tailAt({ ...cvar, level: 1 }, first)).to.equal(0.2);
    expect(tailAt({ ...cvar, level: 0 }, first)).to.be.closeTo(0.0375, 1e-15);
    expect(tailAt({ ...cvar, probabilities: floats(0.7, 0.1, 0.1, 0.1) }, first)).to.be.closeTo(
      (0.1 * 0.2 + 0.1 * 0.1 - 0.1 * 0.05 - 0.2 * 0.1) / 0.5,
      1e-15,
    );
  });

  it('is the fall of the running sum from its peak, which begins at 0', () => {
    // 0.1, -0.1, -0.05, -0.15 below a peak of 0.1 from the first result on.
    expect(tailAt(drawdown, first)).to.be.closeTo((0 + 0.2 + 0.15 + 0.25) / 4, 1e-15);
    expect(tailAt({ ...drawdown, level: 1 }, first)).to.be.closeTo(0.25, 1e-15);
  });

  it('is the mean distance from the mean', () => {
    expect(tailAt(deviation, first)).to.be.closeTo((0.1375 + 0.1625 + 0.0875 + 0.0625) / 4, 1e-15);
  });

  it('is taken of what the weights are beyond the centre', () => {
    expect(tailAt({ ...cvar, centre: first }, first)).to.equal(0);
  });
});

describe('the stress of a tail measure', () => {
  it('stands for a linear function that touches the measure where it is attained', () => {
    const attained = [
      [cvar, { losses: floats(0, 0.5, 0, 0.5) }],
      [drawdown, { losses: floats(0.25, 0.25, 0.25, 0.25), peaks: floats(0, 1, 0, 0, 0) }],
      [deviation, { losses: floats(0.25, -0.25, 0.25, -0.25) }],
    ] as const;
    for (const [measure, stress] of attained) {
      const minorant = minorantOf(measure, stress, 2);
      expect(minorant.broken, measure.kind).to.be.below(1e-15);
      expect(minorantAt(minorant, measure, first), measure.kind).to.be.closeTo(tailAt(measure, first), 1e-15);
      for (const w of [floats(0, 1), floats(-1, 2), floats(0.5, 0.5)])
        expect(minorantAt(minorant, measure, w), measure.kind).to.be.at.most(tailAt(measure, w) + 1e-15);
    }
  });

  it('is refused beyond its caps, without its sum, and with losses before their peaks', () => {
    const broken = (measure: TailMeasure, stress: { losses: Float64Array; peaks?: Float64Array }): number =>
      minorantOf(measure, stress, 2).broken;
    expect(broken(cvar, { losses: floats(0, 1, 0, 0) })).to.be.above(0.01);
    expect(broken(cvar, { losses: floats(-0.5, 0.5, 0.5, 0.5) })).to.be.above(0.01);
    expect(broken(cvar, { losses: floats(0, 0.5, 0, 0) })).to.be.above(0.01);
    expect(broken(cvar, { losses: floats(0, 0.5, 0.5) })).to.be.NaN;
    expect(broken(cvar, { losses: floats(0, NaN, 0, 0.5) })).to.be.NaN;
    const losses = floats(0.25, 0.25, 0.25, 0.25);
    expect(broken(drawdown, { losses, peaks: floats(0, 0.5, 0, 0, 0.5) })).to.be.above(0.01);
    expect(broken(drawdown, { losses, peaks: floats(0, 0.5, 0, 0, 0) })).to.be.above(0.01);
    expect(broken(drawdown, { losses, peaks: floats(2, -1, 0, 0, 0) })).to.be.above(0.01);
    expect(broken(drawdown, { losses })).to.be.NaN;
    expect(broken(deviation, { losses: floats(0.5, 0, 0, 0) })).to.be.above(0.01);
  });
});

describe('the certificate of a problem with tails', () => {
  const none = { norms: floats(), tradeLimits: floats() };
  /** Least CVaR: the second asset alone loses nothing. */
  const least: Problem = problemOf(2, { tailTerms: [{ ...cvar, weight: 1 }] });
  // At the second asset all that matters is its gain of 0.02 in the last scenario: half of any two others.
  const prices: Multipliers = {
    ...none,
    rows: floats(0),
    bounds: floats(-0.1, 0),
    tailTerms: [{ losses: floats(0, 0.5, 0.5, 0) }],
  };

  it('passes weights whose stress balances the gradient', () => {
    const multipliers = { ...prices, bounds: floats(-0.075, 0) };
    const certificate = certify(least, { weights: floats(0, 1), multipliers });
    expect(certificate.detail).to.equal('every residual at most 1e-8');
    expect(certificate.objective).to.equal(0);
  });

  it('fails a stress that is not attained, or missing', () => {
    expect(certify(least, { weights: floats(0, 1), multipliers: prices }).verdict).to.equal('failed');
    const elsewhere = { ...prices, tailTerms: [{ losses: floats(0, 0, 0.5, 0.5) }] };
    expect(certify(least, { weights: floats(0, 1), multipliers: elsewhere }).verdict).to.equal('failed');
    expect(certify(least, { weights: floats(0, 1), multipliers: { ...prices, tailTerms: [] } }).verdict).to.equal(
      'failed',
    );
  });

  const limited = (bound: number): Problem => ({
    ...problemOf(2, { linear: floats(0.1, 0) }),
    tails: [{ ...cvar, bound, origin: originOf('tail') }],
  });

  it('prices a limit by its stress, in the figures too', () => {
    // The last scenario and the second lose most: 0.15 a unit of the first asset, less 0.01 of the second.
    const weights = floats(0.5, 0.5);
    const stress = { losses: floats(0, 0.5, 0, 0.5) };
    const price = 0.1 / 0.16;
    const multipliers = { ...none, rows: floats(0.01 * price), bounds: floats(0, 0), tails: [{ price, stress }] };
    const problem = limited(0.07);
    const certificate = certify(problem, { weights, multipliers });
    expect(certificate.detail).to.equal('every residual at most 1e-8');
    const figure = certificate.restrictions.find(({ kind }) => kind === 'tail');
    expect(figure?.value).to.be.closeTo(0.07, 1e-15);
    expect(figure?.multiplier).to.equal(price);
    const negative = { ...multipliers, tails: [{ price: -price, stress }] };
    expect(certify(problem, { weights, multipliers: negative }).verdict).to.equal('failed');
  });

  it('takes a limit into a proof that no portfolio exists', () => {
    const problem = { ...limited(-0.005), lower: floats(0.2, 0) };
    const proof = {
      ...none,
      rows: floats(-0.01),
      bounds: floats(0, 0),
      directions: [],
      slopes: [],
      tails: [{ price: 1, stress: { losses: floats(0, 0.5, 0, 0.5) } }],
    };
    // 0.15 w_1 - 0.01 w_2 <= -0.005 and w_1 + w_2 = 1: at least 0.2 of the first asset is too much.
    expect(verifyInfeasibility(problem, { ...proof, rows: floats(0.01) }).proven).to.equal(true);
    expect(verifyInfeasibility({ ...problem, lower: floats(0, 0) }, { ...proof, rows: floats(0.01) }).proven).to.equal(
      false,
    );
    const short = [{ price: 1, stress: { losses: floats(0, 0.5) } }];
    expect(verifyInfeasibility(problem, { ...proof, tails: short }).detail).to.include('wrong size');
    const negative = [{ price: -1, stress: { losses: floats(0, 0.5, 0, 0.5) } }];
    expect(verifyInfeasibility(problem, { ...proof, tails: negative }).proven).to.equal(false);
  });
});
