import { toXml } from "../../../results/xml-text.ts";
import type { DataType } from "../../../types/data-type.ts";
import { checkXml, XmlError, xmlToJson } from "../../xml.ts";
import { castTo } from "../cast.ts";
import type { Env } from "../env.ts";
import { plainJson } from "../marked.ts";
import { needNative } from "../native.ts";
import { raise, raised, type Typed, text, typed } from "../typed.ts";
import { define } from "./registry.ts";

/** PARSE_XML, CHECK_XML, XMLGET. The parser is ours, called by DuckDB. */
const VARIANT: DataType = { kind: "VARIANT" };
const OBJECT: DataType = { kind: "OBJECT" };
const NAMES = ["STR", "DISABLE_AUTO_CONVERT"] as const;
const FAILED = "\u0001";

const parse = (convert: boolean) => (input: string) => {
  try {
    return xmlToJson(input, convert);
  } catch (error) {
    if (error instanceof XmlError) return FAILED + error.message;
    throw error;
  }
};

/** Makes the parser known to DuckDB. */
export const needXml = (env: Env): void =>
  needNative(env, [
    { name: "firn_parse_xml", arity: 1, call: parse(true) },
    { name: "firn_parse_xml_text", arity: 1, call: parse(false) },
    { name: "firn_check_xml", arity: 1, call: (input) => checkXml(input) ?? "" },
  ]);

/** SQL of an XML text's VARIANT; `isTry` gives NULL for a malformed one. */
export function parsedXml(sql: string, isTry: boolean, convert = true): string {
  const parsed = `${convert ? "firn_parse_xml" : "firn_parse_xml_text"}(${sql})`;
  const wrong = isTry
    ? "NULL"
    : `CAST(${raise("100100", "22000", `'Error parsing XML: ' || substr(${parsed}, 2)`)} AS JSON)`;
  return `CASE WHEN trim(${sql}) = '' THEN NULL WHEN starts_with(${parsed}, chr(1)) THEN ${wrong} ELSE CAST(${parsed} AS JSON) END`;
}

const emit =
  (isTry: boolean) =>
  (a: Typed[], { env }: { env: Env }) => {
    needXml(env);
    return typed(parsedXml(a[0]!.sql, isTry, a[1]?.constant?.value !== "true"), OBJECT);
  };
define("semi-structured", "PARSE_XML", ["text", "boolean"], emit(false), { min: 1, names: NAMES });
define("semi-structured", "TRY_PARSE_XML", ["text", "boolean"], emit(true), { min: 1, names: NAMES });

define("semi-structured", "TO_XML", ["variant"], (a, { env }) => {
  const refused = () => {
    throw new Error(
      raised("002040", "0A000", "SQL compilation error:\nUnsupported feature 'TO_XML of JSON null'."),
    );
  };
  needNative(env, [{ name: "firn_to_xml", arity: 1, call: (json) => toXml(json) ?? refused() }]);
  return text(`firn_to_xml(CAST(${plainJson(env, a[0]!.sql)} AS VARCHAR))`);
});
define(
  "semi-structured",
  "CHECK_XML",
  ["text", "boolean"],
  (a, { env }) => {
    needXml(env);
    return text(`nullif(firn_check_xml(${a[0]!.sql}), '')`);
  },
  { min: 1, names: NAMES },
);

/** The n-th (from 0) inner element of that name. */
define(
  "semi-structured",
  "XMLGET",
  ["variant", "text", "integer"],
  (a, { env }) => {
    const [element, tag, index] = a as [Typed, Typed, Typed | undefined];
    const content = `json_extract(${castTo(env, element, VARIANT).sql}, '$."$"')`;
    const children = `CASE json_type(${content}) WHEN 'ARRAY' THEN CAST(json_extract(${content}, '$[*]') AS JSON[]) WHEN 'OBJECT' THEN [${content}] ELSE CAST([] AS JSON[]) END`;
    return typed(
      `list_filter(${children}, lambda x: (x ->> '$."@"') = ${tag.sql})[${index?.sql ?? "0"} + 1]`,
      OBJECT,
    );
  },
  { min: 2 },
);
