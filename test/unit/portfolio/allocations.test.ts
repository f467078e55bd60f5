import { expect } from 'chai';

import type { AllocationSetDraft } from '../../../src/portfolio/draft.ts';
import { sampleFolio } from '../../support/memory-folio.ts';
import type { Folio } from '../../support/memory-folio.ts';
import { callContext, faultOf } from '../../support/memory-units.ts';
import { portfolioDraft } from '../../support/samples.ts';

const context = callContext();

const targets = (
  weights: Readonly<Record<string, number>>,
  changes: Partial<AllocationSetDraft> = {},
): AllocationSetDraft => ({
  kind: 'target',
  dimension: 'asset',
  allocations: Object.entries(weights).map(([subject, weight]) => ({ allocationId: '', subject, weight })),
  ...changes,
});

describe('allocations', () => {
  let folio: Folio;

  // 100 AAPL at 200 and 50 MSFT at 400 make 20,000 each; with 10,000 of cash, 0.4, 0.4 and 0.2 of 50,000.
  beforeEach(async () => {
    folio = await sampleFolio();
    const cashBalances = [{ cashBalanceId: '', amount: { currencyCode: 'USD', amount: '10000' } }];
    await folio.portfolios.create('growth', { ...portfolioDraft, cashBalances }, context);
  });

  it('keeps what was set before as history, newest first', async () => {
    const { allocations, clock } = folio;
    await allocations.set('growth', targets({ AAPL: 0.6 }), '', context);
    clock.set('2025-03-04T12:00:00Z');
    const second = await allocations.set('growth', targets({ MSFT: 0.5 }), '1', context);
    expect(second.version).to.equal(2);
    const past = await allocations.get('growth', 'target', 'asset', new Date('2025-03-04T00:00:00Z'), context);
    expect(past.allocations.map(({ subject }) => subject)).to.deep.equal(['AAPL']);
    const query = { conditions: [], order: [], limit: 1 };
    const page = await allocations.history('growth', 'target', 'asset', query, context);
    expect([page.rows[0]?.version, page.next]).to.deep.equal([2, ['2']]);
    const rest = await allocations.history('growth', 'target', 'asset', { ...query, after: ['2'] }, context);
    expect([rest.rows[0]?.version, rest.next]).to.deep.equal([1, undefined]);
  });

  it('requires the etag once there is a set', async () => {
    const { allocations } = folio;
    await allocations.set('growth', targets({ AAPL: 0.6 }), '', context);
    expect((await faultOf(allocations.set('growth', targets({}), '', context))).reason).to.equal('ETAG_REQUIRED');
    expect((await faultOf(allocations.set('growth', targets({}), '7', context))).reason).to.equal('ETAG_MISMATCH');
    expect((await faultOf(allocations.set('none', targets({}), '', context))).reason).to.equal('NOT_FOUND');
  });

  it('tells every problem of a set at once', async () => {
    const line = { allocationId: '', subject: 'AAPL', weight: 0.6 };
    const fault = await faultOf(
      folio.allocations.set(
        'growth',
        targets(
          {},
          {
            allocations: [line, line, { ...line, subject: 'NONE', weight: Number.NaN, weightMin: 0.7, weightMax: -11 }],
          },
        ),
        '',
        context,
      ),
    );
    expect(fault.violations.map(({ field }) => field)).to.include.members([
      'allocations[1].subject',
      'allocations[2].weight',
      'allocations[2].weight_min',
      'allocations[2].weight_max',
      'allocations[2].subject',
    ]);
    const percent = await faultOf(folio.allocations.set('growth', targets({ AAPL: 5, MSFT: 5 }), '', context));
    expect(percent.violations[0]).to.deep.include({ field: 'allocations' });
    const groups = targets({ Europe: 0.5 }, { dimension: 'group' });
    expect((await faultOf(folio.allocations.set('growth', groups, '', context))).violations[0]?.description).to.contain(
      'taxonomy/group',
    );
    const { kind: _kind, ...noKind } = targets({});
    expect((await faultOf(folio.allocations.set('growth', noKind, '', context))).violations[0]?.field).to.equal('kind');
  });

  it('lets targets sum to more than 1 when some are short', async () => {
    const set = await folio.allocations.set('growth', targets({ AAPL: 1.3, MSFT: -0.3 }), '', context);
    expect(set.allocations).to.have.length(2);
  });

  it('computes drift by asset from positions and prices, cash included, largest first', async () => {
    await folio.allocations.set('growth', targets({ AAPL: 0.5, SAP: 0.25 }), '', context);
    const { lines, halfSum } = await folio.allocations.drift('growth', 'asset', context);
    expect(lines.map(({ subject }) => subject)).to.deep.equal(['MSFT', 'SAP', 'AAPL', 'cash']);
    expect(lines[2]?.drift).to.be.closeTo(-0.1, 1e-15);
    expect(lines[2]?.relativeDrift).to.be.closeTo(-0.2, 1e-15);
    expect(lines[0]).to.not.have.property('relativeDrift');
    expect(lines.every(({ outsideBand }) => outsideBand)).to.equal(true);
    expect(halfSum).to.be.closeTo((0.4 + 0.25 + 0.1 + 0.05) / 2, 1e-15);
  });

  it('looks at the bands of the targets', async () => {
    const line = { allocationId: '', subject: 'AAPL', weight: 0.5, weightMin: 0.35, weightMax: 0.55 };
    const narrow = { ...line, subject: 'MSFT', weight: 0.3, weightMin: 0.25, weightMax: 0.35 };
    await folio.allocations.set('growth', targets({}, { allocations: [line, narrow] }), '', context);
    const { lines } = await folio.allocations.drift('growth', 'asset', context);
    expect(Object.fromEntries(lines.map(({ subject, outsideBand }) => [subject, outsideBand]))).to.deep.equal({
      MSFT: true,
      AAPL: false,
      cash: false,
    });
  });

  it('computes drift by asset class and by group', async () => {
    await folio.allocations.set(
      'growth',
      targets({ Equity: 0.9, Cash: 0.1 }, { dimension: 'asset-class' }),
      '',
      context,
    );
    const classes = await folio.allocations.drift('growth', 'asset-class', context);
    const driftOf = Object.fromEntries(classes.lines.map(({ subject, drift }) => [subject, drift]));
    expect(Object.keys(driftOf)).to.have.members(['Equity', 'cash']);
    expect(driftOf['Equity']).to.be.closeTo(-0.1, 1e-12);
    expect(driftOf['cash']).to.be.closeTo(0.1, 1e-12);
    await folio.allocations.set('growth', targets({ 'region/Europe': 0.3 }, { dimension: 'group' }), '', context);
    const groups = await folio.allocations.drift('growth', 'group', context);
    expect(groups.lines.map(({ subject }) => subject)).to.deep.equal(['region/America', 'cash', 'region/Europe']);
  });

  it('takes recorded actual weights before positions', async () => {
    await folio.allocations.set('growth', targets({ AAPL: 0.5 }), '', context);
    await folio.allocations.set('growth', targets({ AAPL: 0.5 }, { kind: 'actual' }), '', context);
    const { lines, halfSum } = await folio.allocations.drift('growth', 'asset', context);
    expect(lines.map(({ drift }) => drift)).to.deep.equal([0, 0]);
    expect(lines.some(({ outsideBand }) => outsideBand)).to.equal(false);
    expect(halfSum).to.equal(0);
  });

  it('says so when no targets were set', async () => {
    expect((await faultOf(folio.allocations.drift('growth', 'asset', context))).reason).to.equal('NOT_FOUND');
    expect((await faultOf(folio.allocations.drift('growth', undefined, context))).violations[0]?.field).to.equal(
      'dimension',
    );
  });
});
