import { randomBytes } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requirePrivilege, resolveObject } from "../../access/index.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import type { Outcome } from "../../session/outcome.ts";
import { number, varchar } from "../../types/data-type.ts";
import { isSemiStructured } from "../../types/physical.ts";
import { castTo } from "../compile/cast.ts";
import type { Env } from "../compile/env.ts";
import type { Source } from "../compile/from.ts";
import { plainJson } from "../compile/marked.ts";
import { type Compiled, compileQuery } from "../compile/query.ts";
import { compileObject, dynamicName } from "../compile/table.ts";
import { quoteName, quoteText, type Typed, typed } from "../compile/typed.ts";
import type { CopyIntoLocation } from "../parse/index.ts";
import { withCompiled } from "../run/query.ts";
import { type Format, resolveFormat } from "./file-format.ts";
import { listFiles, resolveStage } from "./stage-location.ts";

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

/** DuckDB's COPY options and the query that yields what the file holds. */
function plan(
  env: Env,
  compiled: Compiled,
  format: Format,
  header: boolean,
): { sql: string; options: string; extension: string } {
  const column = (c: Compiled["columns"][number]): Typed =>
    typed(`u.${quoteName(c.sqlName)}`, c.type, c.nullable);
  const given = text(format, "COMPRESSION").toUpperCase();
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
        sql: `SELECT ${items.join(", ")} FROM (${compiled.sql}) AS u`,
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
        sql: `SELECT CAST(${plainJson(env, `u.${quoteName(only.sqlName)}`)} AS VARCHAR) AS v FROM (${compiled.sql}) AS u`,
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
        sql: `SELECT ${items.join(", ")} FROM (${compiled.sql}) AS u`,
        options: `FORMAT parquet, COMPRESSION ${given === "NONE" ? "uncompressed" : "snappy"}`,
        extension: given === "NONE" ? ".parquet" : ".snappy.parquet",
      };
    }
    default:
      throw errors.unsupported(`unloading as ${format.type}`);
  }
}

export async function unload(ctx: StatementContext, statement: CopyIntoLocation): Promise<Outcome> {
  const { options } = statement;
  for (const key of Object.keys(options))
    if (!OPTIONS.includes(key)) throw errors.unsupported(`COPY option ${key}`);
  if (statement.partitionBy) throw errors.unsupported("COPY INTO <location> … PARTITION BY");
  if (options["DETAILED_OUTPUT"] === true) throw errors.unsupported("DETAILED_OUTPUT");
  const place = resolveStage(ctx, statement.location, true);
  const format = resolveFormat(ctx, statement.fileFormat, place);
  const folder = await mkdtemp(join(tmpdir(), "firn-unload-"));
  try {
    const local = join(folder, randomBytes(8).toString("hex"));
    const { rows, extension } = await ctx.inTransaction([], (transaction) =>
      withCompiled(
        ctx,
        transaction,
        (env) => plan(env, source(env, statement), format, options["HEADER"] === true),
        async (made) => {
          const result = await transaction.connection.run(
            `COPY (${made.sql}) TO ${quoteText(local)} (${made.options})`,
          );
          return { rows: result.rowsChanged, extension: made.extension };
        },
      ),
    );
    const query = options["INCLUDE_QUERY_ID"] === true ? `${ctx.queryId}_` : "";
    const stem =
      place.path === "" || place.path.endsWith("/") ? `${place.path}data_${query}` : `${place.path}_${query}`;
    const path = options["SINGLE"] === true ? place.path || "data" : `${stem}0_0_0${extension}`;
    if (options["OVERWRITE"] !== true) {
      const taken = await listFiles(ctx, { ...place, path }, null, null);
      if (taken.some((f) => f.path === path))
        throw new SnowflakeError(
          "001030",
          "22000",
          "SQL compilation error:\nFiles already existing at the unload destination. Use overwrite option to force unloading.",
        );
    }
    const bytes = (await stat(local)).size;
    if (rows > 0) await ctx.services.files.put(place.location, path, local);
    return {
      kind: "UNLOAD",
      columns: ["rows_unloaded", "input_bytes", "output_bytes"].map((name) => ({
        name,
        type: number(38),
        nullable: false,
      })),
      rows: [[[BigInt(rows), BigInt(bytes), BigInt(bytes)]]],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
