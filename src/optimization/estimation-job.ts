/** Estimates by themselves: what a worker answers, and the work. Plain values that survive a structured clone. */
import type { Checkpoint } from '../math/checkpoint.ts';
import type { Repair } from '../problem/estimator.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import type { FactorExposures } from '../problem/universe.ts';
import type { ScenarioViewOutcome } from '../estimation/entropy-posterior.ts';
import { denseEntries } from '../estimation/operator.ts';
import type { Catalog } from './catalog.ts';
import { estimatesOf } from './estimates.ts';
import type { EstimationJob } from './job.ts';

/** Annual; vectors and matrices in the order of `assets`. */
export interface EstimationAnswer {
  readonly assets: readonly string[];
  /** After views. */
  readonly expectedReturns?: Float64Array;
  readonly volatilities?: Float64Array;
  /** Dense, or a factor model; specific risk alone is a factor model without factors. */
  readonly risk?: Exclude<SymmetricOperator, { kind: 'sum' | 'diagonal' }>;
  readonly factors?: FactorExposures;
  readonly scenarios?: Scenarios;
  /** Of views on scenarios. */
  readonly viewsEntropy?: number;
  /** Of each of them, in their order. */
  readonly viewOutcomes: readonly ScenarioViewOutcome[];
  readonly repairs: readonly Repair[];
  /** YYYY-MM-DD or empty. */
  readonly pricesAsOf: string;
}

/** Port: estimates off the event loop. Rejects with a Fault; an aborted signal gives the work up. */
export interface EstimationEngine {
  estimate(job: EstimationJob, signal: AbortSignal): Promise<EstimationAnswer>;
}

/** Throws Faults with violations below `problem` for what only the numbers can tell, and what `checkpoint` does. */
export function estimateJob(job: EstimationJob, catalog: Catalog, checkpoint?: Checkpoint): EstimationAnswer {
  const { situation, estimates, repairs, scenarioViews, scenarioViewOutcomes, pricesAsOf } = estimatesOf(
    job,
    catalog,
    checkpoint,
  );
  const { covariance, factors } = situation;
  const { expectedReturns, scenarios } = estimates;
  const risk = covariance === undefined ? undefined : toldAs(covariance);
  return {
    assets: job.universe.assets.map(({ id }) => id),
    ...(expectedReturns === undefined ? {} : { expectedReturns }),
    ...(risk === undefined ? {} : { risk, volatilities: volatilitiesOf(risk) }),
    ...(factors === undefined ? {} : { factors }),
    ...(scenarios === undefined ? {} : { scenarios }),
    ...(scenarioViews === undefined ? {} : { viewsEntropy: scenarioViews.relativeEntropy }),
    viewOutcomes: scenarioViewOutcomes,
    repairs,
    pricesAsOf,
  };
}

function toldAs(covariance: SymmetricOperator): NonNullable<EstimationAnswer['risk']> {
  const { kind, size } = covariance;
  if (kind === 'dense' || kind === 'factor') return covariance;
  if (kind === 'sum') return { kind: 'dense', size, entries: denseEntries(covariance) };
  const none = new Float64Array(0);
  return { kind: 'factor', size, factors: 0, exposures: none, factorCovariance: none, specific: covariance.entries };
}

function volatilitiesOf(risk: NonNullable<EstimationAnswer['risk']>): Float64Array {
  const n = risk.size;
  return Float64Array.from({ length: n }, (_, i) => {
    if (risk.kind === 'dense') return Math.sqrt(risk.entries[i * n + i]!);
    const { factors: k, exposures, factorCovariance, specific } = risk;
    let variance = specific[i]!;
    for (let a = 0; a < k; a += 1)
      for (let b = 0; b < k; b += 1)
        variance += exposures[i * k + a]! * factorCovariance[a * k + b]! * exposures[i * k + b]!;
    return Math.sqrt(Math.max(0, variance));
  });
}
