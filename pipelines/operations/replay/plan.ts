/**
 * What a replay reads: the landed files of one source and some days, in batches that each become one statement.
 * Pure: no network, no clock.
 */
import { didYouMean } from "../../../infra/errors.ts";
import type { Pipe, Platform } from "../../../infra/platform.ts";
import { type DayRange, daysOf, nextDay } from "../days.ts";
import { OperationError } from "../errors.ts";
import type { LandedFile } from "./landing-zone.ts";

/** Files that one statement reads at most: bounds the work that a kill loses. */
const BATCH = { files: 200, bytes: 4e9 };

export interface Batch {
  day: string;
  files: LandedFile[];
}

export interface ObjectReplay {
  pipe: Pipe;
  batches: Batch[];
  archived: LandedFile[];
  restoring: LandedFile[];
}

export interface ReplayPlan {
  source: string;
  range: DayRange;
  objects: ObjectReplay[];
}

/** Pipes of a source, or an error that says how that source is replayed instead. */
export function pipesOf(platform: Platform, source: string): Pipe[] {
  const plan = platform.sources.find((one) => one.key === source);
  if (plan === undefined) {
    const known = platform.sources.map((one) => one.key);
    throw new OperationError(
      `There is no source ${source} in stack ${platform.stack}.`,
      [didYouMean(source, known), `Sources: ${known.join(", ")}.`].filter(Boolean).join(" "),
      2,
    );
  }
  const pipes = platform.pipes.filter((pipe) => pipe.load.source === source);
  if (pipes.length > 0) return pipes;
  const elsewhere: Partial<Record<typeof plan.wayIn, string>> = {
    topic: `Its records come from Kafka: within the topic's retention, reset the offsets of the connector's channels.`,
    documents: "Its files stay in the bucket; the directory table lists them all: ALTER STAGE … REFRESH.",
    loader: "Its loader fills the tables itself: ask it for a historical re-sync.",
  };
  throw new OperationError(
    `The source ${source} does not land as files that a pipe loads.`,
    elsewhere[plan.wayIn] ?? "Only sources with pipes are replayed from the bucket.",
    2,
  );
}

/** Folder of one day's files: `salesforce/account/dt=2026-03-01/`. */
export const dayFolder = (pipe: Pipe, day: string): string => `${pipe.load.prefix}dt=${day}/`;

/** Where to look for a range's files: keys from the first day's folder up to the one after the last. */
export const keysOf = (pipe: Pipe, range: DayRange): { from: string; before: string } => ({
  from: dayFolder(pipe, range.from),
  before: dayFolder(pipe, nextDay(range.to)),
});

export function planObject(pipe: Pipe, range: DayRange, files: readonly LandedFile[]): ObjectReplay {
  const readable = files.filter((file) => file.state === "readable");
  return {
    pipe,
    batches: daysOf(range).flatMap((day) => {
      const folder = dayFolder(pipe, day);
      return batchesOf(readable.filter((file) => file.key.startsWith(folder))).map((batch) => ({
        day,
        files: batch,
      }));
    }),
    archived: files.filter((file) => file.state === "archived"),
    restoring: files.filter((file) => file.state === "restoring"),
  };
}

function batchesOf(files: readonly LandedFile[]): LandedFile[][] {
  const batches: LandedFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const last = batches.at(-1);
    if (last === undefined || last.length >= BATCH.files || bytes + file.size > BATCH.bytes) {
      batches.push([file]);
      bytes = file.size;
    } else {
      last.push(file);
      bytes += file.size;
    }
  }
  return batches;
}
