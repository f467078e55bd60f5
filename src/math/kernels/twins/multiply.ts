/** `multiply` in plain TypeScript: the order of summation of the module, entry by entry, and the same bits. */
import { depth } from '../blocking.ts';

/** A strided matrix: element (i, p) is array[at + i row + p step]. */
export interface Strided {
  readonly array: Float64Array;
  readonly at: number;
  readonly row: number;
  readonly step: number;
}

export interface BlockProduct {
  /** Rows of the left and of the target. */
  readonly m: number;
  /** Rows of the right, columns of the target. */
  readonly n: number;
  /** Steps. */
  readonly k: number;
  readonly left: Strided;
  readonly right: Strided;
  /** `step` is 1. */
  readonly target: Strided;
  readonly alpha: number;
  /** Only entries (i, j) with j <= i + diagonal. */
  readonly diagonal: number;
  /** (k) which steps of the operands and of the scale are taken. */
  readonly chosen?: Int32Array | undefined;
  readonly scale?: Float64Array | undefined;
}

/** target[i, j] += alpha sum_p scale[p] left[i, p] right[j, p], summed from zero over `depth` steps at a time. */
export function multiply({ m, n, k, left, right, target, alpha, diagonal, chosen, scale }: BlockProduct): void {
  const { array: a, row: aRow } = left;
  const { array: b, row: bRow } = right;
  const { array: c, row: cRow } = target;
  for (let from = 0; from < k; from += depth) {
    const terms = Math.min(depth, k - from);
    const steps = new Int32Array(terms);
    for (let p = 0; p < terms; p++) steps[p] = chosen === undefined ? from + p : chosen[from + p]!;
    const scaled = new Float64Array(terms);
    for (let i = 0; i < m; i++) {
      for (let p = 0; p < terms; p++) {
        const value = a[left.at + i * aRow + steps[p]! * left.step]!;
        scaled[p] = scale === undefined ? value : scale[steps[p]!]! * value;
      }
      const end = Math.min(n, i + diagonal + 1);
      for (let j = 0; j < end; j++) {
        const row = right.at + j * bRow;
        let s = 0;
        for (let p = 0; p < terms; p++) s += scaled[p]! * b[row + steps[p]! * right.step]!;
        const at = target.at + i * cRow + j;
        c[at] = c[at]! + alpha * s;
      }
    }
  }
}
