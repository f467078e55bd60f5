import type { SymmetricOperator } from '../problem/operator.ts';
import type { ConstraintHandler } from '../problem/situation.ts';
import type { Universe } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import { awayFrom, centreSchema, centreWeights } from './centre.ts';
import { admitLookThrough, lookThroughSchema } from './look-through.ts';
import { partShares, totalsByPart } from './part-shares.ts';
import type { SharedPartsParameters } from './part-shares.ts';
import { admitParts, admitPartsParameters, partsLabel, partsSchema } from './parts.ts';
import { admitNumber, invalid, measured, plain } from './range.ts';
import { admitRelative, relativeText } from './relative.ts';

export type HerfindahlParameters = SharedPartsParameters & {
  readonly max?: number;
  readonly effectiveNumberMin?: number;
  readonly relativeTo?: 'none' | 'benchmark';
};

/** Largest sum of squares; NaN when neither is given. */
const indexMax = ({ max, effectiveNumberMin = Number.NaN }: HerfindahlParameters): number =>
  max ?? 1 / effectiveNumberMin;

function textOf(parameters: HerfindahlParameters): string {
  const { max, effectiveNumberMin, relativeTo } = parameters;
  const stated =
    max === undefined
      ? `effective number of ${partsLabel(parameters)} at least ${plain(effectiveNumberMin ?? Number.NaN)}`
      : `Herfindahl index of ${partsLabel(parameters)} at most ${plain(max)}`;
  return `${stated}${relativeText(relativeTo)}, as the root of the index at most ${plain(Math.sqrt(indexMax(parameters)))}`;
}

function admitParameters(parameters: HerfindahlParameters): Violation[] {
  const { max, effectiveNumberMin } = parameters;
  const violations = admitPartsParameters(parameters);
  if ((max === undefined) === (effectiveNumberMin === undefined))
    violations.push(invalid('', 'needs either max or effectiveNumberMin'));
  if (max !== undefined) violations.push(...admitNumber(max, 'max', 'plain'));
  if (max !== undefined && max <= 0)
    violations.push(invalid('max', `must be above 0, 0.2 for five equal weights; got ${String(max)}`));
  if (effectiveNumberMin !== undefined)
    violations.push(...admitNumber(effectiveNumberMin, 'effectiveNumberMin', 'plain'));
  if (effectiveNumberMin !== undefined && effectiveNumberMin < 1)
    violations.push(invalid('effectiveNumberMin', `must be at least 1; got ${String(effectiveNumberMin)}`));
  return violations;
}

/** Q with x'Q x = sum_p W_p^2. */
function operatorOf(parameters: HerfindahlParameters, universe: Universe): SymmetricOperator {
  const size = universe.assets.length;
  const { count: factors, shares } = partShares(parameters, universe);
  if (factors === size && parameters.lookThrough !== true)
    return { kind: 'diagonal', size, entries: new Float64Array(size).fill(1) };
  const exposures = Float64Array.from(
    { length: size * factors },
    (_, at) => shares[(at % factors) * size + Math.floor(at / factors)]!,
  );
  const factorCovariance = new Float64Array(factors * factors);
  for (let part = 0; part < factors; part += 1) factorCovariance[part * factors + part] = 1;
  return { kind: 'factor', size, factors, exposures, factorCovariance, specific: new Float64Array(size) };
}

/** sqrt(sum_p W_p^2) <= sqrt(max), W_p the sum of w_i - c_i over the assets of part p; c = 0 or the benchmark weights. */
export const herfindahl: ConstraintHandler<HerfindahlParameters> = {
  type: 'herfindahl',
  title: 'Herfindahl index limit',
  description:
    'Concentration: the sum of the squared weights of the assets (or of the total weights of issuers, sectors, ...) is at most max; the same as an effective number of 1 / sum of squares that is at least effectiveNumberMin. ' +
    'Fractions of net asset value, cash excluded; relative to the benchmark, of the active weights. Funds may be looked through. Measured as the root of the index, in which the limit is linear to relax and to price.',
  version: '1.0.0',
  references: [
    'Herfindahl (1950), Concentration in the U.S. Steel Industry',
    'DeMiguel, Garlappi, Nogales and Uppal (2009), A Generalized Approach to Portfolio Optimization, Management Science 55 (2-norm constraint)',
  ],
  schema: {
    type: 'object',
    title: 'Herfindahl index limit',
    properties: {
      max: { type: 'number', title: 'Maximum', description: 'Largest sum of squared weights, above 0.' },
      effectiveNumberMin: {
        type: 'number',
        title: 'Effective number',
        description: 'Least 1 / sum of squared weights: 5 for as diversified as five equal weights. In place of max.',
      },
      ...partsSchema,
      lookThrough: lookThroughSchema,
      relativeTo: centreSchema(['none', 'benchmark'], 'none: the weights. benchmark: the active weights.'),
    },
    additionalProperties: false,
    minProperties: 1,
    examples: [{ max: 0.2 }, { effectiveNumberMin: 5 }, { max: 0.35, by: 'sector', lookThrough: true }],
  },
  convexity: 'norm',
  priority: 0,
  needs: () => [],
  admitParameters,
  admit: (parameters, situation) => [
    ...admitParameters(parameters),
    ...admitParts(parameters, situation),
    ...(parameters.lookThrough === true ? admitLookThrough(situation.universe, 'lookThrough') : []),
    ...admitRelative(parameters.relativeTo, 'relativeTo', situation),
  ],
  lower(parameters, situation, origin) {
    const centre = centreWeights(parameters.relativeTo, situation);
    const operator = operatorOf(parameters, situation.universe);
    const bound = Math.sqrt(indexMax(parameters));
    return { norms: [{ operator, ...(centre && { centre }), bound, origin: origin(textOf(parameters)) }] };
  },
  check(parameters, { weights }, situation) {
    const away = awayFrom(weights, parameters.relativeTo, situation);
    const totals = totalsByPart(parameters, situation.universe, away);
    const value = Math.hypot(...totals);
    const limit = { max: Math.sqrt(indexMax(parameters)) };
    return [measured(textOf(parameters), value, limit, 'norm')];
  },
};
