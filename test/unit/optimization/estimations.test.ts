import { expect } from 'chai';

import { Estimations } from '../../../src/optimization/estimations.ts';
import type { RowRequest } from '../../../src/optimization/estimations.ts';
import { estimateJob } from '../../../src/optimization/estimation-job.ts';
import type { EstimationJob } from '../../../src/optimization/job.ts';
import { RowStream } from '../../../src/optimization/row-stream.ts';
import type { RowDraft, RowNews, RowStreamDraft } from '../../../src/optimization/row-stream.ts';
import type { CovarianceEstimator } from '../../../src/problem/estimator.ts';
import type { SymmetricOperator } from '../../../src/problem/operator.ts';
import { Fault } from '../../../src/values/fault.ts';
import { catalogOf, constraintOf, none, problem3, vectorOf } from '../../support/optimization.ts';
import { universeOf } from '../../support/scenario-draws.ts';

const context = { tenant: 't', principal: 'p', signal: new AbortController().signal };
const catalog = catalogOf({});

const draft: RowStreamDraft = {
  assetIds: ['A', 'B'],
  kind: 'prices',
  estimator: { kind: 'sample' },
  periodsPerYear: 12,
  answerEvery: 0,
  omitCovariance: false,
  includeState: true,
  state: none,
};
const row = (...values: number[]): RowDraft => ({ date: '', values: vectorOf(values) });
const updateOf = (news: RowNews | undefined) => {
  if (news?.kind !== 'update') throw new Error('expected an update');
  return news.update;
};

async function* told(...requests: RowRequest[]): AsyncGenerator<RowRequest> {
  for (const request of requests) yield await Promise.resolve(request);
}

const fieldsOf = async (work: () => unknown): Promise<readonly string[]> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof Fault) return [error.reason, ...error.violations.map(({ field }) => field)];
    throw error;
  }
  return [];
};

describe('a stream of rows', () => {
  it('makes returns of prices from the last row that was taken', () => {
    const stream = new RowStream(draft);
    expect(updateOf(stream.take(row(100, 50))).observations).to.equal(0);
    expect(stream.take(row(-1, 50))?.kind).to.equal('rejection');
    expect(updateOf(stream.take(row(110, 51))).expectedReturns?.[0]).to.be.closeTo(1.2, 1e-12);
  });

  it('takes no row of which a return is not finite', () => {
    const stream = new RowStream(draft);
    stream.take(row(Number.MIN_VALUE, 50));
    const news = stream.take(row(1e15, 50));
    expect(news).to.deep.include({ kind: 'rejection', row: 2 });
    expect(news?.kind === 'rejection' && news.violations.map(({ field }) => field)).to.deep.equal(['values[0]']);
    expect(stream.end()).to.equal(undefined);
  });

  it('keeps prices of its own: the buffer of a message may be used again', () => {
    const stream = new RowStream(draft);
    const values = [100, 50];
    stream.take({ date: '', values: { values, packed: none } });
    values.fill(1);
    expect(updateOf(stream.take(row(110, 50))).expectedReturns?.[0]).to.be.closeTo(1.2, 1e-12);
  });

  it('goes on from a state whose rows had dates, prices or neither', () => {
    for (const kind of ['prices', 'returns'] as const) {
      for (const dates of [
        ['2024-01-02', '2024-01-03', '2024-01-04'],
        ['', '', ''],
      ]) {
        const [whole, before] = [new RowStream({ ...draft, kind }), new RowStream({ ...draft, kind })];
        const rows = dates.map((date, t) => ({ date, values: vectorOf([0.1 + t ** 2 / 100, 0.2 - t / 100]) }));
        const state = rows.slice(0, 2).map((each) => updateOf(before.take(each)).state)[1];
        const after = new RowStream({ ...draft, kind, state: state ?? none });
        const expected = rows.map((each) => updateOf(whole.take(each))).at(-1);
        expect(updateOf(after.take(rows[2]!))).to.deep.equal(expected);
      }
    }
    const unread = new RowStream(draft).end();
    expect(updateOf(unread)).to.deep.include({ observations: 0, asOf: '' });
  });

  it('refuses a half-life that remembers nothing', async () => {
    const estimator = { kind: 'exponential', halfLife: 1e-4, centre: 'mean' } as const;
    expect(await fieldsOf(() => new RowStream({ ...draft, estimator }))).to.deep.equal([
      'INVALID_ARGUMENT',
      'configuration.exponential.half_life',
    ]);
  });
});

describe('the use cases on estimates', () => {
  const jobs: EstimationJob[] = [];
  const engine = {
    estimate: (job: EstimationJob) => {
      jobs.push(job);
      return Promise.resolve(estimateJob(job, catalog));
    },
  };
  const estimations = new Estimations(engine, catalog);

  it('estimates the numbers of a problem whole, whatever its constraints', async () => {
    const answer = await estimations.estimate({ problem: problem3, secondsMax: 0 }, context);
    expect(answer.assets).to.deep.equal(['BOND', 'EQUITY', 'GOLD']);
    expect([...(answer.volatilities ?? [])].map((each) => Number(each.toFixed(12)))).to.deep.equal([0.1, 0.2, 0.3]);
    expect(jobs.at(-1)?.secondsMax).to.equal(60);
    const wrong = { ...problem3, constraints: [constraintOf('no-such', {})] };
    expect(await fieldsOf(() => estimations.estimate({ problem: wrong, secondsMax: 1 }, context))).to.deep.equal([
      'UNKNOWN_TYPE',
      'problem.constraints[0].type',
    ]);
  });

  it('tells specific risk alone as a factor model without factors, and a sum as a matrix', () => {
    const diagonal = { kind: 'diagonal' as const, size: 3, entries: Float64Array.of(0.01, 0.04, 0.09) };
    const exposures = Float64Array.of(1, 0.5, 0);
    const factor = { kind: 'factor' as const, size: 3, factors: 1, exposures, factorCovariance: Float64Array.of(0.04) };
    const covariances: readonly SymmetricOperator[] = [
      diagonal,
      { kind: 'sum', size: 3, terms: [diagonal, { ...factor, specific: new Float64Array(3) }] },
      { ...factor, specific: diagonal.entries },
    ];
    const answers = covariances.map((covariance) => {
      const estimator: CovarianceEstimator = {
        type: 'given',
        estimates: 'covariance',
        title: 'Given',
        description: 'As it is.',
        references: [],
        parameters: { type: 'object' },
        estimate: () => ({ covariance, repairs: [] }),
      };
      const job = {
        universe: universeOf('A', 'B', 'C'),
        current: new Float64Array(3),
        cashCurrent: 1,
        riskFreeRate: 0,
      };
      const estimation = { covariance: { type: 'given', parameters: {} } };
      return estimateJob({ ...job, estimation, views: [], secondsMax: 1 }, catalogOf({ estimators: [estimator] }));
    });
    expect(answers.map(({ risk }) => risk?.kind)).to.deep.equal(['factor', 'dense', 'factor']);
    expect(answers.map(({ risk }) => (risk?.kind === 'factor' ? risk.factors : undefined))).to.deep.equal([
      0,
      undefined,
      1,
    ]);
    const volatilities = answers.map((answer) => [...(answer.volatilities ?? [])].map((each) => each.toFixed(12)));
    const deviations = (...variances: number[]): string[] => variances.map((each) => Math.sqrt(each).toFixed(12));
    expect(volatilities).to.deep.equal([
      deviations(0.01, 0.04, 0.09),
      deviations(0.05, 0.05, 0.09),
      deviations(0.05, 0.05, 0.09),
    ]);
  });

  it('opens so many streams and no more, and again when one has ended', async () => {
    const open = Array.from({ length: 100 }, () =>
      estimations.follow(told({ kind: 'configuration', configuration: draft }, { kind: 'row', row: row(1, 2) })),
    );
    await Promise.all(open.map((each) => each.next()));
    const another = () => estimations.follow(told({ kind: 'configuration', configuration: draft }));
    expect((await fieldsOf(() => another().next()))[0]).to.equal('QUOTA_EXCEEDED');
    await open[0]!.return();
    expect((await another().next()).value).to.deep.include({ kind: 'update', row: 0 });
    await Promise.all(open.map((each) => each.return()));
  });

  it('refuses a message with nothing in it', async () => {
    expect(await fieldsOf(() => estimations.follow(told({ kind: 'empty' })).next())).to.deep.equal([
      'INVALID_ARGUMENT',
      'configuration',
    ]);
  });
});
