import { errors, SnowflakeError } from "../../errors.ts";
import type { StagedFile, StatementContext } from "../../session/context.ts";
import type { CopyFacts, FileLoad } from "../../session/engine.ts";
import type { Outcome, ResultColumn, Value } from "../../session/outcome.ts";
import { quoteText, textOrNull } from "../../storage/duck-text.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { number, varchar } from "../../types/data-type.ts";
import { setLoadErrors } from "../compile/load-errors.ts";
import { type CopyIntoTable, parseStatement } from "../parse/index.ts";
import { translateError } from "../run/errors.ts";
import { evolution } from "./evolve.ts";
import { type LoadPlan, loadStagedFiles } from "./load.ts";
import { findLoadErrors } from "./load-errors.ts";
import { planCopy } from "./plan.ts";
import { fileLabel, listFiles, type StagePlace } from "./stage-location.ts";
import { unload } from "./unload.ts";
import { ERROR_COLUMNS, readValidation, validate } from "./validate.ts";

/** Days for which a table remembers the files that were loaded into it. */
const HISTORY_MS = 64 * 86_400_000;

setLoadErrors(ERROR_COLUMNS, findLoadErrors);

/** Runs COPY INTO a table or a location. */
export async function runCopy(ctx: StatementContext): Promise<Outcome> {
  try {
    const statement = parseStatement(ctx.text);
    if (statement.type === "copyIntoLocation") return await ctx.onWarehouse(() => unload(ctx, statement));
    if (statement.type !== "copyIntoTable") throw errors.internal("not a COPY statement");
    const { plan, options } = planCopy(ctx, statement, "ABORT_STATEMENT");
    return await ctx.onWarehouse(() => load(ctx, plan, options));
  } catch (error) {
    throw translateError(error);
  }
}

async function load(
  ctx: StatementContext,
  plan: LoadPlan,
  options: Record<string, unknown>,
): Promise<Outcome> {
  const { copy, place, table } = plan;
  const found = await listFiles(ctx, place, copy.pattern, copy.files);
  if (copy.files)
    for (const name of copy.files)
      if (!found.some((f) => f.path.endsWith(name)))
        throw new SnowflakeError(
          "091016",
          "22000",
          `Remote file '${fileLabel(place, place.path + name)}' was not found. There are several potential causes. The file might not exist. The required credentials may be missing or invalid.`,
        );
  const validation = readValidation(options["VALIDATION_MODE"]);
  if (validation)
    return ctx.inTransaction([], (transaction) => validate(ctx, plan, found, transaction, validation));
  const changes = await ctx.inTransaction([], (transaction) => evolution(ctx, plan, found, transaction));
  if (changes.length > 0) {
    for (const change of changes) await ctx.services.execute(ctx.session, change);
    const { plan: evolved } = planCopy(ctx, copy, "ABORT_STATEMENT");
    return load(ctx, evolved, options);
  }
  const loads = await ctx.inTransaction([table.id], async (transaction) => {
    let files = found;
    if (options["FORCE"] !== true) files = await notLoaded(ctx, transaction, plan, found);
    const limit = options["SIZE_LIMIT"];
    if (typeof limit === "number") files = withinSize(files, limit);
    if (files.length === 0) return [];
    const fresh = ctx.session.transaction === null;
    const done = await loadStagedFiles(ctx, plan, files, transaction, fresh);
    await record(ctx, transaction, plan, files, done);
    ctx.note({ objectsModified: [table.id] });
    return done;
  });
  if (options["PURGE"] === true)
    for (const one of loads)
      if (one.status === "LOADED") await ctx.services.files.remove(place.location, one.path);
  return outcomeOf(plan, place, loads, options["RETURN_FAILED_ONLY"] === true);
}

function withinSize(files: readonly StagedFile[], limit: number): StagedFile[] {
  const taken: StagedFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (taken.length > 0 && bytes >= limit) break;
    taken.push(file);
    bytes += file.size;
  }
  return taken;
}

async function notLoaded(
  ctx: StatementContext,
  transaction: Transaction,
  plan: LoadPlan,
  files: readonly StagedFile[],
): Promise<StagedFile[]> {
  const since = ctx.services.clock.now() - HISTORY_MS;
  const reader = await transaction.connection.runAndReadAll(
    `SELECT path, etag FROM sys.copy_file WHERE table_id = ${plan.table.id} AND location = ${quoteText(plan.place.location)} AND loaded_on > ${since} AND status <> 'LOAD_FAILED'`,
  );
  const known = new Set(reader.getRows().map(([path, etag]) => `${path}\n${etag}`));
  return files.filter((f) => !known.has(`${f.path}\n${f.etag ?? f.md5}`));
}

async function record(
  ctx: StatementContext,
  transaction: Transaction,
  plan: LoadPlan,
  files: readonly StagedFile[],
  loads: readonly FileLoad[],
): Promise<void> {
  const byPath = new Map(files.map((f) => [f.path, f]));
  const now = ctx.services.clock.now();
  const rows = loads.map((l) => {
    const file = byPath.get(l.path)!;
    return `(${plan.table.id}, ${quoteText(plan.place.location)}, ${quoteText(l.path)}, ${quoteText(file.etag ?? file.md5)}, ${file.size}, ${Math.round(file.lastModified)}, ${now}, '${l.status}', ${l.rowsParsed}, ${l.rowsLoaded}, ${l.errorsSeen}, ${textOrNull(l.firstError)}, ${l.firstErrorLine ?? "NULL"}, ${textOrNull(l.firstErrorColumn)})`;
  });
  for (let at = 0; at < rows.length; at += 500)
    await transaction.connection.run(
      `INSERT INTO sys.copy_file VALUES ${rows.slice(at, at + 500).join(", ")}`,
    );
}

const COLUMNS: ResultColumn[] = [
  { name: "file", type: varchar(), nullable: false },
  { name: "status", type: varchar(), nullable: false },
  { name: "rows_parsed", type: number(38), nullable: false },
  { name: "rows_loaded", type: number(38), nullable: false },
  { name: "error_limit", type: number(38), nullable: false },
  { name: "errors_seen", type: number(38), nullable: false },
  { name: "first_error", type: varchar(), nullable: true },
  { name: "first_error_line", type: number(38), nullable: true },
  { name: "first_error_character", type: number(38), nullable: true },
  { name: "first_error_column_name", type: varchar(), nullable: true },
];

function outcomeOf(
  plan: LoadPlan,
  place: StagePlace,
  loads: readonly FileLoad[],
  failedOnly: boolean,
): Outcome {
  if (loads.length === 0)
    return {
      kind: "COPY",
      columns: [{ name: "status", type: varchar(), nullable: false }],
      rows: [[["Copy executed with 0 files processed."]]],
      affected: { inserted: 0, updated: 0, deleted: 0 },
    };
  const limit = (l: FileLoad) =>
    plan.onError.kind === "SKIP_FILE"
      ? plan.onError.percent
        ? l.rowsParsed
        : plan.onError.limit
      : plan.onError.kind === "CONTINUE"
        ? l.rowsParsed
        : 1;
  const rows = loads
    .filter((l) => !failedOnly || l.status !== "LOADED")
    .map((l): Value[] => [
      fileLabel(place, l.path),
      l.status,
      BigInt(l.rowsParsed),
      BigInt(l.rowsLoaded),
      BigInt(limit(l)),
      BigInt(l.errorsSeen),
      l.firstError,
      l.firstErrorLine === null ? null : BigInt(l.firstErrorLine),
      l.firstErrorLine === null ? null : 1n,
      l.firstErrorColumn,
    ]);
  const inserted = loads.reduce((sum, l) => sum + l.rowsLoaded, 0);
  return { kind: "COPY", columns: COLUMNS, rows: [rows], affected: { inserted, updated: 0, deleted: 0 } };
}

const withText = (ctx: StatementContext, text: string): StatementContext =>
  Object.create(ctx, { text: { value: text, enumerable: true } }) as StatementContext;

function parseCopy(text: string): CopyIntoTable {
  const statement = parseStatement(text);
  if (statement.type !== "copyIntoTable")
    throw errors.unsupported("a pipe of anything but COPY INTO <table>");
  return statement;
}

/** Loads files by a pipe's COPY statement, within its transaction, in which nothing was written yet. Default SKIP_FILE. */
export async function loadFiles(
  ctx: StatementContext,
  copy: string,
  files: StagedFile[],
  transaction: Transaction,
): Promise<FileLoad[]> {
  try {
    const own = withText(ctx, copy);
    const { plan } = planCopy(own, parseCopy(copy), "SKIP_FILE");
    return await loadStagedFiles(own, plan, files, transaction, true);
  } catch (error) {
    throw translateError(error);
  }
}

/** Where a pipe's COPY reads and which table it fills; checks the statement. */
export function describeCopy(ctx: StatementContext, copy: string): CopyFacts {
  const { plan } = planCopy(withText(ctx, copy), parseCopy(copy), "SKIP_FILE");
  if (!plan.place.stage) throw errors.unsupported("a pipe on a table or user stage");
  return {
    stageId: plan.place.stage.id,
    path: plan.place.path,
    pattern: plan.copy.pattern,
    tableId: plan.table.id,
  };
}
