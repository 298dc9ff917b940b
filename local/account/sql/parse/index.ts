import type { Expr, Query, Statement } from "./ast.ts";
import { CopyParser } from "./copy.ts";
import { Cursor } from "./cursor.ts";
import { DmlParser } from "./dml.ts";
import { QueryParser } from "./query.ts";

/** Texts repeat (tasks, pipes, drivers): parsed trees are kept, the oldest leave first. Trees are never changed. */
const cache = new Map<string, Statement>();
const CACHE_SIZE = 500;
const CACHE_TEXT_LIMIT = 100_000;

/** Parses one query or DML statement; a closing semicolon is allowed. Throws 001003 with line and position. */
export function parseStatement(text: string): Statement {
  const known = cache.get(text);
  if (known) return known;
  const cursor = new Cursor(text);
  const statement = readStatement(cursor);
  cursor.takeOp(";");
  if (cursor.token.kind !== "end") cursor.fail();
  if (text.length <= CACHE_TEXT_LIMIT) {
    if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value as string);
    cache.set(text, statement);
  }
  return statement;
}

function readStatement(cursor: Cursor): Statement {
  const queries = new QueryParser(cursor);
  const dml = new DmlParser(cursor, queries);
  if (cursor.isWord("INSERT")) return dml.insert();
  if (cursor.isWord("UPDATE")) return dml.update();
  if (cursor.isWord("DELETE")) return dml.delete();
  if (cursor.isWord("MERGE")) return dml.merge();
  if (cursor.isWord("TRUNCATE")) return dml.truncate();
  if (cursor.isWord("COPY")) return new CopyParser(cursor, queries, dml).copy();
  if (!queries.startsQuery()) cursor.fail();
  const query = queries.query();
  return { type: "queryStatement", query, start: query.start, end: query.end };
}

/** Parses a query alone (views, CTAS). */
export function parseQuery(text: string): Query {
  const statement = parseStatement(text);
  if (statement.type !== "queryStatement") new Cursor(text).fail();
  return (statement as Extract<Statement, { type: "queryStatement" }>).query;
}

/** Parses an expression alone (column defaults, conditions, policy bodies). */
export function parseExpression(text: string): Expr {
  const cursor = new Cursor(text);
  const expr = new QueryParser(cursor).expr();
  if (cursor.token.kind !== "end") cursor.fail();
  return expr;
}

export type * from "./ast.ts";
export { lineAndPosition } from "./lexer.ts";
