/**
 * Checks the proof that a search gives of its bound, or of there being no point at all. The cuts leave no weight out, because a cut has two
 * sides and every value lies on one of them. At an end of the tree everything convex that couples assets is replaced by a line below it,
 * every restriction is added with its price, and what is left is minimized asset by asset over the weights that the definitions and the
 * cuts admit. Lagrange bounds as in Shor, Nondifferentiable Optimization and Polynomial Problems, 1998, ch. 6.
 */
import type { Problem, Quadratic } from './problem.ts';
import type { SearchBranch, SearchCut, SearchLeaf, SearchProof } from './solution.ts';
import { AdmissibleCosts } from './certificate-search-assets.ts';
import { away, productOf } from './certificate-operator.ts';
import { withGroupHoldings } from './more-positions.ts';
import { remainsConvex } from './certificate-search-split.ts';

export interface SearchVerdict {
  /** The least of the bounds at the ends; infinite when no point exists, -infinite when the proof is none. */
  readonly bound: number;
  readonly detail: string;
}

/** A contradiction must clear zero by this share of its terms. */
const marginMin = 1e-10;
/** What rounding may take from a bound, as a share of its terms. */
const rounding = 1e-14;

/** A leaf, ready to be minimized asset by asset. */
interface Priced {
  readonly constant: number;
  readonly size: number;
  readonly costs: AdmissibleCosts;
  /** (n) least cost over everything admissible, and their sum. */
  readonly least: Float64Array;
  readonly total: number;
}

/** What a leaf comes to besides its assets. */
interface Sum {
  constant: number;
  size: number;
  /** (n) what a unit of each asset costs, and the diagonal that stands apart: 1/2 d w^2. */
  readonly pull: Float64Array;
  readonly diagonal: Float64Array;
}

/** Weights of one asset that the cuts leave. */
export interface Range {
  readonly lower: number;
  readonly upper: number;
  /** Whether the ends themselves are left out. */
  readonly lowerOpen: boolean;
  readonly upperOpen: boolean;
}

const everything: Range = { lower: -Infinity, upper: Infinity, lowerOpen: false, upperOpen: false };

/** Holdings of several assets are positions behind the assets; see `withGroupHoldings`. */
export function verifySearch(given: Problem, proof: SearchProof): SearchVerdict {
  const problem = withGroupHoldings(given);
  const refusal = unreadable(problem, proof);
  if (refusal !== undefined) return { bound: -Infinity, detail: refusal };
  const admissible = AdmissibleCosts.of(problem);
  const known = new Map<SearchLeaf, Priced>();
  const ranges = new Map<number, Range>();
  let bound = Infinity;
  // Depth first; what a cut did to its asset is undone on the way back.
  const stack: (() => void)[] = [];
  const visit = (branch: SearchBranch): void => {
    if ('position' in branch) {
      const before = ranges.get(branch.position) ?? everything;
      const enter = (child: SearchBranch, range: Range) => (): void => {
        ranges.set(branch.position, range);
        visit(child);
      };
      const restore = (): void => void ranges.set(branch.position, before);
      stack.push(
        restore,
        enter(branch.above, aboveOf(branch, before)),
        restore,
        enter(branch.below, belowOf(branch, before)),
      );
      return;
    }
    let priced = known.get(branch);
    if (priced === undefined) {
      priced = pricedAt(problem, proof, branch, admissible);
      known.set(branch, priced);
    }
    bound = Math.min(bound, boundOf(branch, priced, ranges));
  };
  stack.push(() => visit(proof.root));
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) step();
  return { bound, detail: bound === Infinity ? 'no weights are left' : 'every end of the search was checked' };
}

function belowOf({ at, owner }: SearchCut, range: Range): Range {
  if (at > range.upper || (at === range.upper && (range.upperOpen || owner === 'below'))) return range;
  return { ...range, upper: at, upperOpen: owner === 'above' };
}

function aboveOf({ at, owner }: SearchCut, range: Range): Range {
  if (at < range.lower || (at === range.lower && (range.lowerOpen || owner === 'above'))) return range;
  return { ...range, lower: at, lowerOpen: owner === 'below' };
}

function unreadable(problem: Problem, { diagonal, normDiagonals = [] }: SearchProof): string | undefined {
  const { norms, tails, tailTerms = [], logarithms, trading, riskShares = [] } = problem;
  if (tails.length > 0 || tailTerms.length > 0) return 'scenario tails have no place in the proof of a search';
  if (riskShares.length > 0) return 'limits on shares of risk have no place in the proof of a search';
  if (logarithms?.some((value) => value !== 0) === true) return 'logarithms have no place in the proof of a search';
  if (trading?.threeHalves?.some((value) => value !== 0) === true)
    return '3/2-power impact has no place in the proof of a search';
  const isDiagonal = (values: Float64Array): boolean =>
    values.length === problem.lower.length && values.every((value) => value >= 0 && value < Infinity);
  if (!isDiagonal(diagonal)) return 'the diagonal is none';
  if (!remainsConvex(problem, diagonal)) return 'the quadratic terms are not convex without the diagonal';
  if (normDiagonals.length === 0) return undefined;
  if (normDiagonals.length !== norms.length || !normDiagonals.every(isDiagonal))
    return 'the diagonals of the norms are none';
  const remains = norms.every(({ operator }, k) =>
    remainsConvex({ quadratics: [{ scale: 1, operator }], lower: problem.lower }, normDiagonals[k]!),
  );
  return remains ? undefined : 'the squares of the norms are not convex without their diagonals';
}

/** Everything but the assets themselves: constants and pulls at the prices of a leaf. */
function pricedAt(problem: Problem, proof: SearchProof, leaf: SearchLeaf, admissible: AdmissibleCosts): Priced {
  const n = problem.lower.length;
  const { multipliers, counts, weights } = leaf;
  const sum: Sum = { constant: 0, size: 0, pull: new Float64Array(n), diagonal: new Float64Array(n) };
  const add = (value: number): void => {
    sum.constant += value;
    sum.size += Math.abs(value);
  };
  if (weights !== undefined) {
    for (let i = 0; i < n; i++) sum.pull[i] = -problem.linear[i]!;
    for (const quadratic of problem.quadratics) addSquare(quadratic, weights, sum.pull, add);
    takeOut(proof.diagonal, 1, weights, sum, add);
  }
  addSquares(problem, proof, leaf, sum, add);
  problem.rows.forEach(({ positions, coefficients, lower, upper, penalty }, r) => {
    const price = multipliers.rows[r]!;
    if (price === 0) return;
    if (Math.abs(price) > priceMax(leaf, penalty)) add(-Infinity);
    add(-price * (price > 0 ? upper : lower));
    for (let k = 0; k < positions.length; k++)
      sum.pull[positions[k]!] = sum.pull[positions[k]!]! + price * coefficients[k]!;
  });
  addNorms(problem, leaf, sum.pull, add);
  problem.tradeLimits.forEach(({ bound, penalty }, j) => {
    const price = multipliers.tradeLimits[j]!;
    add(price >= 0 && price <= priceMax(leaf, penalty) ? -price * bound : -Infinity);
  });
  problem.integrality?.counts.forEach(({ minimum, maximum }, j) => {
    const price = counts[j]!;
    if (price !== 0) add(-price * (price > 0 ? maximum : minimum));
  });
  const large = leaf.concentrations ?? new Float64Array(problem.integrality?.concentrations?.length ?? 0);
  problem.integrality?.concentrations?.forEach(({ limit }, k) => {
    const price = large[k]!;
    add(price >= 0 ? -price * limit : -Infinity);
  });
  const costs = admissible.at({
    pull: sum.pull,
    diagonal: sum.diagonal,
    withObjective: weights !== undefined,
    limits: multipliers.tradeLimits,
    counts,
    large,
  });
  const least = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) {
    least[i] = costs.least(i, everything);
    total += least[i]!;
    sum.size += Math.abs(least[i]!);
  }
  return { constant: sum.constant, size: sum.size, costs, least, total };
}

/** 1/2 (w - c)'Q(w - c) >= (Q (v - c))'(w - v) + 1/2 (v - c)'Q(v - c), times the scale. */
function addSquare(
  { scale, operator, centre }: Quadratic,
  v: Float64Array,
  pull: Float64Array,
  add: (value: number) => void,
): void {
  const distance = away(v, centre);
  const product = productOf(operator, distance);
  let square = 0;
  for (let i = 0; i < v.length; i++) {
    pull[i] = pull[i]! + scale * product[i]!;
    square += product[i]! * (0.5 * distance[i]! - v[i]!);
  }
  add(scale * square);
}

/** What a diagonal would have said at v, taken back: 1/2 d w^2 stands by itself. */
function takeOut(d: Float64Array, scale: number, v: Float64Array, sum: Sum, add: (value: number) => void): void {
  let own = 0;
  for (let i = 0; i < v.length; i++) {
    sum.pull[i] = sum.pull[i]! - scale * d[i]! * v[i]!;
    sum.diagonal[i] = sum.diagonal[i]! + scale * d[i]!;
    own += 0.5 * d[i]! * v[i]! * v[i]!;
  }
  add(scale * own);
}

/** |L(w - c)| <= t is 1/2 |L(w - c)|^2 <= 1/2 t^2; of what is soft, neither need hold. */
function addSquares(
  { norms }: Problem,
  { normDiagonals = [] }: SearchProof,
  { squares }: SearchLeaf,
  sum: Sum,
  add: (value: number) => void,
): void {
  if (squares === undefined) return;
  norms.forEach(({ bound, penalty, ...norm }, k) => {
    const price = squares.prices[k]!;
    if (price === 0) return;
    const at = squares.at[k];
    if (!(price > 0 && price < Infinity) || penalty !== undefined || at?.length !== sum.pull.length) {
      add(-Infinity);
      return;
    }
    addSquare({ ...norm, scale: price }, at, sum.pull, add);
    if (normDiagonals[k] !== undefined) takeOut(normDiagonals[k], price, at, sum, add);
    add(-0.5 * price * bound * bound);
  });
}

/** What is soft is paid for at its penalty, so that a higher price proves nothing; without the objective no price of it does. */
function priceMax({ weights }: SearchLeaf, penalty: number | undefined): number {
  if (penalty === undefined) return Infinity;
  return weights === undefined ? 0 : penalty;
}

/** nu (|L(w - c)| - t) >= nu ((Q (v - c))'(w - c) / |L(v - c)| - t); without v a norm says nothing. */
function addNorms(problem: Problem, leaf: SearchLeaf, pull: Float64Array, add: (value: number) => void) {
  const { multipliers, weights } = leaf;
  problem.norms.forEach(({ operator, centre, bound, penalty }, k) => {
    const price = multipliers.norms[k]!;
    if (price === 0) return;
    if (!(price > 0 && price <= priceMax(leaf, penalty)) || weights === undefined) {
      add(-Infinity);
      return;
    }
    const distance = away(weights, centre);
    const product = productOf(operator, distance);
    let square = 0;
    for (let i = 0; i < product.length; i++) square += product[i]! * distance[i]!;
    const length = Math.sqrt(Math.max(square, 0));
    add(-price * bound);
    if (length === 0) return;
    let atCentre = 0;
    for (let i = 0; i < product.length; i++) {
      const slope = (price * product[i]!) / length;
      pull[i] = pull[i]! + slope;
      atCentre += slope * (centre?.[i] ?? 0);
    }
    add(-atCentre);
  });
}

function boundOf(leaf: SearchLeaf, priced: Priced, ranges: ReadonlyMap<number, Range>): number {
  const { constant, costs, least, total, size } = priced;
  let sum = constant + total;
  for (const [i, range] of ranges) {
    if (range === everything) continue;
    const cost = costs.least(i, range);
    if (cost === Infinity) return Infinity;
    sum += cost - least[i]!;
  }
  if (Number.isNaN(sum)) return total === Infinity ? Infinity : -Infinity;
  if (sum === Infinity) return Infinity;
  if (leaf.weights !== undefined) return sum - rounding * size;
  return sum > marginMin * size ? Infinity : -Infinity;
}
