/** The exposures that a portfolio reaches. */
import { dot, hasWeights } from '@veritasvault/portfolio/sdk/v1';
import type { Answer, JsonObject, Situation } from '@veritasvault/portfolio/sdk/v1';

import { distanceTo, exposuresTo, factorsOf } from './market.ts';

/** What was aimed at, by factor: a band of the exposure, active where `relativeTo` is the benchmark. */
export interface Aim {
  readonly factor: string;
  readonly lower: number;
  readonly upper: number;
}

/** The answer with what `exposuresIn` tells of it. */
export function reporting(
  answer: Answer,
  situation: Situation,
  aims: readonly Aim[],
  relativeTo: 'none' | 'benchmark',
): Answer {
  const { solution } = answer;
  return hasWeights(solution)
    ? { ...answer, report: exposuresIn(solution.weights, situation, aims, relativeTo) }
    : answer;
}

/** Exposures of weights (n) to every factor, active ones where there is a benchmark, and by how much an aim is missed. */
export function exposuresIn(
  weights: Float64Array,
  situation: Situation,
  aims: readonly Aim[],
  relativeTo: 'none' | 'benchmark',
): JsonObject {
  const { benchmark } = situation;
  const factors = factorsOf(situation);
  const active = benchmark === undefined ? undefined : weights.map((weight, i) => weight - benchmark[i]!);
  const exposures = factors.names.map((factor): JsonObject => {
    const column = exposuresTo(factors, factor);
    const exposure = dot(column, weights);
    const activeExposure = active === undefined ? undefined : dot(column, active);
    const aim = aims.find((other) => other.factor === factor);
    return {
      factor,
      exposure,
      ...(activeExposure === undefined ? {} : { activeExposure }),
      ...(aim === undefined ? {} : aimed(aim, relativeTo === 'benchmark' ? activeExposure! : exposure)),
    };
  });
  return { exposures };
}

function aimed(aim: Aim, reached: number): JsonObject {
  const { lower, upper } = aim;
  return {
    ...(lower > -Infinity ? { min: lower } : {}),
    ...(upper < Infinity ? { max: upper } : {}),
    missedBy: distanceTo(aim, reached),
  };
}
