import { fullName, parseName, requirePrivilege, resolveObject } from "../../access/index.ts";
import type { CatalogObject } from "../../catalog/model.ts";
import { checkLocation } from "../../commands/storage-location.ts";
import { errors } from "../../errors.ts";
import { stageLocation, tableStageLocation, userStageLocation } from "../../files/files.ts";
import type { StagedFile, StatementContext } from "../../session/context.ts";
import type { Options } from "../parse/index.ts";

/** Where COPY and staged-file queries read: `@stage/path`, `@%table/path`, `@~/path`. */
export interface StagePlace {
  stage: CatalogObject<"STAGE"> | null;
  /** As the FileStore takes it. */
  location: string;
  /** Below the location. */
  path: string;
}

/** Splits at the first slash outside of quotes. */
function split(text: string): { name: string; path: string } {
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted;
    if (text[i] === "/" && !quoted) return { name: text.slice(0, i), path: text.slice(i + 1) };
  }
  return { name: text, path: "" };
}

/** `text` is what follows the at-sign, or a URL. Needs USAGE or READ on the stage. */
export function resolveStage(ctx: StatementContext, text: string, write = false): StagePlace {
  if (text.includes("://")) throw errors.unsupported("a URL in place of a stage");
  const { name, path } = split(text);
  if (name === "~") return { stage: null, location: userStageLocation(ctx.session.userId), path };
  if (name.includes("%")) {
    const parts = parseName(name.replace("%", ""));
    if (!parts) throw errors.doesNotExist("Stage", name);
    const table = resolveObject(ctx, "TABLE", parts);
    requirePrivilege(ctx, "OWNERSHIP", table);
    return { stage: null, location: tableStageLocation(table.id), path };
  }
  const parts = parseName(name);
  if (!parts) throw errors.doesNotExist("Stage", name);
  const stage = resolveObject(ctx, "STAGE", parts);
  requirePrivilege(ctx, ["USAGE", write ? "WRITE" : "READ"], stage);
  return { stage, location: stageLocation(stage), path };
}

/** Options of COPY that say how a URL is reached; credentials are accepted and never kept. */
const URL_OPTIONS = ["STORAGE_INTEGRATION", "CREDENTIALS", "ENCRYPTION"];

/**
 * A stage, or a URL with the storage integration that allows it. Takes the options that belong to a URL out of
 * `options`. Source: "COPY INTO <table>", "COPY INTO <location>", external locations.
 */
export function resolveLocation(
  ctx: StatementContext,
  text: string,
  options: Options,
  write = false,
): StagePlace {
  if (!text.includes("://")) return resolveStage(ctx, text, write);
  const given = options["STORAGE_INTEGRATION"];
  if (given !== undefined) {
    const integration = resolveObject(ctx, "INTEGRATION", parseName(String(given)) ?? []);
    requirePrivilege(ctx, "USAGE", integration);
    checkLocation(integration, text);
  }
  for (const key of URL_OPTIONS) delete options[key];
  const bucket = text.indexOf("/", text.indexOf("://") + 3);
  return bucket < 0
    ? { stage: null, location: `${text}/`, path: "" }
    : { stage: null, location: text.slice(0, bucket + 1), path: text.slice(bucket + 1) };
}

/** METADATA$FILENAME: the key within the bucket, or the path within an internal stage. */
export function fileName(place: StagePlace, path: string): string {
  const url = /^[a-z0-9]+:\/\/[^/]+\/?(.*)$/.exec(place.location);
  return url ? url[1]! + path : path;
}

/** The FILE column of COPY's answer: the whole URL, or the stage's name and the path. */
export function fileLabel(place: StagePlace, path: string): string {
  if (place.location.includes("://")) return place.location + path;
  return place.stage ? `${place.stage.name.toLowerCase()}/${path}` : path;
}

export const stageLabel = (ctx: StatementContext, place: StagePlace): string =>
  place.stage ? fullName(ctx, place.stage) : place.location;

/** Files below the place, in order of their paths, that the pattern (whole path) and the list allow. */
export async function listFiles(
  ctx: StatementContext,
  place: StagePlace,
  pattern: string | null,
  files: readonly string[] | null,
): Promise<StagedFile[]> {
  const found: StagedFile[] = [];
  let test: RegExp | null = null;
  if (pattern !== null)
    try {
      test = new RegExp(`^(?:${pattern})$`);
    } catch {
      throw errors.invalidValue(pattern, "PATTERN");
    }
  for await (const file of ctx.services.files.list(place.location, place.path)) {
    if (test && !test.test(file.path) && !test.test(fileName(place, file.path))) continue;
    if (
      files &&
      !files.some((name) => file.path === place.path + name || file.path === `${place.path}/${name}`)
    )
      continue;
    found.push(file);
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}
