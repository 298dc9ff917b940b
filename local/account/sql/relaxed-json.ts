import { UNDEFINED } from "../types/typed-text.ts";

/**
 * JSON as Snowflake's parser takes it beyond the standard: bare and single-quoted keys and texts in single quotes,
 * TRUE, FALSE and NULL in any case, elements that are left out (`[1,,]`), a comma before a closing brace. The result is
 * standard JSON. Source: "PARSE_JSON", "FLATTEN" and "Semi-structured data types", their examples; the forms of errors
 * from "CHECK_JSON" and the Snowpark reference's check_json.
 */
export class JsonError extends Error {}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /[^\s"'{}[\],:]+/y;
const BARE_KEY = /[A-Za-z_$][A-Za-z0-9_$]*/y;
const ESCAPES: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Standard JSON text of one document, or null for an empty one. Throws JsonError. */
export function relaxedJson(text: string): string | null {
  const reader = new Reader(text);
  reader.space();
  if (reader.at === text.length) return null;
  const json = reader.value();
  reader.space();
  if (reader.at < text.length) throw new JsonError("more than one document in the input");
  return json;
}

/** What is wrong with a text, or null. */
export function jsonProblem(text: string): string | null {
  try {
    relaxedJson(text);
    return null;
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
}

class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  space(): void {
    while (" \t\n\r\ufeff".includes(this.text[this.at] ?? "x")) this.at++;
  }

  /** Positions in messages count from one: what is wrong at an index is told as the place behind it. */
  #fail(what: string, at = this.at): never {
    throw new JsonError(`${what}, pos ${at + 1}`);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? null;
    if (found !== null) this.at += found.length;
    return found;
  }

  value(): string {
    const c = this.text[this.at];
    if (c === "{") return this.#object();
    if (c === "[") return this.#array();
    if (c === '"' || c === "'") return JSON.stringify(this.#string(c));
    if (c !== undefined && "}]:,".includes(c)) this.#fail(`misplaced ${c}`);
    const start = this.at;
    const word = this.#match(WORD) ?? "";
    const lower = word.toLowerCase();
    if (lower === "true" || lower === "false" || lower === "null") return lower;
    if (lower === "undefined") return UNDEFINED;
    NUMBER.lastIndex = start;
    if (NUMBER.exec(this.text)?.[0] === word) return word;
    this.#fail(`unknown keyword "${word}"`);
  }

  #string(quote: string): string {
    let out = "";
    for (this.at++; this.at < this.text.length; this.at++) {
      const c = this.text[this.at]!;
      if (c === quote) {
        this.at++;
        return out;
      }
      if (c !== "\\") {
        out += c;
        continue;
      }
      const escaped = this.text[++this.at] ?? "";
      if (escaped === "u" || escaped === "x") {
        const size = escaped === "u" ? 4 : 2;
        const code = this.text.slice(this.at + 1, this.at + 1 + size);
        if (code.length < size || [...code].some((d) => !"0123456789abcdefABCDEF".includes(d)))
          this.#fail("invalid escape sequence");
        out += String.fromCharCode(Number.parseInt(code, 16));
        this.at += size;
      } else out += ESCAPES[escaped] ?? escaped;
    }
    this.#fail("unfinished string");
  }

  #object(): string {
    this.at++;
    const entries: string[] = [];
    const keys = new Set<string>();
    for (;;) {
      this.space();
      const c = this.text[this.at];
      if (c === undefined) this.#fail("incomplete object value");
      if (c === "}") {
        this.at++;
        return `{${entries.join(",")}}`;
      }
      const key = c === '"' || c === "'" ? this.#string(c) : this.#match(BARE_KEY);
      if (key === null) this.#fail(`misplaced ${c}`);
      if (keys.has(key))
        throw new JsonError(`duplicate object attribute ${JSON.stringify(key)}, pos ${this.at}`);
      keys.add(key);
      this.space();
      if (this.text[this.at] !== ":") this.#fail("missing colon");
      this.at++;
      this.space();
      if (this.at === this.text.length) this.#fail("incomplete object value");
      const value = this.value();
      if (value !== UNDEFINED) entries.push(`${JSON.stringify(key)}:${value}`);
      this.space();
      const next = this.text[this.at];
      if (next === ",") this.at++;
      else if (next !== undefined && next !== "}") this.#fail("missing comma");
    }
  }

  #array(): string {
    this.at++;
    const items: string[] = [];
    this.space();
    if (this.text[this.at] === "]") {
      this.at++;
      return "[]";
    }
    for (;;) {
      this.space();
      const c = this.text[this.at];
      if (c === undefined) this.#fail("incomplete array value");
      items.push(c === "," || c === "]" ? UNDEFINED : this.value());
      this.space();
      const next = this.text[this.at];
      if (next === "]") {
        this.at++;
        return `[${items.join(",")}]`;
      }
      if (next === undefined) this.#fail("incomplete array value");
      if (next !== ",") this.#fail("missing comma");
      this.at++;
    }
  }
}
