import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import { fileLabel, listFiles, resolveStage } from "../sql/copy/stage-location.ts";
import type { Cursor } from "./cursor.ts";
import { type CommandDef, command } from "./registry.ts";
import { showOutcome } from "./show.ts";

interface StageReference {
  /** What follows the at-sign. */
  reference: string;
  pattern: string | null;
}

/** `@stage/path`, bare or in quotes: what follows the at-sign. */
function readStage(cursor: Cursor): string {
  const token = cursor.peek();
  if ((token?.kind !== "STAGE" && token?.kind !== "STRING") || !token.value.startsWith("@"))
    throw cursor.syntaxError();
  cursor.at++;
  return token.value.slice(1);
}

/** `@stage/path [PATTERN = '…']`. */
function readReference(cursor: Cursor): StageReference {
  const reference = readStage(cursor);
  let pattern: string | null = null;
  if (cursor.accept("PATTERN")) {
    cursor.expectSymbol("=");
    pattern = cursor.string();
  }
  cursor.expectEnd();
  return { reference, pattern };
}

async function list(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { reference, pattern } = readReference(cursor);
  const place = resolveStage(ctx, reference);
  const files = await listFiles(ctx, place, pattern, null);
  return showOutcome(
    [
      ["name", "text"],
      ["size", "number"],
      ["md5", "text"],
      ["last_modified", "text"],
    ],
    files.map((file) => ({
      name: fileLabel(place, file.path),
      size: file.size,
      md5: file.md5,
      last_modified: new Date(file.lastModified).toUTCString(),
    })),
  );
}

async function remove(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { reference, pattern } = readReference(cursor);
  const place = resolveStage(ctx, reference, true);
  const files = await listFiles(ctx, place, pattern, null);
  for (const file of files) await ctx.services.files.remove(place.location, file.path);
  return showOutcome(
    [
      ["name", "text"],
      ["result", "text"],
    ],
    files.map((file) => ({ name: fileLabel(place, file.path), result: "removed" })),
  );
}

/** Copies files from stage to stage, keeping their paths below the source's. Source: "COPY FILES". */
async function copyFiles(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const target = resolveStage(ctx, readStage(cursor), true);
  cursor.expect("FROM");
  if (cursor.seesSymbol("(")) throw errors.unsupported("COPY FILES from a query");
  const source = resolveStage(ctx, readStage(cursor));
  let names: string[] | null = null;
  let pattern: string | null = null;
  let detailed = true;
  while (!cursor.atEnd) {
    const option = cursor.acceptOneOf("FILES", "PATTERN", "DETAILED_OUTPUT");
    if (!option) throw cursor.syntaxError();
    cursor.expectSymbol("=");
    if (option === "FILES") names = cursor.parenthesized(() => cursor.string());
    else if (option === "PATTERN") pattern = cursor.string();
    else detailed = cursor.acceptOneOf("TRUE", "FALSE") === "TRUE";
  }
  const folder = target.path === "" || target.path.endsWith("/") ? target.path : `${target.path}/`;
  const copied: string[] = [];
  const { files } = ctx.services;
  for (const file of await listFiles(ctx, source, pattern, names)) {
    const path = folder + below(source.path, file.path);
    const { localPath, release } = await files.fetch(source.location, file.path);
    try {
      await files.put(target.location, path, localPath);
    } finally {
      await release();
    }
    copied.push(path);
  }
  return detailed
    ? showOutcome(
        [["file", "text"]],
        copied.map((file) => ({ file })),
      )
    : showOutcome([["numOfFilesCopied", "number"]], [{ numOfFilesCopied: copied.length }]);
}

/** The file's path below the folder that the source names; of a whole file's path, its name. */
function below(source: string, path: string): string {
  const folder = source === path ? path.slice(0, path.lastIndexOf("/") + 1) : source;
  return path.slice(folder.length).replace(/^\//, "");
}

const test = "tests/local/account/commands/files.test.ts";
export const fileCommands: CommandDef[] = [
  command("LIST", "", list, { source: "LIST", test }),
  command("COPY", "FILES INTO", copyFiles, {
    source: "COPY FILES",
    test,
    note: "From a stage, not from a query.",
  }),
  command("REMOVE", "", remove, { source: "REMOVE", test }),
];
