import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Value } from "../../../../local/account/session/outcome.ts";
import type { DataType } from "../../../../local/account/types/data-type.ts";

/** One documented behaviour. */
export interface ConformanceCase {
  name: string;
  /** Title of the Snowflake document. */
  source: string;
  setup?: string[];
  statement: string;
  columns?: string[];
  rows?: (string | number | boolean | null)[][];
  error?: { code: string; message?: string };
}

export interface ConformanceFile {
  area: string;
  setup?: string[];
  cases: ConformanceCase[];
}

export function readConformanceFiles(folder: string): ConformanceFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => parse(readFileSync(join(folder, name), "utf8")) as ConformanceFile);
}

const two = (n: number) => String(n).padStart(2, "0");

/** A value as a driver shows its text; timestamps in UTC with the fraction that they have. */
export function valueText(value: Value, type: DataType): string | null {
  if (value === null) return null;
  switch (type.kind) {
    case "DATE":
      return new Date(Number(value) * 86_400_000).toISOString().slice(0, 10);
    case "TIME": {
      const seconds = Number((value as bigint) / 1_000_000_000n);
      return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    }
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
      return isoText(value as bigint);
    case "TIMESTAMP_TZ": {
      const { epochNanos, offsetMinutes } = value as { epochNanos: bigint; offsetMinutes: number };
      const sign = offsetMinutes < 0 ? "-" : "+";
      const size = Math.abs(offsetMinutes);
      return `${isoText(epochNanos + BigInt(offsetMinutes) * 60_000_000_000n)} ${sign}${two(Math.floor(size / 60))}${two(size % 60)}`;
    }
    case "BINARY":
      return Buffer.from(value as Uint8Array)
        .toString("hex")
        .toUpperCase();
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
      return sortedJson(String(value));
    default:
      return String(value);
  }
}

function isoText(nanos: bigint): string {
  const millis = Number(nanos / 1_000_000n);
  return new Date(millis).toISOString().replace("T", " ").replace("Z", "");
}

/** Compact, keys sorted. */
export function sortedJson(text: string): string {
  const sort = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sort);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, v]) => [k, sort(v)]),
    );
  };
  return JSON.stringify(sort(JSON.parse(text)));
}
