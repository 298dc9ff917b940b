import { readNestedProcedure, type Token, tokenize } from "../commands/index.ts";
import { errors } from "../errors.ts";
import type { Action, Block, Branch, Declaration, Handler, Step } from "./ast.ts";

/** Parses a block: `[DECLARE …] BEGIN … [EXCEPTION …] END`. Source: "Snowflake Scripting reference". */
export function parseBlock(text: string): Block {
  const parser = new Parser(text);
  const block = parser.block();
  parser.acceptSymbol(";");
  parser.end();
  return block;
}

/** `ASYNC (query)` or `(query)` as the query: asynchronous jobs run at once, one after another. */
const synchronous = (value: string): string => unwrap(value.replace(/^async\s*(?=\()/i, ""));

/** The text and the values of `EXECUTE IMMEDIATE text [USING (…)]`, or null for another statement. */
export function parseExecuteImmediate(sql: string): { text: string; using: string[] } | null {
  if (!/^\s*execute\s+immediate\b/i.test(sql)) return null;
  const step = parseBlock(`BEGIN ${sql.trim().replace(/;$/, "")}; END`).body[0]!;
  return step.kind === "EXECUTE IMMEDIATE" ? step : null;
}

const SIZED = /^(?:NUMBER|DECIMAL|NUMERIC|VARCHAR|CHAR|STRING|TEXT|BINARY|TIME|TIMESTAMP\w*)$/;

class Parser {
  readonly #text: string;
  readonly #tokens: Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  get #token(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #fail(): never {
    const token = this.#token;
    const last = this.#tokens.at(-1);
    throw errors.syntax(token?.line ?? last?.line ?? 1, token?.position ?? 0, token?.image ?? "<EOF>");
  }

  #sees(...words: string[]): boolean {
    return words.every((word, index) => {
      const token = this.#tokens[this.#at + index];
      return token?.kind === "WORD" && token.value === word;
    });
  }

  #accept(...words: string[]): boolean {
    if (!this.#sees(...words)) return false;
    this.#at += words.length;
    return true;
  }

  #expect(...words: string[]): void {
    if (!this.#accept(...words)) this.#fail();
  }

  #seesSymbol(symbol: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead];
    return token?.kind === "SYMBOL" && token.image === symbol;
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.#seesSymbol(symbol)) return false;
    this.#at++;
    return true;
  }

  #expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) this.#fail();
  }

  end(): void {
    if (this.#token) this.#fail();
  }

  #name(): string {
    const token = this.#token;
    if (token?.kind !== "WORD" && token?.kind !== "QUOTED") this.#fail();
    this.#at++;
    return token!.value;
  }

  /** Text up to (not including) a stop at the outer level of parentheses and CASE … END. */
  #until(stop: (token: Token) => boolean): string {
    const first = this.#at;
    let depth = 0;
    let cases = 0;
    for (; this.#token; this.#at++) {
      const token = this.#token;
      if (depth === 0 && cases === 0 && this.#at > first && stop(token)) break;
      if (token.image === "(" || token.image === "[") depth++;
      else if (token.image === ")" || token.image === "]") depth--;
      else if (token.kind === "WORD" && token.value === "CASE") cases++;
      else if (token.kind === "WORD" && token.value === "END" && cases > 0) cases--;
    }
    if (this.#at === first) this.#fail();
    return this.#text.slice(this.#tokens[first]!.start, this.#tokens[this.#at - 1]!.end);
  }

  #untilWord(...words: string[]): string {
    return this.#until((token) => token.kind === "WORD" && words.includes(token.value));
  }

  #statement(): string {
    const text = this.#until((token) => token.kind === "SYMBOL" && token.image === ";");
    this.#expectSymbol(";");
    return text;
  }

  block(): Block {
    const declarations: Declaration[] = [];
    if (this.#accept("DECLARE")) while (!this.#sees("BEGIN")) declarations.push(this.#declaration());
    this.#expect("BEGIN");
    const body = this.#steps("END", "EXCEPTION");
    const handlers: Handler[] = [];
    if (this.#accept("EXCEPTION"))
      while (this.#accept("WHEN")) {
        const names = [this.#name()];
        while (this.#accept("OR")) names.push(this.#name());
        const goesOn = this.#accept("CONTINUE");
        if (!goesOn) this.#accept("EXIT");
        this.#expect("THEN");
        handlers.push({ names, goesOn, body: this.#steps("END", "WHEN") });
      }
    this.#expect("END");
    return { declarations, body, handlers };
  }

  #declaration(): Declaration {
    const name = this.#name();
    if (this.#accept("CURSOR")) {
      this.#expect("FOR");
      return { kind: "CURSOR", name, source: this.#statement() };
    }
    if (this.#sees("PROCEDURE") && this.#seesSymbol("(", 1)) return this.#nestedProcedure(name);
    if (this.#accept("EXCEPTION")) {
      let [code, message] = ["-20000", "exception"];
      if (this.acceptSymbol("(")) {
        code = this.#until((token) => token.image === "," || token.image === ")");
        if (this.acceptSymbol(",")) message = this.#until((token) => token.image === ")").slice(1, -1);
        this.#expectSymbol(")");
      }
      this.#expectSymbol(";");
      return {
        kind: "EXCEPTION",
        name,
        code: code.replaceAll(" ", ""),
        message: message.replaceAll("''", "'"),
      };
    }
    if (this.#accept("RESULTSET")) {
      let query: string | null = null;
      if (this.#accept("DEFAULT") || this.acceptSymbol(":=")) query = synchronous(this.#statement());
      else this.#expectSymbol(";");
      return { kind: "RESULTSET", name, query };
    }
    const type =
      this.#seesSymbol(";") || this.#seesSymbol(":=") || this.#sees("DEFAULT") ? null : this.#type();
    let value: string | null = null;
    if (this.#accept("DEFAULT") || this.acceptSymbol(":=")) value = this.#statement();
    else this.#expectSymbol(";");
    return { kind: "VARIABLE", name, type, value };
  }

  /** `name PROCEDURE (arguments) RETURNS type AS block;`. Source: "DECLARE (Snowflake Scripting)". */
  #nestedProcedure(name: string): Declaration {
    this.#expect("PROCEDURE");
    const start = this.#token!.start;
    this.#until((token) => token.kind === "WORD" && token.value === "AS");
    this.#expect("AS");
    if (this.#sees("BEGIN") || this.#sees("DECLARE")) this.block();
    else this.#at++;
    const text = this.#text.slice(start, this.#tokens[this.#at - 1]!.end);
    this.#expectSymbol(";");
    return { kind: "PROCEDURE", name, procedure: readNestedProcedure(text) };
  }

  #type(): string {
    const first = this.#token!;
    let last = first;
    this.#name();
    while (this.#token?.kind === "WORD" && !this.#sees("DEFAULT")) {
      last = this.#token;
      this.#at++;
    }
    if (SIZED.test(last.value) && this.acceptSymbol("(")) {
      while (!this.#seesSymbol(")")) this.#at++;
      last = this.#token ?? this.#fail();
      this.#at++;
    }
    return this.#text.slice(first.start, last.end);
  }

  #steps(...ends: string[]): Step[] {
    const steps: Step[] = [];
    while (!ends.some((word) => this.#sees(word))) {
      if (!this.#token) this.#fail();
      if (this.acceptSymbol(";")) continue;
      const { line, position } = this.#token;
      steps.push({ ...this.#step(), line, position });
    }
    return steps;
  }

  #step(): Action {
    if (this.#sees("BEGIN") || this.#sees("DECLARE")) {
      const next = this.#tokens[this.#at + 1];
      if (this.#sees("DECLARE") || !["TRANSACTION", "WORK", "NAME", ";"].includes(next?.value ?? ";")) {
        const block = this.block();
        this.#expectSymbol(";");
        return { kind: "BLOCK", block };
      }
    }
    if (this.#accept("LET")) return { kind: "DECLARE", declaration: this.#declaration() };
    if (this.#accept("IF")) return this.#if();
    if (this.#accept("CASE")) return this.#case();
    if (this.#accept("FOR")) return this.#for();
    if (this.#accept("WHILE")) {
      const condition = this.#untilWord("DO", "LOOP");
      this.#at++;
      const body = this.#steps("END");
      return { kind: "WHILE", condition, body, label: this.#endOf("WHILE", "LOOP") };
    }
    if (this.#accept("REPEAT")) {
      const body = this.#steps("UNTIL");
      this.#expect("UNTIL");
      const until = this.#untilWord("END");
      return { kind: "REPEAT", until, body, label: this.#endOf("REPEAT") };
    }
    if (this.#accept("LOOP")) {
      const body = this.#steps("END");
      return { kind: "LOOP", body, label: this.#endOf("LOOP") };
    }
    for (const [words, kind] of [
      [["BREAK", "EXIT"], "BREAK"],
      [["CONTINUE", "ITERATE"], "CONTINUE"],
    ] as const)
      if (words.some((word) => this.#sees(word))) {
        this.#at++;
        const label = this.#seesSymbol(";") ? null : this.#name();
        this.#expectSymbol(";");
        return { kind, label };
      }
    if (this.#accept("RETURN")) {
      if (this.acceptSymbol(";")) return { kind: "RETURN", value: null, table: null };
      if (this.#sees("TABLE") && this.#seesSymbol("(", 1)) {
        const table = this.#statement();
        return { kind: "RETURN", value: null, table: table.slice(table.indexOf("(") + 1, -1).trim() };
      }
      return { kind: "RETURN", value: this.#statement(), table: null };
    }
    if (this.#accept("RAISE")) {
      const name = this.#seesSymbol(";") ? null : this.#name();
      this.#expectSymbol(";");
      return { kind: "RAISE", name };
    }
    if (this.#sees("OPEN") || this.#sees("CLOSE")) {
      const kind = this.#name() as "OPEN" | "CLOSE";
      const name = this.#name();
      const using = this.#accept("USING") ? this.#list() : [];
      this.#expectSymbol(";");
      return { kind, name, using };
    }
    if (this.#accept("FETCH")) {
      const name = this.#name();
      this.#expect("INTO");
      const into = this.#variables();
      this.#expectSymbol(";");
      return { kind: "FETCH", name, into };
    }
    if (this.#accept("NULL")) {
      this.#expectSymbol(";");
      return { kind: "NULL" };
    }
    if (this.#accept("EXECUTE", "IMMEDIATE")) return this.#executeImmediate();
    // Asynchronous jobs run at once, one after another: waiting for them is no work.
    if (this.#accept("AWAIT")) {
      this.#statement();
      return { kind: "NULL" };
    }
    if (this.#sees("CANCEL") && !this.#seesSymbol(":=", 1)) {
      this.#at++;
      const name = this.#name();
      this.#expectSymbol(";");
      return { kind: "CANCEL", name };
    }
    if (this.#sees("ASYNC") && this.#seesSymbol("(", 1)) {
      this.#at++;
      return { kind: "SQL", text: unwrap(this.#statement()), into: [] };
    }
    if (this.#token?.kind === "WORD" && this.#seesSymbol(":=", 1)) return this.#assignment();
    return this.#sql();
  }

  #assignment(): Action {
    const name = this.#name();
    this.#expectSymbol(":=");
    const value = this.#statement();
    const inner = synchronous(value);
    const isQuery =
      inner !== value &&
      /^(select|with|show|call|execute|describe|insert|update|delete|merge)\b/i.test(inner);
    return isQuery ? { kind: "ASSIGN QUERY", name, query: inner } : { kind: "ASSIGN", name, value };
  }

  #executeImmediate(): Action {
    const text = this.#until(
      (token) => token.image === ";" || (token.kind === "WORD" && token.value === "USING"),
    );
    const using = this.#accept("USING") ? this.#list() : [];
    this.#expectSymbol(";");
    return { kind: "EXECUTE IMMEDIATE", text, using };
  }

  /** Any SQL statement; `SELECT … INTO :a, :b FROM …` loses its INTO. */
  #sql(): Action {
    const first = this.#at;
    const isSelect = this.#sees("SELECT") || this.#sees("WITH");
    const text = this.#statement();
    if (!isSelect && this.#tokens[first]?.value !== "CALL") return { kind: "SQL", text, into: [] };
    let depth = 0;
    for (let at = first; at < this.#at; at++) {
      const token = this.#tokens[at]!;
      if (token.image === "(") depth++;
      else if (token.image === ")") depth--;
      else if (depth === 0 && token.kind === "WORD" && token.value === "INTO") {
        const after = this.#at;
        this.#at = at + 1;
        const into = this.#variables();
        const rest = this.#tokens[this.#at]!;
        this.#at = after;
        const start = this.#tokens[first]!.start;
        return {
          kind: "SQL",
          text: text.slice(0, token.start - start) + text.slice(rest.start - start),
          into,
        };
      }
    }
    return { kind: "SQL", text, into: [] };
  }

  /** `:a, :b` or `a, b`. */
  #variables(): string[] {
    const names: string[] = [];
    do {
      this.acceptSymbol(":");
      names.push(this.#name());
    } while (this.acceptSymbol(","));
    return names;
  }

  #list(): string[] {
    this.#expectSymbol("(");
    const items: string[] = [];
    do items.push(this.#until((token) => token.image === "," || token.image === ")"));
    while (this.acceptSymbol(","));
    this.#expectSymbol(")");
    return items;
  }

  #if(): Action {
    const branches: Branch[] = [];
    let otherwise: Step[] = [];
    do {
      const condition = this.#untilWord("THEN");
      this.#expect("THEN");
      branches.push({ condition, body: this.#steps("END", "ELSE", "ELSEIF") });
    } while (this.#accept("ELSEIF"));
    if (this.#accept("ELSE")) otherwise = this.#steps("END");
    this.#expect("END", "IF");
    this.#expectSymbol(";");
    return { kind: "IF", branches, otherwise };
  }

  #case(): Action {
    const operand = this.#sees("WHEN") ? null : this.#untilWord("WHEN");
    const branches: Branch[] = [];
    while (this.#accept("WHEN")) {
      const condition = this.#untilWord("THEN");
      this.#expect("THEN");
      branches.push({ condition, body: this.#steps("END", "ELSE", "WHEN") });
    }
    const otherwise = this.#accept("ELSE") ? this.#steps("END") : null;
    this.#expect("END");
    this.#accept("CASE");
    this.#expectSymbol(";");
    return { kind: "CASE", operand, branches, otherwise };
  }

  #for(): Action {
    const name = this.#name();
    this.#expect("IN");
    const reverse = this.#accept("REVERSE");
    const first = this.#untilWord("TO", "DO", "LOOP");
    if (this.#accept("TO")) {
      const to = this.#untilWord("DO", "LOOP");
      this.#at++;
      const body = this.#steps("END");
      return { kind: "FOR RANGE", name, reverse, from: first, to, body, label: this.#endOf("FOR", "LOOP") };
    }
    this.#at++;
    const body = this.#steps("END");
    return { kind: "FOR EACH", name, source: first, body, label: this.#endOf("FOR", "LOOP") };
  }

  /** `END FOR [label];` */
  #endOf(...words: string[]): string | null {
    this.#expect("END");
    if (!words.some((word) => this.#accept(word))) this.#fail();
    const label = this.#seesSymbol(";") ? null : this.#name();
    this.#expectSymbol(";");
    return label;
  }
}

/** Without one pair of enclosing parentheses. */
function unwrap(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith("(") || !trimmed.endsWith(")")) return text;
  let depth = 0;
  for (const token of tokenize(trimmed)) {
    if (token.image === "(") depth++;
    else if (token.image === ")" && --depth === 0 && token.end < trimmed.length) return text;
  }
  return trimmed.slice(1, -1).trim();
}
