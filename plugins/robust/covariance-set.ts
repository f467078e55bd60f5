/** The covariances of which the worst is feared: the estimate, stresses of it, and those of parts of the past. */
import type { Scenarios, SymmetricOperator } from '@veritasvault/portfolio/sdk/v1';

import { covarianceWithin, joint, scaled } from './market.ts';

export interface Stress {
  readonly name: string;
  readonly volatilityFactor?: number;
  readonly correlationBlend?: number;
}

export interface Member {
  readonly name: string;
  readonly covariance: SymmetricOperator;
}

/** volatilityFactor^2 [(1 - blend) C + blend sigma sigma']: correlations moved towards 1 by `blend`. */
function stressed(covariance: SymmetricOperator, { volatilityFactor = 1, correlationBlend = 0 }: Stress) {
  const square = volatilityFactor * volatilityFactor;
  const own = scaled(covariance, square * (1 - correlationBlend));
  if (correlationBlend === 0) return own;
  const terms = [own, joint(covariance, square * correlationBlend)];
  return { kind: 'sum' as const, size: covariance.size, terms };
}

/** Consecutive parts of the path, as long as each other to one scenario. */
function regimesOf(scenarios: Scenarios, parts: number): readonly Member[] {
  const start = (part: number): number => Math.floor((part * scenarios.count) / parts);
  return Array.from({ length: parts }, (_, part) => ({
    name: `scenarios ${start(part) + 1} to ${start(part + 1)}`,
    covariance: covarianceWithin(scenarios, start(part), start(part + 1)),
  }));
}

export function membersOf(
  estimate: SymmetricOperator,
  stresses: readonly Stress[],
  regimes: { readonly scenarios: Scenarios; readonly parts: number } | undefined,
): readonly Member[] {
  return [
    { name: 'estimate', covariance: estimate },
    ...stresses.map((stress) => ({ name: stress.name, covariance: stressed(estimate, stress) })),
    ...(regimes === undefined ? [] : regimesOf(regimes.scenarios, regimes.parts)),
  ];
}
