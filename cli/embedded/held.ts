/** Models whose blocking check found rows: their check's stream keeps its rows, and whatever reads them waits. */

import { quotedObject } from "../../infra/names.ts";
import type { Platform } from "../../infra/platform.ts";
import { CHECK_RESULTS } from "../../pipelines/quality/result-table.ts";
import { CliError } from "../failure.ts";
import type { SnowflakeClient } from "../snowflake-client.ts";

export interface Held {
  check: string;
  model: string;
  failingRows: number;
  /** Models that wait, as models write them. */
  waiting: string[];
}

/** What holds the streams of these names; nothing where no blocking check does. */
export async function findHeld(
  client: Pick<SnowflakeClient, "records">,
  platform: Platform,
  waiting: readonly string[],
): Promise<Held[]> {
  const names = new Set(waiting);
  const checkTasks = new Map(
    platform.tasks.flatMap((task) => (task.checks === undefined ? [] : [[task.key, task.checks]])),
  );
  const suspects = new Set(
    platform.streams.flatMap((stream) =>
      names.has(stream.name) ? (checkTasks.get(stream.consumer) ?? []) : [],
    ),
  );
  const results = platform.tables.find((table) => table.logical === CHECK_RESULTS);
  if (suspects.size === 0 || results === undefined) return [];
  const rows = await client.records(
    `SELECT check_name, model, failing_rows FROM ${quotedObject(results)}
WHERE severity = 'blocking'
QUALIFY ROW_NUMBER() OVER (PARTITION BY check_name ORDER BY ran_at DESC) = 1`,
  );
  return rows
    .map((row) => ({
      check: String(row["check_name"]),
      model: String(row["model"]),
      failingRows: Number(row["failing_rows"]),
    }))
    .filter((one) => one.failingRows > 0 && suspects.has(one.model))
    .map((one) => ({ ...one, waiting: readersOf(platform, one.model) }))
    .sort((a, b) => (a.check < b.check ? -1 : 1));
}

const readersOf = (platform: Platform, model: string): string[] =>
  platform.models.flatMap((one) => (one.reads.includes(model) ? [one.logical] : [])).sort();

export function heldError(held: readonly Held[]): CliError {
  const lines = held.map(({ check, failingRows, waiting }) => {
    const rows = `${failingRows.toLocaleString("en-US")} ${failingRows === 1 ? "row" : "rows"}`;
    return `The blocking check ${check} found ${rows}: ${waiting.join(", ") || "what reads its model"} waits.`;
  });
  return new CliError(
    lines.join("\n"),
    'See the rows: npx firn sql "SELECT check_name, failing_rows, examples FROM ops.quality.check_result ORDER BY ran_at DESC". ' +
      "When they are corrected, or the check is, run the same command again.",
  );
}
