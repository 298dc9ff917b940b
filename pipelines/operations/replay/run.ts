/** Runs a replay: what the pipes have missed goes through them, what they have forgotten is added line by line. */
import { quotedObject } from "../../../infra/names.ts";
import type { Pipe, Platform } from "../../../infra/platform.ts";
import { type Account, numberOf, type Running, records } from "../account.ts";
import { type DayRange, daysOf } from "../days.ts";
import { OperationError } from "../errors.ts";
import { keptFrom } from "../kept.ts";
import { pipeStatus, waitUntilDrained } from "../pipe-status.ts";
import type { LandedFile, LandingZone } from "./landing-zone.ts";
import { dayFolder, keysOf, type ObjectReplay, pipesOf, planObject, type ReplayPlan } from "./plan.ts";
import { insertMissing, presentRows, refreshPipe } from "./statements.ts";

/** ALTER PIPE … REFRESH takes files of the last seven days (Snowflake documentation, "ALTER PIPE"). */
const REFRESH_MS = 7 * 86_400_000;

export interface ObjectState extends ObjectReplay {
  /** Rows that RAW holds of the files, by key. */
  present: Map<string, number>;
  /** Files that were written again after their rows were loaded: their rows stay as they are. */
  rewritten: string[];
}

export interface ReplayState extends ReplayPlan {
  objects: ObjectState[];
}

export interface ReplayOutcome {
  object: string;
  files: number;
  /** Files that its pipe took in, because it had not loaded them yet. */
  handedToPipe: number;
  /** Rows that were added beside the pipe. */
  rowsAdded: number;
}

/** Lists the bucket and asks RAW what it has. Changes nothing. */
export async function lookUpReplay(
  platform: Platform,
  source: string,
  range: DayRange,
  zone: LandingZone,
  account: Account,
  { report, signal }: Running,
): Promise<ReplayState> {
  const pipes = pipesOf(platform, source);
  const { rows } = await account.query("SELECT TO_CHAR(SYSDATE(), 'YYYY-MM-DD')");
  refuseForgotten(platform, source, range, String(rows[0]?.[0]));
  const objects: ObjectState[] = [];
  for (const pipe of pipes) {
    signal?.throwIfAborted();
    report({ detail: `looking at ${pipe.load.prefix}`, done: objects.length, total: pipes.length });
    const { from, before } = keysOf(pipe, range);
    const files = await zone.list(pipe.load.prefix, from, before);
    const { present, rewritten } = await lookUpRows(account, pipe, range, files);
    objects.push({ ...planObject(pipe, range, files), present, rewritten });
  }
  return { source, range, objects };
}

/** Rows that RAW no longer keeps were read by everybody long ago; added again they would only be deleted again. */
export function refuseForgotten(platform: Platform, source: string, range: DayRange, today: string): void {
  const from = keptFrom(platform, source, today);
  if (from === undefined || range.from >= from) return;
  throw new OperationError(
    `RAW keeps rows of ${source} from ${from} on: what is older was deleted after it had been read.`,
    `Give --from ${from} or a later day. The files of earlier days are in the landing bucket.`,
    2,
  );
}

async function lookUpRows(account: Account, pipe: Pipe, range: DayRange, files: readonly LandedFile[]) {
  const present = new Map<string, number>();
  const rewritten: string[] = [];
  const byKey = new Map(files.map((file) => [file.key, file]));
  for (const day of daysOf(range)) {
    if (!files.some((file) => file.key.startsWith(dayFolder(pipe, day)))) continue;
    for (const row of await records(account, presentRows(pipe, day))) {
      const key = String(row["file_name"]);
      present.set(key, numberOf(row["row_count"]));
      const file = byKey.get(key);
      if (file !== undefined && Math.floor(file.lastModified / 1000) > numberOf(row["written_at"]))
        rewritten.push(key);
    }
  }
  return { present, rewritten };
}

/** Adds what is missing. Killed anywhere, running it again adds the rest. `now` is the wall clock's time. */
export async function runReplay(
  state: ReplayState,
  account: Account,
  running: Running,
  now: number,
): Promise<ReplayOutcome[]> {
  const { objects } = state;
  await refusePaused(objects, account);
  const handed = await throughPipes(objects, account, running, now);
  const total = objects.reduce((sum, object) => sum + object.batches.length, 0);
  let done = 0;
  const outcomes: ReplayOutcome[] = [];
  for (const object of objects) {
    let rowsAdded = 0;
    for (const batch of object.batches) {
      running.signal?.throwIfAborted();
      running.report({ detail: `${object.pipe.key} ${batch.day}`, done: done++, total });
      const { rows } = await account.query(insertMissing(object.pipe, batch));
      rowsAdded += numberOf(rows[0]?.[0]);
    }
    outcomes.push({
      object: object.pipe.key,
      files: object.batches.reduce((sum, batch) => sum + batch.files.length, 0),
      handedToPipe: handed.get(object.pipe.key) ?? 0,
      rowsAdded,
    });
  }
  return outcomes;
}

/** A paused pipe keeps its files for later: added now, they would be loaded a second time then. */
async function refusePaused(objects: readonly ObjectState[], account: Account): Promise<void> {
  for (const { pipe } of objects) {
    const { state } = await pipeStatus(account, pipe);
    if (state === "RUNNING") continue;
    throw new OperationError(
      `The pipe ${quotedObject(pipe)} is ${state}: files that wait for it would be loaded twice.`,
      `Resume it first (npx firn resume ${pipe.load.source}), then replay.`,
    );
  }
}

/**
 * Young files of which RAW has no row may never have been announced to their pipe. Through the pipe they are in its
 * memory, and a late announcement does not load them again. Then nothing may be under way: what is added afterwards
 * is only what pipes will not load any more.
 */
async function throughPipes(
  objects: readonly ObjectState[],
  account: Account,
  running: Running,
  now: number,
): Promise<Map<string, number>> {
  const handed = new Map<string, number>();
  for (const object of objects) {
    const { pipe, batches, present } = object;
    const isYoung = (file: LandedFile) => now - file.lastModified < REFRESH_MS;
    const missed = batches.flatMap(({ files }) => files).filter((f) => !present.has(f.key) && isYoung(f));
    for (const prefix of prefixesOf(object, missed)) {
      running.signal?.throwIfAborted();
      running.report({ detail: `${pipe.key}: asking the pipe for ${prefix}` });
      const answers = await records(account, refreshPipe(pipe, prefix));
      const sent = answers.filter((answer) => answer["status"] === "SENT").length;
      handed.set(pipe.key, (handed.get(pipe.key) ?? 0) + sent);
    }
  }
  await waitUntilDrained(
    account,
    objects.map((object) => object.pipe),
    running,
    { messages: true },
  );
  return handed;
}

/** Below the pipe's folder: a day's folder where none of its files has rows, else each file by itself. */
function prefixesOf({ pipe, batches, present }: ObjectState, missed: readonly LandedFile[]): string[] {
  const below = (key: string) => key.slice(pipe.load.prefix.length);
  const prefixes: string[] = [];
  for (const day of new Set(batches.map((batch) => batch.day))) {
    const folder = dayFolder(pipe, day);
    const ofDay = missed.filter((file) => file.key.startsWith(folder));
    const hasRows = [...present.keys()].some((key) => key.startsWith(folder));
    if (ofDay.length > 0 && !hasRows) prefixes.push(below(folder));
    else prefixes.push(...ofDay.map((file) => below(file.key)));
  }
  return prefixes;
}
