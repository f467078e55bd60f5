/** Measures around a centre: of the weights themselves, or of their differences from those of the benchmark or from what is held. */
import type { Situation } from '../problem/situation.ts';
import type { JsonSchema } from '../values/json.ts';
import { centreOf } from './relative.ts';
import type { RelativeTo } from './relative.ts';

/** Offers only the centres that mean something for a measure; none unless told. */
export function centreSchema<Choice extends RelativeTo>(
  choices: readonly Choice[],
  description: string,
): JsonSchema<Choice> {
  return { type: 'string', title: 'Relative to', description, enum: choices, default: 'none' };
}

/** (n) the weights of the centre; undefined for the origin. */
export function centreWeights(relativeTo: RelativeTo | undefined, situation: Situation): Float64Array | undefined {
  if (relativeTo === undefined || relativeTo === 'none') return undefined;
  return centreOf(relativeTo, situation).weights;
}

/** (n) weights minus those of the centre. */
export function awayFrom(
  weights: Float64Array,
  relativeTo: RelativeTo | undefined,
  situation: Situation,
): Float64Array {
  const centre = centreWeights(relativeTo, situation);
  return centre === undefined ? weights : weights.map((weight, position) => weight - centre[position]!);
}
