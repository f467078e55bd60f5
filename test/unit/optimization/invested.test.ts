import { expect } from 'chai';
import { applied } from '../../../src/optimization/restrictions.ts';
import type { JsonObject } from '../../../src/values/json.ts';
import { catalogOf } from '../../support/optimization.ts';
import { situation } from '../constraints/fixture.ts';

const catalog = catalogOf({});
const typesWith = (type: string, parameters: JsonObject): readonly string[] => {
  const stated = { id: 'c1', name: 'c1', type, parameters, field: 'constraints[0]' };
  return applied([stated], situation, catalog).map((constraint) => constraint.stated.type);
};

describe('how much is invested', () => {
  it('is everything unless a constraint says so', () => {
    expect(typesWith('bounds', { all: { min: 0 } })).to.deep.equal(['budget', 'bounds']);
    expect(typesWith('gross-exposure', { max: 2 })).to.deep.equal(['budget', 'gross-exposure']);
    expect(typesWith('dollar-neutral', { of: { sectors: ['Energy'] } })).to.deep.equal(['budget', 'dollar-neutral']);
    expect(typesWith('net-exposure', { max: 0.1, relativeTo: 'current' })).to.deep.equal(['budget', 'net-exposure']);
  });

  it('is what a constraint on all that is held says', () => {
    for (const [type, parameters] of [
      ['budget', { max: 1 }],
      ['cash', { min: 0.1 }],
      ['long-short', { longMax: 1.3, shortMax: 0.3 }],
      ['dollar-neutral', { tolerance: 0 }],
      ['net-exposure', { min: 0.2, max: 0.4 }],
    ] as const)
      expect(typesWith(type, parameters), type).to.deep.equal([type]);
  });
});
