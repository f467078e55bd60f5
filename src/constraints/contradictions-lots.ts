/** Rows whose assets all stand on whole lots of sizes that divide each other: only multiples of the smallest can be their sum. */
import type { Lot, Row } from '../problem/problem.ts';
import { partOf } from './contradictions-ranges.ts';
import type { Clash, Owned } from './contradictions-ranges.ts';
import { percent } from './range.ts';

/** A sum this close to the limits of its row may be taken for one within: nothing nearer is told. */
const nearness = 1e-6;

/** Lots divide each other when their ratio is this close to a whole number. */
const wholeness = 1e-9;

export function lotRowClashes(rows: readonly Owned<Row>[], lots: readonly Owned<Lot>[]): readonly Clash[] {
  if (lots.length === 0) return [];
  const byPosition = new Map(lots.map((lot) => [lot.restriction.position, lot]));
  return rows.flatMap((row) => {
    const { positions, coefficients, lower, upper } = row.restriction;
    const counted = [...positions.keys()].filter((k) => coefficients[k] !== 0);
    const stood = counted.flatMap((k) => byPosition.get(positions[k]!) ?? []);
    if (counted.length === 0 || stood.length < counted.length) return [];
    const steps = counted.map((k, index) => Math.abs(coefficients[k]!) * stood[index]!.restriction.step);
    const least = Math.min(...steps);
    const isMultiple = (ratio: number): boolean => Math.abs(ratio - Math.round(ratio)) <= wholeness;
    if (least <= 2 * nearness || !steps.every((step) => isMultiple(step / least))) return [];
    const base = counted.reduce((sum, k, index) => sum + coefficients[k]! * stood[index]!.restriction.base, 0);
    const next = base + least * Math.ceil((lower - nearness - base) / least);
    if (!(next > upper + nearness)) return [];
    const reached = `${percent(next - least)} or ${percent(next)}`;
    return [{ parts: [partOf(row), ...stood.map(partOf)], why: `whole lots sum to ${reached} and to nothing between` }];
  });
}
