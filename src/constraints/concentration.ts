import { thresholdWidth } from '../problem/problem.ts';
import type { Bound, Row } from '../problem/problem.ts';
import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { rowOf } from './linear-form.ts';
import {
  admitParts,
  admitPartsParameters,
  partLabel,
  partNames,
  partsLabel,
  partsOf,
  partsSchema,
  weightsByPart,
} from './parts.ts';
import type { PartsParameters } from './parts.ts';
import { admitNumber, fractionOfValue, invalid, measured, percent, rangeText } from './range.ts';
import type { Range } from './range.ts';

export type ConcentrationParameters = PartsParameters & {
  readonly eachMax: number;
  readonly threshold: number;
  readonly totalMax: number;
};

const byIssuer = ({ by = 'issuer', ...rest }: ConcentrationParameters): ConcentrationParameters => ({ by, ...rest });

function admitParameters(given: ConcentrationParameters): Violation[] {
  const parameters = byIssuer(given);
  const { eachMax, threshold, totalMax } = parameters;
  const violations = admitPartsParameters(parameters);
  for (const [field, value] of Object.entries({ eachMax, threshold, totalMax })) {
    violations.push(...admitNumber(value, field, 'fraction'));
    if (value < 0) violations.push(invalid(field, `must not be negative; got ${String(value)}`));
  }
  if (threshold > eachMax)
    violations.push(
      invalid(
        'threshold',
        `is above eachMax, so that nothing would count: ${percent(threshold)} > ${percent(eachMax)}`,
      ),
    );
  return violations;
}

/** The limits that bounds and rows state, in the order of assets and parts. */
interface Stated {
  readonly assets: readonly { readonly position: number; readonly range: Range; readonly text: string }[];
  readonly parts: readonly { readonly part: number; readonly text: string }[];
}

function statedOn(parameters: ConcentrationParameters, { universe }: Situation): Stated {
  const { eachMax } = parameters;
  const parts = partsOf(parameters, universe);
  const sizes = weightsByPart(parts, new Float64Array(parts.length).fill(1));
  const names = partNames(parameters, universe);
  const assets = universe.assets.map(({ id }, position) => {
    const range = sizes[parts[position]!] === 1 ? { min: 0, max: eachMax } : { min: 0 };
    return { position, range, text: `weight of ${id} ${rangeText(range, percent)}` };
  });
  const shared = [...names.keys()].filter((part) => sizes[part]! > 1);
  const label = partLabel(parameters);
  return {
    assets,
    parts: shared.map((part) => ({ part, text: `${label} ${names[part]!} at most ${percent(eachMax)}` })),
  };
}

const totalText = (parameters: ConcentrationParameters): string =>
  `${partsLabel(parameters)} above ${percent(parameters.threshold)} together at most ${percent(parameters.totalMax)}`;

/** w >= 0; W_p <= eachMax for every part p; sum of W_p over the parts with W_p > threshold <= totalMax. */
export const concentration: ConstraintHandler<ConcentrationParameters> = {
  type: 'concentration',
  title: 'Concentration rule (5/10/40)',
  description:
    'Each issuer (or asset, sector, ...) at most eachMax; those above threshold together at most totalMax, fractions of net asset value: 0.1, 0.05 and 0.4 for the rule 5/10/40 of UCITS funds. ' +
    'One that stands at the threshold does not count. No short positions, which such funds may not hold. An asset without issuer is one by itself. Not convex: solved exactly by search.',
  version: '1.0.0',
  references: ['Directive 2009/65/EC (UCITS), articles 52(1), 52(2) and 89'],
  schema: {
    type: 'object',
    title: 'Concentration rule',
    properties: {
      eachMax: { type: 'number', title: 'Each', description: 'Most in one: 0.1 for 10 %.' },
      threshold: { type: 'number', title: 'Threshold', description: 'Those above it count: 0.05 for 5 %.' },
      totalMax: { type: 'number', title: 'Total', description: 'Most in all that count together: 0.4 for 40 %.' },
      by: { ...partsSchema.by, default: 'issuer' },
      taxonomy: partsSchema.taxonomy,
    },
    required: ['eachMax', 'threshold', 'totalMax'],
    additionalProperties: false,
    examples: [
      { eachMax: 0.4, threshold: 0.15, totalMax: 0.5 },
      { eachMax: 0.5, threshold: 0.2, totalMax: 0.6, by: 'sector' },
    ],
  },
  convexity: 'integer',
  priority: 0,
  admitParameters,
  admit: (parameters, situation) => [...admitParameters(parameters), ...admitParts(byIssuer(parameters), situation)],
  lower(given, situation, origin) {
    const parameters = byIssuer(given);
    const { universe } = situation;
    const parts = partsOf(parameters, universe);
    const stated = statedOn(parameters, situation);
    const groups = partNames(parameters, universe).map((_, part) =>
      Int32Array.from([...parts.keys()].filter((position) => parts[position] === part)),
    );
    const { threshold, totalMax: limit, eachMax } = parameters;
    return {
      bounds: stated.assets.map(({ position, range: { min = 0, max = Infinity }, text }): Bound => {
        return { position, lower: min, upper: max, origin: origin(text) };
      }),
      rows: stated.parts.map(({ part, text }): Row => {
        const weights = Float64Array.from(parts, (own) => (own === part ? 1 : 0));
        return rowOf({ weights, cash: 0, constant: 0 }, { max: eachMax }, origin(text));
      }),
      concentrations: [{ groups, threshold, limit, origin: origin(totalText(parameters)) }],
    };
  },
  check(given, { weights }, situation) {
    const parameters = byIssuer(given);
    const totals = weightsByPart(partsOf(parameters, situation.universe), weights);
    const stated = statedOn(parameters, situation);
    const { threshold, totalMax, eachMax } = parameters;
    let counted = 0;
    for (const total of totals) if (total > threshold + thresholdWidth) counted += total;
    return [
      ...stated.assets.map(({ position, range, text }) => measured(text, weights[position]!, range, fractionOfValue)),
      ...stated.parts.map(({ part, text }) => measured(text, totals[part]!, { max: eachMax }, fractionOfValue)),
      measured(totalText(parameters), counted, { max: totalMax }, fractionOfValue),
    ];
  },
};
