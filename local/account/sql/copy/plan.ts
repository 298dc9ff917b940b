import { errors } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import type { Transaction } from "../../storage/transaction.ts";
import { type Env, newShared } from "../compile/env.ts";
import { resolveTargetTable } from "../dml/target.ts";
import type { CopyIntoTable, OptionValue } from "../parse/index.ts";
import { resolveFormat } from "./file-format.ts";
import { type LoadPlan, readOnError } from "./load.ts";
import { resolveLocation } from "./stage-location.ts";

const OPTIONS = [
  "ON_ERROR",
  "SIZE_LIMIT",
  "PURGE",
  "RETURN_FAILED_ONLY",
  "MATCH_BY_COLUMN_NAME",
  "ENFORCE_LENGTH",
  "TRUNCATECOLUMNS",
  "FORCE",
  "LOAD_UNCERTAIN_FILES",
  "VALIDATION_MODE",
];

export interface Copy {
  plan: LoadPlan;
  options: Record<string, OptionValue | unknown>;
}

/** What a COPY INTO a table does, checked. */
export function planCopy(ctx: StatementContext, copy: CopyIntoTable, defaultOnError: string): Copy {
  const env: Env = { ctx, shared: newShared(null as unknown as Transaction) };
  const table = resolveTargetTable(env, copy.target, ["INSERT"]);
  const own = { ...copy.options };
  const place = resolveLocation(ctx, copy.source.location, own);
  const options = { ...(place.stage?.props.copyOptions ?? {}), ...own };
  for (const key of Object.keys(options))
    if (!OPTIONS.includes(key)) throw errors.unsupported(`COPY option ${key}`);
  const format = resolveFormat(ctx, copy.fileFormat, place);
  const match = String(options["MATCH_BY_COLUMN_NAME"] ?? "NONE").toUpperCase();
  if (!["NONE", "CASE_SENSITIVE", "CASE_INSENSITIVE"].includes(match))
    throw errors.invalidValue(match, "MATCH_BY_COLUMN_NAME");
  const truncate = options["TRUNCATECOLUMNS"] === true || options["ENFORCE_LENGTH"] === false;
  return {
    plan: {
      copy,
      table,
      place,
      format,
      onError: readOnError(String(options["ON_ERROR"] ?? defaultOnError)),
      truncate,
      matchByName: match as LoadPlan["matchByName"],
    },
    options,
  };
}
