import { readFile } from "node:fs/promises";
import { posix } from "node:path";
import { splitStatements, type Token, tokenize } from "../commands/index.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import { resolveStage } from "../sql/copy/stage-location.ts";
import type { ScriptHost } from "./run.ts";

/** Files larger than this are refused. Source: "EXECUTE IMMEDIATE FROM", limitations. */
const LARGEST = 10 * 1024 * 1024;
/** Files that call each other at most so deep. Source: the same page. */
const DEEPEST = 5;

/**
 * The path of `EXECUTE IMMEDIATE FROM @stage/path`, or null for another statement. Templates (USING) and DRY_RUN are
 * refused.
 */
export function stagedScript(text: string): string | null {
  const tokens = tokenize(text).filter((token) => token.image !== ";");
  const [execute, immediate, from, path, next] = tokens;
  if (execute?.value !== "EXECUTE" || immediate?.value !== "IMMEDIATE" || !isFrom(from)) return null;
  if (path?.kind !== "STAGE" && path?.kind !== "STRING")
    throw errors.syntax(path?.line ?? 1, path?.position ?? text.length, path?.image ?? "<EOF>");
  if (next?.value === "USING" || next?.value === "DRY_RUN")
    throw errors.unsupported(`EXECUTE IMMEDIATE FROM … ${next.value}`);
  if (next) throw errors.syntax(next.line, next.position, next.image);
  return path.value;
}

const isFrom = (token: Token | undefined): boolean => token?.kind === "WORD" && token.value === "FROM";

/** Runs the file's statements in turn; the answer is the last one's. A path without a stage is relative to `base`. */
export async function runStagedScript(
  context: StatementContext,
  host: ScriptHost,
  path: string,
  base: string | null = null,
  depth = 1,
): Promise<Outcome> {
  if (depth > DEEPEST) throw errors.unsupported(`EXECUTE IMMEDIATE FROM more than ${DEEPEST} files deep`);
  const file = absolute(path, base);
  const text = await read(context, file);
  if (/^\s{0,10}(--|#)!jinja/.test(text)) throw errors.unsupported("Jinja2 templates");
  let outcome: Outcome | null = null;
  for (const statement of splitStatements(text)) {
    host.check();
    const inner = stagedScript(statement.text);
    outcome =
      inner === null
        ? await host.execute(statement.text)
        : await runStagedScript(context, host, inner, file, depth + 1);
  }
  if (!outcome) throw errors.compilation("000900", "42601", `File '${file}' has no statement.`);
  return outcome;
}

/** `@stage/folder/name`: as given, below the stage (`/…`), or beside the calling file (`./…`, `../…`). */
function absolute(path: string, base: string | null): string {
  if (path.startsWith("@")) return path;
  if (base === null) throw errors.invalidValue(path, "file: a path in a stage, '@stage/…'");
  const slash = base.indexOf("/");
  const [stage, below] = [base.slice(0, slash), base.slice(slash + 1)];
  return posix.join(stage, path.startsWith("/") ? path : posix.join(posix.dirname(below), path));
}

async function read(context: StatementContext, file: string): Promise<string> {
  const place = resolveStage(context, file.slice(1));
  const { files } = context.services;
  for await (const found of files.list(place.location, place.path)) {
    if (found.path !== place.path) continue;
    if (found.size > LARGEST) throw errors.unsupported("EXECUTE IMMEDIATE FROM a file of more than 10 MB");
    const { localPath, release } = await files.fetch(place.location, found.path);
    try {
      return (await readFile(localPath, "utf8")).replace(/^\uFEFF/, "");
    } finally {
      await release();
    }
  }
  throw errors.doesNotExist("File", file);
}
