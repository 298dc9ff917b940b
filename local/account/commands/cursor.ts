import { parseName } from "../access/identifier.ts";
import { errors, SnowflakeError } from "../errors.ts";
import { type Token, tokenize } from "./lexer.ts";

const wordsOf = (phrase: string): string[] => phrase.replaceAll(".", " . ").split(" ");

/** Session variables by upper-case name, as SQL literals: `IDENTIFIER($name)` reads them. */
export type Variables = ReadonlyMap<string, string>;

/**
 * Reads a statement's tokens from left to right. `accept…` moves only when it matches; `expect…` and the readers of
 * names and literals throw 001003 at the offending token.
 */
export class Cursor {
  readonly text: string;
  tokens: readonly Token[];
  readonly #variables: Variables;
  at = 0;

  constructor(text: string, variables: Variables = new Map()) {
    this.text = text;
    const tokens = tokenize(text);
    while (tokens[tokens.length - 1]?.image === ";") tokens.pop();
    this.tokens = tokens;
    this.#variables = variables;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  /** Takes the last tokens away. */
  cut(count: number): void {
    this.tokens = this.tokens.slice(0, -count);
  }

  get atEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  /** Are the next tokens these words? */
  sees(...words: string[]): boolean {
    return words.every((word, i) => {
      const token = this.peek(i);
      return word === "." ? this.seesSymbol(".", i) : token?.kind === "WORD" && token.value === word;
    });
  }

  /** Like `sees`, words given as one text: `ROW ACCESS POLICY`, `SNOWFLAKE.ML.CLASSIFICATION`. */
  seesPhrase(phrase: string): boolean {
    return this.sees(...wordsOf(phrase));
  }

  accept(...words: string[]): boolean {
    if (!this.sees(...words)) return false;
    this.at += words.length;
    return true;
  }

  acceptPhrase(phrase: string): boolean {
    return this.accept(...wordsOf(phrase));
  }

  /** The word that is next, if it is one of these. */
  acceptOneOf<T extends string>(...words: T[]): T | undefined {
    for (const word of words) if (this.accept(word)) return word;
    return undefined;
  }

  expect(...words: string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.syntaxError();
  }

  seesSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === "SYMBOL" && token.image === symbol;
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.seesSymbol(symbol)) return false;
    this.at++;
    return true;
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) throw this.syntaxError();
  }

  expectEnd(): void {
    if (!this.atEnd) throw this.syntaxError();
  }

  /** 001003 at the token (the next one unless given). */
  syntaxError(token: Token | undefined = this.peek()): SnowflakeError {
    if (token) return errors.syntax(token.line, token.position, token.image);
    const last = this.tokens[this.tokens.length - 1];
    return errors.syntax(last?.line ?? 1, last ? last.position + last.image.length : 0, "<EOF>");
  }

  /** One identifier as stored: unquoted upper-cased, quoted as it is. */
  identifier(): string {
    const token = this.peek();
    if (token?.kind === "WORD" || (token?.kind === "QUOTED" && token.value !== "")) {
      this.at++;
      return token.value;
    }
    throw this.syntaxError();
  }

  get seesIdentifier(): boolean {
    const kind = this.peek()?.kind;
    return kind === "WORD" || kind === "QUOTED";
  }

  /** A qualified name as stored parts; `db..name` has an empty middle part; IDENTIFIER('…') and IDENTIFIER($v) too. */
  name(): string[] {
    if (this.sees("IDENTIFIER") && this.seesSymbol("(", 1)) {
      this.at += 2;
      const parts = parseName(this.stringOrVariable());
      if (!parts) throw this.syntaxError();
      this.expectSymbol(")");
      return parts;
    }
    const parts = [this.identifier()];
    while (this.acceptSymbol(".")) {
      if (this.seesSymbol(".")) parts.push("");
      else parts.push(this.identifier());
    }
    return parts;
  }

  /** A string literal, or the text of a session variable. */
  stringOrVariable(): string {
    const token = this.peek();
    if (token?.kind !== "VARIABLE") return this.string();
    const literal = this.#variables.get(token.image.slice(1).toUpperCase());
    if (literal === undefined)
      throw new SnowflakeError(
        "002211",
        "02000",
        `SQL compilation error: error line ${token.line} at position ${token.position}\nSession variable '${token.image.toUpperCase()}' does not exist`,
      );
    this.at++;
    return literal.startsWith("'") ? literal.slice(1, -1).replaceAll("''", "'") : literal;
  }

  /** A string literal, in quotes or $$. */
  string(): string {
    const token = this.peek();
    if (token?.kind !== "STRING" && token?.kind !== "DOLLAR_STRING") throw this.syntaxError();
    this.at++;
    return token.value;
  }

  get seesString(): boolean {
    const kind = this.peek()?.kind;
    return kind === "STRING" || kind === "DOLLAR_STRING";
  }

  /** A number with its sign, as exact text. */
  numberText(): string {
    const sign = this.acceptSymbol("-") ? "-" : this.acceptSymbol("+") ? "" : "";
    const token = this.peek();
    if (token?.kind !== "NUMBER") throw this.syntaxError();
    this.at++;
    return sign + token.image;
  }

  integer(): number {
    const token = this.peek();
    const text = this.numberText();
    const value = Number(text);
    if (!Number.isInteger(value)) throw this.syntaxError(token);
    return value;
  }

  /** Items between parentheses, separated by commas; may be empty. */
  parenthesized<T>(item: () => T): T[] {
    this.expectSymbol("(");
    const items: T[] = [];
    if (this.acceptSymbol(")")) return items;
    do items.push(item());
    while (this.acceptSymbol(","));
    this.expectSymbol(")");
    return items;
  }

  commaSeparated<T>(item: () => T): T[] {
    const items: T[] = [];
    do items.push(item());
    while (this.acceptSymbol(","));
    return items;
  }

  /** The rest of the statement as it was written; moves to the end. */
  rest(): string {
    const token = this.peek();
    if (!token) throw this.syntaxError();
    const end = this.tokens[this.tokens.length - 1]!.end;
    this.at = this.tokens.length;
    return this.text.slice(token.start, end);
  }

  /** Text of the tokens from `from` up to the one that is next. */
  textSince(from: number): string {
    const first = this.tokens[from];
    const last = this.tokens[this.at - 1];
    return first && last && this.at > from ? this.text.slice(first.start, last.end) : "";
  }

  /** Skips a balanced pair of parentheses that is next; returns the text inside. */
  balanced(): string {
    const open = this.peek();
    this.expectSymbol("(");
    let depth = 1;
    while (depth > 0) {
      const token = this.peek();
      if (!token) throw this.syntaxError();
      if (token.kind === "SYMBOL") depth += token.image === "(" ? 1 : token.image === ")" ? -1 : 0;
      this.at++;
    }
    return this.text.slice(open!.end, this.tokens[this.at - 1]!.start);
  }
}
