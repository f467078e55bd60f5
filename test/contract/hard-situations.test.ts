/**
 * Every strategy in every hard situation: it refuses by field and reason, or ends with a reason in words, or with a portfolio that passes the
 * independent check. It never throws, and nothing that it tells is not a number.
 */
import { expect } from 'chai';

import { certify } from '../../src/problem/certificate.ts';
import { compose } from '../../src/problem/problem.ts';
import type { Answer, JsonObject, Strategy, Violation } from '../../src/sdk/v1/index.ts';
import { parameterExamples } from '../../src/sdk/v1/testing/examples.ts';
import type { ReferenceMarket } from '../../src/sdk/v1/testing/reference-market.ts';
import { answerOf, referenceTask } from '../../src/sdk/v1/testing/reference-task.ts';
import type { Engine } from '../../src/sdk/v1/testing/reference-task.ts';
import { SolverRegistry } from '../../src/solvers/registry.ts';
import { withDefaults } from '../../src/values/schema.ts';
import { builtInContributions } from '../../src/workers/built-in.ts';
import { referenceEngine } from '../support/reference-engine.ts';
import { hardSituations } from './hard-situations.ts';
import { ownStrategies } from './own-plugins.ts';

const strategies = await ownStrategies();

/** All solvers of the product, which hand over to each other. */
const registry = new SolverRegistry(builtInContributions.solvers ?? []);
const engine: Engine = {
  ...referenceEngine,
  solve: (universe, objective, restrictions, interrupted) =>
    registry.solve(compose(universe, objective, restrictions), undefined, interrupted),
};

/** What is no sentence for a client. */
const broken = /NaN|undefined|Infinity|\[object/;

/** As the host asks: before estimation, the strategy and those that it runs. */
function refusals(strategy: Strategy, parameters: JsonObject, { situation }: ReferenceMarket): readonly Violation[] {
  const { covariance, scenarios, ...known } = situation;
  const below = Object.values(strategy.delegates?.(parameters, known) ?? {}).flatMap((delegate) => {
    const found = strategies.find(({ id }) => id === delegate.type);
    const complete = found === undefined ? {} : withDefaults(found.parameters, delegate.parameters);
    return found?.admit?.(complete as JsonObject, delegate.situation ?? known) ?? [];
  });
  return [...(strategy.admit?.(parameters, known) ?? []), ...below];
}

function faultsOf({ situation, restrictions }: ReferenceMarket, { objective, added, solution, report }: Answer) {
  const { weights, termination } = solution;
  const faults: string[] = [];
  if (termination.detail.length < 10 || broken.test(termination.detail)) faults.push(`says "${termination.detail}"`);
  if (termination.reason === 'optimal' || (termination.reason === 'feasible' && weights.length > 0)) {
    const problem = compose(situation.universe, objective, [...restrictions, ...added]);
    const { verdict, primal, detail } = certify(problem, solution);
    if (termination.reason === 'optimal' ? verdict === 'failed' : !(primal <= 1e-6)) faults.push(detail);
  }
  const told = JSON.stringify(report ?? {}, (key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? `no number at ${key}` : value,
  );
  if (told.includes('no number at')) faults.push(told.slice(told.indexOf('no number at'), 60));
  return faults;
}

describe('strategies in hard situations', () => {
  for (const [name, market] of Object.entries(hardSituations)) {
    it(`answer or refuse in words: ${name}`, async () => {
      const faults: string[] = [];
      let answers = 0;
      for (const strategy of strategies)
        for (const [index, example] of parameterExamples(strategy.parameters).entries()) {
          const parameters = withDefaults(strategy.parameters, example) as JsonObject;
          const run = `${strategy.id}, example ${index + 1}`;
          const note = (what: string): void => void faults.push(`${run}: ${what}`);
          try {
            const refused = refusals(strategy, parameters, market);
            for (const { field, description } of refused)
              if (field === '' || description.length < 10 || broken.test(description)) note(`${field} ${description}`);
            if (refused.length > 0) continue;
            const answer = await answerOf(
              strategy.optimize(referenceTask(engine, { ...market, parameters, strategies })),
            );
            faultsOf(market, answer).forEach(note);
            answers++;
          } catch (error) {
            note(`threw ${String(error)}`);
          }
        }
      expect(faults).to.deep.equal([]);
      expect(answers).to.be.at.least(50);
    });
  }
});
