/** Losses over scenarios for `check`, from their definitions, and what all limits on scenarios share. */
import type { Scenarios } from '../problem/scenarios.ts';
import type { Situation } from '../problem/situation.ts';
import { Fault } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { admitNumber, invalid, percent } from './range.ts';

/** The scenarios that lowering and checking need; their absence is refused by name. */
export function scenariosOf(situation: Situation, constraint: string): Scenarios {
  if (situation.scenarios === undefined)
    throw new Fault('RISK_MODEL_INVALID', `the ${constraint} limit needs scenarios, and none were given or estimated`);
  return situation.scenarios;
}

/** Those of a path, which are equally likely. */
export function pathOf(situation: Situation, constraint: string): Scenarios {
  const scenarios = scenariosOf(situation, constraint);
  const fault = (why: string): Fault => new Fault('RISK_MODEL_INVALID', `the ${constraint} limit needs ${why}`);
  if (!scenarios.isPath) throw fault('scenarios that follow each other in time, and these do not');
  if (scenarios.probabilities !== undefined)
    throw fault('scenarios that are equally likely, as the periods of a path are, and these have probabilities');
  return scenarios;
}

/** (S) sum_i r_si x_i of each scenario; x has length n. Cash neither gains nor loses. */
export function resultsOf({ count, returns }: Scenarios, x: Float64Array): Float64Array {
  return Float64Array.from({ length: count }, (_, scenario) =>
    x.reduce((total, weight, position) => total + returns[scenario * x.length + position]! * weight, 0),
  );
}

/**
 * Mean of the worst (1 - level) share, the value at the boundary counted in part; level 1 is the largest alone. As the minimum over t of
 * t + sum_s p_s (loss_s - t)+ / (1 - level), which one of the losses attains (Rockafellar and Uryasev 2000).
 */
export function tailMean(losses: Float64Array, probabilities: Float64Array | undefined, level: number): number {
  if (level === 1) return losses.reduce((worst, loss) => Math.max(worst, loss), -Infinity);
  const order = [...losses.keys()].sort((one, other) => losses[other]! - losses[one]!);
  const likely = (scenario: number): number => probabilities?.[scenario] ?? 1 / losses.length;
  let least = Infinity;
  let probability = 0;
  let sum = 0;
  for (const scenario of order) {
    const threshold = losses[scenario]!;
    least = Math.min(least, threshold + (sum - probability * threshold) / (1 - level));
    probability += likely(scenario);
    sum += likely(scenario) * threshold;
    if (probability > 1 - level) break;
  }
  return least;
}

/** (S) max_{t <= s} C_t - C_s, C_0 = 0 and C the running sum of results. */
export function drawdownsOf(results: Float64Array): Float64Array {
  let sum = 0;
  let peak = 0;
  return results.map((result) => {
    sum += result;
    peak = Math.max(peak, sum);
    return peak - sum;
  });
}

export const levelSchema: JsonSchema<number> = {
  type: 'number',
  title: 'Confidence level',
  description: '0.95 speaks of the worst 5 %; at least 0.5, and 1 is the worst alone.',
};

/** The share of the tail in place of the level is the usual confusion. */
export function admitLevel(level: number): Violation[] {
  if (level >= 0.5 && level <= 1) return [];
  const got = level > 0 && level < 0.5 ? `, which would speak of the worst ${percent(1 - level)}` : '';
  return [invalid('level', `must lie between 0.5 and 1, 0.95 for the worst 5 %; got ${String(level)}${got}`)];
}

/** A largest loss: a fraction, not negative unless a certain gain may be asked for. */
export function admitLoss(max: number, isNegativeAllowed = false): Violation[] {
  const violations = admitNumber(max, 'max', 'fraction');
  if (max < 0 && !isNegativeAllowed) violations.push(invalid('max', `must not be negative; got ${String(max)}`));
  return violations;
}
