import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { Value } from "../../session/outcome.ts";
import type { DataType } from "../../types/data-type.ts";
import { duckType } from "../../types/physical.ts";
import { type Env, nextAlias } from "./env.ts";
import type { Source } from "./from.ts";
import { rowsSource } from "./rows-source.ts";
import type { OutputColumn } from "./scope.ts";
import { quoteName } from "./typed.ts";

/** Rows up to so many are written into the statement as constants. */
const FEW = 500;
/** Rows that DuckDB takes at once. */
const CHUNK = 2048;

/** Rows that a statement reads: at hand, or in a temporary table of its connection. */
export type KeptRows = { rows: Value[][] } | { table: string };

/** Keeps few rows in memory and many in a temporary table, filled batch by batch, that goes when the statement ends. */
export async function keepRows(
  env: Env,
  connection: DuckDBConnection,
  columns: readonly OutputColumn[],
  batches: AsyncIterable<Value[][]> | Iterable<Value[][]>,
): Promise<KeptRows> {
  let waiting: Value[][] = [];
  let table: RowsTable | undefined;
  for await (const batch of batches) {
    waiting = waiting.length === 0 ? batch : waiting.concat(batch);
    if (waiting.length <= FEW && !table) continue;
    table ??= await RowsTable.create(env, connection, columns);
    table.append(waiting);
    waiting = [];
  }
  if (!table) return { rows: waiting };
  table.close();
  return { table: table.name };
}

export function keptSource(columns: readonly OutputColumn[], kept: KeptRows, name: string[]): Source {
  return "rows" in kept
    ? rowsSource(columns, kept.rows, name)
    : { sql: kept.table, columns: [...columns], name };
}

type Appender = Awaited<ReturnType<DuckDBConnection["createAppender"]>>;

class RowsTable {
  readonly name: string;
  readonly #appender: Appender;
  readonly #convert: ((value: Value) => DuckDBValue)[];

  private constructor(name: string, appender: Appender, columns: readonly OutputColumn[]) {
    this.name = name;
    this.#appender = appender;
    this.#convert = columns.map((column) => converter(column.type));
  }

  static async create(
    env: Env,
    connection: DuckDBConnection,
    columns: readonly OutputColumn[],
  ): Promise<RowsTable> {
    const own = `r${env.ctx.queryId.replace(/[^0-9A-Za-z]/g, "")}_${nextAlias(env, "t")}_${env.shared.facts.size}`;
    const name = `temp.main.${own}`;
    const definitions = columns.map((c) => `${quoteName(c.sqlName)} ${duckType(c.type)}`);
    await connection.run(`CREATE OR REPLACE TEMP TABLE ${own} (${definitions.join(", ")})`);
    env.shared.releases.push(async () => {
      await connection.run(`DROP TABLE IF EXISTS ${name}`);
    });
    return new RowsTable(name, await connection.createAppender(own, "main", "temp"), columns);
  }

  append(rows: readonly Value[][]): void {
    const appender = this.#appender;
    const types = this.#convert.map((_, i) => appender.columnType(i));
    for (let at = 0; at < rows.length; at += CHUNK) {
      const part = rows.slice(at, at + CHUNK);
      const chunk = DuckDBDataChunk.create(types, part.length);
      this.#convert.forEach((convert, i) => {
        const values = part.map((row) => (row[i] === null || row[i] === undefined ? null : convert(row[i])));
        chunk.setColumnValues(i, values);
      });
      appender.appendDataChunk(chunk);
    }
  }

  close(): void {
    this.#appender.closeSync();
  }
}

/** A `Value` that is not NULL as DuckDB's value of the type's physical form (types/physical.ts). */
function converter(type: DataType): (value: Value) => DuckDBValue {
  switch (type.kind) {
    case "NUMBER": {
      const { precision, scale } = type;
      if (scale === 0) return (v) => BigInt(String(v));
      return (v) => new DuckDBDecimalValue(unscaled(String(v), scale), precision, scale);
    }
    case "FLOAT":
      return (v) => Number(v);
    case "BOOLEAN":
      return (v) => v === true;
    case "DATE":
      return (v) => new DuckDBDateValue(Number(v));
    case "TIME":
      return (v) => new DuckDBTimeValue((v as bigint) / 1000n);
    case "TIMESTAMP_NTZ":
      return (v) => new DuckDBTimestampValue((v as bigint) / 1000n);
    case "TIMESTAMP_LTZ":
      return (v) => new DuckDBTimestampTZValue((v as bigint) / 1000n);
    case "TIMESTAMP_TZ":
      return (v) => {
        const { epochNanos, offsetMinutes } = v as { epochNanos: bigint; offsetMinutes: number };
        return new DuckDBStructValue({ t: new DuckDBTimestampValue(epochNanos / 1000n), o: offsetMinutes });
      };
    case "BINARY":
      return (v) => new DuckDBBlobValue(v as Uint8Array);
    case "VARCHAR":
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return (v) => String(v);
    case "VECTOR":
      return (v) => new DuckDBArrayValue(JSON.parse(String(v)) as number[]);
  }
}

/** `-1.5` with two decimals as -150. */
function unscaled(text: string, scale: number): bigint {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole + fraction.padEnd(scale, "0").slice(0, scale));
  return text.startsWith("-") ? -value : value;
}
