import { errors } from "../../../errors.ts";
import { type DataType, number } from "../../../types/data-type.ts";
import { castTo } from "../cast.ts";
import { compileWindow, groupable } from "../expression.ts";
import { divide } from "../operators.ts";
import { type Typed, typed } from "../typed.ts";
import { type CallContext, define, type ParamKind } from "./registry.ts";

const FLOAT: DataType = { kind: "FLOAT" };

/** Window functions proper. Source: "Window functions". */
const WHOLE = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";
const win = (
  names: string,
  params: ParamKind[],
  emit: (a: Typed[], c: CallContext) => Typed,
  options: { min?: number; variadic?: boolean } = {},
) => define("window", names, params, emit, { ...options, role: "window" });
const over = (c: CallContext, frame = "") => compileWindow(c.env, c.scope, c.call.over!, frame);

/** The window, which needs an order for what depends on one. */
const ordered = (c: CallContext, frame = ""): string => {
  const spec = c.call.over!;
  const order = "name" in spec || spec.base !== null || spec.orderBy.length > 0;
  if (!order)
    throw errors.compilation(
      "002303",
      "42601",
      `Window function type [${c.call.name[0]!.name}] requires ORDER BY in window specification.`,
    );
  return over(c, frame);
};

/** Is the window's whole order SEQ1() to SEQ8(): the order in which the rows come? */
function isBySequence({ call }: CallContext): boolean {
  const spec = call.over!;
  if ("name" in spec || spec.base !== null || spec.partitionBy.length > 0) return false;
  const [item, ...others] = spec.orderBy;
  if (!item || others.length > 0 || item.descending || item.expr.type !== "call") return false;
  return item.expr.name.length === 1 && /^SEQ[1248]$/.test(item.expr.name[0]!.name);
}

// SEQ is a window function of DuckDB's, which may not stand in a window.
win("ROW_NUMBER", [], (_a, c) =>
  typed(`row_number() ${isBySequence(c) ? "OVER ()" : ordered(c)}`, number(18), false),
);
for (const name of ["RANK", "DENSE_RANK"])
  win(name, [], (_a, c) => typed(`${name.toLowerCase()}() ${ordered(c)}`, number(18), false));
for (const name of ["CUME_DIST", "PERCENT_RANK"])
  win(name, [], (_a, c) => typed(`${name.toLowerCase()}() ${ordered(c)}`, FLOAT, false));
win("NTILE", ["integer"], (a, c) => typed(`ntile(${a[0]!.sql}) ${ordered(c)}`, number(18), false));
const nulls = (c: CallContext) => (c.call.nulls === "IGNORE" ? " IGNORE NULLS" : "");
for (const name of ["LAG", "LEAD"])
  win(
    name,
    ["any", "integer", "any"],
    (a, c) => {
      const [given, offset, fallback] = a as [Typed, Typed | undefined, Typed | undefined];
      const value = given.isNull ? castTo(c.env, given, given.type) : given;
      const other = fallback && !fallback.isNull ? `, ${castTo(c.env, fallback, value.type).sql}` : "";
      const steps = offset || other ? `, ${offset?.sql ?? "1"}` : "";
      return typed(
        `${name.toLowerCase()}(${value.sql}${steps}${other}${nulls(c)}) ${ordered(c)}`,
        value.type,
      );
    },
    { min: 1 },
  );
for (const name of ["FIRST_VALUE", "LAST_VALUE"])
  win(name, ["any"], (a, c) =>
    typed(`${name.toLowerCase()}(${a[0]!.sql}${nulls(c)}) ${ordered(c, WHOLE)}`, a[0]!.type),
  );
win("NTH_VALUE", ["any", "integer"], (a, c) => {
  if (!c.call.fromLast)
    return typed(`nth_value(${a[0]!.sql}, ${a[1]!.sql}${nulls(c)}) ${ordered(c, WHOLE)}`, a[0]!.type);
  if (c.call.nulls === "IGNORE") throw errors.unsupported("NTH_VALUE … FROM LAST IGNORE NULLS");
  // Counted from the end of the same frame.
  const window = ordered(c, WHOLE);
  const values = `list(${a[0]!.sql}) ${window}`;
  return typed(`(${values})[-(${a[1]!.sql})]`, a[0]!.type);
});
win("RATIO_TO_REPORT", ["number"], (a, c) => {
  const sum = typed(
    `sum(${a[0]!.sql}) ${over(c)}`,
    a[0]!.type.kind === "NUMBER" ? number(38, a[0]!.type.scale) : FLOAT,
  );
  if (a[0]!.type.kind === "NUMBER") return divide(a[0]!, sum, "null");
  return typed(`(${a[0]!.sql} / nullif(${sum.sql}, 0))`, FLOAT);
});

/**
 * Counts, from the partition's first row on, the rows whose value differs from the last one that is not NULL, or the
 * rows that are true. Source: "CONDITIONAL_CHANGE_EVENT", "CONDITIONAL_TRUE_EVENT".
 */
const RUNNING = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
win("CONDITIONAL_TRUE_EVENT", ["boolean"], (a, c) =>
  typed(`count(*) FILTER (WHERE ${a[0]!.sql}) ${ordered(c, RUNNING)}`, number(18), false),
);
win("CONDITIONAL_CHANGE_EVENT", ["any"], (a, c) => {
  const value = groupable(a[0]!);
  const values = `list(${value}) FILTER (WHERE ${value} IS NOT NULL) ${ordered(c, RUNNING)}`;
  const changes = `len(list_filter(list_zip(${values}, list_slice(${values}, 2, len(${values}))), lambda p: p[1] <> p[2]))`;
  return typed(`coalesce(${changes}, 0)`, number(18), false);
});
