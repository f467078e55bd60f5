/** Open nodes by bound, the lowest first; of equal bounds the one that came first. */
export interface Queued {
  readonly bound: number;
  readonly order: number;
}

export class NodeQueue<Node extends Queued> {
  private readonly heap: Node[] = [];

  get size(): number {
    return this.heap.length;
  }

  /** The least bound; infinite when there is none. */
  get bound(): number {
    return this.heap[0]?.bound ?? Infinity;
  }

  push(node: Node): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(node);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(node, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = node;
  }

  pop(): Node | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  all(): readonly Node[] {
    return this.heap;
  }
}

function before(a: Queued, b: Queued): boolean {
  return a.bound < b.bound || (a.bound === b.bound && a.order < b.order);
}
