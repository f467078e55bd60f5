import { expect } from 'chai';

import { nearestName } from '../../../src/constraints/nearest-name.ts';

describe('the name that may have been meant', () => {
  const known = ['Technology', 'Energy', 'Health Care', 'IT'];

  it('is the one that fewest edits away, letter case apart', () => {
    expect(nearestName('Technolgy', known)).to.equal('Technology');
    expect(nearestName('Enegry', known)).to.equal('Energy');
    expect(nearestName('HEALTH CARE', known)).to.equal('Health Care');
    expect(nearestName('healthcare', known)).to.equal('Health Care');
    expect(nearestName('TI', known)).to.equal('IT');
  });

  it('is none where too many letters differ', () => {
    expect(nearestName('Utilities', known)).to.equal(undefined);
    expect(nearestName('', known)).to.equal(undefined);
    expect(nearestName('x'.repeat(5000), ['x'.repeat(4999)])).to.equal(undefined);
  });
});
