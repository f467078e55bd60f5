import { expect } from 'chai';

import { listed, unknownAssets } from '../../../src/sdk/v1/index.ts';

describe('what the SDK says of parameters', () => {
  it('lists up to ten names, and counts the others', () => {
    const names = Array.from({ length: 12 }, (_, i) => `a${i + 1}`);
    expect(listed([])).to.equal('');
    expect(listed(names.slice(0, 2))).to.equal('a1, a2');
    expect(listed(names.slice(0, 10))).to.equal('a1, a2, a3, a4, a5, a6, a7, a8, a9, a10');
    expect(listed(names)).to.equal('a1, a2, a3, a4, a5, a6, a7, a8, a9, a10 and 2 more');
  });

  it('names every id that is no asset, by its field', () => {
    const universe = { assets: [{ id: 'AAPL', groups: {} }] };
    expect(unknownAssets(['TSLA', 'AAPL', 'IBM'], universe, (id, index) => `assets[${index}] ${id}`)).to.deep.equal([
      { field: 'assets[0] TSLA', description: 'asset TSLA is not in the universe' },
      { field: 'assets[2] IBM', description: 'asset IBM is not in the universe' },
    ]);
  });
});
