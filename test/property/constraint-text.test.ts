import { expect } from 'chai';
import fc from 'fast-check';

import { ExpressionError, parseExpression } from '../../src/constraints/expression.ts';
import { linearText } from '../../src/constraints/linear-text.ts';
import type { Situation } from '../../src/problem/situation.ts';
import { originOf } from '../support/problems.ts';
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

/** A sentence of the grammar with the number that it stands for: names are worth what `worth` says. */
interface Sentence {
  readonly text: string;
  readonly value: number;
}

const worth: Readonly<Record<string, number>> = { AAPL: 2, _x: -3, 'Ä.1': 5, bp: 7, benchmark: 11, 'a "b" \\': 13 };
const names = fc
  .constantFrom('AAPL', '_x', 'Ä.1', 'bp', 'benchmark', '"AAPL"', '"a \\"b\\" \\\\"')
  .map((text): Sentence => {
    const name = text.startsWith('"') ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text;
    return { text, value: worth[name]! };
  });
const gap = fc.constantFrom('', ' ', '\t', '\n  ', '\u00a0');

/** sum, product and factor as the grammar has them: no more parentheses than it asks for, signs from the left. */
const { sum } = fc.letrec<{ sum: Sentence; product: Sentence; factor: Sentence }>((tie) => {
  const chain = (
    part: 'product' | 'factor',
    signs: readonly string[],
    join: (a: number, sign: string, b: number) => number,
  ) =>
    fc
      .tuple(tie(part), fc.array(fc.tuple(gap, fc.constantFrom(...signs), gap, tie(part)), { maxLength: 2 }))
      .map(([first, rest]) =>
        rest.reduce<Sentence>(
          (left, [before, sign, after, right]) => ({
            text: left.text + before + sign + after + right.text,
            value: join(left.value, sign, right.value),
          }),
          first,
        ),
      );
  return {
    sum: chain('product', ['+', '-'], (a, sign, b) => (sign === '+' ? a + b : a - b)),
    product: chain('factor', ['*', '/'], (a, sign, b) => (sign === '*' ? a * b : a / b)),
    factor: fc.oneof(
      { maxDepth: 2 },
      fc
        .tuple(fc.constantFrom('0', '3', '12.5', '2e3', '1E-2', '07', '4.0e+1'), gap, fc.constantFrom('', '%', ' bp'))
        .map(([number, between, unit]) => ({
          text: number + (unit === '' ? '' : between + unit),
          value: Number(number) / (unit === '' ? 1 : unit === '%' ? 100 : 10_000),
        })),
      names,
      fc.tuple(gap, tie('sum'), gap).map(([a, { text, value }, b]) => ({ text: `(${a}${text}${b})`, value })),
      fc
        .tuple(fc.constantFrom('benchmark', 'current'), gap, tie('sum'))
        .map(([name, between, { text, value }]) => ({ text: `${name}${between}(${text})`, value })),
      fc.tuple(fc.constantFrom('-', '+'), gap, tie('factor')).map(([sign, between, { text, value }]) => ({
        text: sign + between + text,
        value: sign === '-' ? -value : value,
      })),
    ),
  };
});

function valueOf(each: Term): number {
  switch (each.kind) {
    case 'number':
      return each.value;
    case 'name':
      return worth[each.name]!;
    case 'elsewhere':
      return valueOf(each.of);
    case 'add':
      return valueOf(each.left) + valueOf(each.right);
    case 'subtract':
      return valueOf(each.left) - valueOf(each.right);
    case 'multiply':
      return valueOf(each.left) * valueOf(each.right);
    case 'divide':
      return valueOf(each.left) / valueOf(each.right);
  }
}

describe('the text form of constraints', () => {
  it('takes every sentence of its grammar, with its precedence', () => {
    fc.assert(
      fc.property(
        sum,
        sum,
        sum,
        fc.constantFrom('<=', '>=', '='),
        fc.boolean(),
        gap,
        (left, middle, right, relation, isChain, between) => {
          // A number ends where a letter begins, so that a chain needs no spaces; a name before a parenthesis is a function.
          const sides = isChain && relation !== '=' ? [left, middle, right] : [left, middle];
          const text = sides.map((side) => side.text).join(`${between}${relation}${between}`);
          const comparisons = parseExpression(`${between}${text}${between}`);
          expect(comparisons.length).to.equal(sides.length - 1);
          for (const [k, comparison] of comparisons.entries()) {
            expect(valueOf(comparison.left)).to.deep.equal(sides[k]!.value);
            expect(valueOf(comparison.right)).to.deep.equal(sides[k + 1]!.value);
            expect(comparison.relation).to.equal(relation);
          }
        },
      ),
      { numRuns: 1000, seed },
    );
  });

  it('is read in time however long and deep it is', () => {
    const deepest = Array.from({ length: 10 }).reduce<string>(
      (inner) => `benchmark((${inner} + A0)${'*1'.repeat(30)} / (1 + 0*benchmark(A1)))`,
      'A0',
    );
    const situation: Situation = {
      universe: {
        assets: [
          { id: 'A0', groups: {} },
          { id: 'A1', groups: {} },
        ],
      },
      current: Float64Array.of(1, 0),
      cashCurrent: 0,
      benchmark: Float64Array.of(0.5, 0.5),
    };
    expect(linearText.admit({ expression: `A0 <= ${deepest}` }, situation)).to.deep.equal([]);
    const [row] = linearText.lower({ expression: `A0 <= ${deepest}` }, situation, originOf).rows!;
    expect(row!.upper).to.be.closeTo(5.5, 1e-12);
    for (const expression of [`A0${'*1'.repeat(1990)} <= 1`, `A0 <= ${'1*'.repeat(1990)}1`])
      expect(linearText.admit({ expression }, situation)).to.deep.equal([]);
    const open = ['-'.repeat(4000), '('.repeat(4000), `"${'\\\\'.repeat(1999)}`, '"'.repeat(3999)];
    for (const expression of [...open, ' '.repeat(4000), `A0 <= ${'x'.repeat(3990)}`, '1'.repeat(4000)])
      expect(linearText.admit({ expression }, situation)[0]?.description).to.match(/^at character \d+: /);
  });

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
