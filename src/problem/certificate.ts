/**
 * The independent check. It recomputes, in the units of the original problem and from weights and multipliers alone, what every
 * restriction holds, whether the point is stationary, and the gap to the dual; it shares no code with any solver.
 * Boyd and Vandenberghe, Convex Optimization, 5.5.
 */
import type { Norm, Problem, Row } from './problem.ts';
import type { Multipliers, Solution } from './solution.ts';
import type { PointMeasured, RestrictionFigure } from './certificate-figures.ts';
import {
  boundFigures,
  largestViolation,
  measured,
  objectiveScale,
  otherFigures,
  outsideBounds,
  paidFor,
  termsAt,
} from './certificate-figures.ts';
import { atChoices, pricesAtChoices } from './certificate-integrality.ts';
import { away, dualNorm, inner, largestDiagonal, maxSize } from './certificate-operator.ts';
import { pieceSlopes } from './certificate-pieces.ts';
import { largestResult } from './certificate-tails.ts';

export interface Certificate {
  readonly verdict: 'passed' | 'failed';
  readonly tolerance: number;
  readonly objective: number;
  readonly dualObjective: number;
  /** Largest relative violation of any restriction. */
  readonly primal: number;
  /** Largest entry of the stationarity residual and of wrongly signed multipliers, relative to the terms of the gradient. */
  readonly dual: number;
  /** Largest product of multiplier and slack, relative to the objective. */
  readonly complementarity: number;
  /** |objective - dual objective|, relative. */
  readonly gap: number;
  /** Size of the objective that complementarity and gap are relative to. */
  readonly scale: number;
  /** Size of the terms of the gradient that the dual residual is relative to. */
  readonly slopes: number;
  /** Of every restriction, bounds first; put together when first asked for. */
  readonly restrictions: readonly RestrictionFigure[];
  readonly detail: string;
}

/** Weights this close to a kink of a trading term count as standing on it. */
const kinkWidth = 1e-9;
/** A length below this share of the largest that a weight of 1 has counts as none. */
const apexWidth = 1e-7;
/**
 * The dual residual is relative to terms at most this many times as large as those of the objective: multipliers that cancel each other may be as
 * large as they like, and would hide any residual.
 */
const multiplierShare = 100;

/**
 * Figures of a solution against the claim that it is optimal; of an integer problem, among the points that make the same choices.
 * `tolerance` is relative.
 */
export function certify(
  whole: Problem,
  solution: Pick<Solution, 'weights' | 'multipliers'>,
  tolerance = 1e-8,
): Certificate {
  const { weights } = solution;
  const problem = atChoices(whole, weights);
  const multipliers = pricesAtChoices(whole, solution.multipliers);
  const wrong = wrongShapes(problem, weights, multipliers);
  if (wrong !== undefined) return broken(tolerance, wrong);
  const point = measured(problem, weights, multipliers);
  const { extended } = point;
  const others = otherFigures(problem, point);
  const terms = termsAt(problem, point);
  const objective = terms.reduce((total, term) => total + term, 0);
  const scale = objectiveScale(problem, terms);
  const stationarity = stationarityAt(problem, point, multipliers, scale);
  const duality = dualityAt(problem, weights, multipliers, others);
  const primal = Math.max(largestViolation(problem, point, others), outsideBounds(whole, weights));
  const lost =
    duality.total + stationarity.kinkGap + stationarity.leak + extended.reduce((total, term) => total + term.gap, 0);
  const gap = Math.abs(lost) / scale;
  const complementarity =
    Math.max(duality.largest, stationarity.kinkLargest, ...extended.map((term) => term.gap)) / scale;
  const figures: readonly [string, number][] = [
    ['primal residual', primal],
    ['dual residual', stationarity.relative],
    ['complementarity', complementarity],
    ['gap', gap],
  ];
  let told: readonly RestrictionFigure[] | undefined;
  const failures = figures.filter(([, value]) => !(value <= tolerance));
  return {
    verdict: failures.length === 0 ? 'passed' : 'failed',
    tolerance,
    objective,
    dualObjective: objective - lost,
    primal,
    dual: stationarity.relative,
    complementarity,
    gap,
    scale,
    slopes: stationarity.scale,
    get restrictions() {
      // The rows of choices are told by what they are of.
      const kept = others.filter((_, k) => k < whole.rows.length || k >= problem.rows.length);
      told ??= [...boundFigures(problem, point), ...kept];
      return told;
    },
    detail:
      failures.length === 0
        ? `every residual at most ${tolerance}`
        : failures.map(([name, value]) => `${name} ${value.toExponential(2)} above ${tolerance}`).join(', '),
  };
}

function wrongShapes(problem: Problem, w: Float64Array, y: Multipliers): string | undefined {
  const n = problem.universe.assets.length;
  const sizes: [string, Float64Array, number][] = [
    ['weights', w, n],
    ['row multipliers', y.rows, problem.rows.length],
    ['bound multipliers', y.bounds, n],
    ['norm multipliers', y.norms, problem.norms.length],
    ['trade limit multipliers', y.tradeLimits, problem.tradeLimits.length],
  ];
  for (const [name, values, size] of sizes) {
    if (values.length !== size) return `${name}: ${values.length} given, ${size} expected`;
    if (!allFinite(values)) return `${name} not finite`;
  }
  return undefined;
}

function allFinite(values: Float64Array): boolean {
  // Of finite entries x - x is zero; of the others it is not a number, and neither is the sum from then on.
  let nothing = 0;
  for (let i = 0; i < values.length; i++) nothing += values[i]! - values[i]!;
  return nothing === 0;
}

function broken(tolerance: number, detail: string): Certificate {
  const none = {
    objective: NaN,
    dualObjective: NaN,
    primal: Infinity,
    dual: Infinity,
    complementarity: Infinity,
    gap: Infinity,
    scale: NaN,
    slopes: NaN,
  };
  return { verdict: 'failed', tolerance, ...none, restrictions: [], detail };
}

interface Duality {
  readonly total: number;
  readonly largest: number;
}

/** Sum and largest of multiplier times slack, and of what is paid for excesses, over every side that a multiplier speaks of. */
function dualityAt(problem: Problem, w: Float64Array, y: Multipliers, figures: readonly RestrictionFigure[]): Duality {
  let total = 0;
  let largest = 0;
  for (const figure of figures) {
    const { kind, multiplier, value, lower, upper } = figure;
    if (kind !== 'row' && kind !== 'norm' && kind !== 'trade limit') continue;
    // Of what is soft: what is paid for the excess beyond what the multiplier charges for it.
    const product = slackProduct(multiplier, value, lower, upper) + paidFor(figure);
    total += product;
    largest = Math.max(largest, Math.abs(product));
  }
  for (let i = 0; i < w.length; i++) {
    const product = slackProduct(y.bounds[i]!, w[i]!, problem.lower[i]!, problem.upper[i]!);
    total += product;
    largest = Math.max(largest, Math.abs(product));
  }
  return { total, largest };
}

function slackProduct(multiplier: number, value: number, lower: number, upper: number): number {
  if (multiplier === 0) return 0;
  const side = multiplier > 0 ? upper : lower;
  return Number.isFinite(side) ? multiplier * (side - value) : 0;
}

interface Stationarity {
  readonly relative: number;
  /** What it is relative to. */
  readonly scale: number;
  /** What trading terms lose against their chosen slopes: zero on a kink and away from one. */
  readonly kinkGap: number;
  readonly kinkLargest: number;
  /** What the residual is worth along the weights, as far as those are larger than portfolios hold: it is relative to no weight. */
  readonly leak: number;
}

/** The Lagrangian where it is smooth. */
interface Gradient {
  readonly smooth: Float64Array;
  /** Sizes of the terms of the objective, what is paid for excesses included, and of those of hard restrictions. */
  readonly own: number;
  readonly others: number;
}

function gradientAt(problem: Problem, { w, quadratics, norms, extended }: PointMeasured, y: Multipliers): Gradient {
  let own = maxSize(problem.linear);
  let others = maxSize(y.bounds);
  const see = (size: number, isOwn: boolean): void => {
    if (isOwn) own = Math.max(own, size);
    else others = Math.max(others, size);
  };
  const smooth = y.bounds.map((value, i) => value - problem.linear[i]!);
  for (const [t, { scale, operator }] of problem.quadratics.entries()) {
    see(addScaled(smooth, quadratics[t]!.product, scale), true);
    see(1e-2 * scale * largestDiagonal(operator), true);
  }
  if (problem.trading?.quadratic !== undefined || problem.trading?.threeHalves !== undefined)
    see(addScaled(smooth, impactSlope(problem, w), 1), true);
  for (const [r, row] of problem.rows.entries())
    if (y.rows[r] !== 0) see(addRow(smooth, row, y.rows[r]!), row.penalty !== undefined);
  for (const { slope, figure } of extended)
    if (slope !== undefined) see(addScaled(smooth, slope, 1), figure === undefined);
  // As of quadratic terms: where losses cancel, what single assets lose is what a residual is relative to.
  for (const term of problem.tailTerms ?? []) see(1e-2 * term.weight * largestResult(term), true);
  for (const [k, norm] of problem.norms.entries()) {
    const { product, square } = norms[k]!;
    const length = Math.sqrt(Math.max(square, 0));
    if (!atApex(norm, length) && length > 0)
      see(addScaled(smooth, product, y.norms[k]! / length), norm.penalty !== undefined);
  }
  return { smooth, own, others };
}

/** Distance of zero from the subdifferential of the Lagrangian; kinks of trading terms give intervals. `objective` is its own size. */
function stationarityAt(problem: Problem, point: PointMeasured, y: Multipliers, objective: number): Stationarity {
  const { w, extended } = point;
  const n = w.length;
  const { smooth, ...sizes } = gradientAt(problem, point, y);
  const kinks = nearestSlopes(problem, w, y, smooth);
  const own = Math.max(sizes.own, kinks.own, Number.MIN_VALUE);
  let most = Math.max(own, objective);
  for (const [k, { penalty, operator }] of problem.norms.entries())
    if (penalty !== undefined) most = Math.max(most, y.norms[k]! * Math.sqrt(largestDiagonal(operator)));
  const scale = Math.max(own, Math.min(Math.max(sizes.others, kinks.scale), multiplierShare * most));
  let residual = maxSize(smooth);
  let leak = 0;
  for (let i = 0; i < n; i++) leak += Math.abs(smooth[i]!) * Math.max(0, Math.abs(w[i]!) - 1);
  let apexGap = 0;
  for (const [k, norm] of problem.norms.entries()) {
    const length = Math.sqrt(Math.max(point.norms[k]!.square, 0));
    if (!atApex(norm, length) || y.norms[k] === 0 || residual === 0) continue;
    const dual = dualNorm(norm.operator, smooth);
    if (!(dual.length <= y.norms[k]! * (1 + 1e-9))) continue;
    // What the length loses against the linear function that takes the residual away.
    if (norm.penalty !== undefined) apexGap += Math.abs(y.norms[k]! * length + inner(smooth, away(w, norm.centre)));
    residual = Math.min(residual, dual.outside);
    leak = 0;
  }
  return {
    relative: Math.max(residual, wrongSigns(problem, y), ...extended.map(({ wrong }) => wrong)) / scale,
    scale,
    kinkGap: kinks.gap + apexGap,
    kinkLargest: Math.max(kinks.largest, apexGap),
    leak,
  };
}

/** Where a norm has no gradient: a limit of 0, or a soft one as good as at its centre. */
function atApex({ bound, penalty, operator }: Norm, length: number): boolean {
  if (penalty === undefined) return !(bound > 0);
  return length <= apexWidth * Math.sqrt(largestDiagonal(operator));
}

/** total += factor term. @returns the largest entry added, by size. */
function addScaled(total: Float64Array, term: Float64Array, factor: number): number {
  let largest = 0;
  for (let i = 0; i < total.length; i++) {
    const value = factor * term[i]!;
    total[i] = total[i]! + value;
    largest = Math.max(largest, Math.abs(value));
  }
  return largest;
}

/** The same of a row. */
function addRow(total: Float64Array, { positions, coefficients }: Row, factor: number): number {
  let largest = 0;
  for (let k = 0; k < positions.length; k++) {
    const value = factor * coefficients[k]!;
    const position = positions[k]!;
    total[position] = total[position]! + value;
    largest = Math.max(largest, Math.abs(value));
  }
  return largest;
}

/** Slope of the quadratic and 3/2-power impact. */
function impactSlope(problem: Problem, w: Float64Array): Float64Array {
  const t = problem.trading!;
  return w.map((value, i) => {
    const trade = value - t.current[i]!;
    return (
      2 * (t.quadratic?.[i] ?? 0) * trade +
      1.5 * (t.threeHalves?.[i] ?? 0) * Math.sign(trade) * Math.sqrt(Math.abs(trade))
    );
  });
}

/**
 * Adds the slopes of the trading terms to the residual: away from a kink the only one, at a kink the one in its interval that brings the residual
 * nearest to zero.
 */
function nearestSlopes(problem: Problem, w: Float64Array, y: Multipliers, residual: Float64Array) {
  const cost = problem.trading;
  const terms = [
    ...(cost === undefined
      ? []
      : [{ centre: cost.current, buyRate: cost.buyRate, sellRate: cost.sellRate, factor: 1, isOwn: true }]),
    ...problem.tradeLimits
      .map((limit, j) => ({ ...limit, factor: y.tradeLimits[j]!, isOwn: limit.penalty !== undefined }))
      .filter((term) => term.factor !== 0),
  ];
  let gap = 0;
  let largest = 0;
  let [scale, own] = [0, 0];
  const see = (slope: number, isOwn: boolean): void => {
    scale = Math.max(scale, Math.abs(slope));
    if (isOwn) own = Math.max(own, Math.abs(slope));
  };
  // Where several terms meet, those away from their kinks come first: only then is it known what is left to the others.
  const kinks: { readonly term: (typeof terms)[number]; readonly i: number; readonly trade: number }[] = [];
  for (const term of terms) {
    const { centre, buyRate, sellRate, factor, isOwn } = term;
    for (let i = 0; i < w.length; i++) {
      const trade = w[i]! - centre[i]!;
      if (Math.abs(trade) > kinkWidth * Math.max(1, Math.abs(centre[i]!))) {
        const slope = factor * (trade > 0 ? buyRate[i]! : -sellRate[i]!);
        residual[i] = residual[i]! + slope;
        see(slope, isOwn);
      } else if (terms.length > 1 || trade !== 0) kinks.push({ term, i, trade });
      else {
        const slope = Math.min(Math.max(-residual[i]!, -factor * sellRate[i]!), factor * buyRate[i]!);
        residual[i] = residual[i]! + slope;
        see(slope, isOwn);
      }
    }
  }
  for (const { term, i, trade } of kinks) {
    const buy = term.factor * term.buyRate[i]!;
    const sell = term.factor * term.sellRate[i]!;
    const slope = Math.min(Math.max(-residual[i]!, -sell), buy);
    residual[i] = residual[i]! + slope;
    see(slope, term.isOwn);
    const lost = (trade >= 0 ? buy * trade : -sell * trade) - slope * trade;
    gap += lost;
    largest = Math.max(largest, Math.abs(lost));
  }
  for (const { position, beyond, down, up } of pieceSlopes(problem, w)) {
    const slope = Math.min(Math.max(-residual[position]!, -down), up);
    residual[position] = residual[position]! + slope;
    see(slope, true);
    const lost = ((beyond > 0 ? up : -down) - slope) * beyond;
    gap += lost;
    largest = Math.max(largest, Math.abs(lost));
  }
  return { gap, largest, scale, own };
}

/** Multipliers that push against a side that is not there, or harder than a penalty allows. */
function wrongSigns(problem: Problem, y: Multipliers): number {
  let worst = 0;
  for (const [r, { lower, upper, penalty = Infinity }] of problem.rows.entries())
    worst = Math.max(worst, beyondSide(y.rows[r]!, lower, upper), Math.abs(y.rows[r]!) - penalty);
  for (let i = 0; i < y.bounds.length; i++)
    worst = Math.max(worst, beyondSide(y.bounds[i]!, problem.lower[i]!, problem.upper[i]!));
  problem.norms.forEach(({ penalty = Infinity }, k) => {
    worst = Math.max(worst, -y.norms[k]!, y.norms[k]! - penalty);
  });
  problem.tradeLimits.forEach(({ penalty = Infinity }, j) => {
    worst = Math.max(worst, -y.tradeLimits[j]!, y.tradeLimits[j]! - penalty);
  });
  return worst;
}

function beyondSide(multiplier: number, lower: number, upper: number): number {
  if (multiplier === 0) return 0;
  return (multiplier > 0 ? upper === Infinity : lower === -Infinity) ? Math.abs(multiplier) : 0;
}
