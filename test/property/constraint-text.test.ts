import { expect } from 'chai';
import fc from 'fast-check';

import { ExpressionError, parseExpression } from '../../src/constraints/expression.ts';
import type { Term } from '../../src/constraints/expression.ts';

const seed = 20260101;

/** Text that is nearly an expression: its tokens in any order, with other characters among them. */
const nearly = fc
  .array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom(...Array.from('+-*/()=:%<>"\\ '), '<=', '>=', '==', 'bp', 'benchmark', 'current'),
      },
      { weight: 4, arbitrary: fc.constantFrom('AAPL', 'sector', '"Health Care"', '0.2', '1e3', '20', '.5', 'Ä_1.b') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
    ),
    { maxLength: 40 },
  )
  .map((tokens) => tokens.join(''));

const word = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.]{0,6}$/),
  fc.string({ maxLength: 8 }),
  fc.constantFrom('benchmark', 'current', 'bp', 'Health Care', '"', '\\', ''),
);

/** Terms that the parser makes, without the places in the text. */
const { term } = fc.letrec<{ term: Term }>((tie) => ({
  term: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.double({ min: 0, max: 1e6, noNaN: true }).map((value): Term => ({ kind: 'number', value: value + 0 })),
    fc.record({ qualifier: fc.option(word, { nil: undefined }), name: word }).map(({ qualifier, name }): Term => ({
      kind: 'name',
      ...(qualifier === undefined ? {} : { qualifier }),
      name,
      at: 0,
    })),
    fc
      .record({
        kind: fc.constantFrom('add' as const, 'subtract' as const, 'multiply' as const, 'divide' as const),
        left: tie('term'),
        right: tie('term'),
      })
      .map((parts): Term => ({ ...parts, at: 0 })),
    fc
      .record({ where: fc.constantFrom('benchmark' as const, 'current' as const), of: tie('term') })
      .map((parts): Term => ({ kind: 'elsewhere', ...parts, at: 0 })),
  ),
}));

const signs = { add: '+', subtract: '-', multiply: '*', divide: '/' } as const;
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

/** Every compound in parentheses, every name in quotes. */
function written(each: Term): string {
  switch (each.kind) {
    case 'number':
      return String(each.value);
    case 'name':
      return each.qualifier === undefined ? quoted(each.name) : `${quoted(each.qualifier)} : ${quoted(each.name)}`;
    case 'elsewhere':
      return `${each.where}(${written(each.of)})`;
    default:
      return `(${written(each.left)} ${signs[each.kind]} ${written(each.right)})`;
  }
}

function placeless(each: Term): Term {
  switch (each.kind) {
    case 'number':
      return each;
    case 'name':
      return { ...each, at: 0 };
    case 'elsewhere':
      return { ...each, of: placeless(each.of), at: 0 };
    default:
      return { ...each, left: placeless(each.left), right: placeless(each.right), at: 0 };
  }
}

describe('the text form of constraints', () => {
  it('is read or refused with a place within the text, whatever the text is', () => {
    let [read, refused] = [0, 0];
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string({ unit: 'binary', maxLength: 60 })), (text) => {
        try {
          for (const { text: part } of parseExpression(text)) expect(text).to.contain(part);
          read += 1;
        } catch (error) {
          expect(error).to.be.instanceOf(ExpressionError);
          if (error instanceof ExpressionError) expect(error.at).to.be.within(0, text.length);
          refused += 1;
        }
      }),
      { numRuns: 4000, seed },
    );
    expect(refused).to.be.greaterThan(1000);
    expect(read + refused).to.equal(4000);
  });

  it('is read as what was written', () => {
    fc.assert(
      fc.property(term, term, fc.constantFrom('<=', '>=', '=', '=='), (left, right, relation) => {
        const [comparison] = parseExpression(`${written(left)} ${relation} ${written(right)}`);
        expect(placeless(comparison!.left)).to.deep.equal(left);
        expect(placeless(comparison!.right)).to.deep.equal(right);
        expect(comparison!.relation).to.equal(relation === '==' ? '=' : relation);
      }),
      { numRuns: 1000, seed },
    );
  });
});
