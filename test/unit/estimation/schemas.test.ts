import { expect } from 'chai';

import {
  builtInCovarianceEstimators,
  builtInReturnEstimators,
  builtInScenarioEstimators,
} from '../../../src/estimation/built-in.ts';
import { schemaProblem, schemaViolations } from '../../../src/values/schema.ts';

describe('the parameter schemas of built-in estimators', () => {
  for (const { type, parameters } of [
    ...builtInReturnEstimators,
    ...builtInCovarianceEstimators,
    ...builtInScenarioEstimators,
  ]) {
    it(`of ${type} are sound and take their own examples`, () => {
      expect(schemaProblem(parameters)).to.equal(undefined);
      expect(parameters.examples ?? []).to.not.deep.equal([]);
      for (const example of parameters.examples ?? [])
        expect(schemaViolations(parameters, example, '')).to.deep.equal([]);
      expect(schemaViolations(parameters, { unknown: 1 }, '')).to.not.deep.equal([]);
    });
  }
});
