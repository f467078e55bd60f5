/** Whether the objective falls without end: then it falls along a direction of bounded length that every restriction allows. */
import type { Problem, Trading } from '../../problem/problem.ts';
import { objectiveAt } from '../../problem/certificate-figures.ts';
import { maxAbs, sum } from '../../math/vectors.ts';

/** Curvature along a direction counts so much that only flat ones are worth it. */
const stiffness = 1e6;
/** A fall per unit of length less than this share of the largest slope is none; where there is no slope, of the mean size of results. */
const fallMin = 1e-4;

/** The problem of the steepest such direction within a box; its optimum is 0 when there is none. */
export function recessionOf(problem: Problem): Problem {
  const { trading, tailTerms, quadratics, tails, norms } = problem;
  const zero = new Float64Array(problem.lower.length);
  const side = (value: number): number => (Math.abs(value) < Infinity ? 0 : value);
  const homogeneous = <Measure extends { readonly centre?: Float64Array }>({ centre: _, ...rest }: Measure) => rest;
  return {
    universe: problem.universe,
    linear: problem.linear,
    quadratics: [
      ...quadratics.map(({ scale, operator }) => ({ scale: scale * stiffness, operator })),
      ...norms.filter(({ bound }) => bound < Infinity).map(({ operator }) => ({ scale: stiffness, operator })),
    ],
    ...(trading === undefined ? {} : { trading: tradingFar(trading, zero) }),
    ...(tailTerms === undefined ? {} : { tailTerms: tailTerms.map(homogeneous) }),
    lower: problem.lower.map((value) => (value > -Infinity ? 0 : -1)),
    upper: problem.upper.map((value) => (value < Infinity ? 0 : 1)),
    bounds: [],
    rows: problem.rows.map((row) => ({ ...row, lower: side(row.lower), upper: side(row.upper) })),
    norms: [],
    tradeLimits: problem.tradeLimits.map((limit) => ({ ...limit, centre: zero, bound: side(limit.bound) })),
    tails: tails.map((tail) => ({ ...homogeneous(tail), bound: side(tail.bound) })),
  };
}

/** Rates far from the current weights. */
function tradingFar(trading: Trading, zero: Float64Array): Trading {
  const buyRate = Float64Array.from(trading.buyRate);
  const sellRate = Float64Array.from(trading.sellRate);
  for (const { position, slopes } of trading.pieces ?? []) {
    buyRate[position] = buyRate[position]! + slopes[slopes.length - 1]!;
    sellRate[position] = sellRate[position]! - slopes[0]!;
  }
  const { quadratic } = trading;
  return {
    current: zero,
    buyRate,
    sellRate,
    ...(quadratic === undefined ? {} : { quadratic: quadratic.map((value) => stiffness * value) }),
  };
}

export function falls(recession: Problem, direction: Float64Array): boolean {
  const { linear, tailTerms = [] } = recession;
  const losses = tailTerms.map(({ weight, scenarios }) => (weight * sum(scenarios.map(Math.abs))) / scenarios.length);
  const slope = Math.max(maxAbs(linear) || Math.max(0, ...losses), Number.MIN_VALUE);
  return objectiveAt(recession, direction) < -fallMin * slope;
}
