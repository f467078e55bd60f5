import { expect } from 'chai';
import fc from 'fast-check';

import '../support/property-seed.ts';
import { entropyPooling } from '../../src/estimation/entropy-pooling.ts';
import type { EntropyPosterior } from '../../src/estimation/entropy-posterior.ts';
import type { ScenarioMeasure, ScenarioRelation, ScenarioView } from '../../src/estimation/scenario-views.ts';
import type { Scenarios } from '../../src/problem/scenarios.ts';
import { RandomStream } from '../../src/math/random.ts';
import { Fault } from '../../src/values/fault.ts';
import { universeOf, viewOf } from '../support/scenario-draws.ts';

const ids = ['A', 'B', 'C'];
const universe = universeOf(...ids);

/** 60 scenarios of three correlated assets with unequal probabilities. */
function scenariosFrom(seed: number): Scenarios & { readonly probabilities: Float64Array } {
  const random = new RandomStream(seed);
  const count = 60;
  const returns = new Float64Array(count * 3);
  for (let s = 0; s < count; s += 1) {
    const common = random.normal();
    for (let i = 0; i < 3; i += 1) returns[s * 3 + i] = 0.01 + 0.02 * ((i + 1) / 2) * (common + random.normal());
  }
  const weights = Float64Array.from({ length: count }, () => 0.3 + random.uniform());
  const total = weights.reduce((sum, each) => sum + each, 0);
  return { count, returns, probabilities: weights.map((each) => each / total), periodsPerYear: 12, isPath: false };
}

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const relations = fc.constantFrom<ScenarioRelation>('equal', 'at-least', 'at-most');
const legs = fc.constantFrom<Record<string, number>>({ A: 1 }, { B: 1 }, { C: 1 }, { A: 1, B: -1 }, { B: 1, C: -1 });
const values: Readonly<Record<ScenarioMeasure, readonly [number, number]>> = {
  mean: [-0.1, 0.4],
  volatility: [0.05, 0.25],
  correlation: [0.1, 0.8],
  quantile: [0.02, 0.08],
  cvar: [0.03, 0.1],
};
const measures = fc.constantFrom<ScenarioMeasure>(
  'mean',
  'mean',
  'mean',
  'volatility',
  'correlation',
  'quantile',
  'cvar',
);
const views: fc.Arbitrary<ScenarioView[]> = fc.array(
  fc
    .tuple(measures, legs, relations, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([measure, of, relation, share]) => {
      const [least, most] = values[measure];
      const own: Record<string, number> = measure === 'correlation' ? { A: 1, C: 1 } : of;
      const level = measure === 'quantile' || measure === 'cvar' ? { level: 0.9 } : {};
      return viewOf(own, measure, relation, least + share * (most - least), level);
    }),
  { maxLength: 4 },
);

/** The posterior, or the indices of the views that cannot hold together. */
function outcome(scenarios: Scenarios, stated: readonly ScenarioView[]): EntropyPosterior | number[] {
  try {
    return entropyPooling(scenarios, stated, universe);
  } catch (error) {
    if (error instanceof Fault) return error.violations.map(({ field }) => Number(field.slice(1, -1)));
    throw error;
  }
}

describe('entropy pooling', () => {
  it('is the prior without views, and where every view holds already', () => {
    fc.assert(
      fc.property(seeds, views, (seed, stated) => {
        const scenarios = scenariosFrom(seed);
        const prior = entropyPooling(scenarios, [], universe);
        expect([...prior.scenarios.probabilities]).to.deep.equal([...scenarios.probabilities]);
        const measured = outcome(
          scenarios,
          stated.map((view) => ({ ...view, confidence: 0 })),
        );
        if (Array.isArray(measured)) throw new Error('views without confidence contradict nothing');
        // A hair beyond where it stands: what equals its bound moves by rounding.
        const held = stated.map((view, v) => {
          const at = measured.views[v]!.prior;
          return { ...view, relation: 'at-most' as const, value: at + 1e-9 * Math.abs(at) };
        });
        const pooled = outcome(scenarios, held);
        if (Array.isArray(pooled)) throw new Error('what holds already contradicts nothing');
        expect(pooled.relativeEntropy).to.be.lessThan(1e-9);
      }),
      { numRuns: 40 },
    );
  });

  it('holds every view, or names views of which none can be left out', () => {
    fc.assert(
      fc.property(seeds, views, (seed, stated) => {
        const scenarios = scenariosFrom(seed);
        const found = outcome(scenarios, stated);
        if (Array.isArray(found)) {
          expect(found.length).to.be.greaterThan(0);
          const members = found.map((index) => stated[index]!);
          expect(Array.isArray(outcome(scenarios, members))).to.equal(true);
          for (const left of found) {
            const others = found.filter((index) => index !== left).map((index) => stated[index]!);
            expect(Array.isArray(outcome(scenarios, others))).to.equal(false);
          }
          return;
        }
        for (const [v, { posterior, stated: value }] of found.views.entries()) {
          const { measure, relation } = stated[v]!;
          // A value at risk moves from scenario to scenario.
          const slack = measure === 'quantile' ? 0.05 : 1e-6;
          if (relation !== 'at-least') expect(posterior).to.be.at.most(value + slack);
          if (relation !== 'at-most') expect(posterior).to.be.at.least(value - slack);
        }
        const { probabilities } = found.scenarios;
        expect(probabilities.reduce((sum, each) => sum + each, 0)).to.be.closeTo(1, 1e-12);
        expect(found.effectiveScenarios).to.be.within(1 - 1e-9, scenarios.count + 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order of scenarios or of views', () => {
    fc.assert(
      fc.property(seeds, views, (seed, stated) => {
        // CVaRs look for their values at risk one after the other.
        const plain = stated.filter(({ measure }) => measure !== 'cvar');
        const scenarios = scenariosFrom(seed);
        const found = outcome(scenarios, plain);
        const turned = {
          ...scenarios,
          returns: Float64Array.from(
            { length: 180 },
            (_, at) => scenarios.returns[(59 - Math.floor(at / 3)) * 3 + (at % 3)]!,
          ),
          probabilities: Float64Array.from(scenarios.probabilities).reverse(),
        };
        const again = outcome(turned, [...plain].reverse());
        if (Array.isArray(found) || Array.isArray(again)) {
          expect([Array.isArray(found), Array.isArray(again)]).to.deep.equal([true, true]);
          return;
        }
        expect(again.relativeEntropy).to.be.closeTo(found.relativeEntropy, 1e-8);
        for (const [s, each] of found.scenarios.probabilities.entries())
          expect(again.scenarios.probabilities[59 - s]).to.be.closeTo(each, 1e-7);
      }),
      { numRuns: 40 },
    );
  });
});
