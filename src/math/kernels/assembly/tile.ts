/** The inner loop of every product: three rows by six columns of sums, held in nine registers. */

/**
 * tile[r, c] = sum over p of left[r, p] right[p, c], in ascending p from zero. The rows of the left start at l0, l1, l2 and advance by `step`
 * bytes; the right is packed, six columns side by side.
 */
export function sumTile(terms: i32, l0: usize, l1: usize, l2: usize, step: usize, right: usize, tile: usize): void {
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s02 = s00;
  let s10 = s00;
  let s11 = s00;
  let s12 = s00;
  let s20 = s00;
  let s21 = s00;
  let s22 = s00;
  for (let p = 0; p < terms; p++) {
    const x = v128.load(right);
    const y = v128.load(right, 16);
    const z = v128.load(right, 32);
    let s = v128.load64_splat(l0);
    s00 = f64x2.add(s00, f64x2.mul(s, x));
    s01 = f64x2.add(s01, f64x2.mul(s, y));
    s02 = f64x2.add(s02, f64x2.mul(s, z));
    s = v128.load64_splat(l1);
    s10 = f64x2.add(s10, f64x2.mul(s, x));
    s11 = f64x2.add(s11, f64x2.mul(s, y));
    s12 = f64x2.add(s12, f64x2.mul(s, z));
    s = v128.load64_splat(l2);
    s20 = f64x2.add(s20, f64x2.mul(s, x));
    s21 = f64x2.add(s21, f64x2.mul(s, y));
    s22 = f64x2.add(s22, f64x2.mul(s, z));
    l0 += step;
    l1 += step;
    l2 += step;
    right += 48;
  }
  v128.store(tile, s00);
  v128.store(tile, s01, 16);
  v128.store(tile, s02, 32);
  v128.store(tile, s10, 48);
  v128.store(tile, s11, 64);
  v128.store(tile, s12, 80);
  v128.store(tile, s20, 96);
  v128.store(tile, s21, 112);
  v128.store(tile, s22, 128);
}

/** target += alpha tile, all of it. */
export function addTile(tile: usize, alpha: f64, target: usize, targetRow: usize): void {
  const a = f64x2.splat(alpha);
  for (let r = 0; r < 3; r++) {
    v128.store(target, f64x2.add(v128.load(target), f64x2.mul(a, v128.load(tile))));
    v128.store(target, f64x2.add(v128.load(target, 16), f64x2.mul(a, v128.load(tile, 16))), 16);
    v128.store(target, f64x2.add(v128.load(target, 32), f64x2.mul(a, v128.load(tile, 32))), 32);
    target += targetRow;
    tile += 48;
  }
}

/** target += alpha tile where a row and a column exist and column <= row + diagonal. */
export function addTilePart(
  tile: usize,
  alpha: f64,
  target: usize,
  targetRow: usize,
  rows: i32,
  columns: i32,
  diagonal: i32,
): void {
  for (let r = 0; r < rows; r++) {
    const end = min(columns, r + diagonal + 1);
    for (let c = 0; c < end; c++) {
      const at = target + ((<usize>c) << 3);
      store<f64>(at, load<f64>(at) + alpha * load<f64>(tile + ((<usize>c) << 3)));
    }
    target += targetRow;
    tile += 48;
  }
}
