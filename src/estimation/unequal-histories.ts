import type { CovarianceEstimator, ReturnEstimator, Sample } from '../problem/estimator.ts';
import { Fault, refuse } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { countPatterns, expectationMaximization } from './expectation-maximization.ts';
import { columnsOf, refuseShort, seriesOf } from './sample.ts';
import { stambaugh } from './stambaugh.ts';
import type { NoMoments, NormalMoments } from './stambaugh.ts';

export type UnequalHistoriesParameters = { readonly method: 'stambaugh' | 'em' };

/** Patterns of gaps times n^3: a step of the iteration beyond this takes more than a tenth of a second. */
const workMax = 1e8;

const parameters: JsonSchema<UnequalHistoriesParameters> = {
  type: 'object',
  title: 'Unequal histories',
  properties: {
    method: {
      type: 'string',
      title: 'Method',
      description:
        'stambaugh: exact, for histories that begin at different dates and have no gap afterwards. em: by iteration, for any gaps; the same answer where both apply. There is no default.',
      enum: ['stambaugh', 'em'],
    },
  },
  required: ['method'],
  additionalProperties: false,
  examples: [{ method: 'stambaugh' }, { method: 'em' }],
};

const references = [
  'Stambaugh (1997), Analyzing investments whose histories differ in length, J. Financial Economics 45',
  'Anderson (1957), Maximum likelihood estimates for a multivariate normal distribution when some observations are missing, J. American Statistical Association 52',
  'Little and Rubin (2019), Statistical Analysis with Missing Data, 3rd ed., 7.4 and 11.2',
];

const definition =
  'Maximum likelihood for normal returns that are missing at random: what the longer histories tell about the time before an asset was there counts, by regression on them. Use it with missing prices pairwise. ' +
  'Divisor as in maximum likelihood: complete histories give that of T. Costs: stambaugh (lengths) T n^2 operations, em (patterns of gaps) n^3 a step, some hundred steps, the more the more is missing; it gives up after 2 10^10 of these.';

export const unequalHistoriesMean: ReturnEstimator<UnequalHistoriesParameters> = {
  type: 'unequal-histories-mean',
  estimates: 'expected-returns',
  title: 'Mean of unequal histories',
  description: `Arithmetic mean of simple returns per year when histories differ in length or have gaps. ${definition}`,
  references,
  parameters,
  estimate(sample, { method }) {
    const { mean } = momentsOf(sample, method, 'unequal-histories-mean');
    return mean.map((value) => value * (sample.series?.periodsPerYear ?? 1));
  },
};

export const unequalHistories: CovarianceEstimator<UnequalHistoriesParameters> = {
  type: 'unequal-histories',
  estimates: 'covariance',
  title: 'Covariance of unequal histories',
  description: `Covariance of simple returns per year when histories differ in length or have gaps; positive semidefinite, unlike pairwise covariances. ${definition}`,
  references,
  parameters,
  estimate(sample, { method }) {
    const { covariance } = momentsOf(sample, method, 'unequal-histories');
    const entries = covariance.map((value) => value * (sample.series?.periodsPerYear ?? 1));
    return { covariance: { kind: 'dense', size: sample.universe.assets.length, entries }, repairs: [] };
  },
};

function momentsOf(sample: Sample, method: 'stambaugh' | 'em', estimator: string): NormalMoments {
  const columns = columnsOf(seriesOf(sample, estimator));
  refuseShort(sample, columns, 2);
  const still = [...columns.keys()].filter((i) => {
    const present = columns[i]!.filter((value) => !Number.isNaN(value));
    return present.every((value) => value === present[0]);
  });
  if (still.length > 0) throw refusal(sample, still, 'never move; leave them out');
  if (method === 'em') {
    const patterns = countPatterns(columns);
    if (patterns * columns.length ** 3 > workMax) {
      const description = `em would work through ${String(patterns)} patterns of gaps of ${String(columns.length)} assets at every step, which takes too long; close scattered gaps by carry-forward, or choose complete-rows`;
      refuse([{ field: 'prices', description }]);
    }
  }
  const found = (method === 'stambaugh' ? stambaugh : expectationMaximization)(columns, sample.checkpoint);
  if ('reason' in found) throw refusal(sample, found.assets, words[found.reason]);
  return found;
}

const words: Readonly<Record<NoMoments['reason'], string>> = {
  'late gaps': 'have gaps after their first price; method em takes those',
  short:
    'have too short a history: two dates more than there are longer histories are needed to tell how they move with those',
  replicated:
    'are among histories of which one replicates others, so that what it tells cannot be told apart; leave it out',
  'not settled':
    'no maximum of the likelihood was reached in 20,000 steps or some twenty seconds; the histories overlap too little',
};

function refusal({ universe }: Sample, assets: readonly number[], what: string): Fault {
  const ids = assets.map((position) => universe.assets[position]?.id ?? String(position));
  const description = `${ids.slice(0, 10).join(', ')} ${what}`.trim();
  return new Fault('INSUFFICIENT_HISTORY', description, { assets: ids.join(',') }, [{ field: 'prices', description }]);
}
