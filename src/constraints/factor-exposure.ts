import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { FactorExposures } from '../problem/universe.ts';
import { Fault } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { relativeForm, rowOf } from './linear-form.ts';
import { amongKnown } from './nearest-name.ts';
import { admitRange, fieldOf, invalid, measured, plain, rangeSchema, rangeText } from './range.ts';
import type { Range } from './range.ts';
import { admitRelative, centreOf } from './relative.ts';
import type { RelativeTo } from './relative.ts';

export type FactorExposureParameters = {
  readonly exposures: Readonly<Record<string, Range>>;
  readonly relativeTo?: RelativeTo;
};

function factorsOf(situation: Situation): FactorExposures {
  if (situation.factors === undefined) {
    throw new Fault(
      'RISK_MODEL_INVALID',
      'limits on factor exposures need the factor exposures of the assets, and none were given or estimated',
    );
  }
  return situation.factors;
}

/** (n) exposures of every asset to one factor. */
function columnOf(factors: FactorExposures, name: string, n: number): Float64Array {
  const column = factors.names.indexOf(name);
  return Float64Array.from(
    { length: n },
    (_, position) => factors.exposures[position * factors.names.length + column]!,
  );
}

function textOf(parameters: FactorExposureParameters, name: string, range: Range): string {
  const { relativeTo } = parameters;
  const kind =
    relativeTo === 'benchmark' ? 'active exposure' : relativeTo === 'current' ? 'change of exposure' : 'exposure';
  return `${kind} to ${name} ${rangeText(range, plain)}`;
}

function admitParameters({ exposures }: FactorExposureParameters): Violation[] {
  return Object.entries(exposures).flatMap(([name, range]) => admitRange(range, fieldOf('exposures', name), 'plain'));
}

function admit(parameters: FactorExposureParameters, situation: Situation): readonly Violation[] {
  const violations = admitParameters(parameters);
  const known = situation.factors?.names ?? [];
  const entries = Object.entries(parameters.exposures);
  if (entries.length === 0) violations.push(invalid('exposures', 'needs the range of at least one factor'));
  if (situation.factors === undefined) violations.push(invalid('exposures', 'needs a factor model, and there is none'));
  for (const [name] of entries) {
    if (situation.factors !== undefined && !known.includes(name)) {
      violations.push(
        invalid(fieldOf('exposures', name), `the factor model has no factor of this name${amongKnown(name, known)}`),
      );
    }
  }
  return [...violations, ...admitRelative(parameters.relativeTo, 'relativeTo', situation)];
}

/** min_f <= sum_i B_if (w_i - c_i) <= max_f, B the exposures of the factor model, c = 0, the benchmark weights or the current weights; cash has no exposure. */
export const factorExposure: ConstraintHandler<FactorExposureParameters> = {
  type: 'factor-exposure',
  title: 'Factor exposure limits',
  description:
    'Exposure of the portfolio to a factor: the sum over assets of exposure times weight; relative to the benchmark, of exposure times active weight; relative to current, of exposure times trade. ' +
    'In the units of the factor model (standard deviations for style factors). Cash has no exposure.',
  version: '1.1.0',
  references: ['Grinold and Kahn (2000), Active Portfolio Management, ch. 3'],
  schema: {
    type: 'object',
    title: 'Factor exposure limits',
    properties: {
      exposures: {
        type: 'object',
        title: 'Exposures',
        description: 'Factor name -> range, in the units of the factor model.',
        additionalProperties: rangeSchema('exposure'),
        minProperties: 1,
      },
      relativeTo: {
        type: 'string',
        title: 'Relative to',
        description:
          'none: exposure of the portfolio. benchmark: exposure of the active weights. current: exposure of the trades.',
        enum: ['none', 'benchmark', 'current'],
        default: 'none',
      },
    },
    required: ['exposures'],
    additionalProperties: false,
    examples: [{ exposures: { Value: { min: 0, max: 0.5 } }, relativeTo: 'benchmark' }],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters,
  admit,
  lower(parameters, situation, origin) {
    const factors = factorsOf(situation);
    const n = situation.universe.assets.length;
    const centre = centreOf(parameters.relativeTo, situation);
    const rows = Object.entries(parameters.exposures).map(([name, range]) => {
      const form = { weights: columnOf(factors, name, n), cash: 0, constant: 0 };
      return rowOf(relativeForm(form, centre), range, origin(textOf(parameters, name, range)));
    });
    return { rows };
  },
  check(parameters, holdings, situation) {
    const { names, exposures } = factorsOf(situation);
    const centre = centreOf(parameters.relativeTo, situation).weights;
    return Object.entries(parameters.exposures).map(([name, range]) => {
      let exposure = 0;
      for (const [position, weight] of holdings.weights.entries()) {
        exposure += exposures[position * names.length + names.indexOf(name)]! * (weight - centre[position]!);
      }
      return measured(textOf(parameters, name, range), exposure, range, 'exposure');
    });
  },
};
