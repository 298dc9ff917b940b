import { errors } from "../../errors.ts";
import type { Value } from "../../session/outcome.ts";
import { quoteText } from "../../storage/duck-text.ts";
import { number, varchar } from "../../types/data-type.ts";
import { type Format, namedFormat } from "../copy/file-format.ts";
import { csvField, readFile } from "../copy/reader.ts";
import { fileName, resolveStage, type StagePlace } from "../copy/stage-location.ts";
import type { LocalFile } from "../copy/staged-rows.ts";
import type { CallExpr } from "../parse/index.ts";
import { resultRows } from "../run/values.ts";
import { type Env, need } from "./env.ts";
import { compileExpr } from "./expression.ts";
import type { Source } from "./from.ts";
import { rowsSource } from "./rows-source.ts";
import { newScope } from "./scope.ts";
import { stagedFiles } from "./staged-files.ts";
import { type Arguments, argumentsOf, booleanOf, output, textOf } from "./table-function-arguments.ts";

/**
 * Columns of staged files, from their values (JSON, CSV) or their schema (Parquet). Source: Snowflake documentation,
 * "INFER_SCHEMA".
 */
const NAMES = ["LOCATION", "FILE_FORMAT", "FILES", "IGNORE_CASE", "MAX_FILE_COUNT", "MAX_RECORDS_PER_FILE"];
/** Records of each file that are looked at, unless told. */
const RECORDS = 1000;
const MOST_COLUMNS = 500;

interface Seen {
  kinds: Set<string>;
  whole: number;
  fraction: number;
  nullable: boolean;
  files: string[];
}

export function compileInferSchema(env: Env, call: CallExpr): Source {
  const args = argumentsOf(call, NAMES);
  const location = textOf(env, args, "LOCATION");
  const formatName = textOf(env, args, "FILE_FORMAT");
  if (!location?.startsWith("@"))
    throw errors.invalidValue(location ?? "", "LOCATION: a stage, as '@stage/path'");
  if (!formatName) throw errors.unsupported("INFER_SCHEMA without FILE_FORMAT");
  const place = resolveStage(env.ctx, location.slice(1));
  const format = namedFormat(env.ctx, formatName);
  const ignoreCase = booleanOf(env, args, "IGNORE_CASE");
  const most = countOf(env, args, "MAX_FILE_COUNT") ?? Number.POSITIVE_INFINITY;
  const records = countOf(env, args, "MAX_RECORDS_PER_FILE") ?? RECORDS;
  const files = stagedFiles(env, place, null, filesOf(env, args)).slice(0, most);
  if (files.length === 0)
    throw errors.compilation("100072", "22000", `No files were found below '${location}' for INFER_SCHEMA.`);
  env.shared.usesData = true;
  const found = inferColumns(env, place, format, files, records, ignoreCase);
  const rows = found.map(({ name, type, ...column }, at): Value[] => {
    return [
      name,
      type,
      column.nullable,
      expressionOf(format, name, type, at, ignoreCase),
      column.files.join(", "),
      BigInt(at),
    ];
  });
  const columns = [
    output("COLUMN_NAME", varchar(), false),
    output("TYPE", varchar(), false),
    output("NULLABLE", { kind: "BOOLEAN" }, false),
    output("EXPRESSION", varchar(), false),
    output("FILENAMES", varchar(), false),
    output("ORDER_ID", number(), false),
  ];
  return rowsSource(columns, rows, ["INFER_SCHEMA"]);
}

export interface InferredColumn {
  name: string;
  type: string;
  nullable: boolean;
  files: string[];
}

/** Columns of the files, in the order in which they are met. */
export function inferColumns(
  env: Env,
  place: StagePlace,
  format: Format,
  files: readonly LocalFile[],
  records: number,
  ignoreCase: boolean,
): InferredColumn[] {
  const seen = new Map<string, Seen>();
  files.forEach((file, at) => {
    readColumns(env, place, format, file, records, ignoreCase, seen, at > 0);
  });
  return [...seen].map(([name, column]) => ({
    name,
    type: typeOf(column),
    nullable: column.nullable,
    files: column.files,
  }));
}

function countOf(env: Env, args: Arguments, name: string): number | null {
  const expr = args.get(name);
  if (!expr) return null;
  const { constant } = compileExpr(env, newScope(null), expr);
  if (constant?.kind !== "number") throw errors.unsupported(`computed argument ${name}`);
  return Number(constant.value);
}

function filesOf(env: Env, args: Arguments): string[] | null {
  const expr = args.get("FILES");
  if (!expr) return null;
  const items = expr.type === "tuple" ? expr.items : [expr];
  return items.map((item) => {
    const { constant } = compileExpr(env, newScope(null), item);
    if (constant?.kind !== "string") throw errors.unsupported("computed argument FILES");
    return constant.value;
  });
}

function expressionOf(format: Format, name: string, type: string, at: number, ignoreCase: boolean): string {
  if (format.type === "CSV") return `$${at + 1}::${type}`;
  return ignoreCase ? `GET_IGNORE_CASE ($1, '${name}')::${type}` : `$1:${name}::${type}`;
}

/** Adds what one file has; a column that a later file alone has is nullable, as is one that it lacks. */
function readColumns(
  env: Env,
  place: StagePlace,
  format: Format,
  file: LocalFile,
  records: number,
  ignoreCase: boolean,
  seen: Map<string, Seen>,
  later: boolean,
): void {
  const label = fileName(place, file.path);
  const found = new Set<string>();
  const note = (given: string): Seen => {
    const name = ignoreCase ? given.toUpperCase() : given;
    let column = seen.get(name);
    if (!column) {
      if (seen.size >= MOST_COLUMNS)
        throw errors.unsupported(`INFER_SCHEMA of more than ${MOST_COLUMNS} columns`);
      column = { kinds: new Set(), whole: 1, fraction: 0, nullable: later, files: [] };
      seen.set(name, column);
    }
    if (!found.has(name)) column.files.push(label);
    found.add(name);
    return column;
  };
  const query = (sql: string, names: readonly string[]) =>
    need(env, `infer ${file.path} ${sql}`, ({ connection }) =>
      resultRows(
        connection,
        sql,
        names.map((name) => ({ name, type: varchar(), nullable: true })),
      ),
    );
  if (format.type === "PARQUET") {
    const described = query(
      `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet(${quoteText(file.localPath)}))`,
      ["n", "t"],
    );
    for (const [name, type] of described) {
      const column = note(String(name));
      column.nullable = true;
      column.kinds.add(parquetType(String(type)));
    }
  } else if (format.type === "JSON") {
    const rows = query(
      `SELECT CAST(v AS VARCHAR) AS t FROM (${readFile(format, file.localPath, { width: 1 })}) LIMIT ${records}`,
      ["t"],
    );
    for (const [text] of rows) {
      const record: unknown = JSON.parse(String(text), (_key, value, context?: { source?: string }) =>
        typeof value === "number" ? { number: context?.source ?? String(value) } : value,
      );
      if (typeof record !== "object" || record === null || Array.isArray(record)) continue;
      const own = new Set<string>();
      for (const [key, value] of Object.entries(record)) {
        noteValue(note(key), value);
        own.add(ignoreCase ? key.toUpperCase() : key);
      }
      for (const [name, column] of seen) if (!own.has(name)) column.nullable = true;
    }
    for (const column of seen.values()) column.nullable = true;
  } else if (format.type === "CSV") readCsvColumns(format, file, records, note, query);
  else throw errors.unsupported(`INFER_SCHEMA of ${format.type}`);
  for (const [name, column] of seen) if (!found.has(name)) column.nullable = true;
}

function readCsvColumns(
  format: Format,
  file: LocalFile,
  records: number,
  note: (name: string) => Seen,
  query: (sql: string, names: readonly string[]) => Value[][],
): void {
  const named = format.options["PARSE_HEADER"] === true;
  const raw: Format = named ? { ...format, options: { ...format.options, PARSE_HEADER: false } } : format;
  const read = (of: Format, width: number) => {
    const fields = Array.from({ length: width }, (_, i) => `${csvField(of, i + 1)} AS f${i}`);
    const source = readFile(of, file.localPath, { width });
    return query(
      `SELECT ${fields.join(", ")} FROM (${source}) LIMIT ${records + 1}`,
      fields.map((_, i) => `f${i}`),
    );
  };
  let width = 1;
  for (let tried = 64; tried <= MOST_COLUMNS; tried *= 2) {
    width = Math.max(1, ...read(raw, tried).map((row) => row.findLastIndex((value) => value !== null) + 1));
    if (width < tried) break;
  }
  const rows = read(raw, width);
  const header = named ? rows.shift() : undefined;
  const columns = Array.from({ length: width }, (_, i) =>
    note(header ? String(header[i] ?? "") : `c${i + 1}`),
  );
  for (const row of rows)
    columns.forEach((column, i) => {
      const text = row[i];
      if (text === null || text === undefined || text === "") column.nullable = true;
      else if (/^[+-]?\d+(\.\d+)?$/.test(String(text))) noteValue(column, { number: String(text) });
      else if (/^(true|false)$/i.test(String(text))) column.kinds.add("BOOLEAN");
      else noteValue(column, String(text));
    });
  for (const column of columns) column.nullable = true;
}

function noteValue(column: Seen, value: unknown): void {
  if (value === null) column.nullable = true;
  else if (typeof value === "boolean") column.kinds.add("BOOLEAN");
  else if (typeof value === "string")
    column.kinds.add(
      /^\d{4}-\d{2}-\d{2}$/.test(value)
        ? "DATE"
        : /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d+)?$/.test(value)
          ? "TIMESTAMP_NTZ"
          : /^\d{2}:\d{2}:\d{2}(\.\d+)?$/.test(value)
            ? "TIME"
            : "TEXT",
    );
  else if (Array.isArray(value)) column.kinds.add("ARRAY");
  else if (typeof value === "object" && "number" in value) {
    const text = String(value.number).replace(/^[+-]/, "");
    if (/e/i.test(text)) column.kinds.add("REAL");
    else {
      const [whole = "", fraction = ""] = text.split(".");
      column.kinds.add("NUMBER");
      column.whole = Math.max(column.whole, whole.replace(/^0+(?=.)/, "").length);
      column.fraction = Math.max(column.fraction, fraction.length);
    }
  } else column.kinds.add("OBJECT");
}

/** One kind, or what holds several. */
function typeOf({ kinds, whole, fraction }: Seen): string {
  const [kind = "TEXT", ...others] = kinds;
  if (others.length === 0)
    return kind === "NUMBER" ? `NUMBER(${Math.min(38, whole + fraction)}, ${fraction})` : kind;
  if ([...kinds].every((one) => one === "NUMBER" || one === "REAL")) return "REAL";
  return [...kinds].some((one) => one === "ARRAY" || one === "OBJECT") ? "VARIANT" : "TEXT";
}

function parquetType(type: string): string {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal) return `NUMBER(${decimal[1]}, ${decimal[2]})`;
  if (/\[\]$/.test(type)) return "ARRAY";
  if (/^(STRUCT|MAP)/.test(type)) return "OBJECT";
  const known: Record<string, string> = {
    BOOLEAN: "BOOLEAN",
    TINYINT: "NUMBER(38, 0)",
    SMALLINT: "NUMBER(38, 0)",
    INTEGER: "NUMBER(38, 0)",
    BIGINT: "NUMBER(38, 0)",
    HUGEINT: "NUMBER(38, 0)",
    FLOAT: "REAL",
    DOUBLE: "REAL",
    DATE: "DATE",
    TIME: "TIME",
    TIMESTAMP: "TIMESTAMP_NTZ",
    TIMESTAMP_NS: "TIMESTAMP_NTZ",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_LTZ",
    BLOB: "BINARY",
    VARCHAR: "TEXT",
  };
  return known[type] ?? "VARIANT";
}
