import type { DuckDBConnection } from "@duckdb/node-api";
import type { StoredTable } from "../catalog/model.ts";
import { beyondTimeTravel, earliestMoment } from "../catalog/retention.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { evaluateScalar, statementMoment } from "../sql/index.ts";
import type { Cursor } from "./cursor.ts";
import { readExpressionText } from "./table-grammar.ts";

/** The last moment whose changes count: up to and with it, or only what came before it. */
export interface Moment {
  ms: number;
  inclusive: boolean;
}

/**
 * `(TIMESTAMP => expression | OFFSET => expression | STATEMENT => id)` after AT or BEFORE. Expressions are of constants,
 * session variables and functions. Source: "AT | BEFORE".
 */
export async function readMoment(
  ctx: StatementContext,
  cursor: Cursor,
  kind: "AT" | "BEFORE",
): Promise<Moment> {
  cursor.expectSymbol("(");
  const by = cursor.acceptOneOf("TIMESTAMP", "OFFSET", "STATEMENT");
  if (!by) throw cursor.syntaxError();
  cursor.expectSymbol("=>");
  const inclusive = kind === "AT";
  const text = readExpressionText(cursor, []);
  cursor.expectSymbol(")");
  const evaluated = async (type: string) => (await evaluateScalar(ctx, `(${text})::${type}`)).value;
  switch (by) {
    case "TIMESTAMP": {
      const nanos = await evaluated("TIMESTAMP_LTZ(9)");
      if (nanos === null) throw errors.invalidValue("NULL", "TIMESTAMP");
      return { ms: Number((nanos as bigint) / 1_000_000n), inclusive };
    }
    case "OFFSET": {
      const seconds = await evaluated("FLOAT");
      if (seconds === null) throw errors.invalidValue("NULL", "OFFSET");
      return { ms: ctx.startedOn + Number(seconds) * 1000, inclusive };
    }
    case "STATEMENT": {
      const id = await evaluated("VARCHAR");
      return { ms: statementMoment(ctx, String(id), kind), inclusive: true };
    }
  }
}

export const isBeforeCreation = (table: StoredTable, moment: Moment): boolean => moment.ms < table.createdOn;

/** The table's version at the moment; before its creation, or beyond its Time Travel, that is an error. */
export async function versionAt(
  ctx: StatementContext,
  connection: DuckDBConnection,
  table: StoredTable,
  moment: Moment,
): Promise<number> {
  if (moment.ms < earliestMoment(ctx.services.catalog, table, ctx.startedOn))
    throw beyondTimeTravel(table.name);
  const compare = moment.inclusive ? "<=" : "<";
  const reader = await connection.runAndReadAll(
    `SELECT coalesce(max(version), 0) FROM sys.commit_ WHERE table_id = ${table.id} AND committed_on ${compare} ${Math.trunc(moment.ms)}`,
  );
  return Number(reader.getRows()[0]?.[0] ?? 0);
}
