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
  // RE2's `.` matches no newline unless `s` is given.
  const options = cased + (given.includes("s") ? "s" : "");
  return { options: `'${options}'`, extract: given.includes("e") };
}

/** `m` lets ^ and $ match at lines, which RE2 is told within the pattern. */
const patternOf = (pattern: Typed, parameters: Typed | undefined): string =>
  parameters?.constant?.value.includes("m") ? `('(?m)' || ${pattern.sql})` : pattern.sql;

const all = (subject: string, pattern: string, group: string, options: string) =>
  `regexp_extract_all(${subject}, ${pattern}, ${group}, ${options})`;

define(
  "regexp",
  "REGEXP_LIKE RLIKE REGEXP",
  ["text", "text", "text"],
  (a) =>
    typed(
      `regexp_full_match(${a[0]!.sql}, ${patternOf(a[1]!, a[2])}, ${optionsOf(a[2]).options})`,
      BOOLEAN,
      any(a),
    ),
  { min: 2 },
);
define(
  "regexp",
  "REGEXP_COUNT",
  ["text", "text", "integer", "text"],
  (a) => {
    const subject = a[2] ? `substring(${a[0]!.sql}, ${a[2].sql})` : a[0]!.sql;
    return typed(
      `CAST(len(${all(subject, patternOf(a[1]!, a[3]), "0", optionsOf(a[3]).options)}) AS BIGINT)`,
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
      `${all(from, patternOf(pattern!, parameters), `CAST(${number_} AS INTEGER)`, options)}[${occurrence?.sql ?? "1"}]`,
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
    const found = all(from, patternOf(pattern!, parameters), `CAST(${number_} AS INTEGER)`, options);
    return typed(
      `to_json(${occurrence ? `list_slice(${found}, ${occurrence.sql}, len(${found}))` : found})`,
      { kind: "ARRAY" },
      any(a),
    );
  },
  { min: 2 },
);

/**
 * What stands before the n-th match, as DuckDB SQL; meaningful where there are n matches. The lazy prefix takes the
 * same matches as a scan from the left does.
 */
function beforeMatch(subject: string, pattern: string, occurrence: string, options: string): string {
  const flags = options.slice(1, -1);
  const own = `'(?${flags.includes("s") ? "s" : "-s"}:' || ${pattern} || ')'`;
  const skipped = `'(?s:(?:.*?' || ${own} || '){' || (${occurrence} - 1) || '}.*?)'`;
  return `regexp_extract(${subject}, '\\A(' || ${skipped} || ')' || ${own}, 1, ${options})`;
}

/** REGEXP_REPLACE(subject, pattern, replacement, position, occurrence, parameters): occurrence 0 replaces all. */
define(
  "regexp",
  "REGEXP_REPLACE",
  ["text", "text", "text", "integer", "integer", "text"],
  (a) => {
    const [subject, pattern, replacement, at, occurrence, parameters] = a;
    const { options } = optionsOf(parameters);
    const own = patternOf(pattern!, parameters);
    const flags = options.slice(1, -1);
    const start = at && at.constant?.value !== "1" ? at.sql : null;
    const source = start ? `substring(${subject!.sql}, ${start})` : subject!.sql;
    const replace = (text: string, flag: string) =>
      `regexp_replace(${text}, ${own}, ${replacement?.sql ?? "''"}, '${flags}${flag}')`;
    const nth = (n: string) => {
      const before = beforeMatch(source, own, n, options);
      const count = `len(${all(source, own, "0", options)})`;
      return `CASE WHEN ${count} < ${n} THEN ${source} ELSE ${before} || ${replace(`substring(${source}, length(${before}) + 1)`, "")} END`;
    };
    const replaced =
      !occurrence || occurrence.constant?.value === "0"
        ? replace(source, "g")
        : occurrence.constant
          ? nth(occurrence.sql)
          : `CASE WHEN ${occurrence.sql} = 0 THEN ${replace(source, "g")} ELSE ${nth(occurrence.sql)} END`;
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
    const { options } = optionsOf(parameters);
    const source = at ? `substring(${subject!.sql}, ${at.sql})` : subject!.sql;
    const own = patternOf(pattern!, parameters);
    const n = occurrence?.sql ?? "1";
    const found = `${all(source, own, "0", options)}[${n}]`;
    const end = option?.constant?.value === "1" ? ` + length(${found})` : "";
    const shift = at ? ` + ${at.sql} - 1` : "";
    const start = `length(${beforeMatch(source, own, n, options)}) + 1`;
    return typed(
      `CASE WHEN ${subject!.sql} IS NULL OR ${pattern!.sql} IS NULL THEN NULL WHEN ${found} IS NULL THEN 0 ELSE ${start}${shift}${end} END`,
      number(18),
      any(a),
    );
  },
  { min: 2 },
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
