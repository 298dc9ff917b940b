import { randomBytes } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { requirePrivilege, resolveObject } from "../../access/index.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import type { Outcome } from "../../session/outcome.ts";
import { number, varchar } from "../../types/data-type.ts";
import { isSemiStructured } from "../../types/physical.ts";
import { castTo } from "../compile/cast.ts";
import type { Env } from "../compile/env.ts";
import { compileExpr } from "../compile/expression.ts";
import type { Source } from "../compile/from.ts";
import { plainJson } from "../compile/marked.ts";
import { type Compiled, compileQuery } from "../compile/query.ts";
import { newScope } from "../compile/scope.ts";
import { compileObject, dynamicName } from "../compile/table.ts";
import { quoteName, quoteText, type Typed, typed } from "../compile/typed.ts";
import type { CopyIntoLocation, Expr, Options } from "../parse/index.ts";
import { withCompiled } from "../run/query.ts";
import { type Format, resolveFormat } from "./file-format.ts";
import { listFiles, resolveLocation, type StagePlace } from "./stage-location.ts";

/** COPY INTO a location. Source: Snowflake documentation, "COPY INTO <location>". */
const OPTIONS = ["OVERWRITE", "SINGLE", "MAX_FILE_SIZE", "HEADER", "INCLUDE_QUERY_ID", "DETAILED_OUTPUT"];

const text = (format: Format, key: string) => String(format.options[key] ?? "");

function source(env: Env, statement: CopyIntoLocation): Compiled {
  if (statement.query) return compileQuery(env, statement.query, null);
  const target = statement.table!;
  const parts = target.dynamic ? dynamicName(env, target.dynamic) : target.name.map((p) => p.name);
  const object = resolveObject(env.ctx, ["TABLE", "VIEW"] as const, parts, { label: "Table" });
  requirePrivilege(env.ctx, "SELECT", object);
  const relation: Source = compileObject(env, object);
  const items = relation.columns.map((c) => quoteName(c.sqlName)).join(", ");
  return { sql: `SELECT ${items} FROM ${relation.sql} AS u`, columns: relation.columns };
}

/** The partition's expression, over the columns that are unloaded, as text. */
function partitionSql(env: Env, compiled: Compiled, expr: Expr): string {
  const scope = newScope(null);
  const columns = compiled.columns.map(({ name, sqlName, type, nullable }) => ({
    name,
    sql: `u.${quoteName(sqlName)}`,
    type,
    nullable,
  }));
  scope.relations.push({ name: null, path: [], columns });
  return castTo(env, compileExpr(env, scope, expr), varchar()).sql;
}

/** DuckDB's COPY options and the query that yields what the file holds. */
function plan(
  env: Env,
  compiled: Compiled,
  format: Format,
  header: boolean,
  partitionBy: Expr | null,
): { sql: string; options: string; extension: string } {
  const column = (c: Compiled["columns"][number]): Typed =>
    typed(`u.${quoteName(c.sqlName)}`, c.type, c.nullable);
  const given = text(format, "COMPRESSION").toUpperCase();
  const partition = partitionBy ? `, ${partitionSql(env, compiled, partitionBy)} AS ${PARTITION}` : "";
  switch (format.type) {
    case "CSV": {
      const compression = given === "AUTO" || given === "" ? "GZIP" : given;
      if (!["GZIP", "ZSTD", "NONE"].includes(compression)) throw errors.unsupported(`COMPRESSION = ${given}`);
      const enclosed = text(format, "FIELD_OPTIONALLY_ENCLOSED_BY");
      const delimiter = text(format, "FIELD_DELIMITER");
      if (delimiter === "NONE") throw errors.unsupported("unloading with FIELD_DELIMITER = NONE");
      const nulls = (format.options["NULL_IF"] as string[] | undefined) ?? [];
      const items = compiled.columns.map(
        (c) => `${castTo(env, column(c), varchar()).sql} AS ${quoteName(c.name)}`,
      );
      const quoted = compiled.columns.filter((c) => c.type.kind === "VARCHAR").map((c) => quoteName(c.name));
      const quote =
        enclosed === "NONE"
          ? "QUOTE '', ESCAPE ''"
          : `QUOTE ${quoteText(enclosed)}, ESCAPE ${quoteText(enclosed)}${quoted.length > 0 ? `, FORCE_QUOTE (${quoted.join(", ")})` : ""}`;
      return {
        sql: `SELECT ${items.join(", ")}${partition} FROM (${compiled.sql}) AS u`,
        options: `FORMAT csv, HEADER ${header}, DELIMITER ${quoteText(delimiter)}, NULLSTR ${quoteText(nulls[0] ?? "")}, COMPRESSION ${compression.toLowerCase()}, ${quote}`,
        extension: `.csv${compression === "GZIP" ? ".gz" : compression === "ZSTD" ? ".zst" : ""}`,
      };
    }
    case "JSON": {
      const compression = given === "AUTO" || given === "" ? "GZIP" : given;
      if (!["GZIP", "ZSTD", "NONE"].includes(compression)) throw errors.unsupported(`COMPRESSION = ${given}`);
      const [only] = compiled.columns;
      if (compiled.columns.length !== 1 || !only || !isSemiStructured(only.type))
        throw new SnowflakeError(
          "002301",
          "22000",
          "SQL compilation error:\nJSON file format only supports unloading of one VARIANT, OBJECT or ARRAY column",
        );
      return {
        sql: `SELECT CAST(${plainJson(env, `u.${quoteName(only.sqlName)}`)} AS VARCHAR) AS v${partition} FROM (${compiled.sql}) AS u`,
        options: `FORMAT csv, HEADER false, DELIMITER '\u0001', QUOTE '', ESCAPE '', COMPRESSION ${compression.toLowerCase()}`,
        extension: `.json${compression === "GZIP" ? ".gz" : compression === "ZSTD" ? ".zst" : ""}`,
      };
    }
    case "PARQUET": {
      const items = compiled.columns.map((c, i) => {
        const value =
          isSemiStructured(c.type) || c.type.kind === "TIMESTAMP_TZ"
            ? castTo(env, column(c), varchar()).sql
            : `u.${quoteName(c.sqlName)}`;
        return `${value} AS ${quoteName(header ? c.name : `_COL_${i}`)}`;
      });
      return {
        sql: `SELECT ${items.join(", ")}${partition} FROM (${compiled.sql}) AS u`,
        options: `FORMAT parquet, COMPRESSION ${given === "NONE" ? "uncompressed" : "snappy"}`,
        extension: given === "NONE" ? ".parquet" : ".snappy.parquet",
      };
    }
    default:
      throw errors.unsupported(`unloading as ${format.type}`);
  }
}

/** One file of an unload: its path below the location, its rows and size. */
interface Unloaded {
  path: string;
  rows: number;
  bytes: number;
}

export async function unload(ctx: StatementContext, statement: CopyIntoLocation): Promise<Outcome> {
  const options = { ...statement.options };
  const place = resolveLocation(ctx, statement.location, options, true);
  for (const key of Object.keys(options))
    if (!OPTIONS.includes(key)) throw errors.unsupported(`COPY option ${key}`);
  const { partitionBy } = statement;
  if (partitionBy)
    for (const key of ["SINGLE", "OVERWRITE"])
      if (options[key] === true) throw errors.unsupported(`${key} = TRUE with PARTITION BY`);
  const format = resolveFormat(ctx, statement.fileFormat, place);
  const folder = await mkdtemp(join(tmpdir(), "firn-unload-"));
  try {
    const done = await ctx.inTransaction([], (transaction) =>
      withCompiled(
        ctx,
        transaction,
        (env) => plan(env, source(env, statement), format, options["HEADER"] === true, partitionBy),
        async (made) => {
          const { connection } = transaction;
          const local = () => join(folder, randomBytes(8).toString("hex"));
          const write = async (sql: string, path: string): Promise<Unloaded> => {
            const file = local();
            const { rowsChanged } = await connection.run(
              `COPY (${sql}) TO ${quoteText(file)} (${made.options})`,
            );
            if (rowsChanged > 0) await ctx.services.files.put(place.location, path, file);
            return { path, rows: rowsChanged, bytes: (await stat(file)).size };
          };
          if (partitionBy)
            return writePartitions(connection, made.sql, (sql, partition) =>
              write(sql, join(place.path, partition, `data_${ctx.queryId}_0_0_0${made.extension}`)),
            );
          const path = pathOf(ctx, place.path, options, made.extension);
          if (options["OVERWRITE"] !== true) await refuseTaken(ctx, place, path);
          return [await write(made.sql, path)];
        },
      ),
    );
    return options["DETAILED_OUTPUT"] === true ? detailed(done) : summary(done);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function pathOf(ctx: StatementContext, path: string, options: Options, extension: string): string {
  if (options["SINGLE"] === true) return path || "data";
  const query = options["INCLUDE_QUERY_ID"] === true ? `${ctx.queryId}_` : "";
  const stem = path === "" || path.endsWith("/") ? `${path}data_${query}` : `${path}_${query}`;
  return `${stem}0_0_0${extension}`;
}

async function refuseTaken(ctx: StatementContext, place: StagePlace, path: string): Promise<void> {
  const taken = await listFiles(ctx, { ...place, path }, null, null);
  if (taken.some((f) => f.path === path))
    throw new SnowflakeError(
      "001030",
      "22000",
      "SQL compilation error:\nFiles already existing at the unload destination. Use overwrite option to force unloading.",
    );
}

const PARTITION = "__firn_partition";

/** A file for each value of the partition's expression; NULL is the folder `__NULL__`. */
async function writePartitions(
  connection: DuckDBConnection,
  sql: string,
  write: (sql: string, partition: string) => Promise<Unloaded>,
): Promise<Unloaded[]> {
  const table = `firn_unload_${randomBytes(8).toString("hex")}`;
  await connection.run(`CREATE TEMP TABLE ${table} AS SELECT * FROM (${sql}) ORDER BY ${PARTITION}`);
  try {
    const values = await connection.runAndReadAll(`SELECT DISTINCT ${PARTITION} FROM ${table} ORDER BY 1`);
    const done: Unloaded[] = [];
    for (const [value] of values.getRows()) {
      const where = value === null ? "IS NULL" : `= ${quoteText(String(value))}`;
      const rows = `SELECT * EXCLUDE (${PARTITION}) FROM ${table} WHERE ${PARTITION} ${where}`;
      done.push(await write(rows, value === null ? "__NULL__" : String(value)));
    }
    return done;
  } finally {
    await connection.run(`DROP TABLE IF EXISTS ${table}`);
  }
}

function summary(done: readonly Unloaded[]): Outcome {
  const sum = (key: "rows" | "bytes") => BigInt(done.reduce((total, one) => total + one[key], 0));
  return {
    kind: "UNLOAD",
    columns: ["rows_unloaded", "input_bytes", "output_bytes"].map((name) => ({
      name,
      type: number(38),
      nullable: false,
    })),
    rows: [[[sum("rows"), sum("bytes"), sum("bytes")]]],
  };
}

const detailed = (done: readonly Unloaded[]): Outcome => ({
  kind: "UNLOAD",
  columns: [
    { name: "FILE_NAME", type: varchar(), nullable: false },
    { name: "FILE_SIZE", type: number(38), nullable: false },
    { name: "ROW_COUNT", type: number(38), nullable: false },
  ],
  rows: [
    done.filter(({ rows }) => rows > 0).map(({ path, bytes, rows }) => [path, BigInt(bytes), BigInt(rows)]),
  ],
});
