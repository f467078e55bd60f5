import {
  ask,
  defineStrategy,
  groundWithin,
  heldWithin,
  holdable,
  inTurns,
  investedSchema,
  isWhole,
  stoppedBy,
  unanswered,
} from '@veritasvault/portfolio/sdk/v1';
import type { Task, TurnProgram } from '@veritasvault/portfolio/sdk/v1';

import { admitRuns, delegateOf, delegateSchema } from './delegates.ts';
import type { StatedDelegate } from './delegates.ts';
import { Draws } from './draws.ts';
import { approached, WeightSample } from './runs.ts';

interface Subsets {
  readonly strategy: StatedDelegate;
  readonly size: number;
  readonly subsets?: number;
  readonly invested?: number;
  readonly seed?: number;
}

export const subsetResampling = defineStrategy<Subsets>({
  id: 'subset-resampling',
  title: 'Subset resampling',
  description:
    'Shen and Wang (2017): `strategy` runs on `subsets` random subsets of `size` assets each, long only and fully invested, without other restrictions; the average of the weights, times `invested`, is the target. Assets that the restrictions keep at zero are in no subset. The answer is the portfolio nearest to the target (least sum of squared differences) that satisfies the restrictions. Of each weight the report tells the average, the standard deviation over subsets, and the standard error of the average.',
  references: [
    'Shen, W., Wang, J. (2017). Portfolio Selection via Subset Resampling. Proceedings of the AAAI Conference on Artificial Intelligence 31(1), 1517-1523.',
  ],
  parameters: {
    type: 'object',
    required: ['strategy', 'size'],
    additionalProperties: false,
    properties: {
      strategy: delegateSchema('What is run on each subset.', [{ type: 'minimum-variance' }]),
      size: {
        type: 'integer',
        minimum: 1,
        maximum: 10000,
        description: 'Assets in each subset, at most those that can be held.',
        examples: [4],
      },
      subsets: { type: 'integer', minimum: 1, maximum: 5000, default: 100, description: 'Number of subsets.' },
      invested: investedSchema,
      seed: {
        type: 'integer',
        minimum: 0,
        maximum: 2147483647,
        default: 1,
        description: 'The same seed gives the same subsets, whatever the machine.',
      },
    },
    examples: [{ strategy: { type: 'minimum-variance' }, size: 4, subsets: 10 }],
  },
  needs: [],
  noFrontier:
    'it averages portfolios of drawn subsets, and nothing trades risk for return over all of them; ask for the frontier of the strategy that it runs',
  delegates: ({ strategy }) => ({ strategy: delegateOf(strategy) }),
  admit: (parameters, { universe }) => {
    const { size } = parameters;
    const n = universe.assets.length;
    const fits = size <= n ? [] : [{ field: 'size', description: `is ${size}, but there are only ${n} assets` }];
    return [...fits, ...admitRuns('subset-resampling', parameters, 'subsets')];
  },
  optimize: (task) => inTurns(task, () => program(task)),
});

function* program(task: Task<Subsets>): TurnProgram {
  const { universe } = task.situation;
  const { assets } = universe;
  const { subsets = 100, invested = 1, seed = 1 } = task.parameters;
  const delegate = delegateOf(task.parameters.strategy);
  const open = holdable(task.restrictions, assets.length);
  // In the order of the ids, so that subsets do not depend on how assets are listed.
  const candidates = [...assets.keys()]
    .filter((position) => open[position])
    .sort((a, b) => (assets[a]!.id < assets[b]!.id ? -1 : 1));
  if (candidates.length === 0)
    return unanswered(assets.length, {
      reason: 'no solution found',
      detail: 'the restrictions let no asset be held long',
    });
  const size = Math.min(task.parameters.size, candidates.length);
  const restrictions = [heldWithin(size, {}, (text) => task.origin(text))];
  const sample = new WeightSample(assets.length);
  for (let subset = 0; subset < subsets; subset++) {
    const phase = `subset ${subset + 1} of ${subsets}`;
    const positions = chosen(candidates, size, new Draws(seed, subset));
    const answer = yield* ask({ phase, delegate, ground: groundWithin(task, positions, restrictions) });
    if (!isWhole(answer)) return stoppedBy(answer, phase, assets.length);
    const weights = new Float64Array(assets.length);
    positions.forEach((position, i) => (weights[position] = invested * answer.solution.weights[i]!));
    sample.add(weights);
  }
  const report = { subsets, size, seed, strategy: delegate.type, weights: sample.report(assets) };
  return yield* approached(sample.mean, universe, report, undefined);
}

/** Without replacement, each as likely as the others (Fisher and Yates), in the order of the candidates. */
function chosen(candidates: readonly number[], size: number, draws: Draws): readonly number[] {
  const places = [...candidates.keys()];
  for (let k = 0; k < size; k++) {
    const other = k + draws.below(places.length - k);
    [places[k], places[other]] = [places[other]!, places[k]!];
  }
  return places
    .slice(0, size)
    .sort((a, b) => a - b)
    .map((place) => candidates[place]!);
}
