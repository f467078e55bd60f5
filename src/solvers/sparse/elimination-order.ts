/**
 * An order of elimination that keeps a symmetric factorization sparse: minimum degree on the quotient graph, with the approximate degrees of
 * Amestoy, Davis and Duff, An approximate minimum degree ordering algorithm, SIAM J. Matrix Analysis 17 (1996).
 */
import type { Checkpoint } from '../../math/checkpoint.ts';

/** Nodes with more neighbours than this many times the root of the size come last at once. */
const denseShare = 10;

/**
 * @param neighbours by node, both ways, without the node itself
 * @returns the nodes in the order in which to eliminate them; ties go to the node that got its degree last
 */
export function eliminationOrder(neighbours: readonly (readonly number[])[], checkpoint: Checkpoint): Int32Array {
  const size = neighbours.length;
  const graph = new QuotientGraph(neighbours, checkpoint);
  const order = new Int32Array(size);
  for (let k = 0; k < size; k++) {
    const next = graph.leastDegree();
    order[k] = next;
    graph.eliminate(next);
  }
  return order;
}

class QuotientGraph {
  private readonly checkpoint: Checkpoint;
  /** By node: neighbours that no element covers, and the elements that hold it. */
  private readonly variables: number[][];
  private readonly elements: number[][];
  /** By element, named after the node that was eliminated: its nodes. Empty once another one covers it. */
  private readonly members: number[][];
  private readonly alive: Uint8Array;
  private readonly degree: Int32Array;
  /** Doubly linked lists by degree. */
  private readonly heads: Int32Array;
  private readonly next: Int32Array;
  private readonly before: Int32Array;
  private least = 0;
  /** Marks: the step at which a node was last a member; what of an element lies outside the members of this step. */
  private readonly seen: Int32Array;
  private readonly outside: Int32Array;
  private readonly counted: Int32Array;
  private step = 0;

  constructor(neighbours: readonly (readonly number[])[], checkpoint: Checkpoint) {
    const size = neighbours.length;
    this.checkpoint = checkpoint;
    this.variables = neighbours.map((each) => [...each]);
    this.elements = neighbours.map(() => []);
    this.members = neighbours.map(() => []);
    this.alive = new Uint8Array(size).fill(1);
    this.degree = new Int32Array(size);
    this.heads = new Int32Array(size + 1).fill(-1);
    this.next = new Int32Array(size).fill(-1);
    this.before = new Int32Array(size).fill(-1);
    this.seen = new Int32Array(size).fill(-1);
    this.outside = new Int32Array(size);
    this.counted = new Int32Array(size).fill(-1);
    const many = Math.max(16, denseShare * Math.sqrt(size));
    for (let i = size - 1; i >= 0; i--) {
      const count = neighbours[i]!.length;
      this.insert(i, count > many ? size : count);
    }
  }

  leastDegree(): number {
    while (this.heads[this.least] === -1) this.least++;
    return this.heads[this.least]!;
  }

  eliminate(node: number): void {
    this.remove(node);
    this.alive[node] = 0;
    const held = this.membersOf(node);
    this.members[node] = held;
    this.variables[node] = [];
    this.elements[node] = [];
    for (const i of held) this.cover(i, node);
    for (const i of held) this.revalue(i, node, held.length);
    this.step++;
  }

  /** All that the node is tied to, directly or through elements, which it covers from now on. */
  private membersOf(node: number): number[] {
    const held: number[] = [];
    const take = (i: number): void => {
      if (this.alive[i] === 0 || this.seen[i] === this.step) return;
      this.seen[i] = this.step;
      held.push(i);
    };
    this.variables[node]!.forEach(take);
    let work = 0;
    for (const element of this.elements[node]!) {
      work += this.members[element]!.length;
      this.members[element]!.forEach(take);
      this.members[element] = [];
    }
    this.checkpoint(work + held.length);
    return held;
  }

  /** Drops from a member what the new element covers, and counts what of its other elements lies outside. */
  private cover(i: number, node: number): void {
    this.variables[i] = this.variables[i]!.filter((j) => this.alive[j] === 1 && this.seen[j] !== this.step);
    this.elements[i] = this.elements[i]!.filter((element) => this.members[element]!.length > 0);
    for (const element of this.elements[i]) {
      if (this.counted[element] !== this.step) {
        this.counted[element] = this.step;
        this.outside[element] = this.members[element]!.length;
      }
      this.outside[element]!--;
    }
    this.elements[i].push(node);
  }

  private revalue(i: number, node: number, size: number): void {
    let degree = this.variables[i]!.length + size - 1;
    let covered = false;
    for (const element of this.elements[i]!) {
      if (element === node) continue;
      if (this.outside[element] === 0) covered = true;
      else degree += this.outside[element]!;
    }
    if (covered)
      this.elements[i] = this.elements[i]!.filter((element) => element === node || this.outside[element] !== 0);
    this.remove(i);
    this.insert(i, this.degree[i] === this.alive.length ? this.alive.length : Math.min(degree, this.alive.length - 1));
  }

  private insert(i: number, degree: number): void {
    const head = this.heads[degree]!;
    this.degree[i] = degree;
    this.next[i] = head;
    this.before[i] = -1;
    if (head !== -1) this.before[head] = i;
    this.heads[degree] = i;
    if (degree < this.least) this.least = degree;
  }

  private remove(i: number): void {
    const [before, next] = [this.before[i]!, this.next[i]!];
    if (before === -1) this.heads[this.degree[i]!] = next;
    else this.next[before] = next;
    if (next !== -1) this.before[next] = before;
  }
}
