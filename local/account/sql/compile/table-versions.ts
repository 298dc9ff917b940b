import { fullName, parseName, resolveObject } from "../../access/index.ts";
import type { ColumnDef, StoredTable } from "../../catalog/model.ts";
import { BEYOND, earliestMoment } from "../../catalog/retention.ts";
import { errors } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import { quoteText } from "../../storage/duck-text.ts";
import { BEGIN_VERSION, END_VERSION, physicalTable } from "../../storage/storage.ts";
import type { DataType } from "../../types/data-type.ts";
import type { TimeTravel } from "../parse/index.ts";
import { castTo } from "./cast.ts";
import { columnType } from "./collation.ts";
import type { Env } from "./env.ts";
import { compileExpr } from "./expression.ts";
import type { Source } from "./from.ts";
import { newScope, type OutputColumn } from "./scope.ts";
import { raise } from "./typed.ts";

export const outputColumns = (columns: readonly ColumnDef[]): OutputColumn[] =>
  columns.map((c) => ({ name: c.name, sqlName: c.name, type: columnType(c), nullable: c.nullable }));

/** The rows of a table live at a version (SQL of a number). */
export function tableAt(table: StoredTable, version: string, name: string[]): Source {
  const rows = `SELECT * FROM ${physicalTable(table.id)} WHERE ${BEGIN_VERSION} <= ${version}`;
  return {
    sql: `(${rows} AND (${END_VERSION} IS NULL OR ${END_VERSION} > ${version}))`,
    probed: `(${rows} AND ${END_VERSION} IS NULL UNION ALL ${rows} AND ${END_VERSION} > ${version})`,
    columns: outputColumns(table.props.columns),
    name,
  };
}

/**
 * The last moment whose changes Time Travel shows: that of the statement's end, or of its beginning for BEFORE. A
 * statement is found in the query history. Source: "AT | BEFORE".
 */
export function statementMoment(ctx: StatementContext, queryId: string, kind: "AT" | "BEFORE"): number {
  const entry = ctx.services.history?.queries().find((one) => one.queryId === queryId);
  if (!entry || entry.endedOn === null)
    throw errors.compilation("000709", "02000", `Statement ${queryId} not found`);
  return kind === "AT" ? entry.endedOn : entry.startedOn;
}

const NANOS: DataType = { kind: "TIMESTAMP_LTZ", scale: 9 };

/** SQL of the version that was current at a time. Source: "AT | BEFORE". */
export function versionAt(env: Env, table: StoredTable, travel: TimeTravel): string {
  const scope = newScope(null);
  let millis: string;
  switch (travel.by) {
    case "OFFSET": {
      const offset = castTo(env, compileExpr(env, scope, travel.value), { kind: "FLOAT" });
      millis = `(${env.ctx.startedOn} + CAST(round(${offset.sql} * 1000) AS BIGINT))`;
      break;
    }
    case "TIMESTAMP": {
      const at = castTo(env, compileExpr(env, scope, travel.value), NANOS);
      millis = `epoch_ms(${at.sql})`;
      break;
    }
    case "STREAM": {
      const value = compileExpr(env, scope, travel.value);
      const parts = value.constant?.kind === "string" ? parseName(value.constant.value) : undefined;
      if (!parts) throw errors.unsupported("AT(STREAM => …) with a computed name");
      const stream = resolveObject(env.ctx, "STREAM", parts);
      if (stream.props.sourceKind === "VIEW" || stream.props.sourceKind === "STAGE")
        throw errors.unsupported("AT(STREAM => …) of a stream on a view or stage");
      return `(SELECT abs(version) FROM sys.stream_offset WHERE stream_id = ${stream.id})`;
    }
    case "STATEMENT": {
      const value = compileExpr(env, scope, travel.value);
      if (value.constant?.kind !== "string") throw errors.unsupported("AT(STATEMENT => …) of a computed id");
      millis = String(statementMoment(env.ctx, value.constant.value, travel.kind));
      break;
    }
  }
  const comparison = travel.kind === "BEFORE" && travel.by !== "STATEMENT" ? "<" : "<=";
  const unavailable = raise(BEYOND.code, BEYOND.sqlState, quoteText(BEYOND.text(fullName(env.ctx, table))));
  const earliest = earliestMoment(env.ctx.services.catalog, table, env.ctx.startedOn);
  return (
    `(SELECT CASE WHEN ${millis} < ${earliest} THEN CAST(${unavailable} AS BIGINT) ELSE ` +
    `coalesce(max(version), 0) END FROM sys.commit_ WHERE table_id = ${table.id} AND committed_on ${comparison} ${millis})`
  );
}
