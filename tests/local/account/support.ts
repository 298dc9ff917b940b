import { bootstrapAccount, newUser } from "../../../local/account/access/index.ts";
import { Catalog } from "../../../local/account/catalog/catalog.ts";
import { ACCOUNT_ID, type CatalogObject, type ColumnDef } from "../../../local/account/catalog/model.ts";
import { VirtualClock } from "../../../local/account/clock.ts";
import { composeEngine } from "../../../local/account/engine.ts";
import type { Bind, FileStore, Services, StatementContext } from "../../../local/account/session/context.ts";
import type { Outcome, Value } from "../../../local/account/session/outcome.ts";
import type { Session } from "../../../local/account/session/session.ts";
import { createPhysicalTable, createStreamOffset, parseDataType } from "../../../local/account/sql/index.ts";
import { Storage } from "../../../local/account/storage/storage.ts";
import { Transaction } from "../../../local/account/storage/transaction.ts";
import { TableVersions } from "../../../local/account/storage/versions.ts";
import { WorkTracker } from "../../../local/account/work-tracker.ts";

/** An account without a server: the SQL layer over an in-memory DuckDB, one session, one database DB and schema S. */
export interface TestAccount {
  services: Services;
  session: Session;
  clock: VirtualClock;
  schemaId: number;
  /** Runs a query, DML or COPY statement; rows as plain values. */
  run(text: string, options?: { binds?: Record<string, Bind>; role?: string }): Promise<TestResult>;
  /** Rows of a query as arrays. */
  rows(text: string): Promise<Value[][]>;
  /** The single value of a query. */
  one(text: string): Promise<Value>;
  table(
    name: string,
    columns: string,
    options?: Partial<CatalogObject<"TABLE">["props"]>,
  ): Promise<CatalogObject<"TABLE">>;
  view(name: string, query: string, owner?: string): Promise<CatalogObject<"VIEW">>;
  stream(
    name: string,
    table: string,
    options?: { mode?: "DEFAULT" | "APPEND_ONLY"; showInitialRows?: boolean },
  ): Promise<CatalogObject<"STREAM">>;
  /** Work with a statement's context that is no statement. */
  within<T>(work: (ctx: StatementContext) => Promise<T>): Promise<T>;
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  close(): void;
}

export interface TestResult {
  names: string[];
  types: string[];
  rows: Value[][];
  affected: Outcome["affected"];
}

const START = Date.UTC(2025, 0, 15, 12, 0, 0);

/** Splits `A NUMBER(10,2) NOT NULL DEFAULT 1, B TEXT` into column definitions. */
function columnsOf(text: string): ColumnDef[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const c of text) {
    if (c === "(") depth++;
    if (c === ")") depth--;
    if (c === "," && depth === 0) {
      parts.push(part);
      part = "";
    } else part += c;
  }
  if (part.trim() !== "") parts.push(part);
  return parts.map((p) => {
    const match = /^\s*("[^"]+"|\S+)\s+(.*?)(\s+NOT NULL)?(?:\s+DEFAULT\s+(.*))?$/s.exec(p.trim())!;
    const name = match[1]!.startsWith('"') ? match[1]!.slice(1, -1) : match[1]!.toUpperCase();
    const notNull = match[3] !== undefined;
    return {
      name,
      type: parseDataType(match[2]!),
      nullable: !notNull,
      defaultSql: match[4] ?? null,
      comment: null,
    };
  });
}

export async function testAccount(
  options: { parameters?: Record<string, string>; files?: FileStore; path?: string } = {},
): Promise<TestAccount> {
  const storage = await Storage.open(options.path ?? ":memory:");
  const clock = new VirtualClock(START);
  const versions = new TableVersions();
  const catalog = new Catalog(clock);
  const connection = await storage.connect();
  const results = new Map<string, { columns: Outcome["columns"]; rows: Value[][] }>();
  const services: Services = {
    storage,
    versions,
    catalog,
    clock,
    identity: { organization: "ORG", name: "TEST", locator: "AB12345", region: "AWS_US_WEST_2" },
    files: options.files ?? (null as unknown as FileStore),
    runtime: null as unknown as Services["runtime"],
    results: {
      find(_session, queryId) {
        const found = results.get(queryId);
        return (
          found && {
            columns: found.columns,
            rows: async function* () {
              yield found.rows;
            },
          }
        );
      },
    },
    execute: (_session, text, binds) => executeStatement(text, binds ?? {}),
  };
  await bootstrapAccount(catalog, connection, { name: "ADMIN" });
  const role = (name: string) => catalog.find("ROLE", ACCOUNT_ID, name)!;
  const sysadmin = role("SYSADMIN").id;
  const schema = await catalog.change(connection, (change) => {
    const database = change.create({
      kind: "DATABASE",
      parent: ACCOUNT_ID,
      name: "DB",
      owner: sysadmin,
      comment: null,
      props: { transient: false, origin: null, parameters: {} },
    });
    return change.create({
      kind: "SCHEMA",
      parent: database.id,
      name: "S",
      owner: sysadmin,
      comment: null,
      props: { transient: false, managedAccess: false, parameters: {} },
    });
  });
  const session: Session = {
    id: "1",
    userId: catalog.find("USER", ACCOUNT_ID, "ADMIN")!.id,
    roleId: sysadmin,
    secondaryRoles: "NONE",
    warehouseId: null,
    databaseId: schema.parent,
    schemaId: schema.id,
    parameters: new Map(Object.entries({ TIMEZONE: "UTC", ...options.parameters })),
    variables: new Map(),
    connection,
    transaction: null,
    lastQueryId: null,
    client: { application: "test", version: "1", ip: "127.0.0.1" },
    createdOn: START,
  };
  const engine = composeEngine(new WorkTracker());
  let queries = 0;
  let transactions = 0;

  function context(text: string, binds: Record<string, Bind>, roleName?: string) {
    const ends: (() => Promise<void>)[] = [];
    const own = roleName
      ? (Object.create(session, { roleId: { value: role(roleName).id, writable: true } }) as Session)
      : session;
    const ctx: StatementContext = {
      services,
      session: own,
      queryId: `q${++queries}`,
      text,
      binds,
      startedOn: clock.now(),
      signal: new AbortController().signal,
      async inTransaction(writes, work) {
        const open = session.transaction;
        if (open) {
          await open.beginStatement();
          await open.lockTables(writes);
          return work(open);
        }
        const own = await storage.connect();
        const transaction = await Transaction.begin(own, versions, clock, ++transactions);
        try {
          await transaction.lockTables(writes);
          const result = await work(transaction);
          if (writes.length === 0 && !transaction.isDirty)
            ends.push(async () => {
              await transaction.rollback();
              own.closeSync();
            });
          else {
            await transaction.commit();
            own.closeSync();
          }
          return result;
        } catch (error) {
          try {
            await transaction.rollback();
          } finally {
            own.closeSync();
          }
          throw error;
        }
      },
      onWarehouse: (work) => work(),
      note() {},
    };
    return { ctx, ends };
  }

  async function executeStatement(text: string, binds: Record<string, Bind>): Promise<Outcome> {
    const { ctx, ends } = context(text, binds);
    const kind = engine.classify(text);
    const runner =
      { QUERY: engine.runQuery, DML: engine.runDml, COPY: engine.runCopy }[kind as string] ??
      engine.runCommand;
    try {
      const outcome = await runner(ctx);
      const rows: Value[][] = [];
      for await (const batch of outcome.rows) rows.push(...batch);
      return { ...outcome, rows: [rows] };
    } finally {
      for (const end of ends) await end();
    }
  }

  async function run(
    text: string,
    given: { binds?: Record<string, Bind>; role?: string } = {},
  ): Promise<TestResult> {
    const { ctx, ends } = context(text, given.binds ?? {}, given.role);
    const kind = engine.classify(text);
    const runner =
      { QUERY: engine.runQuery, DML: engine.runDml, COPY: engine.runCopy }[kind as string] ??
      engine.runCommand;
    try {
      const outcome = await runner(ctx);
      const rows: Value[][] = [];
      for await (const batch of outcome.rows) rows.push(...batch);
      results.set(ctx.queryId, { columns: outcome.columns, rows });
      session.lastQueryId = ctx.queryId;
      return {
        names: outcome.columns.map((c) => c.name),
        types: outcome.columns.map((c) => JSON.stringify(c.type)),
        rows,
        affected: outcome.affected,
      };
    } finally {
      for (const end of ends) await end();
    }
  }

  return {
    services,
    session,
    clock,
    schemaId: schema.id,
    run,
    rows: async (text) => (await run(text)).rows,
    one: async (text) => (await run(text)).rows[0]?.[0] ?? null,
    async table(name, columns, more = {}) {
      const defs = columnsOf(columns);
      return catalog.change(connection, async (change) => {
        const table = change.create({
          kind: "TABLE",
          parent: schema.id,
          name,
          owner: sysadmin,
          comment: null,
          props: {
            tableKind: "PERMANENT",
            columns: defs,
            constraints: [],
            clusterBy: [],
            changeTracking: false,
            enableSchemaEvolution: false,
            parameters: {},
            ...more,
          },
        });
        await createPhysicalTable(change.connection, table.id, defs);
        return table;
      });
    },
    async view(name, query, owner = "SYSADMIN") {
      const { describeQuery } = await import("../../../local/account/sql/index.ts");
      const { ctx, ends } = context(query, {});
      const columns = await describeQuery(ctx, query);
      for (const end of ends) await end();
      return catalog.change(connection, (change) =>
        change.create({
          kind: "VIEW",
          parent: schema.id,
          name,
          owner: role(owner).id,
          comment: null,
          props: {
            text: `CREATE VIEW ${name} AS ${query}`,
            query,
            columns,
            isSecure: false,
            isRecursive: false,
            changeTracking: false,
            context: { databaseId: schema.parent, schemaId: schema.id },
          },
        }),
      );
    },
    async stream(name, tableName, more = {}) {
      const table = catalog.find("TABLE", schema.id, tableName)!;
      return catalog.change(connection, async (change) => {
        const stream = change.create({
          kind: "STREAM",
          parent: schema.id,
          name,
          owner: sysadmin,
          comment: null,
          props: {
            sourceId: table.id,
            sourceKind: "TABLE",
            mode: more.mode ?? "DEFAULT",
            showInitialRows: more.showInitialRows ?? false,
          },
        });
        const version = versions.snapshot().get(table.id) ?? 0;
        await createStreamOffset(
          change.connection,
          stream.id,
          version,
          more.showInitialRows ?? false,
          clock.now(),
        );
        return stream;
      });
    },
    async within(work) {
      const { ctx, ends } = context("", {});
      try {
        return await work(ctx);
      } finally {
        for (const end of ends) await end();
      }
    },
    async begin() {
      session.transaction = await Transaction.begin(connection, versions, clock, ++transactions);
    },
    async commit() {
      const open = session.transaction;
      session.transaction = null;
      await open?.commit();
    },
    async rollback() {
      const open = session.transaction;
      session.transaction = null;
      await open?.rollback();
    },
    close() {
      connection.closeSync();
      storage.close();
    },
  };
}

export { newUser };
