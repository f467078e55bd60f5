/** A face whose whole system is kept inverted: any positive semidefinite Q, also one that is singular on the free assets. */
import type { Curvature } from './curvature.ts';
import type { Face } from './face.ts';
import type { Region } from './region.ts';
import { UpdatedInverse } from './updated-inverse.ts';

/** A pair that is exchanged must move together by this share of the largest move. */
const throughMin = 1e-11;

export class DenseFace implements Face {
  readonly free: Int32Array;
  readonly active: Int32Array;
  freeCount = 0;
  activeCount = 0;
  private readonly n: number;
  private readonly region: Region;
  /** None stands for Q = 0. */
  private readonly curvature: Curvature | undefined;
  private readonly inverse = new UpdatedInverse();
  /** Assets and, from n on, rows in the order of the inverse. */
  private readonly members: Int32Array;
  /** By index: its place among the members, or -1. */
  private readonly place: Int32Array;
  private readonly right: Float64Array;
  private readonly left: Float64Array;
  /** T c of what was released last, over the members; for a row its column of T. */
  private readonly entering: Float64Array;
  private enteringCurvature = 0;
  private readonly leaving: Float64Array;

  constructor(region: Region, curvature: Curvature | undefined) {
    const { n, m } = region;
    this.n = n;
    this.region = region;
    this.curvature = curvature;
    this.free = new Int32Array(n);
    this.active = new Int32Array(m);
    this.members = new Int32Array(n + m);
    this.place = new Int32Array(n + m).fill(-1);
    this.right = new Float64Array(n + m);
    this.left = new Float64Array(n + m);
    this.entering = new Float64Array(n + m);
    this.leaving = new Float64Array(n + m);
  }

  get work(): number {
    return 4 * this.inverse.count * this.inverse.count;
  }

  begin(free: readonly number[], active: readonly number[]): boolean {
    this.place.fill(-1);
    const members = [...free, ...active.map((row) => this.n + row)];
    const count = members.length;
    members.forEach((index, p) => {
      this.members[p] = index;
      this.place[index] = p;
    });
    const k = new Float64Array(count * count);
    for (let p = 0; p < count; p++)
      for (let q = 0; q <= p; q++) k[p * count + q] = k[q * count + p] = this.entry(members[p]!, members[q]!);
    const regular = this.inverse.begin(k, count);
    this.list();
    return regular;
  }

  solve(f: Float64Array, g: Float64Array, x: Float64Array, y: Float64Array): void {
    const { n, members, right, left } = this;
    const { count } = this.inverse;
    for (let p = 0; p < count; p++) {
      const index = members[p]!;
      right[p] = index < n ? f[index]! : g[index - n]!;
    }
    this.inverse.times(right, left);
    this.scatter(left, 1, x, y);
  }

  release(index: number, x: Float64Array, y: Float64Array): number {
    const place = this.place[index]!;
    if (place >= 0) {
      this.inverse.column(place, this.entering);
      this.scatter(this.entering, 1, x, y);
      this.enteringCurvature = -this.entering[place]!;
      return this.enteringCurvature;
    }
    this.enteringCurvature = this.reach(index, this.entering);
    this.scatter(this.entering, -1, x, y);
    x[index] = 1;
    return this.enteringCurvature;
  }

  join(index: number): void {
    const place = this.place[index]!;
    if (place >= 0) this.drop(place);
    else {
      this.inverse.border(this.entering, this.enteringCurvature);
      this.append(index);
    }
    this.list();
  }

  leave(index: number): boolean {
    const place = this.place[index]!;
    if (place >= 0) {
      if (this.inverse.at(place, place) === 0) return false;
      this.drop(place);
    } else {
      const curvature = this.reach(index, this.leaving);
      if (!(curvature < 0)) return false;
      this.inverse.border(this.leaving, curvature);
      this.append(index);
    }
    this.list();
    return true;
  }

  exchange(entering: number, leaving: number): boolean {
    const { inverse, members, place } = this;
    const from = place[entering]!;
    const to = place[leaving]!;
    const { count } = inverse;
    let largest = from < 0 ? 1 : 0;
    for (let p = 0; p < count; p++) largest = Math.max(largest, Math.abs(this.entering[p]!));
    if (from < 0 && to >= 0) {
      if (!(Math.abs(this.entering[to]!) > throughMin * largest)) return false;
      inverse.exchange(to, this.entering, this.enteringCurvature);
      this.replace(to, entering);
    } else if (from < 0) {
      const own = this.reach(leaving, this.leaving);
      const between = this.entry(entering, leaving) - this.columnTimes(leaving, this.entering);
      if (!(Math.abs(between) > throughMin * largest)) return false;
      inverse.borderTwo(this.entering, this.leaving, this.enteringCurvature, between, own);
      this.append(entering, 2);
      this.members[count + 1] = leaving;
      place[leaving] = count + 1;
    } else if (to >= 0) {
      if (!(Math.abs(this.entering[to]!) > throughMin * largest)) return false;
      const [p, q] = from < to ? [from, to] : [to, from];
      inverse.dropTwo(p, q);
      place[entering] = place[leaving] = -1;
      this.moveLast(q, count - 1);
      this.moveLast(p, count - 2);
    } else {
      const own = this.reach(leaving, this.leaving);
      if (!(Math.abs(this.leaving[from]!) > throughMin * largest)) return false;
      inverse.exchange(from, this.leaving, own);
      place[members[from]!] = -1;
      this.replace(from, leaving);
    }
    this.list();
    return true;
  }

  /** h = T c for the column c of an index that is no member. @returns own entry - c'h */
  private reach(index: number, h: Float64Array): number {
    const { right, members } = this;
    const { count } = this.inverse;
    for (let p = 0; p < count; p++) right[p] = this.entry(index, members[p]!);
    this.inverse.times(right, h);
    let curvature = this.entry(index, index);
    for (let p = 0; p < count; p++) curvature -= right[p]! * h[p]!;
    return curvature;
  }

  private columnTimes(index: number, h: Float64Array): number {
    let s = 0;
    for (let p = 0; p < this.inverse.count; p++) s += this.entry(index, this.members[p]!) * h[p]!;
    return s;
  }

  private entry(a: number, b: number): number {
    const { n } = this;
    if (a < n) return b < n ? (this.curvature?.entry(a, b) ?? 0) : this.region.coefficient(b - n, a);
    return b < n ? this.region.coefficient(a - n, b) : 0;
  }

  private scatter(values: Float64Array, factor: number, x: Float64Array, y: Float64Array): void {
    const { n, members } = this;
    for (let p = 0; p < this.inverse.count; p++) {
      const index = members[p]!;
      if (index < n) x[index] = factor * values[p]!;
      else y[index - n] = factor * values[p]!;
    }
  }

  private append(index: number, more = 1): void {
    const at = this.inverse.count - more;
    this.members[at] = index;
    this.place[index] = at;
  }

  private drop(place: number): void {
    this.place[this.members[place]!] = -1;
    this.inverse.drop(place);
    this.moveLast(place, this.inverse.count);
  }

  /** The member in the last place has taken place p. */
  private moveLast(p: number, last: number): void {
    if (p === last) return;
    this.members[p] = this.members[last]!;
    this.place[this.members[p]] = p;
  }

  private replace(p: number, index: number): void {
    this.place[this.members[p]!] = -1;
    this.members[p] = index;
    this.place[index] = p;
  }

  private list(): void {
    this.freeCount = 0;
    this.activeCount = 0;
    for (let p = 0; p < this.inverse.count; p++) {
      const index = this.members[p]!;
      if (index < this.n) this.free[this.freeCount++] = index;
      else this.active[this.activeCount++] = index - this.n;
    }
  }
}
