/**
 * The cheapest relaxation of bounds that makes restrictions hold together: least sum of relaxations, each in units of its measure. Sides
 * join the elastic problem when they are needed: those that a proof of infeasibility names, then those whose multiplier says that giving
 * way would pay (column generation, Dantzig and Wolfe 1960), until none does; so few are ever elastic, and the answer is that of all.
 */
import { inner, productOf } from '../problem/certificate-operator.ts';
import { tailAt } from '../problem/certificate-tails.ts';
import { isSoft } from '../problem/features.ts';
import type { Bound, Lowered, Norm, Problem, Soft, Tail } from '../problem/problem.ts';
import type { Amounts, RelaxableSide } from '../problem/relaxable.ts';
import type { Multipliers, Solution } from '../problem/solution.ts';
import type { Universe } from '../problem/universe.ts';
import { elasticProblem } from './repair-problem.ts';
import { solvingByRows } from './row-generation.ts';

export interface RepairQuestion {
  readonly universe: Universe;
  readonly restrictions: readonly Lowered[];
  /** What may give way; everything else is kept. */
  readonly sides: readonly RelaxableSide[];
  readonly solve: (problem: Problem) => Solution;
}

/** Rounds of joining, and steps of the majorization of norms within one. */
const roundsMax = 60;
const touchesMax = 80;
/** Relative change of a norm between two steps at which it has settled. */
const settled = 1e-9;
/** An interior proof whispers of all that could take part: those join that pull at least this share of the loudest. */
const loudShare = 1e-2;
/** Relaxations below this share of their measure are rounding. */
const negligible = 1e-7;

/**
 * @returns what has to give way, in the unit of each restriction; empty when nothing has to, undefined when nothing suffices or a solve
 *   ended without a verdict
 */
export function findRepair(asked: RepairQuestion): Amounts | undefined {
  const question = { ...asked, solve: solvingByRows(asked.solve) };
  const lowered = joined(question.restrictions);
  const chosen = new Set<RelaxableSide>();
  for (let round = 0; round < roundsMax; round++) {
    const { problem, solution, amounts } = settle(question, lowered, chosen);
    const { reason } = solution.termination;
    const candidates = question.sides.filter((side) => !chosen.has(side));
    if (reason === 'infeasible' && solution.infeasibility !== undefined) {
      const pull = multipliersOn(problem, solution.infeasibility);
      const pulls = candidates.map((side) => pull(side) * side.measure);
      const loud = loudShare * pulls.reduce((most, value) => Math.max(most, value), 0);
      const joining = candidates.filter((_, k) => pulls[k]! > 0 && pulls[k]! >= loud);
      if (joining.length === 0) return undefined;
      for (const side of joining) chosen.add(side);
    } else if (reason === 'optimal') {
      const price = multipliersOn(problem, solution.multipliers);
      const joining = candidates.filter((side) => price(side) * side.measure > 1 + 1e-6);
      if (joining.length === 0) return amounts;
      for (const side of joining) chosen.add(side);
    } else return undefined;
  }
  return undefined;
}

interface Settled {
  readonly problem: Problem;
  readonly solution: Solution;
  readonly amounts: Amounts;
}

/** Solves with the chosen sides elastic; norms by majorization, those that need not give way are kept. */
function settle({ universe, solve }: RepairQuestion, lowered: Lowered, chosen: ReadonlySet<RelaxableSide>): Settled {
  const touching = new Map<RelaxableSide, number | undefined>();
  for (const side of chosen) touching.set(side, isTerm(side) ? side.measure : undefined);
  for (let touch = 0; ; touch++) {
    const { problem, columns } = elasticProblem(universe, lowered, touching);
    const solution = solve(problem);
    const amounts = new Map<RelaxableSide, number>();
    if (solution.termination.reason !== 'optimal') return { problem, solution, amounts };
    const { weights } = solution;
    let moving = false;
    for (const [side, before] of touching) {
      if (before === undefined) {
        const column = columns.get(side);
        const z = column === undefined ? beyond(side, weights) / side.measure : weights[column]!;
        if (z > negligible) amounts.set(side, z * side.measure);
        continue;
      }
      const limit = side.restriction as Norm | Tail;
      const value =
        'operator' in limit ? valueOf(limit, weights) : tailAt(limit, weights.slice(0, universe.assets.length));
      const excess = value - limit.bound;
      if (excess > negligible * side.measure) amounts.set(side, excess);
      const next = 'operator' in limit ? Math.max(value, 1e-6 * side.measure) : value;
      if ('operator' in limit && Math.abs(next - before) > settled * before) moving = true;
      touching.set(side, next);
    }
    if (moving && touch < touchesMax) continue;
    // A norm or tail that ends below its bound is held down at a price that its bound does not ask for.
    const slack = [...touching].filter(([{ restriction, measure }, value]) => {
      if (value === undefined) return false;
      const { bound } = restriction as Norm | Tail;
      return value < bound - settled * ('operator' in restriction ? bound : measure);
    });
    if (slack.length === 0) return { problem, solution, amounts };
    for (const [side] of slack) touching.delete(side);
    touch = 0;
  }
}

/** Whether it gives way as a term of the objective. */
function isTerm({ restriction }: RelaxableSide): boolean {
  return 'operator' in restriction || 'scenarios' in restriction;
}

/** How far a weight is beyond the bound that its asset pays for leaving. */
function beyond({ restriction, side }: RelaxableSide, weights: Float64Array): number {
  const { position, lower, upper } = restriction as Bound;
  return side === 'lower' ? lower - weights[position]! : weights[position]! - upper;
}

/** sqrt((w - c)' Q (w - c)) over the assets of the norm; weights behind them are not looked at. */
function valueOf({ operator, centre }: Norm, weights: Float64Array): number {
  const active = weights.slice(0, operator.size).map((weight, i) => weight - (centre?.[i] ?? 0));
  return Math.sqrt(Math.max(0, inner(active, productOf(operator, active))));
}

/** What may be broken needs no repair. */
const isHard = (restriction: Soft): boolean => !isSoft(restriction);

function joined(restrictions: readonly Lowered[]): Lowered {
  return {
    bounds: restrictions.flatMap((part) => part.bounds ?? []),
    rows: restrictions.flatMap((part) => part.rows ?? []).filter(isHard),
    norms: restrictions.flatMap((part) => part.norms ?? []).filter(isHard),
    tradeLimits: restrictions.flatMap((part) => part.tradeLimits ?? []).filter(isHard),
    tails: restrictions.flatMap((part) => part.tails ?? []),
  };
}

/** The multiplier that pulls at a side which is not elastic, by the origin that its restriction keeps; 0 where none does. */
function multipliersOn(problem: Problem, multipliers: Multipliers): (side: RelaxableSide) => number {
  const towards = (value: number, side: RelaxableSide['side']): number =>
    side === 'both' ? Math.abs(value) : Math.max(0, side === 'upper' ? value : -value);
  return ({ restriction, side }) => {
    if ('position' in restriction) {
      const { position, lower, upper } = restriction;
      const value = multipliers.bounds[position]!;
      const crossing = problem.lower[position]! > problem.upper[position]!;
      // A bound whose other side is elastic may stand among the rows.
      const row = problem.rows.findIndex(
        (each) =>
          each.origin === restriction.origin &&
          each.positions.length === 1 &&
          (side === 'lower' ? Number.isFinite(each.lower) : Number.isFinite(each.upper)),
      );
      if (row >= 0) return towards(multipliers.rows[row]!, side);
      const tight =
        (side !== 'upper' && lower === problem.lower[position] && (crossing || value < 0)) ||
        (side !== 'lower' && upper === problem.upper[position] && (crossing || value > 0));
      return tight ? Math.max(Math.abs(value), crossing ? Number.MIN_VALUE : 0) : 0;
    }
    const sameOrigin = (each: { readonly origin: unknown }): boolean => each.origin === restriction.origin;
    if ('positions' in restriction)
      return problem.rows.reduce(
        (most, row, r) =>
          sameOrigin(row) && row.positions.length === restriction.positions.length
            ? Math.max(most, towards(multipliers.rows[r]!, side))
            : most,
        0,
      );
    if ('operator' in restriction) {
      const k = problem.norms.findIndex(sameOrigin);
      return k < 0 ? 0 : multipliers.norms[k]!;
    }
    if ('scenarios' in restriction) {
      const k = problem.tails.findIndex(sameOrigin);
      return k < 0 ? 0 : (multipliers.tails?.[k]?.price ?? 0);
    }
    const j = problem.tradeLimits.findIndex(sameOrigin);
    return j < 0 ? 0 : multipliers.tradeLimits[j]!;
  };
}
