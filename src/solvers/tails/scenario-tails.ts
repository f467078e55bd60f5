/** CVaR, drawdown and mean absolute deviation, in the objective and as limits, by column and row generation. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { dot } from '../../math/vectors.ts';
import { lacking, type Feature } from '../../problem/features.ts';
import type { Problem, TailMeasure } from '../../problem/problem.ts';
import type { InfeasibilityProof, Iterate, Solution, TailStress } from '../../problem/solution.ts';
import type { Solver, SolverSettings, Support } from '../../problem/solver.ts';
import { better, candidateAt, type Candidate } from '../candidate.ts';
import { interiorPoint } from '../interior-point.ts';
import { Interrupted, lookingAt } from '../interruption.ts';
import { noMultipliers } from '../unsolved.ts';
import { attainedStress } from './attained-stress.ts';
import { cuttingPlanes, masterTaken } from './cutting-planes.ts';
import { chooseAssets, guessOf } from './first-choice.ts';
import { crossingProof, gaveUp, id, infeasible, optimal, stopped, without, type Reached } from './outcome.ts';
import { addTimes } from './operators-in-play.ts';
import { falls, recessionOf } from './recession.ts';
import { finest, rounds, type RoundsEnding } from './rounds.ts';
import { resultsAt } from './measure-in-play.ts';
import { TailModel, type Standing } from './tail-model.ts';

/** What the rounds take themselves; the rest goes to cutting planes over the interior point. */
const taken: readonly Feature[] = ['trading-cost', 'pieces', 'trade-limits', 'norms', 'tails', 'tail-terms'];
/** Restrictions that lack no more than this in all, scaled, hold. */
const lackMax = 1e-9;

export const scenarioTails: Solver = {
  id,
  title: 'Scenario tails by column and row generation',
  version: '1.0.0',
  references: [
    'Rockafellar and Uryasev, Optimization of Conditional Value-at-Risk, Journal of Risk 2 (2000)',
    'Chekhlov, Uryasev and Zabarankin, Drawdown Measure in Portfolio Optimization, International Journal of Theoretical and Applied Finance 8 (2005)',
    'Konno and Yamazaki, Mean-Absolute Deviation Portfolio Optimization Model, Management Science 37 (1991)',
    'Kuenzi-Bay and Mayer, Computational Aspects of Minimizing Conditional Value-at-Risk, Computational Management Science 3 (2006)',
  ],
  capabilities: [
    'CVaR, mean and largest drawdown, conditional drawdown at risk and mean absolute deviation, in the objective and as limits, several at once',
    'beside them convex quadratic terms, linear rows, bounds, piecewise-linear and quadratic trading costs, norm limits and limits on trades, by column and row generation',
    '3/2-power impact and norm limits of 0 beside them by cutting planes over the interior point, which takes longer',
    'weights and multipliers exact at a vertex; the stress at which each measure is attained; a proof when no portfolio exists',
  ],
  supports,
  solve,
};

function supports(problem: Problem): Support {
  const { tailTerms = [], tails, integrality, quadratics } = problem;
  if (tailTerms.length + tails.length === 0) return { yes: false, why: 'no scenario tail is in the problem' };
  if (quadratics.some(({ scale }) => scale < 0)) return { yes: false, why: 'a quadratic term is concave' };
  const why = beyondRounds(problem);
  if (why === undefined) return { yes: true };
  if (integrality === undefined && masterTaken(problem, interiorPoint)) return { yes: true };
  return { yes: false, why };
}

/** Why the rounds cannot take it. A norm limit of 0 is a set of equations. */
function beyondRounds(problem: Problem): string | undefined {
  return lacking(problem, taken) ?? (problem.norms.some(({ bound }) => bound === 0) ? 'a norm limit is 0' : undefined);
}

function* solve(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
): Generator<Iterate, Solution, void> {
  const reached: Reached = { iteration: 0, points: [] };
  try {
    const crossing = crossingProof(problem);
    const proven = crossing === undefined ? undefined : infeasible(problem, crossing, 0);
    if (proven !== undefined) return proven;
    const checkpoint = lookingAt(interrupted);
    if (beyondRounds(problem) === undefined) {
      const solution = yield* byRounds(problem, settings, checkpoint, reached, true);
      if (solution !== undefined) return solution;
    }
    if (!masterTaken(problem, interiorPoint)) return gaveUp(problem, 'the rounds end without an optimum', reached);
    return yield* cuttingPlanes(problem, interiorPoint, settings, interrupted, checkpoint, reached);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return stopped(problem, reached, 'interrupted');
  }
}

/**
 * @param bounded whether the objective may turn out to fall without end
 * @returns undefined when the rounds cannot settle it
 * @throws Interrupted from `checkpoint`
 */
function* byRounds(
  problem: Problem,
  settings: SolverSettings,
  checkpoint: Checkpoint,
  reached: Reached,
  mayFall: boolean,
): Generator<Iterate, Solution | undefined, void> {
  const guess = guessOf(problem);
  const model = new TailModel(problem, guess);
  chooseAssets(problem, model.assets, guess);
  let ending = yield* rounds(model, 'optimality', settings, checkpoint, reached);
  if (ending.kind === 'stuck') {
    const lacking = yield* rounds(model, 'feasibility', settings, checkpoint, reached);
    if (lacking.kind === 'limit') return stopped(problem, reached, 'iterations');
    if (lacking.kind === 'stuck') return undefined;
    if (lacking.lack > lackMax)
      return (
        infeasible(problem, proofOf(problem, lacking.standing), reached.iteration) ??
        infeasible(problem, proofOf(problem, lacking.interior), reached.iteration)
      );
    const level = levelAt(problem, lacking.standing.weights);
    if (level.worst <= settings.tolerance) return optimal(level, reached.iteration, settings.tolerance);
    ending = yield* rounds(model, 'optimality', settings, checkpoint, reached);
  }
  if (ending.kind === 'stuck' && mayFall) {
    const recession = recessionOf(problem);
    const steepest = yield* byRounds(recession, settings, checkpoint, reached, false);
    if (steepest?.termination.reason === 'optimal' && falls(recession, steepest.weights))
      return without(problem, { reason: 'unbounded', detail: 'the objective falls without end' }, reached.iteration);
  }
  if (ending.kind === 'stuck') {
    model.everything();
    ending = yield* rounds(model, 'optimality', settings, checkpoint, reached);
  }
  const solution = ended(problem, ending, settings, reached);
  if (solution !== undefined || ending.kind === 'stuck') return solution;
  return ended(problem, yield* rounds(model, 'optimality', settings, checkpoint, reached, finest), settings, reached);
}

function ended(
  problem: Problem,
  ending: RoundsEnding,
  settings: SolverSettings,
  reached: Reached,
): Solution | undefined {
  if (ending.kind === 'limit') return stopped(problem, reached, 'iterations');
  if (ending.kind === 'stuck') return undefined;
  let best = candidateOf(problem, ending.standing);
  if (best.worst > settings.tolerance) best = better(best, candidateOf(problem, ending.interior));
  return best.worst <= settings.tolerance ? optimal(best, reached.iteration, settings.tolerance) : undefined;
}

function candidateOf(problem: Problem, { weights, multipliers }: Standing): Candidate {
  return candidateAt(problem, weights, () => multipliers);
}

/** Weights that hold, without any price: where nothing changes the objective, as of scenarios that are all 0, there is nothing to descend. */
function levelAt(problem: Problem, weights: Float64Array): Candidate {
  const { tailTerms = [], tails } = problem;
  const stressOf = (measure: TailMeasure): TailStress => attainedStress(measure, resultsAt(measure, weights));
  return candidateAt(problem, weights, () => ({
    ...noMultipliers(problem),
    ...(tailTerms.length > 0 ? { tailTerms: tailTerms.map(stressOf) } : {}),
    ...(tails.length > 0 ? { tails: tails.map((tail) => ({ price: 0, stress: stressOf(tail) })) } : {}),
  }));
}

function proofOf(problem: Problem, { multipliers, limitSlopes, weights }: Standing): InfeasibilityProof {
  const directions = problem.norms.map(({ operator, centre }, k) => {
    const away = weights.map((weight, i) => weight - (centre?.[i] ?? 0));
    const product = new Float64Array(away.length);
    addTimes(operator, 1, away, product);
    const length = Math.sqrt(Math.max(dot(away, product), 0));
    return away.map((value) => (length > 0 ? (multipliers.norms[k]! * value) / length : 0));
  });
  return { ...multipliers, directions, slopes: limitSlopes };
}
