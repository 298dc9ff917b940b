import { temporarySession } from "../catalog/catalog.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { physicalTable } from "../storage/storage.ts";
import type { ConnectionPool } from "./connections.ts";
import type { Services } from "./context.ts";

/** Temporary tables and views go with their session; those that a kill left behind go when the account opens. */
export async function dropTemporaryTables(
  services: Pick<Services, "catalog">,
  pool: ConnectionPool,
  sessionId: string | null,
): Promise<void> {
  const { catalog } = services;
  const gone: CatalogObject[] = [...catalog.listAll("TABLE"), ...catalog.listAll("VIEW")].filter((object) => {
    const owner = temporarySession(object);
    return owner !== undefined && (sessionId === null || owner === sessionId);
  });
  if (gone.length === 0) return;
  await pool.use((connection) =>
    catalog.change(connection, async (change) => {
      for (const object of gone) {
        change.purge(object);
        if (object.kind === "TABLE") await connection.run(`DROP TABLE IF EXISTS ${physicalTable(object.id)}`);
      }
    }),
  );
}
