import { errors } from "../../errors.ts";
import type { Expr, Select, TableExpr } from "../parse/index.ts";

/**
 * Joins by `(+)` in WHERE as LEFT JOIN: `FROM a, b WHERE a.x = b.y (+)` keeps the rows of `a`. Columns with the mark must
 * be qualified by their table. Source: Snowflake documentation, "WHERE", "Joins in the WHERE clause".
 */
export function withOuterMarks(select: Select): Select {
  const { where, from } = select;
  if (!where || !from) return select;
  const parts = conjuncts(where);
  const marked = parts.map((part) => [part, markedTable(part)] as const);
  if (marked.every(([, table]) => table === null)) return select;
  const tables = flat(from);
  const inner = new Set(marked.flatMap(([, table]) => table ?? []));
  const kept = tables.filter((table) => !inner.has(nameOf(table)));
  if (kept.length === 0) throw errors.unsupported("(+) on every table of a FROM");
  let joined = kept.reduce((left, right) => join(left, right, "CROSS", null));
  for (const name of inner) {
    const table = tables.find((one) => nameOf(one) === name);
    if (!table) throw errors.invalidIdentifier(name);
    const on = marked.filter(([, of]) => of === name).map(([part]) => withoutMarks(part));
    joined = join(joined, table, "LEFT", on.reduce(and));
  }
  const rest = marked.filter(([, table]) => table === null).map(([part]) => part);
  return { ...select, from: joined, where: rest.length > 0 ? rest.reduce(and) : null };
}

const conjuncts = (expr: Expr): Expr[] =>
  expr.type === "binary" && expr.op === "AND" ? [...conjuncts(expr.left), ...conjuncts(expr.right)] : [expr];

const and = (left: Expr, right: Expr): Expr => ({
  type: "binary",
  op: "AND",
  left,
  right,
  start: left.start,
  end: right.end,
});

const join = (left: TableExpr, right: TableExpr, kind: "CROSS" | "LEFT", on: Expr | null): TableExpr =>
  ({
    type: "join",
    kind,
    natural: false,
    left,
    right,
    on,
    using: null,
    matchCondition: null,
    start: left.start,
    end: right.end,
  }) as TableExpr;

const flat = (from: TableExpr): TableExpr[] =>
  from.type === "join" && from.on === null && from.using === null && from.kind === "CROSS"
    ? [...flat(from.left), ...flat(from.right)]
    : [from];

function nameOf(table: TableExpr): string {
  if (table.type === "join") return "";
  if (table.alias) return table.alias.name.name;
  return table.type === "table" ? (table.name.at(-1)?.name ?? "") : "";
}

/** The one table whose columns carry the mark in the condition, or null. */
function markedTable(part: Expr): string | null {
  const found = new Set<string>();
  walk(part, (node) => {
    if (!node.outer) return;
    const qualifier = node.parts.at(-2)?.name;
    if (!qualifier) throw errors.unsupported("(+) on a column without its table's name");
    found.add(qualifier);
  });
  const [table, ...others] = found;
  if (others.length > 0) throw errors.unsupported("(+) on columns of two tables in one condition");
  return table ?? null;
}

type Column = Extract<Expr, { type: "column" }>;

function walk(node: unknown, visit: (column: Column) => void): void {
  if (Array.isArray(node)) for (const item of node) walk(item, visit);
  else if (typeof node === "object" && node !== null) {
    if ((node as Expr).type === "column") visit(node as Column);
    for (const value of Object.values(node)) walk(value, visit);
  }
}

function withoutMarks<T>(node: T): T {
  if (Array.isArray(node)) return node.map(withoutMarks) as T;
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== "outer")
      .map(([key, value]) => [key, withoutMarks(value)]),
  ) as T;
}
