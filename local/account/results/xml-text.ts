/**
 * XML elements as text. An element is kept as an object with its name under `@`, its attributes under `@name`, its
 * content under `$`, and the places of its inner elements under their names. Source: "PARSE_XML", "XMLGET", "TO_XML".
 */
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Element = { [key: string]: Json };

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const isElement = (value: Json): value is Element =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  typeof value["@"] === "string" &&
  "$" in value;

/** Whether JSON text looks like an element, without reading it whole. */
export const mayBeXml = (json: string): boolean => json.startsWith('{"@":"') || json.startsWith('{"$":');

/** The element's text: compact, or with `indent` spaces a level; null when the JSON is no element. */
export function xmlText(json: string, indent: number): string | null {
  const value = JSON.parse(json) as Json;
  return isElement(value) ? write(value, indent, 0) : null;
}

function write(element: Element, indent: number, depth: number): string {
  const name = String(element["@"]);
  const attributes = Object.entries(element)
    .filter(([key]) => key.startsWith("@") && key !== "@")
    .map(([key, value]) => ` ${key.slice(1)}="${escaped(String(value)).replaceAll('"', "&quot;")}"`)
    .join("");
  const content = element["$"] ?? "";
  const parts = Array.isArray(content) ? content : [content];
  const open = `<${name}${attributes}>`;
  const close = `</${name}>`;
  const inner = (part: Json) =>
    isElement(part) ? write(part, indent, depth + 1) : escaped(String(part ?? ""));
  if (indent === 0 || !parts.some(isElement)) return open + parts.map(inner).join("") + close;
  const space = (level: number) => `\n${" ".repeat(indent * level)}`;
  return open + parts.map((part) => space(depth + 1) + inner(part)).join("") + space(depth) + close;
}

/** TYPEOF's name of a value. */
function typeName(value: Exclude<Json, null>): string {
  if (Array.isArray(value)) return "ARRAY";
  switch (typeof value) {
    case "string":
      return "VARCHAR";
    case "boolean":
      return "BOOLEAN";
    case "number":
      return Number.isInteger(value) ? "INTEGER" : "DECIMAL";
    default:
      return "OBJECT";
  }
}

/** What TO_XML makes of any value; null where the documentation does not say what becomes of a JSON null. */
export function toXml(json: string): string | null {
  const value = JSON.parse(json) as Json;
  return isElement(value) ? write(value, 0, 0) : tagged("SnowflakeData", value);
}

function tagged(name: string, value: Json): string | null {
  if (value === null) return null;
  const inner = Array.isArray(value)
    ? value.map((item) => tagged("e", item))
    : typeof value === "object"
      ? Object.keys(value)
          .sort()
          .map((key) => tagged(key, value[key]!))
      : [escaped(String(value))];
  if (inner.includes(null)) return null;
  return `<${name} type="${typeName(value)}">${inner.join("")}</${name}>`;
}
