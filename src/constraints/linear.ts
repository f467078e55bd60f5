import type { ConstraintHandler } from '../problem/situation.ts';
import { positionsById } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import { relativeForm, rowOf } from './linear-form.ts';
import { amongKnown } from './nearest-name.ts';
import { admitNumber, admitRange, fieldOf, invalid, measured, plain, rangeText } from './range.ts';
import type { Range } from './range.ts';
import { admitRelative, centreOf, relativeText, relativeToSchema } from './relative.ts';
import type { RelativeTo } from './relative.ts';

export type LinearParameters = {
  readonly coefficients: Readonly<Record<string, number>>;
  readonly relativeTo?: RelativeTo;
} & Range;

/** Only the first terms of a long row are written out. */
function textOf({ coefficients, relativeTo, ...range }: LinearParameters): string {
  const terms = Object.entries(coefficients).map(([id, coefficient]) => `${plain(coefficient)} ${id}`);
  const shown = terms.length > 4 ? [...terms.slice(0, 4), `${String(terms.length - 4)} more`] : terms;
  return `${shown.join(' + ')}${relativeText(relativeTo)} ${rangeText(range, plain)}`;
}

/** min <= sum_i a_i (w_i - c_i) <= max, c 0, the benchmark or the current weights, a the given coefficients (0 for assets that are not named), w fractions of net asset value. */
export const linear: ConstraintHandler<LinearParameters> = {
  type: 'linear',
  title: 'Linear row',
  description:
    'Sum over the named assets of coefficient times weight (fraction of net asset value) within a range. Assets that are not named count 0. Relative to the benchmark or to what is held now the range is of the difference to the same sum there. The unit is that of the coefficients: with a yield per asset the sum is the yield of the portfolio. linear-text takes such rules as text, over classes, sectors and other groups as well; characteristic takes coefficients that the assets carry.',
  version: '1.1.0',
  references: [],
  schema: {
    type: 'object',
    title: 'Linear row',
    properties: {
      coefficients: {
        type: 'object',
        title: 'Coefficients',
        description: 'Asset id -> coefficient, any unit.',
        additionalProperties: { type: 'number', title: 'Coefficient', description: 'Per unit of weight.' },
        minProperties: 1,
      },
      min: {
        type: 'number',
        title: 'Minimum',
        description: 'In the unit of the coefficients, inclusive. Open when missing.',
      },
      max: {
        type: 'number',
        title: 'Maximum',
        description: 'In the unit of the coefficients, inclusive. Open when missing.',
      },
      relativeTo: {
        ...relativeToSchema,
        description: 'none, or the same sum in the benchmark or in what is held now.',
      },
    },
    required: ['coefficients'],
    additionalProperties: false,
    examples: [
      { coefficients: { AAPL: 1, GOOG: -2 }, min: 0 },
      { coefficients: { AAPL: 1, GOOG: 1 }, max: 0.02, relativeTo: 'benchmark' },
    ],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters: (range) => admitRange(range, '', 'plain'),
  admit({ coefficients, relativeTo, ...range }, situation) {
    const { universe } = situation;
    const violations: Violation[] = admitRange(range, '', 'plain');
    const positions = positionsById(universe);
    const entries = Object.entries(coefficients);
    if (entries.every(([, coefficient]) => coefficient === 0)) {
      violations.push(invalid('coefficients', 'needs at least one coefficient other than 0'));
    }
    for (const [id, coefficient] of entries) {
      const field = fieldOf('coefficients', id);
      violations.push(...admitNumber(coefficient, field, 'plain'));
      if (!positions.has(id))
        violations.push(invalid(field, `no asset has this id${amongKnown(id, [...positions.keys()])}`));
    }
    return [...violations, ...admitRelative(relativeTo, 'relativeTo', situation)];
  },
  lower(parameters, situation, origin) {
    const { universe } = situation;
    const weights = Float64Array.from(universe.assets, ({ id }) =>
      Object.hasOwn(parameters.coefficients, id) ? parameters.coefficients[id]! : 0,
    );
    const form = relativeForm({ weights, cash: 0, constant: 0 }, centreOf(parameters.relativeTo, situation));
    return { rows: [rowOf(form, parameters, origin(textOf(parameters)))] };
  },
  check(parameters, holdings, situation) {
    const positions = positionsById(situation.universe);
    const centre = centreOf(parameters.relativeTo, situation).weights;
    let value = 0;
    for (const [id, coefficient] of Object.entries(parameters.coefficients)) {
      const position = positions.get(id);
      if (position !== undefined) value += coefficient * (holdings.weights[position]! - centre[position]!);
    }
    return [measured(textOf(parameters), value, parameters, 'unit of the coefficients')];
  },
};
