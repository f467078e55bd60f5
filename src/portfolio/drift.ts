/**
 * Drift: how far held weights are from wanted ones. Weights are fractions of net asset value and so is drift, which is
 * actual minus target; relative drift is drift over target.
 */

/** What cash is called among the subjects of drift. */
export const cashSubject = 'cash';
/** Weights closer than this are the same: above the rounding of floating point, far below any lot. */
export const weightTolerance = 1e-9;

export interface TargetLine {
  readonly subject: string;
  readonly weight: number;
  /** The band; both ends are the weight when absent. */
  readonly weightMin?: number;
  readonly weightMax?: number;
}

/** A type and not an interface, so that it is JSON to the compiler. */
export type DriftLine = {
  readonly subject: string;
  readonly targetWeight: number;
  readonly actualWeight: number;
  readonly drift: number;
  /** Absent when the target is 0. */
  readonly relativeDrift?: number;
  readonly outsideBand: boolean;
};

/**
 * A line for each subject that is wanted or held, largest absolute drift first, then by subject. What is not named on one side
 * counts 0 there.
 */
export function driftLines(targets: readonly TargetLine[], actual: ReadonlyMap<string, number>): DriftLine[] {
  const wanted = new Map(targets.map((target) => [target.subject, target]));
  const subjects = new Set([...wanted.keys(), ...actual.keys()]);
  return [...subjects]
    .map((subject) => driftLine(wanted.get(subject) ?? { subject, weight: 0 }, actual.get(subject) ?? 0))
    .sort(byDrift);
}

function driftLine({ subject, weight, weightMin, weightMax }: TargetLine, actualWeight: number): DriftLine {
  const difference = actualWeight - weight;
  const drift = Math.abs(difference) <= weightTolerance ? 0 : difference;
  const outsideBand =
    actualWeight < (weightMin ?? weight) - weightTolerance || actualWeight > (weightMax ?? weight) + weightTolerance;
  return {
    subject,
    targetWeight: weight,
    actualWeight,
    drift,
    ...(weight === 0 ? {} : { relativeDrift: drift / weight }),
    outsideBand,
  };
}

function byDrift(one: DriftLine, other: DriftLine): number {
  const larger = Math.abs(other.drift) - Math.abs(one.drift);
  if (larger !== 0) return larger;
  return one.subject < other.subject ? -1 : 1;
}

/** Half the sum of absolute drifts: the one-way turnover that would undo them. Cash belongs to the lines. */
export function halfSumOf(lines: readonly DriftLine[]): number {
  return lines.reduce((sum, { drift }) => sum + Math.abs(drift), 0) / 2;
}
