/** The tree of cuts as the search grows it, and as it is handed out in the end. */
import type { SearchBranch, SearchCut, SearchLeaf } from '../../problem/solution.ts';
import type { Piece } from './choices.ts';
import { allowed, squaresAt, type DualPoint } from './dual-point.ts';
import type { IntegerModel } from './integer-model.ts';

/** A place in the tree: open until it is cut in two or closed by a bound. */
export interface Place {
  cut?: Cut;
  below?: Place;
  above?: Place;
  leaf?: SearchLeaf;
}

export type Cut = Pick<SearchCut, 'position' | 'at' | 'owner'>;

/** Numbers that a proof may hold: 32 MB. */
const carriedMax = 4e6;

/** Ends of the tree for dual points; one object for each point, however many ends speak of it. */
export class Leaves {
  private readonly model: IntegerModel;
  private readonly known = new Map<DualPoint, SearchLeaf>();
  private numbers = 0;

  constructor(model: IntegerModel) {
    this.model = model;
  }

  get carried(): boolean {
    return this.numbers <= carriedMax;
  }

  at(point: DualPoint, withObjective = true): SearchLeaf {
    const known = this.known.get(point);
    if (known !== undefined) return known;
    const { problem, n, choices, counts } = this.model;
    const prices = new Float64Array(problem.integrality!.counts.length);
    const { rows, couplings, norms, lengths } = allowed(this.model, point, withObjective);
    const squares = norms.map((price, k) => (lengths[k] === 0 ? price : 0));
    const limits = problem.tradeLimits.length;
    choices.counts.forEach((index, j) => (prices[index] = couplings[j]!));
    const leaf: SearchLeaf = {
      ...(withObjective ? { weights: point.weights } : {}),
      multipliers: {
        rows,
        bounds: new Float64Array(0),
        norms: lengths,
        tradeLimits: couplings.slice(counts, counts + limits),
      },
      counts: prices,
      ...(squares.every((price) => price === 0) ? {} : { squares: { prices: squares, at: squaresAt(point) } }),
      ...(couplings.length === counts + limits ? {} : { concentrations: couplings.slice(counts + limits) }),
    };
    this.known.set(point, leaf);
    this.numbers += n + point.rows.length + prices.length + norms.length;
    return leaf;
  }

  /** Lets go of everything once it is too much to carry. */
  forget(): void {
    this.known.clear();
  }
}

/** The cut between two neighbouring pieces of an asset; a shared end belongs to the piece that fewer counts and limits include. */
export function cutAfter({ choices }: IntegerModel, position: number, piece: number): Cut {
  const left = choices.pieces[position]![piece]!;
  const right = choices.pieces[position]![piece + 1]!;
  if (left.upper < right.lower) return { position, at: left.upper, owner: 'below' };
  const sum = ({ counted, large }: Piece): number => [...counted, ...large].reduce((total, value) => total + value, 0);
  return { position, at: right.lower, owner: sum(left) < sum(right) ? 'below' : 'above' };
}

/** The finished tree; open places are closed by `otherwise`. */
export function branchOf(root: Place, otherwise: (place: Place) => SearchLeaf): SearchBranch {
  const done = new Map<Place, SearchBranch>();
  const stack = [root];
  while (stack.length > 0) {
    const place = stack.at(-1)!;
    if (place.cut === undefined) {
      done.set(place, place.leaf ?? otherwise(place));
      stack.pop();
      continue;
    }
    const below = done.get(place.below!);
    const above = done.get(place.above!);
    if (below === undefined) stack.push(place.below!);
    else if (above === undefined) stack.push(place.above!);
    else {
      done.set(place, { ...place.cut, below, above });
      stack.pop();
    }
  }
  return done.get(root)!;
}
