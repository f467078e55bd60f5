import { approach, defineStrategy, inTurns, meanOfWorst, scenariosOf } from '@veritasvault/portfolio/sdk/v1';
import type { Scenarios, Task, TurnProgram } from '@veritasvault/portfolio/sdk/v1';

import { leavesOf } from './clustering.ts';
import { clustersOf, clustersSchema, riskless, spread, treeOf, treeReport, treeSchema, varianceOf } from './tree.ts';
import type { Defaults, Tree, TreeParameters } from './tree.ts';

interface EqualRisk extends TreeParameters {
  readonly clusters?: number;
  readonly measure?: 'variance' | 'volatility' | 'cvar';
  readonly level?: number;
}

const defaults: Defaults = { linkage: 'ward', distance: 'correlation' };

export const hierarchicalEqualRisk = defineStrategy<EqualRisk>({
  id: 'hierarchical-equal-risk',
  title: 'Hierarchical equal risk contribution',
  description:
    'Raffinot (2018): assets are clustered by correlation; inside a cluster weights are in inverse proportion to the risk of each asset; from the root of the tree down to the clusters, each branch gets a share of 1 - its risk / the risk of both, where the risk of a branch is the sum of those of its clusters with their inside weights. The weights sum to `invested` and are all positive. Assets that the restrictions keep at zero are left out. The answer is the portfolio nearest to these weights (least sum of squared differences) that satisfies the restrictions.',
  references: [
    'Raffinot, T. (2018). The Hierarchical Equal Risk Contribution Portfolio. ssrn.com/abstract=3237540.',
    'Yue, S., Wang, X., Wei, M. (2008). Application of two-order difference to gap statistic. Transactions of Tianjin University 14, 217-221.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...treeSchema(defaults),
      clusters: clustersSchema,
      measure: {
        type: 'string',
        enum: ['variance', 'volatility', 'cvar'],
        default: 'variance',
        description:
          'What risk is: annual variance, annual volatility, or the mean of the worst (1 - level) share of the losses over the scenarios, per period.',
      },
      level: {
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0.95,
        description: 'Of `cvar`: 0.95 is the mean of the worst 5 % of the losses.',
      },
    },
    examples: [{}, { clusters: 3, measure: 'volatility' }, { linkage: 'average', measure: 'cvar', level: 0.9 }],
  },
  needs: ['covariance'],
  noFrontier:
    'its weights follow from a tree and not from an objective; ask for the frontier of minimum-variance under the same constraints',
  needsWith: ({ measure }) => (measure === 'cvar' ? ['scenarios'] : []),
  admit: ({ clusters = 1 }, { universe }) =>
    clusters <= universe.assets.length
      ? []
      : [{ field: 'clusters', description: `is ${clusters}, but there are only ${universe.assets.length} assets` }],
  optimize: (task) => inTurns(task, () => program(task)),
});

function* program(task: Task<EqualRisk>): TurnProgram {
  const { universe } = task.situation;
  const { assets } = universe;
  const tree = yield* treeOf(task, defaults);
  if ('solution' in tree) return tree;
  const clusters = yield* clustersOf(tree, task.parameters.clusters);
  const riskOf = measureOf(task, tree);
  const weights = new Float64Array(tree.positions.length);
  const risks: number[] = [];
  for (const places of clusters) {
    const own = places.map((place) => riskOf([place], [1]));
    const calm = places.filter((_, i) => !(own[i]! > 0));
    if (calm.length > 0) return riskless(calm, tree, assets);
    const total = own.reduce((sum, risk) => sum + 1 / risk, 0);
    const inside = own.map((risk) => 1 / risk / total);
    places.forEach((place, i) => (weights[place] = inside[i]!));
    const risk = riskOf(places, inside);
    if (!(risk > 0)) return riskless(places, tree, assets);
    risks.push(risk);
  }
  const shares = sharesOf(tree, clusters, risks, task.parameters.invested ?? 1);
  clusters.forEach((places, c) => {
    for (const place of places) weights[place] = weights[place]! * shares[c]!;
  });
  const report = {
    ...treeReport(tree, assets),
    clusters: clusters.map((places, c) => ({
      assets: places.map((place) => assets[tree.positions[place]!]!.id),
      risk: risks[c]!,
      weight: shares[c]!,
    })),
  };
  return yield* approach(spread(weights, tree, assets.length), universe, report);
}

/** (k) shares of `invested`, from the root down to the clusters. */
function sharesOf(
  { merges, positions }: Tree,
  clusters: readonly (readonly number[])[],
  risks: readonly number[],
  invested: number,
): readonly number[] {
  const m = positions.length;
  const owners = new Int32Array(m);
  clusters.forEach((places, c) => {
    for (const place of places) owners[place] = c;
  });
  const shares = clusters.map(() => invested);
  const open = [2 * m - 2];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const merge = merges[node - m];
    if (merge === undefined) continue;
    const [left, right] = [merge.left, merge.right].map((side) => [
      ...new Set(leavesOf(merges, side).map((place) => owners[place]!)),
    ]) as [number[], number[]];
    // Both sides lie in one cluster: it has been reached.
    if (left.length === 1 && left[0] === right[0]) continue;
    const [one, two] = [left, right].map((side) => side.reduce((sum, c) => sum + risks[c]!, 0)) as [number, number];
    const share = 1 - one / (one + two);
    for (const c of left) shares[c] = shares[c]! * share;
    for (const c of right) shares[c] = shares[c]! * (1 - share);
    open.push(merge.left, merge.right);
  }
  return shares;
}

/** The risk of a portfolio of some of the tree's assets. */
function measureOf(
  task: Task<EqualRisk>,
  tree: Tree,
): (places: readonly number[], weights: readonly number[]) => number {
  const { measure = 'variance', level = 0.95 } = task.parameters;
  if (measure === 'cvar') {
    const scenarios = scenariosOf(task);
    return (places, weights) => {
      const positions = places.map((place) => tree.positions[place]!);
      return meanOfWorst(lossesOf(scenarios, positions, weights), scenarios.probabilities, level);
    };
  }
  return (places, weights) => {
    const variance = varianceOf(tree, places, weights);
    return measure === 'variance' ? variance : Math.sqrt(variance);
  };
}

/** (S) losses of a portfolio of assets at these positions of the universe. */
function lossesOf(
  { count, returns }: Scenarios,
  positions: readonly number[],
  weights: readonly number[],
): Float64Array {
  const n = returns.length / count;
  return Float64Array.from(
    { length: count },
    (_, s) => -positions.reduce((sum, position, i) => sum + weights[i]! * returns[s * n + position]!, 0),
  );
}
