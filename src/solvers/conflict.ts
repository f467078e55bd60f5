/**
 * The smallest set of restrictions that cannot hold together: every member is necessary, dropping any one leaves the rest feasible.
 * Seeded by the proof of infeasibility, then a deletion filter over groups that shrink and grow (Chinneck, Feasibility and Infeasibility
 * in Optimization, 2008, ch. 6).
 * Such a set need not be the only one.
 */
import { isSoft } from '../problem/features.ts';
import type { Lowered, Origin, Problem, Soft } from '../problem/problem.ts';
import { compose } from '../problem/problem.ts';
import type { Solution } from '../problem/solution.ts';
import type { Universe } from '../problem/universe.ts';
import { keyOf, namedBy, namedBySearch, type Part } from './conflict-seed.ts';
import { solvingByRows } from './row-generation.ts';

export interface ConflictQuestion {
  readonly universe: Universe;
  readonly restrictions: readonly Lowered[];
  /** Solves a problem whose objective does not matter; only the reason and the proof are read. */
  readonly solve: (problem: Problem) => Solution;
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
  let kept = seeded(parts, universe, whole, attempt);
  const needed = new Set<Part>();
  for (let size = Math.ceil(kept.length / 4); !last.interrupted;) {
    const group = kept.filter((part) => !needed.has(part)).slice(0, size);
    if (group.length === 0) break;
    const rest = kept.filter((part) => !group.includes(part));
    const solution = attempt(rest);
    if (solution.termination.reason === 'infeasible') {
      kept = seeded(rest, universe, solution, attempt);
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
  { infeasibility, proof }: Solution,
  attempt: (kept: readonly Part[]) => Solution,
): readonly Part[] {
  if (infeasibility === undefined && proof === undefined) return parts;
  const problem = problemOf(universe, parts);
  const namesAt = (share: number): ReadonlySet<string> =>
    infeasibility === undefined ? namedBySearch(proof!, problem, share) : namedBy(infeasibility, problem, share);
  let tried = 0;
  for (const share of shares) {
    const names = namesAt(share);
    const named = parts.filter((part) => names.has(keyOf(part.origin)));
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
    const key = keyOf(origin);
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
  const restrictions = parts.map((part) => part.lowered);
  const nothing = compose(universe, { quadratics: [], linear: new Float64Array(n) }, restrictions);
  // Among choices the first portfolio found is the verdict.
  if (nothing.integrality !== undefined && nothing.riskShares === undefined && nothing.tails.length === 0)
    return nothing;
  // The smallest weights are asked for, so that every test has one answer even where the restrictions leave assets free.
  const operator = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(1) } as const;
  return { ...nothing, quadratics: [{ scale: 1, operator }] };
}

/**
 * How loud a multiplier must be, relative to the largest pull on any asset, for its restriction to be named; the seed is tested anyway.
 * An interior proof spreads over all that could take part, mostly in a whisper.
 */
const shares = [1e-1, 1e-2, 1e-4, 1e-7];
