import { errors } from "../../errors.ts";

/**
 * Tokens of Snowflake SQL. Positions are offsets into the text; line and column are computed only for errors.
 * Source: Snowflake documentation, "Identifier requirements", "String & binary data types", "Comments".
 */
export type TokenKind =
  /** Unquoted word; `value` is upper-cased. */
  | "word"
  /** Quoted identifier; `value` is what it names. */
  | "quoted"
  /** String constant (single quotes or $$); `value` is its content. */
  | "string"
  | "number"
  /** `$1`, `$NAME`: `value` without the dollar, upper-cased. */
  | "dollar"
  /** `@stage/path`: `value` as written, without the at-sign. */
  | "stage"
  | "op"
  | "end";

export interface Token {
  kind: TokenKind;
  value: string;
  start: number;
  end: number;
}

const WORD_START = /[A-Za-z_\u0080-\uffff]/;
const WORD_PART = /[A-Za-z0-9_$\u0080-\uffff]/;
const DIGIT = /[0-9]/;
const STAGE_PART = /[A-Za-z0-9_$./\-=%~+&:*\u0080-\uffff]/;

const OPERATORS = ["<=>", "->>", "::", "=>", "->", "||", "<>", "!=", ">=", "<=", ":=", "|>"] as const;

const ESCAPES: Record<string, string> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  "0": "\0",
};

/** 1-based line and 0-based column of an offset, as Snowflake's messages count. */
export function lineAndPosition(text: string, offset: number): { line: number; position: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, position: offset - start };
}

export function syntaxError(text: string, offset: number, unexpected: string): Error {
  const { line, position } = lineAndPosition(text, offset);
  return errors.syntax(line, position, unexpected);
}

function readString(text: string, start: number): { value: string; end: number } {
  let value = "";
  let at = start + 1;
  for (;;) {
    const c = text[at];
    if (c === undefined) throw syntaxError(text, start, text.slice(start, start + 20));
    if (c === "'") {
      if (text[at + 1] !== "'") return { value, end: at + 1 };
      value += "'";
      at += 2;
    } else if (c === "\\") {
      const next = text[at + 1];
      if (next === undefined) throw syntaxError(text, start, text.slice(start, start + 20));
      const octal = /^[0-3]?[0-7]{2}/.exec(text.slice(at + 1, at + 4));
      const hex = next === "x" ? /^[0-9a-fA-F]{2}/.exec(text.slice(at + 2, at + 4)) : null;
      const unicode = next === "u" ? /^[0-9a-fA-F]{4}/.exec(text.slice(at + 2, at + 6)) : null;
      if (octal && octal[0].length === 3) {
        value += String.fromCharCode(Number.parseInt(octal[0], 8));
        at += 4;
      } else if (hex) {
        value += String.fromCharCode(Number.parseInt(hex[0], 16));
        at += 4;
      } else if (unicode) {
        value += String.fromCharCode(Number.parseInt(unicode[0], 16));
        at += 6;
      } else {
        value += ESCAPES[next] ?? next;
        at += 2;
      }
    } else {
      const stop = nextSpecial(text, at);
      value += text.slice(at, stop);
      at = stop;
    }
  }
}

function nextSpecial(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== "'" && text[at] !== "\\") at++;
  return at;
}

/** All tokens of the text, the last one of kind `end`. Throws 001003 on what cannot be a token. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const push = (kind: TokenKind, value: string, end: number) => {
    tokens.push({ kind, value, start: at, end });
    at = end;
  };
  while (at < text.length) {
    const c = text[at]!;
    if (c === " " || c === "\n" || c === "\t" || c === "\r" || c === "\u00a0" || c === "\ufeff") at++;
    else if ((c === "-" && text[at + 1] === "-") || (c === "/" && text[at + 1] === "/")) {
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end;
    } else if (c === "/" && text[at + 1] === "*") {
      const end = text.indexOf("*/", at + 2);
      if (end === -1) throw syntaxError(text, at, "/*");
      at = end + 2;
    } else if (WORD_START.test(c)) {
      let end = at + 1;
      while (end < text.length && WORD_PART.test(text[end]!)) end++;
      push("word", text.slice(at, end).toUpperCase(), end);
    } else if (DIGIT.test(c) || (c === "." && DIGIT.test(text[at + 1] ?? "") && !endsOperand(tokens, at))) {
      const match = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/.exec(text.slice(at, at + 400))!;
      push("number", match[0], at + match[0].length);
    } else if (c === "'") {
      const { value, end } = readString(text, at);
      push("string", value, end);
    } else if (c === '"') {
      let end = at + 1;
      let value = "";
      for (;;) {
        const stop = text.indexOf('"', end);
        if (stop === -1) throw syntaxError(text, at, text.slice(at, at + 20));
        value += text.slice(end, stop);
        end = stop + 1;
        if (text[end] !== '"') break;
        value += '"';
        end++;
      }
      push("quoted", value, end);
    } else if (c === "$" && text[at + 1] === "$") {
      const end = text.indexOf("$$", at + 2);
      if (end === -1) throw syntaxError(text, at, "$$");
      push("string", text.slice(at + 2, end), end + 2);
    } else if (c === "$") {
      let end = at + 1;
      while (end < text.length && WORD_PART.test(text[end]!)) end++;
      if (end === at + 1) throw syntaxError(text, at, "$");
      push("dollar", text.slice(at + 1, end).toUpperCase(), end);
    } else if (c === "@") {
      let end = at + 1;
      while (end < text.length) {
        if (text[end] === '"') {
          const close = text.indexOf('"', end + 1);
          if (close === -1) throw syntaxError(text, at, "@");
          end = close + 1;
        } else if (STAGE_PART.test(text[end]!)) end++;
        else break;
      }
      push("stage", text.slice(at + 1, end), end);
    } else {
      const operator = OPERATORS.find((o) => text.startsWith(o, at)) ?? c;
      if (!"+-*/%=<>(),.;:[]{}?|!^&~".includes(operator[0]!)) throw syntaxError(text, at, c);
      push("op", operator, at + operator.length);
    }
  }
  tokens.push({ kind: "end", value: "<EOF>", start: text.length, end: text.length });
  return tokens;
}

/** After an operand that the dot touches, `.5` is not a number but a path (`a.5` is a mistake either way). */
function endsOperand(tokens: readonly Token[], at: number): boolean {
  const last = tokens.at(-1);
  return last !== undefined && last.end === at && (last.kind === "word" || last.kind === "quoted");
}
