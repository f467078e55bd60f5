/** General products of strided matrices, packed so that the inner loop reads what lies side by side. */
import { depth } from '../blocking';
import { packLeft, packRight } from './pack';
import { addTile, addTilePart, sumTile } from './tile';
import { leftAddress, rightAddress, tileAddress } from './workspace';

const rightColumns: i32 = 240;
const leftRows: i32 = 96;

/**
 * One block of the product: rows of the left against the packed columns of the right. `packed`: the left lies in its workspace too;
 * otherwise its rows are read where they are, eight bytes a step.
 */
function multiplyBlock(
  rows: i32,
  columns: i32,
  terms: i32,
  left: usize,
  leftRow: usize,
  packed: bool,
  target: usize,
  targetRow: usize,
  alpha: f64,
  diagonal: i32,
): void {
  const tile = tileAddress();
  for (let c = 0; c < columns; c += 6) {
    const wide = min(6, columns - c);
    const right = rightAddress() + <usize>c * <usize>terms * 8;
    for (let r = 0; r < rows; r += 3) {
      const high = min(3, rows - r);
      // Above the diagonal there is nothing to do.
      if (c > r + high - 1 + diagonal) continue;
      if (packed) {
        const l = leftAddress() + <usize>r * <usize>terms * 8;
        sumTile(terms, l, l + 8, l + 16, 24, right, tile);
      } else {
        const l = left + <usize>r * leftRow;
        sumTile(terms, l, high > 1 ? l + leftRow : l, high > 2 ? l + 2 * leftRow : l, 8, right, tile);
      }
      const to = target + <usize>r * targetRow + <usize>c * 8;
      if (high === 3 && wide === 6 && c + 5 <= r + diagonal) addTile(tile, alpha, to, targetRow);
      else addTilePart(tile, alpha, to, targetRow, high, wide, r + diagonal - c);
    }
  }
}

/**
 * target[i, j] += alpha sum_p scale[p] left[i, p] right[j, p] for i < m, j < n, j <= i + diagonal. Element (i, p) of an operand lies at
 * i * row + p * step bytes; with `chosen` (k indices) step p is step chosen[p] of the operands and of the scale. 0 stands for no list, no scale.
 */
export function multiply(
  m: i32,
  n: i32,
  k: i32,
  left: usize,
  leftRow: usize,
  leftStep: usize,
  right: usize,
  rightRow: usize,
  rightStep: usize,
  target: usize,
  targetRow: usize,
  alpha: f64,
  diagonal: i32,
  chosen: usize,
  scale: usize,
): void {
  const direct = leftStep === 8 && chosen === 0 && scale === 0;
  for (let c = 0; c < n; c += rightColumns) {
    const columns = min(rightColumns, n - c);
    for (let p = 0; p < k; p += depth) {
      const terms = min(depth, k - p);
      const list: usize = chosen === 0 ? 0 : chosen + ((<usize>p) << 2);
      const ahead: usize = chosen === 0 ? <usize>p : 0;
      const rightAt = right + <usize>c * rightRow + ahead * rightStep;
      packRight(columns, terms, rightAt, rightRow, rightStep, list);
      for (let r = 0; r < m; r += leftRows) {
        const rows = min(leftRows, m - r);
        if (c > r + rows - 1 + diagonal) continue;
        const leftAt = left + <usize>r * leftRow + ahead * leftStep;
        if (!direct) packLeft(rows, terms, leftAt, leftRow, leftStep, list, scale === 0 ? 0 : scale + ahead * 8);
        const to = target + <usize>r * targetRow + <usize>c * 8;
        multiplyBlock(rows, columns, terms, leftAt, leftRow, !direct, to, targetRow, alpha, r + diagonal - c);
      }
    }
  }
}
