import { tokenize } from "../commands/index.ts";
import type { Outcome } from "../session/outcome.ts";
import type { ScriptHost } from "./run.ts";

/**
 * Statements joined by the pipe operator: `SHOW TABLES ->> SELECT "name" FROM $1`. Each runs in turn; $1 in a FROM is
 * the result of the statement before, $2 of the one before that. Source: Snowflake documentation, "Flow operators".
 */
export function splitFlow(text: string): string[] | null {
  if (!text.includes("->>")) return null;
  const arrows = tokenize(text).filter((token) => token.image === "->>");
  if (arrows.length === 0) return null;
  const starts = [0, ...arrows.map((arrow) => arrow.end)];
  const ends = [...arrows.map((arrow) => arrow.start), text.length];
  return starts.map((start, at) => text.slice(start, ends[at]).trim());
}

export async function runFlow(host: ScriptHost, statements: readonly string[]): Promise<Outcome> {
  const ids: string[] = [];
  let outcome: (Outcome & { queryId: string }) | undefined;
  for (const statement of statements) {
    host.check();
    outcome = await host.execute(withResults(statement, ids));
    ids.unshift(outcome.queryId);
  }
  return outcome!;
}

/** `FROM $n` and `JOIN $n` as the n-th result before. */
function withResults(sql: string, ids: readonly string[]): string {
  const tokens = tokenize(sql);
  let text = "";
  let from = 0;
  tokens.forEach((token, at) => {
    const before = tokens[at - 1]?.value;
    const id = /^\$[0-9]+$/.test(token.image) ? ids[Number(token.image.slice(1)) - 1] : undefined;
    if (id === undefined || (before !== "FROM" && before !== "JOIN")) return;
    text += `${sql.slice(from, token.start)}TABLE(RESULT_SCAN('${id}'))`;
    from = token.end;
  });
  return text + sql.slice(from);
}
