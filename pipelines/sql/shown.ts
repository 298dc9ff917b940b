/**
 * Which values a query shows: for each output, the table columns whose values can be read from it, whole or in part.
 * That is less than lineage: a count, a comparison, a condition or a sort key is computed from a column and shows none
 * of its values. A path into a record is told by its first field: `raw.salesforce.contact.record:Email`.
 */
import { callArguments, calledName } from "./functions.ts";
import { columnRef, type Query, type Select } from "./query.ts";
import { as, isNode, type Json, kindOf, listAt, type Node, nodeAt, textAt } from "./tree.ts";

/** Answers that tell a number, a type, or yes and no. */
const SHOWS_NOTHING: ReadonlySet<string> = new Set(
  "count count_if approx_count_distinct approx_distinct hll bool_and bool_or booland_agg boolor_agg logical_and logical_or row_number rank dense_rank percent_rank cume_dist ntile eq neq lt lte gt gte null_safe_eq null_safe_neq and or not in any all exists like i_like like_any like_all similar_to r_like regexp_like between is_null is_true is_false is starts_with ends_with contains startswith endswith rlike equal_null array_contains typeof type_of length char_length octet_length array_size is_object is_array is_null_value is_varchar check_json".split(
    " ",
  ),
);

/** Only the first argument is shown; the second decides which. */
const SHOWS_FIRST: ReadonlySet<string> = new Set(["min_by", "max_by", "arg_min", "arg_max", "nullif"]);

/** FLATTEN's columns that tell where a value stands, not the value. */
const FLATTEN_PLACES: ReadonlySet<string> = new Set(["SEQ", "KEY", "PATH", "INDEX"]);

interface Shown {
  alias: string;
  name: string;
  field?: string;
}

/** Stored output name → `core.customer.lead.email`, sorted, each once. */
export function shownBy(
  query: Query,
  known = new Map<Query, Map<string, string[]>>(),
): Map<string, string[]> {
  const cached = known.get(query);
  if (cached !== undefined) return cached;
  const result = query.kind === "union" ? ofUnion(query.left, query.right, known) : ofSelect(query, known);
  known.set(query, result);
  return result;
}

function ofUnion(left: Query, right: Query, known: Map<Query, Map<string, string[]>>): Map<string, string[]> {
  const others = [...shownBy(right, known).values()];
  return new Map(
    [...shownBy(left, known)].map(([name, from], index) => [
      name,
      unique([...from, ...(others[index] ?? [])]),
    ]),
  );
}

const ofSelect = (select: Select, known: Map<Query, Map<string, string[]>>): Map<string, string[]> =>
  new Map(
    select.outputs.map((output) => [
      output.name,
      unique(shownIn(output.expression).flatMap((shown) => sourcesOf(select, shown, known))),
    ]),
  );

function sourcesOf(select: Select, shown: Shown, known: Map<Query, Map<string, string[]>>): string[] {
  const source = select.items.find((item) => item.alias === shown.alias)?.source;
  const field = shown.field === undefined ? "" : `:${shown.field}`;
  switch (source?.kind) {
    case "table":
      return [`${source.relation.logical}.${shown.name.toLowerCase()}${field}`];
    case "query":
      return (shownBy(source.query, known).get(shown.name) ?? []).map((one) =>
        one.includes(":") ? one : `${one}${field}`,
      );
    case "flatten":
      // What stands below an element is one of many: it counts as the whole that was taken apart.
      return FLATTEN_PLACES.has(shown.name)
        ? []
        : shownIn(source.call).flatMap((inner) => sourcesOf(select, inner, known));
    case undefined:
      return [];
  }
}

function shownIn(value: Json): Shown[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(shownIn);
  if (!isNode(value)) return [];
  const ref = columnRef(value);
  if (ref !== undefined) return [ref];
  const name = calledName(value);
  if (SHOWS_NOTHING.has(name)) return [];
  const path = as(value, "j_s_o_n_extract");
  if (path !== undefined) return below(shownIn(path["this"]), textOf(path["expression"]));
  if (name === "get" || name === "xmlget") {
    const [of, step] = callArguments(value);
    return below(shownIn(of), textOf(step));
  }
  const window = as(value, "window_function");
  if (window !== undefined) return shownIn(window["this"]);
  const cases = as(value, "case");
  if (cases !== undefined) return [...thenValues(cases), ...shownIn(cases["else_"])];
  const choice = as(value, "if_func");
  if (choice !== undefined) return [...shownIn(choice["true_value"]), ...shownIn(choice["false_value"])];
  const inner = value[kindOf(value)];
  const aggregate = as(value, "aggregate_function");
  const called = aggregate === undefined ? name : (textAt(aggregate, "name") ?? name).toLowerCase();
  if (SHOWS_FIRST.has(called) && isNode(inner))
    return shownIn(listAt(inner, "args")[0] ?? nodeAt(inner, "this"));
  if (SHOWS_NOTHING.has(called)) return [];
  return Object.entries(value).flatMap(([key, one]) => (key === "span" ? [] : shownIn(one)));
}

/** `whens` are pairs of a condition and a value. */
const thenValues = (cases: Node): Shown[] => {
  const whens = cases["whens"];
  return Array.isArray(whens)
    ? (whens as readonly Json[]).flatMap((pair) =>
        Array.isArray(pair) ? shownIn((pair as readonly Json[])[1]) : [],
      )
    : [];
};

/** A step below a column names its field; a step further below changes nothing. */
const below = (shown: readonly Shown[], step: string | undefined): Shown[] => {
  const field = step?.split(/[.[]/, 1)[0];
  return shown.map((one) =>
    one.field !== undefined || field === undefined || field === "" ? one : { ...one, field },
  );
};

const textOf = (node: Json): string | undefined => {
  const literal = as(node, "literal");
  return literal?.["literal_type"] === "string" ? textAt(literal, "value") : undefined;
};

const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();
