import { currentSchema, resolveSchema } from "../access/index.ts";
import { type Token, tokenize } from "../commands/index.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import { UnknownTableFunction } from "../sql/index.ts";
import type { HostOf } from "./call.ts";

type Run = (context: StatementContext) => Promise<Outcome>;

/**
 * Runs the statement; where its FROM has `TABLE(procedure(…))`, the procedure is called first and its rows stand there.
 * Source: "Selecting from a stored procedure".
 */
export async function withTableProcedures(
  context: StatementContext,
  hostOf: HostOf,
  run: Run,
): Promise<Outcome> {
  try {
    return await run(context);
  } catch (thrown) {
    if (!(thrown instanceof UnknownTableFunction) || !isProcedure(context, thrown.parts)) throw thrown;
    const text = await withRows(context, hostOf, thrown.parts);
    if (text === null) throw thrown;
    const expanded = Object.create(context, { text: { value: text, enumerable: true } }) as StatementContext;
    return withTableProcedures(expanded, hostOf, run);
  }
}

function isProcedure(context: StatementContext, parts: readonly string[]): boolean {
  const schema = parts.length > 1 ? resolveSchema(context, parts.slice(0, -1)) : currentSchema(context);
  const named = context.services.catalog
    .list("PROCEDURE", schema.id)
    .filter(({ props }) => props.routine === parts.at(-1));
  if (named.length > 0 && !named.some(({ props }) => (props.returnsTable?.length ?? 0) > 0))
    throw errors.unsupported(`a procedure that does not name its columns (RETURNS TABLE (…)) in FROM`);
  return named.length > 0;
}

/** The text with the first such call replaced by its result; null where the call is not found as a whole. */
async function withRows(
  context: StatementContext,
  hostOf: HostOf,
  parts: readonly string[],
): Promise<string | null> {
  const tokens = tokenize(context.text);
  const from = tokens.findIndex((_, at) => opensCall(tokens, at, parts));
  if (from < 0) return null;
  let depth = 0;
  let to = from + 1;
  for (; to < tokens.length; to++) {
    if (tokens[to]!.image === "(") depth++;
    else if (tokens[to]!.image === ")" && --depth === 0) break;
  }
  if (to >= tokens.length) return null;
  const call = context.text.slice(tokens[from + 2]!.start, tokens[to - 1]!.end);
  const { queryId } = await hostOf(context.session, context.signal).execute(`CALL ${call}`);
  return `${context.text.slice(0, tokens[from]!.start)}TABLE(RESULT_SCAN('${queryId}'))${context.text.slice(tokens[to]!.end)}`;
}

/** `TABLE ( a . b ( `, at TABLE. */
function opensCall(tokens: readonly Token[], at: number, parts: readonly string[]): boolean {
  const expected = ["TABLE", "(", ...parts.flatMap((part, i) => (i === 0 ? [part] : [".", part])), "("];
  return expected.every((value, i) => tokens[at + i]?.value === value);
}
