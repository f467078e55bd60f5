/**
 * Agglomerative clustering of n points whose distances are known, and what is read from its tree. Merges are sorted by height (equal
 * heights as found) and name clusters as the linkage matrices of SciPy do: 0 to n - 1 are the points, n + k is what merge k made, and the
 * smaller number stands left.
 */

/** How far two clusters are from each other: nearest points, farthest points, mean, or what merging adds to the squares (Ward 1963). */
export const linkages = ['single', 'complete', 'average', 'ward'] as const;
export type Linkage = (typeof linkages)[number];

export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly height: number;
  /** Points in both. */
  readonly size: number;
}

type Found = Pick<Merge, 'left' | 'right' | 'height'>;

/**
 * The n - 1 merges. `single` by the minimum spanning tree (Prim), the others by chains of nearest neighbours (Murtagh 1983; Muellner 2011,
 * arXiv 1109.2378): O(n^2) both.
 * @param distances (n x n) symmetric, kept
 */
export function mergesOf(distances: Float64Array, n: number, linkage: Linkage): readonly Merge[] {
  if (n < 2) return [];
  const found = linkage === 'single' ? spanned(distances, n) : chained(Float64Array.from(distances), n, linkage);
  return labelled(
    found.sort((a, b) => a.height - b.height),
    n,
  );
}

function spanned(distances: Float64Array, n: number): Found[] {
  const isMerged = new Uint8Array(n);
  const nearest = new Float64Array(n).fill(Infinity);
  const found: Found[] = [];
  let from = 0;
  for (let k = 0; k < n - 1; k++) {
    let height = Infinity;
    let next = 0;
    isMerged[from] = 1;
    for (let i = 0; i < n; i++) {
      if (isMerged[i] === 1) continue;
      const distance = distances[from * n + i]!;
      if (nearest[i]! > distance) nearest[i] = distance;
      if (nearest[i]! < height) {
        next = i;
        height = nearest[i]!;
      }
    }
    found.push({ left: from, right: next, height });
    from = next;
  }
  return found;
}

/** @param distances overwritten */
function chained(distances: Float64Array, n: number, linkage: Linkage): Found[] {
  const sizes = new Int32Array(n).fill(1);
  const chain: number[] = [];
  const found: Found[] = [];
  for (let k = 0; k < n - 1; k++) {
    if (chain.length === 0) chain.push(sizes.findIndex((size) => size > 0));
    let height = 0;
    for (;;) {
      const end = chain.at(-1)!;
      const before = chain.at(-2);
      // The one before wins a tie, so that the chain ends.
      let next = before ?? -1;
      height = before === undefined ? Infinity : distances[end * n + before]!;
      for (let i = 0; i < n; i++) {
        if (sizes[i] === 0 || i === end) continue;
        if (distances[end * n + i]! < height) {
          height = distances[end * n + i]!;
          next = i;
        }
      }
      if (next === before) break;
      chain.push(next);
    }
    const [a, b] = [chain.pop()!, chain.pop()!];
    const [gone, kept] = a < b ? [a, b] : [b, a];
    found.push({ left: gone, right: kept, height });
    update(distances, n, sizes, gone, kept, linkage);
    sizes[kept] = sizes[kept]! + sizes[gone]!;
    sizes[gone] = 0;
  }
  return found;
}

/** Distances to the union of two clusters from those to each (Lance and Williams 1967). */
function update(d: Float64Array, n: number, sizes: Int32Array, gone: number, kept: number, linkage: Linkage): void {
  const [a, b] = [sizes[gone]!, sizes[kept]!];
  const between = d[gone * n + kept]!;
  for (let i = 0; i < n; i++) {
    const size = sizes[i]!;
    if (size === 0 || i === kept || i === gone) continue;
    const [one, two] = [d[i * n + gone]!, d[i * n + kept]!];
    let joined: number;
    if (linkage === 'complete') joined = Math.max(one, two);
    else if (linkage === 'average') joined = (a * one + b * two) / (a + b);
    else {
      const share = 1 / (a + b + size);
      joined = Math.sqrt(
        (size + a) * share * one * one + (size + b) * share * two * two - size * share * between * between,
      );
    }
    d[i * n + kept] = joined;
    d[kept * n + i] = joined;
  }
}

/** The same merges with clusters named by their place in the tree instead of by one of their points. */
function labelled(found: readonly Found[], n: number): readonly Merge[] {
  const parents = Int32Array.from({ length: 2 * n - 1 }, (_, i) => i);
  const sizes = new Int32Array(2 * n - 1).fill(1);
  const rootOf = (point: number): number => {
    let root = point;
    while (parents[root] !== root) root = parents[root]!;
    for (let at = point; at !== root;) {
      const above = parents[at]!;
      parents[at] = root;
      at = above;
    }
    return root;
  };
  return found.map(({ left, right, height }, k) => {
    const [a, b] = [rootOf(left), rootOf(right)];
    const size = sizes[a]! + sizes[b]!;
    parents[a] = parents[b] = n + k;
    sizes[n + k] = size;
    return { left: Math.min(a, b), right: Math.max(a, b), height, size };
  });
}

/** Points below a cluster, from left to right. */
export function leavesOf(merges: readonly Merge[], cluster: number): readonly number[] {
  const n = merges.length + 1;
  const leaves: number[] = [];
  const open = [cluster];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next < n) leaves.push(next);
    else open.push(merges[next - n]!.right, merges[next - n]!.left);
  }
  return leaves;
}

/** What the first n - count merges leave: `count` clusters by their numbers in the tree, from left to right. */
export function clustersAt(merges: readonly Merge[], count: number): readonly number[] {
  const n = merges.length + 1;
  const limit = 2 * n - count;
  const clusters: number[] = [];
  const open = [2 * n - 2];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next < limit) clusters.push(next);
    else open.push(merges[next - n]!.right, merges[next - n]!.left);
  }
  return clusters;
}
