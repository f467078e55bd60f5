/** What every restriction and the objective are worth at a point, from the definitions in `problem.ts`; used by the certificate only. */
import type { Origin, Problem } from './problem.ts';
import type { Multipliers } from './solution.ts';
import { extendedTerms } from './certificate-extension.ts';
import { away, inner, largestDiagonal, productOf } from './certificate-operator.ts';

/** What one restriction holds at the point. */
export interface RestrictionFigure {
  readonly kind: 'bound' | 'row' | 'norm' | 'trade limit' | 'tail' | 'domain' | 'lot' | 'count';
  readonly origin: Origin;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** Smaller distance to a side, negative when broken, in the restriction's own unit. */
  readonly slack: number;
  /** How far it is broken, relative to its own scale; 0 when it holds. */
  readonly violation: number;
  /** Shadow price: what one unit more of room is worth in the objective. */
  readonly multiplier: number;
}

/** Largest relative violation of any restriction at a point, whatever the objective. */
export function primalResidual(problem: Problem, weights: Float64Array): number {
  return figuresOf(problem, weights, undefined).reduce((worst, figure) => Math.max(worst, figure.violation), 0);
}

/** The objective as the problem defines it. */
export function objectiveAt(problem: Problem, w: Float64Array): number {
  return termsAt(problem, w).reduce((total, term) => total + term, 0);
}

/** Trading cost or the left side of a trade limit. */
function tradedAt(w: number, centre: number, buy: number, sell: number): number {
  return w >= centre ? buy * (w - centre) : sell * (centre - w);
}

function termsAt(problem: Problem, w: Float64Array): number[] {
  const terms = [-inner(problem.linear, w)];
  for (const { scale, operator, centre } of problem.quadratics) {
    const d = away(w, centre);
    terms.push(0.5 * scale * inner(d, productOf(operator, d)));
  }
  terms.push(...extendedTerms(problem, w, undefined).map(({ objective }) => objective));
  const t = problem.trading;
  if (t === undefined) return terms;
  let cost = 0;
  for (let i = 0; i < w.length; i++) {
    const size = Math.abs(w[i]! - t.current[i]!);
    cost += tradedAt(w[i]!, t.current[i]!, t.buyRate[i]!, t.sellRate[i]!);
    cost += (t.quadratic?.[i] ?? 0) * size * size + (t.threeHalves?.[i] ?? 0) * size * Math.sqrt(size);
  }
  terms.push(cost);
  return terms;
}

/** The objective's own size: its terms, or a hundredth of what one asset held whole would cost, whichever is larger. */
export function objectiveScale(problem: Problem, w: Float64Array, objective: number): number {
  const terms = termsAt(problem, w).reduce((total, term) => total + Math.abs(term), 0);
  let natural = problem.linear.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  for (const { scale, operator } of problem.quadratics)
    natural = Math.max(natural, 0.5 * scale * largestDiagonal(operator));
  return Math.max(Math.abs(objective), terms, 1e-2 * natural, Number.MIN_VALUE);
}

export function figuresOf(problem: Problem, w: Float64Array, y: Multipliers | undefined): RestrictionFigure[] {
  const figures: RestrictionFigure[] = [];
  const add = (
    kind: RestrictionFigure['kind'],
    origin: Origin,
    value: number,
    [lower, upper]: readonly [number, number],
    scale: number,
    multiplier: number,
  ): void => {
    const slack = Math.min(value - lower, upper - value);
    const violation = Number.isNaN(slack) ? Infinity : Math.max(0, -slack) / Math.max(scale, Number.MIN_VALUE);
    figures.push({ kind, origin, value, lower, upper, slack, violation, multiplier });
  };
  for (const bound of problem.bounds) {
    const value = w[bound.position]!;
    const tight = y?.bounds[bound.position] ?? 0;
    const binding =
      tight > 0 ? bound.upper === problem.upper[bound.position] : bound.lower === problem.lower[bound.position];
    add('bound', bound.origin, value, [bound.lower, bound.upper], Math.max(1, Math.abs(value)), binding ? tight : 0);
  }
  problem.rows.forEach((row, r) => {
    let value = 0;
    let moved = 0;
    let scale = 0;
    row.positions.forEach((position, k) => {
      const part = row.coefficients[k]! * w[position]!;
      value += part;
      moved += Math.abs(part);
      scale = Math.max(scale, Math.abs(row.coefficients[k]!));
    });
    scale = Math.max(scale, moved);
    for (const side of [row.lower, row.upper]) if (Number.isFinite(side)) scale = Math.max(scale, Math.abs(side));
    add('row', row.origin, value, [row.lower, row.upper], scale, y?.rows[r] ?? 0);
  });
  problem.norms.forEach((norm, k) => {
    const d = away(w, norm.centre);
    const value = Math.sqrt(Math.max(inner(d, productOf(norm.operator, d)), 0));
    const scale = Math.max(norm.bound === Infinity ? 0 : norm.bound, value, Math.sqrt(largestDiagonal(norm.operator)));
    add('norm', norm.origin, value, [-Infinity, norm.bound], scale, y?.norms[k] ?? 0);
  });
  problem.tradeLimits.forEach((limit, j) => {
    let value = 0;
    let scale = limit.bound === Infinity ? 0 : limit.bound;
    for (let i = 0; i < w.length; i++) {
      value += tradedAt(w[i]!, limit.centre[i]!, limit.buyRate[i]!, limit.sellRate[i]!);
      scale = Math.max(scale, limit.buyRate[i]!, limit.sellRate[i]!);
    }
    add('trade limit', limit.origin, value, [-Infinity, limit.bound], Math.max(scale, value), y?.tradeLimits[j] ?? 0);
  });
  for (const { figure } of extendedTerms(problem, w, y)) if (figure !== undefined) figures.push(figure);
  return figures;
}
