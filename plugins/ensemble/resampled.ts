import { ask, covarianceOf, defineStrategy, inTurns, isWhole, unanswered } from '@veritasvault/portfolio/sdk/v1';
import type { Task, TurnProgram } from '@veritasvault/portfolio/sdk/v1';

import { admitRuns, delegateOf, delegateSchema } from './delegates.ts';
import type { StatedDelegate } from './delegates.ts';
import { Draws } from './draws.ts';
import { resampledGround, sourceOf } from './resampling.ts';
import { approached, cutShort, partReport, standIn, WeightSample } from './runs.ts';

interface Resampled {
  readonly strategy: StatedDelegate;
  readonly draws?: number;
  readonly observations?: number;
  readonly periodsPerYear?: number;
  readonly seed?: number;
}

export const resampled = defineStrategy<Resampled>({
  id: 'resampled',
  title: 'Resampled',
  description:
    'Michaud (1998): `strategy` runs on `draws` histories of `observations` returns each, drawn from the normal distribution of the estimates (mean mu / P, covariance Sigma / P, P = `periodsPerYear`), each time with the mean times P and the sample covariance (T - 1) times P of that history, under all restrictions. Its weights are averaged; the answer is the portfolio nearest to the average (least sum of squared differences) that satisfies the restrictions. One strategy is averaged, not the ranks of a frontier. Scenarios are drawn with replacement from those given, in blocks where they follow each other. Draws for which the strategy has no answer are left out and told; with more than half of them, or without an answer on the estimates themselves, there is none. Of each weight the report tells the average, the standard deviation over draws, and the standard error of the average.',
  references: [
    'Michaud, R. O. (1998). Efficient Asset Management. Harvard Business School Press.',
    'Politis, D. N., Romano, J. P. (1992). A Circular Block-Resampling Procedure for Stationary Data. In: Exploring the Limits of Bootstrap, Wiley, 263-270.',
  ],
  parameters: {
    type: 'object',
    required: ['strategy'],
    additionalProperties: false,
    properties: {
      strategy: delegateSchema('What is run on each history.', [{ type: 'maximum-sharpe' }]),
      draws: { type: 'integer', minimum: 2, maximum: 2000, default: 100, description: 'Number of histories.' },
      observations: {
        type: 'integer',
        minimum: 3,
        maximum: 100000,
        default: 60,
        description: 'Returns in each history: the more, the less the estimates are doubted.',
      },
      periodsPerYear: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 366,
        default: 12,
        description: 'Returns in a year: 12 when one is a month.',
      },
      seed: {
        type: 'integer',
        minimum: 0,
        maximum: 2147483647,
        default: 1,
        description: 'The same seed gives the same draws, whatever the machine.',
      },
    },
    examples: [
      { strategy: { type: 'minimum-variance' }, draws: 3 },
      { strategy: { type: 'maximum-sharpe' }, draws: 4, observations: 240, seed: 7 },
    ],
  },
  needs: ['covariance'],
  noFrontier:
    "Michaud's averages are of one portfolio, not of the ranks of a frontier; ask for the frontier of the strategy that it resamples, or once for each return with minimum-risk-at-return as that strategy",
  delegates: ({ strategy }) => ({ strategy: delegateOf(strategy) }),
  admit: (parameters) => admitRuns('resampled', parameters, 'draws'),
  optimize: (task) => inTurns(task, () => program(task)),
});

function* program(task: Task<Resampled>): TurnProgram {
  const { universe } = task.situation;
  const { assets } = universe;
  const { draws = 100, observations = 60, periodsPerYear = 12, seed = 1 } = task.parameters;
  const delegate = delegateOf(task.parameters.strategy);
  const own = yield* ask({ phase: `${delegate.type} on the estimates`, delegate });
  const report = { draws, observations, periodsPerYear, seed, strategy: partReport(delegate, own, assets) };
  if (!isWhole(own)) return { ...cutShort(own, undefined, `${delegate.type} on the estimates`), report };
  const source = sourceOf(
    covarianceOf(task),
    assets.map(({ id }) => id),
  );
  const history = { observations, periodsPerYear };
  const sample = new WeightSample(assets.length);
  const failures: string[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const phase = `draw ${draw + 1} of ${draws}`;
    const stopped = { ...standIn(own, 'interrupted', phase), report };
    const ground = yield* resampledGround(task, source, history, new Draws(seed, draw), stopped);
    const answer = yield* ask({ phase, delegate, ground });
    const { limit, reason, detail } = answer.solution.termination;
    if (limit !== undefined) return { ...cutShort(answer, own, phase), report };
    if (isWhole(answer)) sample.add(answer.solution.weights);
    else failures.push(`${phase} ended with "${reason}": ${detail}`);
  }
  const told = {
    ...report,
    failedDraws: failures.length,
    firstFailures: failures.slice(0, 5),
    weights: sample.report(assets),
  };
  if (2 * failures.length > draws) {
    const detail = `${delegate.type} has no answer for ${failures.length} of ${draws} draws; the first: ${failures[0]!}`;
    return { ...unanswered(assets.length, { reason: 'no solution found', detail }), report: told };
  }
  return yield* approached(sample.mean, universe, told, own);
}
