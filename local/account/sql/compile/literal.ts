import type { Value } from "../../session/outcome.ts";
import type { DataType } from "../../types/data-type.ts";
import { duckType } from "../../types/physical.ts";
import { quoteText } from "./typed.ts";

/** A `Value` as a DuckDB constant of that type's physical form. */
export function literalOf(value: Value, type: DataType): string {
  if (value === null || value === undefined) return `CAST(NULL AS ${duckType(type)})`;
  switch (type.kind) {
    case "NUMBER":
    case "FLOAT":
      return `CAST('${String(value).replaceAll("'", "")}' AS ${duckType(type)})`;
    case "BOOLEAN":
      return value ? "TRUE" : "FALSE";
    case "DATE":
      return `(DATE '1970-01-01' + ${Number(value)})`;
    case "TIME":
      return `CAST(make_timestamp(${BigInt(value as bigint) / 1000n}) AS TIME)`;
    case "TIMESTAMP_NTZ":
      return `make_timestamp(${BigInt(value as bigint) / 1000n})`;
    case "TIMESTAMP_LTZ":
      return `timezone('UTC', make_timestamp(${BigInt(value as bigint) / 1000n}))`;
    case "TIMESTAMP_TZ": {
      const tz = value as { epochNanos: bigint; offsetMinutes: number };
      return `{'t': make_timestamp(${tz.epochNanos / 1000n}), 'o': CAST(${tz.offsetMinutes} AS SMALLINT)}`;
    }
    case "BINARY":
      return `unhex('${Buffer.from(value as Uint8Array).toString("hex")}')`;
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
    case "MAP":
      return `CAST(${quoteText(String(value))} AS JSON)`;
    case "VECTOR":
      return `CAST(${quoteText(String(value))} AS ${duckType(type)})`;
    case "VARCHAR":
      return quoteText(String(value));
  }
}
