/**
 * The choices that integrality leaves open: for every asset a list of pieces, closed intervals of weight on which each count either
 * includes the asset or does not. One piece per asset makes a convex problem. Where only whole lots are allowed a piece is a lattice.
 */
import type { Problem } from '../../problem/problem.ts';
import { positionMin } from '../../problem/problem.ts';

export interface Piece {
  readonly lower: number;
  readonly upper: number;
  /** By count: 1 where the count includes the asset. */
  readonly counted: Uint8Array;
  /** By limit on large holdings: 1 where the asset stands above the threshold. */
  readonly large: Uint8Array;
}

/** Admissible weights `base + step k`, k whole. */
export interface Lattice {
  readonly base: number;
  readonly step: number;
}

export interface Choices {
  /** By asset, ascending; none when no weight is admissible. */
  readonly pieces: readonly (readonly Piece[])[];
  readonly lattices: readonly (Lattice | undefined)[];
  /** Counts that can bind, by their place in the problem. */
  readonly counts: readonly number[];
}

/** A weight this share of a step away from a lattice point stands on it. */
const latticeRounding = 1e-9;

/** Pieces of one asset: as many as the numbers of a choice can tell apart. */
const piecesMax = 32_767;

/** Why the choices of a problem cannot be listed; undefined when they can. */
export function unlistable({ integrality, lower }: Problem): string | undefined {
  const { domains = [], counts = [], concentrations = [] } = integrality ?? {};
  // A further list of intervals adds at most all of its own but one, a count two pieces, a threshold one.
  const most = new Float64Array(lower.length).fill(1);
  const add = (i: number, pieces: number): void => void (most[i] = most[i]! + pieces);
  for (const { position, intervals } of domains) add(position, intervals.length - 1);
  for (const { positions } of counts) for (const i of positions) add(i, 2);
  for (const { groups } of concentrations) for (const group of groups) for (const i of group) add(i, 1);
  if (most.some((pieces) => pieces > piecesMax)) return `an asset may hold weights in more than ${piecesMax} intervals`;
  const steps = new Map<number, Lattice>();
  for (const lot of integrality?.lots ?? []) {
    const known = steps.get(lot.position);
    if (known !== undefined && (known.base !== lot.base || known.step !== lot.step))
      return 'an asset has round lots of two different sizes';
    steps.set(lot.position, lot);
  }
  return undefined;
}

export function choicesOf(problem: Problem): Choices {
  const { lower, upper } = problem;
  const { domains = [], lots = [], counts = [], concentrations = [] } = problem.integrality ?? {};
  const n = lower.length;
  const lattices: (Lattice | undefined)[] = new Array<Lattice | undefined>(n).fill(undefined);
  for (const { position, base, step } of lots) lattices[position] = { base, step };
  const binding = [...counts.keys()].filter((j) => {
    const { minimum, maximum, positions } = counts[j]!;
    return minimum > 0 || maximum < positions.length;
  });
  const pieces = Array.from({ length: n }, (_, i): Piece[] => [
    {
      lower: lower[i]!,
      upper: upper[i]!,
      counted: new Uint8Array(binding.length),
      large: new Uint8Array(concentrations.length),
    },
  ]);
  for (const { position, intervals } of domains)
    pieces[position] = pieces[position]!.flatMap((piece) =>
      intervals.map(([from, to]) => within(piece, from, to)).filter(isThere),
    );
  binding.forEach((index, j) => {
    const count = counts[index]!;
    const distance = count.minimum > 0 ? positionMin : 0;
    for (const i of new Set(count.positions)) {
      const centre = count.centre[i]!;
      pieces[i] = pieces[i]!.flatMap((piece) => splitAt(piece, j, centre, count.side, distance));
    }
  });
  concentrations.forEach(({ groups, threshold }, k) => {
    for (const [i] of groups)
      pieces[i!] = pieces[i!]!.flatMap((piece) => {
        const above = within(piece, threshold, Infinity);
        const parts = [within(piece, -Infinity, threshold), { ...above, large: above.large.with(k, 1) }];
        // Nothing but the threshold itself is no holding above it.
        return parts.filter((part, side) => isThere(part) && (side === 0 || part.upper > threshold));
      });
  });
  return {
    pieces: pieces.map((list, i) => list.map((piece) => onLattice(piece, lattices[i])).filter(isThere)),
    lattices,
    counts: binding,
  };
}

function isThere(piece: Piece): boolean {
  return piece.lower <= piece.upper;
}

function within(piece: Piece, from: number, to: number): Piece {
  return { ...piece, lower: Math.max(piece.lower, from), upper: Math.min(piece.upper, to) };
}

/** The parts left of, at and right of a centre, by whether count j includes them. */
function splitAt(
  piece: Piece,
  j: number,
  centre: number,
  side: 'either' | 'above' | 'below',
  distance: number,
): Piece[] {
  const include = (part: Piece): Piece => ({ ...part, counted: part.counted.with(j, 1) });
  const below = within(piece, -Infinity, distance > 0 || piece.lower < centre ? centre - distance : -Infinity);
  const above = within(piece, distance > 0 || piece.upper > centre ? centre + distance : Infinity, Infinity);
  const parts =
    side === 'either'
      ? [include(below), within(piece, centre, centre), include(above)]
      : side === 'above'
        ? [within(piece, -Infinity, centre), include(above)]
        : [include(below), within(piece, centre, Infinity)];
  return parts.filter(isThere);
}

/** Shrinks a piece to its outermost lattice points. */
function onLattice(piece: Piece, lattice: Lattice | undefined): Piece {
  if (lattice === undefined) return piece;
  return { ...piece, lower: latticeUp(lattice, piece.lower), upper: latticeDown(lattice, piece.upper) };
}

/** The least lattice point at or above a weight. A weight that stands on the lattice stays as it is: 0 is not held, what is held is not traded. */
export function latticeUp({ base, step }: Lattice, weight: number): number {
  return beside(base, step, weight, Math.ceil);
}

/** The greatest lattice point at or below a weight; the same of one that stands on the lattice. */
export function latticeDown({ base, step }: Lattice, weight: number): number {
  return beside(base, step, weight, Math.floor);
}

function beside(base: number, step: number, weight: number, side: (steps: number) => number): number {
  if (!Number.isFinite(weight)) return weight;
  const steps = (weight - base) / step;
  return Math.abs(steps - Math.round(steps)) <= latticeRounding ? weight : base + step * side(steps);
}

/** The lattice points on either side of a weight within a range; one twice when it is the only one. */
export function latticeAround(
  lattice: Lattice,
  weight: number,
  lower: number,
  upper: number,
): readonly [number, number] {
  const inside = Math.min(Math.max(weight, lower), upper);
  const down = Math.max(latticeDown(lattice, inside), lower);
  return [down, Math.min(latticeUp(lattice, inside), upper)];
}
