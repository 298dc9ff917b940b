/**
 * Tables and pipes of a file source. Each line of a file becomes one row, whatever is in it: a line that is not JSON
 * is kept as text with its origin and rejected by the models, so a load never fails for its contents and loses nothing.
 */
import { type Names, type ObjectName, quoted, quotedObject } from "../../infra/names.ts";
import type { Column, Pipe, PipeLoad, Table } from "../../infra/platform.ts";
import { personalRecord } from "./contract.ts";
import { type FileObject, type FileSource, prefixOf } from "./source.ts";

const column = (name: string, type: string, description: string, nullable = true): Column => ({
  name,
  type,
  nullable,
  description,
  tags: [],
});

export const FILE_COLUMNS = [
  column(
    "RECORD",
    "VARIANT",
    "The line as JSON, or as XML where the source sends that; NULL where it is neither.",
  ),
  { ...column("LINE", "VARCHAR(16777216)", "The line as it came."), sameAs: "RECORD" },
  column("FILE_NAME", "VARCHAR(16777216)", "Key of the file in the landing bucket.", false),
  column("FILE_ROW_NUMBER", "NUMBER(38,0)", "Number of the line in the file.", false),
  column("FILE_LAST_MODIFIED", "TIMESTAMP_NTZ(9)", "When the file was written, UTC."),
  column("LOADED_AT", "TIMESTAMP_LTZ(9)", "When the pipe read the file."),
];

/**
 * What COPY selects, in the order of FILE_COLUMNS. Only functions that a COPY transformation may call
 * (Snowflake documentation, Transforming data during a load).
 */
const selected = (object: FileObject): string[] => [
  recordOf(object),
  "$1",
  "METADATA$FILENAME",
  "METADATA$FILE_ROW_NUMBER",
  "METADATA$FILE_LAST_MODIFIED",
  "METADATA$START_SCAN_TIME",
];

/** Of an XML document only the lines that are its elements are records; the lines around them are kept as text. */
function recordOf(object: FileObject): string {
  const xml = object.contract?.xml;
  return xml === undefined
    ? "CASE WHEN CHECK_JSON($1) IS NULL THEN PARSE_JSON($1) END"
    : `CASE WHEN $1 LIKE '<${xml.element} %' AND CHECK_XML($1) IS NULL THEN PARSE_XML($1) END`;
}

export function fileTable(source: FileSource, object: FileObject, names: Names): Table {
  const logical = `raw.${source.key}.${object.name}`;
  return {
    key: logical,
    logical,
    ...names.object({ database: "raw", schema: source.key, name: object.name }),
    columns: FILE_COLUMNS.map((one) => (one.name === "RECORD" ? personalRecord(one, object.contract) : one)),
    clusterBy: [],
    comment: object.description,
    insertOnly: true,
  };
}

/** Carries the table's name: pipes and tables are named apart from each other. */
export function filePipe(
  source: FileSource,
  object: FileObject,
  stage: ObjectName,
  format: ObjectName,
  names: Names,
): Pipe {
  const table = names.object({ database: "raw", schema: source.key, name: object.name });
  const load: PipeLoad = {
    source: source.key,
    stage: { database: stage.database, schema: stage.schema, name: stage.name },
    format: { database: format.database, schema: format.schema, name: format.name },
    prefix: prefixOf(source, object),
    columns: FILE_COLUMNS.map((one) => one.name),
    selected: selected(object),
  };
  return {
    key: `raw.${source.key}.${object.name}`,
    ...table,
    load,
    copy: [
      `COPY INTO ${quotedObject(table)} (${load.columns.map((name) => quoted(name)).join(", ")})`,
      `FROM (SELECT ${load.selected.join(", ")} FROM @${quotedObject(stage)}/${load.prefix})`,
      `FILE_FORMAT = (FORMAT_NAME = '${quotedObject(format)}')`,
    ].join("\n"),
    comment: `Loads ${prefixOf(source, object)} as its files arrive.`,
  };
}
