import { fullName } from "../../access/index.ts";
import type { CatalogObject, StoredTable } from "../../catalog/model.ts";
import { errors } from "../../errors.ts";
import { parseQuery, type TableExpr, type TimeTravel } from "../parse/index.ts";
import { checkViewTracking } from "../view-tracking.ts";
import { type Env, need } from "./env.ts";
import { hooks } from "./expression.ts";
import type { Source } from "./from.ts";
import { requireTracking, streamMetadata } from "./stream.ts";
import { versionAt } from "./table-versions.ts";
import { viewDelta } from "./view-stream.ts";

type Changes = NonNullable<Extract<TableExpr, { type: "table" }>["changes"]>;

/** Tables that the view reads, through other views too; what changes of they cannot be told is refused. */
function trackedTables(env: Env, view: CatalogObject<"VIEW">): StoredTable[] {
  const text = `SELECT * FROM ${fullName(env.ctx, view)}`;
  const ctx = Object.create(env.ctx, { text: { value: text } }) as Env["ctx"];
  const objects = new Set<number>();
  const shared = { ...env.shared, objects, direct: new Set<number>(), columns: new Map() };
  hooks.query({ ctx, shared }, parseQuery(text), null);
  const tables: StoredTable[] = [];
  for (const id of objects) {
    const object = env.ctx.services.catalog.get(id)!;
    if (object.kind === "VIEW") {
      const inner = object as CatalogObject<"VIEW">;
      requireTracking(inner);
      checkViewTracking(parseQuery(inner.props.query));
    } else if (object.kind === "TABLE" || object.kind === "DYNAMIC_TABLE") {
      requireTracking(object as unknown as StoredTable);
      tables.push(object as unknown as StoredTable);
    } else
      throw errors.unsupported(
        `CHANGES of a view that reads a ${object.kind.toLowerCase().replaceAll("_", " ")}`,
      );
  }
  return tables;
}

/** CHANGES of a view: as a stream on it would show them between the two moments. Source: "CHANGES". */
export function viewChanges(env: Env, view: CatalogObject<"VIEW">, changes: Changes, name: string[]): Source {
  const tables = trackedTables(env, view);
  const versions = (at: TimeTravel): Map<number, number> => {
    if (at.by === "STREAM") throw errors.unsupported("CHANGES of a view … AT(STREAM => …)");
    return new Map(
      tables.map((table) => {
        const sql = versionAt(env, table, at);
        const version = need(env, `version ${sql}`, async ({ connection }) =>
          Number((await connection.runAndReadAll(`SELECT ${sql}`)).getRows()[0]![0]),
        );
        return [table.id, version];
      }),
    );
  };
  const from = versions(changes.from);
  const until = changes.until
    ? versions(changes.until)
    : new Map(tables.map(({ id }) => [id, env.shared.transaction.readVersion(id)]));
  const offset = { version: 0, initial: false, tables: from, files: [] };
  const { sql, columns } = viewDelta(env, view, changes.information, offset, until);
  return { sql: `(${sql})`, columns: [...columns, ...streamMetadata], name };
}
