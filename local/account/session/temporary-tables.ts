import { physicalTable } from "../storage/storage.ts";
import type { ConnectionPool } from "./connections.ts";
import type { Services } from "./context.ts";

/** Temporary tables go with their session; those that a kill left behind go when the account opens. */
export async function dropTemporaryTables(
  services: Pick<Services, "catalog">,
  pool: ConnectionPool,
  sessionId: string | null,
): Promise<void> {
  const { catalog } = services;
  const gone = catalog
    .listAll("TABLE")
    .filter(
      ({ props }) => props.tableKind === "TEMPORARY" && (sessionId === null || props.sessionId === sessionId),
    );
  if (gone.length === 0) return;
  await pool.use((connection) =>
    catalog.change(connection, async (change) => {
      for (const table of gone) {
        change.purge(table);
        await connection.run(`DROP TABLE IF EXISTS ${physicalTable(table.id)}`);
      }
    }),
  );
}
