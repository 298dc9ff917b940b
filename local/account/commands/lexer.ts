import { createToken, type IToken, Lexer, type TokenType } from "chevrotain";
import { errors } from "../errors.ts";

/**
 * Snowflake's lexical rules. Words are one kind of token: nearly none is reserved, so the grammar decides by
 * position what is a keyword. Sources: "Identifier requirements", "String & binary data types" (literals), "Variables".
 */
export type TokenKind =
  | "WORD"
  | "QUOTED"
  | "STRING"
  | "DOLLAR_STRING"
  | "NUMBER"
  | "STAGE"
  | "FILE_URL"
  | "VARIABLE"
  | "SYMBOL";

export interface Token {
  kind: TokenKind;
  /** As written. */
  image: string;
  /** WORD upper-cased; QUOTED and strings without quotes and escapes; else as written. */
  value: string;
  /** Offsets in the text: first character, and one past the last. */
  start: number;
  end: number;
  /** 1-based line, 0-based column, as Snowflake's messages count them. */
  line: number;
  position: number;
}

const token = (name: TokenKind | "SKIPPED", pattern: RegExp, more: object = {}): TokenType =>
  createToken({ name: `${name}_${more && "label" in more ? String(more.label) : ""}`, pattern, ...more });

const SKIP = { group: Lexer.SKIPPED, line_breaks: true };
const lexer = new Lexer(
  [
    token("SKIPPED", /[\s\u00a0]+/, { ...SKIP, label: "space" }),
    token("SKIPPED", /--[^\n\r]*/, { ...SKIP, label: "dashes" }),
    token("SKIPPED", /\/\/[^\n\r]*/, { ...SKIP, label: "slashes" }),
    token("SKIPPED", /\/\*[\s\S]*?\*\//, { ...SKIP, label: "block" }),
    token("DOLLAR_STRING", /\$\$[\s\S]*?\$\$/, { line_breaks: true }),
    token("STRING", /'(?:[^'\\]|''|\\[\s\S])*'/, { line_breaks: true }),
    token("QUOTED", /"(?:[^"]|"")*"/, { line_breaks: true }),
    token("STAGE", /@(?:~|%?(?:"(?:[^"]|"")*"|[\w$]+)(?:\.%?(?:"(?:[^"]|"")*"|[\w$]+))*)(?:\/[^\s,;()'"]*)?/),
    token("FILE_URL", /file:\/\/[^\s;]+/i),
    token("NUMBER", /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/),
    token("VARIABLE", /\$(?:\d+|[A-Za-z_][\w$]*)/),
    token("WORD", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/),
    token("SYMBOL", /->>|=>|->|::|:=|\|\||<=|>=|<>|!=|\*\*|[-+*/%^&|~!?:;,.()[\]{}=<>#]/),
  ],
  { positionTracking: "full", ensureOptimizations: false, safeMode: true },
);

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "0": "\0" };

/** The text that a quoted string literal denotes. Backslash sequences as in "String & binary data types". */
export function unquoteString(image: string): string {
  const body = image.slice(1, -1);
  if (!body.includes("'") && !body.includes("\\")) return body;
  let text = "";
  for (let i = 0; i < body.length; i++) {
    const c = body[i]!;
    if (c === "'") {
      text += "'";
      i++;
    } else if (c === "\\" && i + 1 < body.length) {
      const next = body[++i]!;
      const hex = next === "x" ? 2 : next === "u" ? 4 : 0;
      const digits = hex > 0 ? body.slice(i + 1, i + 1 + hex) : "";
      if (
        hex > 0 &&
        digits.length === hex &&
        [...digits].every((d) => "0123456789abcdefABCDEF".includes(d))
      ) {
        text += String.fromCharCode(Number.parseInt(digits, 16));
        i += hex;
      } else text += ESCAPES[next] ?? next;
    } else text += c;
  }
  return text;
}

/** A text as a string literal. */
export const quoteString = (text: string): string =>
  `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

function denoted(kind: TokenKind, image: string): string {
  switch (kind) {
    case "WORD":
      return image.toUpperCase();
    case "QUOTED":
      return image.slice(1, -1).replaceAll('""', '"');
    case "STRING":
      return unquoteString(image);
    case "DOLLAR_STRING":
      return image.slice(2, -2);
    default:
      return image;
  }
}

const kinds = new WeakMap<TokenType, TokenKind>();
function kindOf(type: TokenType): TokenKind {
  let kind = kinds.get(type);
  if (!kind) {
    kind = type.name.slice(0, type.name.lastIndexOf("_")) as TokenKind;
    kinds.set(type, kind);
  }
  return kind;
}

function convert(found: IToken): Token {
  const kind = kindOf(found.tokenType);
  return {
    kind,
    image: found.image,
    value: denoted(kind, found.image),
    start: found.startOffset,
    end: found.startOffset + found.image.length,
    line: found.startLine ?? 1,
    position: (found.startColumn ?? 1) - 1,
  };
}

/** Tokens of a text. Error 001003 at the first character that belongs to none (an unterminated string, too). */
export function tokenize(text: string): Token[] {
  const result = lexer.tokenize(text);
  const error = result.errors[0];
  if (error) {
    const at = error.offset;
    throw errors.syntax(error.line ?? 1, (error.column ?? 1) - 1, text.slice(at, at + 1));
  }
  return result.tokens.map(convert);
}

/** At least the first `count` tokens, reading no more of a long text than needed; malformed ends are let be. */
export function firstTokens(text: string, count: number): Token[] {
  for (let size = 512; ; size *= 4) {
    const tokens = lexer.tokenize(text.slice(0, size)).tokens;
    if (size >= text.length) return tokens.map(convert);
    if (tokens.length > count) return tokens.slice(0, count).map(convert);
  }
}
