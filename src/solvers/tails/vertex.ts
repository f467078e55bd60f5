/**
 * From an interior point to the point it leads to: what is active is read off slacks and multipliers, and the equations of the active parts
 * are solved alone, so that bounds hold exactly and multipliers are exact. Where they leave freedom, the nearest solution is taken.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { addScaled, dot, maxAbs } from '../../math/vectors.ts';
import { BorderedMatrix } from './bordered-matrix.ts';
import type { EpigraphInteriorPoint } from './epigraph-interior-point.ts';
import {
  addHessianTimes,
  limitSlopes,
  limitValue,
  type EpigraphLimit,
  type EpigraphProgram,
  type Floats,
} from './epigraph-program.ts';

/** Curvature lent to what has none, relative to the gradient, and to what has some, relative to its largest. */
const lentToLinear = 1e-2;
const lentToCurved = 1e-7;
const stepsMax = 12;

export interface Vertex {
  readonly x: Float64Array;
  /** (pieces) */
  readonly multipliers: Float64Array;
  /** (rows, then limits) */
  readonly prices: Float64Array;
}

/** An equation that holds at the vertex. */
interface Face {
  readonly kind: 'piece' | 'row' | 'limit';
  /** Piece, row or limit. */
  readonly at: number;
  /** (m) */
  readonly coefficients: Float64Array;
  readonly constant: number;
  /** Of a limit that is curved: its coefficients are slopes where one stands. */
  readonly curved?: EpigraphLimit;
  price: number;
}

interface Active {
  /** 0 free, -1 at the lower bound, 1 at the upper. */
  readonly sides: Int8Array;
  /** (groups) the piece that u equals; -1 the floor. */
  readonly leading: Int32Array;
  readonly faces: readonly Face[];
  readonly limits: readonly boolean[];
}

/** undefined where the equations cannot be solved. */
export function vertexAt(point: EpigraphInteriorPoint, floats: Floats, checkpoint: Checkpoint): Vertex | undefined {
  const { program } = point;
  const { size: m, lower, upper } = program;
  const active = activeAt(point);
  const { sides, faces } = active;
  const x = Float64Array.from(point.x, (value, i) => (sides[i]! < 0 ? lower[i]! : sides[i]! > 0 ? upper[i]! : value));
  const free = Int32Array.from([...sides.keys()].filter((i) => sides[i] === 0));
  const size = free.length;
  const system = new BorderedMatrix(size, faces.length, floats);
  const gradientScale = Math.max(maxAbs(program.linear), maxAbs(point.prices), 1e-6);
  const assemble = (): boolean => {
    let largest = 0;
    free.forEach((i, a) => {
      free.forEach((k, b) => (system.matrix[a * size + b] = curvatureAt(program, faces, i * m + k)));
      largest = Math.max(largest, system.matrix[a * size + a]!);
    });
    const lent = largest > 0 ? lentToCurved * largest : lentToLinear * gradientScale;
    for (let a = 0; a < size; a++) system.matrix[a * size + a] = system.matrix[a * size + a]! + lent;
    faces.forEach((face, r) => {
      const slopes = slopesOf(face, x);
      free.forEach((i, a) => (system.borders[r * size + a] = slopes[i]!));
    });
    return system.factorize(checkpoint);
  };
  const curved = faces.some((face) => face.curved !== undefined);
  if (!assemble()) return undefined;
  let last = Infinity;
  for (let step = 0; step < stepsMax; step++) {
    const gradient = gradientAt(program, active, x);
    const f = Float64Array.from(free, (i) => -gradient[i]!);
    const g = Float64Array.from(faces, (face) => -valueOf(face, x) - face.constant);
    const error = Math.max(maxAbs(f) / gradientScale, maxAbs(g));
    if (!Number.isFinite(error)) return undefined;
    if (error < 1e-16 || (error > 0.5 * last && error < 1e-11)) break;
    last = Math.min(last, error);
    if (curved && step > 0 && !assemble()) return undefined;
    system.solve(f, g, 1);
    free.forEach((i, a) => (x[i] = x[i]! + f[a]!));
    faces.forEach((face, r) => (face.price += g[r]!));
  }
  return { x, ...outcomeOf(program, active) };
}

function activeAt({ program, pairs, sections, groups, prices, x }: EpigraphInteriorPoint): Active {
  const { slacks: s, multipliers: y } = pairs;
  const { rows, limits, weights, starts, floored, limitOf } = program;
  const gradient = Math.max(maxAbs(program.linear), maxAbs(prices), 1e-12);
  const reach = Math.max(groups.reduce((total, u) => total + Math.abs(u), 0) / Math.max(groups.length, 1), 1e-9);
  const tight = (at: number, slack: number, price: number): boolean =>
    pairs.on[at] === 1 && s[at]! / slack < y[at]! / price;
  const sides = Int8Array.from(x, (_, i) => {
    const below = tight(sections.below + i, 1, gradient);
    const above = tight(sections.above + i, 1, gradient);
    if (below && above) return s[sections.below + i]! < s[sections.above + i]! ? -1 : 1;
    return below ? -1 : above ? 1 : 0;
  });
  const binding = limits.map(
    (_, k) =>
      tight(sections.room + k, reach, Math.max(prices[rows.length + k]!, 1e-12)) ||
      s[sections.room + k]! / reach < y[sections.room + k]! / gradient,
  );
  const leading = new Int32Array(weights.length);
  const faces: Face[] = [];
  weights.forEach((f, g) => {
    const price = limitOf[g]! < 0 ? f : f * Math.max(prices[rows.length + limitOf[g]!]!, 1e-12);
    const pieces: number[] = [];
    for (let p = starts[g]!; p < starts[g + 1]!; p++) if (tight(p, reach, price)) pieces.push(p);
    const onFloor = floored[g] === 1 && tight(sections.floors + g, reach, price);
    if (pieces.length === 0 && !onFloor) {
      // Between: whichever is nearer.
      const nearest = nearestPiece(starts[g]!, starts[g + 1]!, s);
      leading[g] = floored[g] === 1 && s[sections.floors + g]! < s[nearest]! ? -1 : nearest;
      return;
    }
    const lead = onFloor ? -1 : pieces.reduce((best, p) => (y[p]! > y[best]! ? p : best));
    leading[g] = lead;
    for (const p of pieces) if (p !== lead) faces.push(pieceFace(program, p, lead, y[p]!));
  });
  rows.forEach(({ coefficients, lower, upper }, r) => {
    const equation = lower === upper;
    const under = !equation && tight(sections.under + r, 1, gradient);
    const over = !equation && tight(sections.over + r, 1, gradient);
    if (!equation && !under && !over) return;
    faces.push({ kind: 'row', at: r, coefficients, constant: -(over ? upper : lower), price: prices[r]! });
  });
  binding.forEach((tightLimit, k) => {
    if (!tightLimit) return;
    const { coefficients, constant } = limitFunction(program, leading, k);
    const limit = limits[k]!;
    const curved = limit.curvature === undefined ? {} : { curved: limit };
    faces.push({ kind: 'limit', at: k, coefficients, constant, ...curved, price: prices[rows.length + k]! });
  });
  return { sides, leading, faces, limits: binding };
}

function nearestPiece(first: number, last: number, slacks: Float64Array): number {
  let nearest = first;
  for (let p = first; p < last; p++) if (slacks[p]! < slacks[nearest]!) nearest = p;
  return nearest;
}

/** Piece p equals the leading one; their difference is zero. */
function pieceFace(program: EpigraphProgram, p: number, lead: number, price: number): Face {
  const coefficients = new Float64Array(program.size);
  addPiece(program, p, 1, coefficients);
  let constant = program.offsets[p]!;
  if (lead >= 0) {
    addPiece(program, lead, -1, coefficients);
    constant -= program.offsets[lead]!;
  }
  return { kind: 'piece', at: p, coefficients, constant, price };
}

/** What a limit holds with every group at its leading piece. */
function limitFunction(program: EpigraphProgram, leading: Int32Array, limit: number) {
  const { linear, bound } = program.limits[limit]!;
  const coefficients = Float64Array.from(linear);
  let constant = -bound;
  program.weights.forEach((f, g) => {
    if (program.limitOf[g] !== limit || leading[g]! < 0) return;
    addPiece(program, leading[g]!, f, coefficients);
    constant += f * program.offsets[leading[g]!]!;
  });
  return { coefficients, constant };
}

function addPiece({ size, dense, single }: EpigraphProgram, p: number, factor: number, target: Float64Array): void {
  const count = dense.length / size;
  if (p >= count) target[single[p - count]!] = target[single[p - count]!]! + factor;
  else for (let k = 0; k < size; k++) target[k] = target[k]! + factor * dense[p * size + k]!;
}

/** Second derivatives of the Lagrangian, by entry. */
function curvatureAt({ hessian }: EpigraphProgram, faces: readonly Face[], entry: number): number {
  let total = hessian?.[entry] ?? 0;
  for (const { curved, price } of faces)
    if (curved !== undefined) total += Math.max(price, 0) * curved.curvature![entry]!;
  return total;
}

function slopesOf({ coefficients, curved }: Face, x: Float64Array): Float64Array {
  return curved === undefined ? coefficients : limitSlopes(curved, x);
}

function valueOf({ coefficients, curved }: Face, x: Float64Array): number {
  return curved === undefined ? dot(coefficients, x) : limitValue(curved, x);
}

function gradientAt(program: EpigraphProgram, { leading, faces }: Active, x: Float64Array): Float64Array {
  const gradient = Float64Array.from(program.linear);
  addHessianTimes(program, x, gradient);
  program.weights.forEach((f, g) => {
    if (program.limitOf[g]! < 0 && leading[g]! >= 0) addPiece(program, leading[g]!, f, gradient);
  });
  for (const face of faces) addScaled(gradient, face.price, slopesOf(face, x));
  return gradient;
}

function outcomeOf(program: EpigraphProgram, { leading, faces }: Active): Pick<Vertex, 'multipliers' | 'prices'> {
  const { rows, weights, limitOf, offsets, starts } = program;
  const prices = new Float64Array(rows.length + program.limits.length);
  const multipliers = new Float64Array(offsets.length);
  for (const { kind, at, price } of faces) {
    if (kind === 'piece') multipliers[at] = price;
    else prices[kind === 'row' ? at : rows.length + at] = price;
  }
  weights.forEach((f, g) => {
    if (leading[g]! < 0) return;
    let carried = f * (limitOf[g]! < 0 ? 1 : prices[rows.length + limitOf[g]!]!);
    for (let p = starts[g]!; p < starts[g + 1]!; p++) carried -= multipliers[p]!;
    multipliers[leading[g]!] = carried;
  });
  return { multipliers, prices };
}
