import { createHash } from "node:crypto";
import { fullName } from "../../access/index.ts";
import type { CatalogObject } from "../../catalog/model.ts";
import type { StatementContext } from "../../session/context.ts";
import type { Value } from "../../session/outcome.ts";
import type { StreamPosition } from "../../storage/transaction.ts";
import { DIRECTORY_COLUMNS, directoryEntry, directoryRow } from "./directory.ts";
import { compileWithFacts, type Env, newShared } from "./env.ts";
import type { Source } from "./from.ts";
import { rowsSource } from "./rows-source.ts";
import type { OutputColumn } from "./scope.ts";
import { directoryFiles } from "./staged-files.ts";
import { type DirectoryEntry, filesPosition } from "./stream-position.ts";

/** Streams on directory tables: files that came, went or changed. Source: "Directory tables". */

/** Files that the stage's directory table knows now; one that was overwritten since its refresh stays as it was. */
export function directoryEntries(
  env: Env,
  stage: CatalogObject<"STAGE">,
  before: readonly DirectoryEntry[],
): DirectoryEntry[] {
  const { files, unseen } = directoryFiles(env, fullName(env.ctx, stage));
  const overwritten = new Set(unseen.map(({ path }) => path));
  return [...files.map(directoryEntry), ...before.filter(([path]) => overwritten.has(path))];
}

/** Where a new stream on the stage begins. */
export const directoryPosition = (
  ctx: StatementContext,
  stage: CatalogObject<"STAGE">,
): Promise<StreamPosition> =>
  ctx.inTransaction([], (transaction) =>
    compileWithFacts(ctx, newShared(transaction), (env) => filesPosition(directoryEntries(env, stage, []))),
  );

export function directoryDelta(
  env: Env,
  stage: CatalogObject<"STAGE">,
  before: readonly DirectoryEntry[],
  now: readonly DirectoryEntry[],
  metadata: readonly OutputColumn[],
): Source {
  const then = new Map(before.map((entry) => [entry[0], entry]));
  const current = new Map(now.map((entry) => [entry[0], entry]));
  const changed = (a: DirectoryEntry, b: DirectoryEntry | undefined) =>
    JSON.stringify(a) !== JSON.stringify(b);
  const row = (entry: DirectoryEntry, action: string, isUpdate: boolean): Value[] => [
    ...directoryRow(env, stage, entry),
    action,
    isUpdate,
    createHash("md5").update(`${stage.id}:${entry[0]}`).digest("hex"),
  ];
  const rows = [
    ...now.filter((e) => changed(e, then.get(e[0]))).map((e) => row(e, "INSERT", then.has(e[0]))),
    ...before.filter((e) => changed(e, current.get(e[0]))).map((e) => row(e, "DELETE", current.has(e[0]))),
  ];
  return rowsSource([...DIRECTORY_COLUMNS, ...metadata], rows, []);
}
