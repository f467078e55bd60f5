/** What strategies take for a parameter that is absent is what their schemas say that they take. */
import { expect } from 'chai';

import type { Answer, JsonObject } from '../../src/sdk/v1/index.ts';
import { parameterExamples } from '../../src/sdk/v1/testing/examples.ts';
import { referenceMarket } from '../../src/sdk/v1/testing/reference-market.ts';
import { answerOf, referenceTask } from '../../src/sdk/v1/testing/reference-task.ts';
import { withDefaults } from '../../src/values/schema.ts';
import { referenceEngine } from '../support/reference-engine.ts';
import { ownStrategies } from './own-plugins.ts';

const strategies = await ownStrategies();

describe('defaults of strategies', () => {
  for (const strategy of strategies) {
    const schema = strategy.parameters;
    const examples = parameterExamples(schema).filter(
      (example) => JSON.stringify(withDefaults(schema, example)) !== JSON.stringify(example),
    );
    if (examples.length === 0) continue;
    // Plans count their years in what the schema fills in, which differs among them: the code has no second opinion.
    const { periods, periodsPerYear } = schema.properties ?? {};
    const filledIn = periods === undefined ? {} : { periodsPerYear: periodsPerYear?.default ?? NaN };
    it(`of ${strategy.id} are the same in its schema and in its code`, async () => {
      for (const example of examples) {
        const run = (parameters: JsonObject): Promise<Answer> =>
          answerOf(strategy.optimize(referenceTask(referenceEngine, { ...referenceMarket(), parameters, strategies })));
        const [bare, filled] = [
          await run({ ...filledIn, ...example }),
          await run(withDefaults(schema, example) as JsonObject),
        ];
        expect(bare.solution.termination.reason, JSON.stringify(example)).to.equal('optimal');
        expect(bare.report, JSON.stringify(example)).to.deep.equal(filled.report);
        expect([...bare.solution.weights], JSON.stringify(example)).to.deep.equal([...filled.solution.weights]);
      }
    });
  }
});
