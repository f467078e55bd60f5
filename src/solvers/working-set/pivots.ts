/**
 * Single pivots of the primal active-set method from a point that meets everything: each lowers the objective or changes the face, and
 * after a run of pivots without a step the lowest index decides, so that degenerate vertices do not cycle. Rows that the start does not
 * meet are carried by the elastic, at a price. Nocedal and Wright, Numerical Optimization, 2nd ed., 16.5.
 */
import { maxAbs } from '../../math/vectors.ts';
import type { Face, Search } from './search.ts';

export type PivotOutcome =
  | { readonly kind: 'going' }
  | { readonly kind: 'settled'; readonly face: Face }
  /** The covariance of the free assets is singular. */
  | { readonly kind: 'singular' }
  /** A degenerate vertex is not left. */
  | { readonly kind: 'stuck' };

const patience = 12;
/** Pivots without a step, beyond one for each asset, after which a degenerate vertex is left to another method. */
const stillMax = 100;
/** Assets freed together, as a share of those free. */
const togetherShare = 0.05;
const movingShare = 1e-11;
/** Shorter moves are rounding. */
const stepMin = 1e-11;

export class Pivots {
  private readonly search: Search;
  private still = 0;

  constructor(search: Search) {
    this.search = search;
  }

  next(): PivotOutcome {
    const { search } = this;
    if (this.still > stillMax + search.sides.length) return { kind: 'stuck' };
    const face = search.solveFace();
    const longest = maxAbs(face.moves);
    // What is left of a move at a vertex is rounding, and blocks nothing.
    const block = longest > stepMin ? this.nearestBlock(face.moves) : undefined;
    const step = Math.min(1, block?.step ?? 1);
    this.still = step * longest > stepMin ? 0 : this.still + 1;
    search.step(face, step);
    if (block !== undefined && block.step < 1) {
      this.hold(block);
      return { kind: 'going' };
    }
    return this.release(face);
  }

  /** The first bound or row met on the way; among those met together the one met fastest, or the first by index. */
  private nearestBlock(moves: Float64Array): Block | undefined {
    const { model, factor, w, rowSides } = this.search;
    let best: Block | undefined;
    const meet = (kind: Block['kind'], index: number, side: -1 | 1, room: number, speed: number): void => {
      const step = Math.max(0, room) / speed;
      const tie = best !== undefined && Math.abs(step - best.step) <= 1e-14;
      const wins = (than: Block): boolean => {
        if (!tie) return step < than.step;
        if (this.still <= patience) return speed > than.speed;
        return kind === than.kind ? index < than.index : kind === 'asset';
      };
      if (best === undefined || wins(best)) best = { kind, index, side, step, speed };
    };
    factor.free.forEach((i, k) => {
      const move = moves[k]!;
      if (move < 0 && model.lower[i]! > -Infinity) meet('asset', i, -1, w[i]! - model.lower[i]!, -move);
      if (move > 0 && model.upper[i]! < Infinity) meet('asset', i, 1, model.upper[i]! - w[i]!, move);
    });
    for (const [r, row] of model.rows.entries()) {
      if (rowSides[r] !== 0) continue;
      let speed = 0;
      let size = 0;
      factor.free.forEach((i, k) => {
        const part = row.coefficients[i]! * moves[k]!;
        speed += part;
        size += Math.abs(part);
      });
      // A row that depends on those that hold moves by rounding only.
      if (Math.abs(speed) <= movingShare * size) continue;
      const held = this.search.held(r);
      if (speed < 0 && row.lower > -Infinity) meet('row', r, -1, held - row.lower, -speed);
      if (speed > 0 && row.upper < Infinity) meet('row', r, 1, row.upper - held, speed);
    }
    return best;
  }

  private hold({ kind, index, side }: Block): void {
    const { search } = this;
    if (kind === 'row') {
      search.rowSides[index] = side;
      return;
    }
    search.pin([index], () => side);
    search.factor.remove(index);
  }

  /** At the optimum of a face: frees the asset or row that pulls hardest, or the first that pulls; none means done. */
  private release(face: Face): PivotOutcome {
    const { search } = this;
    const { model, sides, rowSides } = search;
    const reduced = search.reduced(face.prices);
    const tolerance = search.slopeTolerance();
    const offers: Offer[] = [];
    const offer = (kind: Block['kind'], index: number, pull: number): void => {
      if (pull > tolerance) offers.push({ kind, index, pull });
    };
    for (let i = 0; i < sides.length; i++)
      if (sides[i] !== 0 && model.lower[i] !== model.upper[i]) offer('asset', i, sides[i]! * reduced[i]!);
    for (const [r, row] of model.rows.entries()) {
      if (rowSides[r] === 0 || search.isEquality(r)) continue;
      let largest = 0;
      for (const value of row.coefficients) largest = Math.max(largest, Math.abs(value));
      offer('row', r, -rowSides[r]! * face.prices[r]! * largest);
    }
    if (offers.length === 0) return { kind: 'settled', face };
    const patient = this.still <= patience;
    if (patient) offers.sort((a, b) => b.pull - a.pull);
    const together = patient ? 1 + Math.floor(search.factor.free.length * togetherShare) : 1;
    for (const { kind, index } of offers.slice(0, together)) {
      if (kind === 'row') rowSides[index] = 0;
      else {
        if (!search.factor.add(index)) return { kind: 'singular' };
        sides[index] = 0;
      }
    }
    return { kind: 'going' };
  }
}

interface Offer {
  readonly kind: Block['kind'];
  readonly index: number;
  readonly pull: number;
}

interface Block {
  readonly kind: 'asset' | 'row';
  readonly index: number;
  readonly side: -1 | 1;
  readonly step: number;
  readonly speed: number;
}
