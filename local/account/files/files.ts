import type { CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { FileStore } from "../session/context.ts";

/** Location of a stage's files, as FileStore takes it. */
export function stageLocation(stage: Pick<CatalogObject<"STAGE">, "id" | "props">): string {
  return stage.props.url ?? `stage:${stage.id}`;
}

/** Table stages `@%t` and user stages `@~`. */
export const tableStageLocation = (tableId: number): string => `table:${tableId}`;
export const userStageLocation = (userId: number): string => `user:${userId}`;

/** Sends each location to where its files are. Without an AWS connection external ones are refused. */
export function composeFiles(internal: FileStore, s3: FileStore | null): FileStore {
  const at = (location: string): FileStore => {
    if (!location.includes("://")) return internal;
    if (!location.startsWith("s3") || !s3) throw errors.unsupported(`files at ${location}`);
    return s3;
  };
  return {
    list: (location, prefix) => at(location).list(location, prefix),
    fetch: (location, path) => at(location).fetch(location, path),
    put: (location, path, localPath) => at(location).put(location, path, localPath),
    remove: (location, path) => at(location).remove(location, path),
  };
}
