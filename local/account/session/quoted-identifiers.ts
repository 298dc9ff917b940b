import { type Token, tokenize } from "../sql/parse/lexer.ts";

const follows = (token: Token | undefined, op: string): boolean => token?.kind === "op" && token.value === op;

/**
 * The statement with its quoted identifiers in upper case, each at its place: what they mean where
 * QUOTED_IDENTIFIERS_IGNORE_CASE is set. Keys of a VARIANT (`v:"a"."b"`) are no identifiers. What cannot be read is left
 * to the parser. Source: "Identifier requirements".
 */
export function withUpperQuoted(text: string): string {
  if (!text.includes('"')) return text;
  let tokens: Token[];
  try {
    tokens = tokenize(text);
  } catch {
    return text;
  }
  let out = "";
  let from = 0;
  let inPath = false;
  tokens.forEach((token, at) => {
    const before = tokens[at - 1];
    if (token.kind === "quoted" || token.kind === "word")
      inPath = follows(before, ":") || (inPath && follows(before, "."));
    else if (!follows(token, ".") && !follows(token, "[") && !follows(token, "]") && token.kind !== "number")
      inPath = false;
    if (token.kind !== "quoted" || inPath) return;
    out += text.slice(from, token.start) + text.slice(token.start, token.end).toUpperCase();
    from = token.end;
  });
  return out + text.slice(from);
}
