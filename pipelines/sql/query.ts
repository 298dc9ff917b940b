/**
 * A resolved query: every name is bound, `*` and common table expressions are expanded, aliases are unique in their
 * SELECT. Column nodes inside expressions are `alias.column` with the alias of one of the SELECT's items.
 */

import type { Relation } from "./relation.ts";
import { as, identifier, type Node, walk } from "./tree.ts";

export type Query = Select | Union;

export interface Select {
  kind: "select";
  items: Item[];
  outputs: Output[];
  distinct: boolean;
  where: Node[];
  /** Expressions; empty and `grouped` for an aggregate over everything. */
  groupBy: Node[];
  grouped: boolean;
  having: Node[];
  qualify: Node[];
  /** Subqueries inside expressions read these. */
  nestedReads: Relation[];
}

export interface Union {
  kind: "union";
  all: boolean;
  left: Query;
  right: Query;
}

export interface Output {
  /** As stored, upper-case. */
  name: string;
  expression: Node;
}

export type Join = "from" | "inner" | "left" | "right" | "full" | "cross";

export interface Item {
  alias: string;
  join: Join;
  on: Node[];
  source: Source;
}

export type Source =
  | { kind: "table"; relation: Relation }
  | { kind: "query"; query: Query }
  /** `LATERAL FLATTEN(...)` or `TABLE(FLATTEN(...))`: rows made from one row of what stands before. */
  | { kind: "flatten"; call: Node };

/** FLATTEN's columns. Source: Snowflake documentation, FLATTEN, Output. */
export const FLATTEN_COLUMNS = [
  { name: "SEQ", type: "NUMBER(38,0)", nullable: false },
  { name: "KEY", type: "VARCHAR(16777216)", nullable: true },
  { name: "PATH", type: "VARCHAR(16777216)", nullable: true },
  { name: "INDEX", type: "NUMBER(38,0)", nullable: true },
  { name: "VALUE", type: "VARIANT", nullable: true },
  { name: "THIS", type: "VARIANT", nullable: true },
] as const;

/** A reference `alias.column` inside a resolved expression. */
export interface ColumnRef {
  alias: string;
  name: string;
}

export function columnRef(node: Node): ColumnRef | undefined {
  const column = as(node, "column");
  if (column === undefined) return undefined;
  const alias = identifier(column["table"]);
  const name = identifier(column["name"]);
  return alias === undefined || name === undefined ? undefined : { alias, name };
}

/** All references of an expression. */
export function columnRefs(...nodes: Node[]): ColumnRef[] {
  const found: ColumnRef[] = [];
  walk(nodes, (node) => {
    const ref = columnRef(node);
    if (ref !== undefined) found.push(ref);
    return ref === undefined;
  });
  return found;
}

/** Every table that a query reads, through subqueries too; each once. */
export function relationsOf(query: Query): Relation[] {
  const found = new Map<string, Relation>();
  const visit = (one: Query): void => {
    if (one.kind === "union") {
      visit(one.left);
      visit(one.right);
      return;
    }
    for (const item of one.items) {
      if (item.source.kind === "table") found.set(item.source.relation.logical, item.source.relation);
      if (item.source.kind === "query") visit(item.source.query);
    }
    for (const relation of one.nestedReads) found.set(relation.logical, relation);
  };
  visit(query);
  return [...found.values()];
}

/** Names of the columns that a query yields, in order. */
export const outputNames = (query: Query): string[] =>
  query.kind === "union" ? outputNames(query.left) : query.outputs.map((output) => output.name);

/** The branches of nested UNIONs, left to right. */
export const branches = (query: Query): Select[] =>
  query.kind === "union" ? [...branches(query.left), ...branches(query.right)] : [query];
