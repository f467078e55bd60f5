/** Puts an epigraph program together from what the assets and the measures write into it. */
import type { EpigraphLimit, EpigraphProgram, EpigraphRow, Floats } from './epigraph-program.ts';

/** How much room a program needs; counted before anything is written. */
export interface Room {
  readonly auxiliaries: number;
  readonly pieces: number;
}

export class ProgramBuilder {
  /** Assets in play. */
  readonly assets: number;
  readonly size: number;
  readonly linear: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly dense: Float64Array;
  /** Where the variables may begin. */
  readonly start: Float64Array;
  readonly limits: { readonly linear: Float64Array; curvature?: Float64Array; bound: number }[] = [];
  readonly rows: EpigraphRow[] = [];
  private readonly offsets: number[] = [];
  private readonly single: number[] = [];
  private readonly starts: number[] = [];
  private readonly weights: number[] = [];
  private readonly floored: number[] = [];
  private readonly limitOf: number[] = [];
  private auxiliaries: number;

  constructor(assets: number, { auxiliaries, pieces }: Room, floats: Floats) {
    this.assets = assets;
    this.size = assets + auxiliaries;
    this.auxiliaries = assets;
    this.linear = new Float64Array(this.size);
    this.start = new Float64Array(this.size);
    this.lower = new Float64Array(this.size).fill(-Infinity);
    this.upper = new Float64Array(this.size).fill(Infinity);
    this.dense = floats(pieces * this.size);
  }

  /** @returns the position of a further variable. */
  auxiliary(lower: number, start: number): number {
    this.lower[this.auxiliaries] = lower;
    this.start[this.auxiliaries] = start;
    return this.auxiliaries++;
  }

  /** @returns the number of a new limit. */
  limit(bound: number): number {
    this.limits.push({ linear: new Float64Array(this.size), bound });
    return this.limits.length - 1;
  }

  /** Slopes of what belongs to a limit, or to the objective when it is -1. */
  slopesOf(limit: number): Float64Array {
    return limit < 0 ? this.linear : this.limits[limit]!.linear;
  }

  /** Begins a group; the pieces that follow belong to it. */
  group(weight: number, floored: boolean, limit: number): void {
    this.starts.push(this.offsets.length);
    this.weights.push(weight);
    this.floored.push(floored ? 1 : 0);
    this.limitOf.push(limit);
  }

  /** @returns where in `dense` its coefficients begin. All of these come before the first single piece. */
  piece(offset: number): number {
    this.offsets.push(offset);
    return (this.offsets.length - 1) * this.size;
  }

  singlePiece(variable: number, offset: number): void {
    this.single.push(variable);
    this.offsets.push(offset);
  }

  /** Groups and pieces written so far. */
  get written(): { readonly groups: number; readonly pieces: number } {
    return { groups: this.weights.length, pieces: this.offsets.length };
  }

  finish(hessian: Float64Array | undefined): EpigraphProgram {
    const limits: EpigraphLimit[] = this.limits;
    const { size, linear, lower, upper, rows, dense } = this;
    return {
      size,
      ...(hessian === undefined ? {} : { hessian }),
      linear,
      lower,
      upper,
      rows,
      limits,
      dense,
      single: Int32Array.from(this.single),
      offsets: Float64Array.from(this.offsets),
      starts: Int32Array.from([...this.starts, this.offsets.length]),
      weights: Float64Array.from(this.weights),
      floored: Uint8Array.from(this.floored),
      limitOf: Int32Array.from(this.limitOf),
    };
  }
}
