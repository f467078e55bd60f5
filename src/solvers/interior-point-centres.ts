/**
 * A soft norm with bound 0 has no gradient at its centre, and a problem that ends there or nearly there may leave an interior point without a
 * further step. Then the norm is tried as a limit of 0, which is a set of equations: where its price stays below the penalty, the answer
 * is that of the soft problem.
 */
import type { Norm, Problem } from '../problem/problem.ts';
import type { Multipliers } from '../problem/solution.ts';

/** So many norms are tried in all combinations; of more only each alone and all together. */
const togetherMax = 3;

/** The problem with norms held at their centres, one combination after the other. */
export function atCentres(problem: Problem): readonly Problem[] {
  const ends = [...problem.norms.keys()].filter((k) => {
    const { bound, penalty } = problem.norms[k]!;
    return bound === 0 && penalty !== undefined;
  });
  return combinationsOf(ends).map((held) => ({
    ...problem,
    norms: problem.norms.map((norm, k) => (held.includes(k) ? hardened(norm) : norm)),
  }));
}

function combinationsOf(all: readonly number[]): readonly (readonly number[])[] {
  if (all.length > togetherMax) return [...all.map((k) => [k]), all];
  let found: readonly (readonly number[])[] = [[]];
  for (const k of all) found = [...found, ...found.map((held) => [...held, k])];
  return found.filter(({ length }) => length > 0).sort((a, b) => a.length - b.length);
}

function hardened({ penalty: _, ...norm }: Norm): Norm {
  return norm;
}

/** Prices of what was held as far as the penalties allow; the certificate tells whether that is enough. */
export function cappedPrices({ norms }: Problem, multipliers: Multipliers): Multipliers {
  return { ...multipliers, norms: multipliers.norms.map((price, k) => Math.min(price, norms[k]!.penalty ?? Infinity)) };
}
