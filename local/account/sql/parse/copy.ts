import type { CopyIntoLocation, CopyIntoTable, Options, OptionValue, Statement } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import type { DmlParser } from "./dml.ts";
import type { QueryParser } from "./query.ts";

/** COPY INTO table and COPY INTO location. Source: Snowflake documentation, the pages of both commands. */
export class CopyParser {
  readonly #c: Cursor;
  readonly #q: QueryParser;
  readonly #dml: DmlParser;

  constructor(cursor: Cursor, query: QueryParser, dml: DmlParser) {
    this.#c = cursor;
    this.#q = query;
    this.#dml = dml;
  }

  copy(): Statement {
    const c = this.#c;
    const start = c.token.start;
    c.expectWords("COPY", "INTO");
    if (c.token.kind === "stage" || c.token.kind === "string") return this.#intoLocation(start);
    const target = this.#dml.target(false);
    let columns: CopyIntoTable["columns"] = [];
    if (c.isOp("(")) columns = this.#dml.columns();
    c.expectWords("FROM");
    let select: CopyIntoTable["select"] = null;
    let source: CopyIntoTable["source"];
    if (c.takeOp("(")) {
      select = this.#q.select();
      c.expectOp(")");
      const from = select.from;
      if (from?.type !== "stage") throw c.fail();
      source = { location: from.location, alias: from.alias?.name ?? null };
    } else source = { location: this.#location(), alias: null };
    const statement: CopyIntoTable = {
      type: "copyIntoTable",
      target,
      columns,
      select,
      source,
      files: null,
      pattern: null,
      fileFormat: {},
      options: {},
      start,
      end: c.lastEnd,
    };
    const options = this.options();
    for (const [key, value] of Object.entries(options)) {
      if (key === "FILES" && Array.isArray(value)) statement.files = value.map(String);
      else if (key === "PATTERN" && typeof value === "string") statement.pattern = value;
      else if (key === "FILE_FORMAT") statement.fileFormat = asOptions(value);
      else statement.options[key] = value;
    }
    statement.end = c.lastEnd;
    return statement;
  }

  #location(): string {
    const t = this.#c.token;
    if (t.kind !== "stage" && t.kind !== "string") this.#c.fail();
    this.#c.next();
    return t.kind === "string" && t.value.startsWith("@") ? t.value.slice(1) : t.value;
  }

  #intoLocation(start: number): CopyIntoLocation {
    const c = this.#c;
    const location = this.#location();
    c.expectWords("FROM");
    let query: CopyIntoLocation["query"] = null;
    let table: CopyIntoLocation["table"] = null;
    if (c.isOp("(")) query = c.parenthesised(() => this.#q.query());
    else table = this.#dml.target(false);
    const partitionBy = c.takeWords("PARTITION", "BY") ? this.#q.expr() : null;
    const options = this.options();
    const fileFormat = asOptions(options["FILE_FORMAT"] ?? {});
    delete options["FILE_FORMAT"];
    return {
      type: "copyIntoLocation",
      location,
      query,
      table,
      partitionBy,
      fileFormat,
      options,
      start,
      end: c.lastEnd,
    };
  }

  /** `KEY = value …` until the statement ends; a list or a nested option set stands in parentheses. */
  options(): Options {
    const c = this.#c;
    const options: Options = {};
    while (c.token.kind === "word") {
      const key = c.next().value;
      c.expectOp("=");
      options[key] = this.#value();
      c.takeOp(",");
    }
    return options;
  }

  #value(): OptionValue {
    const c = this.#c;
    const t = c.token;
    if (t.kind === "string") {
      c.next();
      return t.value;
    }
    if (t.kind === "number" || (c.isOp("-") && c.peek().kind === "number")) {
      c.next();
      if (t.kind === "number") return Number(t.value);
      return -Number(c.next().value);
    }
    if (c.takeOp("(")) {
      if (c.takeOp(")")) return [];
      if (c.token.kind === "word" && c.peekOp(1, "=")) {
        const nested = this.options();
        c.expectOp(")");
        return nested;
      }
      const list = c.commaList(() => this.#value());
      c.expectOp(")");
      return list;
    }
    if (t.kind === "word" || t.kind === "quoted") {
      const first = c.next();
      if (first.kind === "word" && first.value === "TRUE") return true;
      if (first.kind === "word" && first.value === "FALSE") return false;
      while (c.isOp(".")) {
        c.next();
        c.anyIdent();
      }
      // As written: a file format's name keeps its quotes, a keyword is upper-cased.
      const raw = c.text.slice(first.start, c.lastEnd);
      return first.kind === "quoted" || raw.includes(".") || raw.includes('"') ? raw : raw.toUpperCase();
    }
    return c.fail();
  }
}

function asOptions(value: OptionValue): Options {
  if (typeof value === "object" && !Array.isArray(value)) return value;
  if (Array.isArray(value) && value.length === 0) return {};
  // FILE_FORMAT = 'name' or FILE_FORMAT = name
  if (typeof value === "string") return { FORMAT_NAME: value };
  return {};
}
