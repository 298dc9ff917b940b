import { errors } from "../../../errors.ts";
import { type DataType, number } from "../../../types/data-type.ts";
import { type Typed, text, typed } from "../typed.ts";
import { define } from "./registry.ts";

/** Regular expressions. Source: "String functions (regular expressions)". Both engines speak POSIX ERE with RE2-like classes. */
const any = (args: Typed[]) => args.some((a) => a.nullable);
const BOOLEAN: DataType = { kind: "BOOLEAN" };

/** Snowflake's parameters c i m s e as DuckDB's options; the last of c and i wins. */
function optionsOf(parameters: Typed | undefined): { options: string; extract: boolean } {
  if (!parameters) return { options: "'c'", extract: false };
  if (parameters.constant?.kind !== "string")
    throw errors.unsupported("regular expression parameters that are not a constant");
  const given = parameters.constant.value;
  if (/[^cimse]/.test(given)) throw errors.invalidValue(given, "regular expression parameters");
  const cased = [...given].filter((p) => p === "c" || p === "i").at(-1) ?? "c";
  // RE2's `.` matches no newline unless `s` is given; `m` lets ^ and $ match at lines.
  const options = cased + (given.includes("s") ? "s" : "") + (given.includes("m") ? "m" : "");
  return { options: `'${options}'`, extract: given.includes("e") };
}

const all = (subject: string, pattern: string, group: string, options: string) =>
  `regexp_extract_all(${subject}, ${pattern}, ${group}, ${options})`;

define(
  "regexp",
  "REGEXP_LIKE RLIKE REGEXP",
  ["text", "text", "text"],
  (a) => typed(`regexp_full_match(${a[0]!.sql}, ${a[1]!.sql}, ${optionsOf(a[2]).options})`, BOOLEAN, any(a)),
  { min: 2 },
);
define(
  "regexp",
  "REGEXP_COUNT",
  ["text", "text", "integer", "text"],
  (a) => {
    const subject = a[2] ? `substring(${a[0]!.sql}, ${a[2].sql})` : a[0]!.sql;
    return typed(
      `CAST(len(${all(subject, a[1]!.sql, "0", optionsOf(a[3]).options)}) AS BIGINT)`,
      number(18),
      any(a),
    );
  },
  { min: 2 },
);

/** REGEXP_SUBSTR(subject, pattern, position, occurrence, parameters, group). */
define(
  "regexp",
  "REGEXP_SUBSTR REGEXP_EXTRACT",
  ["text", "text", "integer", "integer", "text", "integer"],
  (a) => {
    const [subject, pattern, at, occurrence, parameters, group] = a;
    const { options, extract } = optionsOf(parameters);
    const from = at && at.constant?.value !== "1" ? `substring(${subject!.sql}, ${at.sql})` : subject!.sql;
    const number_ = group ? group.sql : extract ? "1" : "0";
    return text(
      `${all(from, pattern!.sql, `CAST(${number_} AS INTEGER)`, options)}[${occurrence?.sql ?? "1"}]`,
    );
  },
  { min: 2 },
);
define(
  "regexp",
  "REGEXP_SUBSTR_ALL REGEXP_EXTRACT_ALL",
  ["text", "text", "integer", "integer", "text", "integer"],
  (a) => {
    const [subject, pattern, at, occurrence, parameters, group] = a;
    const { options, extract } = optionsOf(parameters);
    const from = at ? `substring(${subject!.sql}, ${at.sql})` : subject!.sql;
    const number_ = group ? group.sql : extract ? "1" : "0";
    const found = all(from, pattern!.sql, `CAST(${number_} AS INTEGER)`, options);
    return typed(
      `to_json(${occurrence ? `list_slice(${found}, ${occurrence.sql}, NULL)` : found})`,
      { kind: "ARRAY" },
      any(a),
    );
  },
  { min: 2 },
);

/** REGEXP_REPLACE(subject, pattern, replacement, position, occurrence, parameters): occurrence 0 replaces all. */
define(
  "regexp",
  "REGEXP_REPLACE",
  ["text", "text", "text", "integer", "integer", "text"],
  (a) => {
    const [subject, pattern, replacement, at, occurrence, parameters] = a;
    const { options } = optionsOf(parameters);
    const flags = options.slice(1, -1);
    const start = at && at.constant?.value !== "1" ? at.sql : null;
    if (occurrence && occurrence.constant?.value !== "0" && occurrence.constant?.value !== "1")
      throw errors.unsupported("REGEXP_REPLACE of one later occurrence");
    const one = occurrence?.constant?.value === "1";
    const source = start ? `substring(${subject!.sql}, ${start})` : subject!.sql;
    const replaced = `regexp_replace(${source}, ${pattern!.sql}, ${replacement?.sql ?? "''"}, '${flags}${one ? "" : "g"}')`;
    return text(start ? `(left(${subject!.sql}, ${start} - 1) || ${replaced})` : replaced, any(a));
  },
  { min: 2 },
);

/** REGEXP_INSTR(subject, pattern, position, occurrence, option, parameters, group). */
define(
  "regexp",
  "REGEXP_INSTR",
  ["text", "text", "integer", "integer", "integer", "text", "integer"],
  (a) => {
    const [subject, pattern, at, occurrence, option, parameters, group] = a;
    if (group) throw errors.unsupported("REGEXP_INSTR with a group");
    if (occurrence && occurrence.constant?.value !== "1")
      throw errors.unsupported("REGEXP_INSTR of a later occurrence");
    const { options } = optionsOf(parameters);
    const source = at ? `substring(${subject!.sql}, ${at.sql})` : subject!.sql;
    const found = `${all(source, pattern!.sql, "0", options)}[1]`;
    const end = option?.constant?.value === "1" ? ` + length(${found})` : "";
    const shift = at ? ` + ${at.sql} - 1` : "";
    return typed(
      `CASE WHEN ${subject!.sql} IS NULL OR ${pattern!.sql} IS NULL THEN NULL WHEN ${found} IS NULL THEN 0 ELSE strpos(${source}, ${found})${shift}${end} END`,
      number(18),
      any(a),
    );
  },
  { min: 2, approximate: "a match that depends on what stands around it may be found earlier as plain text" },
);

/** LIKE and ILIKE as functions. */
for (const kind of ["LIKE", "ILIKE"] as const)
  define(
    "string",
    kind,
    ["text", "text", "text"],
    (a) => typed(`(${a[0]!.sql} ${kind} ${a[1]!.sql}${a[2] ? ` ESCAPE ${a[2].sql}` : ""})`, BOOLEAN, any(a)),
    { min: 2 },
  );
for (const [name, join] of [
  ["LIKE_ALL", "AND"],
  ["LIKE_ANY", "OR"],
] as const)
  define(
    "string",
    name,
    ["text"],
    (a) =>
      typed(
        `(${a
          .slice(1)
          .map((p) => `${a[0]!.sql} LIKE ${p.sql}`)
          .join(` ${join} `)})`,
        BOOLEAN,
        any(a),
      ),
    { min: 2, variadic: true },
  );
