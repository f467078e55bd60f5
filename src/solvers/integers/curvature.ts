/** The quadratic terms of a problem as one matrix, and what is left of it when a diagonal has been taken out. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import type { Problem } from '../../problem/problem.ts';
import { atomOf, leavesOf } from '../atoms.ts';

/** A symmetric positive semidefinite matrix G. */
export interface Curvature {
  readonly size: number;
  /** target = G x. */
  times(x: Float64Array, target: Float64Array): void;
  /** The rows and columns of `positions`, row-major into the first entries of `target`. */
  block(positions: Int32Array, count: number, target: Float64Array): void;
}

type QuadraticTerms = Pick<Problem, 'quadratics' | 'universe'>;

/** Above this many assets the matrix is never written out. */
export const denseMax = 1500;

/** Whether every quadratic term is a diagonal plus few columns. */
export function isFactored({ quadratics }: Pick<Problem, 'quadratics'>): boolean {
  return quadratics.every(({ operator }) => leavesOf(operator).every(({ kind }) => kind !== 'dense'));
}

/** (n x n) sum of scale times operator. */
export function writtenOut({ quadratics, universe }: QuadraticTerms, checkpoint: Checkpoint): Float64Array {
  const n = universe.assets.length;
  const total = new Float64Array(n * n);
  for (const { scale, operator } of quadratics)
    for (const leaf of leavesOf(operator)) {
      checkpoint(n * n);
      if (leaf.kind === 'dense') {
        for (let p = 0; p < total.length; p++) total[p] = total[p]! + scale * leaf.entries[p]!;
        continue;
      }
      const { diagonal, columns, rank } = atomOf(leaf, checkpoint);
      for (let i = 0; i < n; i++) {
        total[i * n + i] = total[i * n + i]! + scale * diagonal![i]!;
        if (columns === undefined) continue;
        checkpoint(n * rank);
        for (let j = 0; j < n; j++) {
          let entry = 0;
          for (let k = 0; k < rank; k++) entry += columns[i * rank + k]! * columns[j * rank + k]!;
          total[i * n + j] = total[i * n + j]! + scale * entry;
        }
      }
    }
  return total;
}

/** (n) what stands alone on the diagonals of the terms: all of a diagonal one, the specific variances of a factor model. */
export function standingAlone({ quadratics, universe }: QuadraticTerms, checkpoint: Checkpoint): Float64Array {
  const total = new Float64Array(universe.assets.length);
  for (const { scale, operator } of quadratics)
    for (const leaf of leavesOf(operator)) {
      const { diagonal } = atomOf(leaf, checkpoint);
      if (diagonal !== undefined) for (let i = 0; i < total.length; i++) total[i] = total[i]! + scale * diagonal[i]!;
    }
  return total;
}

export class DenseCurvature implements Curvature {
  readonly size: number;
  private readonly entries: Float64Array;

  /** `entries` (n x n) less the diagonal `taken`. */
  constructor(entries: Float64Array, taken: Float64Array) {
    const n = taken.length;
    this.size = n;
    this.entries = Float64Array.from(entries);
    for (let i = 0; i < n; i++) this.entries[i * n + i] = entries[i * n + i]! - taken[i]!;
  }

  times(x: Float64Array, target: Float64Array): void {
    const { size: n, entries } = this;
    target.fill(0);
    for (let j = 0; j < n; j++) {
      const xj = x[j]!;
      if (xj === 0) continue;
      const row = j * n;
      for (let i = 0; i < n; i++) target[i] = target[i]! + xj * entries[row + i]!;
    }
  }

  block(positions: Int32Array, count: number, target: Float64Array): void {
    const { size: n, entries } = this;
    for (let a = 0; a < count; a++) {
      const row = positions[a]! * n;
      for (let b = 0; b <= a; b++) {
        const entry = entries[row + positions[b]!]!;
        target[a * count + b] = entry;
        target[b * count + a] = entry;
      }
    }
  }
}

/** Columns C with G = C C'. */
export class FactoredCurvature implements Curvature {
  readonly size: number;
  private readonly rank: number;
  private readonly columns: Float64Array;

  constructor({ quadratics, universe }: QuadraticTerms, checkpoint: Checkpoint) {
    const n = universe.assets.length;
    const atoms = quadratics.flatMap(({ scale, operator }) =>
      leavesOf(operator).map((leaf) => ({ root: Math.sqrt(scale), ...atomOf(leaf, checkpoint) })),
    );
    this.size = n;
    this.rank = atoms.reduce((total, { rank }) => total + rank, 0);
    this.columns = new Float64Array(n * this.rank);
    let from = 0;
    for (const { root, rank, columns } of atoms) {
      if (columns === undefined) continue;
      for (let i = 0; i < n; i++)
        for (let k = 0; k < rank; k++) this.columns[i * this.rank + from + k] = root * columns[i * rank + k]!;
      from += rank;
    }
  }

  times(x: Float64Array, target: Float64Array): void {
    const { size: n, rank, columns } = this;
    const held = new Float64Array(rank);
    for (let i = 0; i < n; i++) {
      const xi = x[i]!;
      if (xi !== 0) for (let k = 0; k < rank; k++) held[k] = held[k]! + xi * columns[i * rank + k]!;
    }
    for (let i = 0; i < n; i++) {
      let total = 0;
      for (let k = 0; k < rank; k++) total += held[k]! * columns[i * rank + k]!;
      target[i] = total;
    }
  }

  block(positions: Int32Array, count: number, target: Float64Array): void {
    const { rank, columns } = this;
    for (let a = 0; a < count; a++)
      for (let b = 0; b <= a; b++) {
        let entry = 0;
        for (let k = 0; k < rank; k++) entry += columns[positions[a]! * rank + k]! * columns[positions[b]! * rank + k]!;
        target[a * count + b] = entry;
        target[b * count + a] = entry;
      }
  }
}

/** What stands alone. */
export class DiagonalCurvature implements Curvature {
  readonly size: number;
  private readonly entries: Float64Array;

  constructor(entries: Float64Array) {
    this.size = entries.length;
    this.entries = entries;
  }

  times(x: Float64Array, target: Float64Array): void {
    for (let i = 0; i < this.size; i++) target[i] = this.entries[i]! * x[i]!;
  }

  block(positions: Int32Array, count: number, target: Float64Array): void {
    target.fill(0, 0, count * count);
    for (let a = 0; a < count; a++) target[a * count + a] = this.entries[positions[a]!]!;
  }
}

/** sum_k weights_k parts_k over the same positions. */
export class SumCurvature implements Curvature {
  readonly size: number;
  private readonly parts: readonly (readonly [weight: number, curvature: Curvature])[];
  private readonly held: Float64Array;
  private own = new Float64Array(0);

  constructor(size: number, parts: readonly (readonly [weight: number, curvature: Curvature])[]) {
    this.size = size;
    this.parts = parts;
    this.held = new Float64Array(size);
  }

  times(x: Float64Array, target: Float64Array): void {
    target.fill(0);
    for (const [weight, curvature] of this.parts) {
      curvature.times(x, this.held);
      for (let i = 0; i < this.size; i++) target[i] = target[i]! + weight * this.held[i]!;
    }
  }

  block(positions: Int32Array, count: number, target: Float64Array): void {
    const entries = count * count;
    if (this.own.length < entries) this.own = new Float64Array(entries);
    target.fill(0, 0, entries);
    for (const [weight, curvature] of this.parts) {
      curvature.block(positions, count, this.own);
      for (let p = 0; p < entries; p++) target[p] = target[p]! + weight * this.own[p]!;
    }
  }
}
