/**
 * What may not stand in the query of a derived object (a dynamic table, a materialized view, a view with a stream):
 * looked for in its tree.
 */

type Node = Record<string, unknown> & { type: string };

/** Every node of the tree that has a type, outermost first. */
export function* nodesOf(tree: unknown): Generator<Node> {
  if (Array.isArray(tree)) for (const item of tree) yield* nodesOf(item);
  else if (typeof tree === "object" && tree !== null) {
    const node = tree as Node;
    if (typeof node.type === "string") yield node;
    for (const value of Object.values(node)) yield* nodesOf(value);
  }
}

/** Upper-case names of what the node calls, with what they stand under: `["F"]`, `["SCHEMA", "F"]`. */
export const callName = (node: Node): string[] | null =>
  node.type === "call" && Array.isArray(node["name"])
    ? (node["name"] as { name: string }[]).map(({ name }) => name)
    : null;

/** The first thing in a dynamic table's query that dynamic tables do not support, or null. */
export function unsupportedInDynamicTable(query: unknown): string | null {
  for (const node of nodesOf(query)) {
    // Source: "Dynamic table limitations"; "Supported queries for dynamic tables".
    if (node.type === "stage" || node.type === "directory") return "a stage";
    if (node.type === "variable" || node.type === "bind") return "session variables";
    if (node.type === "pivot") return "PIVOT";
    if (node.type === "unpivot") return "UNPIVOT";
    if (node["sample"]) return "SAMPLE";
    const name = callName(node)?.join(".");
    if (name === "ANY_VALUE" || name === "CURRENT_USER") return name;
    if (node.type === "column" && (node["parts"] as { name: string }[]).at(-1)?.name === "NEXTVAL")
      return "sequences";
  }
  return null;
}
