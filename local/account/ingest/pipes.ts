import { requirePrivilege } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import type { Ledger } from "../compute/ledger.ts";
import { SERVERLESS } from "../compute/rates.ts";
import { errors, SnowflakeError } from "../errors.ts";
import { stageLocation } from "../files/files.ts";
import { parseS3Url } from "../files/s3-files.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { Services, StagedFile, StatementContext } from "../session/context.ts";
import type { CopyFacts, Engine } from "../session/engine.ts";
import type { Executor } from "../session/executor.ts";
import { toSnowflakeError } from "../session/failures.ts";
import type { SessionManager } from "../session/manager.ts";
import { objectParameter } from "../session/parameters.ts";
import { parseStatement } from "../sql/index.ts";
import type { WorkTracker } from "../work-tracker.ts";
import { alreadyLoaded, Inbox, type PendingFile, recordLoads } from "./inbox.ts";
import type { NotificationQueue } from "./notification-queue.ts";
import { type CreatedObject, parseS3Event } from "./s3-event.ts";

type Pipe = CatalogObject<"PIPE">;

/** Files and bytes that one transaction loads at most. */
const BATCH = { files: 1000, bytes: 256e6 };
const REFRESH_WINDOW_MS = 7 * 86_400_000;

interface PipeState {
  running: boolean;
  lastError: string | null;
  lastReceivedOn: number | null;
  lastForwardedPath: string | null;
  lastIngestedOn: number | null;
  lastIngestedPath: string | null;
  retryAt: (() => void) | null;
  failures: number;
}

/** Snowpipe: events from the queue to the pipes whose stage and path match, each file loaded once. */
export class Pipes {
  readonly inbox: Inbox;
  readonly #services: Services;
  readonly #sessions: SessionManager;
  readonly #executor: Executor;
  readonly #engine: Engine;
  readonly #pool: ConnectionPool;
  readonly #tracker: WorkTracker;
  readonly #ledger: Ledger;
  readonly #queue: NotificationQueue | null;
  readonly #states = new Map<number, PipeState>();
  readonly #facts = new Map<number, { copy: string; facts: CopyFacts }>();
  readonly #routes = new Map<string, Omit<Route, "stageId">>();
  readonly #stop = new AbortController();
  #lastQueueError: string | null = null;
  #consuming: Promise<void> | null = null;

  constructor(parts: {
    services: Services;
    sessions: SessionManager;
    executor: Executor;
    engine: Engine;
    pool: ConnectionPool;
    tracker: WorkTracker;
    ledger: Ledger;
    queue: NotificationQueue | null;
  }) {
    this.#services = parts.services;
    this.#sessions = parts.sessions;
    this.#executor = parts.executor;
    this.#engine = parts.engine;
    this.#pool = parts.pool;
    this.#tracker = parts.tracker;
    this.#ledger = parts.ledger;
    this.#queue = parts.queue;
    this.inbox = new Inbox(parts.pool);
  }

  async start(): Promise<void> {
    await this.inbox.load();
    this.#services.catalog.onChange((changed) => {
      for (const object of changed) {
        if (object.kind === "PIPE") this.pipeChanged(object.id);
        if (object.kind === "STAGE") this.#facts.clear();
      }
      // A grant or an altered object may be what a failing pipe waits for.
      for (const [pipeId, state] of this.#states) if (state.retryAt) this.#work(pipeId);
    });
    for (const pipeId of this.inbox.pipes()) this.#work(pipeId);
    if (await this.#queue?.exists()) this.#consume();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    for (const state of this.#states.values()) state.retryAt?.();
    await this.#consuming;
  }

  /** Runtime.ingest.notificationChannel: the ARN to which the bucket's notifications go. */
  async notificationChannel(stageUrl: string): Promise<string> {
    if (!this.#queue || !parseS3Url(stageUrl)) throw errors.unsupported(`AUTO_INGEST from ${stageUrl}`);
    const { arn } = await this.#queue.open();
    this.#consume();
    return arn;
  }

  pipeChanged(pipeId: number): void {
    this.#facts.delete(pipeId);
    const pipe = this.#services.catalog.getAs("PIPE", pipeId);
    if (!pipe || pipe.droppedOn !== null) {
      void this.#tracker.track(this.inbox.drop(pipeId)).catch(() => {});
      return;
    }
    if (pipe.props.autoIngest && this.#queue) this.#consume();
    if (!this.#paused(pipe) && this.inbox.pending(pipeId).length > 0) this.#work(pipeId);
  }

  pipeStatus(pipeId: number): Record<string, string | number | null> {
    const pipe = this.#services.catalog.getAs("PIPE", pipeId);
    const state = this.#state(pipeId);
    const pending = this.inbox.pending(pipeId);
    const time = (ms: number | null | undefined) => (ms ? new Date(ms).toISOString() : null);
    const status: Record<string, string | number | null> = {
      executionState: pipe && this.#paused(pipe) ? "PAUSED" : "RUNNING",
      pendingFileCount: pending.length,
    };
    if (pipe?.props.notificationChannel) status["notificationChannelName"] = pipe.props.notificationChannel;
    if (pending.length > 0)
      status["oldestFileTimestamp"] = time(Math.min(...pending.map((file) => file.receivedOn)));
    if (state.lastIngestedOn) {
      status["lastIngestedTimestamp"] = time(state.lastIngestedOn);
      status["lastIngestedFilePath"] = state.lastIngestedPath;
    }
    if (state.lastReceivedOn) {
      status["lastReceivedMessageTimestamp"] = time(state.lastReceivedOn);
      status["lastForwardedMessageTimestamp"] = time(state.lastReceivedOn);
      status["lastForwardedFilePath"] = state.lastForwardedPath;
      status["numOutstandingMessagesOnChannel"] = 0;
    }
    if (state.lastError) status["error"] = state.lastError;
    if (this.#lastQueueError) status["channelErrorMessage"] = this.#lastQueueError;
    return status;
  }

  /** ALTER PIPE … REFRESH: files of the last seven days that the pipe has not loaded. */
  async refreshPipe(
    pipeId: number,
    prefix: string,
    modifiedAfter: number | null,
  ): Promise<[string, string][]> {
    const pipe = this.#services.catalog.getAs("PIPE", pipeId);
    if (!pipe) return [];
    const { now, location, facts } = await this.#within(pipe, async (context) => {
      const found = this.#factsOf(context, pipe);
      const stage = this.#services.catalog.getAs("STAGE", found.stageId);
      if (!stage) throw errors.doesNotExist("Stage", "of the pipe");
      return { now: this.#services.clock.now(), location: stageLocation(stage), facts: found };
    });
    // Files carry wall-clock times; a driven clock may be elsewhere.
    const after = modifiedAfter ?? Math.min(now, Date.now()) - REFRESH_WINDOW_MS;
    const found: StagedFile[] = [];
    for await (const file of this.#services.files.list(location, facts.path + prefix))
      if (file.lastModified >= after && matches(facts, file.path)) found.push(file);
    const sent: PendingFile[] = [];
    const loaded = await this.#pool.use((connection) =>
      found.length === 0
        ? Promise.resolve(new Set<string>())
        : alreadyLoaded(
            connection,
            pipeId,
            found.map((file) => file.path),
            now,
          ),
    );
    const result = found.map((file): [string, string] => {
      const isLoaded = loaded.has(file.path);
      if (!isLoaded) sent.push({ ...file, pipeId, receivedOn: now });
      return [file.path, isLoaded ? "SKIPPED" : "SENT"];
    });
    await this.inbox.add(sent);
    this.#work(pipeId);
    return result;
  }

  /** Takes S3 notifications in, as the queue's consumer does. Resolves when they are on disk. */
  async receive(objects: CreatedObject[]): Promise<void> {
    const now = this.#services.clock.now();
    const files: PendingFile[] = [];
    for (const pipe of this.#services.catalog.listAll("PIPE")) {
      if (!pipe.props.autoIngest) continue;
      const facts = this.#routeOf(pipe);
      const stage = facts && this.#services.catalog.getAs("STAGE", facts.stageId);
      const base = stage?.props.url ? parseS3Url(stage.props.url) : null;
      if (!facts || !base) continue;
      for (const object of objects) {
        if (object.bucket !== base.bucket || !object.key.startsWith(base.prefix)) continue;
        const path = object.key.slice(base.prefix.length);
        if (!matches(facts, path)) continue;
        const { size, etag, eventTime } = object;
        files.push({
          pipeId: pipe.id,
          path,
          size,
          etag,
          md5: etag,
          lastModified: eventTime,
          receivedOn: now,
        });
        const state = this.#state(pipe.id);
        state.lastReceivedOn = now;
        state.lastForwardedPath = path;
      }
    }
    await this.inbox.add(files);
    for (const pipeId of new Set(files.map((file) => file.pipeId))) this.#work(pipeId);
  }

  #consume(): void {
    this.#consuming ??= this.#consumeLoop().finally(() => {
      this.#consuming = null;
    });
  }

  async #consumeLoop(): Promise<void> {
    const queue = this.#queue!;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        // A short wait: a poll that a kill cut off may still take messages, and hides them for a while.
        const messages = await queue.receive(1);
        // A burst is taken together: one write for all of it.
        while (messages.length > 0 && messages.length < 500) {
          const more = await queue.receive(0);
          if (more.length === 0) break;
          messages.push(...more);
        }
        this.#lastQueueError = null;
        if (messages.length === 0) continue;
        await this.#tracker.track(
          this.receive(messages.flatMap((message) => parseS3Event(message.Body ?? ""))),
        );
        await queue.delete(messages);
      } catch (error) {
        this.#lastQueueError = toSnowflakeError(error).message;
        if (signal.aborted) return;
        // The endpoint is away: what was not deleted is given out again.
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 1000);
          const stop = () => {
            clearTimeout(timer);
            resolve();
          };
          signal.addEventListener("abort", stop, { once: true });
        });
      }
    }
  }

  #paused(pipe: Pipe): boolean {
    return (
      pipe.props.paused ||
      objectParameter(this.#services.catalog, pipe.id, "PIPE_EXECUTION_PAUSED").value === true
    );
  }

  #state(pipeId: number): PipeState {
    let state = this.#states.get(pipeId);
    if (!state) {
      state = {
        running: false,
        lastError: null,
        lastReceivedOn: null,
        lastForwardedPath: null,
        lastIngestedOn: null,
        lastIngestedPath: null,
        retryAt: null,
        failures: 0,
      };
      this.#states.set(pipeId, state);
    }
    return state;
  }

  /** One worker a pipe: takes what waits, a batch a transaction, until nothing does. */
  #work(pipeId: number): void {
    const state = this.#state(pipeId);
    if (state.running || this.#stop.signal.aborted) return;
    state.running = true;
    state.retryAt?.();
    state.retryAt = null;
    const work = this.#drain(pipeId, state).finally(() => {
      state.running = false;
    });
    void this.#tracker.track(work).catch(() => {});
  }

  async #drain(pipeId: number, state: PipeState): Promise<void> {
    for (;;) {
      const pipe = this.#services.catalog.getAs("PIPE", pipeId);
      if (!pipe || pipe.droppedOn !== null || this.#paused(pipe) || this.#stop.signal.aborted) return;
      const batch = takeBatch(this.inbox.pending(pipeId));
      if (batch.length === 0) return;
      try {
        await this.#load(pipe, batch);
        state.lastError = null;
        state.failures = 0;
        state.lastIngestedOn = this.#services.clock.now();
        state.lastIngestedPath = batch.at(-1)!.path;
      } catch (thrown) {
        if (this.#stop.signal.aborted) return;
        state.lastError = toSnowflakeError(thrown).message;
        state.failures++;
        const delay = Math.min(60_000, 1000 * 2 ** Math.min(state.failures, 6));
        state.retryAt = this.#services.clock.schedule(this.#services.clock.now() + delay, () =>
          this.#work(pipeId),
        );
        return;
      }
    }
  }

  async #load(pipe: Pipe, batch: PendingFile[]): Promise<void> {
    const { clock, catalog } = this.#services;
    const paths = batch.map((file) => file.path);
    const startedOn = clock.now();
    await this.#within(pipe, async (context) => {
      const facts = this.#factsOf(context, pipe);
      const table = catalog.getAs("TABLE", facts.tableId);
      const stage = catalog.getAs("STAGE", facts.stageId);
      if (!table || !stage) throw errors.doesNotExist("Table or stage", "of the pipe");
      requirePrivilege(context, "INSERT", table);
      requirePrivilege(context, "USAGE", stage);
      checkIntegration(this.#services, stage);
      await context.inTransaction([facts.tableId], async (transaction) => {
        const known = await alreadyLoaded(transaction.connection, pipe.id, paths, startedOn);
        const fresh = batch.filter((file) => !known.has(file.path));
        const loads =
          fresh.length === 0
            ? []
            : await this.#engine.loadFiles(context, pipe.props.copy, fresh, transaction);
        const byPath = new Map(fresh.map((file) => [file.path, file]));
        const loadedOn = clock.now();
        await recordLoads(
          transaction.connection,
          loads.map((load) => ({
            ...load,
            pipeId: pipe.id,
            tableId: facts.tableId,
            etag: byPath.get(load.path)?.etag ?? "",
            stageLocation: stageLocation(stage),
            size: byPath.get(load.path)?.size ?? 0,
            receivedOn: byPath.get(load.path)?.receivedOn ?? startedOn,
            loadedOn,
          })),
        );
        await this.inbox.settle(transaction.connection, pipe.id, paths);
        const bytes = fresh.reduce((sum, file) => sum + file.size, 0);
        await this.#ledger.addServerless(transaction.connection, {
          service: "PIPE",
          objectId: pipe.id,
          startedOn,
          endedOn: loadedOn,
          credits: (bytes / 1e9) * SERVERLESS.pipePerGigabyte,
          bytes,
          files: fresh.length,
          rows: loads.reduce((sum, load) => sum + load.rowsLoaded, 0),
        });
      });
    });
    this.inbox.forget(pipe.id, paths);
  }

  /** Which files are the pipe's, whatever its owner may do at the moment: an event is never lost to a lacking grant. */
  #routeOf(pipe: Pipe): Route | null {
    const { stageId, copy } = pipe.props;
    if (stageId === null) return null;
    let route = this.#routes.get(copy);
    if (!route) {
      const statement = parseStatement(copy);
      if (statement.type !== "copyIntoTable") return null;
      route = { path: pathBelowStage(statement.source.location), pattern: statement.pattern };
      this.#routes.set(copy, route);
    }
    return { ...route, stageId };
  }

  #factsOf(context: StatementContext, pipe: Pipe): CopyFacts {
    const known = this.#facts.get(pipe.id);
    if (known?.copy === pipe.props.copy) return known.facts;
    const facts = this.#engine.describeCopy(context, pipe.props.copy);
    this.#facts.set(pipe.id, { copy: pipe.props.copy, facts });
    return facts;
  }

  /** Runs `work` as the pipe's owner, in the pipe's context. */
  async #within<T>(pipe: Pipe, work: (context: StatementContext) => Promise<T>): Promise<T> {
    const session = await this.#sessions.openInternal({
      roleId: pipe.owner,
      warehouseId: null,
      databaseId: pipe.props.context.databaseId,
      schemaId: pipe.props.context.schemaId,
      managed: true,
    });
    try {
      return await this.#executor.within(session, pipe.props.copy, work, this.#stop.signal);
    } finally {
      await this.#sessions.closeInternal(session);
    }
  }
}

interface Route {
  stageId: number;
  path: string;
  pattern: string | null;
}

/** `"DB"."S"."STAGE"/a/b/` is below its stage at `a/b/`. */
function pathBelowStage(location: string): string {
  let quoted = false;
  for (let at = 0; at < location.length; at++) {
    if (location[at] === '"') quoted = !quoted;
    else if (location[at] === "/" && !quoted) return location.slice(at + 1);
  }
  return "";
}

const matches = (facts: Omit<Route, "stageId">, path: string): boolean =>
  path.startsWith(facts.path) && (facts.pattern === null || new RegExp(`^(?:${facts.pattern})$`).test(path));

function takeBatch(pending: PendingFile[]): PendingFile[] {
  const batch: PendingFile[] = [];
  let bytes = 0;
  for (const file of pending) {
    if (batch.length > 0 && (batch.length >= BATCH.files || bytes + file.size > BATCH.bytes)) break;
    batch.push(file);
    bytes += file.size;
  }
  return batch;
}

/** A disabled integration, or a stage outside of its allowed locations, loads nothing. */
function checkIntegration(services: Services, stage: CatalogObject<"STAGE">): void {
  const id = stage.props.storageIntegrationId;
  if (id === null) return;
  const integration = services.catalog.getAs("INTEGRATION", id);
  if (!integration || integration.droppedOn !== null)
    throw errors.doesNotExist("Integration", "of the stage");
  const { enabled, properties } = integration.props;
  const allowed = locations(properties["STORAGE_ALLOWED_LOCATIONS"]);
  const blocked = locations(properties["STORAGE_BLOCKED_LOCATIONS"]);
  const url = stage.props.url ?? "";
  const within = (list: string[]) => list.some((location) => location === "*" || url.startsWith(location));
  if (!enabled) throw new SnowflakeError("003540", "42501", `Integration '${integration.name}' is disabled.`);
  if ((allowed.length > 0 && !within(allowed)) || within(blocked))
    throw new SnowflakeError(
      "003541",
      "42501",
      `Location '${url}' is not allowed by integration '${integration.name}'.`,
    );
}

const locations = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === "string" && value !== "" ? [value] : [];
