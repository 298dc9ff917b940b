/**
 * Maintenance by arrivals: where rows are only ever added to what a model reads, what arrives is all that must be
 * computed. Possible for a SELECT (or UNION ALL of them) that makes its rows from single rows of an insert-only
 * table, at most picks the best row of each key by `QUALIFY ROW_NUMBER() … = 1`, and looks other tables up by their
 * key with LEFT JOIN. A change of a looked-up row repairs the earlier rows that name it.
 *
 * Why it equals a full refresh: the best row of old and new rows is the better of the old best and the new best, and
 * a row's other values depend on nothing but itself and the rows that it looks up.
 */
import type { ObjectName } from "../../infra/names.ts";
import { inferExpression } from "../sql/infer.ts";
import { branches, columnRefs, type Item, outputNames, type Query, type Select } from "../sql/query.ts";
import type { Relation } from "../sql/relation.ts";
import { as, column, fingerprint, listAt, type Node, nodeAt, rewrite, sameExpression } from "../sql/tree.ts";

export interface Ordering {
  column: string;
  descending: boolean;
}

export interface Lookup {
  item: Item;
  relation: Relation;
  /** `lookup column = output column` of the model. */
  pairs: { lookup: string; output: string }[];
}

export interface ArrivalsPlan {
  query: Query;
  drivers: Relation[];
  /** How the best row of a key is found; absent where each key arrives once. */
  best?: Ordering[];
  lookups: Lookup[];
  /** For a repair: each output over `EXISTING` (the target) and the lookups. */
  repaired: Map<string, Node>;
}

export interface Refusal {
  reason: string;
}

export const isRefusal = (plan: unknown): plan is Refusal =>
  typeof plan === "object" && plan !== null && "reason" in plan;

const no = (reason: string): Refusal => ({ reason });

/** `key` in stored names; `required` are the columns that the table keeps NOT NULL. */
export function planArrivals(
  query: Query,
  key: readonly string[],
  target: ObjectName,
  required: ReadonlySet<string>,
): ArrivalsPlan | Refusal {
  const selects = branches(query);
  if (query.kind === "union" && !everyUnionKeepsAll(query))
    return no("UNION removes duplicates across branches");
  const all: ArrivalsPlan[] = [];
  for (const select of selects) {
    const plan = planSelect(select, key, target, required, selects.length > 1);
    if (isRefusal(plan)) return plan;
    all.push(plan);
  }
  const apart = selects.length === 1 ? undefined : branchesApart(selects, all, key);
  if (apart !== undefined) return apart;
  return { ...all[0]!, query, drivers: [...new Set(all.flatMap((plan) => plan.drivers))] };
}

/** Branches that pick rows must do it alike, and never yield the same key: some part of it is a text of each branch's own. */
function branchesApart(
  selects: readonly Select[],
  plans: readonly ArrivalsPlan[],
  key: readonly string[],
): Refusal | undefined {
  const order = (plan: ArrivalsPlan) => JSON.stringify(plan.best ?? null);
  if (plans.every((plan) => plan.best === undefined)) return undefined;
  if (plans.some((plan) => order(plan) !== order(plans[0]!)))
    return no("the branches of UNION ALL pick rows in different ways");
  const names = outputNames(selects[0]!);
  const distinct = key.some((part) => {
    const literals = selects.map((select) => {
      const expression = select.outputs[names.indexOf(part)]!.expression;
      return as(expression, "literal") === undefined ? undefined : fingerprint(expression);
    });
    return !literals.includes(undefined) && new Set(literals).size === literals.length;
  });
  return distinct ? undefined : no("two branches of UNION ALL may yield the same key");
}

const everyUnionKeepsAll = (query: Query): boolean =>
  query.kind === "select" || (query.all && everyUnionKeepsAll(query.left) && everyUnionKeepsAll(query.right));

function planSelect(
  select: Select,
  key: readonly string[],
  target: ObjectName,
  required: ReadonlySet<string>,
  inUnion: boolean,
): ArrivalsPlan | Refusal {
  const driver = select.items[0]!;
  if (driver.source.kind !== "table" || !driver.source.relation.insertOnly)
    return no("the first table is not one that rows are only added to");
  if (select.grouped) return no("it aggregates");
  if (select.distinct) return no("DISTINCT compares rows with earlier ones");
  if (select.nestedReads.length > 0) return no("a subquery in an expression reads another table");
  const best = planBest(select, key, required);
  if (best !== undefined && isRefusal(best)) return best;
  const others = select.items.slice(1).filter((item) => item.source.kind !== "flatten");
  if (inUnion && others.length > 0) return no("a branch of UNION ALL joins");
  const lookups: Lookup[] = [];
  for (const item of others) {
    const lookup = planLookup(select, item, key);
    if (isRefusal(lookup)) return lookup;
    lookups.push(lookup);
  }
  if (lookups.some((lookup) => sameObject(lookup.relation.object, target)))
    return no("it reads its own table");
  const lookupAliases = new Set(lookups.map((lookup) => lookup.item.alias));
  const touches = (node: Node) => columnRefs(node).some((ref) => lookupAliases.has(ref.alias));
  if ([...select.where, ...select.qualify].some(touches))
    return no("a condition on a looked-up table decides which rows exist");
  const repaired = new Map<string, Node>();
  for (const output of select.outputs) {
    if (!touches(output.expression)) {
      repaired.set(output.name, column("EXISTING", output.name));
      continue;
    }
    const over = overOutputs(output.expression, select, lookupAliases);
    if (over === undefined)
      return no(`${output.name.toLowerCase()} mixes a looked-up value with one that the table does not keep`);
    repaired.set(output.name, over);
  }
  for (const part of [...key, ...(best ?? []).map((one) => one.column)]) {
    const output = select.outputs.find((one) => one.name === part);
    if (output !== undefined && touches(output.expression)) return no("the key depends on a looked-up table");
  }
  return { query: select, drivers: [driver.source.relation], best, lookups, repaired };
}

const sameObject = (a: ObjectName, b: ObjectName): boolean =>
  a.database === b.database && a.schema === b.schema && a.name === b.name;

/** `QUALIFY ROW_NUMBER() OVER (PARTITION BY <key> ORDER BY <outputs>) = 1`, or nothing. */
function planBest(
  select: Select,
  key: readonly string[],
  required: ReadonlySet<string>,
): Ordering[] | Refusal | undefined {
  const inOutputs = select.outputs.some((output) =>
    fingerprint(output.expression).includes('"window_function"'),
  );
  if (inOutputs) return no("a window looks at other rows");
  if (select.qualify.length === 0) return undefined;
  const window = select.qualify.length === 1 ? rowNumberIsOne(select.qualify[0]!) : undefined;
  if (window === undefined) return no("QUALIFY is not ROW_NUMBER() … = 1");
  const wanted = key.map((name) => select.outputs.find((output) => output.name === name)?.expression);
  const partition = new Set(listAt(window, "partition_by").map(fingerprint));
  if (
    wanted.some((node) => node === undefined || !partition.has(fingerprint(node))) ||
    partition.size !== new Set(wanted.map((node) => fingerprint(node))).size
  )
    return no("ROW_NUMBER() is not partitioned by the key");
  const ordering: Ordering[] = [];
  for (const order of listAt(window, "order_by")) {
    const expression = nodeAt(order, "this");
    const output = select.outputs.find((one) => sameExpression(one.expression, expression));
    if (output === undefined) return no("ROW_NUMBER() orders by something that the table does not keep");
    if (!required.has(output.name) && inferExpression(output.expression, select).nullable)
      return no(
        `ROW_NUMBER() orders by ${output.name.toLowerCase()}, which may be NULL (required: true is missing)`,
      );
    ordering.push({ column: output.name, descending: order["desc"] === true });
  }
  return ordering.length === 0 ? no("ROW_NUMBER() has no order") : ordering;
}

function rowNumberIsOne(condition: Node): Node | undefined {
  const equality = as(condition, "eq");
  if (equality === undefined) return undefined;
  const window = as(equality["left"], "window_function");
  const one = as(equality["right"], "literal");
  const called = window === undefined ? undefined : nodeAt(window, "this");
  if (window === undefined || called === undefined || !("row_number" in called) || one?.["value"] !== "1")
    return undefined;
  return nodeAt(window, "over");
}

function planLookup(select: Select, item: Item, key: readonly string[]): Lookup | Refusal {
  if (item.source.kind !== "table") return no("it joins a subquery");
  const relation = item.source.relation;
  if (item.join !== "left")
    return no(`rows of ${relation.logical} decide which rows exist (not a LEFT JOIN)`);
  const pairs: Lookup["pairs"] = [];
  for (const condition of item.on) {
    const pair = lookupPair(condition, item.alias, select);
    if (pair === undefined) return no(`${relation.logical} is not looked up by columns that the table keeps`);
    pairs.push(pair);
  }
  const covered = new Set(pairs.map((pair) => pair.lookup));
  if (relation.key.length === 0 || !relation.key.every((part) => covered.has(part)))
    return no(`more than one row of ${relation.logical} may match`);
  if (key.length === 0) return no("there is no key");
  return { item, relation, pairs };
}

/** `lookup.a = <an output's expression>`, either way round. */
function lookupPair(condition: Node, alias: string, select: Select): Lookup["pairs"][number] | undefined {
  const equality = as(condition, "eq");
  if (equality === undefined) return undefined;
  for (const [one, other] of [
    ["left", "right"],
    ["right", "left"],
  ] as const) {
    const side = nodeAt(equality, one);
    const rest = nodeAt(equality, other);
    if (side === undefined || rest === undefined) continue;
    const refs = columnRefs(side);
    if (as(side, "column") === undefined || refs[0]?.alias !== alias) continue;
    const output = select.outputs.find((candidate) => sameExpression(candidate.expression, rest));
    if (output !== undefined && columnRefs(rest).every((ref) => ref.alias === select.items[0]!.alias))
      return { lookup: refs[0].name, output: output.name };
  }
  return undefined;
}

/** The expression with every part that the target keeps taken from there; undefined where something else remains. */
function overOutputs(node: Node, select: Select, lookupAliases: ReadonlySet<string>): Node | undefined {
  const kept = select.outputs.filter((output) =>
    columnRefs(output.expression).every((ref) => !lookupAliases.has(ref.alias)),
  );
  const result = rewrite(node, (inner) => {
    const output = kept.find((one) => sameExpression(one.expression, inner) && columnRefs(inner).length > 0);
    return output === undefined ? undefined : column("EXISTING", output.name);
  });
  const foreign = columnRefs(result).some((ref) => ref.alias !== "EXISTING" && !lookupAliases.has(ref.alias));
  return foreign ? undefined : result;
}

/** Every table whose stream the statement reads. */
export const arrivalsInputs = (plan: ArrivalsPlan): Relation[] => [
  ...plan.drivers,
  ...plan.lookups.map((lookup) => lookup.relation),
];

export const arrivalsColumns = (plan: ArrivalsPlan): string[] => outputNames(plan.query);
