import { errors } from "../../errors.ts";
import type { Value } from "../../session/outcome.ts";
import { varchar } from "../../types/data-type.ts";
import type { Expr, Pivot, Unpivot } from "../parse/index.ts";
import { resultRows } from "../run/values.ts";
import { coerce } from "./cast.ts";
import { commonType } from "./common-type.ts";
import { type Env, need, nextAlias } from "./env.ts";
import { compileExpr, compileOrder, hooks } from "./expression.ts";
import type { Source } from "./from.ts";
import { literalOf } from "./literal.ts";
import { compare } from "./operators.ts";
import { newScope, type OutputColumn, type Scope, uniqueNames } from "./scope.ts";
import { quoteName, quoteText, type Typed, typed } from "./typed.ts";

/** PIVOT and UNPIVOT: rows to columns and back. Source: Snowflake documentation, "PIVOT", "UNPIVOT". */
export function applyPivots(
  env: Env,
  scope: Scope,
  from: Source,
  pivots: readonly (Pivot | Unpivot)[],
): Source {
  let source = from;
  for (const pivot of pivots) {
    source =
      pivot.type === "pivot" ? applyPivot(env, scope, source, pivot) : applyUnpivot(env, source, pivot);
    if (pivot.alias)
      source = {
        ...source,
        columns: source.columns.map((c, i) => ({ ...c, name: pivot.alias!.columns[i]?.name ?? c.name })),
        name: [pivot.alias.name.name],
      };
  }
  return source;
}

function columnOf(source: Source, name: string): OutputColumn {
  const column = source.columns.find((c) => c.name === name);
  if (!column) throw errors.invalidIdentifier(name);
  return column;
}

function applyPivot(env: Env, outer: Scope, source: Source, pivot: Pivot): Source {
  if (pivot.aggregates.length !== 1) throw errors.unsupported("PIVOT with several aggregates");
  const { call } = pivot.aggregates[0]!;
  const alias = nextAlias(env, "v");
  const key = columnOf(source, pivot.column.name);
  const sql = (c: OutputColumn) => `${alias}.${quoteName(c.sqlName)}`;
  const keyValue = typed(sql(key), key.type, key.nullable);
  const aggregated = new Set<string>();
  const collect = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) collect(item);
    else if (typeof node === "object" && node !== null) {
      const expr = node as Expr;
      if (expr.type === "column") aggregated.add(expr.parts.at(-1)!.name);
      for (const value of Object.values(node)) collect(value);
    }
  };
  collect(call.args);
  const kept = source.columns.filter((c) => c !== key && !aggregated.has(c.name));
  const picked = valuesOf(env, outer, source, pivot, key);
  const columns: OutputColumn[] = [];
  const items: string[] = [];
  const names = uniqueNames([...kept.map((c) => c.name), ...picked.map((p) => p.name)]);
  kept.forEach((c, i) => {
    columns.push({ ...c, sqlName: names[i]! });
    items.push(`${sql(c)} AS ${quoteName(names[i]!)}`);
  });
  picked.forEach(({ name, value }, i) => {
    const condition = compare(env, "=", keyValue, value).sql;
    const scope = newScope(outer);
    scope.relations.push({
      name: source.name.at(-1) ?? null,
      path: [],
      columns: source.columns.map((c) => ({
        name: c.name,
        sql: aggregated.has(c.name) ? `(CASE WHEN ${condition} THEN ${sql(c)} END)` : sql(c),
        type: c.type,
        nullable: true,
      })),
    });
    let result = compileExpr(env, scope, call);
    if (pivot.defaultOnNull) {
      const other = compileExpr(env, newScope(null), pivot.defaultOnNull);
      const type = commonType([result, other]);
      result = typed(
        `coalesce(${coerce(env, result, type).sql}, ${coerce(env, other, type).sql})`,
        type,
        false,
      );
    }
    const sqlName = names[kept.length + i]!;
    columns.push({ name, sqlName, type: result.type, nullable: true });
    items.push(`${result.sql} AS ${quoteName(sqlName)}`);
  });
  const group = kept.length > 0 ? ` GROUP BY ${kept.map(sql).join(", ")}` : "";
  return {
    sql: `(SELECT ${items.join(", ")} FROM ${source.sql} AS ${alias}${group})`,
    columns,
    name: source.name,
  };
}

/** The values that become columns, with the names those get: as written, quotes included. */
function valuesOf(
  env: Env,
  outer: Scope,
  source: Source,
  pivot: Pivot,
  key: OutputColumn,
): { name: string; value: Typed }[] {
  if (Array.isArray(pivot.values))
    return pivot.values.map(({ expr, alias }) => ({
      name: alias?.name ?? env.ctx.text.slice(expr.start, expr.end),
      value: compileExpr(env, newScope(null), expr),
    }));
  let sql: string;
  let type = key.type;
  if ("any" in pivot.values) {
    const scope = newScope(outer);
    const column = { name: key.name, sql: "d.k", type: key.type, nullable: false };
    scope.relations.push({ name: source.name.at(-1) ?? null, path: [], columns: [column] });
    const order = pivot.values.any.length > 0 ? compileOrder(env, scope, pivot.values.any) : "k";
    sql = `SELECT k FROM (SELECT DISTINCT ${quoteName(key.sqlName)} AS k FROM ${source.sql} AS d) AS d WHERE k IS NOT NULL ORDER BY ${order}`;
  } else {
    const compiled = hooks.query(env, pivot.values, outer.parent);
    sql = compiled.sql;
    type = compiled.columns[0]!.type;
  }
  const column = { name: "K", type, nullable: true };
  const rows = need(env, `pivot ${sql}`, ({ connection }) => resultRows(connection, sql, [column]));
  return rows.map(([value]) => ({
    name: nameOf(value ?? null),
    value: typed(literalOf(value ?? null, type), type),
  }));
}

const nameOf = (value: Value): string => (typeof value === "string" ? `'${value}'` : String(value));

function applyUnpivot(env: Env, source: Source, unpivot: Unpivot): Source {
  const alias = nextAlias(env, "v");
  const turned = unpivot.columns.map(({ column, alias: name }) => ({
    column: columnOf(source, column.name),
    label: name === null ? column.name : typeof name === "string" ? name : name.name,
  }));
  const values = turned.map(({ column }) =>
    typed(`${alias}.${quoteName(column.sqlName)}`, column.type, column.nullable),
  );
  const type = commonType(values);
  const kept = source.columns.filter((c) => !turned.some((t) => t.column === c));
  const names = uniqueNames([...kept.map((c) => c.name), unpivot.name.name, unpivot.value.name]);
  const own = kept.map((c, i) => `${alias}.${quoteName(c.sqlName)} AS ${quoteName(names[i]!)}`);
  const [label, value] = [quoteName(names[kept.length]!), quoteName(names[kept.length + 1]!)];
  const lists = `unnest([${turned.map((t) => quoteText(t.label)).join(", ")}]) AS ${label}, unnest([${values.map((v) => coerce(env, v, type).sql).join(", ")}]) AS ${value}`;
  const where = unpivot.includeNulls ? "" : ` WHERE ${value} IS NOT NULL`;
  const columns: OutputColumn[] = [
    ...kept.map((c, i) => ({ ...c, sqlName: names[i]! })),
    { name: unpivot.name.name, sqlName: names[kept.length]!, type: varchar(), nullable: false },
    { name: unpivot.value.name, sqlName: names[kept.length + 1]!, type, nullable: unpivot.includeNulls },
  ];
  return {
    sql: `(SELECT * FROM (SELECT ${[...own, lists].join(", ")} FROM ${source.sql} AS ${alias}) AS ${nextAlias(env, "v")}${where})`,
    columns,
    name: source.name,
  };
}
