import { classify, splitStatements } from "../commands/index.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "./context.ts";
import type { Engine } from "./engine.ts";
import type { Outcome, ResultColumn, Value } from "./outcome.ts";

/** Queries straight on DuckDB, columns as whole numbers or text: stands in for sql/ where a test needs no Snowflake SQL. */
export const stubEngine: Engine = {
  splitStatements,
  classify,
  runQuery: (context) => context.inTransaction([], (transaction) => query(context, transaction.connection)),
  runDml: () => Promise.reject(errors.unsupported("DML")),
  runCopy: () => Promise.reject(errors.unsupported("COPY")),
  runCommand: () => Promise.reject(errors.unsupported("command")),
  runScript: () => Promise.reject(errors.unsupported("scripting")),
  describeQuery: async () => [],
  evaluateCondition: async () => true,
  loadFiles: () => Promise.reject(errors.unsupported("COPY")),
  describeCopy: () => {
    throw errors.unsupported("COPY");
  },
};

async function query(
  context: StatementContext,
  connection: { stream: import("@duckdb/node-api").DuckDBConnection["stream"] },
): Promise<Outcome> {
  const result = await connection.stream(context.text);
  const types = result.columnTypes();
  const columns: ResultColumn[] = result.columnNames().map((name, index) => ({
    name: name.toUpperCase(),
    type:
      String(types[index]).endsWith("INT") || String(types[index]) === "INTEGER"
        ? { kind: "NUMBER", precision: 38, scale: 0 }
        : { kind: "VARCHAR", length: 16_777_216 },
    nullable: true,
  }));
  async function* rows(): AsyncIterable<Value[][]> {
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return;
      yield chunk.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
    }
  }
  return { kind: "SELECT", columns, rows: rows() };
}
