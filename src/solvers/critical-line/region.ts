/**
 * Where the weights may lie: bounds of assets and sides of rows under one numbering, assets first (0 .. n-1), then rows (n .. n+m-1).
 * Rows are divided by their largest coefficient and kept sparse both ways.
 */
import type { Problem } from '../../problem/problem.ts';

export class Region {
  readonly n: number;
  readonly m: number;
  /** (n + m) */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** (n + m) what a weight or a row's value counts as zero against. */
  readonly size: Float64Array;
  /** (m) each row was divided by this. */
  readonly rowSize: Float64Array;
  /** By row: positions and coefficients. */
  readonly rowStart: Int32Array;
  readonly rowPositions: Int32Array;
  readonly rowCoefficients: Float64Array;
  /** By asset: rows and coefficients. */
  readonly assetStart: Int32Array;
  readonly assetRows: Int32Array;
  readonly assetCoefficients: Float64Array;

  constructor(problem: Problem) {
    const n = problem.universe.assets.length;
    const m = problem.rows.length;
    this.n = n;
    this.m = m;
    this.lower = new Float64Array(n + m);
    this.upper = new Float64Array(n + m);
    this.size = new Float64Array(n + m).fill(1);
    this.rowSize = new Float64Array(m).fill(1);
    this.lower.set(problem.lower);
    this.upper.set(problem.upper);
    const merged = problem.rows.map(({ positions, coefficients }) => mergedRow(positions, coefficients));
    this.rowStart = new Int32Array(m + 1);
    merged.forEach(({ positions }, r) => (this.rowStart[r + 1] = this.rowStart[r]! + positions.length));
    const entries = this.rowStart[m]!;
    this.rowPositions = new Int32Array(entries);
    this.rowCoefficients = new Float64Array(entries);
    this.assetStart = new Int32Array(n + 1);
    this.assetRows = new Int32Array(entries);
    this.assetCoefficients = new Float64Array(entries);
    problem.rows.forEach((row, r) => {
      const { positions, coefficients } = merged[r]!;
      let size = 0;
      for (const value of coefficients) size = Math.max(size, Math.abs(value));
      const divisor = size > 0 ? size : 1;
      this.rowSize[r] = divisor;
      this.lower[n + r] = row.lower / divisor;
      this.upper[n + r] = row.upper / divisor;
      const start = this.rowStart[r]!;
      for (let k = 0; k < positions.length; k++) {
        const position = positions[k]!;
        this.rowPositions[start + k] = position;
        this.rowCoefficients[start + k] = coefficients[k]! / divisor;
        this.assetStart[position + 1] = this.assetStart[position + 1]! + 1;
      }
    });
    for (let i = 0; i < n + m; i++) this.size[i] = Math.max(1, sizeOf(this.lower[i]!), sizeOf(this.upper[i]!));
    this.indexAssets();
  }

  private indexAssets(): void {
    const { n, m, assetStart } = this;
    for (let i = 0; i < n; i++) assetStart[i + 1] = assetStart[i + 1]! + assetStart[i]!;
    const next = assetStart.slice();
    for (let r = 0; r < m; r++)
      for (let k = this.rowStart[r]!; k < this.rowStart[r + 1]!; k++) {
        const position = this.rowPositions[k]!;
        const at = next[position]!;
        next[position] = at + 1;
        this.assetRows[at] = r;
        this.assetCoefficients[at] = this.rowCoefficients[k]!;
      }
  }

  /** An asset whose bounds are one value, or a row that is an equation. */
  isFixed(index: number): boolean {
    return this.lower[index] === this.upper[index];
  }

  /** out (m) = A w. */
  rowValues(w: Float64Array, out: Float64Array): void {
    for (let r = 0; r < this.m; r++) {
      let s = 0;
      for (let k = this.rowStart[r]!; k < this.rowStart[r + 1]!; k++)
        s += this.rowCoefficients[k]! * w[this.rowPositions[k]!]!;
      out[r] = s;
    }
  }

  /** out (n) += A'y. */
  addTransposed(y: Float64Array, out: Float64Array): void {
    for (let r = 0; r < this.m; r++) {
      const price = y[r]!;
      if (price === 0) continue;
      for (let k = this.rowStart[r]!; k < this.rowStart[r + 1]!; k++) {
        const position = this.rowPositions[k]!;
        out[position] = out[position]! + this.rowCoefficients[k]! * price;
      }
    }
  }

  /** Coefficient of an asset in a row. */
  coefficient(row: number, asset: number): number {
    for (let k = this.assetStart[asset]!; k < this.assetStart[asset + 1]!; k++)
      if (this.assetRows[k] === row) return this.assetCoefficients[k]!;
    return 0;
  }
}

function sizeOf(side: number): number {
  return Number.isFinite(side) ? Math.abs(side) : 0;
}

interface SparseRow {
  readonly positions: Int32Array;
  readonly coefficients: Float64Array;
}

/** Coefficients of a position that is named twice are added; zeros are left out. */
function mergedRow(positions: Int32Array, coefficients: Float64Array): SparseRow {
  if (isPlain(positions, coefficients)) return { positions, coefficients };
  const sums = new Map<number, number>();
  positions.forEach((position, k) => sums.set(position, (sums.get(position) ?? 0) + coefficients[k]!));
  const kept = [...sums].filter(([, value]) => value !== 0);
  return {
    positions: Int32Array.from(kept, ([position]) => position),
    coefficients: Float64Array.from(kept, ([, value]) => value),
  };
}

/** Ascending positions without zeros. */
function isPlain(positions: Int32Array, coefficients: Float64Array): boolean {
  for (let k = 0; k < positions.length; k++)
    if (coefficients[k] === 0 || (k > 0 && positions[k]! <= positions[k - 1]!)) return false;
  return true;
}
