/**
 * Order and structure of a control-flow graph: reverse postorder, dominators, loop headers, merges.
 *
 * WebAssembly knows only structured control flow, so a retreating edge must lead to a node that dominates its source.
 * Edges that do not are reported, for the caller to cut. Sources: Cooper, Harvey, Kennedy, "A Simple, Fast Dominance
 * Algorithm" (2001); Ramsey, "Beyond Relooper" (2022).
 */

export interface GraphNode<N> {
  successors(): readonly N[];
}

/** A graph as seen from its entry; nodes are named by their position in reverse postorder, the entry is 0. */
export interface Flow<N> {
  readonly order: readonly N[];
  readonly positions: ReadonlyMap<N, number>;
  /** Immediate dominator of each node; of the entry, itself. */
  readonly dominators: readonly number[];
  /** Whether a later node leads back to this one. */
  readonly isHeader: readonly boolean[];
  /** Whether more than one edge leads to this node from earlier ones. */
  readonly isMerge: readonly boolean[];
  /** Retreating edges [from, to] into loops that have another entry. */
  readonly irreducible: readonly (readonly [number, number])[];
}

export function analyse<N extends GraphNode<N>>(entry: N): Flow<N> {
  const order = reversePostorder(entry);
  const positions = new Map(order.map((node, position) => [node, position]));
  const predecessors: number[][] = order.map(() => []);
  order.forEach((node, from) => {
    for (const successor of node.successors()) predecessors[positions.get(successor)!]!.push(from);
  });
  const dominators = immediateDominators(predecessors);
  const dominates = (ancestor: number, node: number): boolean => {
    let at = node;
    while (at > ancestor) at = dominators[at]!;
    return at === ancestor;
  };
  const irreducible: [number, number][] = [];
  const isHeader = order.map(() => false);
  const isMerge = order.map(() => false);
  predecessors.forEach((sources, to) => {
    let forward = 0;
    for (const from of sources) {
      if (from < to) forward++;
      else if (dominates(to, from)) isHeader[to] = true;
      else irreducible.push([from, to]);
    }
    isMerge[to] = forward > 1;
  });
  return { order, positions, dominators, isHeader, isMerge, irreducible };
}

function reversePostorder<N extends GraphNode<N>>(entry: N): N[] {
  const seen = new Set<N>([entry]);
  const postorder: N[] = [];
  const stack: { node: N; next: number }[] = [{ node: entry, next: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const successors = top.node.successors();
    if (top.next < successors.length) {
      const successor = successors[top.next++]!;
      if (!seen.has(successor)) {
        seen.add(successor);
        stack.push({ node: successor, next: 0 });
      }
    } else {
      postorder.push(top.node);
      stack.pop();
    }
  }
  return postorder.reverse();
}

function immediateDominators(predecessors: readonly (readonly number[])[]): number[] {
  const dominators = new Array<number>(predecessors.length).fill(-1);
  dominators[0] = 0;
  let isChanged = true;
  while (isChanged) {
    isChanged = false;
    for (let node = 1; node < predecessors.length; node++) {
      let common = -1;
      for (const source of predecessors[node]!) {
        if (dominators[source] === -1) continue;
        common = common === -1 ? source : intersect(dominators, source, common);
      }
      if (dominators[node] !== common) {
        dominators[node] = common;
        isChanged = true;
      }
    }
  }
  return dominators;
}

function intersect(dominators: readonly number[], first: number, second: number): number {
  let a = first;
  let b = second;
  while (a !== b) {
    while (a > b) a = dominators[a]!;
    while (b > a) b = dominators[b]!;
  }
  return a;
}
