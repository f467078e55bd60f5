/** One ring per knot of a directed graph, written `a -> b -> a`. Depth first; an edge back into the current path closes a ring. */
export const findCycles = (edges: ReadonlyMap<string, readonly string[]>): string[] => {
  const done = new Set<string>();
  const path: string[] = [];
  const rings: string[] = [];
  const visit = (node: string): void => {
    const start = path.indexOf(node);
    if (start >= 0) {
      rings.push([...path.slice(start), node].join(' -> '));
      return;
    }
    if (done.has(node)) return;
    path.push(node);
    for (const next of edges.get(node) ?? []) visit(next);
    path.pop();
    done.add(node);
  };
  for (const node of edges.keys()) visit(node);
  return rings;
};
