import { expect } from 'chai';

import { certifyEntropy } from '../../../src/estimation/entropy-certificate.ts';
import { entropyPooling } from '../../../src/estimation/entropy-pooling.ts';
import { leastEntropy } from '../../../src/estimation/entropy-program.ts';
import type { ScenarioView } from '../../../src/estimation/scenario-views.ts';
import { Fault } from '../../../src/values/fault.ts';
import { normalGrid, outcomesOf, universeOf, viewOf } from '../../support/scenario-draws.ts';

const grid = normalGrid(41);
const pair = universeOf('X', 'Y');
const pooled = (...views: ScenarioView[]): ReturnType<typeof entropyPooling> => entropyPooling(grid, views, pair);

function violationsOf(work: () => unknown): readonly (readonly [string, string])[] {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return error.violations.map(({ field, description }) => [field, description]);
    throw error;
  }
  return [];
}

describe('entropy pooling', () => {
  it('holds every measure as it is stated', () => {
    const { views } = pooled(
      viewOf({ X: 1, Y: -1 }, 'mean', 'equal', 0.04),
      viewOf({ Y: 1 }, 'volatility', 'equal', 0.12),
      viewOf({ X: 1, Y: 1 }, 'correlation', 'equal', 0.8),
      viewOf({ X: 1 }, 'cvar', 'equal', 0.45, { level: 0.95 }),
    );
    for (const { posterior, stated } of views) expect(posterior).to.be.closeTo(stated, 1e-8);
  });

  it('moves a value at risk to the stated one, to the spacing of the scenarios', () => {
    const { views } = pooled(viewOf({ X: 1 }, 'quantile', 'equal', 0.33, { level: 0.95 }));
    expect(views[0]?.posterior).to.be.closeTo(0.33, 16 / 40 / 5);
    expect(views[0]?.posterior).to.be.at.most(0.33);
    const { views: bounded } = pooled(viewOf({ X: 1 }, 'quantile', 'at-most', 0.2, { level: 0.95 }));
    expect(bounded[0]?.posterior).to.be.at.most(0.2);
  });

  it('leaves the prior as it is where a view holds already, and says that it costs nothing', () => {
    const { scenarios, relativeEntropy, views } = pooled(
      viewOf({ X: 1 }, 'mean', 'at-least', 0.01),
      viewOf({ X: 1 }, 'volatility', 'at-most', 0.25),
      viewOf({ X: 1, Y: 1 }, 'correlation', 'at-least', 0.5),
      viewOf({ X: 1 }, 'quantile', 'at-most', 0.5, { level: 0.95 }),
      viewOf({ X: 1 }, 'cvar', 'at-most', 0.5, { level: 0.95 }),
    );
    for (const [s, each] of scenarios.probabilities.entries())
      expect(each).to.be.closeTo(grid.probabilities![s]!, 1e-15);
    expect(relativeEntropy).to.be.lessThan(1e-12);
    expect(views.map(({ multiplier }) => multiplier)).to.deep.equal([0, 0, 0, 0, 0]);
  });

  it('tells by the multiplier how the relative entropy rises with the stated value', () => {
    const step = 1e-5;
    const cases: ScenarioView[] = [
      viewOf({ X: 1 }, 'mean', 'equal', 0.1),
      viewOf({ X: 1 }, 'volatility', 'at-least', 0.25),
      viewOf({ X: 1, Y: 1 }, 'correlation', 'at-most', 0.3),
    ];
    for (const view of cases) {
      const at = (value: number): number => pooled({ ...view, value }).relativeEntropy;
      const slope = (at(view.value + step) - at(view.value - step)) / (2 * step);
      expect(pooled(view).views[0]?.multiplier).to.be.closeTo(slope, 1e-5 * Math.abs(slope));
    }
  });

  it('pools prior and posterior by confidence, each view by its own', () => {
    const first = viewOf({ X: 1 }, 'mean', 'equal', 0.1);
    const second = viewOf({ Y: 1 }, 'mean', 'equal', 0);
    const [both, alone] = [pooled(first, second), pooled(second)];
    const mixed = pooled({ ...first, confidence: 0.2 }, { ...second, confidence: 0.5 }, { ...first, confidence: 0 });
    for (const [s, each] of mixed.scenarios.probabilities.entries()) {
      const [x, y] = [both.scenarios.probabilities[s]!, alone.scenarios.probabilities[s]!];
      expect(each).to.be.closeTo(0.5 * grid.probabilities![s]! + 0.3 * y + 0.2 * x, 1e-14);
    }
    expect(mixed.views[2]?.multiplier).to.equal(0);
  });

  it('names a smallest set of views that cannot hold together', () => {
    const found = violationsOf(() =>
      pooled(
        viewOf({ Y: 1 }, 'volatility', 'at-least', 0.11),
        viewOf({ X: 1 }, 'mean', 'at-least', 0.3),
        viewOf({ X: 2, Y: -1 }, 'mean', 'at-most', 0.1),
        viewOf({ Y: 1 }, 'mean', 'at-most', 0.1),
      ),
    );
    expect(found.map(([field]) => field)).to.deep.equal(['[1]', '[2]', '[3]']);
    expect(found[0]?.[1]).to.equal(
      'no probabilities of these 1681 scenarios give a mean of at least 0.3 for X together with the views [2], [3]; any one of them left out resolves this',
    );
  });

  it('tells what is in reach of a mean that is not', () => {
    const found = violationsOf(() =>
      entropyPooling(outcomesOf(0.1, 0.2), [viewOf({ A: 1 }, 'mean', 'equal', 0.3)], universeOf('A')),
    );
    expect(found).to.deep.equal([
      ['[0]', 'no probabilities of these 2 scenarios give a mean of 0.3 for A; means from 0.1 to 0.2 are in reach'],
    ]);
  });

  it('refuses a view on what is the same in every scenario, unless it holds', () => {
    const constant = outcomesOf(0.1, 0.1, 0.1);
    const at = (value: number) => (): unknown =>
      entropyPooling(constant, [viewOf({ A: 1 }, 'mean', 'equal', value)], universeOf('A'));
    expect(violationsOf(at(0.1))).to.deep.equal([]);
    expect(violationsOf(at(0.2)).map(([field]) => field)).to.deep.equal(['[0]']);
  });

  it('names every mistake of the views by its field', () => {
    const bad = {
      legs: [
        { assetId: 'Z', coefficient: NaN },
        { assetId: 'X', coefficient: 1 },
        { assetId: 'X', coefficient: 2 },
      ],
      measure: 'correlation',
      relation: 'about',
      value: 2,
      level: 0.5,
      confidence: 1.5,
    } as unknown as ScenarioView;
    const others = [viewOf({}, 'quantile', 'equal', NaN), viewOf({ X: 1 }, 'volatility', 'equal', 0)];
    expect(violationsOf(() => pooled(bad, ...others)).map(([field]) => field)).to.deep.equal([
      '[0].legs[0].assetId',
      '[0].legs[0].coefficient',
      '[0].legs[2].assetId',
      '[0].relation',
      '[0].level',
      '[0].legs',
      '[0].value',
      '[0].confidence',
      '[1].legs',
      '[1].level',
      '[1].value',
      '[2].value',
    ]);
  });

  it('refuses scenarios that are none', () => {
    const view = viewOf({ A: 1 }, 'mean', 'equal', 0.1);
    const of = (changes: object) => (): unknown =>
      entropyPooling({ ...outcomesOf(0.1, 0.2), ...changes }, [view], universeOf('A'));
    const changes = [{ returns: Float64Array.of(NaN, 1) }, { probabilities: Float64Array.of(1, 0) }, { count: 3 }];
    for (const change of changes) expect(violationsOf(of(change)).map(([field]) => field)).to.deep.equal(['scenarios']);
  });
});

describe('the certificate of a least entropy', () => {
  const prior = Float64Array.of(0.2, 0.3, 0.5);
  const program = {
    prior,
    rows: [{ coefficients: Float64Array.of(1, 2, 4), relation: 'at-least' as const, value: 3.2 }],
  };

  it('passes the answer, and nothing near it', () => {
    const answer = leastEntropy(program);
    if (answer.kind !== 'optimal') throw new Error(answer.kind);
    const { probabilities, multipliers } = answer;
    expect(certifyEntropy(program, probabilities, multipliers).passed).to.equal(true);
    expect(
      certifyEntropy(
        program,
        probabilities,
        multipliers.map((y) => y + 1e-3),
      ).passed,
    ).to.equal(false);
    expect(certifyEntropy(program, prior, Float64Array.of(0)).passed).to.equal(false);
    const further = leastEntropy({ prior, rows: [{ ...program.rows[0]!, value: 3.5 }] });
    if (further.kind !== 'optimal') throw new Error(further.kind);
    expect(certifyEntropy(program, further.probabilities, further.multipliers).passed).to.equal(false);
  });
});
