import type { DuckDBConnection } from "@duckdb/node-api";
import { errors } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import { sessionParameter } from "../../session/parameters.ts";

const zones = new WeakMap<DuckDBConnection, string>();

/** Gives the connection the session's time zone; a transaction may be open. */
export async function applySession(ctx: StatementContext, connection: DuckDBConnection): Promise<void> {
  const zone = String(sessionParameter(ctx.services.catalog, ctx.session, "TIMEZONE").value);
  if (zones.get(connection) === zone) return;
  if (!/^[A-Za-z0-9_+\-/]+$/.test(zone)) throw errors.invalidValue(zone, "TIMEZONE");
  await connection.run(`SET TimeZone = '${zone}'`);
  zones.set(connection, zone);
}
