/** What the account's own history says of a rehearsal: runs of tasks, credits, quotas. Read as any account is read. */
import type { Platform } from "../../infra/platform.ts";
import type { SnowflakeClient } from "../snowflake-client.ts";
import type { TaskRunFact } from "./task-facts.ts";

/** Each task's root, both by name within the pipeline's schema. */
export function rootsOf(platform: Pick<Platform, "tasks">): Record<string, string> {
  const byKey = new Map(platform.tasks.map((task) => [task.key, task]));
  const rootOf = (key: string, seen: ReadonlySet<string> = new Set()): string => {
    const task = byKey.get(key);
    const before = task?.after[0];
    if (task === undefined || before === undefined || seen.has(key)) return task?.name ?? key;
    return rootOf(before, new Set([...seen, key]));
  };
  return Object.fromEntries(platform.tasks.map((task) => [task.name, rootOf(task.key)]));
}

/** Finished runs that were scheduled within [from, to), milliseconds. */
export async function readTaskRuns(
  client: SnowflakeClient,
  from: number,
  to: number,
): Promise<TaskRunFact[]> {
  const rows = await client.records(
    `SELECT name, graph_run_group_id AS graph_run, state, error_message,
            DATE_PART(EPOCH_MILLISECOND, scheduled_time) AS scheduled,
            DATE_PART(EPOCH_MILLISECOND, completed_time) AS completed
     FROM snowflake.account_usage.task_history
     WHERE scheduled_time >= ${time(from)} AND scheduled_time < ${time(to)}`,
  );
  return rows.map((row) => ({
    task: String(row["name"]),
    graphRun: String(row["graph_run"]),
    state: String(row["state"]),
    scheduled: Number(row["scheduled"]),
    completed: Number(row["completed"]),
    error: row["error_message"] === null ? null : String(row["error_message"]),
  }));
}

const time = (ms: number): string => `'${new Date(ms).toISOString()}'::TIMESTAMP_TZ`;

export interface Ledger {
  /** ISO 8601. */
  from: string;
  to: string;
  /** Credits of compute by warehouse. */
  warehouses: Record<string, number>;
  /** Credits by service type, warehouses among them. */
  services: Record<string, number>;
  /** GB that pipes loaded, by pipe. */
  pipeGb: Record<string, number>;
}

/** `but` is a warehouse that is none of the stack's; its credits are left out. */
export async function readCredits(client: SnowflakeClient, from: string, but: string): Promise<Ledger> {
  const number = async (sql: string): Promise<Record<string, number>> =>
    Object.fromEntries((await client.query(sql)).rows.map(([name, value]) => [String(name), Number(value)]));
  const usage = "snowflake.account_usage";
  const { [but]: own = 0, ...warehouses } = await number(
    `SELECT warehouse_name, SUM(credits_used_compute) FROM ${usage}.warehouse_metering_history GROUP BY 1`,
  );
  const services = await number(
    `SELECT service_type, SUM(credits_used) FROM ${usage}.metering_daily_history GROUP BY 1`,
  );
  if (services["WAREHOUSE_METERING"] !== undefined) services["WAREHOUSE_METERING"] -= own;
  return {
    from,
    to: String(
      (await client.query(`SELECT TO_CHAR(CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP()), ${ISO})`))
        .rows[0]![0],
    ),
    warehouses,
    services,
    pipeGb: await number(
      `SELECT pipe_name, SUM(bytes_inserted) / 1e9 FROM ${usage}.pipe_usage_history GROUP BY 1`,
    ),
  };
}

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS"Z"'`;

export interface MonitorUse {
  name: string;
  quota: number;
  used: number;
}

export async function readMonitors(client: SnowflakeClient): Promise<MonitorUse[]> {
  const rows = await client.records("SHOW RESOURCE MONITORS");
  return rows.map((row) => ({
    name: String(row["name"]),
    quota: Number(row["credit_quota"]),
    used: Number(row["used_credits"]),
  }));
}

/** Streams that still hold rows, by name: what the replay's end found unread. */
export async function unreadStreams(client: SnowflakeClient, platform: Platform): Promise<string[]> {
  const unread: string[] = [];
  for (const stream of platform.streams) {
    const name = [stream.database, stream.schema, stream.name].map((part) => `"${part}"`).join(".");
    const { rows } = await client
      .query(`SELECT SYSTEM$STREAM_HAS_DATA('${name}')`)
      .catch(() => ({ rows: [] }));
    if (String(rows[0]?.[0]).toLowerCase() === "true") unread.push(stream.name);
  }
  return unread;
}
