import { expect } from 'chai';

import type { Violation } from '../../../src/values/fault.ts';
import { Fault, refuse, under } from '../../../src/values/fault.ts';
import { idProblem, idsIn, nameOf, readName } from '../../../src/values/resource-name.ts';

describe('ids', () => {
  it('are letters, digits, dots, underscores and hyphens, 63 at most', () => {
    for (const id of ['A', '0', 'BRK.B', 'a_b-c', 'x'.repeat(63)]) expect(idProblem(id), id).to.equal(undefined);
  });

  // Empty, too long, ways out of a folder, control characters, lone surrogates, look-alikes, reserved words, wildcards of SQL.
  const refused = [
    '',
    'x'.repeat(64),
    '..',
    'a..b',
    '../x',
    'a/b',
    'a\u0000',
    'a\nb',
    '\ud800',
    'e\u0301',
    'é',
    '__proto__',
    'constructor',
    'Prototype',
    '%',
    "';--",
    ' a',
  ];
  for (const id of refused) {
    it(`are not ${JSON.stringify(id.slice(0, 12))}`, () => expect(idProblem(id)).to.be.a('string'));
  }
});

describe('resource names', () => {
  it('give back the ids that they were made of', () => {
    const name = nameOf('portfolios', 'p', 'optimizations', 'o.1');
    expect(idsIn(name, ['portfolios', 'optimizations'])).to.deep.equal(['p', 'o.1']);
  });

  it('are read whole: other collections, missing and further parts are refused, and shown cut', () => {
    for (const name of [
      'portfolios',
      'portfolios/',
      'assets/p',
      'portfolios/p/',
      'portfolios/p/optimizations/o',
      '/portfolios/p',
      `portfolios/${'x'.repeat(500)}`,
    ]) {
      const violations: Violation[] = [];
      expect(readName(name, ['portfolios'], 'name', violations)).to.deep.equal(['']);
      expect(violations[0]?.reason).to.equal('ID_INVALID');
      expect(violations[0]?.description.length).to.be.below(200);
    }
  });

  it('shows the pattern of a refused name as the protos write it', () => {
    const violations: Violation[] = [];
    readName('x', ['portfolios', 'optimizations'], 'name', violations);
    readName('x', ['factorModels'], 'factor_model', violations);
    expect(violations[0]?.description).to.contain('"portfolios/{portfolio}/optimizations/{optimization}"');
    expect(violations[1]?.description).to.contain('"factorModels/{factor_model}"');
  });
});

describe('faults', () => {
  it('carry all violations, and the reason that they share', () => {
    const bad: Violation = { field: 'a', description: 'is bad', reason: 'NUMBER_INVALID' };
    const reasonOf = (violations: readonly Violation[]): string | undefined => Fault.fromViolations(violations)?.reason;
    expect(reasonOf([])).to.equal(undefined);
    expect(reasonOf([bad, bad])).to.equal('NUMBER_INVALID');
    expect(reasonOf([bad, { field: 'b', description: 'is missing' }])).to.equal('INVALID_ARGUMENT');
    expect(() => refuse([bad, { ...bad, field: 'b' }])).to.throw(Fault, 'a: is bad; b: is bad');
  });

  it('say where they stand when checks are nested', () => {
    const fields = under(
      'constraints[1]',
      ['', 'parameters.max', '[0]'].map((field) => ({ field, description: 'x' })),
    );
    expect(fields.map(({ field }) => field)).to.deep.equal([
      'constraints[1]',
      'constraints[1].parameters.max',
      'constraints[1][0]',
    ]);
  });
});
