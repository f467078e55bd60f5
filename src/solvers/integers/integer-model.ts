/**
 * An integer problem asset by asset: what couples assets (the curvature G, rows, trade limits, counts) on one side, and on the other what
 * every asset costs by itself on each of its segments. Half the squares of norm limits belong to it at their prices, so that there is one
 * model for every such prices, and one without the objective for proofs that no point exists.
 */
import type { Problem } from '../../problem/problem.ts';
import { isSoft } from '../../problem/features.ts';
import type { Choices } from './choices.ts';
import { choicesOf } from './choices.ts';
import { SumCurvature, type Curvature } from './curvature.ts';
import { impliedBounds, type Bounds } from './implied-bounds.ts';
import type { QuadraticPart } from './quadratic-part.ts';
import { clipped, segmentsOf, type Segments } from './segments.ts';
import { couplingSides, rowSides, type Side } from './sides.ts';

/** What is the same at all prices. */
interface Structure {
  readonly problem: Problem;
  readonly objective: QuadraticPart;
  /** By norm limit, half its square. */
  readonly norms: readonly QuadraticPart[];
  readonly bounds: Bounds;
  readonly choices: Choices;
  readonly segments: Segments;
  readonly rowSides: readonly Side[];
  readonly couplingSides: readonly Side[];
}

export class IntegerModel {
  readonly problem: Problem;
  readonly n: number;
  readonly objective: QuadraticPart;
  readonly norms: readonly QuadraticPart[];
  /** By norm: what half its square costs here. */
  readonly normPrices: Float64Array;
  readonly bounds: Bounds;
  readonly choices: Choices;
  readonly segments: Segments;
  /** Sides of the rows; where there is none, the reach of the row within the bounds. */
  readonly rowSides: readonly Side[];
  /** Of counts, in the order of the choices, then trade limits, then limits on large holdings. */
  readonly couplingSides: readonly Side[];
  /** (n) the diagonal that stands apart, d; its trading part included. */
  readonly d: Float64Array;
  readonly curvature: Curvature;
  /** (n) what a unit costs besides what the segments say. */
  readonly linear: Float64Array;
  readonly constant: number;
  private readonly structure: Structure;

  private constructor(structure: Structure, normPrices: Float64Array, withObjective: boolean) {
    const { problem, objective, norms, segments } = structure;
    const n = problem.universe.assets.length;
    this.structure = structure;
    this.problem = problem;
    this.n = n;
    this.objective = objective;
    this.norms = norms;
    this.normPrices = normPrices;
    this.bounds = structure.bounds;
    this.choices = structure.choices;
    this.rowSides = structure.rowSides;
    this.couplingSides = structure.couplingSides;
    this.segments = withObjective ? segments : { ...segments, slope: nothing(segments), constant: nothing(segments) };
    this.d = withObjective ? Float64Array.from(objective.diagonal) : new Float64Array(n);
    this.linear = withObjective ? objective.linear.map((value, i) => value - problem.linear[i]!) : new Float64Array(n);
    let constant = withObjective ? objective.constant : 0;
    const { trading } = problem;
    if (withObjective && trading?.quadratic !== undefined)
      for (let i = 0; i < n; i++) {
        const impact = trading.quadratic[i]!;
        this.d[i] = this.d[i]! + 2 * impact;
        this.linear[i] = this.linear[i]! - 2 * impact * trading.current[i]!;
        constant += impact * trading.current[i]! ** 2;
      }
    const curvatures: [number, Curvature][] = withObjective ? [[1, objective.curvature]] : [];
    norms.forEach((norm, k) => {
      const price = normPrices[k]!;
      if (price === 0) return;
      for (let i = 0; i < n; i++) {
        this.d[i] = this.d[i]! + price * norm.diagonal[i]!;
        this.linear[i] = this.linear[i]! + price * norm.linear[i]!;
      }
      constant += price * norm.constant;
      curvatures.push([price, norm.curvature]);
    });
    this.constant = constant;
    this.curvature = withObjective && curvatures.length === 1 ? objective.curvature : new SumCurvature(n, curvatures);
  }

  /** At norm prices of zero. */
  static of(problem: Problem, objective: QuadraticPart, norms: readonly QuadraticPart[]): IntegerModel {
    const bounds = impliedBounds(problem);
    const choices = choicesOf(problem);
    const structure = {
      problem,
      objective,
      norms,
      bounds,
      choices,
      segments: segmentsOf(problem, choices, bounds),
      rowSides: rowSides(problem, bounds),
      couplingSides: couplingSides(problem, choices, bounds),
    };
    return new IntegerModel(structure, new Float64Array(norms.length), true);
  }

  /** The same at other prices of half the squares of the norms. */
  at(normPrices: Float64Array, withObjective = true): IntegerModel {
    if (withObjective && normPrices.every((price, k) => price === this.normPrices[k])) return this;
    return new IntegerModel(this.structure, normPrices, withObjective);
  }

  /** Couplings that are counts; trade limits and limits on large holdings come after them. */
  get counts(): number {
    return this.choices.counts.length;
  }

  /** The size of the terms when the norms have such prices. */
  sizeAt(normPrices: Float64Array, scale: number): number {
    return this.norms.reduce((size, norm, k) => size + normPrices[k]! * norm.size, scale);
  }

  /** Whether quadratic terms, bounds, norms and linear rows that cannot be broken are all that weights are judged by, once their pieces are chosen. */
  get isPlain(): boolean {
    const { tradeLimits, integrality, rows } = this.problem;
    const large = integrality?.concentrations ?? [];
    return tradeLimits.length + large.length === 0 && !rows.some(isSoft);
  }

  /** The weights of one piece, as far as the rows leave them. */
  range(i: number, piece: number): readonly [lower: number, upper: number] {
    const { lower, upper } = clipped(this.choices, this.bounds, i, piece);
    return [lower, upper];
  }

  /** target = linear + G v + A' rows. `product` is G v. */
  pull(product: Float64Array, rows: Float64Array, target: Float64Array): void {
    const { linear } = this;
    for (let i = 0; i < target.length; i++) target[i] = linear[i]! + product[i]!;
    this.problem.rows.forEach(({ positions, coefficients }, r) => {
      const price = rows[r]!;
      if (price === 0) return;
      for (let k = 0; k < positions.length; k++)
        target[positions[k]!] = target[positions[k]!]! + price * coefficients[k]!;
    });
  }
}

function nothing({ slope }: Segments): Float64Array {
  return new Float64Array(slope.length);
}
