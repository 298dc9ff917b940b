import { quotedObject } from "../../infra/names.ts";
import type { Platform } from "../../infra/platform.ts";
import type { Progress } from "../../local/progress.ts";
import type { SnowflakeClient } from "../snowflake-client.ts";
import { waitUntil } from "./settle.ts";

/** Asks every alert once, after the tasks that look at whole tables and at the platform, instead of waiting for the schedule. */
export async function askAlerts(
  client: SnowflakeClient,
  platform: Platform,
  options: { progress: Progress; signal?: AbortSignal },
): Promise<void> {
  const { alerts } = platform;
  if (alerts.length === 0) return;
  const [clock] = await client.records("SELECT CURRENT_TIMESTAMP()::VARCHAR AS now");
  const since = `'${String(clock?.["now"])}'::TIMESTAMP_LTZ`;
  const database = alerts[0]!.database;
  const schema = `"${database}".INFORMATION_SCHEMA`;
  const standing = platform.tasks.filter((task) => task.checks === "schedule" || task.checks === "platform");
  for (const task of standing) await client.query(`EXECUTE TASK ${quotedObject(task)}`);
  await waitUntil(
    "the platform's own tasks have run",
    async () => {
      const [row] = await client.records(
        `SELECT COUNT(DISTINCT name) AS done FROM TABLE(${schema}.TASK_HISTORY(SCHEDULED_TIME_RANGE_START => ${since}, RESULT_LIMIT => 1000))
         WHERE name IN (${standing.map((task) => `'${task.name}'`).join(", ") || "''"}) AND completed_time IS NOT NULL`,
      );
      const done = Number(row?.["done"] ?? 0);
      return progressOf(done, standing.length, "tasks");
    },
    options,
  );
  for (const alert of alerts) await client.query(`EXECUTE ALERT ${quotedObject(alert)}`);
  await waitUntil(
    "alerts have been asked",
    async () => {
      const [row] = await client.records(
        `SELECT COUNT(DISTINCT name) AS done FROM TABLE(${schema}.ALERT_HISTORY(SCHEDULED_TIME_RANGE_START => ${since}))
         WHERE state <> 'EXECUTING'`,
      );
      const done = Number(row?.["done"] ?? 0);
      return progressOf(done, alerts.length, "alerts");
    },
    options,
  );
}

const progressOf = (done: number, total: number, what: string) => ({
  done: done >= total,
  moved: `${done} of ${total} ${what}`,
  event: { step: "alerts", detail: `${what} asked`, done, total },
});
