/** Strategies of strategies through admission and the pipeline, with all plugins that ship. */
import { expect } from 'chai';
import { lastValueFrom } from 'rxjs';

import { admitStateless } from '../../../src/optimization/admission.ts';
import type { OptimizationAnswer } from '../../../src/optimization/answer.ts';
import { solveJob } from '../../../src/optimization/pipeline.ts';
import { Fault } from '../../../src/values/fault.ts';
import type { JsonObject } from '../../../src/values/json.ts';
import { loaded, toolbox } from '../../support/matrix/trial.ts';
import { grounds } from '../../support/matrix/grounds.ts';
import { requestFor } from '../../support/matrix/request.ts';

const free = { interrupted: () => false, cause: undefined, signal: new AbortController().signal };

function jobOf(type: string, parameters: JsonObject) {
  const strategy = loaded.strategies.require(type, 'type');
  return admitStateless(requestFor(strategy, parameters, grounds['long-only']), loaded);
}

async function answered(type: string, parameters: JsonObject): Promise<OptimizationAnswer> {
  const last = await lastValueFrom(solveJob(jobOf(type, parameters), toolbox, free));
  if (last.kind !== 'answer') throw new TypeError('the last news is no answer');
  return last.answer;
}

function refusalOf(type: string, parameters: JsonObject): readonly string[] {
  try {
    jobOf(type, parameters);
    return [];
  } catch (error) {
    if (error instanceof Fault) return error.violations.map(({ field, description }) => `${field} ${description}`);
    throw error;
  }
}

const even = { type: 'equal-weights' };

describe('strategies of strategies', () => {
  it('admit a strategy over sleeves against the sleeves, and run it there', async () => {
    const over = { type: 'fixed-weights', parameters: { weights: { Equity: 0.6, Bond: 0.4 } } };
    const { termination, weights } = await answered('sleeves', { by: 'asset-class', inside: even, over });
    expect(termination).to.equal('optimal');
    const bond = weights.find(({ assetId }) => assetId === 'BOND');
    expect(bond?.weight).to.be.closeTo(0.4, 1e-6);
    const byAsset = { type: 'fixed-weights', parameters: { weights: { AAPL: 0.6 } } };
    expect(refusalOf('sleeves', { by: 'asset-class', inside: even, over: byAsset })).to.deep.equal([
      'strategy.parameters.over.parameters.weights["AAPL"] asset AAPL is not in the universe',
    ]);
  });

  it('refuse what is wrong with one of them by its field', () => {
    const members = [{ type: 'minimum-risk-at-return' }, { type: 'minimum-varianc' }];
    const said = refusalOf('ensemble', { members });
    expect(said[0]).to.equal('strategy.parameters.members[0].parameters.returnMin is required');
    expect(said[1]).to.contain('strategy.parameters.members[1].type there is no strategy "minimum-varianc"');
  });

  it('may stand in one another, but not without end', async () => {
    const within = (inner: JsonObject): JsonObject => ({ type: 'ensemble', parameters: { members: [inner] } });
    const three = within(within(even));
    expect((await answered('ensemble', { members: [three] })).termination).to.equal('optimal');
    expect(refusalOf('ensemble', { members: [within(three)] })[0]).to.contain('at most 4 may stand in one another');
  });
});
