/** Shadow prices: what the binding bound of each verdict costs the objective, from the multipliers of the solution. */
import type { Bound, Origin, Problem } from '../problem/problem.ts';
import type { Restriction } from '../problem/relaxable.ts';
import type { Multipliers } from '../problem/solution.ts';
import type { Verdict } from './answer.ts';
import type { StatedSide } from './restrictions-sides.ts';

/** A bound with more slack than this, relative to it, binds nothing. */
const slackLeast = 1e-6;

/**
 * The verdicts with prices where their part is one restriction: the fall of the objective per unit (the verdict's) by which the bound
 * gives way, by the envelope theorem the multiplier of its restriction (Boyd and Vandenberghe 2004, 5.6).
 */
export function priced(
  verdicts: readonly Verdict[],
  sides: readonly StatedSide[],
  problem: Problem,
  multipliers: Multipliers,
): readonly Verdict[] {
  const multiplierOf = multipliersBy(problem, multipliers);
  const byPart = new Map<string, StatedSide[]>();
  for (const side of sides) {
    const key = keyOf(side.constraint.stated.id, side.text);
    byPart.set(key, [...(byPart.get(key) ?? []), side]);
  }
  const beyond = pricesBeyond(problem, multipliers);
  return verdicts.map((verdict) => {
    const known = byPart.get(keyOf(verdict.constraintId, verdict.text));
    const [first] = known ?? [];
    const multiplier = first === undefined ? undefined : multiplierOf(first.restriction);
    if (known === undefined || multiplier === undefined)
      return pricedAt(verdict, beyond.get(keyOf(verdict.constraintId, verdict.text)));
    const binding = known.find(
      ({ side, bound }) =>
        (side === 'both' || (side === 'upper' ? multiplier > 0 : multiplier < 0)) && !hasSlack(verdict, bound),
    );
    const price = binding === undefined ? 0 : Math.abs(multiplier) * binding.perUnit;
    return price > 0 && binding !== undefined
      ? { ...verdict, shadowPrice: price, binding: binding.bound }
      : { ...verdict, shadowPrice: 0 };
  });
}

/**
 * Multipliers of restrictions that are not convex, by the part that is exactly one of them and in its unit: of large holdings among the choices
 * made, of shares of risk near the portfolio.
 */
function pricesBeyond(
  { riskShares = [], integrality }: Problem,
  multipliers: Multipliers,
): ReadonlyMap<string, number | undefined> {
  const prices = new Map<string, number | undefined>();
  const note = ({ constraint, text }: Origin, price: number | undefined): void => {
    const key = keyOf(constraint, text);
    prices.set(key, prices.has(key) ? undefined : price);
  };
  riskShares.forEach(({ origin }, k) => note(origin, multipliers.riskShares?.[k]));
  integrality?.concentrations?.forEach(({ origin }, k) => note(origin, multipliers.concentrations?.[k]));
  return prices;
}

function pricedAt(verdict: Verdict, multiplier: number | undefined): Verdict {
  if (multiplier === undefined) return verdict;
  const binding = multiplier > 0 ? 'max' : 'min';
  if (multiplier === 0 || hasSlack(verdict, binding)) return { ...verdict, shadowPrice: 0 };
  return { ...verdict, shadowPrice: Math.abs(multiplier), binding };
}

/** Whether some bound of the verdict, the one that was used, leaves no room. */
export function isTight(verdict: Verdict): boolean {
  return !hasSlack(verdict, 'min') || !hasSlack(verdict, 'max');
}

const keyOf = (constraint: string, text: string): string => JSON.stringify([constraint, text]);

function hasSlack({ value, lower, upper, relaxedLower, relaxedUpper }: Verdict, bound: 'min' | 'max'): boolean {
  const limit = bound === 'min' ? (relaxedLower ?? lower) : (relaxedUpper ?? upper);
  if (limit === undefined) return true;
  return (bound === 'min' ? value - limit : limit - value) > slackLeast * Math.max(1, Math.abs(limit));
}

/** Undefined when the solution has no multipliers. */
function multipliersBy(problem: Problem, multipliers: Multipliers): (restriction: Restriction) => number | undefined {
  const found = new Map<Restriction, number | undefined>();
  problem.rows.forEach((row, r) => found.set(row, multipliers.rows[r]));
  problem.norms.forEach((norm, k) => found.set(norm, multipliers.norms[k]));
  problem.tradeLimits.forEach((limit, j) => found.set(limit, multipliers.tradeLimits[j]));
  problem.tails.forEach((tail, k) => found.set(tail, multipliers.tails?.[k]?.price));
  const stating = { lower: new Map<number, number>(), upper: new Map<number, number>() };
  for (const { position, lower, upper } of problem.bounds) {
    if (lower === problem.lower[position]) stating.lower.set(position, (stating.lower.get(position) ?? 0) + 1);
    if (upper === problem.upper[position]) stating.upper.set(position, (stating.upper.get(position) ?? 0) + 1);
  }
  // The multiplier is that of the tightest bound; where two state it, relaxing one alone changes nothing.
  const ofBound = (bound: Bound): number | undefined => {
    const { position } = bound;
    const value = multipliers.bounds[position];
    if (value === undefined || value === 0) return value;
    const side = value > 0 ? 'upper' : 'lower';
    return bound[side] === problem[side][position] && stating[side].get(position) === 1 ? value : 0;
  };
  for (const bound of problem.bounds) found.set(bound, ofBound(bound));
  return (restriction) => found.get(restriction);
}
