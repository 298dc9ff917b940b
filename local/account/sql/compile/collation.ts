import type { ColumnDef } from "../../catalog/model.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import type { Collation, DataType } from "../../types/data-type.ts";
import type { Typed } from "./typed.ts";

/**
 * Collation: texts compared by rules other than their bytes, through the sort keys of ICU, whose levels are letters,
 * accents and case. Source: "Collation support".
 */
interface Rules {
  /** Null: by bytes. */
  locale: string | null;
  ignoresCase: boolean;
  ignoresAccents: boolean;
  ignoresPunctuation: boolean;
  /** DuckDB functions that are applied first. */
  before: string[];
}

const SPECIFIERS = new Set("cs ci as ai ps pi fl upper lower trim ltrim rtrim utf8 bin".split(" "));
const known = new Map<string, Rules>();

/** The rules that a specification stands for; throws for one that is not supported. */
export function collationRules(spec: string): Rules {
  const before = known.get(spec);
  if (before) return before;
  const parts = spec.toLowerCase().split("-");
  const [first = ""] = parts;
  const named = first !== "" && !SPECIFIERS.has(first) && first !== "fu";
  const specifiers = named ? parts.slice(1) : parts;
  if (named && !isLocale(spec.split("-")[0]!)) throw errors.invalidValue(spec, "COLLATE");
  if (specifiers.includes("fu")) throw errors.unsupported(`collation '${spec}' (uppercase letters first)`);
  const strange = specifiers.find((one) => !SPECIFIERS.has(one));
  const byBytes = specifiers.some((one) => ["utf8", "bin", "upper", "lower"].includes(one));
  if (strange !== undefined || (byBytes && specifiers.some((one) => ["ci", "ai", "pi"].includes(one))))
    throw errors.invalidValue(spec, "COLLATE");
  const rules: Rules = {
    locale: byBytes ? null : named ? spec.split("-")[0]! : "root",
    ignoresCase: specifiers.includes("ci"),
    ignoresAccents: specifiers.includes("ai"),
    ignoresPunctuation: specifiers.includes("pi"),
    before: specifiers.filter((one) => ["upper", "lower", "trim", "ltrim", "rtrim"].includes(one)),
  };
  // Only how blanks are trimmed was said.
  if (!named && !byBytes && specifiers.every((one) => rules.before.includes(one))) rules.locale = null;
  known.set(spec, rules);
  return rules;
}

function isLocale(name: string): boolean {
  try {
    return Intl.Collator.supportedLocalesOf(name.replace("_", "-")).length > 0;
  } catch {
    return false;
  }
}

/** The collation of a type, if any. */
export const collationOf = (type: DataType): Collation | undefined =>
  type.kind === "VARCHAR" ? type.collation : undefined;

/** Does the type compare other than by bytes? */
export function isCollated(type: DataType): boolean {
  const collation = collationOf(type);
  if (!collation) return false;
  const rules = collationRules(collation.spec);
  return rules.locale !== null || rules.before.length > 0;
}

/** A text's type under a specification; an empty one takes the collation away. */
export function collated(type: DataType, spec: string, explicit: boolean): DataType {
  if (type.kind !== "VARCHAR") return type;
  const { collation: _, ...plain } = type;
  if (spec === "") return plain;
  collationRules(spec);
  return { ...plain, collation: { spec, explicit } };
}

/** Throws unless a column of the type may have the collation. */
export function checkCollation(type: DataType, spec: string): void {
  if (type.kind !== "VARCHAR")
    throw errors.compilation(
      "002324",
      "42601",
      `Collation is not supported for a column of type ${type.kind}.`,
    );
  if (spec !== "") collationRules(spec);
}

/** What a query sees a column as. */
export const columnType = ({ type, collation }: Pick<ColumnDef, "type" | "collation">): DataType =>
  collation ? collated(type, collation, false) : type;

/** The collation of what two texts have in common. Source: "Collation support", precedence. */
export function commonCollation(a: Collation | undefined, b: Collation | undefined): Collation | undefined {
  if (!a || !b) return a ?? b;
  if (a.explicit !== b.explicit) return a.explicit ? a : b;
  if (a.spec.toLowerCase() !== b.spec.toLowerCase())
    throw new SnowflakeError(
      "002322",
      "42846",
      `SQL compilation error: Incompatible collations: '${b.spec}' and '${a.spec}'`,
    );
  return a;
}

/** One byte of a key other than the one that ends a level. */
const BYTES = "(?:0[02-9A-F]|[1-9A-F][0-9A-F])*";

/** SQL of what stands for the text in comparisons, in order and in groups. */
export function collationKey(sql: string, type: DataType): string {
  const collation = collationOf(type);
  if (!collation) return sql;
  const rules = collationRules(collation.spec);
  let text = sql;
  for (const name of rules.before)
    text = name.endsWith("trim") ? `${name}(${text}, ' ')` : `${name}(${text})`;
  if (rules.locale === null) return text;
  if (rules.ignoresPunctuation) text = `regexp_replace(${text}, '[\\p{P}\\p{Z}\\s]', '', 'g')`;
  const key = (of: string) => `icu_sort_key(${of}, '${rules.locale}')`;
  const level = (of: string, pattern: string, group = 0) =>
    `regexp_extract(${key(of)}, '^${pattern}', ${group})`;
  if (rules.ignoresCase) return level(text, rules.ignoresAccents ? BYTES : `${BYTES}01${BYTES}`);
  // An accent weighs in the level of case too.
  if (rules.ignoresAccents)
    return `(${level(text, BYTES)} || '01' || ${level(`strip_accents(${text})`, `${BYTES}01${BYTES}01(.*)$`, 1)})`;
  return key(text);
}

export const keyOf = (value: Typed): string => collationKey(value.sql, value.type);

/** Functions whose result would depend on the collation, and do not heed it here. */
const UNAWARE = new Set([
  ...["POSITION", "CHARINDEX", "REPLACE", "SPLIT", "SPLIT_PART", "STRTOK", "STRTOK_TO_ARRAY", "TRANSLATE"],
  ...["GREATEST", "LEAST", "GREATEST_IGNORE_NULLS", "LEAST_IGNORE_NULLS", "MODE", "MINHASH", "HASH_AGG"],
  ...["MIN_BY", "MAX_BY", "APPROX_TOP_K", "LIKE_ALL", "LIKE_ANY", "RLIKE", "ILIKE_ANY", "EDITDISTANCE"],
  ...["REGEXP", "REGEXP_LIKE", "REGEXP_COUNT", "REGEXP_INSTR", "REGEXP_REPLACE", "REGEXP_SUBSTR"],
]);

/** An argument of a function, refused where the function would not heed its collation. */
export function heeded(name: string, distinct: boolean, value: Typed): Typed {
  if (!isCollated(value.type)) return value;
  if (UNAWARE.has(name) || (distinct && name !== "COUNT" && name !== "MIN" && name !== "MAX"))
    throw errors.unsupported(`a collation in ${name}${distinct ? " (DISTINCT …)" : ""}`);
  return value;
}

/** Texts for a search of one within the other (LIKE, CONTAINS …). */
export function searchable(what: string, operands: readonly Typed[]): string[] {
  let collation: Collation | undefined;
  for (const { type } of operands) collation = commonCollation(collation, collationOf(type));
  const rules = collation ? collationRules(collation.spec) : null;
  if (!rules) return operands.map(({ sql }) => sql);
  if (rules.ignoresAccents || rules.ignoresPunctuation || rules.before.some((name) => name.endsWith("trim")))
    throw errors.unsupported(`collation '${collation!.spec}' in ${what}`);
  const functions = rules.ignoresCase ? ["lower"] : rules.before;
  return operands.map(({ sql }) => functions.reduce((text, name) => `${name}(${text})`, sql));
}
