/**
 * A clone's tables beside those of the stack that it is a clone of, as of the clone's moment: what a change does to data,
 * before it is merged. Rows are matched by the model's key; columns are compared that both tables have. Sources:
 * "AT | BEFORE", "HASH" (equal values have equal hashes), "EQUAL_NULL".
 */
import { literal } from "../../../infra/literal.ts";
import { type ObjectName, quoted, quotedObject } from "../../../infra/names.ts";
import type { Model, Platform } from "../../../infra/platform.ts";
import { type Account, numberOf, type Running, records } from "../account.ts";
import { OperationError } from "../errors.ts";

export interface Comparison {
  model: string;
  /** Keys that only one of the two has, that both have with other values, and with the same. */
  onlyHere: number;
  onlyThere: number;
  changed: number;
  same: number;
  /** Columns that only one of the two has. */
  columnsHere: string[];
  columnsThere: string[];
  /** Some rows with other values, with their keys and only the columns that differ. */
  examples: { key: Record<string, unknown>; values: Record<string, { here: unknown; there: unknown }> }[];
  /** Why the two cannot be compared; all counts are 0 then. */
  because?: string;
}

/** Models with tables, by names or, without any, `changed` and all that read them, in the order of their computation. */
export function comparedModels(
  platform: Platform,
  named: readonly string[],
  changed: readonly string[],
): Model[] {
  const withTable = new Set(platform.tables.map((table) => table.logical));
  const tables = platform.models.filter((model) => withTable.has(model.logical));
  const unknown = named.find((name) => !tables.some((model) => model.logical === name));
  if (unknown !== undefined)
    throw new OperationError(
      `${unknown} is no model with a table.`,
      `Name one such as ${tables[0]?.logical}; views show what their tables hold.`,
      2,
    );
  if (named.length > 0) return tables.filter((model) => named.includes(model.logical));
  const reached = new Set(changed);
  // A model that reads a view reads what the view reads.
  for (let size = -1; size !== reached.size; ) {
    size = reached.size;
    for (const { logical, reads } of platform.models)
      if (reads.some((name) => reached.has(name))) reached.add(logical);
  }
  return tables.filter((model) => reached.has(model.logical));
}

export async function compareModels(
  platform: Platform,
  base: Platform,
  models: readonly Model[],
  account: Account,
  options: { examples: number },
  { report, signal }: Running,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const [index, model] of models.entries()) {
    signal?.throwIfAborted();
    report({ detail: `comparing ${model.logical}`, done: index, total: models.length });
    comparisons.push(await compareModel(platform, base, model, account, options.examples));
  }
  return comparisons;
}

async function compareModel(
  platform: Platform,
  base: Platform,
  model: Model,
  account: Account,
  examples: number,
): Promise<Comparison> {
  const nothing: Comparison = {
    model: model.logical,
    onlyHere: 0,
    onlyThere: 0,
    changed: 0,
    same: 0,
    columnsHere: [],
    columnsThere: [],
    examples: [],
  };
  const { of, at } = platform.clone!;
  const source = base.tables.find((table) => table.logical === model.logical);
  const there = source === undefined ? [] : await columnsOf(source, account);
  if (source === undefined || there.length === 0) return { ...nothing, because: `${of} has no such table` };
  const here = await columnsOf(model.name, account);
  const key = model.key.map((name) => name.toUpperCase());
  if (!key.every((name) => there.includes(name) && here.includes(name)))
    return { ...nothing, because: "its key has a column that only one of the two has" };
  const shared = here.filter((name) => there.includes(name) && !key.includes(name));
  const joined = joinOf(
    quotedObject(model.name),
    `${quotedObject(source)} AT (TIMESTAMP => ${literal(at)}::TIMESTAMP_TZ)`,
    key,
    shared,
  );
  const [counts] = await records(
    account,
    [
      "SELECT COUNT_IF(there_ IS NULL) AS only_here, COUNT_IF(here_ IS NULL) AS only_there,",
      "COUNT_IF(here_ <> there_) AS changed, COUNT_IF(here_ = there_) AS same",
      `FROM (${joined})`,
    ].join(" "),
  );
  const changed = numberOf(counts?.["changed"]);
  return {
    ...nothing,
    onlyHere: numberOf(counts?.["only_here"]),
    onlyThere: numberOf(counts?.["only_there"]),
    changed,
    same: numberOf(counts?.["same"]),
    columnsHere: here.filter((name) => !there.includes(name)).map(lower),
    columnsThere: there.filter((name) => !here.includes(name)).map(lower),
    examples: changed === 0 || examples === 0 ? [] : await examplesOf(joined, key, shared, examples, account),
  };
}

/** Both sides of each key: a hash of the shared columns, and the columns themselves (`H_`, `T_`). */
function joinOf(here: string, there: string, key: readonly string[], shared: readonly string[]): string {
  const side = (table: string) =>
    `SELECT ${[...key, ...shared].map((name) => quoted(name)).join(", ")}, HASH(${
      shared.length === 0 ? "0" : shared.map((name) => quoted(name)).join(", ")
    }) AS HASH_ FROM ${table}`;
  const columns = (alias: string, prefix: string) =>
    [...key, ...shared].map((name) => `${alias}.${quoted(name)} AS ${quoted(`${prefix}${name}`)}`);
  return [
    `SELECT h.HASH_ AS here_, t.HASH_ AS there_, ${[...columns("h", "H_"), ...columns("t", "T_")].join(", ")}`,
    `FROM (${side(here)}) h FULL OUTER JOIN (${side(there)}) t`,
    `ON ${key.map((name) => `EQUAL_NULL(h.${quoted(name)}, t.${quoted(name)})`).join(" AND ")}`,
  ].join(" ");
}

async function examplesOf(
  joined: string,
  key: readonly string[],
  shared: readonly string[],
  limit: number,
  account: Account,
): Promise<Comparison["examples"]> {
  const rows = await records(
    account,
    `SELECT * FROM (${joined}) WHERE here_ <> there_ ORDER BY ${key.map((name) => quoted(`H_${name}`)).join(", ")} LIMIT ${limit}`,
  );
  const value = (row: Record<string, unknown>, prefix: string, name: string) =>
    row[lower(`${prefix}${name}`)];
  return rows.map((row) => ({
    key: Object.fromEntries(key.map((name) => [lower(name), value(row, "H_", name)])),
    values: Object.fromEntries(
      shared
        .map(
          (name) => [lower(name), { here: value(row, "H_", name), there: value(row, "T_", name) }] as const,
        )
        .filter(([, { here, there }]) => String(here) !== String(there)),
    ),
  }));
}

const lower = (name: string): string => name.toLowerCase();

/** Names of a table's columns; none where it is not there. */
async function columnsOf({ database, schema, name }: ObjectName, account: Account): Promise<string[]> {
  const found = await records(account, `SHOW COLUMNS IN SCHEMA ${quoted(database, schema)}`);
  return found.filter((row) => row["table_name"] === name).map((row) => String(row["column_name"]));
}
