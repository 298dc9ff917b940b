import type { Assignment, Expr, Ident, InsertInto, MergeClause, Statement, Target } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import type { QueryParser } from "./query.ts";

/** INSERT, UPDATE, DELETE, MERGE, TRUNCATE. Source: Snowflake documentation, the page of each command. */
export class DmlParser {
  readonly #c: Cursor;
  readonly #q: QueryParser;

  constructor(cursor: Cursor, query: QueryParser) {
    this.#c = cursor;
    this.#q = query;
  }

  target(withAlias: boolean): Target {
    const c = this.#c;
    const start = c.token.start;
    let dynamic: Expr | null = null;
    let name: Ident[] = [];
    if (c.isWord("IDENTIFIER") && c.peekOp(1, "(")) {
      c.next();
      dynamic = c.parenthesised(() => this.#q.expr());
    } else if (c.isWord("TABLE") && c.peekOp(1, "(")) {
      c.next();
      dynamic = c.parenthesised(() => this.#q.expr());
    } else name = c.qualifiedName();
    const alias = withAlias && !c.isWord("USING", "SET", "WHERE") ? c.alias() : null;
    return { name, dynamic, alias, start };
  }

  columns(): Ident[] {
    const c = this.#c;
    return c.parenthesised(() => c.commaList(() => c.anyIdent()));
  }

  insert(): Statement {
    const c = this.#c;
    const start = c.token.start;
    c.expectWords("INSERT");
    const overwrite = c.takeWords("OVERWRITE");
    if (c.isWord("ALL", "FIRST")) return this.#multiInsert(start, overwrite);
    c.expectWords("INTO");
    const target = this.target(false);
    const columns = c.isOp("(") && !this.#q.startsQuery() ? this.columns() : [];
    const into: InsertInto = { target, columns, values: null };
    const base = { type: "insert", overwrite, into, with: [], recursive: false, start } as const;
    if (c.isWord("VALUES")) {
      const mark = c.at;
      c.next();
      const rows = c.commaList(() => c.parenthesised(() => this.#values()));
      if (c.token.kind === "end" || c.isOp(";") || c.isOp(")"))
        return { ...base, with: [], query: null, rows, end: c.lastEnd };
      c.at = mark;
    }
    const query = this.#q.query();
    return { ...base, with: [], query, rows: null, end: c.lastEnd };
  }

  /** Values where DEFAULT may stand for an expression. */
  #values(): Expr[] {
    const c = this.#c;
    return c.commaList(() => {
      const t = c.token;
      if (c.isWord("DEFAULT") && (c.peekOp(1, ",") || c.peekOp(1, ")"))) {
        c.next();
        const part = { name: "DEFAULT", quoted: false, start: t.start, end: t.end };
        return { type: "column", parts: [part], start: t.start, end: t.end } as Expr;
      }
      return this.#q.expr();
    });
  }

  #multiInsert(start: number, overwrite: boolean): Statement {
    const c = this.#c;
    const first = c.next().value === "FIRST";
    const intos = (): InsertInto[] => {
      const list: InsertInto[] = [];
      while (c.takeWords("INTO")) {
        const target = this.target(false);
        const columns = c.isOp("(") && !this.#q.startsQuery() ? this.columns() : [];
        const values = c.takeWords("VALUES") ? c.parenthesised(() => this.#values()) : null;
        list.push({ target, columns, values });
      }
      if (list.length === 0) c.fail();
      return list;
    };
    const whens: { when: Expr | null; into: InsertInto[] }[] = [];
    let otherwise: InsertInto[] | null = null;
    if (c.isWord("WHEN")) {
      while (c.takeWords("WHEN")) {
        const when = this.#q.expr();
        c.expectWords("THEN");
        whens.push({ when, into: intos() });
      }
      if (c.takeWords("ELSE")) otherwise = intos();
    } else whens.push({ when: null, into: intos() });
    const query = this.#q.query();
    return { type: "multiInsert", overwrite, first, whens, otherwise, query, start, end: c.lastEnd };
  }

  #assignments(): Assignment[] {
    const c = this.#c;
    return c.commaList(() => {
      const column = c.qualifiedName();
      c.expectOp("=");
      const t = c.token;
      if (c.isWord("DEFAULT") && !c.peekOp(1, ".")) {
        c.next();
        const part = { name: "DEFAULT", quoted: false, start: t.start, end: t.end };
        return { column, value: { type: "column", parts: [part], start: t.start, end: t.end } as Expr };
      }
      return { column, value: this.#q.expr() };
    });
  }

  update(): Statement {
    const c = this.#c;
    const start = c.token.start;
    c.expectWords("UPDATE");
    const target = this.target(true);
    c.expectWords("SET");
    const set = this.#assignments();
    const from = c.takeWords("FROM") ? this.#q.from() : null;
    const where = c.takeWords("WHERE") ? this.#q.expr() : null;
    return { type: "update", target, set, from, where, start, end: c.lastEnd };
  }

  delete(): Statement {
    const c = this.#c;
    const start = c.token.start;
    c.expectWords("DELETE", "FROM");
    const target = this.target(true);
    const using = c.takeWords("USING") ? this.#q.from() : null;
    const where = c.takeWords("WHERE") ? this.#q.expr() : null;
    return { type: "delete", target, using, where, start, end: c.lastEnd };
  }

  truncate(): Statement {
    const c = this.#c;
    const start = c.token.start;
    c.expectWords("TRUNCATE");
    c.takeWords("TABLE");
    const ifExists = c.takeWords("IF", "EXISTS");
    return { type: "truncate", ifExists, target: this.target(false), start, end: c.lastEnd };
  }

  merge(): Statement {
    const c = this.#c;
    const start = c.token.start;
    c.expectWords("MERGE", "INTO");
    const target = this.target(true);
    c.expectWords("USING");
    const source = this.#q.from();
    c.expectWords("ON");
    const on = this.#q.expr();
    const matched: MergeClause[] = [];
    const notMatched: MergeClause[] = [];
    while (c.takeWords("WHEN")) {
      const not = c.takeWords("NOT");
      c.expectWords("MATCHED");
      const and = c.takeWords("AND") ? this.#q.expr() : null;
      c.expectWords("THEN");
      if (not) {
        c.expectWords("INSERT");
        if (c.takeWords("ALL", "BY", "NAME")) {
          notMatched.push({ type: "insert", and, columns: [], values: "ALL BY NAME" });
          continue;
        }
        const columns = c.isOp("(") ? this.columns() : [];
        c.expectWords("VALUES");
        notMatched.push({ type: "insert", and, columns, values: c.parenthesised(() => this.#values()) });
      } else if (c.takeWords("DELETE")) matched.push({ type: "delete", and });
      else {
        c.expectWords("UPDATE");
        if (c.takeWords("ALL", "BY", "NAME")) matched.push({ type: "update", and, set: "ALL BY NAME" });
        else {
          c.expectWords("SET");
          matched.push({ type: "update", and, set: this.#assignments() });
        }
      }
    }
    if (matched.length + notMatched.length === 0) c.fail();
    return { type: "merge", target, source, on, matched, notMatched, start, end: c.lastEnd };
  }
}
