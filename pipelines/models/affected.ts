/**
 * Maintenance by affected keys. From the streams of everything that a model reads come the keys that a change can
 * touch (a superset is harmless, a missing key would be wrong); the SELECT is computed again for those alone.
 *
 * The rule, for one SELECT whose wanted expressions are all made of one item R1 that no outer join fills with NULL:
 * a result row changes only if its R1 row changed (the expressions over R1's changed rows, old and new side), or if
 * R1's row stayed and a row joined to it changed (R1 joined by the equalities to the changed rows of that item).
 * Grouping and windows keep this true as long as the wanted expressions are among the grouping or partition ones,
 * for then no row of another key takes part. Anything else is refused, with the reason.
 */

import { quotedObject } from "../../infra/names.ts";
import { columnName, indent, printQuery } from "../sql/print.ts";
import { type ColumnRef, columnRefs, type Item, outputNames, type Query, type Select } from "../sql/query.ts";
import type { Relation } from "../sql/relation.ts";
import { as, fingerprint, type Node, nodeAt, print, verbatim, walk } from "../sql/tree.ts";
import { isRefusal, type Refusal } from "./arrivals.ts";

export type StreamText = (relation: Relation) => string;

export interface AffectedPlan {
  /** Stored names of the output columns that are collected: the key, or a part of it. */
  grain: string[];
  /** SELECTs that yield the grain's columns; their union is what is affected. */
  selects: string[];
  /** The query, restricted to what is affected. */
  restricted: Query;
}

const no = (reason: string): Refusal => ({ reason });

/** Tries the whole key, then the parts of it that can be collected. */
export function planAffected(
  query: Query,
  key: readonly string[],
  stream: StreamText,
): AffectedPlan | Refusal {
  const whole = planGrain(query, key, stream);
  if (!isRefusal(whole)) return whole;
  const possible = key.filter((part) => !isRefusal(planGrain(query, [part], stream)));
  for (const grain of [possible, ...possible.map((part) => [part])]) {
    if (grain.length === 0) continue;
    const plan = planGrain(query, grain, stream);
    if (!isRefusal(plan)) return plan;
  }
  return whole;
}

function planGrain(query: Query, grain: readonly string[], stream: StreamText): AffectedPlan | Refusal {
  const names = outputNames(query);
  const wanted = grain.map((name) => names.indexOf(name));
  const selects = collect(query, wanted, [...grain], stream);
  if (isRefusal(selects)) return selects;
  const list = grain.map(columnName).join(", ");
  return {
    grain: [...grain],
    selects: [...new Set(selects)],
    restricted: restrict(query, wanted, `SELECT ${list} FROM affected`),
  };
}

/** SELECTs yielding, under the given names, the values of the wanted outputs that a change can touch. */
function collect(
  query: Query,
  wanted: readonly number[],
  names: readonly string[],
  stream: StreamText,
): string[] | Refusal {
  if (query.kind === "union") {
    const left = collect(query.left, wanted, names, stream);
    if (isRefusal(left)) return left;
    const right = collect(query.right, wanted, names, stream);
    return isRefusal(right) ? right : [...left, ...right];
  }
  const root = rootOf(query, wanted);
  if (isRefusal(root)) return root;
  const { item, expressions } = root;
  const list = expressions
    .map((expression, i) => `${print(expression)} AS ${columnName(names[i]!)}`)
    .join(", ");
  const found: string[] = [];

  const own = changedRows(item, columnRefs(...expressions), stream);
  if (isRefusal(own)) return own;
  const filters =
    item.source.kind === "table" ? query.where.filter((node) => readsOnly(node, item.alias)) : [];
  const where =
    filters.length === 0 ? "" : ` WHERE ${filters.map((node) => `(${print(node)})`).join(" AND ")}`;
  found.push(`SELECT DISTINCT ${list} FROM ${own} AS ${columnName(item.alias)}${where}`);

  for (const other of query.items) {
    if (other === item || other.source.kind === "flatten") continue;
    const links = equalities(query, other);
    const near = links.filter((link) => readsOnly(link.rest, item.alias));
    const used = near.length > 0 ? near : links;
    if (used.length === 0) return no(`${nameOf(other)} is joined without an equality`);
    // Fewer equalities find more keys, which is harmless: one alone will do where all together cannot be followed.
    const tries = [used, ...(used.length > 1 ? used.map((link) => [link]) : [])].map((some) =>
      throughChanged(query, { item, other, list }, some, stream),
    );
    const chosen = tries.find((one) => !isRefusal(one)) ?? tries[0]!;
    if (isRefusal(chosen)) return chosen;
    found.push(chosen);
  }
  return found;
}

/** The root's values of rows that are joined, by these equalities, to the changed rows of another item. */
function throughChanged(
  query: Select,
  { item, other, list }: { item: Item; other: Item; list: string },
  links: readonly Link[],
  stream: StreamText,
): string | Refusal {
  const refs = links.flatMap((link) => columnRefs(link.own));
  const changed = changedRows(other, refs, stream);
  if (isRefusal(changed)) return changed;
  const path = joinPath(query, item, other, links);
  if (isRefusal(path)) return path;
  const on = links.map((link) => print(link.condition)).join(" AND ");
  return `SELECT DISTINCT ${list} FROM ${sourceText(item)} AS ${columnName(item.alias)}${path} JOIN ${changed} AS ${columnName(other.alias)} ON ${on}`;
}

/** The one item that the wanted expressions are made of, and those expressions. */
function rootOf(select: Select, wanted: readonly number[]): { item: Item; expressions: Node[] } | Refusal {
  if (select.nestedReads.length > 0) return no("a subquery in an expression reads another table");
  const outer = select.items.find((item) => item.join === "right" || item.join === "full");
  if (outer !== undefined) return no(`${outer.join.toUpperCase()} JOIN may add rows of any key`);
  let expressions = wanted.map((index) => select.outputs[index]!.expression);
  let aliases = [...new Set(columnRefs(...expressions).map((ref) => ref.alias))];
  if (aliases.length > 1) {
    expressions = expressions.map((expression) => throughEqualities(select, expression, aliases[0]!));
    aliases = [...new Set(columnRefs(...expressions).map((ref) => ref.alias))];
  }
  if (aliases.length === 0) return no("the key is constant");
  if (aliases.length > 1) return no("the key is made of columns of more than one table");
  const item = select.items.find((one) => one.alias === aliases[0])!;
  if (item.source.kind === "flatten") return no("the key comes from FLATTEN");
  if (item.join === "left") return no(`the key comes from ${nameOf(item)}, which a LEFT JOIN may leave out`);
  const varying = expressions.filter((expression) => columnRefs(expression).length > 0);
  const originals = wanted.map((index) => select.outputs[index]!.expression);
  if (select.grouped) {
    const groups = new Set(select.groupBy.map(fingerprint));
    const loose = originals.some((one) => columnRefs(one).length > 0 && !groups.has(fingerprint(one)));
    if (loose || select.groupBy.length === 0) return no("it aggregates over other columns than the key's");
  }
  const split = windowsOf(select).find((partition) => {
    const parts = new Set(partition.map(fingerprint));
    return originals.some((one) => columnRefs(one).length > 0 && !parts.has(fingerprint(one)));
  });
  if (split !== undefined) return no("a window looks across keys (it is not partitioned by them)");
  return varying.length === 0 ? no("the key is constant") : { item, expressions };
}

/** A plain column of one table, replaced by the equal column of another where an inner join says they are equal. */
function throughEqualities(select: Select, expression: Node, alias: string): Node {
  const ref = columnRefs(expression)[0];
  if (as(expression, "column") === undefined || ref === undefined || ref.alias === alias) return expression;
  const inner = select.items.filter((item) => item.join === "inner" || item.join === "cross");
  for (const condition of [...select.where, ...inner.flatMap((item) => item.on)]) {
    const equality = as(condition, "eq");
    if (equality === undefined) continue;
    const [left, right] = [nodeAt(equality, "left"), nodeAt(equality, "right")];
    if (left === undefined || right === undefined) continue;
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      if (
        fingerprint(one) === fingerprint(expression) &&
        as(other, "column") &&
        columnRefs(other)[0]?.alias === alias
      )
        return other;
    }
  }
  return expression;
}

/** Partition expressions of every window in outputs and QUALIFY. */
function windowsOf(select: Select): Node[][] {
  const found: Node[][] = [];
  walk([...select.outputs.map((output) => output.expression), ...select.qualify], (node) => {
    const window = as(node, "window_function");
    const over = window === undefined ? undefined : nodeAt(window, "over");
    if (over === undefined) return undefined;
    const partition = over["partition_by"];
    found.push(Array.isArray(partition) ? (partition as Node[]) : []);
    return true;
  });
  return found;
}

const readsOnly = (node: Node, alias: string): boolean => {
  const refs = columnRefs(node);
  return refs.length > 0 && refs.every((ref) => ref.alias === alias);
};

/** FROM text with the needed columns of the changed rows of an item, both sides of changes. */
function changedRows(item: Item, refs: readonly ColumnRef[], stream: StreamText): string | Refusal {
  if (item.source.kind === "table") return stream(item.source.relation);
  if (item.source.kind === "flatten") return no("the key comes from FLATTEN");
  const query = item.source.query;
  const names = outputNames(query);
  const needed = [...new Set(refs.filter((ref) => ref.alias === item.alias).map((ref) => ref.name))];
  const inner = collect(
    query,
    needed.map((name) => names.indexOf(name)),
    needed,
    stream,
  );
  return isRefusal(inner) ? inner : `(\n${indent(inner.join("\nUNION\n"))}\n)`;
}

interface Link {
  condition: Node;
  /** The side that reads the item alone. */
  own: Node;
  rest: Node;
}

/** Conditions `<of the item> = <of other items>` that every row joined to the item satisfies. */
function equalities(select: Select, item: Item): Link[] {
  const later = select.items.slice(select.items.indexOf(item) + 1).filter((one) => one.join === "inner");
  const inner = item.join === "left" ? [] : [...select.where, ...later.flatMap((one) => one.on)];
  const links: Link[] = [];
  for (const condition of [...item.on, ...inner]) {
    const equality = as(condition, "eq");
    if (equality === undefined) continue;
    const [left, right] = [nodeAt(equality, "left")!, nodeAt(equality, "right")!];
    const apart = (node: Node) =>
      columnRefs(node).length > 0 && columnRefs(node).every((ref) => ref.alias !== item.alias);
    if (readsOnly(left, item.alias) && apart(right)) links.push({ condition, own: left, rest: right });
    else if (readsOnly(right, item.alias) && apart(left)) links.push({ condition, own: right, rest: left });
  }
  return links;
}

/** JOINs of the items that stand between the root and the changed item, in order. */
function joinPath(select: Select, root: Item, changed: Item, links: readonly Link[]): string | Refusal {
  const needed = new Set<string>();
  const visit = (alias: string): Refusal | undefined => {
    if (alias === root.alias || needed.has(alias)) return undefined;
    if (alias === changed.alias) return no(`${nameOf(changed)} is joined in a circle`);
    const item = select.items.find((one) => one.alias === alias)!;
    if (item.source.kind === "flatten") return no("a join depends on FLATTEN");
    needed.add(alias);
    if (item.join !== "inner" && item.join !== "left")
      return no(`${nameOf(item)} is joined without an equality`);
    for (const ref of columnRefs(...item.on)) {
      const refused = ref.alias === alias ? undefined : visit(ref.alias);
      if (refused !== undefined) return refused;
    }
    return undefined;
  };
  for (const ref of columnRefs(...links.map((link) => link.rest))) {
    const refused = visit(ref.alias);
    if (refused !== undefined) return refused;
  }
  return select.items
    .filter((item) => needed.has(item.alias))
    .map(
      (item) =>
        ` JOIN ${sourceText(item)} AS ${columnName(item.alias)} ON ${item.on.map(print).join(" AND ")}`,
    )
    .join("");
}

const sourceText = (item: Item): string => {
  if (item.source.kind === "table") return quotedObject(item.source.relation.object);
  if (item.source.kind === "query") return `(\n${indent(printQuery(item.source.query))}\n)`;
  return "";
};

/** Adds `(outputs) IN (affected)` as deep as the outputs are plain columns. */
function restrict(query: Query, wanted: readonly number[], affected: string): Query {
  if (query.kind === "union")
    return {
      ...query,
      left: restrict(query.left, wanted, affected),
      right: restrict(query.right, wanted, affected),
    };
  const expressions = wanted.map((index) => query.outputs[index]!.expression);
  const left: Node =
    expressions.length === 1 ? expressions[0]! : { tuple: { expressions, trailing_comments: [] } };
  const condition: Node = {
    in: {
      this: left,
      expressions: [verbatim(affected)],
      query: null,
      not: false,
      global: false,
      unnest: null,
      is_field: false,
    },
  };
  const refs = expressions.map((expression) =>
    as(expression, "column") ? columnRefs(expression)[0] : undefined,
  );
  const alias = refs[0]?.alias;
  const items = query.items.map((item) => {
    if (item.source.kind !== "query" || item.alias !== alias) return item;
    const names = outputNames(item.source.query);
    const inner = refs.map((ref) => (ref?.alias === alias ? names.indexOf(ref.name) : -1));
    if (inner.includes(-1)) return item;
    return {
      ...item,
      source: { kind: "query" as const, query: restrict(item.source.query, inner, affected) },
    };
  });
  return { ...query, items, where: [...query.where, condition] };
}

const nameOf = (item: Item): string =>
  item.source.kind === "table" ? item.source.relation.logical : item.alias.toLowerCase();
