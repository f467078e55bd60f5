import { expect } from 'chai';

import { conflictLines, resultLines, verdictLines } from '../../../src/cli/display/result.ts';
import { paintFor } from '../../../src/cli/display/terminal.ts';
import {
  Certificate,
  Conflict,
  OptimizationResult,
} from '../../../src/gen/veritasvault/portfolio/v1/optimization_service.ts';

const paint = paintFor({ write: () => true }, {});
const unit = 'fraction of net asset value';

describe('an answer of an infeasible problem', () => {
  it('tells the cheapest change after the conflict', () => {
    const conflict = Conflict.fromPartial({
      members: [{ constraintId: 'tech', displayName: 'Tech cap', text: 'sector Technology at most 20 %' }],
      proofVerified: true,
      repairs: [{ constraintId: 'tech', displayName: 'Tech cap', description: 'raise Technology to 23.4 %' }],
    });
    expect(conflictLines(conflict, 120, paint).slice(-2)).to.deep.equal([
      'The cheapest change with which a portfolio exists:',
      '  raise Technology to 23.4 %  (Tech cap)',
    ]);
    expect(conflictLines({ ...conflict, repairs: [] }, 120, paint)).to.have.length(2);
  });

  it('tells what was relaxed by priority', () => {
    const result = OptimizationResult.fromPartial({
      relaxations: [{ constraintId: 'tech', description: 'raise Technology to 30 %' }],
    });
    const lines = resultLines(result, 120, paint);
    expect(lines).to.include('No portfolio satisfies every constraint; relaxed by priority:');
    expect(lines).to.include('  raise Technology to 30 %  (tech)');
    expect(resultLines(OptimizationResult.create(), 120, paint).join()).not.to.include('relaxed');
  });

  it('tells what views on scenarios did to their probabilities', () => {
    const result = OptimizationResult.fromPartial({ effectiveScenarios: 30.5, scenarioViewsEntropy: 0.125 });
    expect(resultLines(result, 120, paint)).to.include(
      'the scenario views leave 30.5 effective scenarios, relative entropy 0.125',
    );
    expect(resultLines(OptimizationResult.create(), 120, paint).join()).not.to.include('scenario views');
  });

  it('marks the relaxed bound, and prices what binds', () => {
    const certificate = Certificate.fromPartial({
      passed: true,
      tolerance: 1e-8,
      constraints: [
        { text: 'Technology', value: 0.3, upper: 0.2, slack: -0.1, unit, shadowPrice: 0.125, relaxedUpper: 0.3 },
        { text: 'Energy', value: 0.05, upper: 0.1, slack: 0.05, unit, shadowPrice: 0 },
      ],
    });
    const lines = verdictLines(certificate, 100, paint);
    expect(lines[0]).to.match(/slack\s+shadow price/);
    expect(lines[1]).to.match(/^Technology\s+30\.00 %\s+<= 30\.00 %\s+-10\.00 %\s+0\.125\s+relaxed$/);
    expect(lines[2]).to.match(/^Energy\s+5\.00 %\s+<= 10\.00 %\s+5\.00 %\s+holds$/);
  });

  it('tells what the objective gains without what binds, and of what that is not known', () => {
    const certificate = Certificate.fromPartial({
      passed: true,
      tolerance: 1e-8,
      constraints: [
        { text: 'Technology', value: 0.2, upper: 0.2, slack: 0, unit, gainWithout: 0.0125 },
        { text: 'invested', value: 1, upper: 1, slack: 0, unit, gainUnbounded: true },
        { text: 'Energy', value: 0.05, upper: 0.1, slack: 0.05, unit },
      ],
    });
    const lines = verdictLines(certificate, 100, paint);
    expect(lines[0]).to.match(/bound\s+gain without/);
    expect(lines[1]).to.match(/^Technology\s.*0\.0125\s+binding$/);
    expect(lines[2]).to.match(/^invested\s.*unbounded\s+binding$/);
    expect(lines[3]).to.match(/^Energy\s.*10\.00 %\s+holds$/);
    const result = OptimizationResult.fromPartial({ unexplainedConstraints: ['tech', 'cash'] });
    expect(resultLines(result, 120, paint)).to.include('gain not known without: tech, cash');
  });
});
