import { errors } from "../../errors.ts";
import type { Value } from "../../session/outcome.ts";
import { quoteText } from "../../storage/duck-text.ts";
import type { FindLoadErrors } from "../compile/load-errors.ts";
import { parseStatement } from "../parse/index.ts";
import { planCopy } from "./plan.ts";
import { listFiles } from "./stage-location.ts";
import { allErrors } from "./validate.ts";

/**
 * The errors of the files that a COPY of the past looked at: checked again, so they must still be there. Source:
 * "VALIDATE".
 */
export const findLoadErrors: FindLoadErrors = async (
  ctx,
  transaction,
  table,
  queryId,
): Promise<Value[][]> => {
  const loads = (ctx.services.history?.queries() ?? []).filter(
    (one) => one.endedOn !== null && one.userId === ctx.session.userId && isLoad(one.text),
  );
  const load =
    queryId === null
      ? loads.findLast((one) => one.sessionId === String(ctx.session.id))
      : loads.find((one) => one.queryId === queryId);
  if (!load) throw errors.compilation("000709", "02000", `Statement ${queryId ?? "_last"} not found`);
  const statement = parseStatement(load.text);
  if (statement.type !== "copyIntoTable") throw errors.internal("not a COPY statement");
  const { plan } = planCopy(ctx, statement, "CONTINUE");
  if (plan.table.name !== table.at(-1))
    throw errors.invalidValue(load.queryId, "JOB_ID: a load of the table");
  if (statement.select) throw errors.unsupported("VALIDATE of a COPY with a transformation");
  const files = await listFiles(ctx, plan.place, statement.pattern, statement.files);
  const reader = await transaction.connection.runAndReadAll(
    `SELECT DISTINCT path FROM sys.copy_file WHERE table_id = ${plan.table.id} AND location = ${quoteText(plan.place.location)} AND loaded_on BETWEEN ${load.startedOn} AND ${load.endedOn}`,
  );
  const looked = new Set(reader.getRows().map(([path]) => String(path)));
  // A load that failed as a whole left no record: all its files were candidates.
  const candidates = looked.size === 0 ? files : files.filter(({ path }) => looked.has(path));
  return allErrors(ctx, plan, candidates, transaction);
};

function isLoad(text: string): boolean {
  if (!text.trimStart().toUpperCase().startsWith("COPY")) return false;
  try {
    return parseStatement(text).type === "copyIntoTable";
  } catch {
    return false;
  }
}
