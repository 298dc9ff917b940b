import { setTimeout as delay } from "node:timers/promises";
import { literal } from "../../infra/literal.ts";
import { quoted, quotedObject } from "../../infra/names.ts";
import type { Platform, Task } from "../../infra/platform.ts";
import type { Progress } from "../../local/progress.ts";
import { CliError } from "../failure.ts";
import type { SnowflakeClient } from "../snowflake-client.ts";
import { findHeld, heldError } from "./held.ts";

const POLL_MS = 250;

interface Wait {
  progress: Progress;
  signal?: AbortSignal;
  /** Milliseconds without any movement after which waiting ends with an error. */
  patience?: number;
}

/** Polls until `look` says done; fails when what it looks at has not moved for the patience. */
export async function waitUntil(
  what: string,
  look: () => Promise<{ done: boolean; moved: string; event: Parameters<Progress>[0] }>,
  options: Wait,
): Promise<void> {
  const patience = options.patience ?? 120_000;
  let last = "";
  let movedAt = Date.now();
  for (;;) {
    options.signal?.throwIfAborted();
    const { done, moved, event } = await look();
    options.progress(event);
    if (done) return;
    if (moved !== last) {
      last = moved;
      movedAt = Date.now();
    }
    if (Date.now() - movedAt > patience)
      throw new CliError(
        `Nothing has moved for ${patience / 1000} s while waiting until ${what}: ${moved}.`,
        "See the services' logs (`npx firn status`), then run the same command again.",
      );
    await delay(POLL_MS, undefined, options.signal ? { signal: options.signal } : {});
  }
}

/**
 * Waits until every landed file has been loaded by its pipe: `landed` are object keys in the landing bucket. Those of
 * pipes that stand still are not waited for.
 */
export async function waitForPipes(
  client: SnowflakeClient,
  platform: Platform,
  landed: ReadonlySet<string>,
  options: Wait,
): Promise<void> {
  const paused = new Set(platform.pauses.map((pause) => pause.source));
  const pipes = platform.pipes.filter((pipe) => !paused.has(pipe.load.source));
  const held = platform.pipes.filter((pipe) => paused.has(pipe.load.source));
  const keys = new Set([...landed].filter((key) => !held.some((pipe) => key.startsWith(pipe.load.prefix))));
  if (pipes.length === 0) return;
  const tables = pipes.map((pipe) => quotedObject(pipe));
  const counts = tables.map(
    (table) => `SELECT COUNT(DISTINCT file_name) AS files, COUNT(*) AS lines FROM ${table}`,
  );
  const text = `SELECT SUM(files) AS files, SUM(lines) AS lines FROM (${counts.join(" UNION ALL ")})`;
  await waitUntil(
    "all files are loaded",
    async () => {
      const [row] = await client.records(text);
      const files = Number(row?.["files"] ?? 0);
      const lines = Number(row?.["lines"] ?? 0);
      return {
        done: files >= keys.size,
        moved: `${files} of ${keys.size} files loaded`,
        event: {
          step: "pipes",
          detail: `${lines.toLocaleString("en-US")} lines; files loaded`,
          done: files,
          total: keys.size,
        },
      };
    },
    options,
  );
}

/** Runs the task graphs, and again while a stream still holds rows, until every derived table is up to date. */
export async function runGraphs(client: SnowflakeClient, platform: Platform, options: Wait): Promise<void> {
  const roots = platform.tasks.filter((task) => task.schedule !== undefined && task.role === undefined);
  const since = (await client.query("SELECT CURRENT_TIMESTAMP()::VARCHAR")).rows[0]![0] as string;
  // Streams that held rows when the graphs were started last, and how often in a row that has changed nothing.
  let before = "";
  let inVain = 0;
  await waitUntil(
    "the streams are consumed",
    async () => {
      await failOnFailedTask(client, platform, since);
      const waiting = await streamsWithData(client, platform);
      const running = await runningGraphs(client, roots);
      if (waiting.length > 0 && running === 0) {
        inVain = waiting.join() === before ? inVain + 1 : 0;
        before = waiting.join();
        if (inVain >= 2) {
          const held = await findHeld(client, platform, waiting);
          if (held.length > 0) throw heldError(held);
        }
        for (const root of roots) await client.query(`EXECUTE TASK ${quotedObject(root)}`);
      }
      return {
        done: waiting.length === 0 && running === 0,
        moved: `${waiting.length} streams hold rows, ${running} graphs run`,
        event: {
          step: "tasks",
          detail: waiting[0] ? `streams consumed; next ${waiting[0].toLowerCase()}` : "streams consumed",
          done: platform.streams.length - waiting.length,
          total: platform.streams.length,
        },
      };
    },
    options,
  );
}

async function streamsWithData(client: SnowflakeClient, platform: Platform): Promise<string[]> {
  if (platform.streams.length === 0) return [];
  const calls = platform.streams.map((stream) => `SYSTEM$STREAM_HAS_DATA(${literal(quotedObject(stream))})`);
  const { rows } = await client.query(`SELECT ${calls.join(", ")}`);
  return platform.streams.filter((_, i) => String(rows[0]![i]).toLowerCase() === "true").map((s) => s.name);
}

const history = (database: string, args: string): string =>
  `TABLE(${quoted(database)}.INFORMATION_SCHEMA.TASK_HISTORY(${args}))`;

async function runningGraphs(client: SnowflakeClient, roots: Task[]): Promise<number> {
  let running = 0;
  for (const database of new Set(roots.map((root) => root.database))) {
    const { rows } = await client.query(
      `SELECT COUNT(*) FROM ${history(database, "RESULT_LIMIT => 1000")}
       WHERE state = 'EXECUTING' OR (state = 'SCHEDULED' AND scheduled_time <= CURRENT_TIMESTAMP())`,
    );
    running += Number(rows[0]![0]);
  }
  return running;
}

async function failOnFailedTask(client: SnowflakeClient, platform: Platform, since: string): Promise<void> {
  for (const database of new Set(platform.tasks.map((task) => task.database))) {
    const failed = await client.records(
      `SELECT name, error_message FROM ${history(database, `SCHEDULED_TIME_RANGE_START => ${literal(since)}::TIMESTAMP_LTZ, RESULT_LIMIT => 1000`)}
       WHERE state = 'FAILED' ORDER BY scheduled_time DESC LIMIT 1`,
    );
    if (failed[0])
      throw new CliError(
        `The task ${String(failed[0]["name"])} failed: ${String(failed[0]["error_message"])}`,
        '`npx firn sql "SELECT * FROM TABLE(OPS.INFORMATION_SCHEMA.TASK_HISTORY())"` shows every run.',
      );
  }
}
