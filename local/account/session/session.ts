import type { DuckDBConnection } from "@duckdb/node-api";
import type { Transaction } from "../storage/transaction.ts";

/** One client session: identity, context, parameters, variables and its transaction. */
export interface Session {
  readonly id: string;
  readonly userId: number;
  /** Active primary role; null means PUBLIC only. */
  roleId: number | null;
  /** USE SECONDARY ROLES: all, none, or roles by id. */
  secondaryRoles: "ALL" | "NONE" | readonly number[];
  warehouseId: number | null;
  databaseId: number | null;
  schemaId: number | null;
  /** Parameters set on the session (upper-case names). */
  readonly parameters: Map<string, string | number | boolean>;
  /** SET variables (upper-case names) with their SQL literal values. */
  readonly variables: Map<string, string>;
  readonly connection: DuckDBConnection;
  /** The explicit transaction (BEGIN), or null in autocommit. */
  transaction: Transaction | null;
  lastQueryId: string | null;
  /** The last explicit transaction that was committed or rolled back. */
  lastTransactionId?: number;
  readonly client: {
    application: string;
    version: string;
    ip: string;
    /** What the driver calls itself, whatever the application: `PythonConnector`, `Go`. */
    driver?: string;
  };
  readonly createdOn: number;
  /** Its statements need no warehouse: Snowflake runs them (serverless tasks, pipes). */
  readonly managed?: boolean;
  /** Writes more into the transaction of each statement that commits by itself (a task's success). */
  beforeCommit?: (transaction: Transaction) => Promise<void>;
}
