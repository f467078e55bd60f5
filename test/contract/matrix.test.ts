/**
 * Every strategy of every plugin under every type of constraint: answered with the constraint kept, or refused with a reason, never
 * ignored. `MATRIX=write` writes what came out to matrix.md, which the test holds against it otherwise.
 */
import { readFileSync, writeFileSync } from 'node:fs';

import { expect } from 'chai';

import { matrixText } from '../support/matrix/text.ts';
import type { Row } from '../support/matrix/text.ts';
import { Trials, loaded } from '../support/matrix/trial.ts';
import type { Outcome } from '../support/matrix/trial.ts';

const file = new URL('matrix.md', import.meta.url);
const types = loaded.constraints.offers.map(({ id }) => id).sort();
const rows: Row[] = [];

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
      rows.push({ strategy: id, outcomes });
      const wrong = outcomes.flatMap(([type, outcome]) =>
        outcome.kind === 'wrong' ? [`${type}: ${outcome.what}`] : [],
      );
      expect(wrong).to.deep.equal([]);
    }).timeout(30_000);
  }

  it('is as matrix.md tells', () => {
    const text = matrixText(rows, types);
    if (process.env['MATRIX'] === 'write') writeFileSync(file, text);
    expect(readFileSync(file, 'utf8')).to.equal(text);
  });
});
