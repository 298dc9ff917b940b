import { canSee, resolveObject } from "../access/index.ts";
import type { LoadedFile } from "../ingest/inbox.ts";
import type { StatementContext } from "../session/context.ts";
import { registerVirtualRelation } from "../sql/virtual-relations.ts";
import {
  columnsOf,
  type Field,
  historyFunction,
  rowsOf,
  textArgument,
  timeArgument,
  usageView,
} from "./relation.ts";

/** Files that COPY and pipes loaded: COPY_HISTORY, and LOAD_HISTORY for those of COPY alone. */
interface Copied extends LoadedFile {
  table: string;
  schema: string;
  schemaId: number | null;
  database: string;
  databaseId: number | null;
  pipe: string | null;
}

const STATUS: Record<LoadedFile["status"], string> = {
  LOADED: "Loaded",
  PARTIALLY_LOADED: "Partially loaded",
  LOAD_FAILED: "Load failed",
};

const COPY_FIELDS: readonly Field<Copied>[] = [
  ["FILE_NAME", "text", (l) => l.path],
  ["STAGE_LOCATION", "text", (l) => l.stageLocation],
  ["LAST_LOAD_TIME", "time", (l) => l.loadedOn],
  ["ROW_COUNT", "number", (l) => l.rowsLoaded],
  ["ROW_PARSED", "number", (l) => l.rowsParsed],
  ["FILE_SIZE", "number", (l) => l.size],
  ["FIRST_ERROR_MESSAGE", "text", (l) => l.firstError],
  ["FIRST_ERROR_LINE_NUMBER", "number", (l) => l.firstErrorLine],
  ["FIRST_ERROR_CHARACTER_POS", "number", () => null],
  ["FIRST_ERROR_COLUMN_NAME", "text", (l) => l.firstErrorColumn],
  ["ERROR_COUNT", "number", (l) => l.errorsSeen],
  ["ERROR_LIMIT", "number", () => null],
  ["STATUS", "text", (l) => STATUS[l.status]],
  ["TABLE_CATALOG_NAME", "text", (l) => l.database],
  ["TABLE_SCHEMA_NAME", "text", (l) => l.schema],
  ["TABLE_NAME", "text", (l) => l.table],
  ["PIPE_CATALOG_NAME", "text", (l) => (l.pipe === null ? null : l.database)],
  ["PIPE_SCHEMA_NAME", "text", (l) => (l.pipe === null ? null : l.schema)],
  ["PIPE_NAME", "text", (l) => l.pipe],
  ["PIPE_RECEIVED_TIME", "time", (l) => (l.pipe === null ? null : l.receivedOn)],
  ["FIRST_COMMIT_TIME", "time", (l) => l.loadedOn],
];

async function copied(ctx: StatementContext, tableId: number | null): Promise<Copied[]> {
  const { catalog } = ctx.services;
  const loads = (await ctx.services.history?.loads(tableId)) ?? [];
  return loads.map((load) => {
    const table = catalog.get(load.tableId);
    const schema = table && catalog.get(table.parent);
    return {
      ...load,
      table: table?.name ?? "",
      schema: schema?.name ?? "",
      schemaId: schema?.id ?? null,
      databaseId: schema?.parent ?? null,
      database: (schema && catalog.get(schema.parent)?.name) ?? "",
      pipe: catalog.get(load.pipeId)?.name ?? null,
    };
  });
}

const field = (name: string): Field<Copied> => COPY_FIELDS.find(([own]) => own === name)!;

/** The view of ACCOUNT_USAGE has the ids too. Source: "COPY_HISTORY view". */
const COPY_VIEW: readonly Field<Copied>[] = [
  ...COPY_FIELDS.slice(
    0,
    COPY_FIELDS.findIndex(([name]) => name === "TABLE_CATALOG_NAME"),
  ),
  ["TABLE_ID", "number", (l) => l.tableId],
  field("TABLE_NAME"),
  ["TABLE_SCHEMA_ID", "number", (l) => l.schemaId],
  field("TABLE_SCHEMA_NAME"),
  ["TABLE_CATALOG_ID", "number", (l) => l.databaseId],
  field("TABLE_CATALOG_NAME"),
  ...COPY_FIELDS.slice(COPY_FIELDS.findIndex(([name]) => name === "PIPE_CATALOG_NAME")),
];

const LOAD_STATUS: Record<LoadedFile["status"], string> = {
  LOADED: "LOADED",
  PARTIALLY_LOADED: "PARTIALLY LOADED",
  LOAD_FAILED: "LOAD FAILED",
};

const LOAD: readonly Field<Copied>[] = [
  ["LAST_LOAD_TIME", "time", (l) => l.loadedOn],
  ["STATUS", "text", (l) => LOAD_STATUS[l.status]],
  ["ROW_COUNT", "number", (l) => l.rowsLoaded],
  ["ROW_PARSED", "number", (l) => l.rowsParsed],
  ["FIRST_ERROR_MESSAGE", "text", (l) => l.firstError],
  ["FIRST_ERROR_LINE_NUMBER", "number", (l) => l.firstErrorLine],
  ["FIRST_ERROR_CHARACTER_POSITION", "number", () => null],
  ["FIRST_ERROR_COL_NAME", "text", (l) => l.firstErrorColumn],
  ["ERROR_COUNT", "number", (l) => l.errorsSeen],
  ["ERROR_LIMIT", "number", () => null],
];

/** Source: "LOAD_HISTORY view" (Information Schema). */
const DATABASE_LOADS: readonly Field<Copied>[] = [
  ["SCHEMA_NAME", "text", (l) => l.schema],
  ["FILE_NAME", "text", (l) => l.path],
  ["TABLE_NAME", "text", (l) => l.table],
  ...LOAD,
];

/** Source: "LOAD_HISTORY view" (Account Usage). */
const ACCOUNT_LOADS: readonly Field<Copied>[] = [
  ["TABLE_ID", "number", (l) => l.tableId],
  ["TABLE_NAME", "text", (l) => l.table],
  ["SCHEMA_ID", "number", (l) => l.schemaId],
  ["SCHEMA_NAME", "text", (l) => l.schema],
  ["CATALOG_ID", "number", (l) => l.databaseId],
  ["CATALOG_NAME", "text", (l) => l.database],
  ["FILE_NAME", "text", (l) => l.path],
  ...LOAD,
];

/** What COPY loaded: a pipe's files are not told. */
const loaded = async (ctx: StatementContext) =>
  (await copied(ctx, null)).filter(({ pipeId }) => ctx.services.catalog.get(pipeId)?.kind !== "PIPE");

export function registerCopyHistory(): void {
  historyFunction(
    "COPY_HISTORY",
    ["TABLE_NAME", "START_TIME", "END_TIME"],
    COPY_FIELDS,
    async (ctx, args) => {
      const name = textArgument(args, "TABLE_NAME") ?? "";
      const table = resolveObject(
        ctx,
        "TABLE",
        name.split(".").map((part) => part.replaceAll('"', "").toUpperCase()),
      );
      if (!canSee(ctx, table)) return [];
      const from = timeArgument(args, "START_TIME", 0);
      const to = timeArgument(args, "END_TIME", Number.POSITIVE_INFINITY);
      return (await copied(ctx, table.id)).filter((load) => load.loadedOn >= from && load.loadedOn <= to);
    },
  );
  usageView("COPY_HISTORY", COPY_VIEW, (ctx) => copied(ctx, null));
  usageView("LOAD_HISTORY", ACCOUNT_LOADS, loaded);
  registerVirtualRelation({
    schema: "INFORMATION_SCHEMA",
    name: "LOAD_HISTORY",
    columns: columnsOf(DATABASE_LOADS),
    rows: async (ctx, database) => {
      const own = (await loaded(ctx)).filter((load) => {
        const table = ctx.services.catalog.get(load.tableId);
        return load.databaseId === database.id && table?.droppedOn === null && canSee(ctx, table);
      });
      return rowsOf(DATABASE_LOADS, own);
    },
  });
}
