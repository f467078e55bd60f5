/** The exposures that a portfolio reaches. */
import { dot, hasWeights } from '@veritasvault/portfolio/sdk/v1';
import type { Answer, JsonObject, Situation } from '@veritasvault/portfolio/sdk/v1';

import { exposuresTo, factorsOf } from './market.ts';

/** What was aimed at, by factor: a band of the exposure, active where `relativeTo` is the benchmark. */
export interface Aim {
  readonly factor: string;
  readonly lower: number;
  readonly upper: number;
}

/** The answer with its exposures to every factor, active ones where there is a benchmark, and by how much an aim is missed. */
export function reporting(
  answer: Answer,
  situation: Situation,
  aims: readonly Aim[],
  relativeTo: 'none' | 'benchmark',
): Answer {
  const { solution } = answer;
  if (!hasWeights(solution)) return answer;
  const { benchmark } = situation;
  const factors = factorsOf(situation);
  const active = benchmark === undefined ? undefined : solution.weights.map((weight, i) => weight - benchmark[i]!);
  const lines = factors.names.map((factor): JsonObject => {
    const exposures = exposuresTo(factors, factor);
    const exposure = dot(exposures, solution.weights);
    const activeExposure = active === undefined ? undefined : dot(exposures, active);
    const aim = aims.find((other) => other.factor === factor);
    return {
      factor,
      exposure,
      ...(activeExposure === undefined ? {} : { activeExposure }),
      ...(aim === undefined ? {} : aimed(aim, relativeTo === 'benchmark' ? activeExposure! : exposure)),
    };
  });
  return { ...answer, report: { exposures: lines } };
}

function aimed({ lower, upper }: Aim, reached: number): JsonObject {
  return {
    ...(lower > -Infinity ? { min: lower } : {}),
    ...(upper < Infinity ? { max: upper } : {}),
    missedBy: Math.max(0, lower - reached, reached - upper),
  };
}
