import { errors } from "../../../errors.ts";
import { type DataType, MAX_BINARY, number } from "../../../types/data-type.ts";
import {
  codeSql,
  combineStates,
  estimateState,
  exportState,
  importState,
  stateOfCodes,
} from "../../sketches/hyper-log-log.ts";
import { combineMinHash, minHashState, similarity } from "../../sketches/min-hash.ts";
import { combineQuantiles, estimateQuantile, POINTS, quantileState } from "../../sketches/quantiles.ts";
import { combineTopK, estimateTopK, topKState } from "../../sketches/top-k.ts";
import { type NativeFunction, needNative } from "../native.ts";
import { toJson } from "../to-json.ts";
import { raise, raised, type Typed, typed } from "../typed.ts";
import { aggregate } from "./aggregate.ts";
import { type CallContext, define, type ParamKind } from "./registry.ts";

/** Functions that keep and combine the states of estimates. Source: "Aggregate functions (Cardinality estimation, …)". */
const BINARY: DataType = { kind: "BINARY", length: MAX_BINARY };
const OBJECT: DataType = { kind: "OBJECT" };
const ARRAY: DataType = { kind: "ARRAY" };
const FLOAT: DataType = { kind: "FLOAT" };
const OWN_STATE = { approximate: "the state is in a form of its own; estimates differ within their error" };

/** A function of texts; what it cannot read is no state of its kind. */
const fn = (name: string, arity: number, call: NativeFunction["call"]): NativeFunction => ({
  name: `firn_${name}`,
  arity,
  call: (...args) => {
    try {
      return call(...args);
    } catch {
      throw new Error(raised("100132", "22000", "The value is no state of this function's kind"));
    }
  },
});
const FUNCTIONS = {
  hllState: fn("hll_state", 1, stateOfCodes),
  hllCombine: fn("hll_combine", 1, combineStates),
  hllEstimate: fn("hll_estimate", 1, estimateState),
  hllExport: fn("hll_export", 1, exportState),
  hllImport: fn("hll_import", 1, importState),
  quantileState: fn("quantile_state", 2, quantileState),
  quantileCombine: fn("quantile_combine", 1, combineQuantiles),
  quantileEstimate: fn("quantile_estimate", 2, estimateQuantile),
  topKState: fn("top_k_state", 2, topKState),
  topKCombine: fn("top_k_combine", 2, combineTopK),
  topKEstimate: fn("top_k_estimate", 2, estimateTopK),
  minHashState: fn("min_hash_state", 1, minHashState),
  minHashCombine: fn("min_hash_combine", 1, combineMinHash),
  similarity: fn("similarity", 1, similarity),
};

/** SQL of a call of one of ours; its arguments are SQL of texts. */
function call(c: CallContext, name: keyof typeof FUNCTIONS, ...args: string[]): string {
  needNative(c.env, [FUNCTIONS[name]]);
  return `${FUNCTIONS[name].name}(${args.join(", ")})`;
}

const listText = (sql: string) => `coalesce(CAST(to_json(${sql}) AS VARCHAR), '[]')`;
const notNull = (a: Typed) => ({ filter: `${a.sql} IS NOT NULL` });

const agg = (
  names: string,
  params: ParamKind[],
  emit: (a: Typed[], c: CallContext) => Typed,
  options: { min?: number; variadic?: boolean } = {},
) => define("aggregate", names, params, emit, { ...OWN_STATE, ...options, role: "aggregate" });
const scalar = (
  name: string,
  params: ParamKind[],
  emit: (a: Typed[], c: CallContext) => Typed,
  options: { min?: number } = {},
) => define("aggregate", name, params, emit, { ...OWN_STATE, ...options });

agg("HLL_ACCUMULATE", ["any"], (a, c) => {
  const codes = aggregate(c, "list", codeSql(`hash(${toJson(a[0]!)})`), {
    ...notNull(a[0]!),
    distinct: true,
  });
  return typed(`encode(${call(c, "hllState", listText(codes))})`, BINARY, false);
});
agg("HLL_COMBINE", ["binary"], (a, c) => {
  const states = aggregate(c, "list", `decode(${a[0]!.sql})`, notNull(a[0]!));
  return typed(`encode(${call(c, "hllCombine", listText(states))})`, BINARY, false);
});
scalar("HLL_ESTIMATE", ["binary"], (a, c) =>
  typed(`CAST(${call(c, "hllEstimate", `decode(${a[0]!.sql})`)} AS BIGINT)`, number(18)),
);
scalar("HLL_EXPORT", ["binary"], (a, c) =>
  typed(`CAST(${call(c, "hllExport", `decode(${a[0]!.sql})`)} AS JSON)`, OBJECT),
);
scalar("HLL_IMPORT", ["variant"], (a, c) =>
  typed(`encode(${call(c, "hllImport", `CAST(${a[0]!.sql} AS VARCHAR)`)})`, BINARY),
);

agg("APPROX_PERCENTILE_ACCUMULATE", ["float"], (a, c) => {
  const steps = Array.from({ length: POINTS }, (_, i) => (i + 0.5) / POINTS);
  const values = aggregate(c, "quantile_disc", `${a[0]!.sql}, [${steps.join(", ")}]`);
  const count = aggregate(c, "count", a[0]!.sql);
  const state = call(c, "quantileState", listText(values), `CAST(${count} AS VARCHAR)`);
  return typed(`CAST(${state} AS JSON)`, OBJECT, false);
});
agg("APPROX_PERCENTILE_COMBINE", ["variant"], (a, c) => combined(a, c, "quantileCombine"));
scalar("APPROX_PERCENTILE_ESTIMATE", ["variant", "float"], (a, c) => {
  const value = call(c, "quantileEstimate", `CAST(${a[0]!.sql} AS VARCHAR)`, `CAST(${a[1]!.sql} AS VARCHAR)`);
  return typed(`CAST(${value} AS DOUBLE)`, FLOAT);
});

agg("APPROX_TOP_K_ACCUMULATE", ["any", "integer"], (a, c) => {
  const counts = aggregate(c, "histogram", `CAST(${toJson(a[0]!)} AS VARCHAR)`, notNull(a[0]!));
  const pairs = `list_transform(map_entries(${counts}), lambda e: json_array(e.key, e.value))`;
  return typed(
    `CAST(${call(c, "topKState", listText(pairs), `CAST(${a[1]!.sql} AS VARCHAR)`)} AS JSON)`,
    OBJECT,
    false,
  );
});
agg(
  "APPROX_TOP_K_COMBINE",
  ["variant", "integer"],
  (a, c) => combined(a, c, "topKCombine", a[1] ? `CAST(${a[1].sql} AS VARCHAR)` : "''"),
  { min: 1 },
);
scalar(
  "APPROX_TOP_K_ESTIMATE",
  ["variant", "integer"],
  (a, c) => {
    const k = a[1] ? `CAST(${a[1].sql} AS VARCHAR)` : "''";
    return typed(`CAST(${call(c, "topKEstimate", `CAST(${a[0]!.sql} AS VARCHAR)`, k)} AS JSON)`, ARRAY);
  },
  { min: 1 },
);

function combined(
  a: Typed[],
  c: CallContext,
  name: "quantileCombine" | "topKCombine" | "minHashCombine",
  ...more: string[]
): Typed {
  const states = listText(aggregate(c, "list", a[0]!.sql, notNull(a[0]!)));
  return typed(`CAST(${call(c, name, states, ...more)} AS JSON)`, OBJECT);
}

/** MINHASH(k, expr, …): k from 1 to 1024. */
agg(
  "MINHASH",
  ["integer", "any"],
  (a, c) => {
    const [k, ...values] = a as [Typed, ...Typed[]];
    const functions = Number(k.constant?.value ?? Number.NaN);
    if (!(functions >= 1 && functions <= 1024))
      throw errors.invalidValue(k.constant?.value ?? k.sql, "number of hash functions: 1 to 1024");
    const row = values.map((value) => toJson(value)).join(", ");
    const filter = values.map((value) => `${value.sql} IS NOT NULL`).join(" AND ");
    const least = Array.from(
      { length: functions },
      (_, i) => `CAST(${aggregate(c, "min", `hash(${i}, ${row})`, { filter, distinct: false })} AS VARCHAR)`,
    );
    return typed(
      `CAST(${call(c, "minHashState", listText(`[${least.join(", ")}]`))} AS JSON)`,
      OBJECT,
      false,
    );
  },
  { min: 2, variadic: true },
);
agg("MINHASH_COMBINE", ["variant"], (a, c) => combined(a, c, "minHashCombine"));
agg("APPROXIMATE_SIMILARITY APPROXIMATE_JACCARD_INDEX", ["variant"], (a, c) => {
  const states = listText(aggregate(c, "list", a[0]!.sql, notNull(a[0]!)));
  return typed(`CAST(${call(c, "similarity", states)} AS DOUBLE)`, FLOAT);
});

/** Bitmaps of 32,768 bits for distinct integers. Source: "Using bitmaps to compute distinct values for hierarchical aggregations". */
define("numeric", "BITMAP_BUCKET_NUMBER", ["integer"], (a) => {
  const n = a[0]!.sql;
  return typed(
    `CASE WHEN ${n} > 0 THEN 1 + (${n} - 1) // 32768 ELSE CAST(ceil(${n} / 32768::DOUBLE) AS BIGINT) END`,
    number(18),
    a[0]!.nullable,
  );
});
define("numeric", "BITMAP_BIT_POSITION", ["integer"], (a) => {
  const n = a[0]!.sql;
  return typed(`(CASE WHEN ${n} > 0 THEN ${n} - 1 ELSE abs(${n}) END % 32768)`, number(5), a[0]!.nullable);
});
define(
  "aggregate",
  "BITMAP_CONSTRUCT_AGG",
  ["integer"],
  (a, c) => {
    const wrong = raise("100132", "22003", `'Bit position ' || ${a[0]!.sql} || ' is not in 0 to 32767'`);
    const position = `CASE WHEN ${a[0]!.sql} BETWEEN 0 AND 32767 THEN ${a[0]!.sql} WHEN ${a[0]!.sql} IS NOT NULL THEN ${wrong} END`;
    return typed(`CAST(${aggregate(c, "bitstring_agg", `${position}, 0, 32767`)} AS BLOB)`, BINARY);
  },
  { role: "aggregate" },
);
define(
  "aggregate",
  "BITMAP_OR_AGG",
  ["binary"],
  (a, c) => typed(`CAST(${aggregate(c, "bit_or", `CAST(${a[0]!.sql} AS BIT)`)} AS BLOB)`, BINARY),
  { role: "aggregate" },
);
define("numeric", "BITMAP_COUNT", ["binary"], (a) =>
  typed(`bit_count(CAST(${a[0]!.sql} AS BIT))`, number(18), a[0]!.nullable),
);

/** Elements of arrays: as often as in the array that has them most often. Source: "ARRAY_UNION_AGG". */
const UNION = fn("array_union", 1, (arrays) => {
  const most = new Map<string, number>();
  for (const array of JSON.parse(arrays) as string[][]) {
    const own = new Map<string, number>();
    for (const element of array) own.set(element, (own.get(element) ?? 0) + 1);
    for (const [element, count] of own) most.set(element, Math.max(count, most.get(element) ?? 0));
  }
  return `[${[...most].flatMap(([element, count]) => new Array<string>(count).fill(element)).join(",")}]`;
});
define(
  "aggregate",
  "ARRAY_UNION_AGG",
  ["variant"],
  (a, c) => {
    needNative(c.env, [UNION]);
    const arrays = aggregate(
      c,
      "list",
      `CAST(json_extract(${a[0]!.sql}, '$[*]') AS VARCHAR[])`,
      notNull(a[0]!),
    );
    return typed(`CAST(firn_array_union(${listText(arrays)}) AS JSON)`, ARRAY, false);
  },
  { role: "aggregate" },
);
