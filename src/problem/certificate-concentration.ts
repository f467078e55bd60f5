/** Limits on the sum of large holdings for the independent check, from their definition, and the rows that are left when the choices are made. */
import type { Concentration, Problem, Row } from './problem.ts';
import { thresholdWidth } from './problem.ts';
import type { CheckedTerm } from './certificate-extension.ts';
import type { Multipliers } from './solution.ts';

/** Sum of the weights of a group. */
function holdingOf(group: Int32Array, w: Float64Array): number {
  return group.reduce((total, position) => total + w[position]!, 0);
}

/** The groups that stand above the threshold. */
function groupsAbove({ groups, threshold }: Concentration, w: Float64Array): readonly Int32Array[] {
  return groups.filter((group) => holdingOf(group, w) > threshold + thresholdWidth);
}

export function checkedConcentrations(
  problem: Problem,
  w: Float64Array,
  y: Multipliers | undefined,
): readonly CheckedTerm[] {
  return (problem.integrality?.concentrations ?? []).map((concentration, k) => {
    const { limit, origin } = concentration;
    const value = groupsAbove(concentration, w).reduce((total, group) => total + holdingOf(group, w), 0);
    const slack = limit - value;
    const violation = Number.isNaN(slack) ? Infinity : Math.max(0, -slack) / Math.max(1, limit);
    const multiplier = y?.concentrations?.[k] ?? 0;
    const sides = { lower: -Infinity, upper: limit };
    return {
      objective: 0,
      gap: 0,
      wrong: 0,
      figure: { kind: 'concentration', origin, value, ...sides, slack, violation, multiplier },
    };
  });
}

/**
 * The problem with a row for each concentration, over the holdings that have chosen to be above its threshold, and with the others at most
 * there: by a bound on a single asset, by a row on each group of several, behind all others.
 */
export function atHoldings(problem: Problem, w: Float64Array): Problem {
  const concentrations = problem.integrality?.concentrations ?? [];
  if (concentrations.length === 0) return problem;
  const lower = Float64Array.from(problem.lower);
  const upper = Float64Array.from(problem.upper);
  const rows: Row[] = [];
  const several: Row[] = [];
  for (const concentration of concentrations) {
    const { threshold, limit, origin } = concentration;
    const above = groupsAbove(concentration, w);
    const positions = Int32Array.from(above.flatMap((group) => [...group]));
    rows.push({
      positions,
      coefficients: new Float64Array(positions.length).fill(1),
      lower: -Infinity,
      upper: limit,
      origin,
    });
    for (const group of concentration.groups) {
      const [position] = group;
      const isAbove = above.includes(group);
      if (group.length > 1) {
        const sides = isAbove ? { lower: threshold, upper: Infinity } : { lower: -Infinity, upper: threshold };
        several.push({ positions: group, coefficients: new Float64Array(group.length).fill(1), ...sides, origin });
      } else if (isAbove) lower[position!] = Math.max(lower[position!]!, threshold);
      else upper[position!] = Math.min(upper[position!]!, threshold);
    }
  }
  return { ...problem, lower, upper, rows: [...problem.rows, ...rows, ...several] };
}
