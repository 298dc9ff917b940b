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

/** `@stage/path [PATTERN = '…']`; the stage bare or in quotes. */
function readReference(cursor: Cursor): StageReference {
  const token = cursor.peek();
  if ((token?.kind !== "STAGE" && token?.kind !== "STRING") || !token.value.startsWith("@"))
    throw cursor.syntaxError();
  cursor.at++;
  let pattern: string | null = null;
  if (cursor.accept("PATTERN")) {
    cursor.expectSymbol("=");
    pattern = cursor.string();
  }
  cursor.expectEnd();
  return { reference: token.value.slice(1), pattern };
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

const test = "tests/local/account/commands/files.test.ts";
export const fileCommands: CommandDef[] = [
  command("LIST", "", list, { source: "LIST", test }),
  command("REMOVE", "", remove, { source: "REMOVE", test }),
];
