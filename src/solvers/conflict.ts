/**
 * The smallest set of restrictions that cannot hold together: every member is necessary, dropping any one leaves the rest feasible.
 * Seeded by the proof of infeasibility, then a deletion filter over groups that shrink and grow (Chinneck, Feasibility and Infeasibility
 * in Optimization, 2008, ch. 6).
 * Such a set need not be the only one.
 */
import { maxAbs } from '../math/vectors.ts';
import { isSoft } from '../problem/features.ts';
import type { Lowered, Origin, Problem, Soft } from '../problem/problem.ts';
import { compose } from '../problem/problem.ts';
import type { InfeasibilityProof, Solution } from '../problem/solution.ts';
import type { Universe } from '../problem/universe.ts';
import { solvingByRows } from './row-generation.ts';

export interface ConflictQuestion {
  readonly universe: Universe;
  readonly restrictions: readonly Lowered[];
  /** Solves a problem whose objective does not matter; only the reason and the proof are read. */
  readonly solve: (problem: Problem) => Solution;
}

/** One thing that the client said, with everything it lowered to. */
interface Part {
  readonly origin: Origin;
  readonly lowered: { -readonly [K in keyof Required<Lowered>]: Required<Lowered>[K][number][] };
}

/**
 * @returns the origins of an irreducible conflict in the order of the restrictions; empty when they can all hold. A test that ends without
 *   a verdict keeps its part, so the set is always infeasible as far as proven, and irreducible when every test ended. An interrupted
 *   test is the last one.
 */
export function findConflict({ universe, restrictions, ...question }: ConflictQuestion): readonly Origin[] {
  const solve = solvingByRows(question.solve);
  const parts = partsOf(restrictions);
  const last = { interrupted: false };
  const attempt = (kept: readonly Part[]): Solution => {
    const solution = solve(problemOf(universe, kept));
    last.interrupted ||= solution.termination.limit === 'interrupted';
    return solution;
  };
  const whole = attempt(parts);
  if (whole.termination.reason !== 'infeasible') return [];
  let kept = seeded(parts, universe, whole.infeasibility, attempt);
  const needed = new Set<Part>();
  for (let size = Math.ceil(kept.length / 4); !last.interrupted;) {
    const group = kept.filter((part) => !needed.has(part)).slice(0, size);
    if (group.length === 0) break;
    const rest = kept.filter((part) => !group.includes(part));
    const { termination, infeasibility } = attempt(rest);
    if (termination.reason === 'infeasible') {
      kept = seeded(rest, universe, infeasibility, attempt);
      size *= 2;
    } else if (group.length === 1) needed.add(group[0]!);
    else size = Math.floor(group.length / 2);
  }
  return kept.map((part) => part.origin);
}

/** The fewest parts that the proof speaks of loudest and that are infeasible alone; else all. */
function seeded(
  parts: readonly Part[],
  universe: Universe,
  proof: InfeasibilityProof | undefined,
  attempt: (kept: readonly Part[]) => Solution,
): readonly Part[] {
  if (proof === undefined) return parts;
  let tried = 0;
  for (const share of shares) {
    const named = namedBy(proof, parts, universe, share);
    if (named.length === parts.length) break;
    if (named.length === tried) continue;
    tried = named.length;
    const { reason, limit } = attempt(named).termination;
    if (reason === 'infeasible') return named;
    if (limit === 'interrupted') break;
  }
  return parts;
}

function partsOf(restrictions: readonly Lowered[]): readonly Part[] {
  const parts = new Map<string, Part>();
  const partOf = (origin: Origin): Part['lowered'] => {
    const key = JSON.stringify([origin.constraint, origin.text]);
    const known = parts.get(key);
    if (known !== undefined) return known.lowered;
    const part: Part = { origin, lowered: nothing() };
    parts.set(key, part);
    return part.lowered;
  };
  for (const lowered of restrictions) {
    for (const bound of lowered.bounds ?? []) partOf(bound.origin).bounds.push(bound);
    for (const row of (lowered.rows ?? []).filter(isHard)) partOf(row.origin).rows.push(row);
    for (const norm of (lowered.norms ?? []).filter(isHard)) partOf(norm.origin).norms.push(norm);
    for (const limit of (lowered.tradeLimits ?? []).filter(isHard)) partOf(limit.origin).tradeLimits.push(limit);
    for (const tail of lowered.tails ?? []) partOf(tail.origin).tails.push(tail);
    for (const domain of lowered.domains ?? []) partOf(domain.origin).domains.push(domain);
    for (const lot of lowered.lots ?? []) partOf(lot.origin).lots.push(lot);
    for (const count of lowered.counts ?? []) partOf(count.origin).counts.push(count);
    for (const limit of lowered.concentrations ?? []) partOf(limit.origin).concentrations.push(limit);
    for (const share of lowered.riskShares ?? []) partOf(share.origin).riskShares.push(share);
  }
  return [...parts.values()];
}

/** What may be broken contradicts nothing. */
const isHard = (restriction: Soft): boolean => !isSoft(restriction);

function nothing(): Part['lowered'] {
  return {
    bounds: [],
    rows: [],
    norms: [],
    tradeLimits: [],
    tails: [],
    domains: [],
    lots: [],
    counts: [],
    concentrations: [],
    riskShares: [],
  };
}

function problemOf(universe: Universe, parts: readonly Part[]): Problem {
  const n = universe.assets.length;
  // The smallest weights are asked for, so that every test has one answer even where the restrictions leave assets free.
  const operator = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(1) } as const;
  const objective = { quadratics: [{ scale: 1, operator }], linear: new Float64Array(n) };
  return compose(
    universe,
    objective,
    parts.map((part) => part.lowered),
  );
}

/**
 * How loud a multiplier must be, relative to the largest pull on any asset, for its restriction to be named; the seed is tested anyway.
 * An interior proof spreads over all that could take part, mostly in a whisper.
 */
const shares = [1e-1, 1e-2, 1e-4, 1e-7];

/** The parts whose restrictions carry a multiplier; a bound only where it is the tightest on the side that does. */
function namedBy(
  proof: InfeasibilityProof,
  parts: readonly Part[],
  universe: Universe,
  share: number,
): readonly Part[] {
  const problem = problemOf(universe, parts);
  const named = new Set<string>();
  const name = (origin: Origin): void => void named.add(JSON.stringify([origin.constraint, origin.text]));
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
  return parts.filter((part) => named.has(JSON.stringify([part.origin.constraint, part.origin.text])));
}
