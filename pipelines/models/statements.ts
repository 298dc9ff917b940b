/**
 * The one statement of a task, as text. Every statement may run again after a failure: it reads streams, whose
 * offsets move only with its commit, and what it writes depends on the tables' contents, not on how often it ran.
 */
import { type ObjectName, quotedObject } from "../../infra/names.ts";
import { columnName, indent, printQuery } from "../sql/print.ts";
import type { Query } from "../sql/query.ts";
import type { Relation } from "../sql/relation.ts";
import { print } from "../sql/tree.ts";
import type { AffectedPlan, StreamText } from "./affected.ts";
import type { ArrivalsPlan, Ordering } from "./arrivals.ts";

export interface TargetColumn {
  /** Stored name. */
  name: string;
  type: string;
}

/** What a statement writes: `columns` in the table's order, `key` and `within` by stored names. */
export interface Target {
  object: ObjectName;
  columns: readonly TargetColumn[];
  key: readonly string[];
  within: readonly string[];
}

const names = (columns: readonly { name: string }[], of?: string): string[] =>
  columns.map((column) => (of === undefined ? "" : `${of}.`) + columnName(column.name));

/** Deletes what is there and inserts the SELECT's rows, in one statement and one transaction. */
export function fullRefreshStatement(target: Target, query: Query): string {
  return `INSERT OVERWRITE INTO ${quotedObject(target.object)} (${names(ordered(target, query)).join(", ")})\n${printQuery(query)}`;
}

/** The target's columns in the order of the query's outputs. */
function ordered(target: Target, query: Query): TargetColumn[] {
  let select = query;
  while (select.kind === "union") select = select.left;
  return select.outputs.map((output) => target.columns.find((column) => column.name === output.name)!);
}

/** MERGE of the rows made of what arrived, and of the rows whose looked-up values changed. */
export function arrivalsStatement(target: Target, plan: ArrivalsPlan, stream: StreamText): string {
  const columns = names(target.columns).join(", ");
  const drivers = new Set(plan.drivers.map((driver) => driver.logical));
  const tableText = (relation: Relation) =>
    drivers.has(relation.logical) ? stream(relation) : quotedObject(relation.object);
  // Where candidates are compared anyway, the best row of a key is picked there, once.
  const arriving =
    plan.lookups.length > 0 && plan.query.kind === "select" ? { ...plan.query, qualify: [] } : plan.query;
  const parts = [`arriving AS (\n${indent(printQuery(arriving, { tableText }))}\n)`];
  let chosen = "arriving";
  if (plan.lookups.length > 0) {
    parts.push(`repaired AS (\n${indent(repairedRows(target, plan, stream))}\n)`);
    parts.push(
      `candidates AS (\n${indent(`SELECT ${columns} FROM arriving\nUNION ALL\nSELECT ${columns} FROM repaired`)}\n)`,
    );
    chosen = "candidates";
  }
  const lines = [`WITH ${parts.join(", ")}`, `SELECT ${columns}`, `FROM ${chosen}`];
  // Both sides may hold a row of the same key; MERGE takes one.
  if (plan.lookups.length > 0) lines.push(`QUALIFY ${firstOfKey(target.key, plan.best)} = 1`);
  const changes = changedCondition(target);
  const matched =
    plan.best === undefined && plan.lookups.length === 0
      ? undefined
      : [...(plan.best === undefined ? [] : [notWorse(plan.best)]), changes]
          .filter((one) => one !== "")
          .join("\n  AND ");
  return merge(target, lines.join("\n"), [
    ...(matched === undefined || changes === ""
      ? []
      : [`WHEN MATCHED AND ${matched} THEN UPDATE SET\n${assignments(target)}`]),
    insertClause(target),
  ]);
}

function repairedRows(target: Target, plan: ArrivalsPlan, stream: StreamText): string {
  const outputs = target.columns.map((column) => {
    const expression = plan.repaired.get(column.name)!;
    const text = print(expression);
    const name = columnName(column.name);
    return text === `existing.${name}` ? text : `${text} AS ${name}`;
  });
  const joins = plan.lookups.map((lookup) => {
    const alias = columnName(lookup.item.alias);
    const on = lookup.pairs
      .map((pair) => `${alias}.${columnName(pair.lookup)} = existing.${columnName(pair.output)}`)
      .join(" AND ");
    return `LEFT JOIN ${quotedObject(lookup.relation.object)} AS ${alias} ON ${on}`;
  });
  const touched = plan.lookups.map((lookup) => {
    const [outer, inner] = [lookup.pairs.map((pair) => pair.output), lookup.pairs.map((pair) => pair.lookup)];
    return `${tuple(outer.map((name) => `existing.${columnName(name)}`))} IN (SELECT ${inner.map(columnName).join(", ")} FROM ${stream(lookup.relation)})`;
  });
  return [
    `SELECT\n${indent(outputs.join(",\n"))}`,
    `FROM ${quotedObject(target.object)} AS existing`,
    ...joins,
    `WHERE ${touched.join("\n  OR ")}`,
  ].join("\n");
}

const tuple = (parts: readonly string[]): string =>
  parts.length === 1 ? parts[0]! : `(${parts.join(", ")})`;

function firstOfKey(key: readonly string[], best: readonly Ordering[] | undefined): string {
  const partition = key.map(columnName).join(", ");
  const order = (best ?? key.map((column) => ({ column, descending: false })))
    .map((one) => columnName(one.column) + (one.descending ? " DESC" : ""))
    .join(", ");
  return `ROW_NUMBER() OVER (PARTITION BY ${partition} ORDER BY ${order})`;
}

/** The source row comes before the target's in the order, or is equal to it. */
function notWorse(best: readonly Ordering[]): string {
  const [first, ...rest] = best;
  if (first === undefined) return "TRUE";
  const name = columnName(first.column);
  const better = `source.${name} ${first.descending ? ">" : "<"} target.${name}`;
  const tie = `source.${name} = target.${name}`;
  return rest.length === 0 ? `(${better} OR ${tie})` : `(${better} OR (${tie} AND ${notWorse(rest)}))`;
}

/** MERGE of the affected keys: gone ones are deleted, changed ones updated, new ones inserted. */
export function affectedStatement(target: Target, plan: AffectedPlan): string {
  return keyedStatement(target, plan.restricted, {
    grain: plan.grain,
    affected: `affected AS (\n${indent(plan.selects.join("\nUNION\n"))}\n)`,
  });
}

/** The same MERGE over everything: only rows that differ are written, so what follows sees only those. */
export function rebuildStatement(target: Target, query: Query): string {
  return keyedStatement(target, query);
}

/**
 * The MERGE of a rebuild for a part of the table: rows whose `column` meets the condition, before or after. `text` is the
 * SELECT with physical names. Only rows that differ are written.
 */
export function partialRebuild(
  target: Target,
  text: string,
  part?: { column: string; condition: (column: string) => string },
): string {
  const key = target.key.map(columnName);
  const query = `(\n${indent(text)}\n)`;
  const where = part === undefined ? "" : `\nWHERE ${part.condition(columnName(part.column))}`;
  const existing = `SELECT ${key.join(", ")} FROM ${quotedObject(target.object)}`;
  if (part === undefined || target.key.includes(part.column))
    return mergeParts(target, undefined, `${existing}${where}`, `SELECT * FROM ${query}${where}`);
  // A row may enter or leave the part: both its places are looked at.
  const affected = `${existing}${where}\nUNION\nSELECT ${key.join(", ")} FROM ${query}${where}`;
  const touched = `WHERE ${tuple(key)} IN (SELECT ${key.join(", ")} FROM affected)`;
  return mergeParts(target, affected, `${existing}\n${touched}`, `SELECT * FROM ${query}\n${touched}`);
}

function mergeParts(
  target: Target,
  affected: string | undefined,
  existing: string,
  recomputed: string,
): string {
  const key = target.key.map(columnName);
  const parts = [
    ...(affected === undefined ? [] : [`affected AS (\n${indent(affected)}\n)`]),
    `existing AS (\n${indent(existing)}\n)`,
    `recomputed AS (\n${indent(recomputed)}\n)`,
  ];
  const either = key.map((name) => `COALESCE(recomputed.${name}, existing.${name}) AS ${name}`);
  const values = names(valuesOf(target), "recomputed");
  const same = key.map((name) => `recomputed.${name} = existing.${name}`).join(" AND ");
  return keyedMerge(target, [
    `WITH ${parts.join(", ")}`,
    `SELECT ${[...either, ...values, `recomputed.${key[0]} IS NOT NULL AS present`].join(", ")}`,
    "FROM existing",
    `FULL JOIN recomputed ON ${same}`,
  ]);
}

function keyedStatement(
  target: Target,
  query: Query,
  restriction?: { grain: readonly string[]; affected: string },
): string {
  const key = target.key.map(columnName);
  const values = target.columns.filter((column) => !target.key.includes(column.name));
  const same = (left: string, right: string) =>
    key.map((name) => `${left}.${name} = ${right}.${name}`).join(" AND ");
  const recomputed = `recomputed AS (\n${indent(printQuery(query))}\n)`;
  const present = `recomputed.${key[0]} IS NOT NULL AS present`;
  const valueColumns = names(values, "recomputed");
  let lines: string[];
  if (restriction !== undefined && restriction.grain.length === target.key.length) {
    lines = [
      `WITH ${restriction.affected}, ${recomputed}`,
      `SELECT ${[...key.map((name) => `affected.${name}`), ...valueColumns, present].join(", ")}`,
      "FROM affected",
      `LEFT JOIN recomputed ON ${same("recomputed", "affected")}`,
    ];
  } else {
    const grain = restriction?.grain.map(columnName);
    const where =
      grain === undefined ? "" : `\nWHERE ${tuple(grain)} IN (SELECT ${grain.join(", ")} FROM affected)`;
    const existing = `existing AS (\n${indent(`SELECT ${key.join(", ")}\nFROM ${quotedObject(target.object)}${where}`)}\n)`;
    const either = key.map((name) => `COALESCE(recomputed.${name}, existing.${name}) AS ${name}`);
    lines = [
      `WITH ${[restriction?.affected, existing, recomputed].filter((part) => part !== undefined).join(", ")}`,
      `SELECT ${[...either, ...valueColumns, present].join(", ")}`,
      "FROM existing",
      `FULL JOIN recomputed ON ${same("recomputed", "existing")}`,
    ];
  }
  return keyedMerge(target, lines);
}

function keyedMerge(target: Target, lines: readonly string[]): string {
  const changes = changedCondition(target);
  return merge({ ...target, within: [] }, lines.join("\n"), [
    "WHEN MATCHED AND NOT source.present THEN DELETE",
    ...(changes === "" ? [] : [`WHEN MATCHED AND ${changes} THEN UPDATE SET\n${assignments(target)}`]),
    insertClause(target, "source.present"),
  ]);
}

function merge(target: Target, source: string, whens: readonly string[]): string {
  const on = [...target.key, ...target.within]
    .map(columnName)
    .map((name) => `target.${name} = source.${name}`)
    .join(" AND ");
  return [
    `MERGE INTO ${quotedObject(target.object)} AS target`,
    `USING (\n${indent(source)}\n) AS source`,
    `ON ${on}`,
    ...whens,
  ].join("\n");
}

const valuesOf = (target: Target): TargetColumn[] =>
  target.columns.filter((column) => !target.key.includes(column.name));

/** Some value differs; empty where the key is the whole row. */
function changedCondition(target: Target): string {
  const differs = valuesOf(target).map((column) => {
    const name = columnName(column.name);
    // Semi-structured values are compared as text: VARIANT has no equality over different inner types.
    const text = (side: string) =>
      ["VARIANT", "OBJECT", "ARRAY"].includes(column.type) ? `TO_JSON(${side}.${name})` : `${side}.${name}`;
    return `${text("source")} IS DISTINCT FROM ${text("target")}`;
  });
  return differs.length === 0 ? "" : `(\n${indent(differs.join("\nOR "), "    ")}\n  )`;
}

const assignments = (target: Target): string =>
  indent(
    valuesOf(target)
      .map((column) => columnName(column.name))
      .map((name) => `${name} = source.${name}`)
      .join(",\n"),
  );

const insertClause = (target: Target, condition?: string): string =>
  `WHEN NOT MATCHED${condition === undefined ? "" : ` AND ${condition}`} THEN INSERT (${names(target.columns).join(", ")})\n  VALUES (${names(target.columns, "source").join(", ")})`;
