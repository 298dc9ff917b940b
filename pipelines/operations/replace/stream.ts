/**
 * A stream's replacement. Its offset is lost with it, so it is refused while it holds unread rows. No task may run
 * meanwhile: model tables have no other writer, so nothing can change between the look and the new stream. What lands
 * in raw tables in that moment is among the new stream's first rows, which are all rows of the table: its consumer
 * merges them again, which changes nothing.
 */
import { literal } from "../../../infra/literal.ts";
import { quoted, quotedObject } from "../../../infra/names.ts";
import type { Platform, Stream, Task } from "../../../infra/platform.ts";
import { type Account, numberOf, type Running, records } from "../account.ts";
import { OperationError } from "../errors.ts";
import { asRole } from "./pipe.ts";
import { createOrReplaceStream } from "./statements.ts";

export async function replaceStream(
  platform: Pick<Platform, "automation" | "tasks">,
  stream: Stream,
  account: Account,
  running: Running,
): Promise<void> {
  const roots = platform.tasks.filter((task) => task.schedule !== undefined);
  await withoutTasks(roots, account, running, async () => {
    const [row] = await records(account, `SELECT COUNT(*) AS N FROM ${quotedObject(stream)}`);
    const unread = numberOf(row?.["n"]);
    if (unread > 0)
      throw new OperationError(
        `The stream ${quotedObject(stream)} holds ${unread.toLocaleString("en-US")} unread rows; replaced now, ${stream.consumer} would never see them.`,
        `Let its task read them first: EXECUTE TASK ${quotedObject(rootOf(platform.tasks, stream))}, then run the same command again.`,
      );
    await asRole(account, platform.automation.transformer, platform.automation.account, () =>
      account.query(createOrReplaceStream(stream)),
    );
  });
}

function rootOf(tasks: readonly Task[], stream: Stream): Task {
  const consumer = tasks.find((task) => (task.model ?? task.key) === stream.consumer)!;
  return tasks.find((task) => task.schedule !== undefined && task.freshness === consumer.freshness)!;
}

const POLL_MS = 250;
const PATIENCE_MS = 30 * 60_000;

/** Suspends the graphs, waits until none runs, and resumes those that are declared as started. */
export async function withoutTasks<T>(
  roots: readonly Task[],
  account: Account,
  { report, signal }: Running,
  work: () => Promise<T>,
): Promise<T> {
  for (const root of roots) await account.query(`ALTER TASK ${quotedObject(root)} SUSPEND`);
  try {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      signal?.throwIfAborted();
      const running = await runningTasks(roots, account);
      if (running === 0) break;
      report({ detail: `${running} tasks are running` });
      if (Date.now() > until)
        throw new OperationError(
          `${running} tasks have been running for ${PATIENCE_MS / 60_000} minutes.`,
          "Run the same command again when they have ended.",
        );
      await new Promise<void>((resolve) => setTimeout(resolve, POLL_MS));
    }
    return await work();
  } finally {
    for (const root of roots.filter((one) => one.started))
      await account.query(`ALTER TASK ${quotedObject(root)} RESUME`);
  }
}

async function runningTasks(roots: readonly Task[], account: Account): Promise<number> {
  let running = 0;
  for (const [database, schema] of new Map(roots.map((root) => [root.database, root.schema]))) {
    const [row] = await records(
      account,
      `SELECT COUNT(*) AS N FROM TABLE(${quoted(database)}.INFORMATION_SCHEMA.TASK_HISTORY(RESULT_LIMIT => 1000))
       WHERE SCHEMA_NAME = ${literal(schema)} AND STATE = 'EXECUTING'`,
    );
    running += numberOf(row?.["n"]);
  }
  return running;
}
