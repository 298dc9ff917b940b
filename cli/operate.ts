/** What all commands share that operate on a running stack: its platform, a connection, progress, and Ctrl+C. */
import pc from "picocolors";
import { loadPlatform } from "../infra/load.ts";
import type { Platform } from "../infra/platform.ts";
import type { Running } from "../pipelines/operations/account.ts";
import { connectAccount } from "./connect-account.ts";
import { interruptible } from "./embedded/interrupt.ts";
import { ensureServiceKeys } from "./embedded/keys.ts";
import { formatProgress } from "./embedded/progress-line.ts";
import { runGraphs } from "./embedded/settle.ts";
import type { Project } from "./project.ts";
import type { SnowflakeClient } from "./snowflake-client.ts";

export interface Operation extends Running {
  platform: Platform;
  client: SnowflakeClient;
  signal: AbortSignal;
}

/**
 * Runs `work` with the stack's platform and a connection as the account role, on the transforming warehouse unless
 * another is named. Commands that touch the buckets tell the AWS account. Progress goes to stderr after two seconds, so
 * that stdout stays the answer.
 */
export async function operate<T>(
  project: Project,
  options: { warehouse?: string; awsAccountId?: string },
  work: (operation: Operation) => Promise<T>,
): Promise<T> {
  ensureServiceKeys(project);
  const platform = loadPlatform({
    root: project.root,
    stack: project.stack,
    ...(options.awsAccountId === undefined ? {} : { awsAccountId: options.awsAccountId }),
  });
  const progress = progressLine();
  return interruptible(async (signal) => {
    const client = await connectAccount(project, {
      role: platform.automation.account,
      warehouse: options.warehouse ?? operatingWarehouse(platform),
    });
    try {
      await client.query("USE SECONDARY ROLES ALL");
      return await work({ platform, client, signal, report: progress.report });
    } finally {
      progress.clear();
      await client.close();
    }
  });
}

const operatingWarehouse = (platform: Platform): string =>
  (platform.warehouses.find((warehouse) => warehouse.key === "transform") ?? platform.warehouses[0]!).name;

/** Runs the task graphs, and again while a stream holds rows. */
export function settleGraphs({ platform, client, report, signal }: Operation): Promise<void> {
  return runGraphs(client, platform, {
    signal,
    progress: ({ step, detail = step, done, total }) =>
      report({ detail, ...(done === undefined ? {} : { done }), ...(total === undefined ? {} : { total }) }),
  });
}

const SILENT_MS = 2000;

/** One changing line on a terminal; a line every five seconds in a log. */
export function progressLine(
  output: NodeJS.WriteStream = process.stderr,
  now: () => number = Date.now,
): { report: Running["report"]; clear(): void } {
  const started = now();
  let last = started;
  let shown = false;
  return {
    report(event) {
      const time = now();
      if (time - started < SILENT_MS || (!output.isTTY && time - last < 5000 && shown)) return;
      last = time;
      const text = formatProgress({ step: "", ...event });
      if (output.isTTY) output.write(`\r\x1b[2K${pc.dim(text)}`);
      else output.write(`${text}\n`);
      shown = true;
    },
    clear() {
      if (shown && output.isTTY) output.write("\r\x1b[2K");
    },
  };
}
