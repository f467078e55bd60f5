/** Primal-dual interior point for convex quadratic problems with rows, bounds, trading terms and norm limits. */
import type { Problem } from '../problem/problem.ts';
import type { InfeasibilityProof, Iterate, Solution, Termination } from '../problem/solution.ts';
import type { Solver, SolverSettings, Support } from '../problem/solver.ts';
import type { Checkpoint } from '../math/checkpoint.ts';
import { lacking } from '../problem/features.ts';
import { verifyInfeasibility } from '../problem/certificate-infeasibility.ts';
import { buildConicForm } from './conic-form-builder.ts';
import type { ConicForm } from './conic-form.ts';
import { Embedding } from './embedding.ts';
import { multipliersAt, presolvedProof, weightsAt } from './interior-point-outcome.ts';
import { atCentres, cappedPrices } from './interior-point-centres.ts';
import { escapes, feasibility, iterateOf, openDirection, proofOfInfeasibility } from './interior-point-phases.ts';
import { better, candidateAt, type Candidate } from './candidate.ts';
import { Interrupted, allowing, lookingAt } from './interruption.ts';
import { polish } from './polish.ts';
import { presolve } from './presolve.ts';
import { inUnits, outOfUnits, unitsOf } from './units.ts';
import { unsolved } from './unsolved.ts';

const id = 'interior-point';
/** A point found before the end may break restrictions by this much, relative. */
const feasibleResidual = 1e-6;
/** The polish is tried once all relative residuals are at most this, and again each time they have fallen by `polishEvery`. */
const polishFrom = 1e-3;
const polishEvery = 1e-2;
const polishPeriod = 10;
/** A point polished before the end counts when its certificate is better than asked for by this factor. */
const earlyShare = 1e-2;
/** Beyond this many assets nothing is solved again with more care. */
const carefulMax = 1000;
/** So many iterations without residuals at most this share of the best before are enough. */
const patienceMax = 40;
const progressShare = 0.8;
/** Multiplications that may go into a polish after an interruption: some tenth of a second. */
const endingWork = 1e8;

export const interiorPoint: Solver = {
  id,
  title: 'Primal-dual interior point',
  version: '1.0.0',
  references: [
    'Mehrotra, On the Implementation of a Primal-Dual Interior Point Method, SIAM J. Optimization 2 (1992)',
    'Nesterov and Todd, Self-Scaled Barriers and Interior-Point Methods for Convex Programming, Mathematics of Operations Research 22 (1997)',
    'Goulart and Chen, Clarabel: An interior-point solver for conic programs with quadratic objectives (2024)',
    'Alizadeh and Goldfarb, Second-order cone programming, Mathematical Programming 95 (2003)',
  ],
  capabilities: [
    'convex quadratic terms over dense, diagonal and factor covariances, with centres',
    'linear rows, equalities, bounds, free and fixed assets',
    'trading cost: different buy and sell rates, convex pieces, quadratic and 3/2-power impact',
    'limits on trades (turnover) and on norms (volatility, tracking error), several of each',
    'soft rows, limits on trades and norms at a price per unit; norms as terms of the objective',
    'multipliers; a proof when no portfolio exists',
  ],
  supports,
  solve,
};

function supports(problem: Problem): Support {
  const why = lacking(problem, ['trading-cost', 'three-halves', 'pieces', 'norms', 'trade-limits', 'soft']);
  if (why !== undefined) return { yes: false, why };
  if (problem.quadratics.some(({ scale }) => scale < 0)) return { yes: false, why: 'a quadratic term is concave' };
  return { yes: true };
}

/** How far a solve has come: what an interruption, at whatever moment, finds to return. */
interface Reached {
  iteration: number;
  /** Stands at the last complete iterate. */
  embedding?: Embedding;
  /** What the last polish made of an iterate before. */
  polished?: Candidate;
}

/** In units of its own where the numbers lie far apart; with more care where numbers broke down, and in the client's units again. */
function* solve(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
): Generator<Iterate, Solution, void> {
  const units = unitsOf(problem);
  let solution: Solution | undefined;
  for (const way of units === undefined
    ? [{ careful: false }, { careful: true }]
    : [{ careful: true, units }, { careful: true }]) {
    const before = solution?.iterations ?? 0;
    const iterationsMax = settings.iterationsMax - before;
    if (solution !== undefined && (iterationsMax <= 0 || problem.lower.length > carefulMax)) break;
    const steps = solveOneWay(problem, { ...settings, iterationsMax }, interrupted, way);
    solution = yield* goingOn(steps, before);
    if (solution.termination.reason !== 'numerical error') break;
  }
  return (yield* heldAtCentres(problem, settings, interrupted, solution!)) ?? solution!;
}

/** The answer where soft norms stand at their centres, once nothing else has led to one. */
function* heldAtCentres(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
  failed: Solution,
): Generator<Iterate, Solution | undefined, void> {
  let { iterations } = failed;
  if (failed.termination.reason !== 'numerical error' || problem.lower.length > carefulMax) return undefined;
  for (const held of atCentres(problem)) {
    const iterationsMax = settings.iterationsMax - iterations;
    if (iterationsMax <= 0) break;
    const steps = solveAsGiven(held, { ...settings, iterationsMax }, interrupted, true);
    const { termination, weights, multipliers, iterations: reached } = yield* goingOn(steps, iterations);
    iterations = reached;
    if (termination.limit === 'interrupted') break;
    if (termination.reason !== 'optimal') continue;
    const candidate = candidateAt(problem, weights, () => cappedPrices(problem, multipliers));
    if (candidate.worst <= settings.tolerance) return optimal(candidate, iterations, settings);
  }
  return undefined;
}

function* solveOneWay(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
  { careful, units }: { readonly careful: boolean; readonly units?: Float64Array },
): Generator<Iterate, Solution, void> {
  if (units === undefined) return yield* solveAsGiven(problem, settings, interrupted, careful);
  const scaled = yield* solveAsGiven(inUnits(problem, units), settings, interrupted, careful);
  return inClientUnits(problem, outOfUnits(scaled, units), settings);
}

/** Checked anew: relative residuals depend on units. */
function inClientUnits(problem: Problem, solution: Solution, settings: SolverSettings): Solution {
  const { weights, multipliers, termination, iterations, infeasibility } = solution;
  const failed = (detail: string): Solution => without(problem, { reason: 'numerical error', detail }, iterations);
  if (termination.reason === 'infeasible') {
    const { proven, detail } = verifyInfeasibility(problem, infeasibility!);
    return proven ? solution : failed(detail);
  }
  if (weights.length === 0) return solution;
  const candidate = candidateAt(problem, weights, () => multipliers);
  const { objective, primal, dual, gap, detail } = candidate.certificate;
  const holding = termination.reason === 'optimal' ? candidate.worst <= settings.tolerance : holds(candidate);
  if (holding) return { ...solution, objective, residuals: { primal, dual, gap } };
  const { limit } = termination;
  return limit === undefined
    ? failed(detail)
    : without(problem, { reason: 'no solution found', limit, detail: termination.detail }, iterations);
}

/** Iterations go on counting after `before`. */
function* goingOn(steps: Generator<Iterate, Solution, void>, before: number): Generator<Iterate, Solution, void> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return { ...step.value, iterations: before + step.value.iterations };
    yield { ...step.value, iteration: before + step.value.iteration };
  }
}

function* solveAsGiven(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
  careful: boolean,
): Generator<Iterate, Solution, void> {
  const reached: Reached = { iteration: 0 };
  try {
    return yield* iterate(problem, settings, lookingAt(interrupted), reached, careful);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return stopped(problem, feasibleAtOnce(problem, reached), reached.iteration, 'interrupted');
  }
}

/** @throws Interrupted from `checkpoint`, with all that has been reached in `reached`. */
function* iterate(
  problem: Problem,
  settings: SolverSettings,
  checkpoint: Checkpoint,
  reached: Reached,
  careful: boolean,
): Generator<Iterate, Solution, void> {
  const form = buildConicForm(problem, presolve(problem, checkpoint), checkpoint);
  const immediate = presolvedProof(problem, form, checkpoint);
  if (immediate !== undefined) return infeasible(problem, immediate, 0);
  const embedding = new Embedding(form, checkpoint, careful);
  reached.embedding = embedding;
  const tries = new PolishTries();
  const patience = new Patience();
  let best: Candidate | undefined;
  let progress = embedding.measure();
  for (let iteration = 0; ; iteration++) {
    reached.iteration = iteration;
    yield iterateOf(form, progress, iteration);
    const proof = proofOfInfeasibility(problem, embedding, checkpoint);
    if (proof !== undefined) return infeasible(problem, proof, iteration);
    if (escapes(form, embedding)) return yield* withoutEnd(problem, form, settings, checkpoint, reached);
    const worst = Math.max(progress.primal, progress.dual, progress.gap);
    if (tries.due(worst, iteration)) {
      const early = polishedAt(problem, embedding, checkpoint);
      if (early !== undefined) reached.polished = early;
      if (early !== undefined && early.worst <= settings.tolerance * earlyShare)
        return optimal(early, iteration, settings);
    }
    if (worst <= settings.tolerance) {
      best = better(best, candidateOf(problem, embedding, checkpoint));
      if (best.worst <= settings.tolerance) return optimal(best, iteration, settings);
    }
    checkpoint(Infinity);
    if (iteration >= settings.iterationsMax)
      return stopped(problem, feasibleAt(problem, { embedding }, checkpoint), iteration, 'iterations');
    const near = embedding.kappa < embedding.tau;
    if ((near && patience.ends(worst, iteration)) || embedding.step() === 0) {
      if (embedding.kappa > embedding.tau) return yield* withoutOptimum(problem, form, settings, checkpoint, reached);
      return stalled(problem, embedding, best, settings, iteration, checkpoint);
    }
    progress = embedding.measure();
  }
}

/** Ends where the residuals have long stopped to fall, so that iterations are left for another way. */
class Patience {
  private least = Infinity;
  private since = 0;

  ends(worst: number, iteration: number): boolean {
    if (worst < progressShare * this.least) {
      this.least = worst;
      this.since = iteration;
    }
    return iteration - this.since >= patienceMax;
  }
}

/** When to try the polish: whenever the residuals have fallen far enough since the last try, and now and then when they do not. */
class PolishTries {
  private next = polishFrom;

  due(worst: number, iteration: number): boolean {
    if (worst <= this.next) {
      this.next = worst * polishEvery;
      return true;
    }
    return iteration % polishPeriod === polishPeriod - 1;
  }
}

/** The objective falls along a ray; whether there is a point from which to follow it is another question. */
function* withoutEnd(
  problem: Problem,
  form: ConicForm,
  settings: SolverSettings,
  checkpoint: Checkpoint,
  reached: Reached,
): Generator<Iterate, Solution, void> {
  const before = reached.iteration;
  const verdict = yield* feasibility(problem, form, settings.iterationsMax, checkpoint, reached);
  if (verdict === 'feasible') return unbounded(problem, before);
  if (verdict !== undefined) return infeasible(problem, verdict, reached.iteration);
  const detail = 'the objective falls without end, but no point was found';
  return outOfIterations(problem, settings, reached) ?? without(problem, { reason: 'numerical error', detail }, before);
}

/**
 * With a quadratic objective the ray of a proof is reached only as its square root. Where the main iteration ends near such a ray, the
 * restrictions are taken alone, and then the directions that they leave open.
 */
function* withoutOptimum(
  problem: Problem,
  form: ConicForm,
  settings: SolverSettings,
  checkpoint: Checkpoint,
  reached: Reached,
): Generator<Iterate, Solution, void> {
  const verdict = yield* feasibility(problem, form, settings.iterationsMax, checkpoint, reached);
  if (verdict !== undefined && verdict !== 'feasible') return infeasible(problem, verdict, reached.iteration);
  const open = yield* openDirection(form, settings.iterationsMax, checkpoint, reached);
  if (open && verdict === 'feasible') return unbounded(problem, reached.iteration);
  const detail =
    verdict === 'feasible'
      ? 'the objective seems to fall without end, but no direction of it holds'
      : 'the restrictions look contradictory, but no proof of it holds';
  const spent = outOfIterations(problem, settings, reached);
  return spent ?? without(problem, { reason: 'numerical error', detail }, reached.iteration);
}

function outOfIterations(problem: Problem, settings: SolverSettings, reached: Reached): Solution | undefined {
  if (reached.iteration < settings.iterationsMax) return undefined;
  return stopped(problem, undefined, reached.iteration, 'iterations');
}

function candidateOf(problem: Problem, embedding: Embedding, checkpoint: Checkpoint): Candidate {
  const { form, x, tau } = embedding;
  const z = embedding.z.map((value) => value / tau);
  const weights = weightsAt(form, x, tau);
  return candidateAt(problem, weights, () => multipliersAt(problem, form, z, weights, checkpoint));
}

function polishedAt(problem: Problem, embedding: Embedding, checkpoint: Checkpoint): Candidate | undefined {
  const { form, tau } = embedding;
  const overTau = (v: Float64Array): Float64Array => v.map((value) => value / tau);
  const point = { x: overTau(embedding.x), s: overTau(embedding.s), z: overTau(embedding.z) };
  return polish(problem, form, point, checkpoint);
}

function optimal(candidate: Candidate, iterations: number, settings: SolverSettings): Solution {
  const { weights, multipliers: prices, certificate } = candidate;
  const { objective, primal, dual, gap } = certificate;
  return {
    solver: id,
    termination: { reason: 'optimal', detail: `relative residuals and gap at most ${settings.tolerance}` },
    weights,
    objective,
    multipliers: prices,
    iterations,
    residuals: { primal, dual, gap },
  };
}

/** No further step: the polish may still settle it; otherwise the numbers broke down, and that is what is said. */
function stalled(
  problem: Problem,
  embedding: Embedding,
  best: Candidate | undefined,
  settings: SolverSettings,
  iteration: number,
  checkpoint: Checkpoint,
): Solution {
  const last = better(best, candidateOf(problem, embedding, checkpoint));
  const polished = polishedAt(problem, embedding, checkpoint);
  const result = polished === undefined ? last : better(last, polished);
  if (result.worst <= settings.tolerance) return optimal(result, iteration, settings);
  const detail = `no further step at ${result.certificate.detail}`;
  return without(problem, { reason: 'numerical error', detail }, iteration);
}

/** Before the end: the interior point if it holds, else what a polish has made or makes of it if that holds, else nothing. */
function feasibleAt(
  problem: Problem,
  { embedding, polished }: Pick<Reached, 'embedding' | 'polished'>,
  checkpoint: Checkpoint,
): Candidate | undefined {
  if (embedding === undefined) return undefined;
  const interior = candidateOf(problem, embedding, checkpoint);
  if (holds(interior)) return interior;
  if (polished !== undefined && holds(polished)) return polished;
  const last = polishedAt(problem, embedding, checkpoint);
  return last !== undefined && holds(last) ? last : undefined;
}

/** The same for one who waits: nothing where it would take long. */
function feasibleAtOnce(problem: Problem, reached: Reached): Candidate | undefined {
  try {
    return feasibleAt(problem, reached, allowing(endingWork));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return undefined;
  }
}

function stopped(
  problem: Problem,
  best: Candidate | undefined,
  iterations: number,
  limit: 'interrupted' | 'iterations',
): Solution {
  const detail = `stopped after ${iterations} iterations`;
  if (best === undefined) return without(problem, { reason: 'no solution found', limit, detail }, iterations);
  const { primal, dual, gap, objective } = best.certificate;
  return {
    solver: id,
    termination: { reason: 'feasible', limit, detail },
    weights: best.weights,
    objective,
    multipliers: best.multipliers,
    iterations,
    residuals: { primal, dual, gap },
  };
}

function holds({ certificate }: Candidate): boolean {
  return certificate.primal <= feasibleResidual;
}

function infeasible(problem: Problem, infeasibility: InfeasibilityProof, iterations: number): Solution {
  const termination: Termination = { reason: 'infeasible', detail: 'no portfolio satisfies the restrictions' };
  return { ...without(problem, termination, iterations), infeasibility };
}

function unbounded(problem: Problem, iterations: number): Solution {
  return without(problem, { reason: 'unbounded', detail: 'the objective falls without end' }, iterations);
}

function without(problem: Problem, termination: Termination, iterations: number): Solution {
  return unsolved(id, problem, termination, iterations);
}
