/** What a proof of infeasibility speaks of: where the search for the smallest conflict begins. */
import { maxAbs } from '../math/vectors.ts';
import { withGroupHoldings } from '../problem/more-positions.ts';
import type { Lowered, Origin, Problem } from '../problem/problem.ts';
import type { InfeasibilityProof, SearchBranch, SearchLeaf, SearchProof } from '../problem/solution.ts';

/** One thing that the client said, with everything it lowered to. */
export interface Part {
  readonly origin: Origin;
  readonly lowered: { -readonly [K in keyof Required<Lowered>]: Required<Lowered>[K][number][] };
}

/** The same for everything of one part. */
export function keyOf({ constraint, text }: Origin): string {
  return JSON.stringify([constraint, text]);
}

/** Whose restrictions carry a multiplier of at least this share of the loudest; a bound only where it is the tightest on the side that does. */
export function namedBy(proof: InfeasibilityProof, problem: Problem, share: number): ReadonlySet<string> {
  const named = new Set<string>();
  const name = (origin: Origin): void => void named.add(keyOf(origin));
  // Bounds and rows pull on assets by multiplier times coefficient; norms and limits are few, and each is held against its like.
  const rowPulls = proof.rows.map((value, r) => value * maxAbs(problem.rows[r]!.coefficients));
  const pull = Math.max(maxAbs(proof.bounds), maxAbs(rowPulls));
  const counts =
    (values: Float64Array, largest = maxAbs(values)): ((k: number) => boolean) =>
    (k) =>
      Math.abs(values[k]!) > share * largest;
  const bounds = counts(proof.bounds, pull);
  for (const bound of problem.bounds) {
    const i = bound.position;
    if (!bounds(i)) continue;
    const crossing = problem.lower[i]! > problem.upper[i]!;
    const atLower = (proof.bounds[i]! < 0 || crossing) && bound.lower === problem.lower[i];
    const atUpper = (proof.bounds[i]! > 0 || crossing) && bound.upper === problem.upper[i];
    if (atLower || atUpper) name(bound.origin);
  }
  const [rows, norms, limits] = [counts(rowPulls, pull), counts(proof.norms), counts(proof.tradeLimits)];
  problem.rows.forEach((row, r) => rows(r) && name(row.origin));
  problem.norms.forEach((norm, k) => norms(k) && name(norm.origin));
  problem.tradeLimits.forEach((limit, j) => limits(j) && name(limit.origin));
  const tails = counts(Float64Array.from(problem.tails, (_, k) => proof.tails?.[k]?.price ?? 0));
  problem.tails.forEach((tail, k) => tails(k) && name(tail.origin));
  return named;
}

/**
 * The same of a search. Its prices name restrictions; what they add up to pulls an asset to one of its bounds, which is named with everything
 * that its choices come from; so are both bounds of an asset that was cut. Holdings of several assets
 * are positions behind the assets; see `withGroupHoldings`.
 */
export function namedBySearch(proof: SearchProof, given: Problem, share: number): ReadonlySet<string> {
  const problem = withGroupHoldings(given);
  const named = new Set<string>();
  const name = ({ origin }: { readonly origin: Origin }): void => void named.add(keyOf(origin));
  const { leaves, cut } = partsOf(proof);
  // Pulls on either side of each asset: below zero it is held by its upper bound.
  const n = problem.lower.length;
  const [up, down] = [new Uint8Array(n), new Uint8Array(n)];
  for (const { multipliers, counts, squares, concentrations = new Float64Array(0) } of leaves) {
    const pull = new Float64Array(n);
    const rowPulls = multipliers.rows.map((price, r) => price * maxAbs(problem.rows[r]!.coefficients));
    const loud = share * maxAbs(rowPulls);
    problem.rows.forEach((row, r) => {
      const price = multipliers.rows[r]!;
      if (price === 0 || Math.abs(rowPulls[r]!) < loud) return;
      name(row);
      row.positions.forEach((i, k) => (pull[i] = pull[i]! + price * row.coefficients[k]!));
    });
    const least = share * Math.max(maxAbs(counts), maxAbs(multipliers.tradeLimits), maxAbs(concentrations));
    const speaks = (price: number): boolean => price !== 0 && Math.abs(price) >= least;
    problem.integrality?.counts.forEach((count, j) => speaks(counts[j]!) && name(count));
    problem.integrality?.concentrations?.forEach((limit, k) => speaks(concentrations[k]!) && name(limit));
    problem.tradeLimits.forEach((limit, j) => speaks(multipliers.tradeLimits[j]!) && name(limit));
    problem.norms.forEach((norm, k) => squares !== undefined && squares.prices[k]! > 0 && name(norm));
    const strongest = share * maxAbs(pull);
    pull.forEach((value, i) => {
      if (value !== 0 && Math.abs(value) >= strongest) (value < 0 ? up : down)[i] = 1;
    });
  }
  for (const i of cut) up[i] = down[i] = 1;
  for (const bound of problem.bounds) {
    const { position: i, lower, upper } = bound;
    if ((up[i] === 1 && upper === problem.upper[i]) || (down[i] === 1 && lower === problem.lower[i])) name(bound);
  }
  for (const restriction of [...(problem.integrality?.domains ?? []), ...(problem.integrality?.lots ?? [])])
    if (up[restriction.position] === 1 || down[restriction.position] === 1) name(restriction);
  return named;
}

/** The ends of a search, each once, and the assets that were cut. */
function partsOf({ root }: SearchProof): {
  readonly leaves: ReadonlySet<SearchLeaf>;
  readonly cut: ReadonlySet<number>;
} {
  const leaves = new Set<SearchLeaf>();
  const cut = new Set<number>();
  const stack: SearchBranch[] = [root];
  for (let branch = stack.pop(); branch !== undefined; branch = stack.pop()) {
    if ('position' in branch) {
      cut.add(branch.position);
      stack.push(branch.below, branch.above);
    } else leaves.add(branch);
  }
  return { leaves, cut };
}
