/**
 * A pipe's replacement by Snowflake's own procedure: pause, wait until nothing is pending, recreate, check that it runs
 * (Snowflake documentation, "Managing Snowpipe", Recreating pipes). The new pipe has no load history and was not told
 * of files that landed meanwhile, so those of which RAW has no row are handed to it afterwards.
 */
import { literal } from "../../../infra/literal.ts";
import { quoted, quotedObject } from "../../../infra/names.ts";
import type { Pipe, Platform } from "../../../infra/platform.ts";
import { type Account, type Running, records } from "../account.ts";
import { OperationError } from "../errors.ts";
import { pipeStatus, waitUntilDrained } from "../pipe-status.ts";
import type { LandingZone } from "../replay/landing-zone.ts";
import { refreshPipe } from "../replay/statements.ts";
import { createOrReplacePipe, sameStatement } from "./statements.ts";

/** ALTER PIPE … REFRESH takes files of the last seven days (Snowflake documentation, "ALTER PIPE"). */
const REFRESH_MS = 7 * 86_400_000;
/** Files that land between the wait and the pause are waited for again, so often. */
const ATTEMPTS = 20;

export interface PipeReplacement {
  /** Whether the pipe's definition was another one. */
  recreated: boolean;
  /** Files that landed while no pipe took them, loaded by the new one. */
  handed: string[];
}

export async function replacePipe(
  platform: Pick<Platform, "automation" | "pauses">,
  pipe: Pipe,
  zone: LandingZone,
  account: Account,
  running: Running,
  now: number,
): Promise<PipeReplacement> {
  const name = quotedObject(pipe);
  if (platform.pauses.some((pause) => pause.pipe !== undefined && quotedObject(pause.pipe) === name))
    throw new OperationError(
      `The stack pauses ${pipe.load.source}: what waits for the old pipe would be lost with it.`,
      `Resume it first: npx firn resume ${pipe.load.source} --yes.`,
    );
  const [live] = await records(account, `DESCRIBE PIPE ${name}`);
  const recreated = !sameStatement(String(live?.["definition"]), pipe.copy);
  if (recreated) {
    await pauseDrained(pipe, account, running);
    // Its owner's privileges are those that it loads with.
    await asRole(account, platform.automation.loader, platform.automation.account, () =>
      account.query(createOrReplacePipe(pipe)),
    );
  }
  const { state, error } = await pipeStatus(account, pipe);
  if (state === "PAUSED") await account.query(`ALTER PIPE ${name} SET PIPE_EXECUTION_PAUSED = FALSE`);
  else if (state !== "RUNNING")
    throw new OperationError(
      `The new pipe ${name} is ${state}${error === undefined ? "" : `: ${error}`}.`,
      "Correct what it says and run the same command again.",
    );
  return { recreated, handed: await handOver(pipe, zone, account, running, now) };
}

/** Paused with nothing under way. Interrupted, the pipe stays paused until the command is run again: its files wait. */
async function pauseDrained(pipe: Pipe, account: Account, running: Running): Promise<void> {
  const name = quotedObject(pipe);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await pipeStatus(account, pipe);
    if (before.state === "PAUSED" && before.pending > 0)
      await account.query(`ALTER PIPE ${name} SET PIPE_EXECUTION_PAUSED = FALSE`);
    running.report({ detail: `${pipe.key}: waiting until nothing is pending` });
    await waitUntilDrained(account, [pipe], running, { messages: false });
    await account.query(`ALTER PIPE ${name} SET PIPE_EXECUTION_PAUSED = TRUE`);
    const after = await pipeStatus(account, pipe);
    if (after.pending === 0) return;
  }
  await account.query(`ALTER PIPE ${name} SET PIPE_EXECUTION_PAUSED = FALSE`);
  throw new OperationError(
    `The pipe ${name} was never without pending files, ${ATTEMPTS} times in a row.`,
    "It was resumed. Run the same command at a quieter time.",
  );
}

/** Files of the last seven days of which RAW has no row; the pipe remembers what it is handed, so none is loaded twice. */
async function handOver(
  pipe: Pipe,
  zone: LandingZone,
  account: Account,
  running: Running,
  now: number,
): Promise<string[]> {
  const { prefix } = pipe.load;
  const young = (await zone.list(prefix, prefix, `${prefix}\uffff`)).filter(
    (file) => now - file.lastModified < REFRESH_MS && file.state === "readable",
  );
  const handed: string[] = [];
  for (let at = 0; at < young.length; at += 500) {
    running.signal?.throwIfAborted();
    const keys = young.slice(at, at + 500).map((file) => file.key);
    const present = await records(
      account,
      `SELECT DISTINCT FILE_NAME FROM ${quotedObject(pipe)} WHERE FILE_NAME IN (${keys.map(literal).join(", ")})`,
    );
    const known = new Set(present.map((row) => String(row["file_name"])));
    for (const key of keys.filter((one) => !known.has(one))) {
      running.report({ detail: `${pipe.key}: ${key} landed meanwhile` });
      await account.query(refreshPipe(pipe, key.slice(prefix.length)));
      handed.push(key);
    }
  }
  await waitUntilDrained(account, [pipe], running, { messages: true });
  return handed;
}

/** Runs `work` as another role of the session's user, and returns to its own. */
export async function asRole<T>(
  account: Account,
  role: string,
  own: string,
  work: () => Promise<T>,
): Promise<T> {
  await account.query(`USE ROLE ${quoted(role)}`);
  try {
    return await work();
  } finally {
    await account.query(`USE ROLE ${quoted(own)}`);
  }
}
