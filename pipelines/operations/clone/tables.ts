/**
 * A developer's stack gets its tables as clones of another stack's: metadata alone, no row is copied until it changes.
 * Sources: "CREATE <object> … CLONE" (AT: as of a moment within Time Travel), "Cloning considerations" (a clone has the
 * source's tags, and with them its masks; privileges are those on future tables of its schema).
 */
import { literal } from "../../../infra/literal.ts";
import { type ObjectName, quotedObject, quotedSchema } from "../../../infra/names.ts";
import type { Column, Platform, Table } from "../../../infra/platform.ts";
import { type Account, type Running, records } from "../account.ts";
import { OperationError } from "../errors.ts";

export interface Copies {
  /** Tables that are there now, by key. */
  there: Set<string>;
  /** Of these, which have just been cloned. */
  cloned: string[];
  /** Left to be made empty, with the reason. */
  left: { table: string; because: string }[];
}

/**
 * Clones each wanted table that is not there yet, as of one moment. Killed anywhere, it goes on where it was. A table that
 * the other stack lacks, or has with columns that no ALTER would make these, is left.
 */
export async function cloneTables(
  platform: Platform,
  base: Platform,
  wanted: readonly Table[],
  account: Account,
  { report, signal }: Running,
): Promise<Copies> {
  const at = platform.clone!.at;
  const [own, theirs] = [await tablesOf(platform, account), await tablesOf(base, account)];
  const sources = new Map(base.tables.map((table) => [table.logical, table]));
  const copies: Copies = { there: new Set(), cloned: [], left: [] };
  for (const [index, table] of wanted.entries()) {
    signal?.throwIfAborted();
    report({ detail: `cloning ${table.logical}`, done: index, total: wanted.length });
    const source = sources.get(table.logical);
    const because = own.has(quotedObject(table))
      ? undefined
      : await refusal(table, source, theirs, platform.clone!, account);
    if (because !== undefined) {
      copies.left.push({ table: table.logical, because });
      continue;
    }
    copies.there.add(table.key);
    if (own.has(quotedObject(table))) continue;
    await account
      .query(
        `CREATE TABLE IF NOT EXISTS ${quotedObject(table)} CLONE ${quotedObject(source!)} AT (TIMESTAMP => ${literal(at)}::TIMESTAMP_TZ)`,
      )
      .catch((error: Error) => {
        throw new OperationError(
          `${table.logical} cannot be cloned as of ${at}: ${error.message}`,
          `Where that is past its Time Travel, begin anew: npx firn down --stack ${platform.stack}, then up again.`,
        );
      });
    copies.cloned.push(table.logical);
  }
  return copies;
}

/** When the tables in the platform's schemas were made, by their quoted names. */
async function tablesOf(platform: Platform, account: Account): Promise<Map<string, Date>> {
  const names = new Map<string, Date>();
  const schemas = new Map(platform.tables.map((table) => [quotedSchema(table), table]));
  for (const schema of schemas.keys())
    for (const row of await records(account, `SHOW TERSE TABLES IN SCHEMA ${schema}`))
      names.set(
        quotedObject({
          database: String(row["database_name"]),
          schema: String(row["schema_name"]),
          name: String(row["name"]),
        }),
        new Date(String(row["created_on"])),
      );
  return names;
}

/** Why a table cannot be a clone; undefined where it can. */
async function refusal(
  table: Table,
  source: ObjectName | undefined,
  theirs: ReadonlyMap<string, Date>,
  { of, at }: { of: string; at: string },
  account: Account,
): Promise<string | undefined> {
  const made = source === undefined ? undefined : theirs.get(quotedObject(source));
  if (source === undefined || made === undefined) return `${of} has no such table`;
  if (made > new Date(at)) return `${of} has it since ${made.toISOString().slice(0, 19)}Z only`;
  const described = await records(account, `DESCRIBE TABLE ${quotedObject(source)}`);
  const types = new Map(described.map((row) => [String(row["name"]), String(row["type"])]));
  const other = table.columns.find((column) => !fits(column, types.get(column.name)));
  if (other === undefined) return undefined;
  const type = types.get(other.name);
  return type === undefined
    ? `${of} has no column ${other.name}, which must have a value`
    : `${other.name} is ${other.type} here and ${type} in ${of}`;
}

/** A column that the other table lacks can be added where it may be empty. */
const fits = (column: Column, type: string | undefined): boolean =>
  type === undefined ? column.nullable : type === column.type;
