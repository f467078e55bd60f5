import { approach, defineStrategy, inTurns } from '@veritasvault/portfolio/sdk/v1';
import type { Task, TurnProgram } from '@veritasvault/portfolio/sdk/v1';

import { leavesOf } from './clustering.ts';
import { riskless, spread, treeOf, treeReport, treeSchema, varianceOf } from './tree.ts';
import type { Defaults, Tree, TreeParameters } from './tree.ts';

const defaults: Defaults = { linkage: 'single', distance: 'between-columns' };

export const hierarchicalRiskParity = defineStrategy<TreeParameters>({
  id: 'hierarchical-risk-parity',
  title: 'Hierarchical risk parity',
  description:
    'Lopez de Prado (2016): assets are clustered by correlation and put in the order of the leaves of the tree; the list is halved again and again (the first half takes the smaller part of an odd number), and each half gets a share in inverse proportion to its variance under inverse-variance weights. Halves whose assets hedge each other wholly have no such share, and then there is no answer. The weights sum to `invested` and are all positive. Assets that the restrictions keep at zero are left out. The answer is the portfolio nearest to these weights (least sum of squared differences) that satisfies the restrictions.',
  references: [
    'Lopez de Prado, M. (2016). Building Diversified Portfolios that Outperform Out of Sample. Journal of Portfolio Management 42(4), 59-69.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: treeSchema(defaults),
    examples: [{}, { linkage: 'ward', distance: 'correlation' }],
  },
  needs: ['covariance'],
  noFrontier:
    'its weights follow from a tree and not from an objective; ask for the frontier of minimum-variance under the same constraints',
  optimize: (task) => inTurns(task, () => program(task)),
});

function* program(task: Task<TreeParameters>): TurnProgram {
  const { universe } = task.situation;
  const tree = yield* treeOf(task, defaults);
  if ('solution' in tree) return tree;
  const { weights, calm } = bisected(tree, task.parameters.invested ?? 1);
  if (calm.length > 0) return riskless(calm, tree, universe.assets);
  return yield* approach(spread(weights, tree, universe.assets.length), universe, treeReport(tree, universe.assets));
}

/** (m) weights by recursive bisection of the leaves, or the places of a half whose assets hedge each other, which has no inverse. */
export function bisected(tree: Pick<Tree, 'positions' | 'covariance' | 'merges'>, invested: number) {
  const m = tree.positions.length;
  const weights = new Float64Array(m).fill(invested);
  const open = [leavesOf(tree.merges, 2 * m - 2)];
  for (let list = open.pop(); list !== undefined; list = open.pop()) {
    if (list.length < 2) continue;
    const half = Math.floor(list.length / 2);
    const [left, right] = [list.slice(0, half), list.slice(half)];
    const [one, two] = [variance(tree, left), variance(tree, right)];
    if (one === 0 || two === 0) return { weights, calm: one === 0 ? left : right };
    const share = 1 - one / (one + two);
    for (const place of left) weights[place] = weights[place]! * share;
    for (const place of right) weights[place] = weights[place]! * (1 - share);
    open.push(left, right);
  }
  return { weights, calm: [] };
}

/** Of the portfolio of these assets in inverse proportion to their variances. */
function variance(tree: Pick<Tree, 'positions' | 'covariance'>, places: readonly number[]): number {
  const m = tree.positions.length;
  const inverses = places.map((place) => 1 / tree.covariance[place * m + place]!);
  const total = inverses.reduce((sum, value) => sum + value, 0);
  const weights = inverses.map((inverse) => inverse / total);
  return varianceOf(tree, places, weights);
}
