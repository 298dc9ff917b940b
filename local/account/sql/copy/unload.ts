import { errors } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import type { Outcome } from "../../session/outcome.ts";
import type { CopyIntoLocation } from "../parse/index.ts";

/** COPY INTO a location. */
export async function unload(_ctx: StatementContext, _statement: CopyIntoLocation): Promise<Outcome> {
  throw errors.unsupported("COPY INTO <location>");
}
