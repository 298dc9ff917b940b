import { errors } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import type { Outcome, ResultColumn, Value } from "../../session/outcome.ts";
import type { Rows, Transaction } from "../../storage/transaction.ts";
import { accessedBy, compileWithFacts, newShared, type Shared, type VersionOf } from "../compile/env.ts";
import "../compile/functions/index.ts";
import { type Compiled, compileQuery } from "../compile/query.ts";
import { parseStatement, type Query } from "../parse/index.ts";
import { applySession } from "./connections.ts";
import { translateError } from "./errors.ts";
import { rowConverter } from "./values.ts";

/** Result columns of a compiled query. */
export const resultColumns = (compiled: Compiled): ResultColumn[] =>
  compiled.columns.map((c) => ({ name: c.name, type: c.type, nullable: c.nullable }));

/** Runs a SELECT, WITH, VALUES or set operation. Rows are pulled chunk by chunk until the statement ends. */
export async function runQuery(ctx: StatementContext): Promise<Outcome> {
  try {
    const statement = parseStatement(ctx.text);
    if (statement.type !== "queryStatement") throw errors.internal("not a query");
    return await ctx.inTransaction(
      [],
      (transaction) => openQuery(ctx, transaction, statement.query),
      "ONE_QUERY",
    );
  } catch (error) {
    throw translateError(error);
  }
}

/** Compiles the query and starts it; its first chunk is read, so that most errors come at once. */
export async function openQuery(
  ctx: StatementContext,
  transaction: Transaction,
  query: Query,
): Promise<Outcome> {
  const { connection } = transaction;
  await applySession(ctx, connection);
  const shared = newShared(transaction);
  const release = async () => {
    for (const free of shared.releases.splice(0)) await free().catch(() => {});
  };
  try {
    const compiled = await compileWithFacts(ctx, shared, (env) => compileQuery(env, query, null));
    const columns = resultColumns(compiled);
    const convert = rowConverter(columns);
    ctx.note({ accessed: accessedBy(shared) });
    const start = async () => {
      const result = await transaction.query(compiled.sql, isOneRow(query));
      return { result, first: await result.fetchChunk() };
    };
    const { result, first } = shared.usesData ? await ctx.onWarehouse(start) : await start();
    if (!first) {
      await release();
      return { kind: "SELECT", columns, rows: [] };
    }
    return { kind: "SELECT", columns, rows: chunks(result, convert(first), convert, release) };
  } catch (error) {
    await release();
    throw translateError(error);
  }
}

/** Constants and functions, without a table: no more than one row. */
const isOneRow = ({ body }: Query): boolean => body.type === "select" && body.from === null;

async function* chunks(
  result: Rows,
  head: Value[][],
  convert: ReturnType<typeof rowConverter>,
  release: () => Promise<void>,
): AsyncGenerator<Value[][]> {
  try {
    yield head;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk) return;
      yield convert(chunk);
    }
  } catch (error) {
    throw translateError(error);
  } finally {
    await release();
  }
}

/** Compiles within a transaction (as of other versions, if given), hands the SQL on, and frees what compiling made. */
export async function withCompiled<C, T>(
  ctx: StatementContext,
  transaction: Transaction,
  compile: Parameters<typeof compileWithFacts<C>>[2],
  work: (compiled: C, shared: Shared) => Promise<T>,
  versionOf: VersionOf | null = null,
): Promise<T> {
  await applySession(ctx, transaction.connection);
  const shared = newShared(transaction);
  shared.versionOf = versionOf;
  try {
    const compiled = await compileWithFacts(ctx, shared, compile);
    ctx.note({ accessed: accessedBy(shared) });
    return await work(compiled, shared);
  } catch (error) {
    throw translateError(error);
  } finally {
    for (const free of shared.releases.splice(0)) await free().catch(() => {});
  }
}
