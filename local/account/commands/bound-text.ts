import { errors } from "../errors.ts";
import type { Bind, StatementContext } from "../session/context.ts";
import { quoteString, type Token, tokenize } from "./lexer.ts";

/**
 * The statement with its bind variables (`?`, `:1`) written as literals, for commands, whose grammar knows literals
 * only: drivers bind names, as in CREATE STAGE IDENTIFIER(?). Source: "IDENTIFIER", bind variables.
 */
export function boundText({ text, binds }: Pick<StatementContext, "text" | "binds">): string {
  if (Object.keys(binds).length === 0) return text;
  const tokens = tokenize(text);
  let written = "";
  let from = 0;
  let marks = 0;
  tokens.forEach((token, i) => {
    const found = placeOf(tokens[i - 1], token, tokens[i + 1]);
    if (!found) return;
    const bind = binds[String(found.index ?? ++marks)];
    if (!bind) return;
    written += text.slice(from, token.start) + literal(bind);
    from = found.end;
  });
  return written + text.slice(from);
}

/** The same statement with `boundText`. */
export function withBoundText(context: StatementContext): StatementContext {
  const text = boundText(context);
  if (text === context.text) return context;
  return Object.create(context, { text: { value: text, enumerable: true } }) as StatementContext;
}

/** A `?`, or `:1`, unless it is part of what it is written against (`list[0:1]`). */
function placeOf(
  before: Token | undefined,
  token: Token,
  next: Token | undefined,
): { index?: number; end: number } | undefined {
  if (token.kind !== "SYMBOL") return undefined;
  if (token.image === "?") return { end: token.end };
  if (token.image !== ":" || next?.kind !== "NUMBER" || next.start !== token.end) return undefined;
  if (before?.end === token.start && before.image !== "(") return undefined;
  return { index: Number(next.image), end: next.end };
}

/** The binds of each of several statements in one request: their `?` are counted through all of them. */
export function bindsOfEach(texts: readonly string[], binds: Record<string, Bind>): Record<string, Bind>[] {
  let before = 0;
  return texts.map((text) => {
    const marks = bindMarks(text);
    if (marks === 0) return binds;
    const first = before;
    before += marks;
    return Object.fromEntries(
      Array.from({ length: marks }, (_, i) => [String(i + 1), binds[String(first + i + 1)]] as const).filter(
        (entry): entry is readonly [string, Bind] => entry[1] !== undefined,
      ),
    );
  });
}

/** How many `?` the statement has. */
export const bindMarks = (text: string): number =>
  text.includes("?") ? tokenize(text).filter((token) => token.image === "?").length : 0;

function literal({ type, value: given }: Bind): string {
  const value = Array.isArray(given) ? (given[0] ?? null) : given;
  if (Array.isArray(given) && given.length > 1) throw errors.unsupported("array binds in this statement");
  if (value === null) return "NULL";
  const isWhole = /^-?[0-9]+$/.test(value);
  switch (type.toUpperCase()) {
    case "FIXED":
    case "REAL":
      if (!/^-?[0-9.]+([eE][+-]?[0-9]+)?$/.test(value)) throw errors.notNumeric(value);
      return value;
    case "BOOLEAN":
      return /^(true|1)$/i.test(value) ? "TRUE" : "FALSE";
    case "DATE":
      return `TO_DATE(${quoteString(isWhole ? new Date(Number(value)).toISOString().slice(0, 10) : value)})`;
    case "TIMESTAMP":
    case "TIMESTAMP_NTZ":
      return isWhole ? `TO_TIMESTAMP_NTZ(${value}, 9)` : `TO_TIMESTAMP_NTZ(${quoteString(value)})`;
    case "TIMESTAMP_LTZ":
      return isWhole ? `TO_TIMESTAMP_LTZ(${value}, 9)` : `TO_TIMESTAMP_LTZ(${quoteString(value)})`;
    case "TEXT":
      return quoteString(value);
    default:
      throw errors.unsupported(`a bind of type ${type} in this statement`);
  }
}
