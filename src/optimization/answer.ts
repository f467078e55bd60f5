/** The answer of an optimization as plain JSON: told to callers, stored with the run, read by rebalancing. No NaN, no Infinity. */
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
  readonly conflict?: { readonly members: readonly ConflictLine[]; readonly proofVerified: boolean };
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
  };
  readonly posteriorReturns?: readonly number[];
}
