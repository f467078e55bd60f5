/** Beta of assets and of portfolios: to the benchmark by the covariance, or as the characteristic that the assets carry. */
import { productOf, inner } from '../problem/certificate-operator.ts';
import type { ConstraintNeed, Situation } from '../problem/situation.ts';
import { Fault } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { characteristicOf } from './characteristics.ts';
import { invalid } from './range.ts';
import { covarianceOf } from './risk.ts';
import { listed } from './taxonomy.ts';

export type BetaSource = {
  readonly from: 'covariance' | 'characteristic';
  readonly characteristic?: string;
};

export const betaSourceSchema = {
  from: {
    type: 'string',
    title: 'From',
    description:
      'covariance: of returns with those of the benchmark, divided by the variance of the benchmark. characteristic: the number that each asset carries. There is no default.',
    enum: ['covariance', 'characteristic'],
  },
  characteristic: {
    type: 'string',
    title: 'Characteristic',
    description: 'Its name when betas come from a characteristic; `beta` when missing.',
    minLength: 1,
    maxLength: 255,
  },
} as const satisfies Readonly<Record<string, JsonSchema>>;

const nameOf = ({ characteristic = 'beta' }: BetaSource): string => characteristic;

export const needsOfBeta = ({ from }: BetaSource): readonly ConstraintNeed[] =>
  from === 'covariance' ? ['covariance'] : [];

export function admitBetaSource({ from, characteristic }: BetaSource): Violation[] {
  return from === 'covariance' && characteristic !== undefined
    ? [invalid('characteristic', 'is not looked at when betas come from the covariance; leave one of the two out')]
    : [];
}

/** A benchmark, or a characteristic that every asset carries. */
export function admitBetas(source: BetaSource, { universe, benchmark }: Situation): Violation[] {
  const violations = admitBetaSource(source);
  if (source.from === 'covariance') {
    if (benchmark === undefined) violations.push(invalid('from', 'needs a benchmark, and there is none'));
    return violations;
  }
  const name = nameOf(source);
  const without = universe.assets.filter((asset) => characteristicOf(asset, name) === undefined);
  if (without.length > 0) {
    const ids = listed(without.map(({ id }) => id));
    violations.push(invalid('characteristic', `not every asset has a characteristic ${JSON.stringify(name)}: ${ids}`));
  }
  return violations;
}

function benchmarkOf({ benchmark }: Situation): Float64Array {
  if (benchmark === undefined) throw new Fault('INVALID_ARGUMENT', 'beta by the covariance needs a benchmark');
  return benchmark;
}

function varianceOf(situation: Situation): number {
  const benchmark = benchmarkOf(situation);
  const variance = inner(benchmark, productOf(covarianceOf(situation, 'beta'), benchmark));
  if (variance > 0) return variance;
  throw new Fault('RISK_MODEL_INVALID', 'beta to a benchmark without risk is not defined');
}

function characteristicsOf(source: BetaSource, { universe }: Situation): Float64Array {
  return Float64Array.from(universe.assets, (asset) => characteristicOf(asset, nameOf(source)) ?? Number.NaN);
}

/** (n) (Sigma b)_i / b'Sigma b, or the characteristic. */
export function betasOf(source: BetaSource, situation: Situation): Float64Array {
  if (source.from === 'characteristic') return characteristicsOf(source, situation);
  const variance = varianceOf(situation);
  return productOf(covarianceOf(situation, 'beta'), benchmarkOf(situation)).map((value) => value / variance);
}

/** Beta of x (n): b'(Sigma x) / b'Sigma b, or the sum of weight times characteristic. */
export function portfolioBeta(source: BetaSource, x: Float64Array, situation: Situation): number {
  if (source.from === 'characteristic') return inner(characteristicsOf(source, situation), x);
  const covariance = inner(benchmarkOf(situation), productOf(covarianceOf(situation, 'beta'), x));
  return covariance / varianceOf(situation);
}

/** `beta`, `beta by characteristic market-beta`. */
export function betaLabel(source: BetaSource): string {
  return source.from === 'covariance' ? 'beta' : `beta by characteristic ${nameOf(source)}`;
}
