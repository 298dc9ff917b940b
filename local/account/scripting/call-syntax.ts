import { type Token, tokenize } from "../commands/index.ts";
import { errors } from "../errors.ts";

/** Arguments of a CALL as written: `value` or `name => value`. */
export type Given = { name: string | null; text: string }[];

/** Name and arguments of a CALL, as written. */
export function readCall(text: string): { name: string; given: Given } {
  const tokens = tokenize(text).filter((token) => token.image !== ";");
  const open = tokens.findIndex((token) => token.image === "(");
  if (open < 2 || tokens.at(-1)?.image !== ")") {
    const wrong = tokens[open < 2 ? 1 : tokens.length - 1];
    throw errors.syntax(wrong?.line ?? 1, wrong?.position ?? 0, wrong?.image ?? "<EOF>");
  }
  return {
    name: text.slice(tokens[1]!.start, tokens[open - 1]!.end),
    given: argumentsOf(text, tokens.slice(open + 1, -1)),
  };
}

function argumentsOf(text: string, tokens: Token[]): Given {
  const found: Given = [];
  let depth = 0;
  let first = 0;
  for (let at = 0; at <= tokens.length; at++) {
    const token = tokens[at];
    if (token?.image === "(" || token?.image === "[") depth++;
    else if (token?.image === ")" || token?.image === "]") depth--;
    if (token && !(depth === 0 && token.image === ",")) continue;
    if (at > first) {
      const named = tokens[first + 1]?.image === "=>";
      const from = tokens[named ? first + 2 : first]!;
      found.push({
        name: named ? tokens[first]!.value : null,
        text: text.slice(from.start, tokens[at - 1]!.end),
      });
    }
    first = at + 1;
  }
  return found;
}

/** The argument that a CALL gives for the parameter: by name, or by its place; undefined where it gives none. */
export function givenFor(given: Given, name: string, at: number): { text: string; at: number } | undefined {
  const named = given.findIndex((one) => one.name === name);
  const index = named >= 0 ? named : given[at] && given[at].name === null ? at : -1;
  return index < 0 ? undefined : { text: given[index]!.text, at: index };
}
