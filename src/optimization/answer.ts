/** The answer of an optimization as plain JSON: told to callers, stored with the run, read by rebalancing. No NaN, no Infinity. */
import type { JsonObject } from '../values/json.ts';
import type { Explanation } from './answering-explanation.ts';
import type { Limit, TerminationReason } from '../problem/solution.ts';

export interface WeightLine {
  readonly assetId: string;
  readonly weight: number;
  readonly currentWeight: number;
}

export interface Verdict {
  readonly constraintId: string;
  readonly name: string;
  readonly text: string;
  readonly value: number;
  /** Absent when there is none. */
  readonly lower?: number;
  readonly upper?: number;
  readonly slack: number;
  readonly unit: string;
  /** Fall of the objective per unit by which `binding` is relaxed, >= 0; absent when unknown, and in answers of earlier versions. */
  readonly shadowPrice?: number;
  readonly binding?: 'min' | 'max';
  /** Without the constraint, all parts of it, the objective would be lower by at least this, >= 0; absent unless asked for and known. */
  readonly gain?: number;
  /** Without the constraint the objective falls without end. */
  readonly gainUnbounded?: true;
  /** Used instead of `lower` and `upper` because the constraint was relaxed by priority. */
  readonly relaxedLower?: number;
  readonly relaxedUpper?: number;
  /** Of a soft constraint: what the objective pays per unit by which it is broken, and by how much it is, in its unit. */
  readonly softPenalty?: number;
  readonly excess?: number;
}

export interface CertificateLine {
  readonly passed: boolean;
  readonly primal: number;
  readonly dual: number;
  readonly gap: number;
  readonly tolerance: number;
  readonly constraints: readonly Verdict[];
}

export interface ConflictLine {
  readonly constraintId: string;
  readonly name: string;
  readonly text: string;
}

/** A bound to change, in its own unit. */
export interface RepairLine extends ConflictLine {
  readonly bound: 'min' | 'max';
  readonly current: number;
  readonly needed: number;
  readonly unit: string;
  /** The change in words. */
  readonly description: string;
}

/** A bound that was relaxed by priority, in its own unit. */
export interface RelaxationLine extends ConflictLine {
  readonly bound: 'min' | 'max';
  readonly stated: number;
  readonly used: number;
  readonly unit: string;
  /** 1 to 5. */
  readonly priority: number;
  /** The change in words. */
  readonly description: string;
}

export interface ViewLine {
  readonly stated: number;
  readonly prior: number;
  readonly posterior: number;
  readonly variance: number;
  readonly confidence: number;
}

export interface OptimizationAnswer {
  readonly termination: TerminationReason;
  readonly limit?: Limit;
  readonly detail: string;
  readonly weights: readonly WeightLine[];
  readonly cashWeight: number;
  readonly objective: number;
  readonly expectedReturnAnnual?: number;
  readonly volatilityAnnual?: number;
  readonly sharpeRatio?: number;
  readonly turnoverHalfSum: number;
  readonly certificate?: CertificateLine;
  readonly conflict?: {
    readonly members: readonly ConflictLine[];
    readonly proofVerified: boolean;
    /** Sets of constraints that contradict each other by arithmetic alone; absent when none do, and in answers of earlier versions. */
    readonly contradictions?: readonly { readonly constraintIds: readonly string[]; readonly text: string }[];
    /** The cheapest; absent when none is known, and in answers of earlier versions. */
    readonly repairs?: readonly RepairLine[];
  };
  readonly repairs: readonly { readonly description: string; readonly magnitude: number }[];
  readonly iterations: number;
  readonly elapsedMs: number;
  readonly provenance: {
    readonly solver: string;
    readonly solverChoice: string;
    readonly strategy: string;
    readonly inputDigest: string;
    readonly serverVersion: string;
    readonly pricesAsOf: string;
    /** SHA-256 of the prices; empty when none were used, absent in answers of earlier versions. */
    readonly pricesSnapshot?: string;
  };
  /** These three are absent without views on expected returns, and `priorReturns` and `views` in answers of earlier versions. */
  readonly priorReturns?: readonly number[];
  readonly posteriorReturns?: readonly number[];
  readonly views?: readonly ViewLine[];
  /** What the strategy tells besides. */
  readonly report?: JsonObject;
  readonly trackingErrorAnnual?: number;
  /** At 95 %, over one scenario. */
  readonly cvar?: number;
  /** Absent without views on scenarios. */
  readonly scenarioViews?: { readonly relativeEntropy: number; readonly effectiveScenarios: number };
  /** Absent unless asked for. */
  readonly explanation?: Explanation;
  /** Ids of constraints that bind and whose gain was asked for but is not known; absent when there are none. */
  readonly unexplained?: readonly string[];
  /** Absent when nothing was relaxed. */
  readonly relaxations?: readonly RelaxationLine[];
}
