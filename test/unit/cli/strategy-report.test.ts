import { expect } from 'chai';

import { strategyReportLines } from '../../../src/cli/display/strategy-report.ts';
import { paintFor } from '../../../src/cli/display/terminal.ts';

const paint = paintFor({ write: () => true }, {});

describe('the report of a strategy', () => {
  it('tells figures in lines and lists of like parts as tables', () => {
    const report = {
      fraction: 0.5,
      isWhole: true,
      market: { meanReturn: 0.07, volatility: 1e-17 },
      order: ['A', 'B'],
      views: [{ stated: 0.05, isRelative: false }, { stated: 0.03 }],
      none: [],
      tree: [[1, 2]],
    };
    expect(strategyReportLines(report, 80, paint)).to.deep.equal([
      'fraction 0.5, is whole true',
      'market: mean return 0.07, volatility 0',
      'order: A, B',
      'views',
      'stated  is relative',
      '  0.05  false',
      '  0.03',
      'tree: told by --json',
    ]);
  });

  it('breaks a table that is too wide after columns that fit, each part with the first column', () => {
    const assets = [{ asset: 'ALFA', priorReturn: 0.0612, posteriorReturn: 0.0711, tilt: -0.01 }];
    const lines = strategyReportLines({ assets }, 32, paint);
    expect(lines).to.deep.equal([
      'assets',
      'asset  prior return',
      'ALFA         0.0612',
      'asset  posterior return   tilt',
      'ALFA             0.0711  -0.01',
    ]);
  });

  it('says how much of a long list is left to --json', () => {
    const lines = strategyReportLines({ lots: Array.from({ length: 30 }, (_, id) => ({ id })) }, 80, paint);
    expect(lines).to.have.length(1 + 1 + 24 + 1);
    expect(lines.at(-1)).to.equal('and 6 lines more, told by --json');
    const names = strategyReportLines({ names: Array.from({ length: 30 }, (_, id) => `N${String(id)}`) }, 400, paint);
    expect(names[0]).to.match(/^names: N0, .*N23, \.\.\.$/);
  });
});
