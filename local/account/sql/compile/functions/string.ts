import { errors } from "../../../errors.ts";
import { type DataType, number, varchar } from "../../../types/data-type.ts";
import { fromHex } from "../cast.ts";
import { collationOf, searchable } from "../collation.ts";
import { collate } from "../expression.ts";
import { concat } from "../operators.ts";
import { raise, type Typed, text, textConstant, typed } from "../typed.ts";
import {
  areBinary,
  containsBytes,
  insertedBytes,
  paddedBytes,
  positionOfBytes,
  reversedBytes,
} from "./binary.ts";
import { bytes } from "./hash.ts";
import { define } from "./registry.ts";

/** String functions. Source: Snowflake documentation, "String & binary functions". */
const any = (args: Typed[]) => args.some((a) => a.nullable);
const BINARY: DataType = { kind: "BINARY", length: 8_388_608 };

/** DuckDB's greatest() passes over NULL; a NULL length is NULL. */
const atLeastZero = (length: Typed): string =>
  length.constant
    ? `greatest(${length.sql}, 0)`
    : `CASE WHEN ${length.sql} < 0 THEN 0 ELSE ${length.sql} END`;

const simple = (names: string, fn: string) =>
  define("string", names, ["text"], (a) => ({
    ...text(`${fn}(${a[0]!.sql})`, any(a)),
    type: a[0]!.type.kind === "VARCHAR" ? a[0]!.type : varchar(),
  }));
simple("UPPER", "upper");
simple("LOWER", "lower");
define("string", "REVERSE", ["text"], (a) =>
  areBinary("REVERSE", a)
    ? reversedBytes(a[0]!)
    : { ...text(`reverse(${a[0]!.sql})`, any(a)), type: a[0]!.type },
);

define("string", "COLLATE", ["text", "text"], (a, c) => {
  const spec = a[1]!.constant;
  if (spec?.kind !== "string") throw errors.unsupported("COLLATE with a computed specification");
  return collate(c.env, a[0]!, spec.value);
});
define("string", "COLLATION", ["any"], (a) => {
  const collation = collationOf(a[0]!.type);
  return collation ? textConstant(collation.spec) : text("CAST(NULL AS VARCHAR)");
});

define("string", "LENGTH LEN", ["text"], (a) =>
  typed(
    a[0]!.type.kind === "BINARY" ? `octet_length(${a[0]!.sql})` : `length(${a[0]!.sql})`,
    number(18),
    any(a),
  ),
);
define("string", "OCTET_LENGTH", ["text"], (a) =>
  typed(
    a[0]!.type.kind === "BINARY" ? `octet_length(${a[0]!.sql})` : `strlen(${a[0]!.sql})`,
    number(18),
    any(a),
  ),
);
define("string", "BIT_LENGTH", ["text"], (a) =>
  typed(
    `(${a[0]!.type.kind === "BINARY" ? "octet_length" : "strlen"}(${a[0]!.sql}) * 8)`,
    number(18),
    any(a),
  ),
);
define("string", "CONCAT", ["any"], (a, { env }) => concat(env, a), { min: 1, variadic: true });
define(
  "string",
  "CONCAT_WS",
  ["text"],
  (a) => {
    const [separator, ...parts] = a.map((x) => x.sql);
    const nulls = parts.map((p) => `${p} IS NULL`).join(" OR ");
    return text(`CASE WHEN ${nulls} THEN NULL ELSE concat_ws(${separator}, ${parts.join(", ")}) END`, any(a));
  },
  { min: 2, variadic: true },
);

/** Negative starts count from the end; 0 means 1. Source: "SUBSTR, SUBSTRING". */
define(
  "string",
  "SUBSTR SUBSTRING",
  ["text", "integer", "integer"],
  (a) => {
    const [value, start, length] = a as [Typed, Typed, Typed | undefined];
    const s = value.type.kind === "BINARY" ? `hex(${value.sql})` : value.sql;
    const factor = value.type.kind === "BINARY" ? 2 : 1;
    const constant = start.constant && !start.constant.value.startsWith("-") && start.constant.value !== "0";
    const at = constant ? start.sql : `CASE WHEN ${start.sql} = 0 THEN 1 ELSE ${start.sql} END`;
    const from = factor === 1 ? at : `(${at} - 1) * 2 + 1`;
    const count = length && `${atLeastZero(length)} * ${factor}`.replace(" * 1", "");
    const cut = `substring(${s}, ${from}${count ? `, ${count}` : ""})`;
    // A start before the first character is an empty string, not a shorter one.
    const sql = constant
      ? cut
      : `CASE WHEN ${start.sql} < 0 AND -(${start.sql}) > length(${s}) THEN '' ELSE ${cut} END`;
    return value.type.kind === "BINARY" ? typed(`unhex(${sql})`, BINARY, any(a)) : text(sql, any(a));
  },
  { min: 2 },
);
for (const side of ["left", "right"])
  define("string", side.toUpperCase(), ["text", "integer"], (a) => {
    const [value, length] = a as [Typed, Typed];
    if (value.type.kind === "BINARY")
      return typed(`unhex(${side}(hex(${value.sql}), 2 * (${atLeastZero(length)})))`, BINARY, any(a));
    return text(`${side}(${value.sql}, ${atLeastZero(length)})`, any(a));
  });
define(
  "string",
  "REPLACE",
  ["text", "text", "text"],
  (a) =>
    text(
      `CASE WHEN ${a[1]!.sql} = '' THEN ${a[0]!.sql} ELSE replace(${a[0]!.sql}, ${a[1]!.sql}, ${a[2]?.sql ?? "''"}) END`,
      any(a),
    ),
  { min: 2 },
);
define("string", "TRANSLATE", ["text", "text", "text"], (a) =>
  text(`translate(${a.map((x) => x.sql).join(", ")})`, any(a)),
);
define("string", "REPEAT", ["text", "integer"], (a) => text(`repeat(${a[0]!.sql}, ${a[1]!.sql})`, any(a)));
define("string", "SPACE", ["integer"], (a) => text(`repeat(' ', ${a[0]!.sql})`, any(a)));
for (const [name, fn] of [
  ["TRIM", "trim"],
  ["LTRIM", "ltrim"],
  ["RTRIM", "rtrim"],
] as const)
  define(
    "string",
    name,
    ["text", "text"],
    (a) => text(`${fn}(${a.map((x) => x.sql).join(", ")}${a.length === 1 ? ", ' '" : ""})`, any(a)),
    { min: 1 },
  );
for (const fn of ["lpad", "rpad"] as const)
  define(
    "string",
    fn.toUpperCase(),
    ["text", "integer", "text"],
    (a) => {
      if (areBinary(fn.toUpperCase(), [a[0], a[2]])) return paddedBytes(fn, a[0]!, a[1]!, a[2]);
      const pad = a[2]?.sql ?? "' '";
      return text(
        `CASE WHEN ${pad} = '' THEN left(${a[0]!.sql}, ${atLeastZero(a[1]!)}) ELSE ${fn}(${a[0]!.sql}, CAST(${atLeastZero(a[1]!)} AS INTEGER), ${pad}) END`,
        any(a),
      );
    },
    { min: 2 },
  );
define(
  "string",
  "INITCAP",
  ["text", "text"],
  (a) => {
    const delimiters = a[1]?.sql ?? "' \t\n\r\f\v!?@\"^#$&~_,.:;+-*%/|\\[](){}<>'";
    return text(
      `(SELECT string_agg(CASE WHEN i = 1 OR contains(${delimiters}, s[i - 1]) THEN upper(s[i]) ELSE lower(s[i]) END, '' ORDER BY i) FROM (SELECT s, unnest(range(1, length(s) + 1)) AS i FROM (SELECT ${a[0]!.sql} AS s)))`.replace(
        /^\((.*)\)$/s,
        `CASE WHEN ${a[0]!.sql} = '' THEN '' ELSE ($1) END`,
      ),
      any(a),
    );
  },
  { min: 1 },
);
const position = (needle: Typed, hay: Typed, start: Typed | undefined): string => {
  if (areBinary("POSITION", [needle, hay])) return positionOfBytes(needle, hay, start);
  if (!start) return `strpos(${hay.sql}, ${needle.sql})`;
  const rest = `substring(${hay.sql}, ${start.sql})`;
  return `CASE WHEN strpos(${rest}, ${needle.sql}) = 0 THEN 0 ELSE strpos(${rest}, ${needle.sql}) + ${start.sql} - 1 END`;
};
define(
  "string",
  "POSITION CHARINDEX",
  ["text", "text", "integer"],
  (a) => typed(position(a[0]!, a[1]!, a[2]), number(18), any(a)),
  { min: 2 },
);
define("string", "CONTAINS", ["text", "text"], (a) =>
  typed(
    areBinary("CONTAINS", a)
      ? containsBytes(a[0]!, a[1]!)
      : `contains(${searchable("CONTAINS", a).join(", ")})`,
    { kind: "BOOLEAN" },
    any(a),
  ),
);
define("string", "STARTSWITH", ["text", "text"], (a) =>
  typed(
    `starts_with(${areBinary("STARTSWITH", a) ? `hex(${a[0]!.sql}), hex(${a[1]!.sql})` : searchable("STARTSWITH", a).join(", ")})`,
    { kind: "BOOLEAN" },
    any(a),
  ),
);
define("string", "ENDSWITH", ["text", "text"], (a) =>
  typed(
    `ends_with(${areBinary("ENDSWITH", a) ? `hex(${a[0]!.sql}), hex(${a[1]!.sql})` : searchable("ENDSWITH", a).join(", ")})`,
    { kind: "BOOLEAN" },
    any(a),
  ),
);

/** Parts count from 1, 0 means 1, negative ones from the end; outside it is an empty string. */
define("string", "SPLIT_PART", ["text", "text", "integer"], (a) => {
  const [value, delimiter, part] = a as [Typed, Typed, Typed];
  const n =
    part.constant && part.constant.value !== "0"
      ? part.sql
      : `CASE WHEN ${part.sql} = 0 THEN 1 ELSE ${part.sql} END`;
  return text(
    `CASE WHEN ${delimiter.sql} = '' THEN CASE WHEN ${n} IN (1, -1) THEN ${value.sql} ELSE '' END ELSE split_part(${value.sql}, ${delimiter.sql}, ${n}) END`,
    any(a),
  );
});
define("string", "SPLIT", ["text", "text"], (a) =>
  // An empty separator leaves the text whole.
  typed(
    `to_json(CASE WHEN ${a[1]!.sql} = '' THEN [${a[0]!.sql}] ELSE string_split(${a[0]!.sql}, ${a[1]!.sql}) END)`,
    { kind: "ARRAY" },
    any(a),
  ),
);
define(
  "string",
  "STRTOK",
  ["text", "text", "integer"],
  (a) => {
    const delimiters = a[1]?.sql ?? "' '";
    return text(
      `CASE WHEN ${delimiters} IS NOT NULL THEN list_filter(regexp_split_to_array(${a[0]!.sql}, '[' || regexp_escape(${delimiters}) || ']'), lambda x: x <> '')[${a[2]?.sql ?? "1"}] END`,
    );
  },
  { min: 1 },
);
define(
  "string",
  "STRTOK_TO_ARRAY",
  ["text", "text"],
  (a) =>
    typed(
      `to_json(list_filter(regexp_split_to_array(${a[0]!.sql}, '[' || regexp_escape(${a[1]?.sql ?? "' '"}) || ']'), lambda x: x <> ''))`,
      { kind: "ARRAY" },
    ),
  { min: 1 },
);
define("string", "INSERT", ["text", "integer", "integer", "text"], (a) => {
  if (areBinary("INSERT", [a[0], a[3]])) return insertedBytes(a[0]!, a[1]!, a[2]!, a[3]!);
  const [s, at, n, x] = a.map((v) => v.sql);
  return text(`(left(${s}, ${at} - 1) || ${x} || substring(${s}, ${at} + ${n}))`, any(a));
});
define("string", "ASCII", ["text"], (a) =>
  typed(`CASE WHEN ${a[0]!.sql} = '' THEN 0 ELSE ascii(${a[0]!.sql}) END`, number(3), any(a)),
);
define("string", "UNICODE", ["text"], (a) =>
  typed(`CASE WHEN ${a[0]!.sql} = '' THEN 0 ELSE unicode(${a[0]!.sql}) END`, number(18), any(a)),
);
define("string", "CHR CHAR", ["integer"], (a) => {
  const code = a[0]!.sql;
  const wrong = raise("100149", "22023", `'Invalid character code ' || ${code} || ' in the CHR input'`);
  return text(
    `CASE WHEN ${code} BETWEEN 0 AND 1114111 THEN chr(CAST(${code} AS INTEGER)) WHEN ${code} IS NULL THEN NULL ELSE CAST(${wrong} AS VARCHAR) END`,
    any(a),
  );
});
define(
  "string",
  "EDITDISTANCE",
  ["text", "text", "integer"],
  (a) =>
    typed(
      a[2]
        ? `least(levenshtein(${a[0]!.sql}, ${a[1]!.sql}), ${a[2].sql})`
        : `levenshtein(${a[0]!.sql}, ${a[1]!.sql})`,
      number(18),
      any(a),
    ),
  { min: 2 },
);
define("string", "JAROWINKLER_SIMILARITY", ["text", "text"], (a) =>
  typed(
    `CAST(floor(jaro_winkler_similarity(lower(${a[0]!.sql}), lower(${a[1]!.sql})) * 100 + 1e-9) AS BIGINT)`,
    number(3),
    any(a),
  ),
);

define(
  "string",
  "HEX_ENCODE",
  ["text", "integer"],
  (a) => text(a[1]?.constant?.value === "0" ? `lower(hex(${bytes(a[0]!)}))` : `hex(${bytes(a[0]!)})`, any(a)),
  { min: 1 },
);
define("string", "HEX_DECODE_STRING", ["text"], (a) => text(`decode(${fromHex(a[0]!.sql, false)})`, any(a)));
define("string", "HEX_DECODE_BINARY", ["text"], (a) => typed(fromHex(a[0]!.sql, false), BINARY, any(a)));
define("string", "TRY_HEX_DECODE_STRING", ["text"], (a) => text(`TRY(decode(${fromHex(a[0]!.sql, true)}))`));
define("string", "TRY_HEX_DECODE_BINARY", ["text"], (a) => typed(fromHex(a[0]!.sql, true), BINARY));
