/** Primal-dual interior point for convex quadratic problems with rows, bounds, trading terms and norm limits. */
import type { Problem } from '../problem/problem.ts';
import type { InfeasibilityProof, Iterate, Solution, Termination } from '../problem/solution.ts';
import type { Solver, SolverSettings, Support } from '../problem/solver.ts';
import type { Checkpoint } from '../math/checkpoint.ts';
import { lacking } from '../problem/features.ts';
import { verifyInfeasibility } from '../problem/certificate-infeasibility.ts';
import { dot, maxAbs } from '../math/vectors.ts';
import { atomOf } from './atoms.ts';
import { buildConicForm } from './conic-form-builder.ts';
import type { ConicForm } from './conic-form.ts';
import { Embedding, type Progress } from './embedding.ts';
import { multipliersAt, presolvedProof, proofAt, weightsAt } from './interior-point-outcome.ts';
import { better, candidateAt, type Candidate } from './candidate.ts';
import { Interrupted, allowing, lookingAt } from './interruption.ts';
import { addObjectiveTimes, addRowsTimes, addRowsTransposed } from './newton-system.ts';
import { polish } from './polish.ts';
import { presolve } from './presolve.ts';

const id = 'interior-point';
/** A point found before the end may break restrictions by this much, relative. */
const feasibleResidual = 1e-6;
/** The polish is tried once all relative residuals are at most this, and again each time they have fallen by `polishEvery`. */
const polishFrom = 1e-3;
const polishEvery = 1e-2;
const polishPeriod = 10;
/** A point polished before the end counts when its certificate is better than asked for by this factor. */
const earlyShare = 1e-2;
/** A ray may bend or leave the restrictions by this share of its length: an optimum along it would hold a million times the portfolio. */
const flatness = 1e-6;
/** Curvature of the feasibility phase, scaled. */
const traceOfCurvature = 1e-7;
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
    'multipliers; a proof when no portfolio exists',
  ],
  supports,
  solve,
};

function supports(problem: Problem): Support {
  const why = lacking(problem, ['trading-cost', 'three-halves', 'pieces', 'norms', 'trade-limits']);
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

function* solve(
  problem: Problem,
  settings: SolverSettings,
  interrupted: () => boolean,
): Generator<Iterate, Solution, void> {
  const reached: Reached = { iteration: 0 };
  try {
    return yield* iterate(problem, settings, lookingAt(interrupted), reached);
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
): Generator<Iterate, Solution, void> {
  const form = buildConicForm(problem, presolve(problem, checkpoint), checkpoint);
  const immediate = presolvedProof(problem, form, checkpoint);
  if (immediate !== undefined) return infeasible(problem, immediate, 0);
  const embedding = new Embedding(form, checkpoint);
  reached.embedding = embedding;
  const tries = new PolishTries();
  let best: Candidate | undefined;
  let progress = embedding.measure();
  for (let iteration = 0; ; iteration++) {
    reached.iteration = iteration;
    yield iterateOf(form, progress, iteration);
    const proof = proofOfInfeasibility(problem, embedding, checkpoint);
    if (proof !== undefined) return infeasible(problem, proof, iteration);
    if (escapes(embedding)) return unbounded(problem, iteration);
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
    if (embedding.step() === 0) {
      if (embedding.kappa > embedding.tau) return yield* contradiction(problem, form, settings, checkpoint, reached);
      return stalled(problem, embedding, best, settings, iteration, checkpoint);
    }
    progress = embedding.measure();
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

/**
 * With a quadratic objective the ray of a proof is reached only as its square root. Where the main iteration ends near such a ray, the
 * restrictions are taken alone, under a trace of curvature that keeps free assets in place.
 */
function* contradiction(
  problem: Problem,
  form: ConicForm,
  settings: SolverSettings,
  checkpoint: Checkpoint,
  reached: Reached,
): Generator<Iterate, Solution, void> {
  const trace = atomOf({ kind: 'diagonal', size: form.n, entries: new Float64Array(form.n).fill(1) });
  const bare: ConicForm = {
    ...form,
    atoms: [...form.atoms, trace],
    weights: [...form.weights.map(() => 0), traceOfCurvature],
    q: new Float64Array(form.q.length),
  };
  const before = reached.iteration;
  const embedding = new Embedding(bare, checkpoint);
  reached.embedding = embedding;
  for (let iteration = before + 1; ; iteration++) {
    reached.iteration = iteration;
    const progress = embedding.measure();
    yield iterateOf(form, progress, iteration);
    const proof = proofOfInfeasibility(problem, embedding, checkpoint);
    if (proof !== undefined) return infeasible(problem, proof, iteration);
    checkpoint(Infinity);
    if (iteration >= settings.iterationsMax)
      return stopped(problem, feasibleAt(problem, { embedding }, checkpoint), iteration, 'iterations');
    if (embedding.kappa < 1e-6 * embedding.tau || embedding.step() === 0) break;
  }
  const detail = 'the restrictions look contradictory, but no proof of it holds';
  return without(problem, { reason: 'numerical error', detail }, before);
}

function candidateOf(problem: Problem, embedding: Embedding, checkpoint: Checkpoint): Candidate {
  const { form, x, tau } = embedding;
  const z = embedding.z.map((value) => value / tau);
  const weights = weightsAt(form, x, tau);
  return candidateAt(problem, weights, () => multipliersAt(problem, form, z, weights, checkpoint));
}

function iterateOf(form: ConicForm, progress: Progress, iteration: number): Iterate {
  const objective = progress.objective / form.objectiveScale + form.constant;
  return { iteration, objective, primal: progress.primal, dual: progress.dual, gap: progress.gap };
}

/** A ray with b'z < 0 and A'z nearly 0, accepted only when the independent check agrees. */
function proofOfInfeasibility(
  problem: Problem,
  embedding: Embedding,
  checkpoint: Checkpoint,
): InfeasibilityProof | undefined {
  const { form, z } = embedding;
  const bz = dot(form.b, z);
  if (!(bz < 0)) return undefined;
  const pull = new Float64Array(form.q.length);
  addRowsTransposed(form, 1 / -bz, z, pull);
  if (!(maxAbs(pull) < 1e-3)) return undefined;
  const proof = proofAt(problem, form, z, 1 / -bz, checkpoint);
  return verifyInfeasibility(problem, proof).proven ? proof : undefined;
}

/** A direction along which every restriction holds, the quadratic stays flat and the linear term falls. */
function escapes(embedding: Embedding): boolean {
  const { form, x, s } = embedding;
  const fall = -dot(form.q, x);
  if (!(fall > 0)) return false;
  const flat = new Float64Array(x.length);
  addObjectiveTimes(form, 1 / fall, x, flat);
  const reach = s.map((value) => value / fall);
  addRowsTimes(form, 1 / fall, x, reach);
  const size = Math.max(1, maxAbs(x) / fall);
  return maxAbs(flat) <= flatness * size && maxAbs(reach) <= flatness * size;
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
  const n = problem.universe.assets.length;
  return {
    solver: id,
    termination,
    weights: new Float64Array(0),
    objective: NaN,
    multipliers: {
      rows: new Float64Array(problem.rows.length),
      bounds: new Float64Array(n),
      norms: new Float64Array(problem.norms.length),
      tradeLimits: new Float64Array(problem.tradeLimits.length),
    },
    iterations,
    residuals: { primal: NaN, dual: NaN, gap: NaN },
  };
}
