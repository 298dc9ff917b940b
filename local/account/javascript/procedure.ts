import type { CatalogObject } from "../catalog/model.ts";
import type { Bind } from "../session/context.ts";
import type { Outcome, Value } from "../session/outcome.ts";
import type { DataType } from "../types/data-type.ts";
import { runJavascript } from "./sandbox.ts";

/** What a procedure's `snowflake` object runs statements with. */
export type ExecuteSql = (sql: string, binds: Record<string, Bind>) => Promise<Outcome & { queryId: string }>;

/** Rows that one statement of a procedure may hold. */
const MOST_ROWS = 100_000;

/** The object `snowflake` and what it gives. Source: "JavaScript stored procedures API". */
const API = `
  const __answer = (text) => {
    if (!text.startsWith("\\u0001")) return JSON.parse(text, __read);
    const { code, state, message } = JSON.parse(text.slice(1));
    const error = new Error(message);
    error.code = Number(code);
    error.state = state;
    error.stackTraceTxt = "";
    throw error;
  };
  class ResultSet {
    #statement; #at = -1;
    constructor(statement) {
      this.#statement = statement;
      for (const { name } of statement.__result.columns)
        if (!(name in this)) Object.defineProperty(this, name, { get: () => this.getColumnValue(name) });
    }
    next() { this.#at++; return this.#at < this.#statement.__result.rows.length; }
    #index(column) {
      const { columns } = this.#statement.__result;
      const index = typeof column === "number" ? column - 1
        : columns.findIndex((one) => one.name === column || one.name === String(column).toUpperCase());
      if (index < 0 || index >= columns.length)
        throw new Error("Given column name/index does not exist: " + column);
      return index;
    }
    getColumnValue(column) {
      const row = this.#statement.__result.rows[this.#at];
      if (row === undefined) throw new Error("There is no current row: call next() first");
      return row[this.#index(column)];
    }
    getColumnValueAsString(column) {
      const value = this.getColumnValue(column);
      return value === null || value === undefined ? value
        : value instanceof Date ? value.toISOString()
        : typeof value === "object" ? JSON.stringify(value) : String(value);
    }
    getColumnCount() { return this.#statement.getColumnCount(); }
    getColumnName(index) { return this.#statement.getColumnName(index); }
    getColumnType(index) { return this.#statement.getColumnType(index); }
    getColumnScale(index) { return this.#statement.getColumnScale(index); }
    getNumRowsAffected() { return this.#statement.getNumRowsAffected(); }
    getRowCount() { return this.#statement.getRowCount(); }
    getQueryId() { return this.#statement.getQueryId(); }
  }
  class Statement {
    #options; __result = null;
    constructor(options) {
      if (typeof options?.sqlText !== "string") throw new Error("createStatement needs sqlText");
      this.#options = options;
    }
    execute() {
      const { sqlText, binds = [] } = this.#options;
      const values = binds.map((one) => one instanceof Date ? { date: one.toISOString() } : one === undefined ? null : one);
      this.__result = __answer(__execute(JSON.stringify({ sqlText, binds: values })));
      return new ResultSet(this);
    }
    #done() {
      if (this.__result === null) throw new Error("The statement was not executed");
      return this.__result;
    }
    getSqlText() { return this.#options.sqlText; }
    getQueryId() { return this.#done().queryId; }
    getColumnCount() { return this.#done().columns.length; }
    getColumnName(index) { return this.#done().columns[index - 1].name; }
    getColumnType(index) { return this.#done().columns[index - 1].type; }
    getColumnSqlType(index) { return this.#done().columns[index - 1].type.toUpperCase(); }
    getColumnScale(index) { return this.#done().columns[index - 1].scale; }
    isColumnNullable(index) { return this.#done().columns[index - 1].nullable; }
    getRowCount() { return this.#done().rows.length; }
    getNumRowsAffected() { return this.#done().affected; }
    getNumRowsInserted() { return this.#done().inserted; }
    getNumRowsUpdated() { return this.#done().updated; }
    getNumRowsDeleted() { return this.#done().deleted; }
  }
  const __kinds = {
    Array: ["array"], Binary: ["binary"], Boolean: ["boolean"], Date: ["date"], Number: ["number", "float"],
    Object: ["object"], Text: ["varchar"], Time: ["time"], Variant: ["variant"],
    Timestamp: ["timestamp_ntz", "timestamp_ltz", "timestamp_tz"],
  };
  for (const [name, kinds] of Object.entries(__kinds))
    Statement.prototype["isColumn" + name] = function (index) { return kinds.includes(this.getColumnType(index)); };
  const snowflake = {
    createStatement: (options) => new Statement(options),
    execute: (options) => new Statement(options).execute(),
    log: () => {},
    addEvent: () => {},
    setSpanAttribute: () => {},
  };
`;

/** Runs the procedure; `args` is a JSON text of its arguments. The answer is a JSON text, "" for undefined. */
export function runJavascriptProcedure(
  props: Pick<CatalogObject<"PROCEDURE">["props"], "routine" | "arguments" | "body">,
  args: string,
  execute: ExecuteSql,
): Promise<string> {
  const parameters = props.arguments.map((argument) => argument.name).join(", ");
  const source = `${API}\n__write((function (${parameters}) {\n${props.body}\n})(...__revive(${JSON.stringify(args)})))`;
  return runJavascript(props.routine, source, {
    async __execute(text) {
      const { sqlText, binds } = JSON.parse(text) as { sqlText: string; binds: unknown[] };
      const outcome = await execute(
        sqlText,
        Object.fromEntries(binds.map((one, at) => [String(at + 1), bindOf(one)])),
      );
      return resultText(outcome);
    },
  });
}

function bindOf(value: unknown): Bind {
  if (value === null) return { type: "TEXT", value: null };
  if (typeof value === "number")
    return { type: Number.isInteger(value) ? "FIXED" : "REAL", value: String(value) };
  if (typeof value === "boolean") return { type: "BOOLEAN", value: String(value) };
  if (typeof value === "object" && "date" in value) return { type: "TEXT", value: String(value.date) };
  return { type: "TEXT", value: typeof value === "string" ? value : JSON.stringify(value) };
}

async function resultText(outcome: Outcome & { queryId: string }): Promise<string> {
  const rows: unknown[][] = [];
  for await (const batch of outcome.rows)
    for (const row of batch) {
      if (rows.length >= MOST_ROWS) throw new Error(`A result of more than ${MOST_ROWS} rows`);
      rows.push(row.map((value, at) => jsonOf(value, outcome.columns[at]!.type)));
    }
  const { inserted = 0, updated = 0, deleted = 0 } = outcome.affected ?? {};
  return JSON.stringify({
    queryId: outcome.queryId,
    columns: outcome.columns.map(({ name, type, nullable }) => ({
      name,
      nullable,
      type: type.kind.toLowerCase(),
      scale: "scale" in type ? type.scale : 0,
    })),
    rows,
    inserted,
    updated,
    deleted,
    affected: inserted + updated + deleted,
  });
}

const date = (nanos: bigint) => ({ __date: new Date(Number(nanos / 1_000_000n)).toISOString() });

/** A value as the sandbox's prelude reads it. */
function jsonOf(value: Value, type: DataType): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case "NUMBER":
    case "FLOAT":
      return Number(value);
    case "DATE":
      return { __date: new Date(Number(value) * 86_400_000).toISOString() };
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
      return date(value as bigint);
    case "TIMESTAMP_TZ":
      return date((value as { epochNanos: bigint }).epochNanos);
    case "BINARY":
      return { __hex: Buffer.from(value as Uint8Array).toString("hex") };
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return JSON.parse(String(value));
    case "BOOLEAN":
      return value === true || value === "true";
    default:
      return String(value);
  }
}

/** Arguments as one JSON text for the sandbox. */
export const argumentsText = (values: readonly { value: Value; type: DataType }[]): string =>
  JSON.stringify(
    values.map(({ value, type }) => (value === null ? { __undefined: true } : jsonOf(value, type))),
  );
