import type { ConstraintHandler, Holdings, Measured } from '../problem/situation.ts';
import type { Universe } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import { ExpressionError, expressionLengthMax, parseExpression } from './expression.ts';
import type { Comparison, Relation, Term } from './expression.ts';
import { meaningOf } from './expression-names.ts';
import { formOf, rowOf } from './linear-form.ts';
import type { LinearForm } from './linear-form.ts';
import { fractionOfValue, invalid, measured } from './range.ts';
import type { Range } from './range.ts';
import { weightIn } from './taxonomy.ts';

export type LinearTextParameters = { readonly expression: string };

function combine(left: LinearForm, right: LinearForm, sign: 1 | -1): LinearForm {
  return {
    weights: left.weights.map((weight, position) => weight + sign * right.weights[position]!),
    cash: left.cash + sign * right.cash,
    constant: left.constant + sign * right.constant,
  };
}

function scale(form: LinearForm, by: number): LinearForm {
  return { weights: form.weights.map((weight) => weight * by), cash: form.cash * by, constant: form.constant * by };
}

const isConstant = (form: LinearForm): boolean => form.cash === 0 && form.weights.every((weight) => weight === 0);

/** The linear form that a term denotes. Throws ExpressionError for unknown names and products of two weights. */
function linearize(term: Term, universe: Universe): LinearForm {
  const none = { weights: new Float64Array(universe.assets.length), cash: 0 };
  switch (term.kind) {
    case 'number':
      return { ...none, constant: term.value };
    case 'name': {
      const meaning = meaningOf(term, universe);
      if (meaning.kind === 'part') return formOf(universe, meaning.taxonomy, meaning.name);
      const weights = none.weights;
      weights[meaning.position] = 1;
      return { weights, cash: 0, constant: 0 };
    }
    case 'add':
      return combine(linearize(term.left, universe), linearize(term.right, universe), 1);
    case 'subtract':
      return combine(linearize(term.left, universe), linearize(term.right, universe), -1);
    case 'multiply': {
      const left = linearize(term.left, universe);
      const right = linearize(term.right, universe);
      if (isConstant(left)) return scale(right, left.constant);
      if (isConstant(right)) return scale(left, right.constant);
      throw new ExpressionError('multiplies two weights; one side of * must be a number', term.at);
    }
    case 'divide': {
      const right = linearize(term.right, universe);
      if (!isConstant(right))
        throw new ExpressionError('divides by a weight; the right side of / must be a number', term.at);
      if (right.constant === 0) throw new ExpressionError('divides by zero', term.at);
      return scale(linearize(term.left, universe), 1 / right.constant);
    }
  }
}

/** The value of a term at holdings, from its definition: names are summed over the assets that carry them. */
function valueOf(term: Term, universe: Universe, holdings: Holdings): number {
  switch (term.kind) {
    case 'number':
      return term.value;
    case 'name': {
      const meaning = meaningOf(term, universe);
      if (meaning.kind === 'asset') return holdings.weights[meaning.position]!;
      return weightIn(universe, meaning.taxonomy, meaning.name, holdings);
    }
    case 'add':
      return valueOf(term.left, universe, holdings) + valueOf(term.right, universe, holdings);
    case 'subtract':
      return valueOf(term.left, universe, holdings) - valueOf(term.right, universe, holdings);
    case 'multiply':
      return valueOf(term.left, universe, holdings) * valueOf(term.right, universe, holdings);
    case 'divide':
      return valueOf(term.left, universe, holdings) / valueOf(term.right, universe, holdings);
  }
}

/** The range of `left - right` that a relation allows. */
function rangeOf(relation: Relation): Range {
  return { ...(relation === '<=' ? {} : { min: 0 }), ...(relation === '>=' ? {} : { max: 0 }) };
}

const differenceOf = ({ left, right }: Comparison, universe: Universe): LinearForm =>
  combine(linearize(left, universe), linearize(right, universe), -1);

/** The first mistake in the expression, as text with its place. */
function problemOf(expression: string, universe: Universe): string | undefined {
  try {
    for (const comparison of parseExpression(expression)) {
      const form = differenceOf(comparison, universe);
      if (isConstant(form)) return `${JSON.stringify(comparison.text)} does not depend on any weight`;
      if (![...form.weights, form.cash, form.constant].every(Number.isFinite))
        return 'holds numbers that are too large';
    }
  } catch (error) {
    if (error instanceof ExpressionError) return `at character ${String(error.at + 1)}: ${error.message}`;
    throw error;
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
    'country: or the name of a taxonomy before a name says which is meant. Relations <=, >=, =; numbers, percentages, + - * / and parentheses. Measured as left side minus right side.',
  version: '1.0.0',
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
    examples: [{ expression: 'Equity >= 2 * Bond' }, { expression: '10 % <= "Health Care" <= 25 %' }],
  },
  convexity: 'linear',
  priority: 0,
  admit({ expression }, { universe }): readonly Violation[] {
    const problem = problemOf(expression, universe);
    return problem === undefined ? [] : [invalid('expression', problem)];
  },
  lower: ({ expression }, { universe }, origin) => ({
    rows: parseExpression(expression).map((comparison) =>
      rowOf(differenceOf(comparison, universe), rangeOf(comparison.relation), origin(comparison.text)),
    ),
  }),
  check: ({ expression }, holdings, { universe }) =>
    parseExpression(expression).map(({ left, relation, right, text }): Measured => {
      const difference = valueOf(left, universe, holdings) - valueOf(right, universe, holdings);
      return measured(text, difference, rangeOf(relation), fractionOfValue);
    }),
};
