import { expect } from 'chai';

import { struct } from '../support/e2e/client.ts';
import { openDesk } from '../support/e2e/desk.ts';
import type { Message, TestClient } from '../support/e2e/client.ts';
import { optimizationMessage, portfolioMessage } from '../support/e2e/market.ts';

const moreTechnology = (priority: number): Message => ({
  constraintId: 'more-tech',
  displayName: 'more technology',
  type: 'sector',
  parameters: struct({ Technology: { min: 0.6 } }),
  priority,
});
const listOf = (message: unknown, key: string): readonly Message[] => (message as Message)[key] as readonly Message[];

describe('what an infeasible optimization offers', function () {
  this.timeout(120_000);
  const desk = openDesk();
  let client: TestClient;
  before(async () => {
    client = desk.client;
    await client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(), portfolioId: 'growth' });
  });

  async function runOf(optimizationId: string, changes: Message): Promise<Message> {
    const optimization = optimizationMessage(changes);
    const parent = 'portfolios/growth';
    await client.call('OptimizationService/CreateOptimization', { parent, optimization, optimizationId });
    const name = `${parent}/optimizations/${optimizationId}`;
    await client.collect('OptimizationService/WatchOptimization', { name });
    return client.call('OptimizationService/GetOptimization', { name });
  }

  it('tells the cheapest repair in the units of the client, and with it the run succeeds', async () => {
    const run = await runOf('stuck', { constraints: [moreTechnology(0)] });
    const result = run['result'] as Message;
    expect(run['relaxByPriority']).to.equal(false);
    expect(result['termination']).to.equal('TERMINATION_REASON_INFEASIBLE');
    const repairs = listOf(result['conflict'], 'repairs');
    expect(repairs).to.have.length(1);
    // Lowering 60 % by a tenth costs 1/6, raising 50 % by a tenth 1/5.
    expect(repairs[0]).to.include({
      constraintId: 'more-tech',
      displayName: 'more technology',
      text: 'sector Technology at least 60 %',
      bound: 'CONSTRAINT_BOUND_MIN',
      current: 0.6,
      unit: 'fraction of net asset value',
      description: 'lower sector Technology at least 60 % to 50 %',
    });
    const needed = Number(repairs[0]?.['needed']);
    expect(needed).to.be.within(0.499, 0.5);
    const repaired = { ...moreTechnology(0), parameters: struct({ Technology: { min: needed } }) };
    const again = (await runOf('repaired', { constraints: [repaired] }))['result'] as Message;
    expect(again['termination']).to.equal('TERMINATION_REASON_OPTIMAL');
    expect(again['relaxations']).to.deep.equal([]);
  });

  it('relaxes by priority when it is asked to, tells by how much, and prices what binds', async () => {
    const wishes = { relaxByPriority: true, explainConstraints: true };
    const run = await runOf('relaxed', { constraints: [moreTechnology(3)], ...wishes });
    const result = run['result'] as Message;
    expect(run).to.include(wishes);
    expect(result['termination']).to.equal('TERMINATION_REASON_OPTIMAL');
    const relaxations = listOf(result, 'relaxations');
    expect(relaxations).to.have.length(1);
    expect(relaxations[0]).to.include({
      constraintId: 'more-tech',
      bound: 'CONSTRAINT_BOUND_MIN',
      statedBound: 0.6,
      priority: 3,
    });
    const used = Number(relaxations[0]?.['usedBound']);
    expect(used).to.be.within(0.499, 0.5);
    const verdicts = listOf(result['certificate'], 'constraints');
    const verdict = verdicts.find((each) => each['constraintId'] === 'more-tech');
    expect(verdict).to.include({ lower: 0.6, relaxedLower: used, bindingBound: 'CONSTRAINT_BOUND_MIN' });
    expect(verdict?.['slack']).to.be.closeTo(-0.1, 1e-5);
    expect(verdict?.['shadowPrice']).to.be.greaterThan(0);
    expect(verdict?.['gainWithout']).to.be.greaterThan(0);
    expect(result['unexplainedConstraints']).to.deep.equal([]);
    expect((result['certificate'] as Message)['passed']).to.equal(true);
  });

  it('ends with the conflict when only what is hard stands against each other', async () => {
    const run = await runOf('hard', { constraints: [moreTechnology(0)], relaxByPriority: true });
    const result = run['result'] as Message;
    expect(result['termination']).to.equal('TERMINATION_REASON_INFEASIBLE');
    expect(listOf(result['conflict'], 'repairs')).to.have.length(1);
  });
});
