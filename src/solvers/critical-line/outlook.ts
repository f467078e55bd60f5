/** What is about to be broken on a walk, and what changes next: one pass over every slack and every multiplier. */
import type { Region } from './region.ts';
import type { Standing } from './standing.ts';

/** Slacks and multipliers up to this, relative, count as zero where constraints change together. */
export const tied = 1e-12;
/** More than this below zero is an error of rounding to be mended. */
const broken = 2e-11;

/** What changes, and for something slack at which side it is then held. */
export interface Change {
  readonly index: number;
  readonly at: -1 | 1;
}

/** Prices and slopes at one lambda, and by how much everything changes as lambda falls. */
export interface Motion {
  /** (m), (n) */
  readonly y: Float64Array;
  readonly g: Float64Array;
  readonly dw: Float64Array;
  readonly dRows: Float64Array;
  readonly dy: Float64Array;
  readonly dg: Float64Array;
}

export class Outlook {
  /** The first, in a fixed order, that is at its end and would be broken as lambda falls, or is broken already. */
  wrong: Change | undefined;
  /** What changes next, and by how much lambda falls until then; Infinity when nothing does. */
  next: Change | undefined;
  fall = Infinity;
  private readonly region: Region;
  private readonly standing: Standing;
  private readonly pinned: Uint8Array;
  private wrongIndex = -1;
  private wrongAt: -1 | 1 = 1;
  private nextIndex = -1;
  private nextAt: -1 | 1 = 1;

  constructor(region: Region, standing: Standing, pinned: Uint8Array) {
    this.region = region;
    this.standing = standing;
    this.pinned = pinned;
  }

  /** @param scale what multipliers are compared with; changes up to the noises do not count */
  survey(motion: Motion, scale: number, slopeNoise: number, moveNoise: number): void {
    const { region, standing, pinned } = this;
    const { n, m, lower, upper, size } = region;
    const { side, w, rows } = standing;
    const { y, g, dw, dRows, dy, dg } = motion;
    this.wrongIndex = -1;
    this.nextIndex = -1;
    this.fall = Infinity;
    for (let i = 0; i < n; i++) {
      const held = side[i]!;
      if (held === 0) this.offer(i, w[i]!, dw[i]!, lower[i]!, upper[i]!, size[i]!, moveNoise);
      else if (pinned[i] === 0) this.price(i, held < 0 ? -1 : 1, -held * g[i]!, -held * dg[i]!, scale, slopeNoise);
    }
    for (let r = 0; r < m; r++) {
      const index = n + r;
      const held = side[index]!;
      if (held === 0) this.offer(index, rows[r]!, dRows[r]!, lower[index]!, upper[index]!, size[index]!, moveNoise);
      else if (pinned[index] === 0)
        this.price(index, held < 0 ? -1 : 1, held * y[r]!, held * dy[r]!, scale, slopeNoise);
    }
    this.wrong = this.wrongIndex < 0 ? undefined : { index: this.wrongIndex, at: this.wrongAt };
    this.next = this.nextIndex < 0 ? undefined : { index: this.nextIndex, at: this.nextAt };
  }

  /** Whether nothing is broken. */
  holds(y: Float64Array, g: Float64Array, scale: number): boolean {
    const { region, standing, pinned } = this;
    const { n, m, lower, upper, size } = region;
    const { side, w, rows } = standing;
    for (let index = 0; index < n + m; index++) {
      const held = side[index]!;
      const value = index < n ? w[index]! : rows[index - n]!;
      if (held === 0) {
        const slack = Math.min(value - lower[index]!, upper[index]! - value);
        if (slack < -broken * size[index]!) return false;
      } else if (pinned[index] === 0) {
        const multiplier = index < n ? -held * g[index]! : held * y[index - n]!;
        if (multiplier < -broken * scale) return false;
      }
    }
    return true;
  }

  /** Something free or slack. */
  private offer(index: number, value: number, move: number, lower: number, upper: number, size: number, noise: number) {
    if (value - lower < -broken * size) this.mark(index, -1);
    else if (upper - value < -broken * size) this.mark(index, 1);
    if (move < -noise) this.reach(index, -1, value - lower, -move, tied * size);
    else if (move > noise) this.reach(index, 1, upper - value, move, tied * size);
  }

  /** Something held, by its multiplier, which is not to fall below zero. */
  private price(index: number, at: -1 | 1, value: number, slope: number, scale: number, noise: number): void {
    if (value < -broken * scale) this.mark(index, at);
    if (slope < -noise) this.reach(index, at, value, -slope, tied * scale);
  }

  private mark(index: number, at: -1 | 1): void {
    if (this.wrongIndex >= 0) return;
    this.wrongIndex = index;
    this.wrongAt = at;
  }

  private reach(index: number, at: -1 | 1, room: number, rate: number, zero: number): void {
    if (room <= zero) this.mark(index, at);
    if (Math.max(room, 0) < rate * this.fall) {
      this.fall = Math.max(room, 0) / rate;
      this.nextIndex = index;
      this.nextAt = at;
    }
  }
}
