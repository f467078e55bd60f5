import { expect } from 'chai';

import { Decimal, zero } from '../../../src/values/decimal.ts';
import type { Violation } from '../../../src/values/fault.ts';
import {
  readAmount,
  readCurrency,
  readDate,
  readNumber,
  readPositive,
  readText,
  shown,
} from '../../../src/values/fields.ts';
import { checkStorable } from '../../../src/values/money.ts';

/** What a reader says about a value; undefined when nothing. */
const said = (read: (violations: Violation[]) => unknown): string | undefined => {
  const violations: Violation[] = [];
  read(violations);
  expect(violations.length).to.be.at.most(1);
  expect(violations.every(({ field }) => field === 'f')).to.equal(true);
  return violations[0]?.description;
};

describe('readers of fields', () => {
  it('count the characters of texts as people do and refuse what cannot be shown or stored', () => {
    const text = (value: string): string | undefined =>
      said((found) => readText(value, 'f', found, { min: 1, max: 3 }));
    expect(text('abc')).to.equal(undefined);
    expect(text('😀😀😀')).to.equal(undefined);
    expect(text('abcd')).to.contain('at most 3');
    expect(text('  ')).to.contain('must not be empty');
    expect(text('a\nb')).to.contain('control characters');
    expect(text('a\u0000')).to.contain('control characters');
    expect(text('\udfff')).to.contain('Unicode');
    expect(readText(' e\u0301 ', 'f', [], { max: 1 })).to.equal('é');
  });

  it('take finite numbers within their ends, and negative zero as zero', () => {
    const number = (value: number): string | undefined => said((found) => readNumber(value, 'f', found, -1, 1));
    expect([number(-1), number(1), number(1e-310)]).to.deep.equal([undefined, undefined, undefined]);
    for (const value of [Number.NaN, Infinity, -Infinity]) expect(number(value)).to.contain('finite');
    expect(number(50)).to.equal('must be from -1 to 1; got 50');
    expect(Object.is(readNumber(-0, 'f', [], -1, 1), 0)).to.equal(true);
  });

  it('take decimals above zero, or of at least zero up to a limit', () => {
    const positive = (value: string): string | undefined => said((found) => readPositive(value, 'f', found));
    expect(positive('0.0000000001')).to.equal(undefined);
    for (const value of ['0', '-0', '0.00', '-1']) expect(positive(value), value).to.contain('above 0');
    expect(positive('1e5')).to.contain('must be a decimal');
    const amount = (value: string): string | undefined =>
      said((found) => readAmount(value, 'f', found, { absent: zero, highest: new Decimal('0.1') }));
    expect([amount(''), amount('0'), amount('-0'), amount('0.1')]).to.deep.equal([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(amount('0.1000000001')).to.equal('must be at most 0.1; got "0.1000000001"');
    expect(amount('-0.01')).to.contain('negative');
    expect(said((found) => readAmount('', 'f', found))).to.contain('empty');
  });

  it('take dates of the calendar and currencies of the standard', () => {
    expect(said((found) => readDate('2024-02-29', 'f', found))).to.equal(undefined);
    for (const date of ['2023-02-29', '2024-1-1', '20240101', '', '2024-01-01T00:00:00Z']) {
      expect(
        said((found) => readDate(date, 'f', found)),
        date,
      ).to.contain('YYYY-MM-DD');
    }
    expect(said((found) => readCurrency('GBX', 'f', found))).to.contain('got "GBX"');
  });

  it('refuse sums that no longer fit what is stored', () => {
    expect(said((found) => checkStorable(new Decimal('1e17'), 'f', found))).to.equal(undefined);
    expect(said((found) => checkStorable(new Decimal('1e18'), 'f', found))).to.contain('too many digits');
  });

  it('cut what they show', () => {
    expect(shown('x'.repeat(100))).to.equal(`"${'x'.repeat(57)}..."`);
  });
});
