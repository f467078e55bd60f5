import { expect } from 'chai';

import { satisfies, versionOf } from '../../../src/host/version.ts';

describe('version ranges', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['1.0.0', '^1.0.0', true],
    ['1.9.3', '^1.0.0', true],
    ['2.0.0', '^1.0.0', false],
    ['0.9.9', '^1.0.0', false],
    ['0.2.5', '^0.2.3', true],
    ['0.3.0', '^0.2.3', false],
    ['0.0.4', '^0.0.3', false],
    ['0.0.3', '^0.0.3', true],
    ['1.5.0', '^1', true],
    ['1.2.9', '~1.2.3', true],
    ['1.3.0', '~1.2.3', false],
    ['1.9.0', '~1', true],
    ['1.2.3', '1.2.3', true],
    ['1.2.4', '1.2.3', false],
    ['1.2.4', '1.2', true],
    ['1.3.0', '1.2', false],
    ['1.3.0', '=1.3.0', true],
    ['3.0.0', '>=1.0.0', true],
    ['3.0.0', '>=1.0.0 <2', false],
    ['1.0.0', '>1.0.0', false],
    ['1.0.1', '>1.0.0', true],
    ['1.4.0', '<=1.4', true],
    ['2.1.0', '^1.0.0 || ^2.0.0', true],
    ['7.0.0', '*', true],
  ];
  for (const [version, range, expected] of cases) {
    it(`${version} is ${expected ? '' : 'not '}in ${range}`, () => {
      const parsed = versionOf(version);
      expect(parsed).to.not.equal(undefined);
      expect(satisfies(parsed ?? [0, 0, 0], range)).to.equal(expected);
    });
  }

  it('refuses what is neither version nor range', () => {
    expect(versionOf('1.0')).to.equal(undefined);
    expect(versionOf('v1.0.0')).to.equal(undefined);
    for (const range of ['', 'latest', '^', '1.0.0 -', '^1.0.0 ||'])
      expect(satisfies([1, 0, 0], range)).to.equal(undefined);
  });
});
