/** A contradiction across several periods in words: there is no single problem that could show it. */
import type { PeriodMultipliers, PeriodsProblem } from '../problem/periods.ts';
import type { Origin } from '../problem/problem.ts';

/** Multipliers below this share of the largest of their kind are rounding. */
const share = 1e-3;
const namedMax = 8;

/** The restrictions that a proof speaks of, with their periods. Rows and limits first: bounds take part in every proof. */
export function contradictionInWords({ periods }: PeriodsProblem, proof: readonly PeriodMultipliers[]): string {
  const named = new Map<string, Set<number>>();
  const name = ({ name: client, text }: Origin, t: number): void => {
    const key = client === '' ? text : `${client} (${text})`;
    named.set(key, (named.get(key) ?? new Set()).add(t));
  };
  const collect = (of: (t: number) => readonly (readonly [price: number, origin: Origin])[]): void => {
    const priced = proof.map((_, t) => of(t));
    const largest = Math.max(0, ...priced.flat().map(([price]) => Math.abs(price)));
    priced.forEach((parts, t) => {
      for (const [price, origin] of parts) if (Math.abs(price) > share * largest) name(origin, t + 1);
    });
  };
  collect((t) => periods[t]!.limits.map(({ origin }, j) => [proof[t]!.limits[j]!, origin]));
  collect((t) => periods[t]!.rows.map(({ origin }, r) => [proof[t]!.rows[r]!, origin]));
  collect((t) => boundsIn(periods[t]!, proof[t]!, proof[t + 1]));
  const parts = [...named].map(([text, at]) => `${text} in ${periodsOf([...at])}`);
  const more = parts.length > namedMax ? `; and ${parts.length - namedMax} more` : '';
  const together = parts.length === 0 ? '' : `: ${parts.slice(0, namedMax).join('; ')}${more}`;
  return `no sequence of portfolios satisfies the restrictions of all periods${together}`;
}

/** What the rows and trades pull at an asset, its bound must resist. */
function boundsIn(
  { bounds, rows, lower, upper }: PeriodsProblem['periods'][number],
  { rows: prices, trades }: PeriodMultipliers,
  next: PeriodMultipliers | undefined,
): (readonly [number, Origin])[] {
  const pull = trades.map((value, i) => value - (next?.trades[i] ?? 0));
  rows.forEach(({ positions, coefficients }, r) =>
    positions.forEach((position, k) => (pull[position]! += prices[r]! * coefficients[k]!)),
  );
  return bounds
    .filter(({ position, ...side }) =>
      pull[position]! > 0 ? side.lower === lower[position] : side.upper === upper[position],
    )
    .map(({ position, origin }) => [pull[position]!, origin] as const);
}

/** `period 3`, `periods 1 to 4`, `periods 1, 2 and 5`. */
function periodsOf(at: readonly number[]): string {
  const [first, ...others] = at;
  const last = others.at(-1);
  if (last === undefined) return `period ${String(first)}`;
  if (others.length > 1 && last - first! === others.length) return `periods ${first} to ${last}`;
  return `periods ${at.slice(0, -1).join(', ')} and ${last}`;
}
