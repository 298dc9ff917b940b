import type { DataType } from "../types/data-type.ts";

/** One column of a result, as the wire describes it. */
export interface ResultColumn {
  name: string;
  type: DataType;
  nullable: boolean;
}

/**
 * A value as the layers hand it on. VARIANT, OBJECT and ARRAY are JSON text; NUMBER is a bigint or exact decimal
 * text; FLOAT a number; DATE days since the epoch; TIME nanoseconds of the day; TIMESTAMP_* an instant in
 * nanoseconds since the epoch (NTZ: as if UTC), TZ with its offset in minutes; BINARY bytes.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | { epochNanos: bigint; offsetMinutes: number };

/** Kinds of statement that change how a driver reads the answer (statementTypeId on the wire). */
export type StatementKind =
  | "SELECT"
  | "INSERT"
  | "UPDATE"
  | "DELETE"
  | "MERGE"
  | "MULTI_TABLE_INSERT"
  | "COPY"
  | "UNLOAD"
  | "DDL"
  | "SHOW"
  | "DESCRIBE"
  | "GRANT"
  | "USE"
  | "SET"
  | "ALTER_SESSION"
  | "TRANSACTION"
  | "CALL"
  | "OTHER";

/**
 * What a statement yields. Rows come in batches, each an array of rows, each an array of values; they are pulled, so
 * memory stays bounded. DML answers one row of counts (`number of rows inserted`, …).
 */
export interface Outcome {
  kind: StatementKind;
  columns: ResultColumn[];
  rows: AsyncIterable<Value[][]> | Iterable<Value[][]>;
  /** Rows inserted + updated + deleted by a DML. */
  affected?: { inserted: number; updated: number; deleted: number };
  /** CALL: values of output arguments, as SQL, by the argument's place in the CALL. */
  outputs?: ReadonlyMap<number, string>;
  /** USE, ALTER SESSION: the driver is told the new context. */
  contextChanged?: boolean;
}

/** The answer of most DDL: one row, one column `status`. */
export function statusOutcome(message: string, kind: StatementKind = "DDL"): Outcome {
  return {
    kind,
    columns: [{ name: "status", type: { kind: "VARCHAR", length: 16_777_216 }, nullable: true }],
    rows: [[[message]]],
  };
}

export function tableOutcome(kind: StatementKind, columns: ResultColumn[], rows: Value[][]): Outcome {
  return { kind, columns, rows: [rows] };
}
