import { requirePrivilege } from "../../access/index.ts";
import type { ColumnDef } from "../../catalog/model.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import type { StagedFile, StatementContext } from "../../session/context.ts";
import type { FileLoad } from "../../session/engine.ts";
import { runQuietly } from "../../storage/quiet-run.ts";
import { physicalTable } from "../../storage/storage.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { type Env, nextAlias } from "../compile/env.ts";
import { compileExpr } from "../compile/expression.ts";
import { needXml } from "../compile/functions/xml.ts";
import { LiftedPaths, liftsPaths } from "../compile/lifted-paths.ts";
import { newScope, type Relation } from "../compile/scope.ts";
import { quoteName, raise, type Typed, text } from "../compile/typed.ts";
import { fullRow, physicalColumns } from "../dml/insert.ts";
import { type Table, targetColumn } from "../dml/target.ts";
import type { CopyIntoTable, Expr } from "../parse/index.ts";
import { applySession } from "../run/connections.ts";
import { translateError } from "../run/errors.ts";
import { withCompiled } from "../run/query.ts";
import { namedInDocuments, namedInParquet } from "./by-name.ts";
import type { Format } from "./file-format.ts";
import { readsInOneGo } from "./reader.ts";
import { fileName, type StagePlace } from "./stage-location.ts";
import { type LocalFile, stagedRows } from "./staged-rows.ts";

/** What to do with a record that does not fit. Source: "COPY INTO <table>", ON_ERROR. */
export type OnError =
  | { kind: "CONTINUE" | "ABORT_STATEMENT" }
  | { kind: "SKIP_FILE"; limit: number; percent: boolean };

export function readOnError(value: string): OnError {
  const upper = value.toUpperCase();
  if (upper === "CONTINUE" || upper === "ABORT_STATEMENT") return { kind: upper };
  const match = /^SKIP_FILE(?:_([0-9]+)(%)?)?$/.exec(upper);
  if (!match) throw errors.invalidValue(value, "ON_ERROR");
  return { kind: "SKIP_FILE", limit: match[1] ? Number(match[1]) : 1, percent: match[2] === "%" };
}

export interface LoadPlan {
  copy: CopyIntoTable;
  table: Table;
  place: StagePlace;
  format: Format;
  onError: OnError;
  truncate: boolean;
  matchByName: "NONE" | "CASE_SENSITIVE" | "CASE_INSENSITIVE";
}

const ROW_NUMBER = "METADATA$FILE_ROW_NUMBER";

/** Does a part of the tree name that column? */
function mentions(node: unknown, name: string): boolean {
  if (Array.isArray(node)) return node.some((item) => mentions(item, name));
  if (typeof node !== "object" || node === null) return false;
  const expr = node as Expr;
  if (expr.type === "column") return expr.parts.some((part) => part.name === name);
  return Object.values(node).some((value) => mentions(value, name));
}

/** Fields of CSV that the statement reads. */
function widthOf(plan: LoadPlan): number {
  if (!plan.copy.select) return Math.max(1, targets(plan).length);
  let most = 1;
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) visit(item);
    else if (typeof node === "object" && node !== null) {
      const expr = node as Expr;
      if (expr.type === "positional") most = Math.max(most, expr.index);
      for (const value of Object.values(node)) visit(value);
    }
  };
  visit(plan.copy.select.items);
  return most;
}

export const targets = (plan: LoadPlan): { name: string }[] =>
  plan.copy.columns.length > 0 ? plan.copy.columns : plan.table.props.columns;

export interface CompiledLoad {
  /** Values of all columns of the table, in order; a check comes first where the format asks for one. */
  items: string[];
  check: string | null;
  from: string;
}

export function compileLoad(
  env: Env,
  plan: LoadPlan,
  files: readonly LocalFile[],
  how: "FAST" | "STRICT" | "LENIENT",
): CompiledLoad {
  const { copy, table, format } = plan;
  const width = widthOf(plan);
  if (format.type === "XML") needXml(env);
  const lenient = how === "LENIENT";
  const unnumbered = how === "FAST" && !(copy.select && mentions(copy.select.items, ROW_NUMBER));
  const source = stagedRows(env.ctx, plan.place, format, files, { width, lenient, unnumbered });
  const alias = nextAlias(env, "f");
  const scope = newScope(null);
  const lifted =
    copy.select && format.type !== "CSV" && liftsPaths(copy.select) ? new LiftedPaths(env) : null;
  const relation: Relation = {
    name: copy.source.alias?.name ?? null,
    path: [],
    columns: (source.hidden ?? []).map((c) => ({
      name: c.name,
      sql: `${alias}.${quoteName(c.sqlName)}`,
      type: c.type,
      nullable: c.nullable,
      hidden: true,
    })),
    positional: (index) => {
      const value = source.positional!(alias, index);
      return lifted && index === 1
        ? { ...value, textAt: (path: string) => lifted.text(alias, "v", path) }
        : value;
    },
  };
  scope.relations.push(relation);
  const columns: ColumnDef[] =
    copy.columns.length > 0 ? copy.columns.map((c) => targetColumn(env, table, c)) : table.props.columns;
  let values: Typed[];
  let check: string | null = null;
  let from = lifted ? lifted.placeholder(alias, source.sql) : source.sql;
  if (copy.select) {
    refuseInCopy(copy);
    values = copy.select.items.map((item) => compileExpr(env, scope, item.expr));
    if (values.length !== columns.length)
      throw new SnowflakeError(
        "002020",
        "21S01",
        `SQL compilation error:\nInsert value list does not match column list expecting ${columns.length} but got ${values.length}`,
      );
  } else if (format.type === "CSV") {
    if (plan.matchByName !== "NONE") throw errors.unsupported("MATCH_BY_COLUMN_NAME with CSV");
    values = columns.map((_, i) => relation.positional!(i + 1));
    if (
      format.options["ERROR_ON_COLUMN_COUNT_MISMATCH"] === true &&
      format.options["FIELD_DELIMITER"] !== "NONE"
    ) {
      const found = `CAST(CASE ${Array.from({ length: width + 1 }, (_, i) => `WHEN ${alias}.c${width + 1 - i} IS NOT NULL THEN ${width + 1 - i}`).join(" ")} ELSE 0 END AS VARCHAR)`;
      const wrong = raise(
        "100080",
        "22000",
        `'Number of columns in file (' || ${found} || ') does not match that of the corresponding table (${width}), use file format option error_on_column_count_mismatch=false to ignore this error'`,
      );
      check = `CASE WHEN ${alias}.c${width + 1} IS NOT NULL OR ${alias}.c${width} IS NULL THEN ${wrong} END`;
    }
  } else if (plan.matchByName !== "NONE") {
    const caseSensitive = plan.matchByName === "CASE_SENSITIVE";
    const named =
      how === "FAST" && format.type === "PARQUET" && files.length === 1
        ? namedInParquet(env, files[0]!.localPath, columns, caseSensitive, alias)
        : namedInDocuments(env, source.sql, columns, caseSensitive, alias);
    ({ values, from } = named);
  } else {
    if (columns.length !== 1 || columns[0]!.type.kind !== "VARIANT")
      throw new SnowflakeError(
        "002019",
        "0A000",
        `SQL compilation error:\n${format.type} file format can produce one and only one column of variant, object, or array type. Load data into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with transformation.`,
      );
    values = [relation.positional!(1)];
  }
  if (plan.truncate)
    values = values.map((v, i) => {
      const { type } = columns[i]!;
      return type.kind === "VARCHAR" && v.type.kind === "VARCHAR"
        ? { ...text(`left(${v.sql}, ${type.length})`), type }
        : v;
    });
  const items = fullRow(env, table, columns, values);
  return { items, check, from: `${lifted ? lifted.settle(from) : from} AS ${alias}` };
}

/** What a transformation may not have. Source: "Transforming data during a load". */
function refuseInCopy(copy: CopyIntoTable): void {
  const select = copy.select!;
  const refused: [unknown, string][] = [
    [select.where, "WHERE"],
    [select.groupBy, "GROUP BY"],
    [select.having, "HAVING"],
    [select.qualify, "QUALIFY"],
    [select.distinct || null, "DISTINCT"],
    [select.connectBy, "CONNECT BY"],
    [select.top, "TOP"],
  ];
  for (const [given, what] of refused)
    if (given !== null)
      throw new SnowflakeError(
        "001003",
        "42000",
        `SQL compilation error:\nCOPY statement only supports simple SELECT from stage statements for import: ${what} is not allowed.`,
      );
}

/** Files to load at once: bounds descriptors and what lies on disk. */
const FILES_AT_ONCE = 100;

/**
 * Loads files, each whole or by ON_ERROR, within the transaction. `fresh` tells that nothing was written through the
 * transaction yet: then the rows go straight into the table, and only an error makes it begin anew, record by record.
 */
export async function loadStagedFiles(
  ctx: StatementContext,
  plan: LoadPlan,
  files: readonly StagedFile[],
  transaction: Transaction,
  fresh: boolean,
): Promise<FileLoad[]> {
  requirePrivilege(ctx, "INSERT", plan.table);
  const version = await transaction.writeVersion(plan.table.id);
  if (fresh) {
    const loads = await loadFast(ctx, plan, files, transaction, version);
    if (loads) return loads;
    await transaction.restart();
  }
  const loads: FileLoad[] = [];
  for (const file of files)
    loads.push(
      await withLocal(ctx, plan.place, [file], (local) =>
        loadCarefully(ctx, plan, local[0]!, transaction, version),
      ),
    );
  return loads;
}

export async function withLocal<T>(
  ctx: StatementContext,
  place: StagePlace,
  files: readonly StagedFile[],
  work: (files: LocalFile[]) => Promise<T>,
): Promise<T> {
  const releases: (() => Promise<void>)[] = [];
  try {
    const local: LocalFile[] = [];
    for (let i = 0; i < files.length; i += 8) {
      const some = await Promise.all(
        files.slice(i, i + 8).map(async (file) => {
          const { localPath, release } = await ctx.services.files.fetch(place.location, file.path);
          releases.push(release);
          return { ...file, localPath };
        }),
      );
      local.push(...some);
    }
    return await work(local);
  } finally {
    await Promise.all(releases.map((release) => release()));
  }
}

const insertHead = (table: Table) => `INSERT INTO ${physicalTable(table.id)} (${physicalColumns(table)})`;

/** Every record fits, or null. */
async function loadFast(
  ctx: StatementContext,
  plan: LoadPlan,
  files: readonly StagedFile[],
  transaction: Transaction,
  version: number,
): Promise<FileLoad[] | null> {
  const loads: FileLoad[] = [];
  for (let i = 0; i < files.length; i += FILES_AT_ONCE) {
    const failed = await withLocal(ctx, plan.place, files.slice(i, i + FILES_AT_ONCE), async (local) => {
      for (const file of local) {
        ctx.signal.throwIfAborted();
        const sql = await withCompiled(
          ctx,
          transaction,
          (env) => {
            const load = compileLoad(env, plan, [file], "FAST");
            const items = [...(load.check ? guarded(load) : load.items), String(version)];
            const rows = `SELECT ${items.join(", ")} FROM ${load.from}`;
            const inOrder = readsInOneGo(plan.format, file.localPath) ? inOneGo(rows, items.length) : rows;
            return `${insertHead(plan.table)} ${inOrder}`;
          },
          async (text) => text,
        );
        let rows: number;
        try {
          rows = (await runQuietly(transaction.connection, sql)).rowsChanged;
        } catch {
          ctx.signal.throwIfAborted();
          return true;
        }
        loads.push(loaded(file, rows));
      }
      return false;
    });
    if (failed) return null;
  }
  return loads;
}

/**
 * Rows that one thread reads, written by that thread as well: DuckDB otherwise writes each batch of rows apart, to put
 * them in order afterwards, and packs the small pieces again at its next checkpoint. It does so only where every source
 * numbers its batches, which this one without rows does not.
 */
const inOneGo = (rows: string, width: number): string =>
  `${rows} UNION ALL SELECT ${Array.from({ length: width }, () => "NULL").join(", ")} FROM generate_series(1, 0)`;

/** The check rides on the first column: it yields no value of its own. */
export function guarded(load: CompiledLoad): string[] {
  const [first, ...rest] = load.items;
  return [`CASE WHEN (${load.check}) IS NULL THEN ${first} END`, ...rest];
}

const loaded = (file: StagedFile, rows: number): FileLoad => ({
  path: file.path,
  status: "LOADED",
  rowsParsed: rows,
  rowsLoaded: rows,
  errorsSeen: 0,
  firstError: null,
  firstErrorLine: null,
  firstErrorColumn: null,
});

async function loadCarefully(
  ctx: StatementContext,
  plan: LoadPlan,
  file: LocalFile,
  transaction: Transaction,
  version: number,
): Promise<FileLoad> {
  const { connection } = transaction;
  const temp = `firn_copy_${ctx.queryId.replace(/[^0-9A-Za-z]/g, "")}`;
  const names = plan.table.props.columns.map((_, i) => `k${i}`);
  const compiled = await withCompiled(
    ctx,
    transaction,
    (env) => compileLoad(env, plan, [file], "LENIENT"),
    async (load) => load,
  );
  // What the file does not fill is a default: it may be volatile, which TRY refuses.
  const filled = new Set(targets(plan).map((one) => one.name));
  const isFilled = plan.table.props.columns.map((column) => filled.has(column.name));
  const fields = compiled.items.map((item, i) => `${names[i]} := ${isFilled[i] ? item : "NULL"}`);
  if (compiled.check) fields.push(`chk := ${compiled.check}`);
  const alias = /AS (f[0-9]+)$/.exec(compiled.from)![1]!;
  // Reading itself may fail (a broken archive): tried on a connection apart, so that the transaction lives on.
  const apart = await ctx.services.storage.connect();
  try {
    await applySession(ctx, apart);
    const staged = `SELECT ${alias}.n AS n, TRY(struct_pack(${fields.join(", ")})) AS r FROM ${compiled.from}`;
    let counts: [number, number, number | null];
    try {
      const reader = await apart.runAndReadAll(
        `SELECT count(*), count(r), min(n) FILTER (WHERE r IS NULL) FROM (${staged})`,
      );
      const [parsed, good, firstBad] = reader.getRows()[0]!;
      counts = [Number(parsed), Number(good), firstBad === null ? null : Number(firstBad)];
    } catch (error) {
      const reason = translateError(error);
      if (plan.onError.kind === "ABORT_STATEMENT") throw abortion(plan, file, reason, null, null);
      return failure(file, 0, 0, 1, reason.message, null, null);
    }
    const [parsed, good, firstBad] = counts;
    const bad = parsed - good;
    let first: Awaited<ReturnType<typeof explain>> | null = null;
    if (firstBad !== null) {
      first = await explain(plan, compiled, alias, firstBad, apart);
      if (plan.onError.kind === "ABORT_STATEMENT")
        throw abortion(
          plan,
          file,
          new SnowflakeError(first.code, first.sqlState, first.message),
          firstBad,
          first.column,
        );
    }
    const skip =
      plan.onError.kind === "SKIP_FILE" &&
      bad > 0 &&
      (plan.onError.percent ? (bad * 100) / parsed >= plan.onError.limit : bad >= plan.onError.limit);
    if (skip) return failure(file, parsed, 0, bad, first?.message ?? null, firstBad, first?.column ?? null);
    await connection.run(`CREATE OR REPLACE TEMP TABLE ${temp} AS ${staged}`);
    const values = names.map((n, i) => (isFilled[i] ? `r.${n}` : compiled.items[i]!));
    const result = await connection.run(
      `${insertHead(plan.table)} SELECT ${[...values, String(version)].join(", ")} FROM temp.main.${temp} WHERE r IS NOT NULL ORDER BY n`,
    );
    await connection.run(`DROP TABLE temp.main.${temp}`);
    if (bad === 0) return loaded(file, result.rowsChanged);
    return {
      ...failure(
        file,
        parsed,
        result.rowsChanged,
        bad,
        first?.message ?? null,
        firstBad,
        first?.column ?? null,
      ),
      status: result.rowsChanged > 0 ? "PARTIALLY_LOADED" : "LOAD_FAILED",
    };
  } finally {
    apart.closeSync();
  }
}

const failure = (
  file: StagedFile,
  rowsParsed: number,
  rowsLoaded: number,
  errorsSeen: number,
  firstError: string | null,
  firstErrorLine: number | null,
  firstErrorColumn: string | null,
): FileLoad => ({
  path: file.path,
  status: "LOAD_FAILED",
  rowsParsed,
  rowsLoaded,
  errorsSeen,
  firstError,
  firstErrorLine,
  firstErrorColumn,
});

/** Which column of the record fails, and how. */
export async function explain(
  plan: LoadPlan,
  load: CompiledLoad,
  alias: string,
  row: number,
  apart: { runAndReadAll(sql: string): Promise<unknown> },
): Promise<{ message: string; column: string | null; code: string; sqlState: string }> {
  const parts: [string, string | null][] = [];
  if (load.check) parts.push([load.check, null]);
  plan.table.props.columns.forEach((c, i) => {
    parts.push([load.items[i]!, c.name]);
  });
  for (const [sql, column] of parts)
    try {
      await apart.runAndReadAll(`SELECT ${sql} FROM ${load.from} WHERE ${alias}.n = ${row}`);
    } catch (error) {
      const reason = translateError(error) as SnowflakeError;
      return {
        message: reason.message,
        column: column === null ? null : `"${plan.table.name}"["${column}":${1 + columnPlace(plan, column)}]`,
        code: reason.code,
        sqlState: reason.sqlState,
      };
    }
  return { message: "The record could not be read", column: null, code: "100080", sqlState: "22000" };
}

/** Its place among the columns that the file fills, from 0. */
const columnPlace = (plan: LoadPlan, column: string): number =>
  Math.max(
    0,
    targets(plan).findIndex((one) => one.name === column),
  );

function abortion(
  plan: LoadPlan,
  file: StagedFile,
  reason: Error,
  line: number | null,
  column: string | null,
): SnowflakeError {
  const code = reason instanceof SnowflakeError ? reason.code : "000603";
  const state = reason instanceof SnowflakeError ? reason.sqlState : "XX000";
  const where = line === null ? "" : `, line ${line}`;
  const rowText = line === null ? "" : `\n  Row ${line}${column ? `, column ${column}` : ""}`;
  return new SnowflakeError(
    code,
    state,
    `${reason.message}\n  File '${fileName(plan.place, file.path)}'${where}${rowText}\n  If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or 'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data' in a SQL client.`,
  );
}
