/**
 * Every strategy of every plugin under every type of constraint: answered with the constraint kept, or refused with a reason, never
 * ignored.
 */
import { expect } from 'chai';

import { Trials, loaded } from '../support/matrix/trial.ts';
import type { Outcome } from '../support/matrix/trial.ts';

const types = loaded.constraints.offers.map(({ id }) => id).sort();

describe('every strategy under every type of constraint', () => {
  it('with all plugins that ship', () => {
    expect(loaded.plugins.filter(({ state }) => state !== 'active')).to.deep.equal([]);
  });

  for (const { id, contribution } of loaded.strategies.offers) {
    it(`${id} keeps each, or refuses it with a reason`, async () => {
      const trials = new Trials(contribution);
      expect(await trials.answers(), 'an answer without the constraint').to.equal(true);
      const outcomes: [string, Outcome][] = [];
      for (const type of types) outcomes.push([type, await trials.outcome(type)]);
      const wrong = outcomes.flatMap(([type, outcome]) =>
        outcome.kind === 'wrong' ? [`${type}: ${outcome.what}`] : [],
      );
      expect(wrong).to.deep.equal([]);
    }).timeout(30_000);
  }
});
