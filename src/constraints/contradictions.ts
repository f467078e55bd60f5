/**
 * Constraints that cannot hold together whatever the portfolio, seen without solving anything: by arithmetic on the bounds of single
 * assets, on one restriction at a time and the bounds of its assets, and on two restrictions at a time. Hard constraints only, priority 0
 * and no penalty. Everything told is infeasible for certain; not every infeasibility is told: the solve finds the others.
 * Time: proportional to the nonzeros, and n ln n for each count beside each of the widest rows.
 */
import type { Lowered, Origin, Soft } from '../problem/problem.ts';
import type { Universe } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import { countClashes } from './contradictions-counts.ts';
import { lotRowClashes } from './contradictions-lots.ts';
import { boundClashes, domainClashes, lotClashes, rangesOf } from './contradictions-ranges.ts';
import type { Clash, Hard, Owned } from './contradictions-ranges.ts';
import { pairClashes, rowClashes, tradeClashes, widest } from './contradictions-rows.ts';

/** A constraint with what it lowered to. */
export interface LoweredConstraint {
  readonly id: string;
  readonly name: string;
  readonly lowered: Lowered;
  /** Path under which the caller stated it. */
  readonly field: string;
}

/** At the last of the constraints that contradict each other, in the order given. */
export interface Contradiction extends Violation {
  /** Ids, in the order given; a single one contradicts itself. */
  readonly constraints: readonly string[];
}

/** Longer lists help nobody. */
const shownMax = 20;
const partsShown = 2;

/** Every contradiction found, at most 20, each set of constraints once; the default budget counts as a constraint when it is among them. */
export function contradictions(
  constraints: readonly LoweredConstraint[],
  universe: Universe,
): readonly Contradiction[] {
  const hard = hardPartsOf(constraints);
  const { ranges, crossed } = rangesOf(hard.bounds, universe.assets.length);
  const wide = widest(hard.rows, ranges);
  const clashes = [
    ...boundClashes(crossed),
    ...domainClashes(hard.domains, ranges),
    ...lotClashes(hard.lots, ranges),
    ...lotRowClashes(hard.rows, hard.lots),
    ...rowClashes(hard.rows, ranges),
    ...pairClashes(hard.rows, wide, ranges),
    ...tradeClashes(hard.tradeLimits, hard.rows, ranges),
    ...countClashes(hard.counts, hard.domains, wide, ranges),
  ];
  const bySet = new Map<string, Clash[]>();
  for (const clash of clashes) {
    const key = ownersOf(clash).join(' ');
    const same = bySet.get(key);
    if (same === undefined) bySet.set(key, [clash]);
    else same.push(clash);
  }
  const smallest = [...bySet.values()].filter((same) => !hasSmaller(same, bySet.values()));
  return smallest.slice(0, shownMax).map((same) => told(same, constraints));
}

/** A set of constraints is not told when a part of it contradicts itself already. */
function hasSmaller(same: readonly Clash[], sets: Iterable<readonly Clash[]>): boolean {
  const owners = new Set(ownersOf(same[0]!));
  for (const other of sets) {
    const theirs = ownersOf(other[0]!);
    if (theirs.length < owners.size && theirs.every((owner) => owners.has(owner))) return true;
  }
  return false;
}

function ownersOf({ parts }: Clash): readonly number[] {
  return [...new Set(parts.map(({ owner }) => owner))].sort((one, other) => one - other);
}

function told(same: readonly Clash[], constraints: readonly LoweredConstraint[]): Contradiction {
  const [clash] = same;
  const owners = ownersOf(clash!);
  const last = constraints[owners.at(-1)!]!;
  const textsOf = (owner: number): string => {
    const texts = [...new Set(clash!.parts.filter((part) => part.owner === owner).map(({ text }) => text))];
    const more = texts.length > partsShown ? ` and ${String(texts.length - partsShown)} more` : '';
    return texts.slice(0, partsShown).join(' and ') + more;
  };
  const others = owners.slice(0, -1).map((owner) => `${textsOf(owner)} (${constraints[owner]!.name})`);
  const beside = others.length === 0 ? '' : ` with ${others.join(' and ')}`;
  const verb = clash!.parts.length === 1 ? 'cannot hold' : 'cannot hold together';
  const repeated = same.length === 1 ? '' : `; so in ${String(same.length - 1)} more places`;
  return {
    field: last.field,
    description: `${textsOf(owners.at(-1)!)} ${verb}${beside}: ${clash!.why}${repeated}`,
    reason: 'CONSTRAINT_INVALID',
    constraints: owners.map((owner) => constraints[owner]!.id),
  };
}

/** All that must hold, with the place of its constraint. */
function hardPartsOf(constraints: readonly LoweredConstraint[]): Hard {
  const hard = <Restriction extends { readonly origin: Origin } & Soft>(
    partsOf: (lowered: Lowered) => readonly Restriction[] | undefined,
  ): readonly Owned<Restriction>[] =>
    constraints.flatMap(({ lowered }, owner) =>
      (partsOf(lowered) ?? [])
        .filter(({ origin, penalty }) => origin.priority === 0 && penalty === undefined)
        .map((restriction) => ({ restriction, owner })),
    );
  return {
    bounds: hard(({ bounds }) => bounds),
    rows: hard(({ rows }) => rows),
    tradeLimits: hard(({ tradeLimits }) => tradeLimits),
    domains: hard(({ domains }) => domains),
    lots: hard(({ lots }) => lots),
    counts: hard(({ counts }) => counts),
  };
}
