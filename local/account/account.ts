import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { bootstrapAccount } from "./access/bootstrap.ts";
import { Catalog } from "./catalog/catalog.ts";
import { type Clock, RealClock } from "./clock.ts";
import { registerCatalogRelations } from "./commands/relations/index.ts";
import { Compute } from "./compute/compute.ts";
import { composeEngine } from "./engine.ts";
import type { SnowflakeError } from "./errors.ts";
import { AwsConnection, type AwsOptions } from "./files/aws.ts";
import { composeFiles } from "./files/files.ts";
import { LocalFiles } from "./files/local-files.ts";
import { S3Files } from "./files/s3-files.ts";
import { openHistory, registerHistory } from "./history/history.ts";
import { Recorder } from "./history/recorder.ts";
import { NotificationQueue } from "./ingest/notification-queue.ts";
import { Pipes } from "./ingest/pipes.ts";
import { Streaming } from "./ingest/streaming.ts";
import { ResultStore } from "./results/result-store.ts";
import { Alerts } from "./schedule/alerts.ts";
import { DynamicTables } from "./schedule/dynamic-tables.ts";
import { MaterializedViews } from "./schedule/materialized-views.ts";
import { Notifications } from "./schedule/notifications.ts";
import { Scheduler } from "./schedule/scheduler.ts";
import { billServerlessTask } from "./schedule/serverless.ts";
import { ConnectionPool } from "./session/connections.ts";
import type { Services } from "./session/context.ts";
import type { Engine } from "./session/engine.ts";
import { Executor } from "./session/executor.ts";
import { SessionManager, type TokenLifetimes } from "./session/manager.ts";
import { dropTemporaryTables } from "./session/temporary-tables.ts";
import { Storage } from "./storage/storage.ts";
import { TableVersions } from "./storage/versions.ts";
import {
  registerAlertFunctions,
  registerLogFunctions,
  registerRuntimeFunctions,
} from "./system-functions.ts";
import { WorkTracker } from "./work-tracker.ts";

export interface AccountOptions {
  /** Folder of the account's data, or `:memory:`. */
  dataDir: string;
  clock?: Clock;
  /** The first user (ACCOUNTADMIN), made when the account is new. Name as stored: upper-case. */
  adminUser: string;
  adminPassword: string;
  identity?: Partial<Services["identity"]>;
  /** Network policies let requests of this machine pass; they hold for them too by default. */
  admitLoopback?: boolean;
  /** Where s3:// stages and pipe queues live. */
  aws?: AwsOptions;
  engine?: Engine;
  tokenLifetimes?: TokenLifetimes;
  memoryLimit?: string;
  threads?: number;
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
  readonly compute: Compute;
  readonly scheduler: Scheduler;
  readonly pipes: Pipes;
  readonly streaming: Streaming;
  readonly tracker: WorkTracker;
  readonly serverVersion: string;
  /** Address under which chunks are fetched; the server sets it when it listens. */
  publicUrl(): string;
  setPublicUrl(url: string): void;
  /** Folder of an internal stage's files at the path, for PUT and GET. */
  stageFolder(location: string, path: string): string;
  loginSeen(attempt: LoginAttempt): void;
  close(): Promise<void>;
}

/** Opens (or makes) the account. The composition root: the only place that knows every part. */
export async function openAccount(options: AccountOptions): Promise<Account> {
  const clock = options.clock ?? new RealClock();
  const inMemory = options.dataDir === ":memory:";
  const temporary = inMemory
    ? mkdtempSync(join(tmpdir(), "firn-account-"))
    : join(options.dataDir, "temporary");
  // What a kill left behind.
  if (!inMemory) {
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true, mode: 0o700 });
  }
  const storage = await Storage.open(inMemory ? ":memory:" : join(options.dataDir, "account.duckdb"), {
    // A quarter of the machine: brokers, engines and people live on it too, and what is larger goes to disk.
    memoryLimit: options.memoryLimit ?? `${Math.round(totalmem() / 2 ** 22)}MiB`,
    temporary: join(temporary, "spill"),
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

  const results = new ResultStore(join(temporary, "results"));
  const aws = options.aws ? new AwsConnection(options.aws) : null;
  const tracker = new WorkTracker();
  const compute = new Compute({ catalog, clock, pool, tracker });
  await compute.start();
  const internal = new LocalFiles(inMemory ? join(temporary, "stages") : join(options.dataDir, "stages"));
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
    admitLoopback: options.admitLoopback,
    files: composeFiles(internal, aws && new S3Files(aws, join(temporary, "fetched"))),
    runtime: {
      compute,
      schedule: {
        executeTask: (taskId, retryLast, config) => scheduler.executeTask(taskId, retryLast, config),
        taskOf: (sessionId) => scheduler.taskOf(sessionId),
        cancelTask: (taskId) => scheduler.cancelTask(taskId),
        taskChanged: (taskId) => scheduler.taskChanged(taskId),
      },
      dynamicTables: {
        refresh: (tableIds, trigger) => dynamicTables.refresh(tableIds, trigger),
        dataTimestamp: (tableId) => dynamicTables.dataTimestamp(tableId),
        cloned: (connection, fromId, toId) => dynamicTables.log.copyState(connection, fromId, toId),
        inputs: (tableId) => dynamicTables.inputs(tableId),
        upstream: (tableId) => dynamicTables.upstream(tableId),
        downstream: (tableId) => dynamicTables.downstream(tableId),
      },
      materializedViews: {
        sourceVersion: (viewId, version) => materializedViews.sourceVersion(viewId, version),
        lastFilled: (viewId) => materializedViews.lastFilled(viewId),
        fill: (context, transaction, view) => materializedViews.fill(context, transaction, view),
      },
      ingest: {
        pipeStatus: (pipeId) => pipes.pipeStatus(pipeId),
        notificationChannel: (stageUrl) => pipes.notificationChannel(stageUrl),
        refreshPipe: (pipeId, prefix, after) => pipes.refreshPipe(pipeId, prefix, after),
        pipeChanged: (pipeId) => pipes.pipeChanged(pipeId),
      },
      statements: {
        cancel(queryId) {
          const running = executor.running().find(({ record }) => record.queryId === queryId);
          running?.abort();
          return running !== undefined;
        },
        sessionUser: (sessionId) => sessions.get(sessionId)?.userId,
        running: () =>
          executor.running().map(({ record }) => ({
            queryId: record.queryId,
            userId: record.userId,
            sessionId: record.session.id,
            warehouseId: record.warehouseId,
            text: record.text,
          })),
        cancelSession(sessionId, end, asking) {
          const found = executor
            .running()
            .filter(({ record }) => record.session.id === sessionId && (end || record.queryId !== asking));
          for (const running of found) running.abort();
          if (end) void tracker.track(sessions.end(sessionId)).catch(() => {});
          return found.length;
        },
      },
    },
    execute: (session, text, binds) => executor.execute(session, text, { binds }),
    results: {
      find(session, queryId) {
        const stored = results.get(queryId);
        if (!stored || stored.userId !== session.userId) return undefined;
        return { columns: stored.columns, rows: () => results.rows(stored) };
      },
    },
  };
  const engine = options.engine ?? composeEngine(tracker, () => executor);
  const executor: Executor = new Executor({
    services,
    engine,
    pool,
    results,
    admission: compute,
  });
  const sessions = new SessionManager(services, storage, { lifetimes: options.tokenLifetimes });
  sessions.onEnd(async (session) => {
    const mine = executor.running().filter(({ record }) => record.session.id === session.id);
    for (const running of mine) running.abort();
    await Promise.allSettled(mine.map((running) => running.done));
    await dropTemporaryTables(services, pool, session.id);
  });
  await dropTemporaryTables(services, pool, null);

  const parts = { services, sessions, executor, engine, pool, tracker, ledger: compute.ledger };
  const scheduler = new Scheduler({
    ...parts,
    billServerless: billServerlessTask(services, pool, compute.ledger),
  });
  const pipes = new Pipes({ ...parts, queue: aws && new NotificationQueue(aws, pool) });
  const streaming = new Streaming({ ...parts, folder: join(temporary, "streaming") });
  const recorder = new Recorder(services, pool, tracker);
  executor.onStatement((record) => recorder.statement(record));
  const alerts = new Alerts(parts);
  const dynamicTables = new DynamicTables(parts);
  const materializedViews = new MaterializedViews(parts);
  const notifications = new Notifications(pool, inMemory ? null : options.dataDir);
  Object.assign(services, {
    alerts,
    notifications,
    history: openHistory({
      ...parts,
      recorder,
      taskRuns: () => scheduler.runs.recent(),
      refreshes: () => dynamicTables.log.recent(),
    }),
  });
  registerHistory();
  registerRuntimeFunctions();
  registerAlertFunctions();
  registerLogFunctions();
  registerCatalogRelations();
  await recorder.start();
  await pipes.start();
  await streaming.start();
  await notifications.start();
  await scheduler.start();
  await alerts.start();
  await dynamicTables.start();
  await materializedViews.start();
  const sweep = setInterval(() => void tracker.track(sessions.sweep()).catch(() => {}), 60_000);
  sweep.unref();

  let url = "";
  return {
    services,
    storage,
    pool,
    sessions,
    executor,
    results,
    compute,
    scheduler,
    pipes,
    streaming,
    tracker,
    serverVersion: "9.35.1",
    publicUrl: () => url,
    setPublicUrl: (next) => {
      url = next;
    },
    stageFolder: (location, path) => internal.folder(location, path),
    loginSeen: (attempt) => recorder.login(attempt),
    async close() {
      clearInterval(sweep);
      scheduler.close();
      alerts.close();
      materializedViews.close();
      await dynamicTables.close();
      await pipes.close();
      for (const running of executor.running()) running.abort();
      await sessions.closeAll();
      await compute.close();
      await tracker.settle();
      await streaming.close();
      await recorder.close();
      await aws?.close();
      pool.close();
      storage.close();
      rmSync(temporary, { recursive: true, force: true });
    },
  };
}
