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
