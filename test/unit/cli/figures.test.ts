import { expect } from 'chai';

import { balance, bar } from '../../../src/cli/display/bar.ts';
import { chartLines, rangeOf } from '../../../src/cli/display/chart.ts';
import {
  amount,
  elapsed,
  figure,
  money,
  percent,
  price,
  separated,
  signedPercent,
} from '../../../src/cli/display/figures.ts';
import { closeness, solvingLine } from '../../../src/cli/display/solving.ts';
import { widthOf } from '../../../src/cli/display/terminal.ts';

describe('figures', () => {
  it('carry their unit, and no negative zero', () => {
    expect(percent(0.1234)).to.equal('12.34 %');
    expect(percent(-0.00001)).to.equal('0.00 %');
    expect(signedPercent(0.01)).to.equal('+1.00 %');
    expect(signedPercent(-0.01)).to.equal('-1.00 %');
    expect(signedPercent(0)).to.equal('0.00 %');
    expect(elapsed(312)).to.equal('312 ms');
    expect(elapsed(1240)).to.equal('1.24 s');
    expect(elapsed(83_400)).to.equal('83 s');
    expect(figure(0.82143)).to.equal('0.8214');
    expect(figure(3.14e-9)).to.equal('3.1e-9');
  });

  it('keep every digit of money', () => {
    expect(separated('1234567.8901')).to.equal('1,234,567.8901');
    expect(separated('-1234')).to.equal('-1,234');
    expect(amount('12.3')).to.equal('12.30');
    expect(amount('12345678901234567.0123456789')).to.equal('12,345,678,901,234,567.0123456789');
    expect(money({ currencyCode: 'USD', amount: '1234.5' })).to.equal('1,234.50 USD');
    expect(money(undefined)).to.equal('-');
    expect(price('172.440002')).to.equal('172.44');
    expect(price('0.117203')).to.equal('0.1172');
  });
});

describe('a bar', () => {
  it('is exactly as wide as asked, whatever it shows', () => {
    for (const fraction of [-1, 0, 0.01, 0.3, 0.5, 0.999, 1, 2, Number.NaN])
      expect(widthOf(bar(fraction, 10))).to.equal(10);
    expect(bar(0.5, 4)).to.equal('██░░');
    expect(bar(0.25, 2)).to.equal('▌░');
  });

  it('has a middle for two sides', () => {
    expect(balance(-0.5, 9)).to.equal('  ██│    ');
    expect(balance(1, 9)).to.equal('    │████');
  });
});

describe('the line of a solve', () => {
  const progress = {
    phase: 'a phase with a long name that does not fit',
    iteration: 12,
    objective: -0.0123456,
    primalResidual: 1e-5,
    dualResidual: 1e-6,
    gap: 1e-4,
    elapsedMs: 412n,
  };

  it('fits the width and names iteration, objective, gap and elapsed', () => {
    for (const width of [60, 80, 120]) expect(widthOf(solvingLine(progress, width))).to.be.at.most(width);
    const line = solvingLine(progress, 100);
    expect(line).to.match(/iteration\s+12\s+objective\s+-0\.01235\s+gap\s+1\.0e-4\s+412 ms/);
  });

  it('leaves out what is not known before a first portfolio', () => {
    const unknown = { ...progress, objective: Number.MAX_VALUE, gap: Number.MAX_VALUE };
    expect(solvingLine(unknown, 100)).to.match(/objective\s+-\s+gap\s+-\s+412 ms/);
  });

  it('shows how close the worst residual is to the tolerance', () => {
    expect(closeness(progress)).to.be.closeTo(0.5, 1e-12);
    expect(closeness({ primalResidual: 0, dualResidual: 0, gap: 0 })).to.equal(1);
    expect(closeness({ primalResidual: 5, dualResidual: 0, gap: 0 })).to.equal(0);
    expect(closeness({ primalResidual: Number.NaN, dualResidual: 0, gap: 0 })).to.equal(0);
  });
});

describe('a chart', () => {
  const curve = Array.from({ length: 9 }, (_none, index) => ({
    x: 0.1 + index / 100,
    y: 0.02 + Math.sqrt(index) / 50,
  }));
  const chart = { curve, xTitle: 'volatility', yTitle: 'return', width: 60, height: 10 };

  it('has its title, its lines, its axis and its ticks, none wider than asked', () => {
    const lines = chartLines(chart);
    expect(lines).to.have.length(chart.height + 3);
    expect(Math.max(...lines.map(widthOf))).to.be.at.most(60);
    expect(lines[0]).to.include('return');
    expect(lines.at(-1)).to.match(/9\.6 %\s+volatility\s+18\.4 %/);
    expect(lines[1]).to.match(/^ *\d+\.\d % ┤/);
  });

  it('puts the least point at the lower left and the greatest at the upper right', () => {
    const lines = chartLines({
      ...chart,
      curve: [],
      marks: [
        { x: 0, y: 0, letter: 'a' },
        { x: 1, y: 1, letter: 'b' },
      ],
    });
    const row = (letter: string): number => lines.findIndex((line) => line.includes(letter));
    expect(row('b')).to.be.lessThan(row('a'));
    expect(lines[row('b')]?.indexOf('b')).to.be.greaterThan(lines[row('a')]?.indexOf('a') ?? Number.NaN);
  });

  it('shows a single point without dividing by an empty range', () => {
    expect(chartLines({ ...chart, curve: [{ x: 0.1, y: 0.1 }] }).join('')).to.match(/[⠀-⣿]/);
    expect(rangeOf([])).to.deep.equal([0, 1]);
    expect(rangeOf([2])).to.deep.equal([1.8, 2.2]);
  });
});
