/**
 * What is known of an expression without running it: the family of its type, and whether it can be NULL.
 * Unknown is an answer: the compiler then trusts the header.
 */
import { callArguments, calledName } from "./functions.ts";
import { columnRef, FLATTEN_COLUMNS, type Item, type Query, type Select } from "./query.ts";
import { as, isNode, type Json, kindOf, listAt, type Node, nodeAt, sameExpression, textAt } from "./tree.ts";
import { type Family, parseType } from "./types.ts";

export interface Inferred {
  family?: Family;
  nullable: boolean;
}

const UNKNOWN: Inferred = { nullable: true };

/** One entry for each output column. */
export function inferQuery(query: Query): Inferred[] {
  if (query.kind === "union") {
    const [left, right] = [inferQuery(query.left), inferQuery(query.right)];
    return left.map((one, index) => {
      const other = right[index] ?? UNKNOWN;
      return {
        family: one.family === other.family ? one.family : undefined,
        nullable: one.nullable || other.nullable,
      };
    });
  }
  return query.outputs.map((output) => inferExpression(output.expression, query));
}

/** `IS NOT NULL` conditions of the SELECT count: they hold for every row that remains. */
export function inferExpression(node: Node, select: Select): Inferred {
  const inferred = infer(node, select);
  return inferred.nullable && isNotNullByCondition(node, select)
    ? { ...inferred, nullable: false }
    : inferred;
}

function isNotNullByCondition(node: Node, select: Select): boolean {
  return [...select.where, ...select.qualify].some((condition) => {
    const negated = as(condition, "not");
    const tested =
      negated === undefined
        ? as(condition, "is_null")?.["not"] === true
          ? as(condition, "is_null")
          : undefined
        : as(negated["this"], "is_null");
    return tested !== undefined && sameExpression(tested["this"], node);
  });
}

/** Families that do not depend on the arguments. */
const RESULT: Record<string, Family> = {
  count: "NUMBER",
  count_if: "NUMBER",
  approx_count_distinct: "NUMBER",
  row_number: "NUMBER",
  rank: "NUMBER",
  dense_rank: "NUMBER",
  length: "NUMBER",
  date_diff: "NUMBER",
  year: "NUMBER",
  month: "NUMBER",
  day: "NUMBER",
  extract: "NUMBER",
  date_part: "NUMBER",
  array_size: "NUMBER",
  to_number: "NUMBER",
  hash: "NUMBER",
  upper: "VARCHAR",
  lower: "VARCHAR",
  trim: "VARCHAR",
  substring: "VARCHAR",
  split_part: "VARCHAR",
  concat: "VARCHAR",
  replace: "VARCHAR",
  left: "VARCHAR",
  right: "VARCHAR",
  strtok: "VARCHAR",
  regexp_substr: "VARCHAR",
  to_varchar: "VARCHAR",
  to_char: "VARCHAR",
  to_json: "VARCHAR",
  typeof: "VARCHAR",
  md5: "VARCHAR",
  sha2: "VARCHAR",
  to_date: "DATE",
  try_to_date: "DATE",
  last_day: "DATE",
  to_timestamp_ntz: "TIMESTAMP_NTZ",
  try_to_timestamp_ntz: "TIMESTAMP_NTZ",
  to_timestamp_ltz: "TIMESTAMP_LTZ",
  try_to_timestamp_ltz: "TIMESTAMP_LTZ",
  to_timestamp_tz: "TIMESTAMP_TZ",
  try_to_timestamp_tz: "TIMESTAMP_TZ",
  to_double: "FLOAT",
  try_to_double: "FLOAT",
  to_boolean: "BOOLEAN",
  try_to_boolean: "BOOLEAN",
  parse_json: "VARIANT",
  try_parse_json: "VARIANT",
  to_variant: "VARIANT",
  j_s_o_n_extract: "VARIANT",
  subscript: "VARIANT",
  get: "VARIANT",
  get_path: "VARIANT",
  object_construct: "OBJECT",
  array_construct: "ARRAY",
  array_agg: "ARRAY",
  array_unique_agg: "ARRAY",
  object_agg: "OBJECT",
  within_group: "VARCHAR",
  is_object: "BOOLEAN",
  is_null: "BOOLEAN",
  and: "BOOLEAN",
  or: "BOOLEAN",
  not: "BOOLEAN",
  eq: "BOOLEAN",
  neq: "BOOLEAN",
  gt: "BOOLEAN",
  gte: "BOOLEAN",
  lt: "BOOLEAN",
  lte: "BOOLEAN",
  like: "BOOLEAN",
  i_like: "BOOLEAN",
  in: "BOOLEAN",
  between: "BOOLEAN",
  exists: "BOOLEAN",
  contains: "BOOLEAN",
  starts_with: "BOOLEAN",
  regexp_like: "BOOLEAN",
  equal_null: "BOOLEAN",
  null_safe_eq: "BOOLEAN",
  null_safe_neq: "BOOLEAN",
  boolean: "BOOLEAN",
};

/** NULL only where an argument is NULL. */
const STRICT: ReadonlySet<string> = new Set([
  "upper",
  "lower",
  "trim",
  "split_part",
  "concat",
  "to_date",
  "last_day",
  "date_trunc",
  "convert_timezone",
  "to_timestamp_ntz",
  "to_timestamp_tz",
  "to_varchar",
  "length",
  "abs",
  "replace",
  "add",
  "sub",
  "mul",
  "neg",
  "eq",
  "neq",
  "gt",
  "gte",
  "lt",
  "lte",
]);

const NEVER_NULL: ReadonlySet<string> = new Set([
  "count",
  "count_if",
  "row_number",
  "rank",
  "dense_rank",
  "is_null",
  "null_safe_eq",
  "null_safe_neq",
  "equal_null",
  "exists",
  "boolean",
  "approx_count_distinct",
]);

function infer(node: Node, select: Select): Inferred {
  const recur = (inner: Node | undefined): Inferred =>
    inner === undefined ? UNKNOWN : inferExpression(inner, select);
  const ref = columnRef(node);
  if (ref !== undefined) return inferColumn(select.items, ref.alias, ref.name);
  const kind = kindOf(node);
  const body = nodeAt(node, kind);
  switch (kind) {
    case "paren":
      return recur(body && nodeAt(body, "this"));
    case "literal":
      return inferLiteral(body);
    case "null":
      return UNKNOWN;
    case "cast":
      return { family: castFamily(body?.["to"]), nullable: recur(body && nodeAt(body, "this")).nullable };
    case "try_cast":
      return { family: castFamily(body?.["to"]), nullable: true };
    case "window_function": {
      const called = body === undefined ? undefined : nodeAt(body, "this");
      // LAG and its like yield NULL at the edges of their partition.
      return called === undefined
        ? UNKNOWN
        : { ...recur(called), nullable: !NEVER_NULL.has(calledName(called)) };
    }
    case "case": {
      const results = [
        ...caseResults(body?.["whens"]),
        body === undefined ? undefined : nodeAt(body, "else_"),
      ];
      return merge(results.map(recur));
    }
    case "if_func":
      return merge([body && nodeAt(body, "true_value"), body && nodeAt(body, "false_value")].map(recur));
    case "coalesce":
    case "nvl": {
      const parts =
        kind === "nvl"
          ? [body && nodeAt(body, "this"), body && nodeAt(body, "expression")]
          : body === undefined
            ? []
            : [...listAt(body, "expressions")];
      const all = parts.map(recur);
      return {
        family: common(all.filter((_, i) => !isNullLiteral(parts[i]))),
        nullable: all.every((one) => one.nullable),
      };
    }
    case "sum":
    case "min":
    case "max":
    case "any_value":
      return {
        family: recur(body && nodeAt(body, "this")).family,
        nullable:
          !select.grouped || recur(body && nodeAt(body, "this")).nullable || select.groupBy.length === 0,
      };
    case "avg":
    case "median": {
      const family = recur(body && nodeAt(body, "this")).family;
      return { family: family === "NUMBER" || family === "FLOAT" ? family : undefined, nullable: true };
    }
    case "add":
    case "sub":
    case "mul":
    case "div":
    case "mod":
      return inferArithmetic(body, recur);
    case "neg":
    case "abs":
      return recur(body && nodeAt(body, "this"));
  }
  const name = calledName(node);
  const args = operandsOf(node, body);
  if (name === "convert_timezone") {
    const last = recur(args.at(-1));
    // Three arguments take and give a time without zone; two give one with the target's zone.
    return { family: args.length === 3 ? "TIMESTAMP_NTZ" : "TIMESTAMP_TZ", nullable: last.nullable };
  }
  if (name === "date_trunc") {
    const value = recur(args.at(-1));
    return value;
  }
  if (name === "nullif") return { family: recur(args[0]).family, nullable: true };
  if (name === "greatest" || name === "least") return merge(args.map(recur));
  const nullable = NEVER_NULL.has(name)
    ? false
    : STRICT.has(name)
      ? args.some((arg) => recur(arg).nullable)
      : true;
  return { family: Object.hasOwn(RESULT, name) ? RESULT[name] : undefined, nullable };
}

function operandsOf(node: Node, body: Node | undefined): Node[] {
  if (kindOf(node) === "function") return [...callArguments(node)];
  if (body === undefined) return [];
  return ["this", "left", "right", "expression"]
    .map((key) => nodeAt(body, key))
    .filter((one) => one !== undefined);
}

function inferArithmetic(body: Node | undefined, recur: (node: Node | undefined) => Inferred): Inferred {
  const [left, right] = [recur(body && nodeAt(body, "left")), recur(body && nodeAt(body, "right"))];
  const numeric = (one: Inferred) => one.family === "NUMBER" || one.family === "FLOAT";
  const family =
    numeric(left) && numeric(right)
      ? left.family === "FLOAT" || right.family === "FLOAT"
        ? "FLOAT"
        : "NUMBER"
      : undefined;
  return { family, nullable: left.nullable || right.nullable };
}

function inferColumn(items: readonly Item[], alias: string, name: string): Inferred {
  const index = items.findIndex((item) => item.alias === alias);
  const item = items[index];
  if (item === undefined) return UNKNOWN;
  const found = columnOf(item, name);
  // The side that an outer join fills with NULL.
  const filled =
    item.join === "left" ||
    item.join === "full" ||
    items.slice(index + 1).some((later) => later.join === "right" || later.join === "full");
  return filled ? { ...found, nullable: true } : found;
}

function columnOf(item: Item, name: string): Inferred {
  switch (item.source.kind) {
    case "table": {
      const column = item.source.relation.columns.get(name);
      return column === undefined
        ? UNKNOWN
        : { family: parseType(column.type)?.family, nullable: column.nullable };
    }
    case "query": {
      const query = item.source.query;
      const first = query.kind === "union" ? firstSelect(query) : query;
      const index = first.outputs.findIndex((output) => output.name === name);
      return inferQuery(query)[index] ?? UNKNOWN;
    }
    case "flatten": {
      const column = FLATTEN_COLUMNS.find((one) => one.name === name);
      return column === undefined
        ? UNKNOWN
        : { family: parseType(column.type)?.family, nullable: column.nullable };
    }
  }
}

const firstSelect = (query: Query): Select => (query.kind === "union" ? firstSelect(query.left) : query);

function inferLiteral(body: Node | undefined): Inferred {
  const type = body === undefined ? undefined : textAt(body, "literal_type");
  const families: Record<string, Family> = {
    string: "VARCHAR",
    number: "NUMBER",
    date: "DATE",
    timestamp: "TIMESTAMP_NTZ",
  };
  return { family: type === undefined ? undefined : families[type], nullable: false };
}

function castFamily(to: Json): Family | undefined {
  if (!isNode(to)) return undefined;
  const type = textAt(to, "data_type") ?? "";
  const custom = (textAt(to, "name") ?? "").toUpperCase();
  const families: Record<string, Family> = {
    text: "VARCHAR",
    var_char: "VARCHAR",
    char: "VARCHAR",
    decimal: "NUMBER",
    int: "NUMBER",
    big_int: "NUMBER",
    small_int: "NUMBER",
    tiny_int: "NUMBER",
    float: "FLOAT",
    double: "FLOAT",
    boolean: "BOOLEAN",
    date: "DATE",
    time: "TIME",
    binary: "BINARY",
  };
  if (type === "timestamp") return to["timezone"] === true ? "TIMESTAMP_TZ" : "TIMESTAMP_NTZ";
  if (type !== "custom") return families[type];
  if (custom.startsWith("TIMESTAMPNTZ") || custom.startsWith("DATETIME")) return "TIMESTAMP_NTZ";
  if (custom.startsWith("TIMESTAMPLTZ")) return "TIMESTAMP_LTZ";
  return parseType(custom)?.family;
}

/** `whens` is a list of pairs, condition and result. */
function caseResults(whens: Json): Node[] {
  if (!Array.isArray(whens)) return [];
  return (whens as readonly Json[]).flatMap((pair) =>
    Array.isArray(pair) && isNode(pair[1] as Json) ? [pair[1] as Node] : [],
  );
}

const isNullLiteral = (node: Node | undefined): boolean => node !== undefined && kindOf(node) === "null";

const merge = (all: readonly Inferred[]): Inferred => ({
  family: common(all.filter((one) => one !== UNKNOWN)),
  nullable: all.some((one) => one.nullable),
});

function common(all: readonly Inferred[]): Family | undefined {
  const first = all[0]?.family;
  return first !== undefined && all.every((one) => one.family === first) ? first : undefined;
}
