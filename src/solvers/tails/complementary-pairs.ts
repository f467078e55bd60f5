/** Slacks and multipliers that are not negative and of which the products vanish at an optimum, of every kind one after the other. */
import type { EpigraphProgram } from './epigraph-program.ts';

/** Where each kind begins; pieces come first. */
export interface Sections {
  readonly floors: number;
  readonly below: number;
  readonly above: number;
  /** Rows, of those that have two different sides. */
  readonly under: number;
  readonly over: number;
  /** Limits. */
  readonly room: number;
  readonly total: number;
}

export function sectionsOf({ offsets, weights, size, rows, limits }: EpigraphProgram): Sections {
  const floors = offsets.length;
  const below = floors + weights.length;
  const above = below + size;
  const under = above + size;
  const over = under + rows.length;
  const room = over + rows.length;
  return { floors, below, above, under, over, room, total: room + limits.length };
}

export class Pairs {
  /** 1 where there is a pair; slack 1 and multiplier 0 elsewhere. */
  readonly on: Uint8Array;
  readonly slacks: Float64Array;
  readonly multipliers: Float64Array;
  readonly count: number;

  constructor(program: EpigraphProgram, sections: Sections) {
    const on = new Uint8Array(sections.total).fill(1);
    program.floored.forEach((floored, g) => (on[sections.floors + g] = floored));
    program.lower.forEach((side, i) => (on[sections.below + i] = side > -Infinity ? 1 : 0));
    program.upper.forEach((side, i) => (on[sections.above + i] = side < Infinity ? 1 : 0));
    program.rows.forEach(({ lower, upper }, r) => {
      on[sections.under + r] = lower < upper && lower > -Infinity ? 1 : 0;
      on[sections.over + r] = lower < upper && upper < Infinity ? 1 : 0;
    });
    this.on = on;
    this.slacks = new Float64Array(sections.total).fill(1);
    this.multipliers = new Float64Array(sections.total);
    this.count = on.reduce((total, one) => total + one, 0);
  }

  set(at: number, slack: number, multiplier: number): void {
    if (this.on[at] === 0) return;
    this.slacks[at] = slack;
    this.multipliers[at] = multiplier;
  }

  product(): number {
    let total = 0;
    for (let k = 0; k < this.on.length; k++) total += this.slacks[k]! * this.multipliers[k]!;
    return total;
  }

  productAt(slacks: Float64Array, multipliers: Float64Array, alongS: number, alongY: number): number {
    let total = 0;
    for (let k = 0; k < this.on.length; k++)
      total += (this.slacks[k]! + alongS * slacks[k]!) * (this.multipliers[k]! + alongY * multipliers[k]!);
    return total;
  }

  /** How far slacks and multipliers can go before one vanishes, at most 1e30; the same for both when `both`. */
  reach(slacks: Float64Array, multipliers: Float64Array, both: boolean): readonly [number, number] {
    let alongS = 1e30;
    let alongY = 1e30;
    for (let k = 0; k < this.on.length; k++) {
      if (slacks[k]! < 0) alongS = Math.min(alongS, -this.slacks[k]! / slacks[k]!);
      if (multipliers[k]! < 0) alongY = Math.min(alongY, -this.multipliers[k]! / multipliers[k]!);
    }
    const least = Math.min(alongS, alongY);
    return both ? [Math.min(1, least), Math.min(1, least)] : [alongS, alongY];
  }

  /** target - s y, less the products of a direction. */
  wanted(target: number, slacks: Float64Array | undefined, multipliers: Float64Array | undefined): Float64Array {
    const wanted = new Float64Array(this.on.length);
    for (let k = 0; k < wanted.length; k++) {
      if (this.on[k] === 0) continue;
      const second = slacks === undefined ? 0 : slacks[k]! * multipliers![k]!;
      wanted[k] = target - this.slacks[k]! * this.multipliers[k]! - second;
    }
    return wanted;
  }
}
