import { approach, defineStrategy, inTurns } from '@veritasvault/portfolio/sdk/v1';
import type { Task, TurnProgram } from '@veritasvault/portfolio/sdk/v1';

import { leavesOf } from './clustering.ts';
import { spread, treeOf, treeReport, treeSchema } from './tree.ts';
import type { Defaults, Tree, TreeParameters } from './tree.ts';

const defaults: Defaults = { linkage: 'single', distance: 'between-columns' };

export const hierarchicalRiskParity = defineStrategy<TreeParameters>({
  id: 'hierarchical-risk-parity',
  title: 'Hierarchical risk parity',
  description:
    'Lopez de Prado (2016): assets are clustered by correlation and put in the order of the leaves of the tree; the list is halved again and again (the first half takes the smaller part of an odd number), and each half gets a share in inverse proportion to its variance under inverse-variance weights. The weights sum to `invested` and are all positive. Assets that the restrictions keep at zero are left out. The answer is the portfolio nearest to these weights (least sum of squared differences) that satisfies the restrictions.',
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
  const target = spread(bisected(tree, task.parameters.invested ?? 1), tree, universe.assets.length);
  return yield* approach(target, universe, treeReport(tree, universe.assets));
}

/** (m) weights by recursive bisection of the leaves. */
export function bisected(tree: Pick<Tree, 'positions' | 'covariance' | 'merges'>, invested: number): Float64Array {
  const m = tree.positions.length;
  const weights = new Float64Array(m).fill(invested);
  const open = m === 0 ? [] : [leavesOf(tree.merges, 2 * m - 2)];
  for (let list = open.pop(); list !== undefined; list = open.pop()) {
    if (list.length < 2) continue;
    const half = Math.floor(list.length / 2);
    const [left, right] = [list.slice(0, half), list.slice(half)];
    const [one, two] = [variance(tree, left), variance(tree, right)];
    const share = 1 - one / (one + two);
    for (const place of left) weights[place] = weights[place]! * share;
    for (const place of right) weights[place] = weights[place]! * (1 - share);
    open.push(left, right);
  }
  return weights;
}

/** Of the portfolio of these assets in inverse proportion to their variances. */
function variance(
  { covariance, positions }: Pick<Tree, 'positions' | 'covariance'>,
  places: readonly number[],
): number {
  const m = positions.length;
  const inverses = places.map((place) => 1 / covariance[place * m + place]!);
  const total = inverses.reduce((sum, value) => sum + value, 0);
  let result = 0;
  places.forEach((i, a) => {
    let row = 0;
    places.forEach((j, b) => (row += covariance[i * m + j]! * inverses[b]!));
    result += inverses[a]! * row;
  });
  return result / (total * total);
}
