import { expect } from 'chai';

import { columnsOf, rowsOf } from '../../../src/workers/columns.ts';

/** As a thread receives them. */
const travelled = (rows: readonly object[]): object[] => rowsOf(structuredClone(columnsOf(rows)));

describe('tables between threads', () => {
  it('arrive as they left, numbers to the last bit', () => {
    const rows = [
      { id: 'A', weight: 0.1 + 0.2, unit: 'fraction' },
      { id: 'B', weight: -0, unit: 'fraction' },
      { id: 'C', weight: Number.NEGATIVE_INFINITY, unit: 'fraction' },
    ];
    const arrived = travelled(rows);
    expect(arrived).to.deep.equal(rows);
    expect(Object.is((arrived[1] as { weight: number }).weight, -0)).to.equal(true);
  });

  it('leave out what a row does not have', () => {
    const rows = [{ id: 'A' }, { id: 'B', price: 2 }, { id: 'C', parts: [{ weight: 1 }], passed: false }, {}];
    const arrived = travelled(rows);
    expect(arrived).to.deep.equal(rows);
    expect(Object.keys(arrived[0] ?? {})).to.deep.equal(['id']);
  });

  it('may be empty', () => {
    expect(travelled([])).to.deep.equal([]);
  });
});
