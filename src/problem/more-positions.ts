/**
 * Problems with positions behind their assets: numbers that follow from the weights by an equation, so that a restriction of a sum is one of
 * a single position.
 */
import type { Concentration, Problem, Row, Trading } from './problem.ts';
import { centred, longer, widened } from './widened.ts';

/** The problem over `count` more positions, which nothing restricts and which cost nothing. */
export function withMorePositions(problem: Problem, count: number): Problem {
  if (count === 0) return problem;
  const size = problem.lower.length + count;
  const more = Array.from({ length: count }, (_, k) => ({ id: `position ${String(k)}`, groups: {} }));
  const { trading, tradeLimits, logarithms } = problem;
  return {
    ...problem,
    universe: { ...problem.universe, assets: [...problem.universe.assets, ...more] },
    quadratics: problem.quadratics.map(({ operator, centre, ...term }) => ({
      ...term,
      operator: widened(operator, size),
      ...centred(centre, size),
    })),
    linear: longer(problem.linear, size),
    ...(trading === undefined ? {} : { trading: widerTrading(trading, size) }),
    ...(logarithms === undefined ? {} : { logarithms: longer(logarithms, size) }),
    lower: longer(problem.lower, size, -Infinity),
    upper: longer(problem.upper, size, Infinity),
    norms: problem.norms.map(({ operator, centre, ...norm }) => ({
      ...norm,
      operator: widened(operator, size),
      ...centred(centre, size),
    })),
    tradeLimits: tradeLimits.map((limit) => ({
      ...limit,
      centre: longer(limit.centre, size),
      buyRate: longer(limit.buyRate, size),
      sellRate: longer(limit.sellRate, size),
    })),
    ...widerIntegrality(problem, size),
  };
}

function widerTrading(trading: Trading, size: number): Trading {
  const { current, buyRate, sellRate, threeHalves, quadratic } = trading;
  return {
    ...trading,
    current: longer(current, size),
    buyRate: longer(buyRate, size),
    sellRate: longer(sellRate, size),
    ...(threeHalves === undefined ? {} : { threeHalves: longer(threeHalves, size) }),
    ...(quadratic === undefined ? {} : { quadratic: longer(quadratic, size) }),
  };
}

function widerIntegrality({ integrality }: Problem, size: number): Pick<Problem, 'integrality'> {
  if (integrality === undefined) return {};
  const counts = integrality.counts.map((count) => ({ ...count, centre: longer(count.centre, size) }));
  return { integrality: { ...integrality, counts } };
}

/** The groups of several assets in limits on large holdings, in the order of the limits. */
export function groupsOfSeveral({ integrality }: Problem): readonly { limit: Concentration; group: Int32Array }[] {
  return (integrality?.concentrations ?? []).flatMap((limit) =>
    limit.groups.flatMap((group) => (group.length > 1 ? [{ limit, group }] : [])),
  );
}

/**
 * The same problem with a position for the holding of every group of several assets, in the order of `groupsOfSeveral`, and behind the rows
 * the equations that make it so: every limit on large holdings then speaks of single positions. Itself when it has no such group.
 */
export function withGroupHoldings(problem: Problem): Problem {
  const several = groupsOfSeveral(problem);
  if (several.length === 0) return problem;
  const n = problem.lower.length;
  const wide = withMorePositions(problem, several.length);
  const rows = several.map(({ limit: { origin }, group }, k): Row => {
    const coefficients = new Float64Array(group.length + 1).fill(1);
    coefficients[group.length] = -1;
    return { positions: Int32Array.of(...group, n + k), coefficients, lower: 0, upper: 0, origin };
  });
  let next = n;
  const concentrations = problem.integrality!.concentrations!.map((limit) => ({
    ...limit,
    groups: limit.groups.map((group) => (group.length > 1 ? Int32Array.of(next++) : group)),
  }));
  return { ...wide, rows: [...problem.rows, ...rows], integrality: { ...wide.integrality!, concentrations } };
}
