import { expect } from 'chai';

import type { PortfolioDraft } from '../../../src/portfolio/draft.ts';
import type { Portfolio } from '../../../src/portfolio/portfolio.ts';
import { sampleFolio } from '../../support/memory-folio.ts';
import type { Folio } from '../../support/memory-folio.ts';
import { callContext, faultOf } from '../../support/memory-units.ts';
import { portfolioDraft } from '../../support/samples.ts';

const context = callContext();

describe('portfolios', () => {
  let folio: Folio;
  const create = (changes: Partial<PortfolioDraft> = {}): Promise<Portfolio> =>
    folio.portfolios.create('growth', { ...portfolioDraft, ...changes }, context);

  beforeEach(async () => {
    folio = await sampleFolio();
  });

  it('stores a portfolio whole, with ids for its parts', async () => {
    await create({
      constraints: [
        {
          constraintId: 'cap',
          displayName: 'Cap',
          type: 'bounds',
          parameters: { max: 0.3 },
          priority: 0,
          inactive: false,
        },
      ],
      rebalancingPolicy: {
        rebalancingPolicyId: '',
        triggerType: 'absolute-drift',
        parameters: { band: 0.05 },
        trading: { costRate: '0.0005', costPerTrade: '', tradeValueMin: '100', fractional: false },
      },
    });
    const stored = await folio.portfolios.get('growth', context);
    expect(stored.version).to.equal(1);
    expect(
      stored.positions.map(({ id, assetId, tenant, portfolioId }) => [id, assetId, tenant, portfolioId]),
    ).to.deep.equal([
      ['id-3', 'AAPL', 'acme', 'growth'],
      ['id-4', 'MSFT', 'acme', 'growth'],
    ]);
    expect(stored.constraints[0]?.priority).to.equal(0);
    expect(stored.policy?.costRate.toFixed()).to.equal('0.0005');
    expect(stored.policy?.costPerTrade.toFixed()).to.equal('0');
    expect(stored.cashBalances[0]?.amount.toFixed()).to.equal('1000.5');
  });

  it('makes an id and an inception date when there are none', async () => {
    const made = await folio.portfolios.create('', { ...portfolioDraft, inceptionDate: '' }, context);
    expect(made.id).to.match(/^id-/);
    expect(made.inceptionDate).to.equal('2025-03-03');
  });

  it('tells every problem at once by field path and stores nothing', async () => {
    const fault = await faultOf(
      create({
        displayName: '',
        baseCurrency: 'usd',
        inceptionDate: '2025-02-30',
        benchmark: 'benchmarks/none',
        objectives: [{ objectiveId: '', type: 'risk', target: Number.NaN, parameters: {}, priority: 0 }],
        constraints: [
          { constraintId: 'a', displayName: '', type: 'bounds', parameters: {}, inactive: false },
          { constraintId: 'a', displayName: '', type: 'limits', parameters: {}, priority: 6, inactive: false },
        ],
        rebalancingPolicy: {
          rebalancingPolicyId: '',
          triggerType: 'calendar',
          parameters: { band: 0.05 },
          trading: { costRate: '0.2', costPerTrade: '-1', tradeValueMin: '', fractional: false },
        },
        positions: [
          { positionId: '', asset: 'assets/AAPL', quantity: '1' },
          { positionId: '', asset: 'assets/AAPL', quantity: '1e5' },
          { positionId: '', asset: 'assets/NONE', quantity: '' },
        ],
        cashBalances: [
          { cashBalanceId: '', amount: { currencyCode: 'USD', amount: '1' } },
          { cashBalanceId: '', amount: { currencyCode: 'USD', amount: '1.12345678901' } },
          { cashBalanceId: '' },
        ],
        riskFreeRateAnnual: 2,
      }),
    );
    expect(fault.reason).to.equal('INVALID_ARGUMENT');
    expect(fault.violations.map(({ field }) => field.replace(/^portfolio\./, ''))).to.deep.equal([
      'display_name',
      'base_currency',
      'inception_date',
      'objectives[0].target',
      'objectives[0].priority',
      'constraints[0].parameters.max',
      'constraints[1].constraint_id',
      'constraints[1].priority',
      'constraints[1].type',
      'rebalancing_policy.frequency',
      'rebalancing_policy.parameters.band',
      'rebalancing_policy.trading.cost_rate',
      'rebalancing_policy.trading.cost_per_trade',
      'positions[1].quantity',
      'positions[1].asset',
      'positions[2].quantity',
      'cash_balances[1].amount.amount',
      'cash_balances[1].amount.currency_code',
      'cash_balances[2].amount',
      'risk_free_rate_annual',
      'benchmark',
      'positions[2].asset',
    ]);
    expect(folio.units.commits).to.equal(0);
  });

  it('refuses unknown triggers, bands without a drift trigger and drift triggers without a band', async () => {
    const policy = { rebalancingPolicyId: '', parameters: {} };
    const fieldsOf = async (changes: PortfolioDraft['rebalancingPolicy']): Promise<string[]> =>
      (await faultOf(create(changes === undefined ? {} : { rebalancingPolicy: changes }))).violations.map(
        ({ field }) => field,
      );
    const at = 'portfolio.rebalancing_policy';
    expect(await fieldsOf({ ...policy, triggerType: 'moon' })).to.deep.equal([`${at}.trigger_type`]);
    expect(await fieldsOf({ ...policy, triggerType: 'relative-drift' })).to.deep.equal([`${at}.parameters.band`]);
    expect(await fieldsOf({ ...policy, triggerType: 'manual', frequency: 'daily' })).to.deep.equal([`${at}.frequency`]);
  });

  it('refuses an id that is taken', async () => {
    await create();
    expect((await faultOf(create())).reason).to.equal('ALREADY_EXISTS');
  });

  it('replaces the fields of the mask from the version read, and keeps the ids of parts that stay', async () => {
    const { id } = (await create()).positions[1] ?? { id: '' };
    const draft = {
      ...portfolioDraft,
      displayName: '',
      positions: [{ positionId: '', asset: 'assets/MSFT', quantity: '70' }],
    };
    const { portfolios } = folio;
    expect((await faultOf(portfolios.update('growth', draft, ['positions'], '', context))).reason).to.equal(
      'ETAG_REQUIRED',
    );
    const updated = await portfolios.update('growth', draft, ['positions'], '1', context);
    expect([updated.version, updated.displayName, updated.positions[0]?.id]).to.deep.equal([2, 'Growth', id]);
    expect((await faultOf(portfolios.update('growth', draft, ['positions'], '1', context))).reason).to.equal(
      'ETAG_MISMATCH',
    );
    expect((await faultOf(portfolios.update('growth', draft, ['name'], '2', context))).violations[0]?.field).to.equal(
      'update_mask.paths[0]',
    );
    expect((await faultOf(portfolios.update('none', draft, ['type'], '2', context))).reason).to.equal('NOT_FOUND');
  });

  it('writes holdings only when positions or cash change', async () => {
    await create();
    const { holdings } = folio.units.stores.portfolios;
    await folio.portfolios.update('growth', { ...portfolioDraft, displayName: 'Renamed' }, ['*'], '1', context);
    expect(folio.units.stores.portfolios.holdings).to.have.length(holdings.length);
    await folio.portfolios.update('growth', { ...portfolioDraft, cashBalances: [] }, ['cash_balances'], '2', context);
    expect(folio.units.stores.portfolios.holdings.map(({ version }) => version)).to.deep.equal([1, 3]);
  });

  it('deletes softly and undeletes', async () => {
    await create();
    const { portfolios } = folio;
    const query = { conditions: [], order: [], limit: 10 };
    expect((await portfolios.delete('growth', '', context)).deletedAt).to.be.instanceOf(Date);
    expect((await portfolios.list(query, false, context)).rows).to.have.length(0);
    expect((await portfolios.list(query, true, context)).rows).to.have.length(1);
    expect((await faultOf(portfolios.update('growth', portfolioDraft, ['type'], '2', context))).reason).to.equal(
      'STATE_CONFLICT',
    );
    expect((await faultOf(portfolios.delete('growth', '', context))).reason).to.equal('STATE_CONFLICT');
    expect((await faultOf(portfolios.undelete('growth', '1', context))).reason).to.equal('ETAG_MISMATCH');
    expect((await portfolios.undelete('growth', '2', context)).deletedAt).to.equal(null);
    expect((await faultOf(portfolios.undelete('growth', '', context))).reason).to.equal('STATE_CONFLICT');
  });

  describe('snapshot', () => {
    it('values what was held at that moment at the prices of that date, exactly', async () => {
      folio.clock.set('2025-01-02T09:00:00Z');
      await create({
        positions: [
          { positionId: '', asset: 'assets/AAPL', quantity: '100' },
          { positionId: '', asset: 'assets/SAP', quantity: '-3.333' },
        ],
        cashBalances: [
          { cashBalanceId: '', amount: { currencyCode: 'USD', amount: '1000.50' } },
          { cashBalanceId: '', amount: { currencyCode: 'EUR', amount: '10.01' } },
        ],
      });
      folio.clock.set('2025-03-03T12:00:00Z');
      await folio.portfolios.update('growth', { ...portfolioDraft, positions: [] }, ['positions'], '1', context);

      const past = await folio.portfolios.snapshot('growth', new Date('2025-02-01T00:00:00Z'), context);
      expect(past.effectiveAt.toISOString()).to.equal('2025-01-02T09:00:00.000Z');
      // 100 x 100 = 10000.00; -3.333 x 50 x 1.10 = -183.315 -> -183.32 (half to even); cash 1000.50 + 11.01 (11.011).
      expect(past.valuation.lines.map(({ value }) => value.toFixed(2))).to.deep.equal(['10000.00', '-183.32']);
      expect(past.valuation.cashValue.toFixed()).to.equal('1011.51');
      expect(past.valuation.netAssetValue.toFixed()).to.equal('10828.19');
      expect(past.valuation.lines[0]?.priceDate).to.equal('2025-01-02');
      const weights = past.valuation.lines.reduce((sum, { weight }) => sum + weight, past.valuation.cashWeight);
      expect(weights).to.be.closeTo(1, 1e-15);

      const now = await folio.portfolios.snapshot('growth', undefined, context);
      expect(now.valuation.netAssetValue.toFixed()).to.equal('1011.51');
    });

    it('refuses the future, and a time before there was anything', async () => {
      await create();
      const { portfolios } = folio;
      const early = await faultOf(portfolios.snapshot('growth', new Date('2025-01-01T00:00:00Z'), context));
      expect(early.reason).to.equal('NOT_FOUND');
      const late = await faultOf(portfolios.snapshot('growth', new Date('2025-03-03T12:00:01Z'), context));
      expect(late.violations[0]?.field).to.equal('as_of_time');
    });

    it('lists all missing prices and exchange rates', async () => {
      await create({
        positions: ['AAPL', 'GOLD'].map((id) => ({ positionId: '', asset: `assets/${id}`, quantity: '1' })),
        cashBalances: [{ cashBalanceId: '', amount: { currencyCode: 'CHF', amount: '5' } }],
      });
      const fault = await faultOf(folio.portfolios.snapshot('growth', undefined, context));
      expect(fault.reason).to.equal('PRICE_MISSING');
      expect(fault.metadata).to.deep.equal({ missing: 'assets/GOLD,fxRates/CHF/USD' });
    });
  });
});
