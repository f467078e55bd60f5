/**
 * Counts, lots and gaps in the weights for the independent check, from their definitions, and what is left of a problem when its choices are
 * made. Of an integer problem the multipliers price the latter: every asset stays in the interval, on the lot and on the side of each
 * centre where its weight stands, and the point has to be optimal among those. That no other choice is better is proven apart, by the
 * search (`certificate-search.ts`).
 */
import type { Count, Problem } from './problem.ts';
import { positionMin } from './problem.ts';
import type { Multipliers } from './solution.ts';
import { atHoldings } from './certificate-concentration.ts';
import { groupsOfSeveral } from './more-positions.ts';
import type { CheckedTerm } from './certificate-extension.ts';
import type { RestrictionFigure } from './certificate-figures.ts';

export function checkedIntegrality(
  problem: Problem,
  w: Float64Array,
  y: Multipliers | undefined,
): readonly CheckedTerm[] {
  const { integrality } = problem;
  if (integrality === undefined) return [];
  const told = (figure: Omit<RestrictionFigure, 'slack'>): CheckedTerm => {
    const slack = Math.min(figure.value - figure.lower, figure.upper - figure.value);
    return { objective: 0, gap: 0, wrong: 0, figure: { ...figure, slack } };
  };
  const priceOf = (position: number, lower: number, upper: number): number => {
    const price = y?.bounds[position] ?? 0;
    return (price > 0 ? problem.upper[position] === upper : problem.lower[position] === lower) ? price : 0;
  };
  return [
    ...integrality.domains.map(({ position, intervals, origin }) => {
      const value = w[position]!;
      const [lower, upper] = nearest(intervals, value);
      const violation = Math.max(lower - value, value - upper, 0) / Math.max(1, Math.abs(value));
      return told({
        kind: 'domain',
        origin,
        value,
        lower,
        upper,
        violation,
        multiplier: priceOf(position, lower, upper),
      });
    }),
    ...integrality.lots.map(({ position, base, step, origin }) => {
      const value = w[position]!;
      const whole = base + step * Math.round((value - base) / step);
      const violation = Math.abs(value - whole) / Math.max(1, Math.abs(value));
      return told({ kind: 'lot', origin, value, lower: whole, upper: whole, violation, multiplier: 0 });
    }),
    ...integrality.counts.map((count) => {
      const value = countedAt(count, w);
      const { minimum, maximum, origin } = count;
      const violation = Math.max(minimum - value, value - maximum, 0);
      return told({ kind: 'count', origin, value, lower: minimum, upper: maximum, violation, multiplier: 0 });
    }),
  ];
}

/** The interval that holds a value, or the one nearest to it. */
function nearest(intervals: readonly (readonly [number, number])[], value: number): readonly [number, number] {
  const off = ([lower, upper]: readonly [number, number]): number => Math.max(lower - value, value - upper, 0);
  return intervals.reduce(
    (best, interval) => (off(interval) < off(best) ? interval : best),
    intervals[0] ?? [NaN, NaN],
  );
}

/** How many positions stand on the side that a count speaks of: any distance counts against a maximum, `positionMin` towards a minimum. */
function countedAt({ positions, centre, side, minimum, maximum }: Count, w: Float64Array): number {
  let any = 0;
  let clear = 0;
  for (const i of new Set(positions)) {
    const away = w[i]! - centre[i]!;
    const distance = side === 'either' ? Math.abs(away) : side === 'above' ? away : -away;
    if (distance > 0) any++;
    // Rounding of the difference itself is no reason to miss the distance.
    if (distance >= positionMin * (1 - 1e-6)) clear++;
  }
  return any > maximum ? any : clear < minimum ? clear : any;
}

/**
 * The problem with bounds that hold every asset where its weight has chosen to be, and behind its rows one for each limit on large
 * holdings; itself when it has no choices.
 */
export function atChoices(problem: Problem, w: Float64Array): Problem {
  const { integrality } = problem;
  if (integrality === undefined || w.length !== problem.lower.length) return problem;
  const lower = Float64Array.from(problem.lower);
  const upper = Float64Array.from(problem.upper);
  const hold = (i: number, from: number, to: number): void => {
    lower[i] = Math.max(lower[i]!, from);
    upper[i] = Math.min(upper[i]!, to);
  };
  for (const { position, intervals } of integrality.domains) hold(position, ...nearest(intervals, w[position]!));
  for (const { position } of integrality.lots) hold(position, w[position]!, w[position]!);
  for (const { positions, centre, side, minimum } of integrality.counts)
    for (const i of positions) {
      const away = w[i]! - centre[i]!;
      const distance = minimum > 0 ? positionMin : 0;
      if (away > 0) hold(i, centre[i]! + (side === 'below' ? 0 : distance), Infinity);
      else if (away < 0) hold(i, -Infinity, centre[i]! - (side === 'above' ? 0 : distance));
      else
        hold(
          i,
          side === 'below' ? centre[i]! : side === 'above' ? -Infinity : centre[i]!,
          side === 'below' ? Infinity : centre[i]!,
        );
    }
  return atHoldings({ ...problem, lower, upper }, w);
}

/** The prices of a solution as those of the problem at its choices. */
export function pricesAtChoices(problem: Problem, y: Multipliers): Multipliers {
  const { integrality, rows } = problem;
  const count = (integrality?.concentrations ?? []).length + groupsOfSeveral(problem).length;
  if (count === 0 || y.rows.length !== rows.length) return y;
  const prices = y.concentrations ?? new Float64Array(count);
  return { ...y, rows: Float64Array.of(...y.rows, ...prices) };
}
