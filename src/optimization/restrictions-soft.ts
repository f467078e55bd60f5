/** Soft constraints: what they lower to pays for its excess instead of holding. */
import type { Lowered, Row } from '../problem/problem.ts';
import type { Restriction } from '../problem/relaxable.ts';
import type { Situation } from '../problem/situation.ts';
import { refuse } from '../values/fault.ts';
import type { AppliedConstraint } from './restrictions.ts';
import { sidesOf } from './restrictions-sides.ts';

/** What can only hold or not hold at all, in words. */
const never = {
  tails: 'a limit on scenarios',
  domains: 'a gap in the weights',
  lots: 'round lots',
  counts: 'a count',
  concentrations: 'a limit on the sum of large holdings',
  riskShares: 'a limit on shares of risk',
} as const satisfies Partial<Record<keyof Lowered, string>>;

/**
 * The constraint with its penalty on all that it lowers to. The penalty is stated per unit of the verdicts, and so becomes one per unit of
 * each restriction; a part that is no single restriction is taken to be in the same unit. A bound becomes a row of one position. Throws
 * CONSTRAINT_INVALID by the path of the penalty when something of it cannot be soft.
 */
export function softened(constraint: AppliedConstraint, penalty: number, situation: Situation): AppliedConstraint {
  const { lowered, stated } = constraint;
  const hard = (Object.keys(never) as (keyof typeof never)[]).filter((kind) => (lowered[kind] ?? []).length > 0);
  const field = `${stated.field}.penalty`;
  const what = hard.map((kind) => never[kind]).join(' and ');
  if (hard.length > 0)
    refuse([{ field, description: `cannot be given: ${what} cannot be soft`, reason: 'CONSTRAINT_INVALID' }]);
  const perUnit = new Map<Restriction, number>();
  for (const side of sidesOf([constraint], situation)) perUnit.set(side.restriction, side.perUnit);
  const soft = <Kind extends Restriction>(restriction: Kind) => ({
    ...restriction,
    penalty: penalty / (perUnit.get(restriction) ?? 1),
  });
  const { bounds = [], rows = [], norms = [], tradeLimits = [] } = lowered;
  const single = bounds.map((bound): Row => {
    const { position, origin, lower, upper, penalty: each } = soft(bound);
    const entry = { positions: Int32Array.of(position), coefficients: Float64Array.of(1) };
    return { ...entry, lower, upper, origin, penalty: each };
  });
  const softRows = [...rows.map(soft), ...single];
  return {
    ...constraint,
    lowered: {
      ...(softRows.length === 0 ? {} : { rows: softRows }),
      ...(norms.length === 0 ? {} : { norms: norms.map(soft) }),
      ...(tradeLimits.length === 0 ? {} : { tradeLimits: tradeLimits.map(soft) }),
    },
  };
}
