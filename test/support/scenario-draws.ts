/** Scenarios and views for tests of entropy pooling. */
import type { ScenarioMeasure, ScenarioRelation, ScenarioView } from '../../src/estimation/scenario-views.ts';
import type { Scenarios } from '../../src/problem/scenarios.ts';
import type { Universe } from '../../src/problem/universe.ts';

export const universeOf = (...ids: readonly string[]): Universe => ({
  assets: ids.map((id) => ({ id, groups: {} })),
});

/** One asset, equally likely outcomes, one period a year. */
export const outcomesOf = (...outcomes: readonly number[]): Scenarios => ({
  count: outcomes.length,
  returns: Float64Array.from(outcomes),
  periodsPerYear: 1,
  isPath: false,
});

/** `{ X: 1, Y: -1 }` are the legs. */
export function viewOf(
  legs: Readonly<Record<string, number>>,
  measure: ScenarioMeasure,
  relation: ScenarioRelation,
  value: number,
  more: Partial<ScenarioView> = {},
): ScenarioView {
  const parts = Object.entries(legs).map(([assetId, coefficient]) => ({ assetId, coefficient }));
  return { legs: parts, measure, relation, value, confidence: 1, ...more };
}

/** Means, deviations and correlation of two normal returns. */
export const normalPair = { means: [0.05, 0.03], deviations: [0.2, 0.1], correlation: 0.6 } as const;

/** The two returns X and Y on a grid of m x m points out to 8 deviations, one period a year. */
export function normalGrid(m = 81): Scenarios {
  const { means, deviations, correlation } = normalPair;
  const across = Math.sqrt(1 - correlation ** 2);
  const returns: number[] = [];
  const densities: number[] = [];
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < m; j += 1) {
      const [first, second] = [-8 + (16 * i) / (m - 1), -8 + (16 * j) / (m - 1)];
      returns.push(means[0] + deviations[0] * first);
      returns.push(means[1] + deviations[1] * (correlation * first + across * second));
      densities.push(Math.exp(-(first ** 2 + second ** 2) / 2));
    }
  }
  const total = densities.reduce((sum, each) => sum + each, 0);
  return {
    count: m * m,
    returns: Float64Array.from(returns),
    probabilities: Float64Array.from(densities, (each) => each / total),
    periodsPerYear: 1,
    isPath: false,
  };
}
