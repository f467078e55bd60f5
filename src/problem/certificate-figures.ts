/** What every restriction and the objective are worth at a point, from the definitions in `problem.ts`; used by the certificate only. */
import type { Origin, Problem, Soft } from './problem.ts';
import type { Multipliers } from './solution.ts';
import type { CheckedTerm } from './certificate-extension.ts';
import { extendedTerms } from './certificate-extension.ts';
import { largestResult } from './certificate-tails.ts';
import { formAt, inner, largestDiagonal, maxSize } from './certificate-operator.ts';
import type { FormAt } from './certificate-operator.ts';

/** What one restriction holds at the point. */
export interface RestrictionFigure {
  readonly kind:
    'bound' | 'row' | 'norm' | 'trade limit' | 'tail' | 'domain' | 'lot' | 'count' | 'concentration' | 'risk share';
  readonly origin: Origin;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** Smaller distance to a side, negative when broken, in the restriction's own unit. */
  readonly slack: number;
  /** How far it is broken, relative to its own scale; 0 when it holds, and when it need not. */
  readonly violation: number;
  /** Shadow price: what one unit more of room is worth in the objective; at most the penalty of what is soft. */
  readonly multiplier: number;
  /** Of what is soft: what the objective pays per unit of excess, max(0, -slack). */
  readonly penalty?: number;
}

/** A point and what several of its figures share, each computed once. */
export interface PointMeasured {
  readonly w: Float64Array;
  readonly y: Multipliers | undefined;
  /** By quadratic term of the objective. */
  readonly quadratics: readonly FormAt[];
  /** By norm limit. */
  readonly norms: readonly FormAt[];
  readonly extended: readonly CheckedTerm[];
}

export function measured(problem: Problem, w: Float64Array, y: Multipliers | undefined): PointMeasured {
  return {
    w,
    y,
    quadratics: formsAt(problem.quadratics, w),
    norms: formsAt(problem.norms, w),
    extended: extendedTerms(problem, w, y),
  };
}

function formsAt(parts: Problem['quadratics'] | Problem['norms'], w: Float64Array): readonly FormAt[] {
  return parts.map(({ operator, centre }) => formAt(operator, centre, w));
}

/** Largest relative violation of any restriction at a point, whatever the objective. */
export function primalResidual(problem: Problem, weights: Float64Array): number {
  const extended = extendedTerms(problem, weights, undefined);
  const norms = formsAt(problem.norms, weights);
  const worst = largestViolation(problem, { w: weights, y: undefined, quadratics: [], norms, extended });
  return Math.max(worst, outsideBounds(problem, weights));
}

/** The same of the sides of single assets, wherever they come from. */
export function outsideBounds({ lower, upper }: Problem, w: Float64Array): number {
  let worst = 0;
  for (let i = 0; i < w.length; i++) {
    const value = w[i]!;
    if (value >= lower[i]! && value <= upper[i]!) continue;
    worst = Math.max(worst, violationOf(value, lower[i]!, upper[i]!, Math.max(1, Math.abs(value))));
  }
  return worst;
}

/** The objective as the problem defines it. */
export function objectiveAt(problem: Problem, w: Float64Array): number {
  const terms = termsAt(problem, measured(problem, w, undefined));
  return terms.reduce((total, term) => total + term, 0);
}

/** Trading cost or the left side of a trade limit. */
function tradedAt(w: number, centre: number, buy: number, sell: number): number {
  return w >= centre ? buy * (w - centre) : sell * (centre - w);
}

/** What each term of the objective is worth. */
export function termsAt(problem: Problem, point: PointMeasured): readonly number[] {
  const { w, quadratics, extended } = point;
  const terms = [-inner(problem.linear, w)];
  problem.quadratics.forEach(({ scale }, t) => terms.push(0.5 * scale * quadratics[t]!.square));
  for (const { objective } of extended) terms.push(objective);
  for (const figure of softFigures(problem, point)) terms.push(paidFor(figure));
  const t = problem.trading;
  if (t === undefined) return terms;
  const { current, buyRate, sellRate, quadratic, threeHalves } = t;
  let cost = 0;
  for (let i = 0; i < w.length; i++) {
    cost += tradedAt(w[i]!, current[i]!, buyRate[i]!, sellRate[i]!);
    if (quadratic === undefined && threeHalves === undefined) continue;
    const size = Math.abs(w[i]! - current[i]!);
    cost += (quadratic?.[i] ?? 0) * size * size + (threeHalves?.[i] ?? 0) * size * Math.sqrt(size);
  }
  terms.push(cost);
  return terms;
}

/** The objective's own size: its terms, or a hundredth of what one asset held whole would cost, whichever is larger. */
export function objectiveScale(problem: Problem, terms: readonly number[]): number {
  let natural = maxSize(problem.linear);
  for (const { scale, operator } of problem.quadratics)
    natural = Math.max(natural, 0.5 * scale * largestDiagonal(operator));
  for (const term of problem.tailTerms ?? []) natural = Math.max(natural, term.weight * largestResult(term));
  return Math.max(
    terms.reduce((total, term) => total + Math.abs(term), 0),
    1e-2 * natural,
    Number.MIN_VALUE,
  );
}

/** `kind`, value, sides, and the scale on which a violation is judged. */
type Part = Pick<RestrictionFigure, 'kind' | 'origin' | 'value' | 'lower' | 'upper' | 'multiplier'> & {
  readonly scale: number;
  readonly penalty: number | undefined;
};

function violationOf(value: number, lower: number, upper: number, scale: number): number {
  const slack = Math.min(value - lower, upper - value);
  return Number.isNaN(slack) ? Infinity : Math.max(0, -slack) / Math.max(scale, Number.MIN_VALUE);
}

function figureOf({ scale, penalty, ...part }: Part): RestrictionFigure {
  const { value, lower, upper } = part;
  const slack = Math.min(value - lower, upper - value);
  if (penalty !== undefined) return { ...part, penalty, slack, violation: Number.isNaN(slack) ? Infinity : 0 };
  return { ...part, slack, violation: violationOf(value, lower, upper, scale) };
}

/** Penalty times excess; 0 for what is hard. */
export function paidFor({ penalty = 0, slack }: Pick<RestrictionFigure, 'penalty' | 'slack'>): number {
  return penalty * Math.max(0, -slack);
}

/** Of soft restrictions alone. */
function softFigures(problem: Problem, point: PointMeasured): readonly RestrictionFigure[] {
  const soft = ({ penalty }: Soft): boolean => penalty !== undefined;
  const { rows, norms, tradeLimits } = problem;
  const kept = {
    ...problem,
    rows: rows.filter(soft),
    norms: norms.filter(soft),
    tradeLimits: tradeLimits.filter(soft),
  };
  const forms = point.norms.filter((_, k) => soft(norms[k]!));
  return otherFigures(kept, { ...point, y: undefined, norms: forms, extended: [] });
}

export function largestViolation(
  problem: Problem,
  point: PointMeasured,
  others = otherFigures(problem, point),
): number {
  let worst = 0;
  for (const { position, lower, upper } of problem.bounds) {
    const value = point.w[position]!;
    if (value >= lower && value <= upper) continue;
    worst = Math.max(worst, violationOf(value, lower, upper, Math.max(1, Math.abs(value))));
  }
  return others.reduce((largest, figure) => Math.max(largest, figure.violation), worst);
}

/** Of bounds: there may be as many as assets, so they are told only to who asks. */
export function boundFigures(problem: Problem, { w, y }: PointMeasured): RestrictionFigure[] {
  return problem.bounds.map(({ position, lower, upper, origin }) => {
    const value = w[position]!;
    const tight = y?.bounds[position] ?? 0;
    const binding = tight > 0 ? upper === problem.upper[position] : lower === problem.lower[position];
    const scale = Math.max(1, Math.abs(value));
    const multiplier = binding ? tight : 0;
    return figureOf({ kind: 'bound', origin, value, lower, upper, scale, multiplier, penalty: undefined });
  });
}

/** Of every restriction but the bounds. */
export function otherFigures(problem: Problem, { w, y, norms, extended }: PointMeasured): RestrictionFigure[] {
  const figures = problem.rows.map(({ positions, coefficients, lower, upper, origin, penalty }, r) => {
    let value = 0;
    let moved = 0;
    let scale = 0;
    for (let k = 0; k < positions.length; k++) {
      const coefficient = coefficients[k]!;
      const part = coefficient * w[positions[k]!]!;
      value += part;
      moved += Math.abs(part);
      scale = Math.max(scale, Math.abs(coefficient));
    }
    scale = Math.max(scale, moved);
    for (const side of [lower, upper]) if (Number.isFinite(side)) scale = Math.max(scale, Math.abs(side));
    return figureOf({ kind: 'row', origin, value, lower, upper, scale, penalty, multiplier: y?.rows[r] ?? 0 });
  });
  const lower = -Infinity;
  problem.norms.forEach(({ operator, bound, origin, penalty }, k) => {
    const value = Math.sqrt(Math.max(norms[k]!.square, 0));
    const scale = Math.max(bound === Infinity ? 0 : bound, value, Math.sqrt(largestDiagonal(operator)));
    const multiplier = y?.norms[k] ?? 0;
    figures.push(figureOf({ kind: 'norm', origin, value, lower, upper: bound, scale, multiplier, penalty }));
  });
  problem.tradeLimits.forEach(({ centre, buyRate, sellRate, bound, origin, penalty }, j) => {
    let value = 0;
    let scale = bound === Infinity ? 0 : bound;
    for (let i = 0; i < w.length; i++) {
      value += tradedAt(w[i]!, centre[i]!, buyRate[i]!, sellRate[i]!);
      scale = Math.max(scale, buyRate[i]!, sellRate[i]!);
    }
    scale = Math.max(scale, value);
    const multiplier = y?.tradeLimits[j] ?? 0;
    const upper = bound;
    figures.push(figureOf({ kind: 'trade limit', origin, value, lower, upper, scale, multiplier, penalty }));
  });
  for (const { figure } of extended) if (figure !== undefined) figures.push(figure);
  return figures;
}
