/** Block operations on matrices wherever they are: by the module when all operands are resident, else by the twins. Same bits either way. */
import { isResident, threadArena } from './thread.ts';
import * as twins from './twins/panel.ts';
import { multiply } from './twins/multiply.ts';
import type { BlockProduct, Strided } from './twins/multiply.ts';

const addressOf = ({ array, at }: Strided): number => array.byteOffset + at * 8;

/** target += alpha left diag(scale) right'; see `BlockProduct`. */
export function multiplyBlocks(product: BlockProduct): void {
  const { m, n, k, left, right, target, alpha, diagonal, chosen, scale } = product;
  if (m === 0 || n === 0 || k === 0) return;
  const all = isResident(left.array) && isResident(right.array) && isResident(target.array);
  if (!all || (chosen !== undefined && !isResident(chosen)) || (scale !== undefined && !isResident(scale))) {
    multiply(product);
    return;
  }
  threadArena().module.multiply(
    m,
    n,
    k,
    addressOf(left),
    left.row * 8,
    left.step * 8,
    addressOf(right),
    right.row * 8,
    right.step * 8,
    addressOf(target),
    target.row * 8,
    alpha,
    diagonal,
    chosen?.byteOffset ?? 0,
    scale?.byteOffset ?? 0,
  );
}

export function factorizeBlock(
  size: number,
  { array, at, row }: Strided,
  pivotMin: number,
  replacement: number,
): number {
  if (!isResident(array)) return twins.factorizeBlock(size, array, at, row, pivotMin, replacement);
  return threadArena().module.factorizeBlock(size, array.byteOffset + at * 8, row * 8, pivotMin, replacement);
}

/** `count` rows of x become x L'^-1, or x L^-1; L at most `panel` wide. */
export function solveBlock(size: number, l: Strided, count: number, x: Strided, transposed = false): void {
  if (count === 0) return;
  if (isResident(l.array) && isResident(x.array)) {
    const { module } = threadArena();
    if (transposed) module.solveBlockTransposed(size, addressOf(l), l.row * 8, count, addressOf(x), x.row * 8);
    else module.solveBlock(size, addressOf(l), l.row * 8, count, addressOf(x), x.row * 8);
    return;
  }
  if (transposed) twins.solveBlockTransposed(size, l.array, l.at, l.row, count, x.array, x.at, x.row);
  else twins.solveBlock(size, l.array, l.at, l.row, count, x.array, x.at, x.row);
}
