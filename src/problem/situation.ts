/** What constraints and strategies are told about the portfolio and its market besides their own parameters. */
import type { JsonObject, JsonSchema } from '../values/json.ts';
import type { Violation } from '../values/fault.ts';
import type { SymmetricOperator } from './operator.ts';
import type { Lowered, Origin } from './problem.ts';
import type { Scenarios } from './scenarios.ts';
import type { FactorExposures, Universe } from './universe.ts';

export interface NetAssetValue {
  readonly amount: string;
  readonly currency: string;
}

export interface Situation {
  readonly universe: Universe;
  /** (n) weights held now, fractions of net asset value; they and `cashCurrent` sum to 1. Zeros when nothing is held. */
  readonly current: Float64Array;
  readonly cashCurrent: number;
  /** What the fractions are of, for amounts of money: a decimal text, and its currency (ISO 4217). Absent when not stated. */
  readonly netAssetValue?: NetAssetValue;
  /** (n) weights, sum 1; absent when there is no benchmark. */
  readonly benchmark?: Float64Array;
  /** Annual covariance of returns; absent while a request is admitted, before estimation. */
  readonly covariance?: SymmetricOperator;
  readonly factors?: FactorExposures;
  /** Absent when neither given nor asked for, and while a request is admitted. */
  readonly scenarios?: Scenarios;
}

/** What a constraint may need besides its parameters; the host sees to it or refuses the request by name. */
export type ConstraintNeed = 'covariance' | 'scenarios' | 'path-scenarios';

/** Finished holdings as fractions of net asset value; `weights` (n) and `cash` sum to 1. */
export interface Holdings {
  readonly weights: Float64Array;
  readonly cash: number;
}

/** One verdict on finished holdings, in the constraint's own unit. Slack is the smaller distance to a bound, negative when broken. */
export interface Measured {
  /** The part measured, as a sentence that matches `Origin.text`: `sector Technology at most 20 %`. */
  readonly text: string;
  readonly value: number;
  /** -Infinity when there is none. */
  readonly lower: number;
  readonly upper: number;
  readonly slack: number;
  /** `fraction of net asset value`, `annual volatility`, `exposure`, ... */
  readonly unit: string;
}

/**
 * Expresses one kind of constraint. `lower` makes the restrictions that a solver sees; `check` measures finished holdings from
 * the definition and never from what `lower` returned. Parameters have passed `schema` when any of the three is called.
 */
export interface ConstraintHandler<Parameters = JsonObject> {
  /** kebab-case, unique: `asset-class`, `turnover`. */
  readonly type: string;
  readonly title: string;
  /** The exact definition, for the catalogue. */
  readonly description: string;
  readonly version: string;
  readonly references: readonly string[];
  readonly schema: JsonSchema<Parameters>;
  /** `risk-share` is not convex: answers under it are local optima. */
  readonly convexity: 'linear' | 'norm' | 'tail' | 'risk-share' | 'integer';
  /** Used when the client gives none: 0 is hard. */
  readonly priority: number;
  /** What it needs of the market; absent: a covariance when `convexity` is `norm`. */
  needs?(parameters: Parameters): readonly ConstraintNeed[];
  /** What is wrong with the parameters whatever the universe: crossed ranges, say. Asked for constraints that are stored with a portfolio. */
  admitParameters?(parameters: Parameters): readonly Violation[];
  /** What a user can mend, as field paths below `parameters`, all of it; empty when valid. */
  admit(parameters: Parameters, situation: Situation): readonly Violation[];
  lower(parameters: Parameters, situation: Situation, origin: (text: string) => Origin): Lowered;
  check(parameters: Parameters, holdings: Holdings, situation: Situation): readonly Measured[];
}
