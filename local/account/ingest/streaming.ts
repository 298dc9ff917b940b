import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type AccessContext, mayUseRole, requirePrivilege, resolveObject } from "../access/index.ts";
import { ACCOUNT_ID, type CatalogObject } from "../catalog/model.ts";
import type { Ledger } from "../compute/ledger.ts";
import { SERVERLESS } from "../compute/rates.ts";
import { SnowflakeError } from "../errors.ts";
import type { ConnectionPool } from "../session/connections.ts";
import type { Services, StatementContext } from "../session/context.ts";
import type { Executor } from "../session/executor.ts";
import type { SessionManager } from "../session/manager.ts";
import type { Session } from "../session/session.ts";
import { runQuietly } from "../storage/quiet-run.ts";
import type { WorkTracker } from "../work-tracker.ts";
import { type Channel, Channels } from "./channels.ts";
import { receiveRows } from "./received-rows.ts";
import { insertRowsSql, matchKeys } from "./streaming-sql.ts";

/** Suffix of a table's default streaming pipe. Source: "Snowpipe Streaming high-performance architecture". */
const DEFAULT_PIPE = "-STREAMING";

/** Bytes that one transaction takes from waiting appends. */
const GROUP_BYTES = 64e6;

/** An error with the HTTP status that the streaming clients look at. */
export class StreamingError extends SnowflakeError {
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(code, "22000", message);
    this.status = status;
  }
}

interface Append {
  channel: Channel;
  offsetToken: string | null;
  file: string;
  lines: number;
  keys: string[];
  bytes: number;
  resolve(channel: Channel): void;
  reject(error: unknown): void;
}

interface Target {
  database: string;
  schema: string;
  pipe: string;
}

/**
 * Snowpipe Streaming. Rows of all channels of a table that wait are committed together, in one transaction with the
 * channels' offset tokens: what was answered is durable, and a token never runs ahead of its rows.
 */
export class Streaming {
  readonly channels: Channels;
  readonly #services: Services;
  readonly #sessions: SessionManager;
  readonly #executor: Executor;
  readonly #tracker: WorkTracker;
  readonly #ledger: Ledger;
  readonly #folder: string;
  readonly #waiting = new Map<number, Append[]>();
  readonly #busy = new Set<number>();
  #session: Promise<Session> | null = null;

  constructor(parts: {
    services: Services;
    sessions: SessionManager;
    executor: Executor;
    pool: ConnectionPool;
    tracker: WorkTracker;
    ledger: Ledger;
    folder: string;
  }) {
    this.#services = parts.services;
    this.#sessions = parts.sessions;
    this.#executor = parts.executor;
    this.#tracker = parts.tracker;
    this.#ledger = parts.ledger;
    this.#folder = parts.folder;
    this.channels = new Channels(parts.pool);
  }

  async start(): Promise<void> {
    await this.channels.load();
  }

  async close(): Promise<void> {
    const session = await this.#session;
    if (session) await this.#sessions.closeInternal(session);
  }

  /** Opens or reopens a channel: a new sequencer, so that an earlier writer's tokens no longer count. */
  async open(
    user: CatalogObject<"USER">,
    role: string | null,
    target: Target,
    name: string,
    offsetToken: string | null,
  ): Promise<Channel> {
    const table = this.#table(user, role, target);
    const now = this.#services.clock.now();
    const known = this.channels.get(table.id, target.pipe, name);
    const channel: Channel = known
      ? {
          ...known,
          sequencer: known.sequencer + 1,
          rowSequencer: 0,
          offsetToken: offsetToken ?? known.offsetToken,
        }
      : {
          tableId: table.id,
          pipe: target.pipe,
          name,
          sequencer: 0,
          rowSequencer: 0,
          offsetToken,
          rowsInserted: 0,
          rowsFailed: 0,
          createdOn: now,
          committedOn: now,
        };
    await this.#within(async (context) => {
      await context.inTransaction([table.id], async (transaction) => {
        // What was appended while this waited for the table's lock counts: read again.
        const latest = this.channels.get(table.id, target.pipe, name);
        if (latest && latest !== known)
          Object.assign(channel, latest, { sequencer: latest.sequencer + 1, rowSequencer: 0 });
        await this.channels.write(transaction.connection, channel);
        transaction.onCommit(() => this.channels.put(channel));
      });
    });
    return channel;
  }

  /** Appends rows (NDJSON, perhaps gzipped) and commits them with the offset token. 409 for a stale token. */
  async append(
    user: CatalogObject<"USER">,
    role: string | null,
    target: Target,
    name: string,
    tokens: { continuation: string | null; offset: string | null },
    body: AsyncIterable<Buffer>,
  ): Promise<Channel> {
    const table = this.#table(user, role, target);
    const channel = this.channels.get(table.id, target.pipe, name);
    if (!channel)
      throw new StreamingError(
        404,
        "ERR_CHANNEL_DOES_NOT_EXIST_OR_IS_NOT_AUTHORIZED",
        `Channel ${name} does not exist.`,
      );
    if (tokens.continuation !== tokenOf(channel)) throw staleToken(name);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = join(this.#folder, `${randomBytes(12).toString("hex")}.json`);
    try {
      const { lines, bytes, first } = await receiveRows(body, file);
      const keys = first === null ? [] : keysOf(first);
      return await new Promise<Channel>((resolve, reject) => {
        const waiting = this.#waiting.get(table.id) ?? [];
        waiting.push({
          channel,
          offsetToken: tokens.offset,
          file,
          lines,
          keys,
          bytes,
          resolve,
          reject,
        });
        this.#waiting.set(table.id, waiting);
        this.#drain(table.id);
      });
    } finally {
      await rm(file, { force: true });
    }
  }

  status(user: CatalogObject<"USER">, role: string | null, target: Target, names: string[]): Channel[] {
    const table = this.#table(user, role, target);
    return names
      .map((name) => this.channels.get(table.id, target.pipe, name))
      .filter((channel): channel is Channel => channel !== undefined);
  }

  async drop(user: CatalogObject<"USER">, role: string | null, target: Target, name: string): Promise<void> {
    const table = this.#table(user, role, target);
    const channel = this.channels.get(table.id, target.pipe, name);
    if (channel) await this.channels.drop(channel);
  }

  /** The table of the pipe `<TABLE>-STREAMING`, which the user's role may INSERT into. */
  #table(user: CatalogObject<"USER">, role: string | null, target: Target): CatalogObject<"TABLE"> {
    const { catalog } = this.#services;
    const roleName = (role ?? user.props.defaultRole ?? "PUBLIC").toUpperCase();
    const found = catalog.find("ROLE", ACCOUNT_ID, roleName);
    if (!found || !mayUseRole(catalog, user.id, found.id))
      throw new StreamingError(403, "390189", `Role '${roleName}' does not exist or is not authorized.`);
    if (!target.pipe.endsWith(DEFAULT_PIPE))
      throw new StreamingError(
        404,
        "ERR_PIPE_DOES_NOT_EXIST_OR_NOT_AUTHORIZED",
        `Pipe ${target.pipe} does not exist: use a table's default pipe, <TABLE>${DEFAULT_PIPE}.`,
      );
    const context: AccessContext = {
      services: this.#services,
      session: {
        id: "streaming",
        userId: user.id,
        roleId: found.id,
        secondaryRoles: "NONE",
        databaseId: null,
        schemaId: null,
        parameters: new Map(),
      },
    };
    try {
      const parts = [target.database, target.schema, target.pipe.slice(0, -DEFAULT_PIPE.length)];
      const table = resolveObject(context, "TABLE", parts);
      requirePrivilege(context, "INSERT", table);
      return table as CatalogObject<"TABLE">;
    } catch (error) {
      if (error instanceof SnowflakeError)
        throw new StreamingError(404, "ERR_TABLE_DOES_NOT_EXIST_NOT_AUTHORIZED", error.message);
      throw error;
    }
  }

  #drain(tableId: number): void {
    if (this.#busy.has(tableId)) return;
    this.#busy.add(tableId);
    const work = (async () => {
      for (;;) {
        const group = takeGroup(this.#waiting.get(tableId) ?? []);
        if (group.length === 0) return;
        await this.#commit(tableId, group);
      }
    })().finally(() => this.#busy.delete(tableId));
    void this.#tracker.track(work).catch(() => {});
  }

  /** One transaction for a group; if it fails, each of its appends alone, so that one cannot spoil the others. */
  async #commit(tableId: number, group: Append[]): Promise<void> {
    try {
      const channels = await this.#write(tableId, group, false);
      for (const [index, append] of group.entries()) append.resolve(channels[index]!);
    } catch (error) {
      if (group.length > 1) {
        for (const append of group) await this.#commit(tableId, [append]);
        return;
      }
      const append = group[0]!;
      if (error instanceof SnowflakeError) return append.reject(error);
      // A value that does not fit its column: the row is left out and counted (ON_ERROR = CONTINUE).
      await this.#write(tableId, group, true).then(
        ([channel]) => append.resolve(channel!),
        (second: unknown) => append.reject(second),
      );
    }
  }

  #write(tableId: number, group: Append[], lenient: boolean): Promise<Channel[]> {
    const { catalog, clock } = this.#services;
    const startedOn = clock.now();
    return this.#within((context) =>
      context.inTransaction([tableId], async (transaction) => {
        const { connection } = transaction;
        const table = catalog.getAs("TABLE", tableId);
        if (!table || table.droppedOn !== null)
          throw new StreamingError(404, "ERR_TABLE_DOES_NOT_EXIST_NOT_AUTHORIZED", "The table was dropped.");
        const version = await transaction.writeVersion(tableId);
        const next = new Map<Channel, Channel>();
        for (const append of group) {
          const { pipe, name } = append.channel;
          if (next.has(append.channel) || this.channels.get(tableId, pipe, name) !== append.channel)
            throw staleToken(name);
          next.set(append.channel, {
            ...append.channel,
            rowSequencer: append.channel.rowSequencer + 1,
            offsetToken: append.offsetToken ?? append.channel.offsetToken,
            rowsInserted: append.channel.rowsInserted + append.lines,
            committedOn: startedOn,
          });
        }
        let rows = 0;
        for (const files of byKeys(group)) {
          const keys = matchKeys(table.props.columns, files[0]!.keys);
          const paths = files.map((append) => append.file);
          const sql = insertRowsSql(tableId, version, table.props.columns, keys, paths, lenient);
          rows += (await runQuietly(connection, sql)).rowsChanged;
        }
        if (lenient) {
          const channel = next.get(group[0]!.channel)!;
          const failed = group[0]!.lines - rows;
          channel.rowsInserted -= failed;
          channel.rowsFailed += failed;
        }
        for (const channel of next.values()) await this.channels.write(connection, channel);
        const bytes = group.reduce((sum, append) => sum + append.bytes, 0);
        await this.#ledger.addServerless(connection, {
          service: "SNOWPIPE_STREAMING",
          objectId: tableId,
          startedOn,
          endedOn: clock.now(),
          credits: (bytes / 1e9) * SERVERLESS.streamingPerGigabyte,
          bytes,
          files: 0,
          rows,
        });
        transaction.onCommit(() => {
          for (const channel of next.values()) this.channels.put(channel);
        });
        return [...next.values()];
      }),
    );
  }

  async #within<T>(work: (context: StatementContext) => Promise<T>): Promise<T> {
    this.#session ??= this.#sessions.openInternal({
      roleId: null,
      warehouseId: null,
      databaseId: null,
      schemaId: null,
      managed: true,
    });
    return this.#executor.within(await this.#session, "", work);
  }
}

/** Continuation token of the channel's next append. */
export const tokenOf = (channel: Channel): string => `${channel.sequencer}_${channel.rowSequencer}`;

const staleToken = (name: string) =>
  new StreamingError(
    409,
    "STALE_CONTINUATION_TOKEN_SEQUENCER",
    `The continuation token of channel ${name} is stale: open the channel again and go on after its last committed offset token.`,
  );

/** Waiting appends, each channel once, up to a size. */
function takeGroup(waiting: Append[]): Append[] {
  const group: Append[] = [];
  const channels = new Set<Channel>();
  let bytes = 0;
  while (waiting.length > 0) {
    const next = waiting[0]!;
    if (group.length > 0 && (channels.has(next.channel) || bytes + next.bytes > GROUP_BYTES)) break;
    group.push(waiting.shift()!);
    channels.add(next.channel);
    bytes += next.bytes;
  }
  return group;
}

/** Appends whose first rows have the same keys are read by one statement. */
function byKeys(group: Append[]): Append[][] {
  const sets = new Map<string, Append[]>();
  for (const append of group) {
    if (append.lines === 0) continue;
    const key = JSON.stringify(append.keys);
    sets.set(key, [...(sets.get(key) ?? []), append]);
  }
  return [...sets.values()];
}

/** Keys of a row. Error 400 when it is no JSON object. */
function keysOf(line: string): string[] {
  try {
    const row: unknown = JSON.parse(line);
    if (typeof row === "object" && row !== null && !Array.isArray(row)) return Object.keys(row);
  } catch {
    // Answered below.
  }
  throw new StreamingError(400, "ERR_INVALID_ROW", "Rows are JSON objects, one a line.");
}
