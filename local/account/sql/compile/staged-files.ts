import { errors } from "../../errors.ts";
import type { StagedFile } from "../../session/context.ts";
import { listFiles, resolveStage, type StagePlace } from "../copy/stage-location.ts";
import type { LocalFile } from "../copy/staged-rows.ts";
import { type Env, need } from "./env.ts";

/** Files of a stage, as a fact of the compilation; what must be fetched is released when the rows are read. */
export const stagedFiles = (
  env: Env,
  place: StagePlace,
  pattern: string | null,
  only: readonly string[] | null = null,
): LocalFile[] =>
  need(env, `stage ${place.location} ${place.path} ${pattern ?? ""} ${only?.join() ?? ""}`, async () => {
    const local: LocalFile[] = [];
    for (const file of await listFiles(env.ctx, place, pattern, only)) {
      const { localPath, release } = await env.ctx.services.files.fetch(place.location, file.path);
      env.shared.releases.push(release);
      local.push({ ...file, localPath });
    }
    return local;
  });

/** Files that a stage's directory table knows: those there at its last refresh. Source: "Directory tables". */
export function directoryFiles(
  env: Env,
  location: string,
): {
  place: StagePlace;
  files: StagedFile[];
  /** Files that came or changed after the refresh. */
  unseen: StagedFile[];
} {
  const place = resolveStage(env.ctx, location);
  const directory = place.stage?.props.directory;
  if (!place.stage || !directory?.enable)
    throw errors.compilation("002043", "02000", `Stage '${location}' does not have a directory table.`);
  const until = directory.autoRefresh ? Number.POSITIVE_INFINITY : (directory.seenUpTo ?? -1);
  const files = need(env, `directory ${place.location}`, () => listFiles(env.ctx, place, null, null));
  const isSeen = (file: StagedFile) => file.lastModified <= until;
  return { place, files: files.filter(isSeen), unseen: files.filter((file) => !isSeen(file)) };
}
