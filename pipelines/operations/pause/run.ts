/** Pauses or resumes what a source comes in by, now; the stack's file says it for every later deployment. */
import { literal } from "../../../infra/literal.ts";
import { quotedObject } from "../../../infra/names.ts";
import type { ObjectName, Pause } from "../../../infra/platform.ts";
import type { Account } from "../account.ts";
import { OperationError } from "../errors.ts";
import { pipeStatus } from "../pipe-status.ts";

export interface PauseState {
  name: string;
  state: string;
  /** Files that wait for the pipe. */
  waiting: number;
}

/** Running it again changes nothing. What lands meanwhile waits: Snowflake keeps a paused pipe's events for 14 days. */
export async function pausePipes(
  pauses: readonly Pause[],
  paused: boolean,
  account: Account,
): Promise<PauseState[]> {
  const states: PauseState[] = [];
  for (const { name, pipe } of pauses) {
    if (pipe === undefined) continue;
    await account.query(
      `ALTER PIPE ${quotedObject(pipe)} SET PIPE_EXECUTION_PAUSED = ${paused ? "TRUE" : "FALSE"}`,
    );
    if (!paused) await resumeStale(pipe, account);
    const { state, pending, outstanding } = await pipeStatus(account, pipe);
    states.push({ name, state, waiting: pending + outstanding });
  }
  return states;
}

/**
 * A pipe that was paused for longer than events are kept is stale and has to be forced (Snowflake documentation,
 * "SYSTEM$PIPE_FORCE_RESUME").
 */
async function resumeStale(pipe: ObjectName, account: Account): Promise<void> {
  const { state } = await pipeStatus(account, pipe);
  if (state === "RUNNING") return;
  await account.query(
    `SELECT SYSTEM$PIPE_FORCE_RESUME(${literal(quotedObject(pipe))}, 'STALENESS_CHECK_OVERRIDE')`,
  );
  const after = await pipeStatus(account, pipe);
  if (after.state !== "RUNNING")
    throw new OperationError(
      `The pipe ${quotedObject(pipe)} does not resume: it is ${after.state}${after.error === undefined ? "" : ` (${after.error})`}.`,
      "Correct what it says and run the same command again; firn replay then loads what its events no longer tell.",
    );
}
