import { randomUUID } from 'node:crypto';

import { expect } from 'chai';

import { refusal, struct } from '../support/e2e/client.ts';
import { openDesk } from '../support/e2e/desk.ts';
import type { Message, TestClient } from '../support/e2e/client.ts';
import { optimizationMessage, portfolioMessage, problemMessage } from '../support/e2e/market.ts';

interface Weights {
  readonly assetId: string;
  readonly weight: number;
}
interface Result {
  readonly termination: string;
  readonly detail: string;
  readonly weights: readonly Weights[];
  readonly cashWeight: number;
  readonly volatilityAnnual: number;
  readonly turnoverHalfSum: number;
  readonly certificate: {
    readonly passed: boolean;
    readonly primalResidual: number;
    readonly gap: number;
    readonly constraints: readonly { readonly constraintId: string; readonly slack: number }[];
  } | null;
  readonly conflict: {
    readonly proofVerified: boolean;
    readonly members: readonly { readonly constraintId: string; readonly text: string }[];
  } | null;
  readonly posteriorReturns: readonly number[];
}

const start = (client: TestClient, id: string, changes: Message = {}, requestId = ''): Promise<Message> =>
  client.call('OptimizationService/CreateOptimization', {
    parent: 'portfolios/growth',
    optimization: optimizationMessage(changes),
    optimizationId: id,
    requestId,
  });
const nameOf = (id: string): string => `portfolios/growth/optimizations/${id}`;
const watch = (client: TestClient, id: string, resumeToken = ''): Promise<Message[]> =>
  client.collect('OptimizationService/WatchOptimization', { name: nameOf(id), resumeToken });
const get = (client: TestClient, id: string): Promise<Message> =>
  client.call('OptimizationService/GetOptimization', { name: nameOf(id) });
const resultOf = (message: Message): Result => message['result'] as Result;
describe('optimizations over the wire', function () {
  this.timeout(180_000);
  const desk = openDesk();
  let client: TestClient;
  before(async () => {
    client = desk.client;
    await client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(), portfolioId: 'growth' });
  });

  it('starts at once, streams gapless events and ends with certified weights', async () => {
    const created = await start(client, 'first');
    expect(created['state']).to.be.oneOf(['RUN_STATE_QUEUED', 'RUN_STATE_RUNNING']);
    const events = await watch(client, 'first');
    expect(events.map((event) => Number(event['sequence']))).to.deep.equal(events.map((_, index) => index + 1));
    expect(events[0]?.['event']).to.equal('queued');
    expect(events.at(-1)?.['event']).to.equal('succeeded');
    expect(events.some((event) => event['event'] === 'progress')).to.equal(true);
    const finished = await get(client, 'first');
    const result = resultOf(finished);
    expect(result.termination).to.equal('TERMINATION_REASON_OPTIMAL');
    expect(result.certificate?.passed).to.equal(true);
    expect(result.certificate?.primalResidual).to.be.lessThan(1e-8);
    expect(result.certificate?.gap).to.be.lessThan(1e-8);
    const verdicts = result.certificate?.constraints ?? [];
    expect(new Set(verdicts.map((verdict) => verdict.constraintId))).to.include.all.keys(
      'long-only',
      'sectors',
      'calm',
    );
    expect(Math.min(...verdicts.map((verdict) => verdict.slack))).to.be.greaterThan(-1e-8);
    expect(result.weights.reduce((sum, line) => sum + line.weight, result.cashWeight)).to.be.closeTo(1, 1e-12);
    expect(finished['lastSequence']).to.equal(String(events.length));
  });

  it('goes on after any resume token, without gap or repetition', async () => {
    await start(client, 'resumed');
    const whole = await watch(client, 'resumed');
    for (const [index, event] of whole.entries()) {
      const rest = await watch(client, 'resumed', String(event['resumeToken']));
      expect(rest.map((later) => later['sequence'])).to.deep.equal(
        whole.slice(index + 1).map((later) => later['sequence']),
      );
    }
  });

  it('refuses resume tokens that are damaged or of another run or tenant', async () => {
    await start(client, 'token-a');
    await start(client, 'token-b');
    const [event] = await watch(client, 'token-a');
    const token = String(event?.['resumeToken']);
    expect((await refusal(watch(client, 'token-b', token))).reason).to.equal('RESUME_TOKEN_FOREIGN');
    for (const damaged of [
      token.slice(0, -4),
      `${token}x`,
      'nonsense',
      token.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    ]) {
      expect((await refusal(watch(client, 'token-a', damaged))).reason).to.equal('RESUME_TOKEN_INVALID');
    }
  });

  it('gives the first answer again for a repeated request id', async () => {
    const requestId = randomUUID();
    const first = await start(client, 'repeated', {}, requestId);
    expect(await start(client, 'repeated', {}, requestId)).to.deep.equal(first);
    expect((await refusal(start(client, 'repeated'))).reason).to.equal('ALREADY_EXISTS');
  });

  it('names the constraints in conflict in the words of the client, and nothing else', async () => {
    await start(client, 'conflict', {
      constraints: [
        {
          constraintId: 'more-tech',
          displayName: 'more technology',
          type: 'sector',
          parameters: struct({ Technology: { min: 0.6 } }),
        },
        {
          constraintId: 'bystander',
          displayName: 'bystander',
          type: 'sector',
          parameters: struct({ Finance: { max: 0.9 } }),
        },
      ],
    });
    await watch(client, 'conflict');
    const result = resultOf(await get(client, 'conflict'));
    expect(result.termination).to.equal('TERMINATION_REASON_INFEASIBLE');
    expect(result.weights).to.deep.equal([]);
    expect(result.conflict?.proofVerified).to.equal(true);
    expect(result.conflict?.members.map((member) => member.constraintId).sort()).to.deep.equal([
      'more-tech',
      'sectors',
    ]);
    expect(result.conflict?.members.every((member) => member.text.includes('Technology'))).to.equal(true);
  });

  it('blends views with confidence into the expected returns', async () => {
    const views = [{ legs: [{ assetId: 'ALFA', coefficient: 1 }], expectedReturn: 0.3, confidence: 0.6 }];
    const estimation = {
      expectedReturns: { type: 'market-implied', parameters: struct({ riskAversion: 2.5 }) },
      covariance: { type: 'ledoit-wolf', parameters: struct({ target: 'constant-correlation' }) },
      missingPrices: 'MISSING_PRICES_REFUSE',
      periodsPerYear: 252,
    };
    await start(client, 'plain', {
      estimation,
      strategy: { type: 'quadratic-utility', parameters: struct({ riskAversion: 5 }) },
    });
    await start(client, 'viewed', {
      estimation,
      views,
      strategy: { type: 'quadratic-utility', parameters: struct({ riskAversion: 5 }) },
    });
    await Promise.all([watch(client, 'plain'), watch(client, 'viewed')]);
    const weightOf = (result: Result): number =>
      result.weights.find((line) => line.assetId === 'ALFA')?.weight ?? Number.NaN;
    const plain = resultOf(await get(client, 'plain'));
    const viewed = resultOf(await get(client, 'viewed'));
    expect(viewed.posteriorReturns).to.have.length(8);
    expect(weightOf(viewed)).to.be.greaterThan(weightOf(plain));
  });

  it('lists runs newest first and filters them by state', async () => {
    const page = await client.call('OptimizationService/ListOptimizations', {
      parent: 'portfolios/growth',
      filter: 'state = "SUCCEEDED"',
      pageSize: 3,
    });
    const states = (page['optimizations'] as Message[]).map((run) => run['state']);
    expect(states).to.deep.equal(['RUN_STATE_SUCCEEDED', 'RUN_STATE_SUCCEEDED', 'RUN_STATE_SUCCEEDED']);
    expect(page['nextPageToken']).to.not.equal('');
  });

  it('leaves a run alone when its watcher leaves, and stops it when it is cancelled', async () => {
    await start(client, 'left');
    const call = client.stream('OptimizationService/WatchOptimization', { name: nameOf('left') });
    call.on('error', () => undefined);
    call.once('data', () => {
      call.cancel();
    });
    const events = await watch(client, 'left');
    expect(events.at(-1)?.['event']).to.equal('succeeded');
    const cancelled = await client.call('OptimizationService/CancelOptimization', { name: nameOf('left') });
    expect(cancelled['state']).to.equal('RUN_STATE_SUCCEEDED');
  });

  it('solves a problem given whole, streaming iterations that end in the solution', async () => {
    const messages = await client.collect('OptimizationService/Optimize', {
      problem: problemMessage(50),
      strategy: { type: 'minimum-variance' },
    });
    expect(messages.slice(0, -1).every((message) => message['event'] === 'progress')).to.equal(true);
    expect(messages.length).to.be.greaterThan(1);
    const solution = messages.at(-1)?.['solution'] as Result;
    expect(solution.termination).to.equal('TERMINATION_REASON_OPTIMAL');
    expect(solution.certificate?.passed).to.equal(true);
    expect(solution.weights).to.have.length(50);
  });

  it('takes matrices as little-endian bytes and gives the same answer to the last bit', async () => {
    const problem = problemMessage(20);
    const { matrix, period } = problem['covariance'] as { matrix: { values: number[] }; period: string };
    const packed = Buffer.from(new Float64Array(matrix.values).buffer);
    const bytes = { ...problem, covariance: { matrix: { rows: 20, columns: 20, packed }, period } };
    const answers = await Promise.all(
      [problem, bytes].map((candidate) =>
        client.collect('OptimizationService/Optimize', { problem: candidate, strategy: { type: 'minimum-variance' } }),
      ),
    );
    const [left, right] = answers.map((messages) => (messages.at(-1)?.['solution'] as Result).weights);
    expect(left).to.deep.equal(right);
  });

  it('streams the efficient frontier from the least risk to the most return', async () => {
    const messages = await client.collect('OptimizationService/ComputeFrontier', {
      problem: problemMessage(15),
      points: 9,
    });
    const points = messages
      .filter((message) => message['event'] === 'point')
      .map((message) => message['point'] as Message);
    expect(points.map((point) => point['index'])).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const column = (key: string): number[] => points.map((point) => Number(point[key]));
    const ascending = (values: readonly number[]): boolean =>
      values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0) - 1e-9);
    expect(ascending(column('volatilityAnnual'))).to.equal(true);
    expect(ascending(column('expectedReturnAnnual'))).to.equal(true);
    expect(points.every((point) => (point['certificate'] as { passed: boolean }).passed)).to.equal(true);
    expect(messages.at(-1)?.['event']).to.equal('summary');
  });

  it('streams the frontier of least variance when expected returns are given, and says what is missing when not', async () => {
    const { expectedReturns, ...without } = problemMessage(12);
    expect(expectedReturns).to.not.equal(undefined);
    const request = { problem: problemMessage(12), points: 5, strategy: { type: 'minimum-variance' } };
    const messages = await client.collect('OptimizationService/ComputeFrontier', request);
    expect(messages.filter((message) => message['event'] === 'point').length).to.equal(5);
    const summary = messages.at(-1)?.['summary'] as { provenance: { solverChoice: string } };
    expect(summary.provenance.solverChoice).to.match(/frontier by critical-line/);
    const failure = await refusal(
      client.collect('OptimizationService/ComputeFrontier', { ...request, problem: without }),
    );
    expect(failure.violations.map(({ field }) => field)).to.deep.equal(['problem.expected_returns']);
  });
});
