/** What an iterate says of a problem without an optimum, and the phases that settle it: a proof that no point exists, or an open direction. */
import type { Checkpoint } from '../math/checkpoint.ts';
import { dot, maxAbs } from '../math/vectors.ts';
import { verifyInfeasibility } from '../problem/certificate-infeasibility.ts';
import type { Problem } from '../problem/problem.ts';
import type { InfeasibilityProof, Iterate } from '../problem/solution.ts';
import { atomOf } from './atoms.ts';
import type { ConicForm } from './conic-form.ts';
import { Embedding, type Progress } from './embedding.ts';
import { proofAt } from './interior-point-outcome.ts';
import { addObjectiveTimes, addRowsTimes, addRowsTransposed } from './newton-system.ts';

/** A ray may bend or leave the restrictions by this share of its length: an optimum along it would hold a million times the portfolio. */
const flatness = 1e-6;
/** Curvature of the feasibility phase, scaled. */
const traceOfCurvature = 1e-7;
/** By how much curvature outweighs length where directions are sought along which there is none. */
const stiffness = 1e8;
/** Relative residual at which a point counts as one. */
const pointResidual = 1e-7;

interface Counted {
  iteration: number;
  embedding?: Embedding;
}

export function iterateOf(form: ConicForm, progress: Progress, iteration: number): Iterate {
  const objective = progress.objective / form.objectiveScale + form.constant;
  return { iteration, objective, primal: progress.primal, dual: progress.dual, gap: progress.gap };
}

/** A ray with b'z < 0 and A'z nearly 0, accepted only when the independent check agrees. */
export function proofOfInfeasibility(
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
export function escapes(form: ConicForm, { x, s }: Pick<Embedding, 'x' | 's'>): boolean {
  const fall = -dot(form.q, x);
  if (!(fall > 0)) return false;
  const flat = new Float64Array(x.length);
  addObjectiveTimes(form, 1 / fall, x, flat);
  const reach = s.map((value) => value / fall);
  addRowsTimes(form, 1 / fall, x, reach);
  const size = Math.max(1, maxAbs(x) / fall);
  return maxAbs(flat) <= flatness * size && maxAbs(reach) <= flatness * size;
}

/** The form with other weights of its atoms and one for the length of y. */
function withTrace(form: ConicForm, factor: number, trace: number): ConicForm {
  const atom = atomOf({ kind: 'diagonal', size: form.n, entries: new Float64Array(form.n).fill(1) });
  return {
    ...form,
    atoms: [...form.atoms, atom],
    weights: [...form.weights.map((weight) => factor * weight), trace],
  };
}

/** The restrictions alone, under a trace of curvature that keeps free assets in place. @returns undefined when it comes to no end. */
export function* feasibility(
  problem: Problem,
  form: ConicForm,
  iterationsMax: number,
  checkpoint: Checkpoint,
  counted: Counted,
): Generator<Iterate, InfeasibilityProof | 'feasible' | undefined, void> {
  const bare = { ...withTrace(form, 0, traceOfCurvature), q: new Float64Array(form.q.length) };
  const embedding = new Embedding(bare, checkpoint);
  counted.embedding = embedding;
  while (counted.iteration < iterationsMax) {
    counted.iteration++;
    const progress = embedding.measure();
    yield iterateOf(form, progress, counted.iteration);
    const proof = proofOfInfeasibility(problem, embedding, checkpoint);
    if (proof !== undefined) return proof;
    if (embedding.kappa < 1e-3 * embedding.tau && progress.primal <= pointResidual) return 'feasible';
    checkpoint(Infinity);
    if (embedding.step() === 0) return undefined;
  }
  return undefined;
}

/** Falls as far as it can from zero where every side is zero, curvature is dear and length is paid for. */
export function* openDirection(
  form: ConicForm,
  iterationsMax: number,
  checkpoint: Checkpoint,
  counted: Counted,
): Generator<Iterate, boolean, void> {
  const embedding = new Embedding({ ...withTrace(form, stiffness, 1), b: new Float64Array(form.b.length) }, checkpoint);
  while (counted.iteration < iterationsMax) {
    counted.iteration++;
    const progress = embedding.measure();
    yield iterateOf(form, progress, counted.iteration);
    if (escapes(form, embedding)) return true;
    checkpoint(Infinity);
    if (Math.max(progress.primal, progress.dual, progress.gap) <= pointResidual * 1e-2 || embedding.step() === 0)
      return false;
  }
  return false;
}
