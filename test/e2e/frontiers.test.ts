import { expect } from 'chai';

import { failureOf, struct, TestClient } from '../support/e2e/client.ts';
import type { Message } from '../support/e2e/client.ts';
import { problemMessage, seeded } from '../support/e2e/market.ts';
import { TestServer } from '../support/e2e/server.ts';

interface Point {
  readonly index: number;
  readonly weights: readonly number[];
  readonly expectedReturnAnnual: number;
  readonly volatilityAnnual: number;
  readonly trackingErrorAnnual?: number;
  readonly turnoverHalfSum: number;
  readonly cvar?: number;
  readonly certificate: { readonly passed: boolean };
  readonly strategyReport?: { readonly fields: Readonly<Record<string, { readonly numberValue?: number }>> };
}

/** Of a Struct as it is on the wire. */
function numberIn(report: Point['strategyReport'], key: string): number | undefined {
  return report?.fields[key]?.numberValue;
}

const n = 12;
const even = new Array<number>(n).fill(1 / n);
const held = even.map((weight, i) => (i < n / 2 ? 2 * weight : 0));
const turnover = {
  constraintId: 'turnover',
  type: 'turnover',
  parameters: struct({ max: 0.4, definition: 'half-sum' }),
};

function scenarios(): Message {
  const random = seeded(5);
  const values = Array.from({ length: 60 * n }, () => 0.01 + 0.1 * (random() - 0.5));
  return { returns: { rows: 60, columns: n, values }, period: 'RETURN_PERIOD_MONTHLY' };
}

const problem = problemMessage(n, {
  currentWeights: { values: held },
  benchmarkWeights: { values: even },
  scenarios: scenarios(),
});
const limited = { ...problem, constraints: [...(problem['constraints'] as Message[]), turnover] };

/** Of two factors. */
const factorRisk: Message = {
  factors: ['Market', 'Value'],
  exposures: {
    rows: n,
    columns: 2,
    values: Array.from({ length: 2 * n }, (_, at) => (at % 2 === 0 ? 0.8 + 0.04 * (at / 2) : Math.sin(at))),
  },
  factorCovariance: { rows: 2, columns: 2, values: [0.03, 0.001, 0.001, 0.006] },
  specificVariance: { values: even.map((_, i) => 0.01 + 0.002 * i) },
  period: 'RETURN_PERIOD_ANNUAL',
};
const { covariance: _covariance, ...others } = problem;
const factored: Message = { ...others, factorRisk };
const viewed: Message = {
  ...problem,
  views: [{ legs: [{ assetId: 'A3', coefficient: 1 }], expectedReturn: 0.15, confidence: 0.6 }],
};
const blackLitterman = (covariance: string, type = 'maximum-sharpe'): Message => ({
  type: 'black-litterman',
  parameters: struct({ objective: { type }, covariance }),
});
const tilted = (risk: string): Message => ({
  type: 'factor-target',
  parameters: struct({ targets: { Value: { target: 0.4 } }, risk, approach: 'exact' }),
});

/** With a single worker a quick solve answers only when the long one before it has left. */
describe('frontiers', function () {
  this.timeout(120_000);
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    server = await TestServer.start({ PORTFOLIO_WORKERS: '1' });
    client = new TestClient(server.grpcAddress);
  });
  after(async () => {
    client.close();
    await server.dispose();
  });

  const frontier = async (request: Message): Promise<readonly Point[]> => {
    const messages = await client.collect('OptimizationService/ComputeFrontier', request);
    expect(messages.at(-1)?.['event']).to.equal('summary');
    expect(messages.at(-1)).to.have.nested.property('summary.termination', 'TERMINATION_REASON_OPTIMAL');
    return messages.flatMap((message) => (message['event'] === 'point' ? [message['point'] as Point] : []));
  };

  for (const [name, asked] of [
    ['traced', { problem, points: 25, strategy: { type: 'minimum-variance' } }],
    ['solved point by point', { problem: limited, points: 25, strategy: { type: 'maximum-sharpe' } }],
    ['against turnover', { problem, points: 25, against: 'FRONTIER_MEASURE_TURNOVER' }],
    ['against CVaR', { problem, points: 25, against: 'FRONTIER_MEASURE_CVAR' }],
    ['on posterior returns', { problem: viewed, points: 25, strategy: blackLitterman('predictive') }],
    [
      'of factor targets, by tilt',
      { problem: factored, points: 25, strategy: tilted('active'), against: 'FRONTIER_MEASURE_TRACKING_ERROR' },
    ],
  ] as const) {
    it(`go on from where a stream broke off with the same points, bit for bit: ${name}`, async () => {
      const whole = await frontier(asked);
      expect(whole.map(({ index }) => index)).to.deep.equal([...Array(25).keys()]);
      for (const firstIndex of [11, 24]) {
        const rest = await frontier({ ...asked, firstIndex });
        expect(rest).to.deep.equal(whole.slice(firstIndex));
      }
    });
  }

  const axes: readonly (readonly [string, keyof Point])[] = [
    ['FRONTIER_MEASURE_VOLATILITY', 'volatilityAnnual'],
    ['FRONTIER_MEASURE_TRACKING_ERROR', 'trackingErrorAnnual'],
    ['FRONTIER_MEASURE_TURNOVER', 'turnoverHalfSum'],
    ['FRONTIER_MEASURE_CVAR', 'cvar'],
  ];
  it('are against each measure when asked, without a strategy: the least of it at its returns', async () => {
    const told = await Promise.all(axes.map(([against]) => frontier({ problem, points: 8, against })));
    for (const [which, [, axis]] of axes.entries()) {
      const points = told[which]!;
      expect(points).to.have.length(8);
      expect(points.every(({ certificate }) => certificate.passed)).to.equal(true);
      const risks = points.map((point) => Number(point[axis]));
      for (const [k, { expectedReturnAnnual }] of points.entries()) {
        if (k > 0) {
          expect(expectedReturnAnnual).to.be.at.least(points[k - 1]!.expectedReturnAnnual - 1e-9);
          expect(risks[k], axis).to.be.at.least(risks[k - 1]! - 1e-7);
        }
        // Points of the other frontiers with at least the same return have at least the same risk.
        const others = told.flat().filter((other) => other.expectedReturnAnnual >= expectedReturnAnnual);
        for (const other of others) expect(Number(other[axis]), axis).to.be.at.least(risks[k]! - 1e-6);
      }
    }
  });

  it('tell what their strategy reports of each point: posterior risk and return, tilt and exposures', async () => {
    const posterior = await frontier({ problem: viewed, points: 6, strategy: blackLitterman('prior') });
    for (const { strategyReport, volatilityAnnual, expectedReturnAnnual } of posterior) {
      expect(numberIn(strategyReport, 'volatility')).to.be.closeTo(volatilityAnnual, 1e-12);
      expect(numberIn(strategyReport, 'posteriorReturn')).to.be.closeTo(expectedReturnAnnual, 1e-12);
    }
    const tilts = await frontier({ problem: factored, points: 6, strategy: tilted('total') });
    expect(tilts.map(({ strategyReport }) => numberIn(strategyReport, 'tilt'))).to.deep.equal([
      0, 0.2, 0.4, 0.6, 0.8, 1,
    ]);
    const risks = tilts.map(({ volatilityAnnual }) => volatilityAnnual);
    for (const [k, risk] of risks.entries()) if (k > 0) expect(risk).to.be.at.least(risks[k - 1]! - 1e-9);
  });

  it('are refused from strategies without one, which say what to ask for instead; the catalogue says so too', async () => {
    const failure = await client
      .collect('OptimizationService/ComputeFrontier', { problem, strategy: { type: 'risk-parity' } })
      .then(
        () => undefined,
        (error: unknown) => failureOf(error),
      );
    expect(failure?.violations).to.have.length(1);
    expect(failure?.violations[0]?.field).to.equal('strategy.type');
    expect(failure?.violations[0]?.description).to.match(/^risk-parity has no frontier: .*; ask for /u);
    const { strategies } = (await client.call('CatalogService/ListStrategies', {})) as unknown as {
      readonly strategies: readonly { readonly id: string; readonly capabilities: readonly string[] }[];
    };
    for (const { id, capabilities } of strategies)
      expect(
        capabilities.filter((text) => /^(has|no) frontier/u.test(text)),
        id,
      ).to.have.length(1);
    const { capabilities = [] } = strategies.find(({ id }) => id === 'factor-target') ?? {};
    expect(capabilities).to.include.members(['has frontier', 'frontier against volatility along tilt']);
  });

  it('against one measure are refused from a strategy whose frontier is against another, and beyond their points', async () => {
    const asked = {
      problem,
      points: 5,
      firstIndex: 5,
      strategy: { type: 'maximum-sharpe' },
      against: 'FRONTIER_MEASURE_CVAR',
    };
    const failure = await client.collect('OptimizationService/ComputeFrontier', asked).then(
      () => undefined,
      (error: unknown) => failureOf(error),
    );
    expect(failure?.reason).to.equal('INVALID_ARGUMENT');
    expect(failure?.violations.map(({ field }) => field)).to.have.members(['against', 'first_index']);
  });

  it('that a caller left half way are completed from the last point it has seen', async () => {
    const asked = { problem: limited, points: 60, strategy: { type: 'minimum-variance' } };
    const seen: Point[] = [];
    const call = client.stream('OptimizationService/ComputeFrontier', asked);
    call.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      call.on('data', (message: Message) => {
        if (message['event'] !== 'point' || seen.length === 13) return;
        seen.push(message['point'] as Point);
        if (seen.length === 13) resolve();
      });
    });
    call.cancel();
    const rest = await frontier({ ...asked, firstIndex: 13 });
    expect([...seen, ...rest]).to.deep.equal(await frontier(asked));
  });

  it('stop being solved within 500 ms when their caller cancels', async () => {
    const large = problemMessage(120, { constraints: [...(problem['constraints'] as Message[]), turnover] });
    const call = client.stream('OptimizationService/ComputeFrontier', {
      problem: { ...large, currentWeights: { values: new Array<number>(120).fill(1 / 120) } },
      points: 1000,
      limits: { secondsMax: 300 },
    });
    const reasons: number[] = [];
    call.on('error', (error) => reasons.push(failureOf(error).code));
    let points = 0;
    await new Promise<void>((resolve) => {
      call.on('data', (message: Message) => {
        if (message['event'] === 'point' && ++points === 3) resolve();
      });
    });
    const start = performance.now();
    call.cancel();
    await client.collect('OptimizationService/Optimize', {
      problem: problemMessage(5),
      strategy: { type: 'minimum-variance' },
    });
    expect(performance.now() - start).to.be.lessThan(500);
    expect(points).to.be.lessThan(1000);
    expect(reasons).to.deep.equal([1]);
  });
});
