import { expect } from 'chai';
import fc from 'fast-check';

import { AllocationSet as AllocationSetMessage } from '../../../src/gen/veritasvault/portfolio/v1/allocation_service.ts';
import { Asset as AssetMessage } from '../../../src/gen/veritasvault/portfolio/v1/asset_service.ts';
import {
  ComputeFrontierRequest,
  OptimizationResult,
  OptimizeRequest,
  TerminationReason,
} from '../../../src/gen/veritasvault/portfolio/v1/optimization_service.ts';
import { Portfolio as PortfolioMessage } from '../../../src/gen/veritasvault/portfolio/v1/portfolio_service.ts';
import type { Frequency } from '../../../src/gen/veritasvault/portfolio/v1/portfolio_service.ts';
import { MissingPrices, ReturnPeriod } from '../../../src/gen/veritasvault/portfolio/v1/values.ts';
import { Asset } from '../../../src/market/asset.ts';
import { allocationSetFrom } from '../../../src/rpc/codecs/allocation.ts';
import { assetFrom, assetTo } from '../../../src/rpc/codecs/asset.ts';
import { matrixNumbers, packedTo } from '../../../src/rpc/codecs/numbers.ts';
import { answerTo, optimizationEventTo } from '../../../src/rpc/codecs/optimization.ts';
import { portfolioFrom, portfolioTo } from '../../../src/rpc/codecs/portfolio.ts';
import { frontierFrom, missingPrices, optimizeFrom, returnPeriods } from '../../../src/rpc/codecs/problem.ts';
import { instantFrom, jsonObjectFrom, timestampTo } from '../../../src/rpc/codecs/values.ts';
import {
  CashBalance,
  ConstraintDefinition,
  Objective,
  Portfolio,
  Position,
  RebalancingPolicy,
} from '../../../src/portfolio/portfolio.ts';
import type { OptimizationAnswer } from '../../../src/optimization/answer.ts';
import { decimalOf } from '../../../src/values/decimal.ts';
import type { Violation } from '../../../src/values/fault.ts';

function wholePortfolio(): Portfolio {
  const part = { tenant: 't', portfolioId: 'p' };
  return Object.assign(new Portfolio(), {
    tenant: 't',
    id: 'p',
    displayName: 'Growth',
    type: 'Multi-Asset',
    baseCurrency: 'USD',
    inceptionDate: '2020-01-31',
    benchmarkId: 'world',
    riskFreeRateAnnual: 0.02,
    version: 7,
    createdAt: new Date('2026-01-01T00:00:00.001Z'),
    updatedAt: new Date('2026-01-02T00:00:00.999Z'),
    objectives: [Object.assign(new Objective(), { ...part, id: 'o', type: 'return', target: 0.08, priority: 1 })],
    constraints: [
      Object.assign(new ConstraintDefinition(), {
        ...part,
        id: 'c',
        displayName: 'Tech',
        type: 'sector',
        parameters: { Technology: { max: 0.2 }, list: [1, null, 'x', true] },
        priority: 0,
      }),
    ],
    policy: Object.assign(new RebalancingPolicy(), {
      ...part,
      id: 'r',
      triggerType: 'calendar',
      frequency: 'quarterly',
      costRate: decimalOf('0.0005'),
      costPerTrade: decimalOf('1.5'),
      tradeValueMin: decimalOf('100'),
    }),
    positions: [Object.assign(new Position(), { ...part, id: 'x', assetId: 'AAPL', quantity: decimalOf('-12.5') })],
    cashBalances: [
      Object.assign(new CashBalance(), {
        ...part,
        id: 'u',
        currency: 'USD',
        amount: decimalOf('123456789012345678.0000000001'),
      }),
    ],
  });
}

describe('the codecs', () => {
  it('carry a portfolio to the wire and back without losing a digit', () => {
    const message = PortfolioMessage.decode(PortfolioMessage.encode(portfolioTo(wholePortfolio())).finish());
    const violations: Violation[] = [];
    const draft = portfolioFrom(message, violations);
    expect(violations).to.deep.equal([]);
    expect(message.etag).to.equal('7');
    expect(draft).to.deep.equal({
      displayName: 'Growth',
      type: 'Multi-Asset',
      baseCurrency: 'USD',
      inceptionDate: '2020-01-31',
      benchmark: 'benchmarks/world',
      objectives: [{ objectiveId: 'o', type: 'return', target: 0.08, parameters: {}, priority: 1 }],
      constraints: [
        {
          constraintId: 'c',
          displayName: 'Tech',
          type: 'sector',
          parameters: { Technology: { max: 0.2 }, list: [1, null, 'x', true] },
          priority: 0,
          inactive: false,
        },
      ],
      rebalancingPolicy: {
        rebalancingPolicyId: 'r',
        triggerType: 'calendar',
        frequency: 'quarterly',
        parameters: {},
        trading: { costRate: '0.0005', costPerTrade: '1.5', tradeValueMin: '100', fractional: false },
      },
      positions: [{ positionId: 'x', asset: 'assets/AAPL', quantity: '-12.5' }],
      cashBalances: [{ cashBalanceId: 'u', amount: { currencyCode: 'USD', amount: '123456789012345678.0000000001' } }],
      riskFreeRateAnnual: 0.02,
    });
  });

  it('tell absent from zero: priority, target and band', () => {
    const violations: Violation[] = [];
    const message = PortfolioMessage.create({
      constraints: [{ type: 'a' }, { type: 'b', priority: 0 }],
      objectives: [{ type: 'risk' }],
    });
    const draft = portfolioFrom(PortfolioMessage.decode(PortfolioMessage.encode(message).finish()), violations);
    expect(draft.constraints.map((constraint) => 'priority' in constraint)).to.deep.equal([false, true]);
    expect(draft.objectives[0]).not.to.have.property('target');
    expect(draft).not.to.have.property('rebalancingPolicy');
    const set = allocationSetFrom(
      AllocationSetMessage.create({ allocations: [{ subject: 'a', weightMin: 0 }] }),
      violations,
    );
    expect(set).to.deep.equal({ allocations: [{ allocationId: '', subject: 'a', weight: 0, weightMin: 0 }] });
    expect(violations).to.deep.equal([]);
  });

  it('report enum values that they do not know', () => {
    const violations: Violation[] = [];
    const unknown = 17 as unknown as Frequency;
    portfolioFrom(PortfolioMessage.create({ rebalancingPolicy: { frequency: unknown } }), violations);
    expect(violations).to.deep.equal([
      { field: 'portfolio.rebalancing_policy.frequency', description: 'unknown value 17' },
    ]);
    expect(returnPeriods.from(ReturnPeriod.RETURN_PERIOD_UNSPECIFIED, 'x', violations)).to.equal(undefined);
    expect(violations).to.have.length(1);
    expect(missingPrices.to('carry-forward')).to.equal(MissingPrices.MISSING_PRICES_CARRY_FORWARD);
    expect(missingPrices.fromName('MISSING_PRICES_CARRY_FORWARD')).to.equal('carry-forward');
    expect(missingPrices.fromName('carry_forward')).to.equal('carry-forward');
    expect(missingPrices.fromName('sometimes')).to.equal(undefined);
  });

  it('carry an asset to the wire and back', () => {
    const asset = Object.assign(new Asset(), {
      id: 'AAPL',
      displayName: 'Apple',
      currency: 'USD',
      groups: { region: 'America' },
      identifiers: { ticker: 'AAPL' },
      lotSize: decimalOf('0.001'),
      marketCapitalization: decimalOf('3000000000000'),
      issuer: 'Apple Inc.',
      averageDailyValue: decimalOf('2500.5'),
      characteristics: { duration: 0 },
      holdings: [{ assetId: 'MSFT', weight: 0.5 }],
    });
    const message = AssetMessage.decode(AssetMessage.encode(assetTo(asset)).finish());
    expect(message.name).to.equal('assets/AAPL');
    expect(assetFrom(message)).to.deep.equal({
      displayName: 'Apple',
      assetClass: '',
      sector: '',
      country: '',
      currencyCode: 'USD',
      groups: { region: 'America' },
      lotSize: '0.001',
      marketCapitalization: '3000000000000',
      identifiers: { ticker: 'AAPL' },
      issuer: 'Apple Inc.',
      averageDailyValue: '2500.5',
      characteristics: { duration: 0 },
      holdings: [{ asset: 'assets/MSFT', weight: 0.5 }],
    });
  });

  it('carry a stateless problem over with its numbers as they came', () => {
    const packed = packedTo(Float64Array.of(1, 0.5, 0.5, 2));
    const request = OptimizeRequest.create({
      problem: {
        universe: [{ assetId: 'a', groups: { theme: 'Water' } }, { assetId: 'b' }],
        expectedReturns: { values: { values: [0.1, 0.2] }, period: ReturnPeriod.RETURN_PERIOD_ANNUAL },
        risk: {
          $case: 'covariance',
          value: { matrix: { rows: 2, columns: 2, packed }, period: ReturnPeriod.RETURN_PERIOD_DAILY },
        },
        views: [{ legs: [{ assetId: 'a', coefficient: 1 }], expectedReturn: 0.05, confidence: 0.5 }],
      },
      strategy: { type: 'minimum-variance', parameters: { a: { b: [1] } } },
    });
    const violations: Violation[] = [];
    const draft = optimizeFrom(OptimizeRequest.decode(OptimizeRequest.encode(request).finish()), violations);
    expect(violations).to.deep.equal([]);
    expect(draft.strategy).to.deep.equal({ type: 'minimum-variance', parameters: { a: { b: [1] } } });
    expect(draft).not.to.have.property('points');
    expect(draft.problem?.universe.map(({ assetId, groups }) => [assetId, groups])).to.deep.equal([
      ['a', { theme: 'Water' }],
      ['b', {}],
    ]);
    const { risk, expectedReturns } = draft.problem ?? {};
    expect(expectedReturns?.period).to.equal('annual');
    expect(risk).to.include({ kind: 'covariance', period: 'daily', repair: false });
    expect(risk?.kind === 'covariance' && [...(risk.matrix?.packed ?? [])]).to.deep.equal([...packed]);
    expect(frontierFrom(ComputeFrontierRequest.create({ points: 0 }), violations)).to.deep.equal({ points: 0 });
  });

  it('pack numbers little-endian and read them back, NaN and infinities too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.double(), { minLength: 64, maxLength: 64 }),
        (side, drawn) => {
          const numbers = Float64Array.from(drawn.slice(0, side * side));
          const read = matrixNumbers({ rows: side, columns: side, values: [], packed: packedTo(numbers) });
          expect([...read].every((value, at) => Object.is(value, numbers[at]))).to.equal(true);
        },
      ),
    );
    expect(packedTo(Float64Array.of(1)).toString('hex')).to.equal('000000000000f03f');
    expect(
      matrixNumbers({ rows: 2, columns: 2, values: [1, 2, 3, 4], packed: packedTo(Float64Array.of(1)) }),
    ).to.have.length(0);
  });

  it('carry times to the millisecond, before 1970 too, and refuse those outside of the years 1 to 9999', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true }),
        (instant) => {
          const violations: Violation[] = [];
          expect(instantFrom(timestampTo(instant), 't', violations)).to.deep.equal(instant);
          expect(violations).to.deep.equal([]);
        },
      ),
    );
    const violations: Violation[] = [];
    instantFrom({ seconds: 10n ** 15n, nanos: 0 }, 'as_of_time', violations);
    instantFrom({ seconds: 0n, nanos: -1 }, 'as_of_time', violations);
    expect(violations.map(({ field }) => field)).to.deep.equal(['as_of_time', 'as_of_time']);
  });

  it('read Structs as JSON, a value without a kind as null', () => {
    expect(jsonObjectFrom({ a: undefined, b: [undefined, { c: Number.NaN }] })).to.deep.equal({
      a: null,
      b: [null, { c: Number.NaN }],
    });
    expect(jsonObjectFrom(undefined)).to.deep.equal({});
  });

  it('tell an answer with its certificate, and leave out what there is none of', () => {
    const answer: OptimizationAnswer = {
      termination: 'no solution found',
      limit: 'time',
      detail: 'x',
      weights: [{ assetId: 'a', weight: 0.5, currentWeight: 0 }],
      cashWeight: 0.5,
      objective: 1,
      turnoverHalfSum: 0.25,
      certificate: {
        passed: true,
        primal: 1e-9,
        dual: 2e-9,
        gap: 3e-9,
        tolerance: 1e-6,
        constraints: [{ constraintId: 'c', name: 'n', text: 't', value: 1, upper: 2, slack: 1, unit: 'u' }],
      },
      repairs: [],
      iterations: 12,
      elapsedMs: 3.6,
      provenance: { solver: 's', solverChoice: '', strategy: '', inputDigest: '', serverVersion: '', pricesAsOf: '' },
    };
    const message = OptimizationResult.decode(OptimizationResult.encode(answerTo(answer)).finish());
    expect(message.termination).to.equal(TerminationReason.TERMINATION_REASON_NO_SOLUTION_FOUND);
    expect(message).to.include({ elapsedMs: 4n, iterations: 12n, cashWeight: 0.5 });
    expect(message.sharpeRatio).to.equal(undefined);
    expect(message.certificate?.constraints[0]).to.include({ displayName: 'n', upper: 2 });
    expect(message.certificate?.constraints[0]?.lower).to.equal(undefined);
  });

  it('tell every kind of event with its place in the log', () => {
    const at = new Date(1000);
    const payloads = {
      queued: {},
      started: { attempt: 2 },
      failed: { reason: 'NOT_FOUND', message: 'm' },
      cancelled: {},
    };
    const told = Object.entries(payloads).map(([type, payload], index) =>
      optimizationEventTo(
        { kind: 'event', event: { sequence: index + 1, at, type, payload } },
        (sequence) => `token ${String(sequence)}`,
      ),
    );
    expect(told.map(({ event }) => event?.$case)).to.deep.equal(Object.keys(payloads));
    expect(told[1]).to.deep.include({ sequence: 2n, resumeToken: 'token 2', eventTime: { seconds: 1n, nanos: 0 } });
    const heartbeat = optimizationEventTo({ kind: 'heartbeat', sequence: 9, at }, String);
    expect(heartbeat).to.deep.include({ sequence: 9n, resumeToken: '9', event: { $case: 'heartbeat', value: {} } });
  });
});
