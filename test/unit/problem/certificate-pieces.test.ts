import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import { objectiveAt } from '../../../src/problem/certificate-figures.ts';
import { piecesAt, pieceSlopes } from '../../../src/problem/certificate-pieces.ts';
import type { Problem } from '../../../src/problem/problem.ts';
import { problemOf } from '../../support/problems.ts';

const pieces = { position: 0, knots: Float64Array.of(-0.1, 0, 0.1), slopes: Float64Array.of(-0.3, -0.01, 0.05, 0.2) };

/** One asset at 0.5 that earns `gain` a unit; rates of 0.02 besides the pieces. */
const oneAsset = (gain: number, rate = 0.02): Problem => {
  const rates = Float64Array.of(rate);
  const trading = { current: Float64Array.of(0.5), buyRate: rates, sellRate: rates, pieces: [pieces] };
  return problemOf(1, { linear: Float64Array.of(gain), trading }, { rows: [] });
};
const claim = (weight: number) => ({
  weights: Float64Array.of(weight),
  multipliers: {
    rows: new Float64Array(0),
    bounds: new Float64Array(1),
    norms: new Float64Array(0),
    tradeLimits: new Float64Array(0),
  },
});

describe('the check of piecewise-linear costs', () => {
  it('adds up the slopes from no trade to the trade, on either side', () => {
    expect(piecesAt(pieces, 0)).to.equal(0);
    expect(piecesAt(pieces, 0.05)).to.be.closeTo(0.0025, 1e-15);
    expect(piecesAt(pieces, 0.3)).to.be.closeTo(0.005 + 0.04, 1e-15);
    expect(piecesAt(pieces, -0.3)).to.be.closeTo(0.001 + 0.06, 1e-15);
    const away = { position: 0, knots: Float64Array.of(0.2), slopes: Float64Array.of(-1, 1) };
    expect(piecesAt(away, 0.5)).to.be.closeTo(-0.2 + 0.3, 1e-15);
    expect(piecesAt(away, -0.5)).to.be.closeTo(0.5, 1e-15);
  });

  it('counts them in the objective', () => {
    expect(objectiveAt(oneAsset(0.1), Float64Array.of(0.8))).to.be.closeTo(-0.08 + 0.006 + 0.045, 1e-15);
  });

  it('takes any slope between those beside a knot that is stood on, and the only one elsewhere', () => {
    const at = (weight: number) => pieceSlopes(oneAsset(0), Float64Array.of(weight))[0]!;
    expect(at(0.5)).to.include({ slope: 0, down: 0.01, up: 0.05 });
    expect(at(0.6 - 1e-12)).to.deep.include({ slope: 0.05, down: 0 });
    expect(at(0.6 - 1e-12).up).to.be.closeTo(0.15, 1e-15);
    expect(at(0.55)).to.include({ slope: 0.05, down: 0, up: 0, beyond: 0 });
    expect(at(0.3)).to.include({ slope: -0.3, down: 0, up: 0 });
  });

  it('passes a knot whose slopes hold the gain, with the rates on top, and no other place', () => {
    // Buying costs 0.07 a unit up to a trade of 0.1 and 0.22 beyond.
    expect(certify(oneAsset(0.1), claim(0.6)).verdict).to.equal('passed');
    expect(certify(oneAsset(0.23), claim(0.6)).verdict).to.equal('failed');
    expect(certify(oneAsset(0.1), claim(0.55)).verdict).to.equal('failed');
    expect(certify(oneAsset(0.1), claim(0.6 + 1e-6)).verdict).to.equal('failed');
    // At no trade the intervals of the rates and of the pieces add up: -0.03 to 0.07.
    expect(certify(oneAsset(0.069), claim(0.5)).verdict).to.equal('passed');
    expect(certify(oneAsset(-0.029), claim(0.5)).verdict).to.equal('passed');
    expect(certify(oneAsset(0.071), claim(0.5)).verdict).to.equal('failed');
    expect(certify(oneAsset(-0.031), claim(0.5)).verdict).to.equal('failed');
  });
});
