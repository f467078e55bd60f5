import type { ConstraintHandler, Holdings, Measured, Situation } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { characteristicOf } from './characteristics.ts';
import { ExpressionError, expressionLengthMax, parseExpression } from './expression.ts';
import type { Comparison, Pair, Relation, Term } from './expression.ts';
import { meaningOf } from './expression-names.ts';
import type { Name } from './expression-names.ts';
import { formOf, rowOf, valueAt } from './linear-form.ts';
import type { LinearForm } from './linear-form.ts';
import { fractionOfValue, invalid, measured, plainMax } from './range.ts';
import type { Range } from './range.ts';
import { centreOf } from './relative.ts';
import { weightIn } from './taxonomy.ts';

export type LinearTextParameters = { readonly expression: string };

/** Holdings that a term may speak of besides those that are sought. Throws ExpressionError for a benchmark that is not there. */
function holdingsOf({ where, at }: Extract<Term, { kind: 'elsewhere' }>, situation: Situation): Holdings {
  if (where === 'benchmark' && situation.benchmark === undefined)
    throw new ExpressionError('needs a benchmark, and there is none', at);
  return centreOf(where, situation);
}

/** A linear form in the making. */
interface Sum {
  readonly weights: Float64Array;
  cash: number;
  constant: number;
}

const nothing = ({ universe }: Situation): Sum => ({
  weights: new Float64Array(universe.assets.length),
  cash: 0,
  constant: 0,
});

/** Adds a name times a factor: weights, or weights times a characteristic that every asset has. */
function addName(term: Name, factor: number, sum: Sum, { universe }: Situation): void {
  const meaning = meaningOf(term, universe);
  const { weights } = sum;
  switch (meaning.kind) {
    case 'asset':
      weights[meaning.position]! += factor;
      return;
    case 'part': {
      const part = formOf(universe, meaning.taxonomy, meaning.name);
      part.weights.forEach((weight, position) => (weights[position]! += factor * weight));
      sum.cash += factor * part.cash;
      return;
    }
    case 'characteristic':
      for (const [position, asset] of universe.assets.entries()) {
        const value = characteristicOf(asset, meaning.name);
        if (value === undefined) {
          const lacking = `${asset.id} has no characteristic ${JSON.stringify(meaning.name)}`;
          throw new ExpressionError(lacking, term.at);
        }
        weights[position]! += factor * value;
      }
  }
}

/** Whether a term is a number: holds no weights that are sought. */
function isNumber(term: Term): boolean {
  if (term.kind === 'name') return false;
  return term.kind === 'number' || term.kind === 'elsewhere' || (isNumber(term.left) && isNumber(term.right));
}

/** The number that a term is. */
function numberOf(term: Term, situation: Situation): number {
  const sum: Sum = { weights: new Float64Array(), cash: 0, constant: 0 };
  addTerm(term, 1, sum, situation);
  return sum.constant;
}

function divisor({ at, right }: Pair, situation: Situation): number {
  if (!isNumber(right)) throw new ExpressionError('divides by a weight; the right side of / must be a number', at);
  const value = numberOf(right, situation);
  if (value === 0) throw new ExpressionError('divides by zero', at);
  return value;
}

/** Adds a term times a factor, reading each part of it once. Throws ExpressionError for unknown names and products of two weights. */
function addTerm(term: Term, factor: number, sum: Sum, situation: Situation): void {
  switch (term.kind) {
    case 'name':
      addName(term, factor, sum, situation);
      return;
    case 'number':
      sum.constant += factor * term.value;
      return;
    case 'elsewhere': {
      const there = nothing(situation);
      addTerm(term.of, 1, there, situation);
      sum.constant += factor * valueAt(there, holdingsOf(term, situation));
      return;
    }
    case 'add':
    case 'subtract':
      addTerm(term.left, factor, sum, situation);
      addTerm(term.right, term.kind === 'add' ? factor : -factor, sum, situation);
      return;
    case 'multiply': {
      const { left, right, at } = term;
      if (isNumber(left)) addTerm(right, factor * numberOf(left, situation), sum, situation);
      else if (isNumber(right)) addTerm(left, factor * numberOf(right, situation), sum, situation);
      else throw new ExpressionError('multiplies two weights; one side of * must be a number', at);
      return;
    }
    case 'divide':
      addTerm(term.left, factor / divisor(term, situation), sum, situation);
  }
}

/** The value of a term at holdings, from its definition: names are summed over the assets that carry them. */
function valueOf(term: Term, situation: Situation, holdings: Holdings): number {
  const of = (part: Term): number => valueOf(part, situation, holdings);
  switch (term.kind) {
    case 'number':
      return term.value;
    case 'name': {
      const { universe } = situation;
      const meaning = meaningOf(term, universe);
      if (meaning.kind === 'asset') return holdings.weights[meaning.position]!;
      if (meaning.kind === 'part') return weightIn(universe, meaning.taxonomy, meaning.name, holdings);
      return universe.assets.reduce(
        (sum, asset, position) => sum + characteristicOf(asset, meaning.name)! * holdings.weights[position]!,
        0,
      );
    }
    case 'elsewhere':
      return valueOf(term.of, situation, holdingsOf(term, situation));
    case 'add':
      return of(term.left) + of(term.right);
    case 'subtract':
      return of(term.left) - of(term.right);
    case 'multiply':
      return of(term.left) * of(term.right);
    case 'divide':
      return of(term.left) / of(term.right);
  }
}

/** The range of `left - right` that a relation allows. */
function rangeOf(relation: Relation): Range {
  return { ...(relation === '<=' ? {} : { min: 0 }), ...(relation === '>=' ? {} : { max: 0 }) };
}

const isConstant = (form: LinearForm): boolean => form.cash === 0 && form.weights.every((weight) => weight === 0);

function differenceOf({ left, right }: Comparison, situation: Situation): LinearForm {
  const sum = nothing(situation);
  addTerm(left, 1, sum, situation);
  addTerm(right, -1, sum, situation);
  return sum;
}

/** What is wrong with the expression, as far as it is read: its first mistake, with its place. */
function mistakesOf(expression: string, read: () => string | undefined): readonly Violation[] {
  try {
    const mistake = read();
    return mistake === undefined ? [] : [invalid('expression', mistake)];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const before = Array.from(expression.slice(0, error.at)).length;
    return [invalid('expression', `at character ${String(before + 1)}: ${error.message}`)];
  }
}

function mistakeIn(expression: string, situation: Situation): string | undefined {
  for (const comparison of parseExpression(expression)) {
    const form = differenceOf(comparison, situation);
    const isSmall = (value: number): boolean => Math.abs(value) <= plainMax;
    if (![...form.weights, form.cash, form.constant].every(isSmall)) return 'holds numbers that are too large';
    if (isConstant(form)) return `${JSON.stringify(comparison.text)} does not depend on any weight`;
  }
  return undefined;
}

/** The difference of the two sides of each comparison, at least 0, at most 0 or exactly 0; weights are fractions of net asset value. */
export const linearText: ConstraintHandler<LinearTextParameters> = {
  type: 'linear-text',
  title: 'Linear rule in words',
  description:
    'A linear rule over weights as text: `Equity >= 2 * Bond`, `10 % <= Energy + Utilities <= 25 %`, `AAPL - GOOG = 0`. Names are asset ids, asset classes, sectors, countries or groups ' +
    'and stand for total weights as fractions of net asset value; Cash is the class Cash with the uninvested cash. Names with spaces or hyphens are put in double quotes; asset:, class:, sector:, ' +
    'country:, currency:, issuer: or the name of a taxonomy before a name says which is meant; currencies and issuers are always named so. characteristic:duration is the sum of weight times duration. ' +
    'benchmark(...) and current(...) are what a sum is in the benchmark and in what is held now: `Energy <= benchmark(Energy) + 2 %`. ' +
    'Relations <=, >=, =; numbers, percentages (20 %), basis points (25 bp), + - * / and parentheses. Measured as left side minus right side. Grammar: comparison = sum relation sum [relation sum]; ' +
    'sum = product {("+" | "-") product}; product = factor {("*" | "/") factor}; factor = number ["%" | "bp"] | ("benchmark" | "current") "(" sum ")" | name | "(" sum ")" | ("-" | "+") factor; ' +
    'name = word [":" word].',
  version: '1.1.0',
  references: [],
  schema: {
    type: 'object',
    title: 'Linear rule in words',
    properties: {
      expression: {
        type: 'string',
        title: 'Rule',
        description:
          'One comparison, or a chain of two in the same direction. Weights and bounds are fractions: write 20 % or 0.2.',
        minLength: 1,
        maxLength: expressionLengthMax,
      },
    },
    required: ['expression'],
    additionalProperties: false,
    examples: [
      { expression: 'Equity >= 2 * Bond' },
      { expression: '10 % <= "Health Care" <= 25 %' },
      { expression: 'Energy + currency:CHF <= benchmark(Energy + currency:CHF) + 50 bp' },
      { expression: 'characteristic:"esg-score" >= 8.5 * (1 - Cash)' },
    ],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters: ({ expression }) => mistakesOf(expression, () => void parseExpression(expression)),
  admit: ({ expression }, situation) => mistakesOf(expression, () => mistakeIn(expression, situation)),
  lower: ({ expression }, situation, origin) => ({
    rows: parseExpression(expression).map((comparison) =>
      rowOf(differenceOf(comparison, situation), rangeOf(comparison.relation), origin(comparison.text)),
    ),
  }),
  check: ({ expression }, holdings, situation) =>
    parseExpression(expression).map(({ left, relation, right, text }): Measured => {
      const difference = valueOf(left, situation, holdings) - valueOf(right, situation, holdings);
      return measured(text, difference, rangeOf(relation), fractionOfValue);
    }),
};
