import { errors } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import type { Outcome } from "../../session/outcome.ts";

export async function runCopy(_ctx: StatementContext): Promise<Outcome> {
  throw errors.unsupported("COPY INTO");
}
