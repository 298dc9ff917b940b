import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrapAccount } from "./access/bootstrap.ts";
import { Catalog } from "./catalog/catalog.ts";
import { type Clock, RealClock } from "./clock.ts";
import type { SnowflakeError } from "./errors.ts";
import { ResultStore } from "./results/result-store.ts";
import { ConnectionPool } from "./session/connections.ts";
import type { Services } from "./session/context.ts";
import type { Engine } from "./session/engine.ts";
import { Executor } from "./session/executor.ts";
import { SessionManager, type TokenLifetimes } from "./session/manager.ts";
import { stubEngine } from "./session/stub-engine.ts";
import { Storage } from "./storage/storage.ts";
import { TableVersions } from "./storage/versions.ts";

export interface AccountOptions {
  /** Folder of the account's data, or `:memory:`. */
  dataDir: string;
  clock?: Clock;
  /** The first user (ACCOUNTADMIN), made when the account is new. Name as stored: upper-case. */
  adminUser: string;
  adminPassword: string;
  identity?: Partial<Services["identity"]>;
  /** Where s3:// stages and pipe queues live. */
  aws?: AwsOptions;
  engine?: Engine;
  tokenLifetimes?: TokenLifetimes;
  memoryLimit?: string;
  threads?: number;
}

export interface AwsOptions {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

export interface LoginAttempt {
  userName: string;
  client: { application: string; version: string; ip: string };
  driver: string;
  factor: "PASSWORD" | "RSA_KEYPAIR" | null;
  error: SnowflakeError | null;
}

/** A running account: everything behind the protocol. */
export interface Account {
  readonly services: Services;
  readonly storage: Storage;
  readonly pool: ConnectionPool;
  readonly sessions: SessionManager;
  readonly executor: Executor;
  readonly results: ResultStore;
  readonly serverVersion: string;
  /** Address under which chunks are fetched; the server sets it when it listens. */
  publicUrl(): string;
  setPublicUrl(url: string): void;
  loginSeen(attempt: LoginAttempt): void;
  close(): Promise<void>;
}

/** Opens (or makes) the account. The composition root: the only place that knows every part. */
export async function openAccount(options: AccountOptions): Promise<Account> {
  const clock = options.clock ?? new RealClock();
  const inMemory = options.dataDir === ":memory:";
  const storage = await Storage.open(inMemory ? ":memory:" : join(options.dataDir, "account.duckdb"), {
    memoryLimit: options.memoryLimit,
    threads: options.threads,
  });
  const pool = new ConnectionPool(storage);
  const versions = new TableVersions();
  const catalog = new Catalog(clock);
  await pool.use(async (connection) => {
    await versions.load(connection);
    await catalog.load(connection);
    await bootstrapAccount(catalog, connection, { name: options.adminUser, password: options.adminPassword });
  });

  const results = new ResultStore(mkdtempSync(join(tmpdir(), "firn-results-")));
  const services: Services = {
    storage,
    versions,
    catalog,
    clock,
    identity: {
      organization: "FIRN",
      name: "LOCAL",
      locator: "FIRNLOCAL",
      region: "AWS_US_EAST_1",
      ...options.identity,
    },
    files: undefined as never,
    runtime: undefined as never,
    execute: (session, text, binds) => executor.execute(session, text, { binds }),
    results: {
      find(session, queryId) {
        const stored = results.get(queryId);
        if (!stored || stored.userId !== session.userId) return undefined;
        return { columns: stored.columns, rows: () => results.rows(stored) };
      },
    },
  };
  const executor = new Executor({
    services,
    engine: options.engine ?? stubEngine,
    pool,
    results,
    admission: { admit: async () => ({ release: () => {}, queuedMs: 0 }) },
  });
  const sessions = new SessionManager(services, storage, { lifetimes: options.tokenLifetimes });
  sessions.onEnd((session) => {
    for (const running of executor.running()) if (running.record.session.id === session.id) running.abort();
  });

  let url = "";
  return {
    services,
    storage,
    pool,
    sessions,
    executor,
    results,
    serverVersion: "9.35.1",
    publicUrl: () => url,
    setPublicUrl: (next) => {
      url = next;
    },
    loginSeen: () => {},
    async close() {
      await sessions.closeAll();
      results.close();
      pool.close();
      storage.close();
    },
  };
}
