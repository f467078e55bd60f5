/** From a problem to a search: the diagonal that stands apart, the model, the solver of what choices leave, and the root. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { maxAbs } from '../../math/vectors.ts';
import { isSoft } from '../../problem/features.ts';
import type { Norm, Problem, Quadratic } from '../../problem/problem.ts';
import type { Multipliers } from '../../problem/solution.ts';
import { outOfBounds, solveConvex, withinBounds } from './convex-problem.ts';
import { largestOver, splitMax } from './diagonal-split.ts';
import { priced, type DualPoint } from './dual-point.ts';
import { Incumbents, type SolveWithin } from './incumbents.ts';
import { IntegerModel } from './integer-model.ts';
import { LengthProgram } from './length-program.ts';
import { withDirections, withSquares } from './norm-prices.ts';
import { NormRelaxation } from './norm-relaxation.ts';
import { QuadraticForm } from './quadratic-part.ts';
import { PerspectiveRelaxation, type Relaxation, type Relaxed } from './relaxation.ts';
import { SupportProgram } from './support-program.ts';
import { TreeSearch } from './tree-search.ts';
import { wholeDomain } from './node-domain.ts';

/** A root gap above this is worth a better diagonal. */
const gapWorthSplitting = 2e-3;
const splitsMax = 4;
/** Least worth of a unit of the diagonal, as a share of the mean. */
const worthLeast = 1e-2;
/** Choices that the fast program gives up on and the convex solvers are asked about, outside of closed nodes. */
const secondOpinionsMax = 20;

/** Nodes spent on the first portfolio. */
const seekingMax = 200;

export class Preparation {
  readonly problem: Problem;
  /** The size of the objective: the riskiest asset held whole, or the best return. */
  readonly scale: number;
  private readonly checkpoint: Checkpoint;
  private readonly interrupted: () => boolean;
  private readonly anyPoint: boolean;
  /** The objective, then half the squares of the norms. */
  private readonly forms: readonly QuadraticForm[];
  private incumbents: Incumbents | undefined;
  private secondOpinions = 0;
  /** Prices of half the squares of the norms where nothing need be chosen. */
  private norms: Float64Array | undefined;

  /** @param anyPoint whether the first portfolio ends the search */
  constructor(problem: Problem, checkpoint: Checkpoint, interrupted: () => boolean, anyPoint = false) {
    this.problem = problem;
    this.anyPoint = anyPoint;
    this.checkpoint = checkpoint;
    this.interrupted = interrupted;
    const n = problem.lower.length;
    const squares = problem.norms.map(({ operator, centre }): Quadratic[] => [
      { scale: 1, operator, ...(centre === undefined ? {} : { centre }) },
    ]);
    this.forms = [problem.quadratics, ...squares].map((terms) => new QuadraticForm(problem, terms, checkpoint));
    const covariance = this.forms[0]!.covariance;
    let risk = 0;
    for (let i = 0; i < n; i++) risk = Math.max(risk, 0.5 * (covariance?.[i * n + i] ?? 0));
    const { trading } = problem;
    const rates = trading === undefined ? 0 : Math.max(maxAbs(trading.buyRate), maxAbs(trading.sellRate));
    this.scale = Math.max(risk, maxAbs(problem.linear), rates) || 1;
  }

  /** The objective of the best portfolio so far. */
  get cutoff(): number {
    return this.incumbents?.cutoff ?? Infinity;
  }

  get best(): Incumbents['best'] {
    return this.incumbents?.best;
  }

  /** A search whose root has been worked on; another one when a better diagonal was found for it. Throws Interrupted. */
  *searches(): Generator<TreeSearch, void, void> {
    const first = this.modelWith(
      this.forms.map((form, k) =>
        this.isSoftNorm(k) ? new Float64Array(this.problem.lower.length) : form.firstDiagonal(),
      ),
    );
    const start = this.startOf(first);
    const search = this.searchOf(first, start);
    yield search;
    if (this.cutoff === Infinity && !search.done) this.seekAlong(this.problem.norms.findIndex(isHard));
    search.improve();
    const written = this.forms.every(({ covariance }) => covariance !== undefined);
    if (search.done || search.gap <= gapWorthSplitting || !written || first.n > splitMax) return;
    if (!(this.cutoff < Infinity)) return;
    const better = this.betterModel(first, start);
    if (better !== first) yield this.searchOf(better, start);
  }

  /**
   * Under norms the convex solvers are asked first what is best where nothing need be chosen: the portfolio nearest to that comes early, and the
   * search begins at its prices.
   */
  private seeded(model: IntegerModel, start: DualPoint): DualPoint {
    if (model.norms.length === 0) return start;
    const { pieces } = model.choices;
    if (pieces.some((list) => list.length === 0)) return start;
    const lower = Float64Array.from(pieces, (list) => list[0]!.lower);
    const upper = Float64Array.from(pieces, (list) => list.at(-1)!.upper);
    const found = this.settled(model, lower, upper);
    if (found?.point === undefined) return start;
    const { point, dual } = found;
    const choice = Int16Array.from(pieces, (list, i) => {
      const off = list.map((piece) => Math.max(piece.lower - point.weights[i]!, point.weights[i]! - piece.upper, 0));
      return off.indexOf(Math.min(...off));
    });
    const repaired = this.incumbents!.repaired(choice, priced(model, dual), wholeDomain(model.choices));
    if (repaired !== undefined) this.incumbents!.attempt(repaired, point.weights);
    this.norms = dual.norms;
    return { ...start, norms: dual.norms };
  }

  /**
   * Where no portfolio was found near the best weights: among those that keep everything else, one of the least length k, until one meets its
   * limit.
   */
  private seekAlong(k: number): void {
    const { problem, checkpoint, interrupted } = this;
    const norm = problem.norms[k];
    if (norm === undefined) return;
    const shortest = new Preparation(withLeast(problem, k), checkpoint, interrupted);
    const found = (): boolean => {
      const { best } = shortest;
      if (best === undefined || best.objective > 0.5 * norm.bound * norm.bound) return false;
      return this.incumbents!.attempt(best.choice, best.weights);
    };
    let search: TreeSearch | undefined;
    for (search of shortest.searches()) if (found()) return;
    for (let nodes = 0; nodes < seekingMax && search?.done === false && !found(); nodes++) search.next();
  }

  /** What is paid for a length has no square, whose diagonal could stand apart. */
  private isSoftNorm(form: number): boolean {
    return form > 0 && this.problem.norms[form - 1]!.penalty !== undefined;
  }

  /** With a diagonal for each form. */
  private modelWith(diagonals: readonly Float64Array[]): IntegerModel {
    const [objective, ...norms] = this.forms.map((form, k) => form.splitAt(diagonals[k]!));
    return IntegerModel.of(this.problem, objective!, norms);
  }

  private startOf({ n, bounds, couplingSides, norms }: IntegerModel): DualPoint {
    const weights = Float64Array.from({ length: n }, (_, i) =>
      Math.min(Math.max(1 / n, bounds.lower[i]!), bounds.upper[i]!),
    );
    return {
      weights,
      rows: new Float64Array(this.problem.rows.length),
      couplings: new Float64Array(couplingSides.length),
      norms: new Float64Array(norms.length),
    };
  }

  private relaxationOf(model: IntegerModel, rough: boolean): Relaxation {
    const plain = new PerspectiveRelaxation(model, this.scale, this.checkpoint, rough);
    return model.norms.length === 0 ? plain : new NormRelaxation(model, plain, this.scale);
  }

  private searchOf(model: IntegerModel, start: DualPoint): TreeSearch {
    const { checkpoint, scale } = this;
    const before = this.incumbents?.best;
    const incumbents = new Incumbents(model, this.solverOf(model), checkpoint);
    if (before !== undefined) incumbents.best = before;
    this.incumbents = incumbents;
    const relaxation = this.relaxationOf(model, this.anyPoint);
    const settle = (lower: Float64Array, upper: Float64Array) => this.settled(model, lower, upper);
    const search = new TreeSearch({ model, relaxation, incumbents, settle, scale, anyPoint: this.anyPoint });
    search.begin(before === undefined ? this.seeded(model, start) : { ...start, norms: this.norms ?? start.norms });
    search.next();
    return search;
  }

  /**
   * Climbs towards the diagonal with the best root bound: what a unit of it is worth is how much the relaxation leaves an asset's choice open,
   * half the variance of its weight there; steps of 2 / (k + 2) keep the rest convex (Frank and Wolfe 1956).
   */
  private betterModel(first: IntegerModel, start: DualPoint): IntegerModel {
    let norms = this.norms ?? start.norms;
    const rootOf = (model: IntegerModel): Relaxed => {
      const from = { ...start, norms };
      const T = 1e-2 * model.sizeAt(norms, this.scale);
      const relaxed = this.relaxationOf(model, false).relax(wholeDomain(model.choices), from, this.cutoff, T);
      norms = relaxed.point.norms;
      return relaxed;
    };
    let model = first;
    let diagonals = [first.objective, ...first.norms].map(({ diagonal }) => diagonal);
    let root = rootOf(first);
    let best = { model, bound: root.bound };
    for (let k = 0; k < splitsMax; k++) {
      const mean = root.variance.reduce((total, value) => total + value, 0) / model.n;
      if (!(mean > 0)) break;
      const worth = root.variance.map((value) => value / mean + worthLeast);
      const step = 2 / (k + 3);
      diagonals = diagonals.map((diagonal, form) => {
        if (this.isSoftNorm(form)) return diagonal;
        const towards = largestOver(this.forms[form]!.covariance!, worth, this.checkpoint);
        return diagonal.map((value, i) => value + step * (towards[i]! - value));
      });
      model = this.modelWith(diagonals);
      root = rootOf(model);
      if (root.bound > best.bound) best = { model, bound: root.bound };
    }
    return best.model;
  }

  /** The fast program where it can say everything, the convex solvers where it cannot or gives up. */
  private solverOf(model: IntegerModel): SolveWithin {
    const program = new SupportProgram(model, this.checkpoint);
    const { norms } = this.problem;
    const complete = model.isPlain && norms.length === 0;
    const lengths =
      model.isPlain && norms.length === 1 && isHard(norms[0]!)
        ? new LengthProgram(model, program, this.scale)
        : undefined;
    return (lower, upper, guess) => {
      const bounded = lengths === undefined ? 'unknown' : lengths.solve(lower, upper, guess, this.cutoff);
      if (bounded !== 'unknown') return bounded;
      const point = complete ? program.solve(lower, upper, guess) : undefined;
      if (point !== undefined || (complete && this.secondOpinions++ >= secondOpinionsMax)) return point;
      return this.settled(model, lower, upper)?.point;
    };
  }

  /** What the convex solvers say of the problem within bounds. */
  private settled(model: IntegerModel, lower: Float64Array, upper: Float64Array) {
    const { problem, interrupted, checkpoint } = this;
    const solution = solveConvex(withinBounds(problem, lower, upper), interrupted);
    checkpoint(Infinity);
    const prices = (given: Multipliers): DualPoint => {
      const { rows, tradeLimits, concentrations = [], norms } = outOfBounds(problem, given);
      const { weights } = solution!;
      return {
        weights: weights.length === model.n ? weights : new Float64Array(model.n),
        rows,
        couplings: Float64Array.from([...new Array<number>(model.counts).fill(0), ...tradeLimits, ...concentrations]),
        norms,
      };
    };
    if (solution?.infeasibility !== undefined)
      return { contradiction: withDirections(problem, prices(solution.infeasibility), solution.infeasibility) };
    if (solution?.termination.reason !== 'optimal') return undefined;
    const weights = solution.weights.map((value, i) => Math.min(Math.max(value, lower[i]!), upper[i]!));
    const { objective, multipliers } = solution;
    const { rows } = outOfBounds(problem, multipliers);
    const dual = withSquares(problem, prices({ ...multipliers }));
    return { point: { weights, rows, objective, norms: dual.norms }, dual, objective };
  }
}

function isHard({ penalty }: Norm): boolean {
  return penalty === undefined;
}

/** The least of one norm under everything else. */
function withLeast({ trading: _cost, ...problem }: Problem, k: number): Problem {
  const { operator, centre } = problem.norms[k]!;
  return {
    ...problem,
    quadratics: [{ scale: 1, operator, ...(centre === undefined ? {} : { centre }) }],
    linear: new Float64Array(problem.lower.length),
    norms: problem.norms.filter((norm, other) => other !== k && isHard(norm)),
    rows: problem.rows.filter((row) => !isSoft(row)),
    tradeLimits: problem.tradeLimits.filter((limit) => !isSoft(limit)),
  };
}
