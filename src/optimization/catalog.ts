/** What is on offer, as far as admission and the pipeline look at it. The registries of the host fit as they are. */
import type { ConstraintHandler } from '../problem/situation.ts';
import type { Solver } from '../problem/solver.ts';
import type { Estimator, Strategy } from '../sdk/v1/index.ts';

export interface Offer {
  readonly id: string;
  readonly plugin: string;
  readonly pluginVersion: string;
}

export interface Offers<Contribution> {
  readonly offers: readonly Offer[];
  offer(id: string): Offer | undefined;
  get(id: string): Contribution | undefined;
  /** Throws the Fault UNKNOWN_TYPE, or PLUGIN_BROKEN when a plugin that failed to start promised it. */
  require(id: string, field: string): Contribution;
}

export interface Catalog {
  readonly strategies: Offers<Strategy>;
  readonly constraints: Offers<ConstraintHandler>;
  readonly estimators: Offers<Estimator>;
  readonly solvers: Offers<Solver>;
}
