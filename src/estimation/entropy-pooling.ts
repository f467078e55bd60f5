/**
 * Entropy pooling: views on the joint distribution of returns, blended into scenarios. Probabilities change as little as they can, measured
 * by relative entropy to the prior, so that the views hold. Meucci (2008), Fully Flexible Views: Theory and Practice.
 */
import type { Checkpoint } from '../math/checkpoint.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import { positionsById } from '../problem/universe.ts';
import type { Universe } from '../problem/universe.ts';
import { refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { conflictOf } from './entropy-conflict.ts';
import { measured, outcomesOf } from './entropy-measures.ts';
import type { EntropyPosterior } from './entropy-posterior.ts';
import type { PlacedView } from './entropy-rows.ts';
import { entriesMax } from './scenario-parameters.ts';
import { sequential } from './entropy-stages.ts';
import type { Reached } from './entropy-stages.ts';
import { admitScenarioViews } from './scenario-views.ts';
import type { ScenarioView } from './scenario-views.ts';

/**
 * The posterior probabilities of `scenarios` under `views`.
 *
 * Means and quantiles are linear in the probabilities and hold exactly with the least relative entropy there is. Volatilities and correlations
 * are not: in the order means, quantiles and CVaRs; volatilities; correlations, each group is added to the ones before with the means (and
 * variances) that it rests on pinned where the groups before have put them, every time from the prior: sequential entropy pooling, Vorobets (2021),
 * heuristic 1. A CVaR is held with its value at risk at one of the scenarios, searched for the least relative entropy: Meucci,
 * Ardia and Keel (2011), Fully Flexible Extreme Views. Every view holds exactly as it is defined (a quantile to the spacing of the scenarios).
 *
 * Confidences: with c_1 < ... < c_m those that occur, the posterior is (1 - c_m) p + sum_j (c_j - c_(j-1)) x_j, where x_j has the views of
 * confidence c_j and more: with one confidence the pooling (1 - c) p + c x of Meucci (2008), 3.
 *
 * Every least entropy is certified by code that shares nothing with its search. Costs some ten times S k^2 / 2 per group and confidence.
 * @throws Fault INVALID_ARGUMENT with the violations of `admitScenarioViews`; or naming a smallest set of views (`[0]`, `[2]`) that no
 *   probabilities of these scenarios can fulfil together.
 */
export function entropyPooling(
  scenarios: Scenarios,
  views: readonly ScenarioView[],
  universe: Universe,
  checkpoint?: Checkpoint,
): EntropyPosterior {
  refuse([...admitScenarioViews(views, universe), ...admitScenarios(scenarios, universe)]);
  const { count, periodsPerYear } = scenarios;
  const prior = scenarios.probabilities ?? new Float64Array(count).fill(1 / count);
  const positions = positionsById(universe);
  const placed = views.map((view, index) => ({ index, view, outcomes: outcomesOf(scenarios, view, positions) }));
  const confidences = [...new Set(views.map(({ confidence }) => confidence))].filter((each) => each > 0);
  confidences.sort((a, b) => a - b);
  const posterior = prior.map((each) => (1 - (confidences.at(-1) ?? 0)) * each);
  let multipliers = new Float64Array(views.length);
  let below = 0;
  for (const confidence of confidences) {
    const trusted = placed.filter(({ view }) => view.confidence >= confidence);
    const reached = reachedBy(prior, trusted, periodsPerYear, checkpoint);
    if (below === 0) multipliers = Float64Array.from(reached.multipliers);
    for (let s = 0; s < count; s += 1) posterior[s] = posterior[s]! + (confidence - below) * reached.probabilities[s]!;
    below = confidence;
  }
  const probabilities = confidences.length === 0 ? Float64Array.from(prior) : unitSum(posterior);
  return {
    scenarios: { ...scenarios, probabilities },
    ...figuresOf(probabilities, prior),
    views: placed.map(({ view, outcomes, index }) => ({
      prior: measured(view, outcomes, prior, periodsPerYear),
      stated: view.value,
      posterior: measured(view, outcomes, probabilities, periodsPerYear),
      multiplier: multipliers[index] ?? 0,
    })),
  };
}

function admitScenarios({ count, returns, probabilities }: Scenarios, universe: Universe): Violation[] {
  const n = universe.assets.length;
  const refused = (description: string): Violation[] => [{ field: 'scenarios', description }];
  if (count < 1 || returns.length !== count * n || !returns.every(Number.isFinite))
    return refused(`must hold ${String(n)} finite returns in each of at least 1 scenario`);
  if (returns.length > entriesMax)
    return refused(`hold ${String(returns.length)} returns; at most ${String(entriesMax)} are taken`);
  if (probabilities === undefined) return [];
  const total = probabilities.reduce((sum, each) => sum + each, 0);
  const sound = probabilities.length === count && probabilities.every((each) => each > 0);
  return sound && Math.abs(total - 1) <= 1e-9 ? [] : refused('must have positive probabilities that sum to 1');
}

function reachedBy(
  prior: Float64Array,
  views: readonly PlacedView[],
  periodsPerYear: number,
  checkpoint?: Checkpoint,
): Reached {
  const found = sequential(prior, views, periodsPerYear, checkpoint);
  if (found.kind === 'reached') return found;
  refuse(conflictOf(prior, views, periodsPerYear, found, checkpoint));
  throw new TypeError('a conflict has members');
}

function unitSum(x: Float64Array): Float64Array {
  const total = x.reduce((sum, each) => sum + each, 0);
  return x.map((each) => each / total);
}

function figuresOf(
  x: Float64Array,
  prior: Float64Array,
): Pick<EntropyPosterior, 'effectiveScenarios' | 'relativeEntropy'> {
  let own = 0;
  let relative = 0;
  for (let s = 0; s < x.length; s += 1) {
    own -= x[s]! * Math.log(x[s]!);
    relative += x[s]! * Math.log(x[s]! / prior[s]!);
  }
  return { effectiveScenarios: Math.exp(own), relativeEntropy: Math.max(0, relative) };
}
