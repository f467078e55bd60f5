import {
  approach,
  ask,
  defineStrategy,
  groundOver,
  groundWithin,
  heldWithin,
  inTurns,
  isWhole,
  stoppedBy,
} from '@veritasvault/portfolio/sdk/v1';
import type { Delegate, Holding, JsonSchema, SleevePortfolio, Task, TurnProgram } from '@veritasvault/portfolio/sdk/v1';

import { clustersOf, clustersSchema, treeOf, treeReport, treeSchema } from './tree.ts';
import type { Defaults, TreeParameters } from './tree.ts';

type Goal = 'minimum-variance' | 'maximum-sharpe';

interface Nested extends TreeParameters {
  readonly inner?: Goal;
  readonly outer?: Goal;
  readonly clusters?: number;
  readonly shorts?: boolean;
}

const defaults: Defaults = { linkage: 'ward', distance: 'correlation' };

const goalSchema = (what: string): JsonSchema => ({
  type: 'string',
  enum: ['minimum-variance', 'maximum-sharpe'],
  default: 'minimum-variance',
  description: `What is optimized ${what}.`,
});

const delegateOf = (goal: Goal = 'minimum-variance'): Delegate => ({ type: goal, parameters: {} });

export const nestedClustered = defineStrategy<Nested>({
  id: 'nested-clustered',
  title: 'Nested clustered optimization',
  description:
    'Lopez de Prado (2019): assets are clustered by correlation; `inner` is optimized over the assets of each cluster by itself, fully invested, then `outer` over the portfolios so found, as if they were assets, `invested` in all; the weights are the products. Long only unless `shorts`. Clusters come from a tree of the assets (the paper clusters by k-means). Assets that the restrictions keep at zero are left out. The answer is the portfolio nearest to these weights (least sum of squared differences) that satisfies the restrictions.',
  references: [
    'Lopez de Prado, M. (2019). A Robust Estimator of the Efficient Frontier. ssrn.com/abstract=3469961.',
    'Yue, S., Wang, X., Wei, M. (2008). Application of two-order difference to gap statistic. Transactions of Tianjin University 14, 217-221.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: {
      inner: goalSchema('inside each cluster'),
      outer: goalSchema('over the clusters'),
      clusters: clustersSchema,
      shorts: {
        type: 'boolean',
        default: false,
        description: 'Whether weights may be negative, inside clusters and over them.',
      },
      ...treeSchema(defaults),
    },
    examples: [{}, { inner: 'maximum-sharpe', outer: 'maximum-sharpe', clusters: 3 }],
  },
  needs: ['covariance'],
  noFrontier:
    'its weights are chained over clusters, and nothing trades risk for return over all of them; ask for the frontier of minimum-variance under the same constraints',
  delegates: ({ inner, outer }) => ({ inner: delegateOf(inner), outer: delegateOf(outer) }),
  admit: ({ clusters = 1 }, { universe }) =>
    clusters <= universe.assets.length
      ? []
      : [{ field: 'clusters', description: `is ${clusters}, but there are only ${universe.assets.length} assets` }],
  optimize: (task) => inTurns(task, () => program(task)),
});

function* program(task: Task<Nested>): TurnProgram {
  const { universe } = task.situation;
  const { assets } = universe;
  const { inner, outer, clusters: count, shorts = false, invested = 1 } = task.parameters;
  const tree = yield* treeOf(task, defaults);
  if ('solution' in tree) return tree;
  const clusters = yield* clustersOf(tree, count);
  const held = (n: number, holding: Holding) => [
    heldWithin(n, shorts ? { ...holding, lower: () => -Infinity, upper: () => Infinity } : holding, (text) =>
      task.origin(text),
    ),
  ];
  const idsAt = (positions: readonly number[]): string => positions.map((position) => assets[position]!.id).join(', ');
  const portfolios: SleevePortfolio[] = [];
  for (const [c, places] of clusters.entries()) {
    const positions = places.map((place) => tree.positions[place]!);
    const weights = new Float64Array(assets.length);
    if (positions.length === 1) weights[positions[0]!] = 1;
    else {
      const phase = `cluster ${c + 1} of ${clusters.length}`;
      const ground = groundWithin(task, positions, held(positions.length, {}));
      const answer = yield* ask({ phase, delegate: delegateOf(inner), ground });
      if (!isWhole(answer)) return stoppedBy(answer, `${phase} (${idsAt(positions)})`, assets.length);
      positions.forEach((position, i) => (weights[position] = answer.solution.weights[i]!));
    }
    portfolios.push({ id: `cluster ${c + 1}`, positions, weights });
  }
  const shares = new Float64Array(portfolios.length).fill(invested);
  if (portfolios.length > 1) {
    const ground = groundOver(task, portfolios, held(portfolios.length, { invested }));
    const answer = yield* ask({ phase: 'over the clusters', delegate: delegateOf(outer), ground });
    if (!isWhole(answer)) return stoppedBy(answer, 'the clusters together', assets.length);
    shares.set(answer.solution.weights);
  }
  const target = new Float64Array(assets.length);
  portfolios.forEach(({ positions, weights }, c) => {
    for (const position of positions) target[position] = shares[c]! * weights[position]!;
  });
  const report = {
    ...treeReport(tree, assets),
    clusters: portfolios.map(({ positions, weights }, c) => ({
      assets: positions.map((position) => assets[position]!.id),
      weights: positions.map((position) => weights[position]!),
      weight: shares[c]!,
    })),
  };
  return yield* approach(target, universe, report);
}
