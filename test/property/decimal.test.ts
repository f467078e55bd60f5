import { expect } from 'chai';
import fc from 'fast-check';

import { currencyProblem, isCurrency, minorUnitOf } from '../../src/values/currency.ts';
import { Decimal, decimalOf, decimalProblem, decimalText, sumOf } from '../../src/values/decimal.ts';
import { minorAmount, rounded } from '../../src/values/money.ts';

/** Every text of the grammar: at most 18 digits before and 10 after the point. */
const texts = fc
  .tuple(
    fc.boolean(),
    fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }),
    fc.integer({ min: 0, max: 10 }),
    fc.bigInt({ min: 0n, max: 10n ** 10n - 1n }),
  )
  .map(([negative, whole, decimals, fraction]) => {
    const digits = fraction.toString().padStart(10, '0').slice(0, decimals);
    return `${negative ? '-' : ''}${whole.toString()}${decimals === 0 ? '' : `.${digits}`}`;
  });

describe('decimals', () => {
  it('come back as they went, without trailing zeros', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const back = decimalText(decimalOf(text));
        const [whole = '', fraction = ''] = text.split('.');
        const trimmed = fraction.replace(/0+$/, '');
        const canonical = trimmed === '' ? whole : `${whole}.${trimmed}`;
        expect(back).to.equal(canonical === '-0' ? '0' : canonical);
        expect(decimalText(decimalOf(back))).to.equal(back);
        expect(decimalProblem(back)).to.equal(undefined);
      }),
    );
  });

  it('sum to the same in any order and keep every digit', () => {
    fc.assert(
      fc.property(
        fc
          .array(texts, { maxLength: 30 })
          .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const units = list.reduce((sum, text) => sum + BigInt(decimalOf(text).times(1e10).toFixed()), 0n);
          expect(sumOf(shuffled.map(decimalOf)).times(1e10).toFixed()).to.equal(units.toString());
        },
      ),
    );
  });

  it('refuse every other way to write a number', () => {
    const refused = [
      '',
      ' 1',
      '1 ',
      '1\n',
      '+1',
      '1e5',
      '0x10',
      '1,000',
      '１',
      'NaN',
      'Infinity',
      '-Infinity',
      '.5',
      '5.',
      '01',
      '--1',
      '1.12345678901',
    ];
    for (const text of refused) expect(decimalProblem(text), JSON.stringify(text)).to.be.a('string');
    expect(decimalProblem(`1${'0'.repeat(18)}`)).to.contain('too many digits');
    expect(decimalText(decimalOf('-0'))).to.equal('0');
  });

  it('round to the minor unit, half to even, by less than one unit', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom('USD', 'JPY', 'KWD'), (text, currency) => {
        const value = decimalOf(text);
        const result = rounded(value, currency);
        expect(result.minus(value).abs().times(2).lte(minorAmount(currency))).to.equal(true);
        expect(result.mod(minorAmount(currency)).isZero()).to.equal(true);
      }),
    );
    expect(['0.125', '0.135', '-0.125'].map((text) => rounded(new Decimal(text), 'USD').toFixed())).to.deep.equal([
      '0.12',
      '0.14',
      '-0.12',
    ]);
  });
});

describe('currencies', () => {
  it('are known by their ISO codes in capitals, with their minor units', () => {
    expect(['USD', 'JPY', 'KWD'].map(minorUnitOf)).to.deep.equal([2, 0, 3]);
    expect(['usd', 'GBX', '', 'constructor'].map(isCurrency)).to.deep.equal([false, false, false, false]);
    expect(() => minorUnitOf('GBX')).to.throw(RangeError);
    expect(currencyProblem).to.contain('USD');
  });
});
