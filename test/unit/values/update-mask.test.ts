import { expect } from 'chai';

import { Fault } from '../../../src/values/fault.ts';
import type { Violation } from '../../../src/values/fault.ts';
import { checkEtag, notFound, readMask } from '../../../src/values/update-mask.ts';

describe('update masks', () => {
  const read = (...paths: string[]): [string[], string[]] => {
    const violations: Violation[] = [];
    const fields = readMask(paths, ['a', 'b'], violations);
    return [[...fields], violations.map(({ field }) => field)];
  };

  it('name known fields, each once, or all of them', () => {
    expect(read('b', 'a', 'b')).to.deep.equal([['b', 'a'], []]);
    expect(read('*')).to.deep.equal([['a', 'b'], []]);
  });

  it('are not empty and name nothing else', () => {
    expect(read()).to.deep.equal([[], ['update_mask']]);
    expect(read('a', 'etag', 'c')).to.deep.equal([['a'], ['update_mask.paths[1]', 'update_mask.paths[2]']]);
  });
});

describe('etags', () => {
  const reasonOf = (etag: string, required?: boolean): string => {
    try {
      checkEtag(etag, 3, 'portfolios/p', required);
      return 'fits';
    } catch (error) {
      return error instanceof Fault ? error.reason : 'a bug';
    }
  };

  it('must be those of the present version, and may be absent only where that is said', () => {
    expect([reasonOf('3'), reasonOf('2'), reasonOf('03'), reasonOf('')]).to.deep.equal([
      'fits',
      'ETAG_MISMATCH',
      'ETAG_MISMATCH',
      'ETAG_REQUIRED',
    ]);
    expect([reasonOf('', false), reasonOf('2', false)]).to.deep.equal(['fits', 'ETAG_MISMATCH']);
  });
});

describe('a resource that is not there', () => {
  it('is named', () => {
    expect(notFound('assets/x')).to.deep.include({ reason: 'NOT_FOUND', message: 'assets/x does not exist' });
  });
});
