/** Order among models: who reads whom, without cycles. */
import { as, identifier, type Node, walk } from "../sql/tree.ts";

/** Three-part names of a tree, lower-case: `core.customer.account`. */
export function namedTables(statement: Node): string[] {
  const found = new Set<string>();
  walk(statement, (node) => {
    const table = as(node, "table");
    if (table === undefined) return undefined;
    const parts = [table["catalog"], table["schema"], table["name"]].map(identifier);
    if (parts.every((part) => part !== undefined)) found.add(parts.join(".").toLowerCase());
    return undefined;
  });
  return [...found];
}

/** Names so ordered that each comes after what it reads; or one cycle, first name repeated at its end. */
export function inOrder(
  reads: ReadonlyMap<string, readonly string[]>,
): { order: string[] } | { cycle: string[] } {
  const done = new Set<string>();
  const order: string[] = [];
  const path: string[] = [];
  const visit = (name: string): string[] | undefined => {
    if (done.has(name)) return undefined;
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    path.push(name);
    for (const other of reads.get(name) ?? []) {
      if (!reads.has(other)) continue;
      const cycle = visit(other);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(name);
    order.push(name);
    return undefined;
  };
  for (const name of [...reads.keys()].sort()) {
    const cycle = visit(name);
    if (cycle !== undefined) return { cycle };
  }
  return { order };
}
