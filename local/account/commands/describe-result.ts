import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import { printDataType } from "../types/data-type.ts";
import type { Cursor } from "./cursor.ts";
import { type CommandDef, command } from "./registry.ts";
import { showOutcome, yesNo } from "./show.ts";
import { DESCRIBE_COLUMNS } from "./show-tables.ts";

/** `DESCRIBE RESULT { '<query_id>' | LAST_QUERY_ID() }`: columns of a kept result. Source: "DESCRIBE RESULT". */
async function describeResult(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const queryId = readQueryId(ctx, cursor);
  cursor.expectEnd();
  const result = queryId === null ? undefined : ctx.services.results.find(ctx.session, queryId);
  if (!result) throw errors.compilation("000709", "02000", `Statement ${queryId ?? ""} not found`);
  const rows = result.columns.map(({ name, type, nullable }) => ({
    name,
    type: printDataType(type),
    kind: "COLUMN",
    "null?": yesNo(nullable),
    "primary key": "N",
    "unique key": "N",
  }));
  return showOutcome(DESCRIBE_COLUMNS, rows, undefined, "name", "DESCRIBE");
}

function readQueryId(ctx: StatementContext, cursor: Cursor): string | null {
  if (!cursor.accept("LAST_QUERY_ID")) return cursor.stringOrVariable();
  cursor.expectSymbol("(");
  cursor.expectSymbol(")");
  return ctx.session.lastQueryId;
}

export const describeResultCommands: CommandDef[] = [
  command("DESCRIBE", "RESULT", describeResult, {
    source: "DESCRIBE RESULT",
    test: "tests/local/account/commands/session.test.ts",
  }),
];
