/** What entropy pooling answers. */
import type { Scenarios } from '../problem/scenarios.ts';

/** What became of one view; measures in its own unit. */
export interface ScenarioViewOutcome {
  /** Of the measure before views. */
  readonly prior: number;
  /** As the view states it. */
  readonly stated: number;
  /** Of the measure after all views, with their confidences. */
  readonly posterior: number;
  /**
   * Rise of the relative entropy per unit by which the stated value rises (per unit of `level` for quantiles), at full confidence: how much the
   * view distorts the prior. 0 for a view that the others and the prior fulfil anyway.
   */
  readonly multiplier: number;
}

export interface EntropyPosterior {
  /** The scenarios as they were, under the posterior probabilities. */
  readonly scenarios: Scenarios & { readonly probabilities: Float64Array };
  /** exp(-sum_s x_s ln x_s): 1 when one scenario has all the probability, S when all have the same. */
  readonly effectiveScenarios: number;
  /** sum_s x_s ln(x_s / p_s) >= 0: how far the posterior x is from the prior p, in nats. */
  readonly relativeEntropy: number;
  /** One per view, in their order. */
  readonly views: readonly ScenarioViewOutcome[];
}
