import {
  as,
  fingerprint,
  identifier,
  listAt,
  type Node,
  nodeAt,
  parseSql,
  walk,
} from "../pipelines/sql/tree.ts";

/**
 * Columns (upper-case) whose values can differ between two queries: those whose own expression is another, or that name
 * such a column, where everything besides the expressions is the same. None where only the text differs. Undefined where
 * any column can: other rows, other sources, or a query that is no plain SELECT.
 */
export function changedColumns(before: string, after: string): string[] | undefined {
  const [was, is] = [selectOf(before), selectOf(after)];
  if (!was || !is || restOf(was) !== restOf(is)) return undefined;
  const [from, to] = [expressionsOf(was), expressionsOf(is)];
  if (!from || !to) return undefined;
  const changed = new Set(
    [...to]
      .filter(([name, expression]) => {
        const old = from.get(name);
        return old === undefined || fingerprint(old) !== fingerprint(expression);
      })
      .map(([name]) => name),
  );
  for (let grew = changed.size > 0; grew; ) {
    grew = false;
    for (const [name, expression] of to)
      if (!changed.has(name) && names(expression).some((each) => changed.has(each))) {
        changed.add(name);
        grew = true;
      }
  }
  return [...changed];
}

function selectOf(query: string): Node | undefined {
  const parsed = parseSql(query);
  if ("error" in parsed || parsed.statements.length !== 1) return undefined;
  return as(parsed.statements[0], "select");
}

/** All of it besides its output columns and its comments. */
const restOf = (select: Node): string =>
  fingerprint(
    Object.fromEntries(
      Object.entries(select).filter(([key]) => key !== "expressions" && !key.endsWith("comments")),
    ),
  );

/** The output columns with their expressions; undefined where one has no name. */
function expressionsOf(select: Node): Map<string, Node> | undefined {
  const named = listAt(select, "expressions").map((expression): [string | undefined, Node] => {
    const alias = as(expression, "alias");
    const inner = alias && nodeAt(alias, "this");
    if (alias && inner) return [identifier(alias["alias"]), inner];
    return [identifier(as(expression, "column")?.["name"]), expression];
  });
  const map = new Map<string, Node>();
  for (const [name, expression] of named) {
    if (name === undefined) return undefined;
    map.set(name, expression);
  }
  return map;
}

/** Columns that an expression names without a table: another output column may be meant. */
function names(expression: Node): string[] {
  const found: string[] = [];
  walk(expression, (node) => {
    const column = as(node, "column");
    if (column && !column["table"]) found.push(identifier(column["name"]) ?? "");
    return undefined;
  });
  return found;
}
