import { inner, productOf } from '../problem/certificate-operator.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import type { RiskShare } from '../problem/problem.ts';
import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import { Fault } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { awayFrom, centreSchema, centreWeights } from './centre.ts';
import { amongKnown } from './nearest-name.ts';
import { admitParts, admitPartsParameters, partKey, partLabel, partNames, partsOf, partsSchema } from './parts.ts';
import type { PartsParameters } from './parts.ts';
import { admitRange, fieldOf, invalid, measured, percent, rangeSchema, rangeText } from './range.ts';
import type { Range } from './range.ts';
import { admitRelative } from './relative.ts';
import { covarianceOf } from './risk.ts';

export type RiskContributionParameters = {
  readonly by: NonNullable<PartsParameters['by']> | 'factor';
  readonly taxonomy?: string;
  readonly all?: Range;
  readonly limits?: Readonly<Record<string, Range>>;
  readonly relativeTo?: 'none' | 'benchmark';
};

/** A part with its range: the sides that `limits` states for it, else those of `all`. */
interface LimitedPart {
  readonly index: number;
  readonly range: Range;
  readonly text: string;
}

const partsIn = ({ by, taxonomy }: RiskContributionParameters): PartsParameters =>
  by === 'factor' ? {} : { by, ...(taxonomy === undefined ? {} : { taxonomy }) };

function namesIn(parameters: RiskContributionParameters, { universe, factors }: Situation): readonly string[] {
  return parameters.by === 'factor' ? (factors?.names ?? []) : partNames(partsIn(parameters), universe);
}

function limitedParts(parameters: RiskContributionParameters, situation: Situation): readonly LimitedPart[] {
  const { all, limits = {}, by, relativeTo } = parameters;
  const label = by === 'factor' ? 'factor' : partLabel(partsIn(parameters));
  const share = relativeTo === 'benchmark' ? 'share of active risk' : 'share of risk';
  const keyOf = (name: string): string => partKey(name, partsIn(parameters));
  const ownByKey = new Map(Object.entries(limits).map(([name, range]) => [keyOf(name), range]));
  return namesIn(parameters, situation).flatMap((name, index) => {
    const own = ownByKey.get(keyOf(name));
    if (own === undefined && all === undefined) return [];
    const range = { ...all, ...own };
    return [{ index, range, text: `${share} of ${label} ${name} ${rangeText(range, percent)}` }];
  });
}

function admitParameters(parameters: RiskContributionParameters): Violation[] {
  const { all, limits = {} } = parameters;
  const violations = parameters.by === 'factor' ? [] : admitPartsParameters(partsIn(parameters));
  if (parameters.by === 'factor' && parameters.taxonomy !== undefined)
    violations.push(invalid('taxonomy', 'is only looked at with "by": "group"; leave it out'));
  if (all === undefined && Object.keys(limits).length === 0)
    violations.push(invalid('', 'needs a range for all, limits, or both'));
  if (all !== undefined) violations.push(...admitRange(all, 'all'));
  const first = new Map<string, string>();
  for (const [name, range] of Object.entries(limits)) {
    const field = fieldOf('limits', name);
    const key = partKey(name, partsIn(parameters));
    const twin = first.get(key);
    if (twin === undefined) first.set(key, name);
    else violations.push(invalid(field, `names the same part as ${JSON.stringify(twin)}; give it once`));
    violations.push(...admitRange(range, field));
    const { min, max } = { ...all, ...range };
    const inherits = range.min === undefined || range.max === undefined;
    if (inherits && min !== undefined && max !== undefined && min > max)
      violations.push(
        invalid(field, `with the range for all its minimum ${percent(min)} is above its maximum ${percent(max)}`),
      );
  }
  return violations;
}

function admit(parameters: RiskContributionParameters, situation: Situation): readonly Violation[] {
  const violations = admitParameters(parameters);
  const isByFactor = parameters.by === 'factor';
  if (isByFactor && situation.factors === undefined)
    violations.push(invalid('by', 'needs a factor model, and there is none'));
  if (!isByFactor) violations.push(...admitParts(partsIn(parameters), situation));
  violations.push(...admitRelative(parameters.relativeTo, 'relativeTo', situation));
  if (violations.length > 0) return violations;
  const known = namesIn(parameters, situation);
  const keyOf = (name: string): string => partKey(name, partsIn(parameters));
  const keys = new Set(known.map(keyOf));
  const what = isByFactor ? 'the factor model has no factor' : `there is no ${partLabel(partsIn(parameters))}`;
  for (const name of Object.keys(parameters.limits ?? {}))
    if (!keys.has(keyOf(name)))
      violations.push(invalid(fieldOf('limits', name), `${what} of this name${amongKnown(name, known)}`));
  return violations;
}

type FactorOperator = Extract<SymmetricOperator, { kind: 'factor' }>;

function factorModelOf(situation: Situation): FactorOperator {
  const operator = covarianceOf(situation, 'risk contribution');
  if (operator.kind === 'factor' && situation.factors !== undefined) return operator;
  throw new Fault('RISK_MODEL_INVALID', 'contributions of factors to risk need a factor model as the risk model');
}

/** (n) column `factor` of the exposures, and of the exposures times the factor covariance. */
function factorColumns({ size, factors: k, exposures, factorCovariance }: FactorOperator, factor: number) {
  const column = Float64Array.from({ length: size }, (_, i) => exposures[i * k + factor]!);
  const pull = Float64Array.from({ length: size }, (_, i) => {
    let total = 0;
    for (let other = 0; other < k; other += 1)
      total += exposures[i * k + other]! * factorCovariance[other * k + factor]!;
    return total;
  });
  return { exposures: column, pull };
}

function contributionOf(
  parameters: RiskContributionParameters,
  index: number,
  situation: Situation,
): RiskShare['contribution'] {
  if (parameters.by === 'factor') return { kind: 'factor', ...factorColumns(factorModelOf(situation), index) };
  const parts = partsOf(partsIn(parameters), situation.universe);
  return { kind: 'assets', positions: Int32Array.from([...parts.keys()].filter((i) => parts[i] === index)) };
}

/** (parts) contributions to a'Sigma a, which they sum to but for the specific risk when they are those of factors. */
function contributionsTo(
  parameters: RiskContributionParameters,
  away: Float64Array,
  situation: Situation,
): Float64Array {
  if (parameters.by !== 'factor') {
    const product = productOf(covarianceOf(situation, 'risk contribution'), away);
    const parts = partsOf(partsIn(parameters), situation.universe);
    const totals = new Float64Array(namesIn(parameters, situation).length);
    for (const [position, part] of parts.entries()) totals[part]! += away[position]! * product[position]!;
    return totals;
  }
  const { factors: k, exposures, factorCovariance } = factorModelOf(situation);
  const loads = Float64Array.from({ length: k }, (_, factor) =>
    away.reduce((total, weight, i) => total + exposures[i * k + factor]! * weight, 0),
  );
  return loads.map((load, factor) => {
    let pulled = 0;
    for (let other = 0; other < k; other += 1) pulled += factorCovariance[factor * k + other]! * loads[other]!;
    return load * pulled;
  });
}

/** min_p <= sum_{i in p} a_i (Sigma a)_i / a'Sigma a <= max_p, a = w - c, c = 0 or the benchmark; of factor f: (B'a)_f (F B'a)_f / a'Sigma a. */
export const riskContribution: ConstraintHandler<RiskContributionParameters> = {
  type: 'risk-contribution',
  title: 'Risk contribution limits',
  description:
    "Share of the variance of the portfolio that comes from an asset, an issuer, a class, sector, country or group, or a factor: weight times (Sigma w), summed over its assets and divided by w' Sigma w; of a factor, exposure of the portfolio times (F B' w) divided by w' Sigma w, for Sigma = B F B' + D, D the specific risk. " +
    'Shares add up to 1 (those of factors and specific risk together) and may be negative for what hedges. Relative to the benchmark, shares of the variance of active returns. Cash contributes nothing. A portfolio without risk meets every limit. ' +
    'The limit is not convex: answers are local optima and say so. Sources: covariance, for factors a factor model.',
  version: '1.0.0',
  references: [
    'Qian (2006), On the Financial Interpretation of Risk Contribution, Journal of Investment Management 4',
    'Grinold and Kahn (2000), Active Portfolio Management, ch. 3 (factors)',
  ],
  schema: {
    type: 'object',
    title: 'Risk contribution limits',
    properties: {
      by: {
        ...partsSchema.by,
        description: `${partsSchema.by.description} factor: the factors of the risk model.`,
        enum: [...partsSchema.by.enum, 'factor'],
      },
      taxonomy: partsSchema.taxonomy,
      all: rangeSchema('share of the variance of every part, a fraction'),
      limits: {
        type: 'object',
        title: 'By name',
        description:
          'Name of the part (asset id, sector, factor, ...) -> range of its share; in place of `all` where it states a side. Asset classes are compared by canonical name: Equities = Equity = Stocks.',
        additionalProperties: rangeSchema('share of the variance, a fraction'),
        minProperties: 1,
      },
      relativeTo: centreSchema(
        ['none', 'benchmark'],
        'none: shares of the variance of the portfolio. benchmark: of the variance of its active return.',
      ),
    },
    required: ['by'],
    additionalProperties: false,
    examples: [
      { by: 'asset', all: { max: 0.3 } },
      { by: 'sector', limits: { Technology: { max: 0.5 } } },
      { by: 'factor', limits: { Market: { max: 0.75 } } },
    ],
  },
  convexity: 'risk-share',
  priority: 0,
  needs: () => ['covariance'],
  admitParameters,
  admit,
  lower(parameters, situation, origin) {
    const operator = covarianceOf(situation, 'risk contribution');
    const centre = centreWeights(parameters.relativeTo, situation);
    return {
      riskShares: limitedParts(parameters, situation).map(({ index, range, text }): RiskShare => ({
        operator,
        ...(centre && { centre }),
        contribution: contributionOf(parameters, index, situation),
        lower: range.min ?? -Infinity,
        upper: range.max ?? Infinity,
        origin: origin(text),
      })),
    };
  },
  check(parameters, { weights }, situation) {
    const away = awayFrom(weights, parameters.relativeTo, situation);
    const variance = inner(away, productOf(covarianceOf(situation, 'risk contribution'), away));
    const contributions = contributionsTo(parameters, away, situation);
    return limitedParts(parameters, situation).map(({ index, range, text }) => {
      // Without risk there are no shares, and every limit is met.
      const none = Math.min(Math.max(0, range.min ?? 0), range.max ?? Infinity);
      const share = variance > 0 ? contributions[index]! / variance : none;
      return measured(text, share, range, 'fraction of variance');
    });
  },
};
