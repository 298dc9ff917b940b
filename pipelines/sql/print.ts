/** A resolved query as Snowflake SQL text, laid out for people: one clause a line, tables by their physical names. */
import { quotedObject } from "../../infra/names.ts";
import { columnRef, type Item, type Query, type Select, type Source } from "./query.ts";
import type { Relation } from "./relation.ts";
import { columnIdent, type Node, print, printAll } from "./tree.ts";

export interface PrintOptions {
  /** Replaces a base table by other FROM text, e.g. its stream. The default is the table's physical name. */
  tableText?: (relation: Relation) => string;
}

export function printQuery(query: Query, options: PrintOptions = {}): string {
  if (query.kind === "union") {
    const word = query.all ? "UNION ALL" : "UNION";
    const right = printQuery(query.right, options);
    return `${printQuery(query.left, options)}\n${word}\n${query.right.kind === "union" ? `(\n${indent(right)}\n)` : right}`;
  }
  return printSelect(query, options);
}

export const indent = (text: string, by = "  "): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? line : by + line))
    .join("\n");

function printSelect(select: Select, options: PrintOptions): string {
  const texts = printer([
    ...select.outputs.map((output) => output.expression),
    ...select.items.flatMap((item) => item.on),
    ...select.where,
    ...select.groupBy,
    ...select.having,
    ...select.qualify,
  ]);
  const outputs = select.outputs.map((output) => {
    const text = texts(output.expression);
    const name = columnName(output.name);
    return columnRef(output.expression)?.name === output.name ? text : `${text} AS ${name}`;
  });
  const clauses = [`SELECT${select.distinct ? " DISTINCT" : ""}\n${indent(outputs.join(",\n"))}`];
  for (const item of select.items) clauses.push(printItem(item, item === select.items[0], texts, options));
  const conditions = (word: string, nodes: readonly Node[]) => {
    if (nodes.length > 0)
      clauses.push(`${word} ${nodes.map((node) => operand(node, texts)).join("\n  AND ")}`);
  };
  conditions("WHERE", select.where);
  if (select.groupBy.length > 0) clauses.push(`GROUP BY ${select.groupBy.map(texts).join(", ")}`);
  conditions("HAVING", select.having);
  conditions("QUALIFY", select.qualify);
  return clauses.join("\n");
}

/** Prints many expressions at once and answers each from memory. */
function printer(nodes: readonly Node[]): (node: Node) => string {
  const printed = printAll(nodes);
  const texts = new Map(nodes.map((node, index) => [node, printed[index]!]));
  return (node) => texts.get(node) ?? print(node);
}

/** Everything that binds weaker than AND stands in parentheses. */
const operand = (node: Node, texts: (node: Node) => string): string =>
  "or" in node || "xor" in node ? `(${texts(node)})` : texts(node);

const JOIN_WORDS = {
  from: "FROM",
  inner: "JOIN",
  left: "LEFT JOIN",
  right: "RIGHT JOIN",
  full: "FULL JOIN",
  cross: "CROSS JOIN",
} as const;

function printItem(item: Item, first: boolean, texts: (node: Node) => string, options: PrintOptions): string {
  const alias = ` AS ${columnName(item.alias)}`;
  if (item.source.kind === "flatten") {
    return `${first ? "FROM" : "CROSS JOIN"} LATERAL ${print(item.source.call)}${alias}`;
  }
  const on = item.on.length === 0 ? "" : ` ON ${item.on.map((node) => operand(node, texts)).join(" AND ")}`;
  return `${first ? "FROM" : JOIN_WORDS[item.join]} ${printSource(item.source, options)}${alias}${on}`;
}

function printSource(source: Exclude<Source, { kind: "flatten" }>, options: PrintOptions): string {
  if (source.kind === "table")
    return options.tableText?.(source.relation) ?? quotedObject(source.relation.object);
  return `(\n${indent(printQuery(source.query, options))}\n)`;
}

/** A column or alias as it is printed: lower-case, quoted only where folding would change it. */
export function columnName(stored: string): string {
  const ident = columnIdent(stored);
  return ident["quoted"] === true ? `"${stored.replaceAll('"', '""')}"` : stored.toLowerCase();
}
