import type { CatalogObject } from "../catalog/model.ts";
import type { StatementContext } from "../session/context.ts";
import type { ResultColumn, Value } from "../session/outcome.ts";
import { registerVirtualFunction, registerVirtualRelation } from "../sql/virtual-relations.ts";
import { type DataType, number, timestamp, varchar } from "../types/data-type.ts";

/** One column: name, kind, value of an entry. */
export type Field<T> = readonly [name: string, kind: FieldKind, value: (entry: T) => unknown];
export type FieldKind = "text" | "number" | "float" | "time" | "date" | "boolean" | "json" | "object";

const TYPES: Record<FieldKind, DataType> = {
  text: varchar(),
  number: number(38, 0),
  float: { kind: "FLOAT" },
  time: timestamp("TIMESTAMP_LTZ", 3),
  date: { kind: "DATE" },
  boolean: { kind: "BOOLEAN" },
  json: { kind: "ARRAY" },
  object: { kind: "OBJECT" },
};

/** Milliseconds, numbers and plain data as the values of the column's type. */
function toValue(kind: FieldKind, raw: unknown): Value {
  if (raw === null || raw === undefined) return null;
  switch (kind) {
    case "number":
      return BigInt(Math.trunc(Number(raw)));
    case "float":
      return Number(raw);
    case "time":
      return BigInt(Math.trunc(Number(raw))) * 1_000_000n;
    case "date":
      return Math.floor(Number(raw) / 86_400_000);
    case "boolean":
      return raw === true;
    case "json":
    case "object":
      return JSON.stringify(raw);
    default:
      return String(raw);
  }
}

export const columnsOf = <T>(fields: readonly Field<T>[]): ResultColumn[] =>
  fields.map(([name, kind]) => ({ name, type: TYPES[kind], nullable: true }));

export const rowsOf = <T>(fields: readonly Field<T>[], entries: Iterable<T>): Value[][] =>
  Array.from(entries, (entry) => fields.map(([, kind, value]) => toValue(kind, value(entry))));

/** A view of SNOWFLAKE.ACCOUNT_USAGE; who may read the database may read it. */
export function usageView<T>(
  name: string,
  fields: readonly Field<T>[],
  entries: (ctx: StatementContext) => Iterable<T> | Promise<Iterable<T>>,
): void {
  registerVirtualRelation({
    schema: "ACCOUNT_USAGE",
    name,
    columns: columnsOf(fields),
    rows: async (ctx) => rowsOf(fields, await entries(ctx)),
  });
}

export type FunctionArguments = Record<string, Value>;

/** A table function of INFORMATION_SCHEMA. `entries` leaves out what the role may not see. */
export function historyFunction<T>(
  name: string,
  positional: string[],
  fields: readonly Field<T>[],
  entries: (
    ctx: StatementContext,
    args: FunctionArguments,
    database: CatalogObject<"DATABASE">,
  ) => Iterable<T> | Promise<Iterable<T>>,
): void {
  registerVirtualFunction({
    name,
    columns: columnsOf(fields),
    positional,
    rows: async (ctx, database, args) => rowsOf(fields, await entries(ctx, args, database)),
  });
}

/** A time argument in milliseconds; `otherwise` when it was not given. */
export function timeArgument(args: FunctionArguments, name: string, otherwise: number): number {
  const value = args[name];
  if (value === null || value === undefined) return otherwise;
  if (typeof value === "bigint") return Number(value / 1_000_000n);
  if (typeof value === "number") return value * 86_400_000;
  if (typeof value === "object" && "epochNanos" in value) return Number(value.epochNanos / 1_000_000n);
  const parsed = Date.parse(String(value));
  return Number.isNaN(parsed) ? otherwise : parsed;
}

export function textArgument(args: FunctionArguments, name: string): string | null {
  const value = args[name];
  return value === null || value === undefined ? null : String(value);
}

/** RESULT_LIMIT: 100 unless given, 10,000 at most. */
export const limitArgument = (args: FunctionArguments, otherwise = 100): number =>
  Math.min(10_000, Math.max(1, Number(args["RESULT_LIMIT"] ?? otherwise)));
