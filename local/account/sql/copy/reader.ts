import { errors } from "../../errors.ts";
import { parsedXml } from "../compile/functions/xml.ts";
import { quoteText, raise } from "../compile/typed.ts";
import type { Format } from "./file-format.ts";

/**
 * DuckDB queries that read one staged file: `c1 … cN` texts (CSV) or `v` JSON, and `n`, the row's number in the file.
 * A field that the record lacks is NULL, an empty one is ''.
 */
export interface ReadOptions {
  /** CSV fields wanted. */
  width: number;
  /** Read JSON line by line, so that one bad record does not hide the others. */
  lenient?: boolean;
  /** Without `n`, which costs a pass of its own (0 then). */
  unnumbered?: boolean;
}

/** Never a field's text. */
const NO_TEXT = "\u0001firn\u0002";
/** Never within a line: four control characters. */
const NO_DELIMITER = "\u001f\u001e\u001d\u001c";

const numbered = (columns: string, source: string) => `SELECT ${columns}, ${NUMBER} AS n FROM ${source}`;
const NUMBER = "row_number() OVER ()";

export function readFile(format: Format, localPath: string, options: ReadOptions): string {
  const sql = readNumbered(format, localPath, options);
  return options.unnumbered ? sql.replace(NUMBER, "0") : sql;
}

function readNumbered(format: Format, localPath: string, options: ReadOptions): string {
  const file = quoteText(localPath);
  switch (format.type) {
    case "CSV":
      return readCsv(format, file, options.width);
    case "JSON":
      return readJson(format, file, options.lenient ?? false);
    case "PARQUET":
      return numbered("to_json(r) AS v", `read_parquet(${file}) AS r`);
    case "XML":
      return readXml(format, file);
    default:
      throw errors.unsupported(`file format ${format.type}`);
  }
}

/** A document is one row; with STRIP_OUTER_ELEMENT each of its inner elements is. */
function readXml(format: Format, file: string): string {
  if (/\.(gz|zst|bz2)'$/.test(file)) throw errors.unsupported("compressed XML files");
  const document = parsedXml("content", false, !isSet(format, "DISABLE_AUTO_CONVERT"));
  const source = `(SELECT ${document} AS v FROM read_text(${file}))`;
  if (!isSet(format, "STRIP_OUTER_ELEMENT")) return numbered("v", source);
  const content = `json_extract(v, '$."$"')`;
  const inner = `CASE json_type(${content}) WHEN 'ARRAY' THEN json_extract(${content}, '$[*]') ELSE [${content}] END`;
  return numbered("v", `(SELECT unnest(${inner}) AS v FROM ${source})`);
}

const text = (format: Format, key: string): string => String(format.options[key] ?? "");
const isSet = (format: Format, key: string): boolean => format.options[key] === true;

/** gzip and zstd are what DuckDB reads; AUTO goes by the file's name. */
function compression(format: Format, file: string): string {
  const given = text(format, "COMPRESSION").toUpperCase();
  switch (given) {
    case "AUTO":
    case "":
      if (/\.(bz2|br|deflate|raw_deflate)'$/.test(file)) throw errors.unsupported(`compression of ${file}`);
      return "'auto'";
    case "GZIP":
    case "ZSTD":
    case "NONE":
      return `'${given.toLowerCase()}'`;
    default:
      throw errors.unsupported(`COMPRESSION = ${given}`);
  }
}

/** Whether one thread reads the file, however many there are. */
export function readsInOneGo(format: Format, localPath: string): boolean {
  if (format.type === "CSV" && text(format, "FIELD_DELIMITER") !== "NONE") return true;
  const packed = text(format, "COMPRESSION").toUpperCase();
  return packed === "GZIP" || packed === "ZSTD" || /\.(gz|zst)$/.test(localPath);
}

function checkEncoding(format: Format): void {
  const encoding = text(format, "ENCODING")
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "");
  if (encoding !== "" && encoding !== "UTF8")
    throw errors.unsupported(`ENCODING = ${text(format, "ENCODING")}`);
}

function readCsv(format: Format, file: string, width: number): string {
  checkEncoding(format);
  const delimiter = text(format, "FIELD_DELIMITER");
  const record = text(format, "RECORD_DELIMITER");
  if (record === "NONE") throw errors.unsupported("RECORD_DELIMITER = NONE");
  if (!["\n", "\r\n", "\r", "\\n", "\\r\\n"].includes(record))
    throw errors.unsupported("RECORD_DELIMITER other than a line's end");
  if (text(format, "ESCAPE") !== "NONE" && text(format, "ESCAPE") !== "\\")
    throw errors.unsupported("ESCAPE other than backslash");
  const enclosed = text(format, "FIELD_OPTIONALLY_ENCLOSED_BY");
  const quote = enclosed === "NONE" ? "" : enclosed;
  const skip = Number(format.options["SKIP_HEADER"] ?? 0) + (isSet(format, "PARSE_HEADER") ? 1 : 0);
  const blank = isSet(format, "SKIP_BLANK_LINES");
  const shared = `header=false, auto_detect=false, strict_mode=false, skip=${skip}, compression=${compression(format, file)}, max_line_size=16777216`;
  if (delimiter === "NONE") {
    if (quote !== "") throw errors.unsupported("FIELD_OPTIONALLY_ENCLOSED_BY with FIELD_DELIMITER = NONE");
    // With a null text that cannot occur the reader drops blank lines itself.
    const lines = blank ? `nullstr=['${NO_TEXT}']` : "new_line='\\r\\n'";
    const source = `read_csv(${file}, columns={'c1': 'VARCHAR'}, delim='${NO_DELIMITER}', quote='', escape='', ${lines}, ${shared})`;
    return numbered(blank ? "c1" : "coalesce(c1, '') AS c1", source);
  }
  const names = Array.from({ length: width + 1 }, (_, i) => `c${i + 1}`);
  const columns = names.map((c) => `'${c}': 'VARCHAR'`).join(", ");
  const escape_ = text(format, "ESCAPE") === "\\" ? "\\" : quote;
  const source =
    `read_csv(${file}, columns={${columns}}, delim=${quoteText(delimiter)}, quote=${quoteText(quote)}, escape=${quoteText(quote === "" ? "" : escape_)}, ` +
    `nullstr=['${NO_TEXT}'], null_padding=true, parallel=false, ${shared})`;
  return numbered(names.join(", "), source);
}

function readJson(format: Format, file: string, lenient: boolean): string {
  const packed = compression(format, file);
  const strip = isSet(format, "STRIP_OUTER_ARRAY");
  if (lenient && !strip) {
    const lines = `read_csv(${file}, columns={'c1': 'VARCHAR'}, delim='${NO_DELIMITER}', quote='', escape='', nullstr=['${NO_TEXT}'], header=false, auto_detect=false, strict_mode=false, compression=${packed}, max_line_size=16777216)`;
    const wrong = raise("100069", "22P02", "'Error parsing JSON: ' || left(c1, 200)");
    return numbered(
      `CASE WHEN json_valid(c1) THEN CAST(c1 AS JSON) ELSE CAST(${wrong} AS JSON) END AS v`,
      lines,
    );
  }
  // Values stand one after another, whatever their lines.
  const kind = packed === "'auto'" ? "'auto_detect'" : packed;
  const source = `read_json_objects(${file}, format='unstructured', compression=${kind}, maximum_object_size=134217728)`;
  if (!strip) return numbered("json AS v", source);
  const elements = "CASE WHEN json_type(json) = 'ARRAY' THEN json_extract(json, '$[*]') ELSE [json] END";
  return numbered("v", `(SELECT unnest(${elements}) AS v FROM ${source})`);
}

/** A CSV field as its format means it. */
export function csvField(format: Format, index: number): string {
  let sql = `c${index}`;
  if (isSet(format, "TRIM_SPACE")) sql = `trim(${sql})`;
  const unenclosed = text(format, "ESCAPE_UNENCLOSED_FIELD");
  const nulls = (format.options["NULL_IF"] as string[] | undefined) ?? [];
  const conditions: string[] = [];
  if (isSet(format, "EMPTY_FIELD_AS_NULL")) conditions.push(`${sql} = ''`);
  for (const one of nulls) conditions.push(`${sql} = ${quoteText(one)}`);
  // Escapes of an unenclosed field; `\\N` was compared before.
  const plain =
    unenclosed === "\\" && text(format, "FIELD_DELIMITER") !== "NONE"
      ? `CASE WHEN contains(${sql}, '\\') THEN regexp_replace(replace(replace(replace(${sql}, '\\t', chr(9)), '\\n', chr(10)), '\\r', chr(13)), '\\\\(.)', '\\1', 'g') ELSE ${sql} END`
      : sql;
  return conditions.length > 0 ? `CASE WHEN ${conditions.join(" OR ")} THEN NULL ELSE ${plain} END` : plain;
}
