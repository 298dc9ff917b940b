/** Which pipes and streams the next `pulumi up` would replace: what is declared now beside what the engine's state holds. */
import { quotedObject } from "../../../infra/names.ts";
import type { Platform } from "../../../infra/platform.ts";
import { OperationError } from "../errors.ts";
import { sameStatement } from "./statements.ts";

/** A resource of the engine's state. */
export interface Deployed {
  urn: string;
  type: string;
  inputs: Record<string, unknown>;
}

export interface PendingReplacement {
  kind: "Pipe" | "Stream";
  key: string;
  /** Physical name with dots, as `policy:limits.replacements` writes it. */
  name: string;
  urn: string;
  /** What cannot change in place. */
  forcedBy: string[];
}

export const PIPE_TYPE = "snowflake:index/pipe:Pipe";
export const STREAM_TYPE = "snowflake:index/streamOnTable:StreamOnTable";
export const TABLE_TYPE = "snowflake:index/table:Table";

/** The logical name that a URN ends with. */
export const keyOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

export function findDeployed(deployed: readonly Deployed[], type: string, key: string): Deployed | undefined {
  return deployed.find((one) => one.type === type && keyOf(one.urn) === key);
}

export function pendingReplacements(
  platform: Pick<Platform, "pipes" | "streams">,
  deployed: readonly Deployed[],
): PendingReplacement[] {
  const pending: PendingReplacement[] = [];
  const compare = (
    kind: PendingReplacement["kind"],
    type: string,
    object: { key: string; database: string; schema: string; name: string },
    fixed: Record<string, string>,
  ) => {
    const found = findDeployed(deployed, type, object.key);
    if (found === undefined) return;
    const all = { name: object.name, schema: object.schema, database: object.database, ...fixed };
    const forcedBy = Object.entries(all)
      .filter(([field, wanted]) => !sameStatement(String(found.inputs[field] ?? ""), wanted))
      .map(([field]) => field);
    if (forcedBy.length === 0) return;
    const name = [object.database, object.schema, object.name].join(".");
    pending.push({ kind, key: object.key, name, urn: found.urn, forcedBy });
  };
  for (const pipe of platform.pipes) compare("Pipe", PIPE_TYPE, pipe, { copyStatement: pipe.copy });
  for (const stream of platform.streams)
    compare("Stream", STREAM_TYPE, stream, {
      table: quotedObject(stream.table),
      appendOnly: String(stream.appendOnly),
    });
  return pending;
}

/** Refuses an `up` that would replace pipes or streams which nobody named in `policy:limits.replacements`. */
export function refuseReplacements(pending: readonly PendingReplacement[], named: readonly string[]): void {
  const refused = pending.filter((one) => !named.includes(`${one.kind} ${one.name}`));
  const [first] = refused;
  if (first === undefined) return;
  const list = refused.map(
    (one) => `  ${one.kind} ${one.name} (${one.forcedBy.join(", ")} cannot change in place)`,
  );
  throw new OperationError(
    `This change replaces what holds load history or offsets:\n${list.join("\n")}`,
    `Replace each safely first, e.g. npx firn replace ${first.kind.toLowerCase()} "${first.key}" --yes; or name "${first.kind} ${first.name}" in policy:limits.replacements to let the engine drop it.`,
    2,
  );
}
