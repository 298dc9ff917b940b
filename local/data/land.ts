import type { Amend } from "./deliver.ts";
import type { EventMessage, WorldDay } from "./generate.ts";

/** A message as a sink gets it: the event's key and text, and its place in the day's landing. */
export type LandedMessage = EventMessage;

/** Where the data goes. Both must have stored what they were given when they resolve. */
export interface Sinks {
  /** Stores an object; the same key comes with the same bytes. */
  putObject(key: string, body: Buffer): Promise<void>;
  /** Appends messages to a topic, in order. `topic` is the source's name, e.g. `product_events`. */
  produce(topic: string, messages: readonly LandedMessage[]): Promise<void>;
  /** Called after each file and each batch. */
  progress?(progress: LandProgress): void;
}

export interface LandProgress {
  readonly day: number;
  readonly date: string;
  /** Deliveries of files so far, repeated ones included. */
  readonly files: number;
  /** Messages produced so far. */
  readonly messages: number;
  readonly bytes: number;
}

export interface LandOptions {
  /** Changes rows of files on their way out. Default: none. */
  readonly amend?: Amend;
  /** Messages a batch. Default: 5,000. */
  readonly batchSize?: number;
  /** Go on with this message of the day (0-based), as told by `LandProgress.messages`. Default: the first. */
  readonly fromMessage?: number;
}

/**
 * Lands one day: files first, then events. Running it again is safe: files have the same keys and bytes, and messages
 * produced twice are duplicates like any other, so that only the counts of duplicates differ from the truth.
 */
export async function landDay(day: WorldDay, sinks: Sinks, options: LandOptions = {}): Promise<LandProgress> {
  const { batchSize = 5000, fromMessage = 0, amend } = options;
  let files = 0;
  let messages = 0;
  let bytes = 0;
  const progress = (): LandProgress => ({ day: day.number, date: day.date, files, messages, bytes });
  for (const file of day.exports(amend)) {
    const body = file.body();
    await sinks.putObject(file.key, body);
    files++;
    bytes += body.length;
    sinks.progress?.(progress());
  }
  for (const batch of day.events(batchSize)) {
    messages += batch.count;
    if (messages <= fromMessage) continue;
    await sinks.produce(batch.source, batch.messages());
    bytes += batch.lines.length;
    sinks.progress?.(progress());
  }
  return progress();
}
