/**
 * Branch and bound: nodes with the lowest bound first, each relaxed from its parent's prices, pieces that the prices rule out dropped at once,
 * and a portfolio tried from every node. Deterministic: equal bounds go by order of birth, equal assets by position.
 */
import { latticeDown, latticeUp } from './choices.ts';
import { contradicts, priced, separate, type DualPoint } from './dual-point.ts';
import type { SupportPoint } from './support-program.ts';
import type { SearchProof } from '../../problem/solution.ts';
import type { Incumbents } from './incumbents.ts';
import type { IntegerModel } from './integer-model.ts';
import { AssetCosts, copyOf, wholeDomain, type NodeDomain } from './node-domain.ts';
import { NodeQueue, type Queued } from './node-queue.ts';
import type { Relaxation, Relaxed } from './relaxation.ts';
import { branchOf, cutAfter, Leaves, type Place } from './search-proof.ts';

interface Node extends Queued {
  readonly domain: NodeDomain;
  /** Where its relaxation begins; proves its bound until then. */
  readonly point: DualPoint;
  readonly place: Place;
  readonly depth: number;
}

/** What convex solvers say of a node on which nothing is left to choose. */
export type Settle = (
  lower: Float64Array,
  upper: Float64Array,
) =>
  | { readonly contradiction: DualPoint }
  | { readonly contradiction?: undefined; readonly point: SupportPoint; readonly dual: DualPoint }
  | undefined;

export interface SearchParts {
  readonly model: IntegerModel;
  readonly relaxation: Relaxation;
  readonly incumbents: Incumbents;
  readonly settle: Settle;
  /** The size of the objective. */
  readonly scale: number;
  /** Whether any portfolio will do: then depth first, where the cheaper side of a cut leads. */
  readonly anyPoint?: boolean;
}

/** Changes of one or two choices tried after the root, and after every better portfolio. */
const firstImprovement = 400;
const laterImprovement = 120;
/** Temperatures, as a share of the open gap and of the objective. */
const startShare = 0.05;
const undecidedMin = 1e-7;
/** Relative gap at which the search ends, a little inside the one that counts as none. */
const gapMin = 5e-7;
/** What a gap is relative to at least, as a share of the size of the objective. */
const sizeLeast = 1e-6;

export class TreeSearch {
  readonly root: Place = {};
  readonly leaves: Leaves;
  private readonly model: IntegerModel;
  private readonly relaxation: Relaxation;
  private readonly incumbents: Incumbents;
  private readonly settle: Settle;
  private readonly scale: number;
  private readonly depthFirst: boolean;
  private readonly queue = new NodeQueue<Node>();
  /** Least bound of what has been closed. */
  private closed = Infinity;
  private order = 0;
  /** The node being worked on, so that its bound is not forgotten. */
  private current: Node | undefined;
  /** Nodes relaxed so far. */
  nodes = 0;
  /** Whether a node was closed of which nobody knows if it holds a portfolio. */
  unsettled = false;

  constructor({ model, relaxation, incumbents, settle, scale, anyPoint = false }: SearchParts) {
    this.depthFirst = anyPoint;
    this.model = model;
    this.relaxation = relaxation;
    this.incumbents = incumbents;
    this.settle = settle;
    this.scale = scale;
    this.leaves = new Leaves(model);
  }

  /** Proven so far: no portfolio is better. */
  get bound(): number {
    return Math.min(this.closed, this.queue.bound, this.current?.bound ?? Infinity, this.incumbents.cutoff);
  }

  /** Relative distance of the best portfolio to the bound. */
  get gap(): number {
    const { cutoff } = this.incumbents;
    if (cutoff === Infinity) return Infinity;
    return this.relativeTo(cutoff - this.bound, cutoff);
  }

  /** A difference of objectives relative to one of them; to a small share of its terms where it is nearly zero. */
  relativeTo(difference: number, objective: number): number {
    return difference / Math.max(Math.abs(objective), sizeLeast * this.scale);
  }

  get done(): boolean {
    return this.open === 0;
  }

  /** The tree with an end at every open place; nothing when it is too large to carry. */
  proof(): SearchProof | undefined {
    if (!this.leaves.carried) return undefined;
    const open = this.openPlaces();
    const root = branchOf(this.root, (place) => this.leaves.at(open.get(place)!));
    const { objective, norms } = this.model;
    const parts = norms.length === 0 ? {} : { normDiagonals: norms.map(({ diagonal }) => diagonal) };
    return { diagonal: objective.diagonal, ...parts, root };
  }

  get open(): number {
    return this.queue.size + (this.current === undefined ? 0 : 1);
  }

  begin(start: DualPoint): void {
    const domain = wholeDomain(this.model.choices);
    this.queue.push({ bound: -Infinity, order: this.order++, domain, point: start, place: this.root, depth: 0 });
  }

  /** Bounds from here on leave nothing worth finding. */
  private get cutoff(): number {
    const { cutoff } = this.incumbents;
    return cutoff === Infinity ? Infinity : cutoff - gapMin * Math.max(Math.abs(cutoff), sizeLeast * this.scale);
  }

  /** Changes choices of the best portfolio, longer than nodes do. */
  improve(): void {
    if (this.gap > gapMin) this.incumbents.improve(firstImprovement);
  }

  /** Works on the next node. @returns false when none is left */
  next(): boolean {
    const node = this.queue.pop();
    if (node === undefined) return false;
    this.current = node;
    if (node.bound >= this.cutoff) this.close(node.place, node.point, node.bound);
    else this.work(node);
    this.current = undefined;
    return true;
  }

  /** Every open place with the point that proves its bound. */
  private openPlaces(): ReadonlyMap<Place, DualPoint> {
    const open = this.current === undefined ? this.queue.all() : [this.current, ...this.queue.all()];
    return new Map(open.map(({ place, point }) => [place, point]));
  }

  private work(node: Node): void {
    this.nodes++;
    const { cutoff } = this;
    const size = this.model.sizeAt(node.point.norms, this.scale);
    const temperature = cutoff < Infinity && node.depth > 0 ? startShare * (cutoff - node.bound) : 1e-2 * size;
    const domain = copyOf(node.domain);
    const relaxed = this.relaxation.relax(domain, node.point, cutoff, temperature);
    if (relaxed.contradiction !== undefined) {
      node.place.leaf = this.leaves.at(relaxed.contradiction, false);
      return;
    }
    if (relaxed.bound >= cutoff) {
      this.close(node.place, relaxed.point, relaxed.bound);
      return;
    }
    this.tryPortfolios(relaxed, domain);
    if (relaxed.bound >= this.cutoff) {
      this.close(node.place, relaxed.point, relaxed.bound);
      return;
    }
    const place = this.dropped(node.place, relaxed, domain);
    this.branch(place, relaxed, domain, node.depth);
  }

  /** Nothing is left to choose: the convex solvers have the last word. */
  private closeSettled(place: Place, relaxed: Relaxed, domain: NodeDomain): void {
    const { model, incumbents } = this;
    const { pieces, lattices } = model.choices;
    const choice = Int16Array.from(domain.first);
    // Beyond what the rows imply a piece keeps its own bounds, so that prices are found on the rows.
    const side = (piece: number, i: number, end: 0 | 1): number => {
      if (lattices[i] !== undefined) return this.rangeOf(i, domain)[end];
      const { lower, upper } = pieces[i]![piece]!;
      return end === 0 ? lower : upper;
    };
    const lower = Float64Array.from(choice, (piece, i) => side(piece, i, 0));
    const upper = Float64Array.from(choice, (piece, i) => side(piece, i, 1));
    const broken = incumbents.brokenCounts(choice);
    if (broken !== undefined) {
      place.leaf = this.leaves.at(
        { ...relaxed.point, rows: new Float64Array(relaxed.point.rows.length), couplings: broken },
        false,
      );
      return;
    }
    const settled = this.settle(lower, upper);
    if (settled?.contradiction !== undefined && contradicts(model, settled.contradiction, domain)) {
      place.leaf = this.leaves.at(settled.contradiction, false);
      return;
    }
    if (settled === undefined || settled.contradiction !== undefined) {
      this.unsettled = true;
      this.close(place, relaxed.point, relaxed.bound);
      return;
    }
    incumbents.offer({ ...settled.point, choice, lower, upper });
    const point = priced(model, settled.dual);
    const { bound } = separate(point, domain);
    if (bound > relaxed.bound) this.close(place, point, bound);
    else this.close(place, relaxed.point, relaxed.bound);
  }

  private close(place: Place, point: DualPoint, bound: number): void {
    place.leaf = this.leaves.at(point);
    this.closed = Math.min(this.closed, bound);
  }

  /** The choice that the relaxation leans to, mended where counts ask for it. */
  private tryPortfolios({ separate, point, weights }: Relaxed, domain: NodeDomain): void {
    const { incumbents } = this;
    const chosen = Int16Array.from(separate.pieces);
    const repaired = incumbents.repaired(chosen, point, domain);
    const better = repaired !== undefined && incumbents.attempt(repaired, weights);
    // The first one is shown before it is improved.
    if (better && this.nodes > 1) incumbents.improve(laterImprovement);
  }

  /** Drops the outer pieces that the prices rule out, one cut for each. @returns the place of what is left */
  private dropped(place: Place, { bound, point, separate }: Relaxed, domain: NodeDomain): Place {
    const { cutoff, model } = this;
    const costs = new AssetCosts(point.model);
    let left = place;
    const drop = (i: number, piece: number, below: boolean): boolean => {
      const forced = costs.least(i, point.pull[i]!, point.couplings, domain, piece, piece).cost;
      const reached = bound - separate.costs[i]! + forced;
      if (!(reached >= cutoff)) return false;
      const next: Place = {};
      const gone: Place = {};
      left.cut = cutAfter(model, i, below ? piece : piece - 1);
      [left.below, left.above] = below ? [gone, next] : [next, gone];
      this.close(gone, point, reached);
      left = next;
      return true;
    };
    for (let i = 0; i < model.n; i++) {
      while (domain.first[i]! < domain.last[i]! && drop(i, domain.first[i]!, true))
        domain.first[i] = domain.first[i]! + 1;
      while (domain.first[i]! < domain.last[i]! && drop(i, domain.last[i]!, false))
        domain.last[i] = domain.last[i]! - 1;
    }
    return left;
  }

  private branch(place: Place, relaxed: Relaxed, domain: NodeDomain, depth: number): void {
    const asset = this.mostOpen(relaxed, domain);
    if (asset < 0) {
      if (this.branchOnLattice(place, relaxed, domain, depth)) return;
      this.closeSettled(place, relaxed, domain);
      return;
    }
    const split = this.splitOf(asset, relaxed, domain);
    const below = copyOf(domain);
    const above = copyOf(domain);
    below.last[asset] = split;
    above.first[asset] = split + 1;
    place.cut = cutAfter(this.model, asset, split);
    const openBelow = (): void => void (place.below = this.opened(below, relaxed, asset, depth));
    const openAbove = (): void => void (place.above = this.opened(above, relaxed, asset, depth));
    const preferred = relaxed.separate.pieces[asset]! <= split;
    // Depth first, the one opened last comes next.
    const turns = this.depthFirst && preferred ? [openAbove, openBelow] : [openBelow, openAbove];
    for (const open of turns) open();
  }

  private opened(domain: NodeDomain, { point, bound, separate }: Relaxed, asset: number, depth: number): Place {
    const place: Place = {};
    const { cost } = new AssetCosts(point.model).least(asset, point.pull[asset]!, point.couplings, domain);
    const reached = Math.max(bound, bound - separate.costs[asset]! + cost);
    if (reached >= this.cutoff) this.close(place, point, reached);
    else this.queue.push({ ...this.turnAt(reached), domain, point, place, depth: depth + 1 });
    return place;
  }

  /** Where a node stands in the queue. Depth first every bound counts as none, and the youngest comes first. */
  private turnAt(bound: number): Queued {
    const order = this.order++;
    return this.depthFirst ? { bound: -Infinity, order: -order } : { bound, order };
  }

  /** The asset whose choice is least clear; the first that has a choice at all when all are clear; -1 when none has. */
  private mostOpen({ decided }: Relaxed, { first, last }: NodeDomain): number {
    let best = -1;
    let most = -1;
    for (let i = 0; i < decided.length; i++) {
      if (first[i]! >= last[i]!) continue;
      const open = 1 - decided[i]!;
      const score = open > undecidedMin ? open : 0;
      if (score > most) [best, most] = [i, score];
    }
    return best;
  }

  /** After which piece to cut: beside the one on which the asset costs least by itself. */
  private splitOf(asset: number, { separate }: Relaxed, { first, last }: NodeDomain): number {
    const piece = separate.pieces[asset]!;
    return piece < last[asset]! ? Math.max(piece, first[asset]!) : last[asset]! - 1;
  }

  /** Cuts the asset that is furthest from its lattice. */
  private branchOnLattice(place: Place, relaxed: Relaxed, domain: NodeDomain, depth: number): boolean {
    const { lattices } = this.model.choices;
    if (domain.lower === undefined || domain.upper === undefined) return false;
    let asset = -1;
    let furthest = 1e-9;
    for (let i = 0; i < lattices.length; i++) {
      const lattice = lattices[i];
      if (lattice === undefined) continue;
      const [from, to] = this.rangeOf(i, domain);
      if (!(to - from > 0.5 * lattice.step)) continue;
      const off = (relaxed.weights[i]! - lattice.base) / lattice.step;
      const distance = Math.max(Math.abs(off - Math.round(off)), 2e-9);
      if (distance > furthest) [asset, furthest] = [i, distance];
    }
    if (asset < 0) return false;
    const lattice = lattices[asset]!;
    const [from, to] = this.rangeOf(asset, domain);
    const weight = Math.min(Math.max(relaxed.weights[asset]!, from), to - 0.5 * lattice.step);
    const at = Math.max(latticeDown(lattice, weight), from);
    const below = copyOf(domain);
    const above = copyOf(domain);
    below.upper![asset] = at;
    above.lower![asset] = latticeUp(lattice, at + 0.5 * lattice.step);
    place.cut = { position: asset, at, owner: 'below' };
    place.below = this.opened(below, relaxed, asset, depth);
    place.above = this.opened(above, relaxed, asset, depth);
    return true;
  }

  private rangeOf(i: number, domain: NodeDomain): readonly [number, number] {
    const from = Math.max(this.model.range(i, domain.first[i]!)[0], domain.lower![i]!);
    return [from, Math.min(this.model.range(i, domain.last[i]!)[1], domain.upper![i]!)];
  }
}
