import { bootstrapAccount } from "../../../../local/account/access/index.ts";
import { Catalog } from "../../../../local/account/catalog/catalog.ts";
import { ACCOUNT_ID } from "../../../../local/account/catalog/model.ts";
import { VirtualClock } from "../../../../local/account/clock.ts";
import { runCommand } from "../../../../local/account/commands/index.ts";
import { SnowflakeError } from "../../../../local/account/errors.ts";
import type { Runtime, Services, StatementContext } from "../../../../local/account/session/context.ts";
import type { Outcome, Value } from "../../../../local/account/session/outcome.ts";
import type { Session } from "../../../../local/account/session/session.ts";
import { Storage } from "../../../../local/account/storage/storage.ts";
import { Transaction } from "../../../../local/account/storage/transaction.ts";
import { TableVersions } from "../../../../local/account/storage/versions.ts";

export type Row = Record<string, Value>;
export const START = Date.UTC(2026, 0, 15, 12);

/** What the account told the running parts. */
export interface Calls {
  resumed: number[];
  suspended: number[];
  tasks: number[];
  executed: number[];
  pipes: number[];
  refreshed: number[];
}

/** An account in memory with commands alone: no server, no queries. */
export class Harness {
  readonly services: Services;
  readonly session: Session;
  readonly clock: VirtualClock;
  readonly calls: Calls;
  #queries = 0;

  private constructor(services: Services, session: Session, clock: VirtualClock, calls: Calls) {
    this.services = services;
    this.session = session;
    this.clock = clock;
    this.calls = calls;
  }

  static async open(): Promise<Harness> {
    const clock = new VirtualClock(START);
    const storage = await Storage.open(":memory:", { threads: 1 });
    const versions = new TableVersions();
    const catalog = new Catalog(clock);
    const connection = await storage.connect();
    await catalog.load(connection);
    await bootstrapAccount(catalog, connection, { name: "ADMIN", password: "secret" });
    const calls: Calls = { resumed: [], suspended: [], tasks: [], executed: [], pipes: [], refreshed: [] };
    const services: Services = {
      storage,
      versions,
      catalog,
      clock,
      identity: { organization: "FIRN", name: "LOCAL", locator: "AB12345", region: "AWS_US_EAST_1" },
      files: undefined as never,
      runtime: fakeRuntime(calls),
      execute: async () => {
        throw new Error("no queries here");
      },
      results: { find: () => undefined },
    };
    const session: Session = {
      id: "1",
      userId: catalog.find("USER", ACCOUNT_ID, "ADMIN")!.id,
      roleId: catalog.find("ROLE", ACCOUNT_ID, "ACCOUNTADMIN")!.id,
      secondaryRoles: "NONE",
      warehouseId: null,
      databaseId: null,
      schemaId: null,
      parameters: new Map(),
      variables: new Map(),
      connection: await storage.connect(),
      transaction: null,
      lastQueryId: null,
      client: { application: "test", version: "1", ip: "127.0.0.1" },
      createdOn: START,
    };
    return new Harness(services, session, clock, calls);
  }

  /** Runs a command; its rows as objects. */
  async run(text: string): Promise<Row[]> {
    const outcome = await this.outcome(text);
    const rows: Row[] = [];
    for await (const batch of outcome.rows)
      for (const row of batch)
        rows.push(Object.fromEntries(outcome.columns.map((column, i) => [column.name, row[i] ?? null])));
    return rows;
  }

  /** Runs commands one after another. */
  async all(...texts: string[]): Promise<void> {
    for (const text of texts) await this.run(text);
  }

  /** The first row of a command. */
  async one(text: string): Promise<Row> {
    return (await this.run(text))[0] ?? {};
  }

  /** The status that a command answers. */
  async status(text: string): Promise<string> {
    return String((await this.one(text))["status"]);
  }

  async columns(text: string): Promise<string[]> {
    return (await this.outcome(text)).columns.map((column) => column.name);
  }

  outcome(text: string): Promise<Outcome> {
    return runCommand(this.context(text));
  }

  /** `code: message` of the error that a command must give. */
  async error(text: string): Promise<string> {
    try {
      await this.run(text);
    } catch (error) {
      if (error instanceof SnowflakeError) return `${error.code}: ${error.message}`;
      throw error;
    }
    throw new Error(`no error: ${text}`);
  }

  context(text: string): StatementContext {
    const { services, session } = this;
    return {
      services,
      session,
      queryId: `q${++this.#queries}`,
      text,
      binds: {},
      startedOn: this.clock.now(),
      signal: new AbortController().signal,
      async inTransaction(writes, work) {
        const connection = await services.storage.connect();
        const transaction = await Transaction.begin(connection, services.versions, services.clock, 1);
        try {
          for (const id of writes) await transaction.writeVersion(id);
          const result = await work(transaction);
          await transaction.commit();
          return result;
        } catch (error) {
          await transaction.rollback();
          throw error;
        } finally {
          connection.closeSync();
        }
      },
      onWarehouse: (work) => work(),
      note: () => {},
    };
  }
}

function fakeRuntime(calls: Calls): Runtime {
  const running = new Set<number>();
  return {
    compute: {
      resume: async (id) => {
        running.add(id);
        calls.resumed.push(id);
      },
      suspend: async (id) => {
        running.delete(id);
        calls.suspended.push(id);
      },
      state: (id) => ({
        state: running.has(id) ? "STARTED" : "SUSPENDED",
        running: 0,
        queued: 0,
        startedClusters: running.has(id) ? 1 : 0,
        resumedOn: null,
      }),
      monitorUsage: () => ({ usedCredits: 1.5, windowStart: START }),
      abortAll: async () => {},
    },
    schedule: {
      executeTask: async (id) => void calls.executed.push(id),
      taskOf: () => undefined,
      cancelTask: () => {},
      taskChanged: (id) => void calls.tasks.push(id),
    },
    dynamicTables: {
      refresh: async (ids) => void calls.refreshed.push(...ids),
      dataTimestamp: () => START,
      cloned: async () => {},
      inputs: async () => [],
      upstream: async () => [],
      downstream: async () => [],
    },
    materializedViews: {
      sourceVersion: () => undefined,
      lastFilled: () => ({ on: START, sourceVersion: 0 }),
      fill: async () => {},
    },
    statements: {
      sessionUser: () => undefined,
      cancel: () => false,
      running: () => [],
      cancelSession: () => 0,
    },
    ingest: {
      pipeStatus: () => ({ executionState: "RUNNING", pendingFileCount: 0 }),
      notificationChannel: async () => "arn:aws:sqs:us-east-1:000000000000:firn",
      refreshPipe: async () => [["a.json", "SENT"]],
      pipeChanged: (id) => void calls.pipes.push(id),
    },
  };
}
