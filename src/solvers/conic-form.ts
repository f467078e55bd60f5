/**
 * The problem as the interior-point method sees it, scaled and moved to the origin w = origin + y:
 *
 *     minimize 1/2 y' P y + q' x   subject to   A x + s = b,   s in  {0}^e x R+^m x (second-order cones),   x = (y, u)
 *
 * u holds one auxiliary variable for each asset and trading term whose kink lies strictly inside the asset's range: it lies above
 * both pieces of the term; then three for each asset that pays for the 3/2 power of its trade. Rows of A come as equations, then
 * inequalities, then two cones for each such asset; each norm adds a cone (t, L'(w - c)). Behind all other columns come the excesses
 * e >= 0 of soft restrictions: a row reads A w - e <= b, a cone (t + e, L'(w - c)), and e costs. The excess of a soft row over a single
 * asset is a kink of that asset instead.
 */
import type { Atom, RootPiece } from './atoms.ts';
import type { Presolved } from './presolve.ts';

/** Sparse rows, one after the other. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** u lies above buy (w - c) and sell (c - w), both divided by the term's scale. */
export interface Kink {
  readonly asset: number;
  readonly centre: number;
  readonly buy: number;
  readonly sell: number;
  readonly buyRow: number;
  readonly sellRow: number;
  /** Position of the trade limit's sum among `borders`; -1 for the trading cost. */
  readonly border: number;
  /** Index of the trade limit; -1 for the trading cost. */
  readonly limit: number;
  /** Index of the soft row whose excess it is; -1 for all others. */
  readonly row: number;
}

/** The excess of a soft restriction: its column, and the row that keeps it from falling below zero; both -1 where there is none. */
export interface Excess {
  readonly column: number;
  readonly floor: number;
}

/**
 * v >= (|w - c| / unit)^(3/2) by a >= |w - c| / unit, s v >= a^2 and a >= s^2 (Alizadeh and Goldfarb, Second-order cone programming, 2003,
 * 2.3): the cones (s + v, s - v, 2 a) and (a + 1, a - 1, 2 s). The objective holds a multiple of v.
 */
export interface Impact {
  readonly asset: number;
  readonly centre: number;
  /** Of |w - c|^(3/2) in the scaled objective. */
  readonly coefficient: number;
  readonly unit: number;
  /** Column of a; s and v follow. */
  readonly column: number;
  /** a above the trade, and above its negative. */
  readonly buyRow: number;
  readonly sellRow: number;
  /** First of the six rows of the two cones. */
  readonly start: number;
}

/** A row over assets that can move, ascending. `plus` is +values <= , `minus` is -values <= ; -1 where there is none. */
export interface BorderRow {
  readonly positions: Int32Array;
  readonly values: Float64Array;
  readonly equation: number;
  readonly plus: number;
  readonly minus: number;
  /** Of what is soft. */
  readonly excess: Excess;
}

/** (n) the coefficients of a border row, zeros written out. */
export function coefficientsOf({ positions, values }: BorderRow, n: number): Float64Array {
  const coefficients = new Float64Array(n);
  positions.forEach((position, k) => (coefficients[position] = values[k]!));
  return coefficients;
}

/** A second-order cone of rows start..start+rank: (bound, L'(w - c)) / scale. */
export interface ConeBlock {
  readonly norm: number;
  readonly centre: Float64Array | undefined;
  readonly start: number;
  readonly dimension: number;
  readonly pieces: readonly RootPiece[];
  readonly atoms: readonly number[];
  readonly scale: number;
  /** Of what is soft; without a floor where the bound is 0, since the cone itself is one. */
  readonly excess: Excess;
}

/** Where the rows of one client row, limit or equation went. */
export interface RowPlace {
  readonly equation: number;
  readonly plus: number;
  readonly minus: number;
  readonly scale: number;
  /** The multiplier where it does not depend on the point; 0 otherwise. */
  readonly always: number;
}

export interface ConicForm {
  readonly n: number;
  readonly auxiliaries: number;
  readonly origin: Float64Array;
  readonly presolved: Presolved;
  /** Assets that can move, ascending. */
  readonly free: Int32Array;
  readonly isFree: Uint8Array;
  readonly atoms: readonly Atom[];
  /** One per atom, of the scaled objective. */
  readonly weights: readonly number[];
  readonly q: Float64Array;
  readonly objectiveScale: number;
  /** Objective at the origin of y, unscaled. */
  readonly constant: number;
  readonly equations: number;
  readonly inequalities: number;
  readonly rows: SparseRows;
  readonly b: Float64Array;
  readonly lowerRow: Int32Array;
  readonly upperRow: Int32Array;
  readonly kinks: readonly Kink[];
  readonly impacts: readonly Impact[];
  readonly borders: readonly BorderRow[];
  readonly cones: readonly ConeBlock[];
  readonly rowPlaces: readonly RowPlace[];
  readonly limitPlaces: readonly RowPlace[];
  readonly equationPlaces: readonly RowPlace[];
}

export const noPlace: RowPlace = { equation: -1, plus: -1, minus: -1, scale: 1, always: 0 };
export const noExcess: Excess = { column: -1, floor: -1 };
