import type { Ident } from "./ast.ts";
import { syntaxError, type Token, tokenize } from "./lexer.ts";

/**
 * Words that cannot be an unquoted identifier. Source: Snowflake documentation, "Reserved & limited keywords"
 * (those reserved by ANSI or by Snowflake).
 */
const RESERVED = new Set(
  (
    "ALL ALTER AND ANY AS BETWEEN BY CHECK COLUMN CONNECT CREATE CURRENT DELETE DISTINCT DROP ELSE EXISTS " +
    "FOLLOWING FOR FROM GRANT GROUP HAVING ILIKE IN INCREMENT INSERT INTERSECT INTO IS LIKE MINUS NOT NULL OF ON OR " +
    "ORDER QUALIFY REGEXP REVOKE RLIKE ROW ROWS SAMPLE SELECT SET SOME START TABLE TABLESAMPLE THEN TO TRIGGER UNION " +
    "UNIQUE UPDATE VALUES WHENEVER WHERE WITH"
  ).split(" "),
);

/** Words that cannot start an expression as a column of that name. */
const NOT_A_COLUMN = new Set(["CASE", "CAST", "FALSE", "TRUE", "TRY_CAST", "WHEN"]);

/** Words that end a table factor, so they are no alias without AS. */
const NOT_AN_ALIAS = new Set(
  (
    "ASOF CROSS FULL INNER JOIN LEFT LATERAL LIMIT FETCH NATURAL OFFSET OUTER PIVOT RIGHT UNPIVOT USING WHEN WINDOW " +
    "MATCH_CONDITION MATCH_RECOGNIZE EXCEPT AT BEFORE CHANGES END"
  ).split(" "),
);

/** A position in a token list, with the small steps that every part of the grammar is made of. */
export class Cursor {
  readonly text: string;
  readonly tokens: readonly Token[];
  at = 0;
  /** How many `?` were seen: each gets the next index. */
  binds = 0;

  constructor(text: string) {
    this.text = text;
    this.tokens = tokenize(text);
  }

  get token(): Token {
    return this.tokens[this.at]!;
  }

  peek(ahead = 1): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.token;
    if (token.kind !== "end") this.at++;
    return token;
  }

  fail(token: Token = this.token): never {
    const raw = token.kind === "end" ? "<EOF>" : this.text.slice(token.start, token.end);
    throw syntaxError(this.text, token.start, raw);
  }

  /** End offset of the token before the current one. */
  get lastEnd(): number {
    return this.at === 0 ? 0 : this.tokens[this.at - 1]!.end;
  }

  isWord(...words: string[]): boolean {
    const t = this.token;
    return t.kind === "word" && words.includes(t.value);
  }

  peekWord(ahead: number, ...words: string[]): boolean {
    const t = this.peek(ahead);
    return t.kind === "word" && words.includes(t.value);
  }

  isOp(op: string): boolean {
    const t = this.token;
    return t.kind === "op" && t.value === op;
  }

  peekOp(ahead: number, op: string): boolean {
    const t = this.peek(ahead);
    return t.kind === "op" && t.value === op;
  }

  /** Takes the words if they all come next, in that order. */
  takeWords(...words: string[]): boolean {
    for (let i = 0; i < words.length; i++) {
      const t = this.peek(i);
      if (t.kind !== "word" || t.value !== words[i]) return false;
    }
    this.at += words.length;
    return true;
  }

  takeOp(op: string): boolean {
    if (!this.isOp(op)) return false;
    this.at++;
    return true;
  }

  expectWords(...words: string[]): void {
    for (const word of words) if (!this.takeWords(word)) this.fail();
  }

  expectOp(op: string): void {
    if (!this.takeOp(op)) this.fail();
  }

  get isIdent(): boolean {
    const t = this.token;
    return t.kind === "quoted" || (t.kind === "word" && !RESERVED.has(t.value));
  }

  ident(): Ident {
    if (!this.isIdent) this.fail();
    const t = this.next();
    return { name: t.value, quoted: t.kind === "quoted", start: t.start, end: t.end };
  }

  /** A name after a dot or AS may be any word. */
  anyIdent(): Ident {
    const t = this.token;
    if (t.kind !== "quoted" && t.kind !== "word") this.fail();
    this.at++;
    return { name: t.value, quoted: t.kind === "quoted", start: t.start, end: t.end };
  }

  get startsColumn(): boolean {
    const t = this.token;
    return this.isIdent && !(t.kind === "word" && NOT_A_COLUMN.has(t.value));
  }

  /** `a`, `a.b`, `a.b.c`; `db..table` leaves an empty middle part, which means PUBLIC. */
  qualifiedName(): Ident[] {
    const parts = [this.ident()];
    while (this.isOp(".")) {
      this.at++;
      if (this.isOp(".")) {
        const t = this.token;
        parts.push({ name: "", quoted: false, start: t.start, end: t.start });
        this.at++;
      }
      parts.push(this.anyIdent());
    }
    return parts;
  }

  /** An alias with or without AS, or null. */
  alias(): Ident | null {
    if (this.takeWords("AS")) return this.anyIdent();
    const t = this.token;
    if (t.kind === "quoted") return this.ident();
    if (t.kind === "word" && !RESERVED.has(t.value) && !NOT_AN_ALIAS.has(t.value)) return this.ident();
    return null;
  }

  stringValue(): string {
    const t = this.token;
    if (t.kind !== "string") this.fail();
    this.at++;
    return t.value;
  }

  commaList<T>(item: () => T): T[] {
    const items = [item()];
    while (this.takeOp(",")) items.push(item());
    return items;
  }

  parenthesised<T>(item: () => T): T {
    this.expectOp("(");
    const value = item();
    this.expectOp(")");
    return value;
  }
}
