import { expect } from 'chai';

import { excessReturns, returnFloorsOf } from '../../../src/sdk/v1/index.ts';
import { referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

describe('what strategies read from their task', () => {
  it('states a floor under the expected return in the words of the client, and lowers it above the risk-free rate', () => {
    const task = referenceTask(referenceEngine, { ...referenceMarket(), parameters: { returnMin: 0.07 } });
    const [floor] = returnFloorsOf(task);
    const [row] = floor!.rows!;
    expect(row!.origin.text).to.equal('expected annual return at least 7 %');
    expect(row!.lower).to.equal(0.07 - task.estimates.riskFreeRate);
    expect(row!.upper).to.equal(Infinity);
    expect([...row!.coefficients]).to.deep.equal([...excessReturns(task)]);
    expect(returnFloorsOf({ ...task, parameters: {} })).to.deep.equal([]);
  });
});
