import type { ColumnDef } from "../catalog/model.ts";
import { quoteName, quoteText } from "../storage/duck-text.ts";
import { BEGIN_VERSION, physicalTable } from "../storage/storage.ts";
import type { DataType } from "../types/data-type.ts";
import { duckType } from "../types/physical.ts";

const isVariant = (type: DataType): boolean =>
  type.kind === "VARIANT" || type.kind === "OBJECT" || type.kind === "ARRAY";

/** Key in the rows that fills a column: the column's name, in any case unless that is ambiguous. */
export type KeyOf = ReadonlyMap<string, string>;

/**
 * Matches columns with the keys of one row (MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE, as the default pipe has it).
 * Columns that the row lacks are looked for under their own name.
 */
export function matchKeys(columns: readonly ColumnDef[], keys: readonly string[]): KeyOf {
  const byUpper = new Map(keys.map((key) => [key.toUpperCase(), key]));
  return new Map(
    columns.map((column) => [
      column.name,
      keys.includes(column.name) ? column.name : (byUpper.get(column.name.toUpperCase()) ?? column.name),
    ]),
  );
}

/** A value of the rows (JSON for VARIANT, text otherwise) as the column's physical type. */
function converted(column: ColumnDef, alias: string, cast: "CAST" | "TRY_CAST"): string {
  const { type } = column;
  if (isVariant(type)) return alias;
  switch (type.kind) {
    case "VARCHAR":
      return alias;
    case "BINARY":
      return cast === "CAST" ? `from_hex(${alias})` : `TRY(from_hex(${alias}))`;
    case "TIMESTAMP_NTZ":
      // A zone in the text does not count for NTZ, epoch numbers do.
      return `${cast}(${alias} AS TIMESTAMP)`;
    case "TIMESTAMP_TZ":
      return `{'t': ${cast}(${cast}(${alias} AS TIMESTAMPTZ) AS TIMESTAMP), 'o': 0::SMALLINT}`;
    default:
      return `${cast}(${alias} AS ${duckType(type)})`;
  }
}

/**
 * INSERT of newline-delimited JSON files into a table's rows. With `lenient`, rows with a value that does not fit its
 * column are left out (they are counted by what is missing); without, they fail the statement.
 */
export function insertRowsSql(
  tableId: number,
  version: number,
  columns: readonly ColumnDef[],
  keys: KeyOf,
  files: readonly string[],
  lenient: boolean,
): string {
  const cast = lenient ? "TRY_CAST" : "CAST";
  const spec = columns
    .map((column, index) => ({ key: keys.get(column.name)!, alias: `c${index}`, column }))
    .map(({ key, column }) => `${quoteText(key)}: '${isVariant(column.type) ? "JSON" : "VARCHAR"}'`)
    .join(", ");
  const source = columns.map((column) => quoteName(keys.get(column.name)!));
  const values = columns.map((column, index) => converted(column, source[index]!, cast));
  const fits = columns.flatMap((column, index) => {
    const checks: string[] = [];
    if (!column.nullable) checks.push(`${source[index]} IS NOT NULL`);
    if (!isVariant(column.type) && column.type.kind !== "VARCHAR")
      checks.push(`(${source[index]} IS NULL OR (${values[index]}) IS NOT NULL)`);
    if (column.type.kind === "VARCHAR" && column.type.length < 16_777_216)
      checks.push(`(${source[index]} IS NULL OR length(${source[index]}) <= ${column.type.length})`);
    return checks;
  });
  return `INSERT INTO ${physicalTable(tableId)} (${columns.map((column) => quoteName(column.name)).join(", ")}, ${BEGIN_VERSION})
SELECT ${values.join(", ")}, ${version}
FROM read_json([${files.map(quoteText).join(", ")}], format = 'newline_delimited', columns = {${spec}}, maximum_object_size = 33554432${lenient ? ", ignore_errors = true" : ""})
${lenient && fits.length > 0 ? `WHERE ${fits.join(" AND ")}` : ""}`;
}
