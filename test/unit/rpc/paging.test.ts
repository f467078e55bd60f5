import { expect } from 'chai';

import { listing } from '../../../src/rpc/paging.ts';
import type { ListRules } from '../../../src/rpc/paging.ts';
import { Fault } from '../../../src/values/fault.ts';

const rules: ListRules = {
  method: 'ListThings',
  filters: {
    display_name: { property: 'displayName', contains: true },
    state: { property: 'state', value: (text) => ({ RUNNING: 'running' })[text], values: 'RUNNING' },
  },
  orders: { name: 'id', display_name: 'displayName' },
};
const request = { parent: 'portfolios/a', pageSize: 0, pageToken: '', filter: '', orderBy: '' };

function faultOf(work: () => unknown): Fault {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('a fault was expected');
}

describe('a list request', () => {
  it('reads conditions, order and size', () => {
    const filter = String.raw`display_name : "Glo \"bal\" \\" AND state = RUNNING`;
    const { query } = listing({ ...request, filter, orderBy: 'display_name desc, name', pageSize: 7 }, rules);
    expect(query).to.deep.equal({
      conditions: [
        { field: 'displayName', operator: ':', value: 'Glo "bal" \\' },
        { field: 'state', operator: '=', value: 'running' },
      ],
      order: [
        { field: 'displayName', descending: true },
        { field: 'id', descending: false },
      ],
      limit: 7,
    });
    expect(listing(request, rules).query).to.deep.equal({ conditions: [], order: [], limit: 50 });
  });

  it('tells every mistake at once', () => {
    const fault = faultOf(() =>
      listing({ ...request, pageSize: 1001, filter: 'colour = "red"', orderBy: 'size' }, rules),
    );
    expect(fault.violations.map(({ field }) => field)).to.deep.equal(['page_size', 'filter', 'order_by']);
  });

  for (const filter of [
    'state',
    'state =',
    'state = "x',
    'state : RUNNING',
    'state = STOPPED',
    'a = 1 OR b = 2',
    'state = RUNNING AND',
    '= = =',
    'state = RUNNING state = RUNNING',
    '__proto__ = x',
    '(state = RUNNING)',
  ]) {
    it(`refuses the filter ${filter}`, () => {
      const fault = faultOf(() => listing({ ...request, filter }, rules));
      expect(fault.violations.map(({ field }) => field)).to.deep.equal(['filter']);
    });
  }

  it('hands on the keys of the last row to the next page of the same request', () => {
    const first = listing(request, rules);
    const pageToken = first.next({ rows: [], next: ['k1', 'ü'] });
    expect(listing({ ...request, pageToken, pageSize: 3 }, rules).query.after).to.deep.equal(['k1', 'ü']);
    expect(first.next({ rows: [] })).to.equal('');
  });

  it('refuses a token of another request and a damaged one', () => {
    const pageToken = listing(request, rules).next({ rows: [], next: ['k'] });
    const others = [
      () => listing({ ...request, parent: 'portfolios/b', pageToken }, rules),
      () => listing({ ...request, filter: 'state = RUNNING', pageToken }, rules),
      () => listing({ ...request, orderBy: 'name', pageToken }, rules),
      () => listing({ ...request, pageToken }, { ...rules, method: 'ListOthers' }),
      () => listing({ ...request, pageToken: pageToken.slice(0, -4) }, rules),
      () => listing({ ...request, pageToken: 'not a token' }, rules),
      () => listing({ ...request, pageToken: Buffer.from('[1]').toString('base64url') }, rules),
    ];
    for (const other of others) expect(faultOf(other).reason).to.equal('PAGE_TOKEN_INVALID');
  });
});
