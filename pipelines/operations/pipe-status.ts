import { literal } from "../../infra/literal.ts";
import { type ObjectName, quotedObject } from "../../infra/names.ts";
import type { Account, Running } from "./account.ts";
import { OperationError } from "./errors.ts";

/** What SYSTEM$PIPE_STATUS tells that operations need (Snowflake documentation, "SYSTEM$PIPE_STATUS"). */
export interface PipeStatus {
  state: string;
  /** Files that the pipe has taken in and not loaded. */
  pending: number;
  /** Messages that wait in the pipe's queue. */
  outstanding: number;
  error?: string;
}

export async function pipeStatus(account: Account, pipe: ObjectName): Promise<PipeStatus> {
  const { rows } = await account.query(`SELECT SYSTEM$PIPE_STATUS(${literal(quotedObject(pipe))})`);
  const status = JSON.parse(String(rows[0]![0])) as Record<string, unknown>;
  const error = status["error"] ?? status["channelErrorMessage"];
  return {
    state: String(status["executionState"]),
    pending: Number(status["pendingFileCount"] ?? 0),
    outstanding: Number(status["numOutstandingMessagesOnChannel"] ?? 0),
    ...(error === undefined ? {} : { error: String(error) }),
  };
}

const POLL_MS = 250;
/** Without a change for so long, something is wrong. */
const PATIENCE_MS = 180_000;

/** Waits until pipes have no files pending; messages in their queue count where `messages` says so. */
export async function waitUntilDrained(
  account: Account,
  pipes: readonly ObjectName[],
  { report, signal }: Running,
  options: { messages: boolean },
): Promise<void> {
  let last = "";
  let movedAt = Date.now();
  for (;;) {
    signal?.throwIfAborted();
    let waiting = 0;
    let reason = "";
    for (const pipe of pipes) {
      const status = await pipeStatus(account, pipe);
      waiting += status.pending + (options.messages ? status.outstanding : 0);
      reason = status.error ?? reason;
    }
    if (waiting === 0) return;
    report({ detail: `${waiting} files wait for their pipe` });
    const now = `${waiting} ${reason}`;
    if (now !== last) {
      last = now;
      movedAt = Date.now();
    }
    if (Date.now() - movedAt > PATIENCE_MS)
      throw new OperationError(
        `Pipes have not loaded anything for ${PATIENCE_MS / 60_000} minutes: ${waiting} files wait${reason === "" ? "" : ` (${reason})`}.`,
        `See SELECT SYSTEM$PIPE_STATUS(${literal(quotedObject(pipes[0]!))}), then run the same command again.`,
      );
    await new Promise<void>((resolve) => setTimeout(resolve, POLL_MS));
  }
}
