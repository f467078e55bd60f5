/**
 * The convex program that is left when every choice is made, on the few assets that still have room: an active-set guess that is revised until
 * nothing asks for a change. Fast rather than certain: it may give up, and its answers are candidates, not certificates.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { factorizeCholesky, solveLower, solveUpper } from '../../math/cholesky.ts';
import { costLines, lineAt, type Line } from './cost-lines.ts';
import type { IntegerModel } from './integer-model.ts';

const roundsMax = 60;
/** Rounds in which every offender changes at once; afterwards only the worst. */
const roundsTogether = 20;
const rounding = 1e-11;

export interface SupportPoint {
  readonly weights: Float64Array;
  readonly rows: Float64Array;
  readonly objective: number;
  /** By norm: what half its square costs; absent where none has a price. */
  readonly norms?: Float64Array;
}

/** One asset with room: the ends of its segments and the slopes between them. */
interface Member {
  readonly asset: number;
  readonly ends: readonly number[];
  readonly slopes: readonly number[];
  /** Even: stands on end state / 2; odd: inside segment (state - 1) / 2. */
  state: number;
}

export class SupportProgram {
  private readonly model: IntegerModel;
  private readonly checkpoint: Checkpoint;
  private readonly lines: readonly (readonly Line[])[];
  private readonly tolerances: Float64Array;

  constructor(model: IntegerModel, checkpoint: Checkpoint) {
    this.model = model;
    this.checkpoint = checkpoint;
    this.lines = costLines(model.problem);
    this.tolerances = Float64Array.from(model.problem.rows, ({ coefficients, lower, upper }) => {
      const sides = [lower, upper].filter((side) => Number.isFinite(side)).map((side) => Math.abs(side));
      return (
        rounding *
        Math.max(
          ...sides,
          coefficients.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
        )
      );
    });
  }

  /**
   * The best weights within the bounds, or nothing when it gives up; `guess` (n) says which assets stand free. `at` is the model at prices of
   * its norms; the objective told is without them.
   */
  solve(lower: Float64Array, upper: Float64Array, guess: Float64Array, at = this.model): SupportPoint | undefined {
    const model = at;
    const { n } = model;
    const weights = new Float64Array(n);
    const members: Member[] = [];
    for (let i = 0; i < n; i++) {
      weights[i] = lower[i]!;
      if (lower[i]! < upper[i]!) members.push(this.memberOf(i, lower[i]!, upper[i]!, guess[i]!));
    }
    const size = members.length;
    const assets = Int32Array.from(members, ({ asset }) => asset);
    const block = new Float64Array(size * size);
    model.curvature.block(assets, size, block);
    for (let a = 0; a < size; a++) block[a * size + a] = block[a * size + a]! + model.d[assets[a]!]!;
    for (const i of assets) weights[i] = 0;
    const base = new Float64Array(n);
    if (weights.some((value) => value !== 0)) model.curvature.times(weights, base);
    const linear = Float64Array.from(assets, (i) => base[i]! + model.linear[i]!);
    const sides = Int8Array.from(model.problem.rows, (row) => (row.lower === row.upper ? 1 : 0));
    return this.revise({ members, block, linear, weights, sides, assets });
  }

  private memberOf(i: number, lower: number, upper: number, guess: number): Member {
    const kinks = this.lines[i]!.flatMap((line) => line.kinks).filter((kink) => kink > lower && kink < upper);
    const ends = [lower, ...kinks.sort((a, b) => a - b), upper];
    const slopes = ends.slice(1).map((end, k) => {
      const from = ends[k]!;
      const middle = Number.isFinite(from + end) ? 0.5 * (from + end) : Number.isFinite(from) ? from + 1 : end - 1;
      return this.lines[i]!.reduce((total, line) => total + lineAt(line, middle)[0], 0);
    });
    let state = 1;
    while (state < 2 * ends.length - 3 && guess > ends[(state + 1) / 2]!) state += 2;
    if (guess <= lower && Number.isFinite(lower)) state = 0;
    else if (guess >= upper && Number.isFinite(upper)) state = 2 * ends.length - 2;
    return { asset: i, ends, slopes, state };
  }

  private revise(face: FaceState): SupportPoint | undefined {
    for (let round = 0; round < roundsMax; round++) {
      const solved = this.solveFace(face);
      if (solved === undefined) return undefined;
      const changes = this.changesAt(face, solved);
      if (changes.length === 0) return this.pointAt(face, solved);
      const chosen = round < roundsTogether ? changes : [changes.reduce((a, b) => (b.by > a.by ? b : a))];
      for (const change of chosen) change.apply();
    }
    return undefined;
  }

  /** Weights of the members and prices of the rows for which the face is stationary. */
  private solveFace({ members, block, linear, weights, sides, assets }: FaceState): Face | undefined {
    const { rows } = this.model.problem;
    const size = members.length;
    const x = Float64Array.from(members, ({ state, ends }) => (state % 2 === 0 ? ends[state / 2]! : 0));
    const active = [...sides.keys()].filter((r) => sides[r] !== 0);
    let free = [...members.keys()].filter((a) => members[a]!.state % 2 === 1);
    if (free.length === 0 && active.length > 0 && size > 0) {
      const widest = members.reduce((a, b) => (b.ends.at(-1)! - b.ends[0]! > a.ends.at(-1)! - a.ends[0]! ? b : a));
      widest.state = 1;
      x[members.indexOf(widest)] = 0;
      free = [members.indexOf(widest)];
    }
    const f = free.length;
    this.checkpoint(f * f * (f / 6 + 1) + size * f);
    const matrix = new Float64Array(f * f);
    const right = new Float64Array(f);
    for (let a = 0; a < f; a++) {
      const p = free[a]!;
      for (let b = 0; b <= a; b++) matrix[a * f + b] = block[p * size + free[b]!]!;
      let total = -linear[p]! - members[p]!.slopes[(members[p]!.state - 1) / 2]!;
      for (let q = 0; q < size; q++) if (x[q] !== 0) total -= block[p * size + q]! * x[q]!;
      right[a] = total;
    }
    if (factorizeCholesky(matrix, f, { pivotMin: 1e-300 }) > 0) return undefined;
    solveLower(matrix, f, right);
    const placeOf = new Map(free.map((p, a) => [assets[p]!, a]));
    const columns = active.map((r) => {
      const column = new Float64Array(f);
      const { positions, coefficients } = rows[r]!;
      for (let k = 0; k < positions.length; k++) {
        const a = placeOf.get(positions[k]!);
        if (a !== undefined) column[a] = column[a]! + coefficients[k]!;
      }
      solveLower(matrix, f, column);
      return column;
    });
    const full = Float64Array.from(weights);
    for (let a = 0; a < size; a++) full[assets[a]!] = x[a]!;
    const prices = pricesOf(
      columns,
      right,
      active.map((r) => (sides[r]! < 0 ? rows[r]!.lower : rows[r]!.upper) - heldBy(rows[r]!, full)),
    );
    if (prices === undefined) return undefined;
    columns.forEach((column, q) => {
      for (let a = 0; a < f; a++) right[a] = right[a]! - prices[q]! * column[a]!;
    });
    solveUpper(matrix, f, right);
    for (let a = 0; a < f; a++) {
      x[free[a]!] = right[a]!;
      full[assets[free[a]!]!] = right[a]!;
    }
    const price = new Float64Array(rows.length);
    active.forEach((r, q) => (price[r] = prices[q]!));
    return { x, full, price };
  }

  private changesAt({ members, block, linear, sides }: FaceState, { x, full, price }: Face): Change[] {
    const { rows } = this.model.problem;
    const size = members.length;
    const changes: Change[] = [];
    const pull = Float64Array.from(linear);
    rows.forEach(({ positions, coefficients }, r) => {
      if (price[r] === 0) return;
      const dense = new Map(Array.from(positions, (position, k) => [position, coefficients[k]!]));
      members.forEach(({ asset }, a) => (pull[a] = pull[a]! + price[r]! * (dense.get(asset) ?? 0)));
    });
    members.forEach((member, a) => {
      const { state, ends, slopes } = member;
      const to = (next: number, by: number): void => void changes.push({ by, apply: () => (member.state = next) });
      if (state % 2 === 1) {
        const k = (state - 1) / 2;
        const room = rounding * Math.max(1, Math.abs(x[a]!));
        if (x[a]! < ends[k]! - room) to(state - 1, ends[k]! - x[a]!);
        else if (x[a]! > ends[k + 1]! + room) to(state + 1, x[a]! - ends[k + 1]!);
        return;
      }
      let slope = pull[a]!;
      for (let q = 0; q < size; q++) slope += block[a * size + q]! * x[q]!;
      const k = state / 2;
      const room = rounding * (Math.abs(pull[a]!) + Math.abs(slope)) + 1e-300;
      const curve = block[a * size + a]! + 1e-300;
      if (k < slopes.length && slope + slopes[k]! < -room) to(state + 1, -(slope + slopes[k]!) / curve);
      else if (k > 0 && slope + slopes[k - 1]! > room) to(state - 1, (slope + slopes[k - 1]!) / curve);
    });
    rows.forEach((row, r) => {
      if (row.lower === row.upper) return;
      const held = heldBy(row, full);
      const side = sides[r]!;
      if (side !== 0) {
        if (price[r]! * side < 0) changes.push({ by: 0, apply: () => (sides[r] = 0) });
      } else if (held > row.upper + this.tolerances[r]!)
        changes.push({ by: held - row.upper, apply: () => (sides[r] = 1) });
      else if (held < row.lower - this.tolerances[r]!)
        changes.push({ by: row.lower - held, apply: () => (sides[r] = -1) });
    });
    return changes;
  }

  /** Held against the bounds and the rows once more: a face that missed an equation is no point. */
  private pointAt(_face: FaceState, { full, price }: Face): SupportPoint | undefined {
    const { problem } = this.model;
    const broken = problem.rows.some((row, r) => {
      const held = heldBy(row, full);
      const room = 1e3 * this.tolerances[r]!;
      return held > row.upper + room || held < row.lower - room;
    });
    if (broken) return undefined;
    return { weights: full, rows: price, objective: this.objectiveAt(full) };
  }

  /** The objective of the model, its terms asset by asset and the curvature between them. */
  objectiveAt(w: Float64Array): number {
    const { model, lines } = this;
    const product = new Float64Array(model.n);
    model.curvature.times(w, product);
    let total = model.constant;
    for (let i = 0; i < model.n; i++) {
      total += w[i]! * (0.5 * product[i]! + 0.5 * model.d[i]! * w[i]! + model.linear[i]!);
      for (const line of lines[i]!) {
        const [slope, value] = lineAt(line, w[i]!);
        total += slope * w[i]! + value;
      }
    }
    return total;
  }
}

interface FaceState {
  readonly members: Member[];
  /** (size x size) curvature among the members, their own included. */
  readonly block: Float64Array;
  readonly linear: Float64Array;
  /** (n) the fixed ones; zero for the members. */
  readonly weights: Float64Array;
  readonly sides: Int8Array;
  readonly assets: Int32Array;
}

interface Face {
  readonly x: Float64Array;
  readonly full: Float64Array;
  readonly price: Float64Array;
}

interface Change {
  readonly by: number;
  readonly apply: () => void;
}

export function heldBy(
  { positions, coefficients }: { readonly positions: Int32Array; readonly coefficients: Float64Array },
  w: Float64Array,
): number {
  let held = 0;
  for (let k = 0; k < positions.length; k++) held += coefficients[k]! * w[positions[k]!]!;
  return held;
}

/** The small system; a row that depends on those before it has no price. */
function pricesOf(
  columns: readonly Float64Array[],
  right: Float64Array,
  missing: readonly number[],
): number[] | undefined {
  const size = columns.length;
  const gram = new Float64Array(size * size);
  const target = new Float64Array(size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) gram[a * size + b] = inner(columns[a]!, columns[b]!);
    target[a] = inner(columns[a]!, right) - missing[a]!;
    gram[a * size + a] = gram[a * size + a]! * (1 + 1e-13) + 1e-300;
  }
  if (factorizeCholesky(gram, size, { pivotMin: 1e-290 }) > 0) return undefined;
  solveLower(gram, size, target);
  solveUpper(gram, size, target);
  return Array.from(target);
}

function inner(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += a[k]! * b[k]!;
  return total;
}
