import type { ConstraintHandler } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { admitLeverage } from './exposure-limit.ts';
import { admitLookThrough, lookThroughSchema } from './look-through.ts';
import { partShares, totalsByPart } from './part-shares.ts';
import type { SharedPartsParameters } from './part-shares.ts';
import { admitParts, admitPartsParameters, partsLabel, partsSchema } from './parts.ts';
import { fractionOfValue, invalid, measured, percent } from './range.ts';

export type TopHoldingsParameters = SharedPartsParameters & { readonly count: number; readonly max: number };

const textOf = (parameters: TopHoldingsParameters): string =>
  `${String(parameters.count)} largest ${partsLabel(parameters)} together at most ${percent(parameters.max)}`;

function admitParameters(parameters: TopHoldingsParameters): Violation[] {
  const { count, max } = parameters;
  const violations = [...admitPartsParameters(parameters), ...admitLeverage(max, 'max')];
  if (!(Number.isInteger(count) && count >= 1))
    violations.push(invalid('count', `must be a whole number, at least 1; got ${String(count)}`));
  return violations;
}

/** The sum of the N largest of W_1 ... W_g, the weights of the parts, is at most max: N times the mean of the worst N / g of the "losses" W. */
export const topHoldings: ConstraintHandler<TopHoldingsParameters> = {
  type: 'top-holdings',
  title: 'Largest holdings limit',
  description:
    'The count largest weights of assets (or of issuers, sectors, ...) together are at most max, a fraction of net asset value. Short positions are not large: weights are compared with their sign. ' +
    'It is exact and convex: the largest N of g weights are the worst N / g of g equally likely scenarios. Funds may be looked through.',
  version: '1.0.0',
  references: ['Boyd and Vandenberghe (2004), Convex Optimization, 3.2.3 (sum of the largest components)'],
  schema: {
    type: 'object',
    title: 'Largest holdings limit',
    properties: {
      count: { type: 'integer', title: 'Count', description: 'How many of the largest, at least 1.' },
      max: {
        type: 'number',
        title: 'Maximum',
        description: 'Their total weight, fraction of net asset value: 0.4 for 40 %.',
      },
      ...partsSchema,
      lookThrough: lookThroughSchema,
    },
    required: ['count', 'max'],
    additionalProperties: false,
    examples: [
      { count: 3, max: 0.5 },
      { count: 2, max: 0.7, by: 'sector', lookThrough: true },
    ],
  },
  convexity: 'tail',
  priority: 0,
  needs: () => [],
  admitParameters,
  admit(parameters, situation) {
    const violations = [...admitParameters(parameters), ...admitParts(parameters, situation)];
    if (parameters.lookThrough === true) violations.push(...admitLookThrough(situation.universe, 'lookThrough'));
    if (violations.length > 0) return violations;
    const available = partShares(parameters, situation.universe).count;
    if (parameters.count > available)
      violations.push(
        invalid('count', `asks for ${String(parameters.count)} of ${String(available)} ${partsLabel(parameters)}`),
      );
    return violations;
  },
  lower(parameters, { universe }, origin) {
    const { count, max } = parameters;
    const parts = partShares(parameters, universe);
    const scenarios = parts.shares.map((share) => 0 - share);
    const level = 1 - count / parts.count;
    return { tails: [{ kind: 'cvar', scenarios, level, bound: max / count, origin: origin(textOf(parameters)) }] };
  },
  check(parameters, { weights }, { universe }) {
    const totals = totalsByPart(parameters, universe, weights).sort();
    const value = totals.slice(-parameters.count).reduce((sum, weight) => sum + weight, 0);
    return [measured(textOf(parameters), value, { max: parameters.max }, fractionOfValue)];
  },
};
