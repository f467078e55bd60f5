/**
 * The slower way, for what the rounds do not take: a measure is the largest of linear functions, of which those that a solution has shown
 * to matter stand as rows in a problem for the interior point, with one more variable above each measure of the objective. Ends
 * exactly: there are finitely many. Kelley (1960); Kuenzi-Bay and Mayer (2006).
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { withMorePositions } from '../../problem/more-positions.ts';
import type { Origin, Problem, Row, TailMeasure } from '../../problem/problem.ts';
import type {
  InfeasibilityProof,
  Iterate,
  Multipliers,
  Solution,
  TailPrice,
  TailStress,
} from '../../problem/solution.ts';
import type { Solver, SolverSettings } from '../../problem/solver.ts';
import { candidateAt } from '../candidate.ts';
import { attainedStress } from './attained-stress.ts';
import { guessOf } from './first-choice.ts';
import { resultsAt, slopeOf } from './measure-in-play.ts';
import { gaveUp, infeasible, optimal, remember, stopped, type Reached } from './outcome.ts';

const origin: Origin = {
  constraint: 'strategy',
  name: 'scenario tail',
  text: 'linear part of a scenario tail',
  priority: 0,
};

interface Cut {
  /** Index among the measures: terms first, then limits. */
  readonly measure: number;
  readonly stress: TailStress;
  /** (n) */
  readonly slope: Float64Array;
  /** slope'centre */
  readonly shift: number;
}

/** The problem without its tails, with a variable for each tail term of weight above 0; cuts come later as rows. */
function masterOf({ tailTerms = [], ...problem }: Problem): Problem {
  const n = problem.lower.length;
  const wide = withMorePositions(problem, tailTerms.length);
  const linear = Float64Array.from(wide.linear);
  const lower = Float64Array.from(wide.lower);
  const upper = Float64Array.from(wide.upper);
  tailTerms.forEach(({ weight }, k) => {
    linear[n + k] = -weight;
    // No cut bounds from below what counts nothing.
    if (!(weight > 0)) lower[n + k] = upper[n + k] = 0;
  });
  return { ...wide, linear, lower, upper, tails: [] };
}

/** Whether the interior point takes what is left of the problem without its tails. */
export function masterTaken(problem: Problem, solver: Solver): boolean {
  const { tailTerms: _, ...rest } = problem;
  return solver.supports({ ...rest, tails: [] }).yes;
}

export function* cuttingPlanes(
  problem: Problem,
  solver: Solver,
  settings: SolverSettings,
  interrupted: () => boolean,
  checkpoint: Checkpoint,
  reached: Reached,
): Generator<Iterate, Solution, void> {
  const n = problem.lower.length;
  const master = masterOf(problem);
  const measures: readonly TailMeasure[] = [...(problem.tailTerms ?? []), ...problem.tails];
  const terms = measures.length - problem.tails.length;
  const cuts: Cut[] = [];
  const cutAt = (w: Float64Array, k: number): void => {
    const measure = measures[k]!;
    const stress = attainedStress(measure, resultsAt(measure, w));
    const slope = slopeOf(measure, stress, n);
    const shift = slope.reduce((total, value, i) => total + value * (measure.centre?.[i] ?? 0), 0);
    cuts.push({ measure: k, stress, slope, shift });
  };
  const guess = guessOf(problem);
  measures.forEach((_, k) => cutAt(guess, k));
  for (;;) {
    if (reached.iteration >= settings.iterationsMax) return stopped(problem, reached, 'iterations');
    const rows = [...problem.rows, ...cuts.map((cut) => cutRow(cut, n, problem, terms))];
    const solution = yield* quietly(
      solver.solve({ ...master, rows }, { ...settings, iterationsMax: 200 }, interrupted),
    );
    reached.iteration++;
    checkpoint(Infinity);
    const { reason, detail } = solution.termination;
    if (reason === 'infeasible' && solution.infeasibility !== undefined) {
      const proof = proofOf(problem, solution.infeasibility, cuts, terms);
      return (
        infeasible(problem, proof, reached.iteration) ??
        gaveUp(problem, 'a proof of infeasibility fails its check', reached)
      );
    }
    if (reason !== 'optimal') return gaveUp(problem, `${solver.id}: ${reason}: ${detail}`, reached);
    const weights = solution.weights.slice(0, n);
    remember(reached, weights);
    const multipliers = wholeMultipliers(problem, solution.multipliers, cuts, terms);
    const candidate = candidateAt(problem, weights, () => multipliers);
    const { objective, primal, dual, gap } = candidate.certificate;
    yield { iteration: reached.iteration, objective, primal, dual, gap };
    if (candidate.worst <= settings.tolerance) return optimal(candidate, reached.iteration, settings.tolerance);
    const known = cuts.length;
    measures.forEach((_, k) => cutAt(weights, k));
    if (!cuts.slice(known).some((cut) => isNew(cut, cuts.slice(0, known))))
      return gaveUp(problem, `the cutting planes end at ${candidate.certificate.detail}`, reached);
  }
}

/** Its iterates are of the master only. */
function* quietly(steps: Generator<Iterate, Solution, void>): Generator<Iterate, Solution, void> {
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

function isNew({ measure, slope }: Cut, known: readonly Cut[]): boolean {
  return !known.some((cut) => cut.measure === measure && cut.slope.every((value, i) => value === slope[i]));
}

function cutRow({ measure, slope, shift }: Cut, n: number, problem: Problem, terms: number): Row {
  const positions = [...slope.keys()].filter((i) => slope[i] !== 0);
  const coefficients = positions.map((i) => slope[i]!);
  let upper = shift;
  if (measure < terms) {
    positions.push(n + measure);
    coefficients.push(-1);
  } else upper += problem.tails[measure - terms]!.bound;
  return {
    positions: Int32Array.from(positions),
    coefficients: Float64Array.from(coefficients),
    lower: -Infinity,
    upper,
    origin,
  };
}

/** Multipliers of the cuts of one measure add up to its price, and mix their stresses. */
function mixed(problem: Problem, prices: Float64Array, cuts: readonly Cut[], measure: number): TailPrice {
  const own = cuts
    .map((cut, c) => ({ cut, price: Math.max(prices[problem.rows.length + c]!, 0) }))
    .filter(({ cut }) => cut.measure === measure);
  const price = own.reduce((total, one) => total + one.price, 0);
  const share = (one: number, c: number): number => (price > 0 ? one / price : c === 0 ? 1 : 0);
  const combine = (part: (stress: TailStress) => Float64Array): Float64Array => {
    const sum = new Float64Array(part(own[0]!.cut.stress).length);
    own.forEach(({ cut, price: one }, c) => {
      const factor = share(one, c);
      if (factor === 0) return;
      const values = part(cut.stress);
      for (let s = 0; s < sum.length; s++) sum[s] = sum[s]! + factor * values[s]!;
    });
    return sum;
  };
  const losses = combine(({ losses: q }) => q);
  const hasPeaks = own[0]!.cut.stress.peaks !== undefined;
  return { price, stress: { losses, ...(hasPeaks ? { peaks: combine(({ peaks }) => peaks!) } : {}) } };
}

function wholeMultipliers(problem: Problem, master: Multipliers, cuts: readonly Cut[], terms: number): Multipliers {
  const n = problem.lower.length;
  return {
    rows: master.rows.slice(0, problem.rows.length),
    bounds: master.bounds.slice(0, n),
    norms: master.norms,
    tradeLimits: master.tradeLimits,
    ...(problem.tails.length > 0
      ? { tails: problem.tails.map((_, k) => mixed(problem, master.rows, cuts, terms + k)) }
      : {}),
    ...(terms > 0
      ? { tailTerms: Array.from({ length: terms }, (_, k) => mixed(problem, master.rows, cuts, k).stress) }
      : {}),
  };
}

function proofOf(problem: Problem, proof: InfeasibilityProof, cuts: readonly Cut[], terms: number): InfeasibilityProof {
  const n = problem.lower.length;
  return {
    ...wholeMultipliers(problem, proof, cuts, terms),
    directions: proof.directions.map((direction) => direction.slice(0, n)),
    slopes: proof.slopes.map((slope) => slope.slice(0, n)),
  };
}
