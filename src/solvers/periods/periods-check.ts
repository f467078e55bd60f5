/** What a chain of periods must satisfy before it is solved. All findings at once, by field path. */
import { alone, type PeriodsProblem } from '../../problem/periods.ts';
import { featuresOf } from '../../problem/features.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Violation } from '../../values/fault.ts';
import { problemViolations } from '../problem-check/problem-check.ts';

export function periodsViolations(problem: PeriodsProblem): readonly Violation[] {
  const { current, periods, universe } = problem;
  const n = universe.assets.length;
  const violations: Violation[] = [];
  if (periods.length === 0) violations.push({ field: 'periods', description: 'is empty' });
  if (current.length !== n)
    violations.push({ field: 'current', description: `has ${current.length} entries for ${n} assets` });
  // The trades of a period are checked as those of a single one from the current weights.
  periods.forEach(({ trading, limits }, t) => {
    const single: Problem = {
      ...alone(problem, t),
      ...(trading === undefined ? {} : { trading: { ...trading, current } }),
      tradeLimits: limits.map((limit) => ({ ...limit, centre: current })),
    };
    if (featuresOf(single).has('soft'))
      violations.push({
        field: `periods[${t}]`,
        description: 'holds soft restrictions, which several periods do not take',
      });
    for (const { field, description } of problemViolations(single))
      violations.push({ field: `periods[${t}].${field.replace(/^tradeLimits/, 'limits')}`, description });
  });
  return violations;
}
